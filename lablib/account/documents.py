"""Policies on their way in: what AWS would not store is refused before moto stores it.

The words are policy/validation.py's; which parameter of which operation is a policy of which kind
stands here. API reference of each service, "Errors" of each operation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .asking import Asking, context
from .moto_adapter import facts, names
from .policy import MalformedPolicy, Policies, Request, cached, evaluate, validate
from .resolving import resolved

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """The parameter (a path with dots) that holds a policy, and of which kind it is."""

    parameter: str
    kind: str


_IDENTITY = (Document("PolicyDocument", "identity"),)
_KEY = (Document("Policy", "kms"),)
_SESSION = (Document("Policy", "identity"),)

DOCUMENTS: Mapping[tuple[str, str], tuple[Document, ...]] = {
    ("iam", "CreatePolicy"): _IDENTITY,
    ("iam", "CreatePolicyVersion"): _IDENTITY,
    ("iam", "PutUserPolicy"): _IDENTITY,
    ("iam", "PutGroupPolicy"): _IDENTITY,
    ("iam", "PutRolePolicy"): _IDENTITY,
    ("iam", "CreateRole"): (Document("AssumeRolePolicyDocument", "trust"),),
    ("iam", "UpdateAssumeRolePolicy"): (Document("PolicyDocument", "trust"),),
    ("s3", "PutBucketPolicy"): (Document("Policy", "s3"),),
    ("kms", "CreateKey"): _KEY,
    ("kms", "PutKeyPolicy"): _KEY,
    ("sns", "CreateTopic"): (Document("Attributes.Policy", "sns"),),
    ("sns", "SetTopicAttributes"): (Document("AttributeValue", "sns"),),
    ("sqs", "CreateQueue"): (Document("Attributes.Policy", "sqs"),),
    ("sqs", "SetQueueAttributes"): (Document("Attributes.Policy", "sqs"),),
    ("secretsmanager", "PutResourcePolicy"): (Document("ResourcePolicy", "secretsmanager"),),
    ("organizations", "CreatePolicy"): (Document("Content", "scp"),),
    ("organizations", "UpdatePolicy"): (Document("Content", "scp"),),
    ("sts", "AssumeRole"): _SESSION,
    ("sts", "AssumeRoleWithSAML"): _SESSION,
    ("sts", "AssumeRoleWithWebIdentity"): _SESSION,
    ("sts", "GetFederationToken"): _SESSION,
}


@dataclass(frozen=True, slots=True)
class Malformed(Exception):
    code: str
    message: str


def check(asking: Asking) -> None:
    """Raises Malformed for a policy that the service would not take."""
    for row in DOCUMENTS.get((asking.service, asking.operation), ()):
        for document in _found(asking.params, row.parameter.split(".")):
            if not document or not _is_a_policy(asking):
                continue
            try:
                _validate(document, row.kind, asking)
            except MalformedPolicy as problem:
                raise Malformed(problem.code, problem.message) from None
            if row.kind == "kms":
                _keep_the_door_open(document, asking)


def _is_a_policy(asking: Asking) -> bool:
    """Whether the parameter is one of the checked kind, and what it is put on is there."""
    params = asking.params
    if asking.operation == "SetTopicAttributes":
        return bool(params.get("AttributeName") == "Policy")
    if asking.service == "organizations":
        return bool(params.get("Type", "SERVICE_CONTROL_POLICY") == "SERVICE_CONTROL_POLICY")
    if asking.service == "s3":
        return facts.bucket_region(str(params.get("Bucket"))) is not None
    return True


def _validate(document: str, kind: str, asking: Asking) -> None:
    resource = f"arn:aws:s3:::{asking.params.get('Bucket')}" if kind == "s3" else None
    validate(document, kind, resource=resource, exists=names.principal_exists)


def _found(value: Any, path: list[str]) -> Iterator[str]:
    if path and isinstance(value, Mapping):
        yield from _found(value.get(path[0]), path[1:])
    elif not path and isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif not path and isinstance(value, str):
        yield value


def _keep_the_door_open(document: str, asking: Asking) -> None:
    """KMS API reference, PutKeyPolicy: without BypassPolicyLockoutSafetyCheck "the key policy must
    allow the principal that is making the PutKeyPolicy request to make a subsequent one"."""
    if asking.params.get("BypassPolicyLockoutSafetyCheck") or asking.caller.type == "Root":
        return
    arn = resolved("kms", asking.params, asking.account, asking.region).get("KeyId")
    resource = arn or f"arn:aws:kms:{asking.region}:{asking.account}:key/new"
    request = Request(str(asking.caller.arn), "kms:PutKeyPolicy", resource, context(asking))
    everything = cached(EVERYTHING, "assumed")
    policies = Policies([everything], resource=cached(document, "new"), resource_decides=True)
    if not evaluate(request, policies, resource_account=asking.account).allowed:
        raise Malformed("MalformedPolicyDocumentException", LOCKED_OUT)


EVERYTHING = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."
