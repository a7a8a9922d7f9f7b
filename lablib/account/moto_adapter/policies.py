"""The policies that moto keeps, as documents: whose they are and what they are about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .facts import PARTITION, bucket_owner, bucket_policy, iam_role, kms_key, topic_policy
from .mend import load_managed_policies

Named = tuple[str, str]  # a policy's name and its document


@dataclass(frozen=True, slots=True)
class Identity:
    """What is attached to a user or role."""

    policies: tuple[Named, ...]
    boundary: str | None


def _iam(account: str) -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[account][PARTITION]


def of_user(account: str, name: str) -> Identity:
    """A user's own policies and those of the groups it is in."""
    backend = _iam(account)
    user = backend.users.get(name)
    if user is None:
        return Identity((), None)
    holders = [user, *(group for group in backend.groups.values() if user in group.users)]
    named = tuple(policy for holder in holders for policy in _attached(holder))
    return Identity(named, _boundary(backend, user))


def of_role(arn: str) -> Identity:
    account = arn.split(":")[4]
    backend = _iam(account)
    role = next((r for r in backend.roles.values() if r.arn == arn), None)
    if role is None:
        return Identity((), None)
    return Identity(tuple(_attached(role)), _boundary(backend, role))


def _attached(holder: Any) -> Iterator[Named]:
    for name, document in holder.policies.items():
        yield name, text(document)
    for policy in holder.managed_policies.values():
        yield policy.name, default_version(policy)


NOTHING = '{"Version":"2012-10-17","Statement":[]}'  # what a boundary that is gone allows


def _boundary(backend: Any, holder: Any) -> str | None:
    arn = getattr(holder, "permissions_boundary_arn", None) or getattr(
        holder, "permissions_boundary", None
    )
    if not isinstance(arn, str):
        return None
    load_managed_policies(backend.account_id)
    policy = backend.managed_policies.get(arn)
    return NOTHING if policy is None else default_version(policy)


def default_version(policy: Any) -> str:
    """The document of a managed policy that counts."""
    versions = policy.versions
    chosen = next((v for v in versions if v.version_id == policy.default_version_id), versions[-1])
    return text(chosen.document)


def text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


# -- resources ----------------------------------------------------------------------------


def of_resource(arn: str, account: str) -> str | None:
    """The policy on what an ARN names; None when it has none or cannot have one."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return None
    reader = READERS.get(parts[2])
    return None if reader is None else reader(arn, account)


def owner_of(arn: str) -> str | None:
    """The account that a resource belongs to; None when its ARN does not say, or says that it is
    AWS's (managed policies: arn:aws:iam::aws:policy/…), which all may read."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return None
    if parts[2] == "s3":
        return bucket_owner(parts[5].split("/", 1)[0])
    return None if parts[4] == "aws" else parts[4] or None


def _of_bucket(arn: str, account: str) -> str | None:
    return bucket_policy(arn.split(":::", 1)[-1].split("/", 1)[0])


def _of_key(arn: str, account: str) -> str | None:
    key = kms_key(arn, account, arn.split(":")[3]) if ":key/" in arn else None
    return None if key is None else key.policy


def _of_topic(arn: str, account: str) -> str | None:
    return topic_policy(arn)


def _of_queue(arn: str, account: str) -> str | None:
    from moto.sqs.models import sqs_backends

    _, _, _, region, owner, name = arn.split(":", 5)
    if owner not in sqs_backends or region not in sqs_backends[owner]:
        return None
    queue = sqs_backends[owner][region].queues.get(name)
    return None if queue is None or not queue.policy else text(queue.policy)


def _of_secret(arn: str, account: str) -> str | None:
    from moto.secretsmanager.models import secretsmanager_backends

    _, _, _, region, owner, _ = arn.split(":", 5)
    if owner not in secretsmanager_backends or region not in secretsmanager_backends[owner]:
        return None
    secrets = secretsmanager_backends[owner][region].secrets
    secret: Any = secrets.get(arn)
    return None if secret is None or not secret.policy else text(secret.policy)


def _of_function(arn: str, account: str) -> str | None:
    from moto.awslambda.models import lambda_backends

    _, _, _, region, owner, name = arn.split(":", 5)
    if owner not in lambda_backends or region not in lambda_backends[owner]:
        return None
    functions = lambda_backends[owner][region].list_functions()
    asked = name.removeprefix("function:").partition(":")[0]
    found: Any = next((f for f in functions if f.function_name == asked), None)
    statements = [] if found is None else [_with_principal(s) for s in found.policy.statements]
    return text({"Version": "2012-10-17", "Statement": statements}) if statements else None


def _with_principal(statement: dict[str, Any]) -> dict[str, Any]:
    """AddPermission takes a bare ARN or account id, which the stored policy has under AWS."""
    principal = statement.get("Principal")
    bare = isinstance(principal, str) and principal != "*"
    return {**statement, "Principal": {"AWS": principal}} if bare else statement


def _of_role_trust(arn: str, account: str) -> str | None:
    role = iam_role(arn) if ":role/" in arn else None
    return None if role is None else text(role.trust)


READERS = {
    "s3": _of_bucket,
    "kms": _of_key,
    "sns": _of_topic,
    "sqs": _of_queue,
    "secretsmanager": _of_secret,
    "lambda": _of_function,
}


def of_trust(role_arn: str) -> str | None:
    """A role's trust policy; None when there is no such role."""
    return _of_role_trust(role_arn, "")


def service_control(account: str) -> tuple[tuple[Named, ...], ...]:
    """The service control policies above an account, level by level from the root, without the
    other types of policies that are attached there; none without an organization, and none for its
    management account (Organizations User Guide, "SCPs")."""
    from moto.organizations.models import organizations_backends

    for backend in [
        b for a in list(organizations_backends) for b in organizations_backends[a].values()
    ]:
        if backend.org is None or backend.org.master_account_id == account:
            continue
        member = next((a for a in backend.accounts if a.id == account), None)
        if member is not None:
            return tuple(_levels(backend, member))
    return ()


def _levels(backend: Any, member: Any) -> Iterator[tuple[Named, ...]]:
    units = {unit.id: unit for unit in backend.ou}
    path, place = [member], member.parent_id
    while place in units:
        path.append(units[place])
        place = getattr(units[place], "parent_id", None)
    for holder in reversed(path):
        attached = (p for p in holder.attached_policies if p.type == "SERVICE_CONTROL_POLICY")
        yield tuple((p.name, text(p.content)) for p in attached)
