"""Who signs in at the console: from names to the identities that the records show.

There is no console in the lab; `sign_in` writes what one would have left. A password is not asked
for: whether it was right is said.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..cloudtrail.call import Caller, Session
from ..cloudtrail.sign_in import BROWSER, SignIn
from .asking import Asking
from .authority import refused
from .identity import Identities
from .moto_adapter import facts, names
from .sts import issuer_of


class CannotSignIn(Exception):
    """What was asked cannot be: one sentence."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for, in plain values that the journal can keep."""

    user: str | None
    ok: bool
    mfa: bool | None
    role: str | None
    source_ip: str
    user_agent: str
    region: str | None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Wish:
        """From JSON; raises CannotSignIn."""
        known = {"user", "ok", "mfa", "role", "source_ip", "user_agent", "region"}
        if strange := ", ".join(sorted(set(body) - known)):
            raise CannotSignIn(f"{strange}: not known here. Known are {', '.join(sorted(known))}.")
        wish = cls(
            user=_text(body, "user"),
            ok=_truth(body, "ok", True) is not False,
            mfa=_truth(body, "mfa", None),
            role=_text(body, "role"),
            source_ip=_address(_text(body, "source_ip") or "127.0.0.1"),
            user_agent=_text(body, "user_agent") or BROWSER,
            region=_text(body, "region"),
        )
        if wish.user is None and wish.role is None:
            raise CannotSignIn("Say who signs in: a user, a role, or both.")
        if wish.region is not None and wish.region not in facts.regions():
            raise CannotSignIn(f"{wish.region!r} is not a Region.")
        return wish


def _text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise CannotSignIn(f"{name} is not a text: {value!r}.")
    return value or None


def _truth(body: Mapping[str, Any], name: str, default: bool | None) -> bool | None:
    value = body.get(name, default)
    if value is not None and not isinstance(value, bool):
        raise CannotSignIn(f"{name} is neither true nor false: {value!r}.")
    return value


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise CannotSignIn(f"{text!r} is not an IP address.") from None


def arrive(wish: Wish, identities: Identities, now: datetime) -> SignIn:
    """The sign-in as CloudTrail meets it. Raises CannotSignIn."""
    account = identities.account
    user = None if wish.user is None else _user(wish.user, identities)
    known = user is not None
    devices = tuple(names.devices(account, str(wish.user))) if known else ()
    role = _role(wish, user, account, now) if wish.role and wish.ok else None
    return SignIn(
        time=now,
        account=account,
        user=user if wish.user is None or known else Caller("IAMUser", account=account),
        known=wish.user is None or known,
        ok=wish.ok,
        mfa=bool(devices) if wish.mfa is None else wish.mfa and known,
        devices=devices,
        role=role,
        source_ip=wish.source_ip,
        user_agent=wish.user_agent,
        region=wish.region,
    )


def _user(name: str, identities: Identities) -> Caller | None:
    if name == "root":
        return identities.root_user()
    user = facts.iam_user(identities.account, name)
    if user is None:
        return None
    return Caller(
        "IAMUser",
        account=identities.account,
        principal_id=user[0],
        arn=user[1],
        user_name=name,
    )


def _role(wish: Wish, user: Caller | None, account: str, now: datetime) -> Caller | None:
    """The role's session, switched to or signed in with; None for a user who is not there."""
    if wish.user is not None and user is None:
        return None
    named = str(wish.role)
    role = facts.iam_role(named if ":" in named else f"arn:aws:iam::{account}:role/{named}")
    if role is None:
        raise CannotSignIn(f"There is no role {named}.")
    if user is not None:
        _may_assume(user, role.arn, wish, now)
    name = str(user.user_name) if user is not None else "federated"
    return Caller(
        "AssumedRole",
        account=role.account,
        principal_id=f"{role.id}:{name}",
        arn=f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{name}",
        session=Session(created=now.replace(microsecond=0), issuer=issuer_of(role)),
    )


def _may_assume(user: Caller, role: str, wish: Wish, now: datetime) -> None:
    if user.type == "Root":
        raise CannotSignIn("The root user cannot switch roles.")
    message = refused(
        Asking(
            service="sts",
            operation="AssumeRole",
            params={"RoleArn": role, "RoleSessionName": str(user.user_name)},
            caller=user,
            account=str(user.account),
            region=wish.region or "us-east-1",
            now=now,
            source_ip=wish.source_ip,
            headers={},
        )
    )
    if message is not None:
        raise CannotSignIn(f"{message}.")
