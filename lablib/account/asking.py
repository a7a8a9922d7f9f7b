"""Who asks for what, in which circumstances: the condition keys that an HTTP call gives.

Sources: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference,
"Condition keys" of S3, STS, SNS, KMS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..cloudtrail.call import Caller
from .network import Entrance

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
    entrance: Entrance | None = None


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
        if session.mfa:
            known["aws:MultiFactorAuthAge"] = str(
                int((asking.now - session.created).total_seconds())
            )
        known["aws:TokenIssueTime"] = session.created.strftime("%Y-%m-%dT%H:%M:%SZ")
        known["aws:SourceIdentity"] = session.source_identity
    if asking.service == "sts" and asking.params.get("TokenCode"):
        known |= {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
    known |= _network(asking) | _asked_for(asking)
    return {key: value for key, value in known.items() if value is not None}


def _network(asking: Asking) -> dict[str, str | None]:
    """aws:SourceIp is there except for calls through a VPC endpoint; these have the others."""
    endpoint = asking.entrance
    if endpoint is None:
        return {"aws:SourceIp": asking.source_ip}
    return {
        "aws:SourceVpce": endpoint.id,
        "aws:SourceVpc": endpoint.vpc,
        "aws:VpcSourceIp": asking.source_ip,
    }


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
