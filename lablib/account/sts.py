"""STS, as far as it hands out credentials or says who one is.

Sources: STS API reference (each operation by its name); IAM User Guide, "Role chaining" (a chained
session lasts one hour at most, its source identity stays) and "Logging IAM and AWS STS API calls
with CloudTrail" (a role assumed with MFA is mfaAuthenticated).
"""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..cloudtrail.call import Caller, Issuer, Session
from . import federation
from .federation import Distrusted, Word
from .identity import Identities, KeyPair, TemporaryKey, draw_key
from .moto_adapter import facts, names


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
            "AssumeRoleWithSAML": self._assume_role_with_saml,
            "AssumeRoleWithWebIdentity": self._assume_role_with_web_identity,
            "GetSessionToken": self._get_session_token,
            "GetFederationToken": self._get_federation_token,
            "GetCallerIdentity": self._get_caller_identity,
            "GetAccessKeyInfo": self._get_access_key_info,
        }

    def _get_caller_identity(self, asked: Asked) -> dict[str, Any]:
        caller = asked.caller
        return {"UserId": caller.principal_id, "Account": caller.account, "Arn": caller.arn}

    def _get_access_key_info(self, asked: Asked) -> dict[str, Any]:
        """Any caller is told the account of any key."""
        key_id = str(asked.params.get("AccessKeyId", ""))
        key = facts.iam_key(key_id)
        if key is not None:
            return {"Account": key.account}
        temporary = self._identities.temporary.get(key_id)
        if temporary is None and key_id != self._identities.root.id:
            raise StsError("ValidationError", "Invalid Access Key Id")
        return {"Account": temporary.caller.account if temporary else self._identities.account}

    def _assume_role(self, asked: Asked) -> dict[str, Any]:
        params, caller = asked.params, asked.caller
        if caller.type == "Root":
            raise StsError("AccessDenied", "Roles may not be assumed by root accounts.", 403)
        role = facts.iam_role(params.get("RoleArn", ""))
        if role is None:
            raise not_authorized(caller, "sts:AssumeRole", params.get("RoleArn", ""))
        name = params.get("RoleSessionName", "")
        if caller.type == "AssumedRole" and int(params.get("DurationSeconds") or 0) > 3600:
            raise StsError(
                "ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
                "by role chaining",
            )
        seconds = duration(params, 3600, 900, role.max_session)
        session = Session(
            created=asked.now.replace(microsecond=0),
            mfa=mfa_shown(asked) or bool(caller.session and caller.session.mfa),
            issuer=issuer_of(role),
            source_identity=_source_identity(asked),
        )
        return self._role_session(asked, role, session, name, seconds)

    def _role_session(
        self, asked: Asked, role: facts.IamRole, session: Session, name: str, seconds: int
    ) -> dict[str, Any]:
        """What every AssumeRole… answers; its key is known from now on."""
        holder = Caller(
            type="AssumedRole",
            account=role.account,
            principal_id=f"{role.id}:{name}",
            arn=f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{name}",
            session=session,
        )
        key = self._issue(holder, asked, seconds, _session_policies(asked, None))
        answer: dict[str, Any] = {
            "Credentials": credentials(key),
            "AssumedRoleUser": {"AssumedRoleId": holder.principal_id, "Arn": holder.arn},
        }
        if asked.params.get("Policy"):
            answer["PackedPolicySize"] = packed_size(asked.params)
        if session.source_identity:
            answer["SourceIdentity"] = session.source_identity
        return answer

    def _assume_role_with_web_identity(self, asked: Asked) -> dict[str, Any]:
        return self._federated("AssumeRoleWithWebIdentity", asked)

    def _assume_role_with_saml(self, asked: Asked) -> dict[str, Any]:
        return self._federated("AssumeRoleWithSAML", asked)

    def _federated(self, operation: str, asked: Asked) -> dict[str, Any]:
        try:
            word = federation.read(operation, asked.params, asked.now)
        except Distrusted as no:
            raise StsError(no.code, no.message, no.status) from None
        role = facts.iam_role(str(asked.params.get("RoleArn", "")))
        if role is None or not federation.trusted(word, role.arn):
            raise StsError("AccessDenied", f"Not authorized to perform {word.action}", 403)
        seconds = duration(asked.params, 3600, 900, role.max_session)
        return self._role_session(
            asked, role, _federated_session(word, role, asked), word.session_name, seconds
        ) | dict(word.told)

    def _get_session_token(self, asked: Asked) -> dict[str, Any]:
        self._only_long_term(asked.caller, "GetSessionToken")
        longest = 3600 if asked.caller.type == "Root" else 129600
        seconds = duration(asked.params, min(43200, longest), 900, longest)
        session = Session(created=asked.now.replace(microsecond=0), mfa=mfa_shown(asked))
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
        policies = _session_policies(asked, ())
        return {
            "Credentials": credentials(self._issue(holder, asked, seconds, policies)),
            "FederatedUser": {"FederatedUserId": holder.principal_id, "Arn": holder.arn},
            "PackedPolicySize": packed_size(asked.params),
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


def issuer_of(role: facts.IamRole) -> Issuer:
    return Issuer("Role", role.id, role.arn, role.account, role.name)


def _federated_session(word: Word, role: facts.IamRole, asked: Asked) -> Session:
    return Session(
        created=asked.now.replace(microsecond=0),
        issuer=issuer_of(role),
        source_identity=word.source_identity,
        federated_provider=word.federated_provider,
    )


def _source_identity(asked: Asked) -> str | None:
    """What was set once stays in a chain of roles: "if John tries to set a different source
    identity when assuming the role, the request is denied" """
    session, wanted = asked.caller.session, asked.params.get("SourceIdentity")
    kept = session.source_identity if session else None
    if kept and wanted and wanted != kept:
        raise not_authorized(
            asked.caller, "sts:SetSourceIdentity", str(asked.params.get("RoleArn"))
        )
    return kept or wanted


def _session_policies(asked: Asked, none: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The policies that cut the session: the one in the call, and managed ones by their ARNs."""
    inline = [str(asked.params["Policy"])] if asked.params.get("Policy") else []
    account = str(asked.caller.account or "")
    arns = [str(each.get("arn")) for each in asked.params.get("PolicyArns") or ()]
    managed = [names.managed_policy(arn, account) for arn in arns]
    if any(document is None for document in managed):
        raise StsError("InvalidParameterValue", "Specified PolicyArns do not exist.")
    return (*inline, *(str(document) for document in managed)) if inline or managed else none


def packed_size(params: Mapping[str, Any]) -> int:
    """Per cent of the room for session policies; AWS packs them in a way of its own, so that this
    is their share of the 2,048 characters."""
    return min(100, -(-len(str(params.get("Policy") or "")) * 100 // 2048))


def mfa_shown(asked: Asked) -> bool:
    """Whether the caller has shown a second factor. Raises StsError for a wrong one.

    Any six digits of a device that is assigned to the caller are right: the lab does not compute
    one-time passwords (docs/differences.md).
    """
    code, serial = asked.params.get("TokenCode"), asked.params.get("SerialNumber")
    if not code and not serial:
        return False
    own = names.devices(str(asked.caller.account), str(asked.caller.user_name))
    if serial not in own:
        raise StsError("AccessDenied", WRONG_DEVICE, 403)
    if not re.fullmatch(r"\d{6}", str(code or "")):
        raise StsError("AccessDenied", WRONG_CODE, 403)
    return True


WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
WRONG_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial "
    "number is valid and associated with this user."
)


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
