"""Looks into moto's backends, and puts things there without an API call.

What comes back are plain values; whether something is allowed is decided elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

PARTITION = "aws"


@dataclass(frozen=True, slots=True)
class IamKey:
    """A long-term access key and its user."""

    account: str
    user_name: str
    user_id: str
    user_arn: str
    secret: str
    active: bool


@dataclass(frozen=True, slots=True)
class IamRole:
    account: str
    name: str
    id: str
    arn: str
    trust: str  # the policy document
    max_session: int


def _iam(account: str) -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[account][PARTITION]


def _accounts() -> list[str]:
    from moto.iam.models import iam_backends

    return list(iam_backends)


def iam_key(key_id: str) -> IamKey | None:
    """None when no user of any account has such a key."""
    for account in _accounts():
        key = _iam(account).access_keys.get(key_id)
        if key is not None and key.user_name:
            user = _iam(account).users.get(key.user_name)
            if user is not None:
                active = key.status == "Active"
                return IamKey(account, user.name, user.id, user.arn, key.secret_access_key, active)
    return None


def user_keys(account: str, user_name: str) -> list[tuple[str, str]] | None:
    """(id, secret) of the active keys of a user; None when there is no such user."""
    user = _iam(account).users.get(user_name)
    if user is None:
        return None
    return [
        (k.access_key_id, k.secret_access_key) for k in user.access_keys if k.status == "Active"
    ]


def iam_user(account: str, name: str) -> tuple[str, str] | None:
    """(id, ARN) of an IAM user."""
    user = _iam(account).users.get(name)
    return None if user is None else (str(user.id), str(user.arn))


def iam_role(arn: str) -> IamRole | None:
    """The role with this ARN (with its path), in whichever account it is."""
    parts = arn.split(":")
    if len(parts) != 6 or parts[4] not in _accounts():
        return None
    role = next((r for r in _iam(parts[4]).roles.values() if r.arn == arn), None)
    if role is None:
        return None
    return IamRole(
        parts[4], role.name, role.id, role.arn, role.assume_role_policy_document,
        int(role.max_session_duration or 3600),
    )  # fmt: skip


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def create_user(account: str, name: str, policy: str, key_id: str, secret: str) -> None:
    """An IAM user from the account's birth, with AWS's managed `policy` and a key pair."""
    backend = _iam(account)
    backend.create_user(account, name)
    backend.attach_user_policy(_managed(backend, account, policy), name)
    key = backend.create_access_key(name)
    del backend.access_keys[key.access_key_id]
    key.access_key_id, key.secret_access_key = key_id, secret
    backend.access_keys[key_id] = key


def attach_to_role(account: str, role: str, policy: str) -> None:
    """Gives a role AWS's managed `policy`."""
    backend = _iam(account)
    backend.attach_role_policy(_managed(backend, account, policy), role)


def _managed(backend: Any, account: str, policy: str) -> str:
    from moto.iam import models

    arn = f"arn:aws:iam::aws:policy/{policy}"
    if arn not in backend.managed_policies:
        make: Any = models.AWSManagedPolicy
        managed = make(
            policy, account_id=account, region="us-east-1", path="/", document=ADMINISTRATOR
        )
        backend.aws_managed_policies.append(managed)
        backend.managed_policies[arn] = managed
    return arn


ADMINISTRATOR = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)


@cache
def regions() -> frozenset[str]:
    """The Regions that there are."""
    from boto3 import Session

    return frozenset(Session().get_available_regions("ec2"))


# -- S3 -----------------------------------------------------------------------------------


def bucket_owner(name: str) -> str | None:
    from moto.s3.models import s3_backends

    found = s3_backends.bucket_accounts.get(name)
    return found[1] if found else None


def _bucket(name: str) -> Any:
    from moto.s3.models import s3_backends

    owner = bucket_owner(name)
    return None if owner is None else s3_backends[owner][PARTITION].buckets.get(name)


def bucket_region(name: str) -> str | None:
    bucket = _bucket(name)
    return None if bucket is None else str(bucket.region_name)


def has_bucket_key(name: str) -> bool:
    """Whether the bucket's default encryption uses S3 Bucket Keys."""
    rule = (getattr(_bucket(name), "encryption", None) or {}).get("Rule") or {}
    return str(rule.get("BucketKeyEnabled", "")).lower() == "true"


def requester_pays(name: str) -> bool:
    return getattr(_bucket(name), "payer", "BucketOwner") == "Requester"


def bucket_policy(name: str) -> str | None:
    bucket = _bucket(name)
    if bucket is None or bucket.policy is None:
        return None
    return bucket.policy.decode() if isinstance(bucket.policy, bytes) else str(bucket.policy)


def put_object(
    bucket: str,
    key: str,
    body: bytes,
    headers: Mapping[str, str],
    acl: str,
    kms_key: str | None,
) -> None:
    """Stores an object as a PutObject of its own account would; `headers` are stored with it."""
    from moto.s3.models import get_canned_acl, s3_backends

    owner = bucket_owner(bucket)
    if owner is None:
        raise KeyError(bucket)
    stored = s3_backends[owner][PARTITION].put_object(
        bucket,
        key,
        body,
        encryption="aws:kms" if kms_key else "AES256",
        kms_key_id=kms_key,
    )
    stored.set_metadata(dict(headers))
    stored.set_acl(get_canned_acl(acl))


# -- KMS ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KmsKey:
    arn: str
    region: str
    state: str
    symmetric: bool
    policy: str


def kms_key(key_id: str, account: str, region: str) -> KmsKey | None:
    """By key id, key ARN, alias name or alias ARN."""
    from moto.kms.models import kms_backends

    if key_id.startswith("arn:"):
        parts = key_id.split(":")
        region, account = parts[3], parts[4]
    if account not in kms_backends or region not in kms_backends[account]:
        return None
    backend = kms_backends[account][region]
    key = backend.keys.get(_key_name(backend, key_id))
    if key is None:
        return None
    symmetric = key.key_spec == "SYMMETRIC_DEFAULT"
    return KmsKey(key.arn, region, key.key_state, symmetric, _text(key.policy))


def _key_name(backend: Any, key_id: str) -> str:
    name = backend.get_alias_name(key_id)
    if not name.startswith("alias/"):
        return str(backend.get_key_id(name))
    return next((key.id for key in backend.keys.values() if name in key.aliases), "")


# -- SNS, CloudWatch Logs, Organizations --------------------------------------------------


def _topic(arn: str) -> Any:
    from moto.sns.models import sns_backends

    parts = arn.split(":")
    if len(parts) != 6 or parts[4] not in sns_backends or parts[3] not in sns_backends[parts[4]]:
        return None
    return sns_backends[parts[4]][parts[3]].topics.get(arn)


def topic_policy(arn: str) -> str | None:
    """None when there is no such topic."""
    topic = _topic(arn)
    return None if topic is None else str(topic.policy)


def publish(arn: str, message: str, subject: str | None) -> None:
    _topic(arn).publish(message, subject=subject)


def _logs(arn: str) -> tuple[Any, str] | None:
    from moto.logs.models import logs_backends

    parts = arn.split(":")
    if len(parts) < 7 or parts[4] not in logs_backends or parts[3] not in logs_backends[parts[4]]:
        return None
    backend = logs_backends[parts[4]][parts[3]]
    return (backend, parts[6]) if parts[6] in backend.groups else None


def log_group_exists(arn: str) -> bool:
    return _logs(arn) is not None


def put_log_events(arn: str, stream: str, messages: Sequence[str], time: datetime) -> None:
    """Creates the stream when it is missing. KeyError when the group is."""
    found = _logs(arn)
    if found is None:
        raise KeyError(arn)
    backend, group = found
    backend.ensure_log_stream(group, stream)
    stamp = int(time.timestamp() * 1000)
    events = [{"timestamp": stamp, "message": message} for message in messages]
    if events:
        backend.put_log_events(group, stream, events)


def organization(account: str) -> tuple[str, str, tuple[str, ...]] | None:
    """(id, management account, accounts); None when the account is in none."""
    from moto.organizations.models import organizations_backends

    if account not in organizations_backends:
        return None
    backend = organizations_backends[account][PARTITION]
    if backend.org is None:
        return None
    members = tuple(a.id for a in backend.accounts)
    return backend.org.id, backend.org.master_account_id, members


def visible_messages(account: str, region: str, queue: str) -> int:
    """How many messages of an SQS queue can be received now; one for a queue that is not there,
    so that nobody waits for it."""
    from moto.sqs.models import sqs_backends

    if account not in sqs_backends or region not in sqs_backends[account]:
        return 1
    found = sqs_backends[account][region].queues.get(queue)
    return 1 if found is None else sum(1 for message in found.messages if message.visible)


def table_key(name: str, account: str, region: str) -> list[str]:
    """The names of a DynamoDB table's key attributes; none when there is no such table."""
    from moto.dynamodb.models import dynamodb_backends

    name = name.rpartition("/")[2]  # the table's ARN serves as well as its name
    table = dynamodb_backends[account][region].tables.get(name)
    return list(table.table_key_attrs) if table else []
