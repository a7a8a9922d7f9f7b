"""What the journey of an event needs from the account around it: facts, verdicts, effects.

The account implements `World` over moto; tests implement it with a few dictionaries. Nothing here
is recorded as an API call of the learner's: CloudTrail acts as `cloudtrail.amazonaws.com`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Bucket:
    name: str
    region: str
    owner: str  # account id
    bucket_key: bool = False  # S3 Bucket Keys are on: fewer calls to KMS
    requester_pays: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A KMS key, found by id, ARN, alias or alias ARN."""

    arn: str
    region: str
    state: str  # "Enabled", "Disabled", "PendingDeletion", …
    symmetric: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """May it be done? `why` is one sentence that names the deciding statement or its absence."""

    allowed: bool
    why: str


@dataclass(frozen=True, slots=True)
class ObjectPut:
    """An object for S3 to store, as CloudTrail puts it.

    `acl` is always bucket-owner-full-control for CloudTrail's own objects. Without `kms_key` the
    object gets SSE-S3. `metadata` has bare names (no x-amz-meta-).
    """

    bucket: str
    key: str
    body: bytes
    source_arn: str  # the trail on whose behalf
    content_type: str = "application/json"
    content_encoding: str | None = "gzip"
    kms_key: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    management_account: str
    accounts: tuple[str, ...]


class Refused(Exception):
    """An effect that the target refused. `code` is the target's own: "NoSuchBucket",
    "AccessDenied", "KMS.DisabledException", "AuthorizationError", …"""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


class World(Protocol):
    """The account as CloudTrail meets it."""

    account: str

    # facts
    def bucket(self, name: str) -> Bucket | None: ...
    def key(self, key_id: str, region: str) -> Key | None: ...
    def topic_exists(self, arn: str) -> bool: ...
    def log_group_exists(self, arn: str) -> bool: ...
    def role_id(self, arn: str) -> str | None:
        """AROA…; None when there is no such role."""
        ...

    def organization(self) -> Organization | None: ...

    # verdicts; `context` has condition keys such as aws:SourceArn, s3:x-amz-acl
    def service_may(self, action: str, resource: str, context: Mapping[str, str]) -> Verdict:
        """May cloudtrail.amazonaws.com do `action` ("s3:PutObject", "kms:GenerateDataKey",
        "sns:Publish") on `resource` (an ARN)? Decided by the resource's own policy."""
        ...

    def service_may_assume(self, role_arn: str) -> Verdict: ...
    def role_may(self, role_arn: str, action: str, resource: str) -> Verdict: ...

    # effects; each raises Refused, checks the target's policy itself, and leaves no API event
    def put_object(self, put: ObjectPut) -> None: ...
    def publish(
        self, topic_arn: str, message: str, source_arn: str, subject: str | None = None
    ) -> None: ...
    def put_log_events(
        self, group_arn: str, role_arn: str, stream: str, messages: Sequence[str], time: datetime
    ) -> None:
        """Creates the stream when it is missing, then writes one log event a message, each with
        timestamp `time`."""
        ...


class Schedule(Protocol):
    """Lab time's agenda. The clock visits each entry at its own instant, equal instants in the
    order in which they were asked for."""

    def at(self, when: datetime, label: str, action: Callable[[datetime], None]) -> None: ...
