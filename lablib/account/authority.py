"""May they? Every call is decided by the policies that bear on it, as IAM decides.

Sources: IAM User Guide, "Policy evaluation logic"; Service Authorization Reference (which
permissions a call needs: policy/actions.py, policy/passing.py).
"""

from __future__ import annotations

from ..cloudtrail.call import Caller
from .asking import Asking, context
from .identity import ANONYMOUS
from .moto_adapter import objects, policies
from .policy import (
    Decision,
    MalformedPolicy,
    Need,
    Place,
    Policies,
    Policy,
    Request,
    cached,
    evaluate,
    needs,
    passed,
    refusal,
)
from .resolving import resolved

EVERYTHING = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'

# Whose policy must say yes (or trust the account), even within one account: a KMS key's ("Default
# key policy", KMS Developer Guide) and a role's trust policy.
TRUST = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")
DECIDING = ("kms:", *TRUST)


def refused(asking: Asking) -> str | None:
    """AWS's message when the call may not be made; None when it may."""
    params = resolved(asking.service, asking.params, asking.account, asking.region)
    place = Place(asking.account, asking.region)
    for need in needs(asking.service, asking.operation, params, place):
        message = refused_need(asking, need)
        if message is not None:
            return message
    for need in passed(asking.service, asking.operation, params):
        message = refused_need(asking, need)
        if message is not None:
            return message
    return None


def refused_need(asking: Asking, need: Need) -> str | None:
    """The same for one permission, which the call itself may not tell of."""
    principal = "*" if asking.caller.account == ANONYMOUS else str(asking.caller.arn)
    known = context(asking) | dict(need.context)
    request = Request(principal, need.action, need.resource, known)
    decision = _decide(asking, request)
    if decision.allowed:
        return None
    return _in_the_services_words(asking, request, refusal(request, decision))


def _decide(asking: Asking, request: Request) -> Decision:
    owner = policies.owner_of(request.resource)
    if principal_is_stranger(request) and _public_access_is_blocked(request.resource):
        return Decision(False, True, "The bucket's RestrictPublicBuckets setting is on.")
    try:
        return evaluate(request, _bearing(asking, request), resource_account=owner)
    except MalformedPolicy as problem:
        return Decision(False, False, f"A policy cannot be read: {problem.message}")


def principal_is_stranger(request: Request) -> bool:
    return request.principal == "*"


def _public_access_is_blocked(resource: str) -> bool:
    """S3 User Guide, "Blocking public access": with RestrictPublicBuckets a public policy lets in
    only AWS services and the bucket owner's own account."""
    bucket = resource.rpartition(":::")[2].partition("/")[0]
    return objects.blocks(bucket, "restrict_public_buckets")


def _bearing(asking: Asking, request: Request) -> Policies:
    caller = asking.caller
    document = (
        policies.of_trust(request.resource)
        if request.action in TRUST
        else policies.of_resource(request.resource, asking.account)
    )
    held = _held(caller)
    return Policies(
        identity=_all(held.policies),
        boundary=_read("boundary", held.boundary),
        session=_session(asking),
        scps=[_all(level) for level in policies.service_control(str(caller.account))],
        resource=_read("of the resource", document),
        resource_decides=request.action.startswith(DECIDING) and document is not None,
    )


def _held(caller: Caller) -> policies.Identity:
    """A federated user's permissions are its issuer's, cut by the session policies."""
    if caller.account == ANONYMOUS:
        return policies.Identity((), None)
    if caller.type == "Root":
        return policies.Identity((("root", EVERYTHING),), None)
    issuer = caller.session.issuer if caller.session else None
    if issuer is None:
        return policies.of_user(str(caller.account), str(caller.user_name))
    if issuer.type == "Role":
        return policies.of_role(issuer.arn)
    if issuer.type == "Root":
        return policies.Identity((("root", EVERYTHING),), None)
    return policies.of_user(issuer.account, str(issuer.user_name))


def _session(asking: Asking) -> list[Policy] | None:
    if asking.session_policies is None:
        return None
    return [cached(document, "session") for document in asking.session_policies]


def _all(named: tuple[policies.Named, ...]) -> list[Policy]:
    return [cached(document, name) for name, document in named]


def _read(name: str, document: str | None) -> Policy | None:
    return None if document is None else cached(document, name)


def _in_the_services_words(asking: Asking, request: Request, message: str) -> str:
    """EC2 and S3 say it a little differently (EC2 User Guide, "Example policies": the encoded
    message; S3 User Guide, "Troubleshoot access denied": the resource in quotes, and not a word
    more than that to callers of other accounts)."""
    if asking.service == "s3" and request.action.startswith("s3:"):
        if policies.owner_of(request.resource) not in (None, asking.caller.account):
            return "Access Denied"
        return message.replace(f"resource: {request.resource} ", f'resource: "{request.resource}" ')
    if asking.service == "ec2":
        return f"You are not authorized to perform this operation. {message}"
    return message
