"""Who is named by a statement's Principal, and how closely it fits who asks.

User Guide (IAM), "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from .glob import Context


class Fit(IntEnum):
    """How a statement names the one who asks; the greater, the more it gives."""

    NONE = 0
    ACCOUNT = 1  # the account is trusted: its own policies decide
    PARENT = 2  # the role, of itself or of a session; the user of a federated session
    SELF = 3  # the very principal, or everybody


@dataclass(frozen=True, slots=True)
class Who:
    """One who asks, read from an ARN, an account id or a service's name."""

    name: str  # as given
    kind: str  # root user role session federated-user account service federated anonymous
    account: str | None = None
    partition: str = "aws"
    parent: str | None = None  # bare name of a session's role, of a federated session's user

    @property
    def is_root(self) -> bool:
        return self.kind in ("root", "account")

    @property
    def has_policies(self) -> bool:
        """Whether identity policies can decide: not for services, providers and strangers."""
        return self.account is not None and self.kind != "federated"


_ARN = re.compile(r"arn:([\w-]+):(iam|sts)::(\d{12}):([\w-]+)(?:/(.+))?", re.DOTALL)
_KINDS = {
    ("iam", "root"): "root",
    ("iam", "user"): "user",
    ("iam", "role"): "role",
    ("iam", "saml-provider"): "federated",
    ("iam", "oidc-provider"): "federated",
    ("sts", "assumed-role"): "session",
    ("sts", "federated-user"): "federated-user",
}
_WEB_IDENTITY = "cognito-identity.amazonaws.com"  # a provider, though named like a service
_SERVICE = re.compile(r"[\w.-]+\.amazonaws\.com(\.cn)?|[\w.-]+\.aws\.internal")


@lru_cache(maxsize=1024)
def who(name: str) -> Who:
    """The principal that a request's name stands for; what cannot be read is a stranger."""
    if name in ("", "*", "anonymous"):
        return Who("*", "anonymous")
    if re.fullmatch(r"\d{12}", name):
        return Who(name, "account", name)
    found = _ARN.fullmatch(name)
    if found:
        return _from_arn(name, *found.groups())
    if _SERVICE.fullmatch(name) and name != _WEB_IDENTITY:
        return Who(name, "service")
    return Who(name, "federated")


def _from_arn(
    name: str, partition: str, service: str, account: str, sort: str, rest: str | None
) -> Who:
    kind = _KINDS.get((service, sort), "federated")
    if kind == "session":
        return Who(name, kind, account, partition, (rest or "").partition("/")[0])
    if kind == "federated-user":
        return Who(name, kind, account, partition, rest)
    return Who(name, kind, account, partition)


@dataclass(frozen=True, slots=True)
class Principals:
    """What a Principal or NotPrincipal element names, sorted by how it is found."""

    everybody: bool = False
    accounts: frozenset[str] = frozenset()
    arns: frozenset[str] = frozenset()  # users, roles, sessions
    parents: frozenset[tuple[str, str, str]] = frozenset()  # (kind, account, bare name)
    services: frozenset[str] = frozenset()
    federated: frozenset[str] = frozenset()
    canonical: frozenset[str] = frozenset()

    def fit(self, asker: Who, context: Context) -> Fit:
        """How closely these principals name the one who asks."""
        if self.everybody:
            return Fit.SELF
        if self._names(asker):
            return Fit.PARENT if asker.kind == "role" else Fit.SELF
        if self._names_parent(asker, context):
            return Fit.PARENT
        return Fit.ACCOUNT if asker.account in self.accounts else Fit.NONE

    def spares(self, asker: Who, context: Context) -> bool:
        """Whether a Deny with these as NotPrincipal leaves the asker alone.

        "When you use NotPrincipal with Deny, you must also specify the account ARN of the
        not-denied principal"; for a session also its role's.
        """
        if self.everybody:
            return True
        if asker.account is None or asker.is_root:
            return self.fit(asker, context) > Fit.NONE
        own = self._names(asker) and asker.account in self.accounts
        return own and (asker.parent is None or self._names_parent(asker, context))

    def _names(self, asker: Who) -> bool:
        if asker.kind == "service":
            return asker.name in self.services
        if asker.kind == "federated":
            return asker.name in self.federated
        if asker.is_root:
            return asker.account in self.accounts
        return asker.name in self.arns

    def _names_parent(self, asker: Who, context: Context) -> bool:
        """A session by its role. A session's ARN lacks the role's path; where the context tells
        the role's full ARN (aws:PrincipalArn) that one counts."""
        if asker.parent is None or asker.account is None:
            return False
        full = context.get("aws:principalarn")
        if asker.kind == "session" and isinstance(full, str) and ":role/" in full:
            return full in self.arns
        kind = "role" if asker.kind == "session" else "user"
        return (kind, asker.account, asker.parent) in self.parents


def _parent_name(arn: str) -> tuple[str, str, str] | None:
    named = who(arn)
    if named.kind in ("role", "user") and named.account:
        return (named.kind, named.account, arn.rsplit("/", 1)[-1])
    return None


def principals(element: str | Mapping[str, tuple[str, ...]]) -> Principals:
    """A Principal element, already checked for its types, made ready for matching."""
    if isinstance(element, str):
        return Principals(everybody=element == "*")
    named = element.get("AWS", ())
    known = [(name, who(name)) for name in named if name != "*"]
    return Principals(
        everybody="*" in named,
        accounts=frozenset(w.account for _, w in known if w.is_root and w.account),
        arns=frozenset(name for name, w in known if not w.is_root),
        parents=frozenset(p for name, _ in known if (p := _parent_name(name))),
        services=frozenset(element.get("Service", ())),
        federated=frozenset(element.get("Federated", ())),
        canonical=frozenset(element.get("CanonicalUser", ())),
    )
