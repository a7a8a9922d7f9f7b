"""Who called, as the record says it: `userIdentity`, and LookupEvents' Username.

Source: User Guide, "CloudTrail userIdentity element". Member order as observed in 27,023 records.
"""

from __future__ import annotations

from typing import Any

from lablib.cloudtrail.call import Caller, Session
from lablib.cloudtrail.record import dates


def user_identity(caller: Caller) -> dict[str, Any]:
    """The record's userIdentity: members that are None are not there."""
    if caller.type == "AWSService":  # observed: {type, invokedBy} and nothing else
        return {"type": caller.type, "invokedBy": caller.invoked_by}
    members = {
        "type": caller.type,
        "principalId": caller.principal_id,
        "arn": caller.arn,
        "accountId": caller.account,
        "accessKeyId": caller.access_key_id,
        "userName": caller.user_name,
        "identityProvider": caller.identity_provider,
        "sessionContext": _session_context(caller.session) if caller.session else None,
        "invokedBy": caller.invoked_by,
    }
    return {name: value for name, value in members.items() if value is not None}


def _session_context(session: Session) -> dict[str, Any]:
    context: dict[str, Any] = {}
    if session.issuer:
        issuer = session.issuer
        context["sessionIssuer"] = {
            "type": issuer.type,
            "principalId": issuer.principal_id,
            "arn": issuer.arn,
            "accountId": issuer.account,
            **({"userName": issuer.user_name} if issuer.user_name else {}),
        }
    if session.federated_provider:
        context["webIdFederationData"] = {
            "federatedProvider": session.federated_provider,
            "attributes": {},
        }
    context["attributes"] = {
        "creationDate": dates.iso(session.created),
        "mfaAuthenticated": "true" if session.mfa else "false",
    }
    if session.source_identity:
        context["sourceIdentity"] = session.source_identity
    if session.ec2_role_delivery:
        context["ec2RoleDelivery"] = session.ec2_role_delivery
    return context


def username(identity: dict[str, Any]) -> str | None:
    """LookupEvents' Username: the user's name, `root`, or the session's name.

    User Guide, "Viewing CloudTrail events with the AWS CLI": root is `root`. For assumed roles the
    role session name, as commonly seen; services have none.
    """
    kind = identity.get("type")
    if kind == "Root":
        return "root"
    if kind in ("AssumedRole", "FederatedUser"):
        return str(identity.get("principalId", "")).partition(":")[2] or None
    name = identity.get("userName")
    return str(name) if name else None


def is_service(caller: Caller) -> bool:
    """Did an AWS service make the call, in its own name or on somebody's behalf?"""
    return bool(caller.invoked_by)
