"""May they? Every call is decided by the policies that bear on it, as IAM decides.

Sources: IAM User Guide, "Policy evaluation logic"; Service Authorization Reference (which
permissions a call needs: policy/actions.py); "AWS global condition context keys".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..cloudtrail.call import Caller
from .moto_adapter import facts, policies
from .policy import (
    Decision,
    MalformedPolicy,
    Place,
    Policies,
    Policy,
    Request,
    cached,
    evaluate,
    needs,
    refusal,
)

EVERYTHING = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'

# Whose policy must say yes (or trust the account), even within one account: a KMS key's ("Default
# key policy", KMS Developer Guide) and a role's trust policy.
DECIDING = ("kms:", "sts:AssumeRole")

# Request parameters and headers that are condition keys of their service (Service Authorization
# Reference, "Condition keys" of S3, STS, KMS).
FROM_HEADERS = {
    "x-amz-acl": "s3:x-amz-acl",
    "x-amz-server-side-encryption": "s3:x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id": "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-storage-class": "s3:x-amz-storage-class",
    "x-amz-content-sha256": "s3:x-amz-content-sha256",
}
FROM_PARAMS = {
    ("s3", "Prefix"): "s3:prefix",
    ("s3", "Delimiter"): "s3:delimiter",
    ("s3", "MaxKeys"): "s3:max-keys",
    ("s3", "VersionId"): "s3:VersionId",
    ("sts", "ExternalId"): "sts:ExternalId",
    ("sts", "RoleSessionName"): "sts:RoleSessionName",
    ("sts", "SourceIdentity"): "sts:SourceIdentity",
    ("sns", "Protocol"): "sns:Protocol",
    ("sns", "Endpoint"): "sns:Endpoint",
}


@dataclass(frozen=True, slots=True)
class Asking:
    """One call, as far as permission depends on it."""

    service: str
    operation: str
    params: Mapping[str, Any]
    caller: Caller
    account: str
    region: str
    now: datetime
    source_ip: str
    headers: Mapping[str, str]
    session_policies: tuple[str, ...] | None = None


def refused(asking: Asking) -> str | None:
    """AWS's message when the call may not be made; None when it may."""
    for need in needs(asking.service, asking.operation, _resolved(asking), _place(asking)):
        request = Request(str(asking.caller.arn), need.action, need.resource, context(asking))
        decision = _decide(asking, request)
        if not decision.allowed:
            return _in_the_services_words(asking.service, request, refusal(request, decision))
    return None


def _decide(asking: Asking, request: Request) -> Decision:
    try:
        return evaluate(
            request, _bearing(asking, request), resource_account=policies.owner_of(request.resource)
        )
    except MalformedPolicy as problem:
        return Decision(False, False, f"A policy cannot be read: {problem.message}")


def _bearing(asking: Asking, request: Request) -> Policies:
    caller = asking.caller
    trust = request.action == "sts:AssumeRole"
    document = (
        policies.of_trust(request.resource)
        if trust
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


def _place(asking: Asking) -> Place:
    return Place(asking.account, asking.region)


def _resolved(asking: Asking) -> Mapping[str, Any]:
    """A KMS alias stands for its key, which permissions are on (KMS Developer Guide)."""
    key_id = asking.params.get("KeyId")
    if asking.service != "kms" or not isinstance(key_id, str) or "alias/" not in key_id:
        return asking.params
    key = facts.kms_key(key_id, asking.account, asking.region)
    return asking.params if key is None else {**asking.params, "KeyId": key.arn}


def context(asking: Asking) -> dict[str, str]:
    """The condition keys that an HTTP call gives."""
    caller, session = asking.caller, asking.caller.session
    role = session.issuer if session and session.issuer and session.issuer.type == "Role" else None
    known = {
        "aws:PrincipalArn": role.arn if role else caller.arn,
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalType": {"IAMUser": "User", "Root": "Account"}.get(caller.type, caller.type),
        "aws:userid": caller.principal_id,
        "aws:username": caller.user_name,
        "aws:SourceIp": asking.source_ip,
        "aws:UserAgent": asking.headers.get("user-agent"),
        "aws:Referer": asking.headers.get("referer"),
        "aws:SecureTransport": "true",  # records show TLS too: see docs/differences.md
        "aws:ViaAWSService": "false",
        "aws:PrincipalIsAWSService": "false",
        "aws:RequestedRegion": asking.region,
        "aws:CurrentTime": asking.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(asking.now.timestamp())),
    }
    if session is not None:
        known["aws:MultiFactorAuthPresent"] = "true" if session.mfa else "false"
        known["aws:TokenIssueTime"] = session.created.strftime("%Y-%m-%dT%H:%M:%SZ")
        known["aws:SourceIdentity"] = session.source_identity
    known |= _asked_for(asking)
    return {key: value for key, value in known.items() if value is not None}


def _asked_for(asking: Asking) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    if asking.service == "s3":
        found |= {key: asking.headers.get(name) for name, key in FROM_HEADERS.items()}
    for (service, name), key in FROM_PARAMS.items():
        if service == asking.service and asking.params.get(name) is not None:
            found[key] = str(asking.params[name])
    if asking.service == "kms":
        pairs = asking.params.get("EncryptionContext") or {}
        found |= {f"kms:EncryptionContext:{k}": str(v) for k, v in pairs.items()}
    return found


def _in_the_services_words(service: str, request: Request, message: str) -> str:
    """EC2 and S3 say it a little differently (EC2 User Guide, "Example policies": the encoded
    message; S3 User Guide, "Troubleshoot access denied": the resource in quotes)."""
    if service == "s3":
        return message.replace(f"resource: {request.resource} ", f'resource: "{request.resource}" ')
    if service == "ec2":
        return f"You are not authorized to perform this operation. {message}"
    return message
