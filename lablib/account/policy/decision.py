"""May it be done? A request, the policies that bear on it, and the decision with its reason.

User Guide (IAM), "Policy evaluation logic": "How AWS enforcement code logic evaluates requests to
allow or deny access" and "Cross-account policy evaluation logic".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .document import Policy, Statement
from .glob import Context
from .principal import Fit, Who, who

IDENTITY = "identity-based policy"
RESOURCE = "resource-based policy"
BOUNDARY = "permissions boundary"
SESSION = "session policy"
SCP = "service control policy"

WITHOUT_PERMISSION = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})
""""No permissions are required to perform this operation", not even against a Deny (API Reference
of STS, GetCallerIdentity and GetSessionToken)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. `principal` is an ARN, an account id, a service's name, or "*" for a stranger;
    `action` is IAM's name ("s3:PutObject"); `resource` an ARN or "*". A list in `context` is a
    multivalued key."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """May it be done? `why` names the deciding statement, or what is missing, in one sentence.
    `kind` is the kind of policy that decided, in AWS's words."""

    allowed: bool
    explicit_deny: bool
    why: str
    kind: str = IDENTITY


@dataclass(frozen=True, slots=True)
class Policies:
    """All that bears on one request.

    `scps` has one group of policies for each level, from the root of the organization down to the
    account; the caller leaves them out for the management account and service-linked roles.
    `session` is None without a session policy. `resource_decides`: the resource's policy must give
    the permission or trust the account, even inside the account (KMS keys, role trust).
    """

    identity: Sequence[Policy] = ()
    boundary: Policy | None = None
    session: Sequence[Policy] | None = None
    scps: Sequence[Sequence[Policy]] = ()
    resource: Policy | None = None
    resource_decides: bool = False

    def each(self) -> Iterator[tuple[str, Policy]]:
        """Every policy with its kind, in the order in which AWS looks for a Deny."""
        yield from ((SCP, policy) for level in self.scps for policy in level)
        if self.resource is not None:
            yield RESOURCE, self.resource
        yield from ((IDENTITY, policy) for policy in self.identity)
        if self.boundary is not None:
            yield BOUNDARY, self.boundary
        yield from ((SESSION, policy) for policy in self.session or ())


@dataclass(frozen=True, slots=True)
class Asked:
    """A request made ready: the action in lower case, the principal read."""

    request: Request
    action: str
    resource: str
    asker: Who
    context: Context
    bounded: bool = False  # the asker has a permissions boundary

    def covers(self, statement: Statement) -> bool:
        """Whether a statement's action, resource and conditions fit; principals apart."""
        if statement.actions.matches(self.action, self.context) == statement.not_action:
            return False
        if not self._concerns(statement):
            return False
        return all(condition.holds(self.context) for condition in statement.conditions)

    def _concerns(self, statement: Statement) -> bool:
        if statement.resources is None:
            return True
        return statement.resources.matches(self.resource, self.context) != statement.not_resource

    def fit(self, statement: Statement) -> Fit:
        """How a statement of a resource's policy names the one who asks."""
        named = statement.principals
        if named is None:
            return Fit.NONE
        if not statement.not_principal:
            return named.fit(self.asker, self.context)
        if statement.allow:
            spared = named.fit(self.asker, self.context) > Fit.NONE
        else:
            # "… will always deny any IAM principal that has a permissions boundary policy attached,
            # regardless of the values specified in the NotPrincipal element."
            spared = named.spares(self.asker, self.context) and not self.bounded
        return Fit.NONE if spared else Fit.SELF


def evaluate(
    request: Request, policies: Policies, *, resource_account: str | None = None
) -> Decision:
    """The decision on a request.

    `resource_account` owns the resource; without it the ARN tells, and an ARN without an account
    (S3) is taken for the asker's own.
    """
    action = request.action.lower()
    if action in WITHOUT_PERMISSION:
        return Decision(True, False, f"Nobody needs a permission for {request.action}.")
    asked = Asked(
        request,
        action,
        request.resource,
        who(request.principal),
        Context(request.context),
        bounded=policies.boundary is not None,
    )
    denied = _explicit_deny(asked, policies)
    if denied is not None:
        return denied
    if not asked.asker.has_policies:
        return _for_strangers(asked, policies.resource)
    owner = resource_account or _account_of(request.resource) or asked.asker.account
    return _for_accounts(asked, policies, own=owner == asked.asker.account)


def _account_of(arn: str) -> str | None:
    """None where the ARN has no account, or `aws` (managed policies: they are nobody else's)."""
    parts = arn.split(":", 5)
    named = parts[4] if len(parts) == 6 and parts[0] == "arn" else ""
    return None if named in ("", "aws") else named


def _explicit_deny(asked: Asked, policies: Policies) -> Decision | None:
    for kind, policy in policies.each():
        for statement in policy.denies:
            named = kind != RESOURCE or asked.fit(statement) > Fit.NONE
            if named and asked.covers(statement):
                return Decision(False, True, _by(statement, policy, kind, "denies"), kind)
    return None


def _for_strangers(asked: Asked, resource: Policy | None) -> Decision:
    """Services, providers and anonymous callers have no policies of their own."""
    granted = _grant(asked, resource)
    if granted is None:
        return _missing(asked, RESOURCE)
    statement, _ = granted
    assert resource is not None
    return Decision(True, False, _by(statement, resource, RESOURCE, "allows"), RESOURCE)


def _for_accounts(asked: Asked, policies: Policies, *, own: bool) -> Decision:
    """The order of the User Guide: organization, resource, identity, boundary, session."""
    for level in policies.scps:
        if _allowing(asked, level) is None:
            return _missing(asked, SCP)
    granted = _grant(asked, policies.resource)
    fit = granted[1] if granted else Fit.NONE
    if own and granted and fit > Fit.ACCOUNT:
        return _granted(asked, policies, granted[0], fit)
    if fit is Fit.NONE and (not own or policies.resource_decides):
        return _missing(asked, RESOURCE)
    return _by_identity(asked, policies)


def _granted(asked: Asked, policies: Policies, statement: Statement, fit: Fit) -> Decision:
    """In the resource's own account its policy alone is enough. What it gives to a user, a session
    or everybody stands against implicit denies of boundary and session policy; what it gives to a
    session's role, or to the user of a federated session, does not."""
    for kind, limit in _limits(policies) if fit is Fit.PARENT else ():
        if _allowing(asked, limit) is None:
            return _missing(asked, kind)
    assert policies.resource is not None
    why = _by(statement, policies.resource, RESOURCE, "allows")
    return Decision(True, False, why, RESOURCE)


def _by_identity(asked: Asked, policies: Policies) -> Decision:
    allowing = _allowing(asked, policies.identity)
    if allowing is None and not asked.asker.is_root:
        return _missing(asked, IDENTITY)
    for kind, limit in _limits(policies):
        if _allowing(asked, limit) is None:
            return _missing(asked, kind)
    if allowing is None:
        return Decision(True, False, "The root user may do everything in its account.")
    return Decision(True, False, _by(*allowing, IDENTITY, "allows"))


def _limits(policies: Policies) -> Iterator[tuple[str, Sequence[Policy]]]:
    if policies.boundary is not None:
        yield BOUNDARY, (policies.boundary,)
    if policies.session is not None:
        yield SESSION, policies.session


def _allowing(asked: Asked, policies: Sequence[Policy]) -> tuple[Statement, Policy] | None:
    for policy in policies:
        for statement in policy.allows:
            if asked.covers(statement):
                return statement, policy
    return None


def _grant(asked: Asked, resource: Policy | None) -> tuple[Statement, Fit] | None:
    """The statement of the resource's policy that gives the most."""
    best: tuple[Statement, Fit] | None = None
    for statement in resource.allows if resource else ():
        fit = asked.fit(statement)
        if fit > (best[1] if best else Fit.NONE) and asked.covers(statement):
            best = (statement, fit)
    return best


def _by(statement: Statement, policy: Policy, kind: str, verb: str) -> str:
    return f"Statement {statement.name} of the {kind} {policy.name} {verb} it."


def _missing(asked: Asked, kind: str) -> Decision:
    """AWS's own words for an implicit deny (User Guide, "Troubleshoot access denied error
    messages")."""
    why = f"No {kind} allows the {asked.request.action} action on {asked.request.resource}."
    return Decision(False, False, why, kind)
