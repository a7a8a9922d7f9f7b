"""Short questions about one service or one role, with the context that AWS gives such calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .decision import RESOURCE, Decision, Policies, Request, evaluate
from .document import Document, MalformedPolicy, Policy, cached, parse

CLOUDTRAIL = "cloudtrail.amazonaws.com"
Given = Mapping[str, str | Sequence[str]]
Documents = Mapping[str, Document] | Sequence[Document]


def service_verdict(
    document: Document | None,
    action: str,
    resource: str,
    context: Given | None = None,
    *,
    service: str = CLOUDTRAIL,
    name: str = "of the resource",
) -> Decision:
    """Whether a resource's own policy lets a service in. No policy, or one that cannot be read,
    lets nobody in."""
    if document is None:
        why = f"The resource has no policy, so {service} may not do {action}."
        return Decision(False, False, why, RESOURCE)
    request = Request(service, action, resource, {**_of_service(service), **(context or {})})
    try:
        return evaluate(request, Policies(resource=read(document, name)))
    except MalformedPolicy as problem:
        return _unreadable(problem, RESOURCE)


def trust_verdict(
    document: Document | None,
    *,
    service: str = CLOUDTRAIL,
    role_arn: str = "*",
    context: Given | None = None,
) -> Decision:
    """Whether a role's trust policy lets a service assume it."""
    return service_verdict(
        document, "sts:AssumeRole", role_arn, context, service=service, name="of the role"
    )


def role_verdict(
    documents: Documents,
    action: str,
    resource: str,
    context: Given | None = None,
    *,
    role_arn: str = "arn:aws:iam::123456789012:role/role",
    boundary: Document | None = None,
) -> Decision:
    """Whether a role's identity policies (by name, or in a row) let it do something."""
    given = {"aws:PrincipalArn": role_arn, "aws:SecureTransport": "true", **(context or {})}
    try:
        limits = None if boundary is None else read(boundary, "of the role")
        policies = Policies(identity=read_all(documents), boundary=limits)
        return evaluate(Request(role_arn, action, resource, given), policies)
    except MalformedPolicy as problem:
        return _unreadable(problem)


def read(document: Document, name: str) -> Policy:
    """The policy of a document, remembered when it comes as text. Raises MalformedPolicy."""
    return cached(document, name) if isinstance(document, str) else parse(document, name)


def read_all(documents: Documents) -> list[Policy]:
    """Several documents. Raises MalformedPolicy."""
    if isinstance(documents, Mapping):
        return [read(document, name) for name, document in documents.items()]
    return [read(document, f"#{place}") for place, document in enumerate(documents, 1)]


def _of_service(service: str) -> dict[str, str]:
    """User Guide (IAM), "AWS global condition context keys": what is there on each service call."""
    return {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": service,
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
    }


def _unreadable(problem: MalformedPolicy, kind: str = "identity-based policy") -> Decision:
    return Decision(False, False, f"The policy cannot be read: {problem.message}", kind)
