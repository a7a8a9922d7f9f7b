"""STS, as far as it hands out credentials or says who one is.

Sources: STS API reference (AssumeRole, GetSessionToken, GetFederationToken, GetCallerIdentity) and
IAM User Guide, "Role chaining" (a chained session lasts one hour at most).
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..cloudtrail.call import Caller, Issuer, Session
from .identity import Identities, KeyPair, TemporaryKey, draw_key
from .moto_adapter import facts


class StsError(Exception):
    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True, slots=True)
class Asked:
    """One STS call: by whom, when, and the chance it may draw from."""

    params: Mapping[str, Any]
    caller: Caller
    now: datetime
    rng: random.Random


class Sts:
    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self.operations: dict[str, Callable[[Asked], dict[str, Any]]] = {
            "AssumeRole": self._assume_role,
            "GetSessionToken": self._get_session_token,
            "GetFederationToken": self._get_federation_token,
            "GetCallerIdentity": self._get_caller_identity,
        }

    def _get_caller_identity(self, asked: Asked) -> dict[str, Any]:
        caller = asked.caller
        return {"UserId": caller.principal_id, "Account": caller.account, "Arn": caller.arn}

    def _assume_role(self, asked: Asked) -> dict[str, Any]:
        params, caller = asked.params, asked.caller
        if caller.type == "Root":
            raise StsError("AccessDenied", "Roles may not be assumed by root accounts.", 403)
        role = facts.iam_role(params.get("RoleArn", ""))
        if role is None:
            raise not_authorized(caller, "sts:AssumeRole", params.get("RoleArn", ""))
        name = params.get("RoleSessionName", "")
        seconds = duration(params, 3600, 900, role.max_session)
        if caller.type == "AssumedRole" and seconds > 3600:
            raise StsError(
                "ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
                "by role chaining",
            )
        session = Session(
            created=asked.now.replace(microsecond=0),
            mfa=bool(params.get("TokenCode")),
            issuer=Issuer("Role", role.id, role.arn, role.account, role.name),
            source_identity=params.get("SourceIdentity")
            or (caller.session.source_identity if caller.session else None),
        )
        holder = Caller(
            type="AssumedRole",
            account=role.account,
            principal_id=f"{role.id}:{name}",
            arn=f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{name}",
            session=session,
        )
        policies = (str(params["Policy"]),) if params.get("Policy") else None
        key = self._issue(holder, asked, seconds, policies)
        answer: dict[str, Any] = {
            "Credentials": credentials(key),
            "AssumedRoleUser": {"AssumedRoleId": holder.principal_id, "Arn": holder.arn},
        }
        if session.source_identity:
            answer["SourceIdentity"] = session.source_identity
        return answer

    def _get_session_token(self, asked: Asked) -> dict[str, Any]:
        self._only_long_term(asked.caller, "GetSessionToken")
        longest = 3600 if asked.caller.type == "Root" else 129600
        seconds = duration(asked.params, min(43200, longest), 900, longest)
        session = Session(
            created=asked.now.replace(microsecond=0), mfa=bool(asked.params.get("TokenCode"))
        )
        return {
            "Credentials": credentials(self._issue(_with(asked.caller, session), asked, seconds))
        }

    def _get_federation_token(self, asked: Asked) -> dict[str, Any]:
        caller = asked.caller
        self._only_long_term(caller, "GetFederationToken")
        seconds = duration(asked.params, 43200, 900, 3600 if caller.type == "Root" else 129600)
        name = asked.params.get("Name", "")
        kind = "Root" if caller.type == "Root" else "IAMUser"
        issuer = Issuer(
            kind, str(caller.principal_id), str(caller.arn), str(caller.account), caller.user_name
        )
        holder = Caller(
            type="FederatedUser",
            account=caller.account,
            principal_id=f"{caller.account}:{name}",
            arn=f"arn:aws:sts::{caller.account}:federated-user/{name}",
            session=Session(created=asked.now.replace(microsecond=0), issuer=issuer),
        )
        # "If you do not pass a policy, the resulting federated user session has no permissions"
        policies = (str(asked.params["Policy"]),) if asked.params.get("Policy") else ()
        return {
            "Credentials": credentials(self._issue(holder, asked, seconds, policies)),
            "FederatedUser": {"FederatedUserId": holder.principal_id, "Arn": holder.arn},
            "PackedPolicySize": 0,
        }

    def _only_long_term(self, caller: Caller, operation: str) -> None:
        if caller.session is not None:
            message = f"Cannot call {operation} with session credentials"
            raise StsError("AccessDenied", message, 403)

    def _issue(
        self, holder: Caller, asked: Asked, seconds: int, policies: tuple[str, ...] | None = None
    ) -> TemporaryKey:
        pair = draw_key(asked.rng, "ASIA")
        token = base64.b64encode(b"\x14\x17" + asked.rng.randbytes(238)).decode()
        caller = _with(holder, holder.session, pair)
        key = TemporaryKey(pair, token, asked.now + timedelta(seconds=seconds), caller, policies)
        self._identities.temporary[pair.id] = key
        return key


def _with(caller: Caller, session: Session | None, pair: KeyPair | None = None) -> Caller:
    return Caller(
        type=caller.type,
        account=caller.account,
        principal_id=caller.principal_id,
        arn=caller.arn,
        access_key_id=pair.id if pair else caller.access_key_id,
        user_name=caller.user_name,
        session=session,
    )


def duration(params: Mapping[str, Any], default: int, least: int, most: int) -> int:
    seconds = int(params.get("DurationSeconds") or default)
    if seconds < least:
        raise StsError(
            "ValidationError",
            f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to "
            f"satisfy constraint: Member must have value greater than or equal to {least}",
        )
    if seconds > most:
        raise StsError(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )
    return seconds


def credentials(key: TemporaryKey) -> dict[str, Any]:
    return {
        "AccessKeyId": key.pair.id,
        "SecretAccessKey": key.pair.secret,
        "SessionToken": key.token,
        "Expiration": key.expires.replace(microsecond=0),
    }


def not_authorized(caller: Caller, action: str, resource: str) -> StsError:
    """AWS says the same for a role that is missing and one that does not trust the caller."""
    return StsError(
        "AccessDenied",
        f"User: {caller.arn} is not authorized to perform: {action} on resource: {resource}",
        403,
    )
