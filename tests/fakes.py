"""Small honest stand-ins: an agenda that runs, a world made of dictionaries, an event."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from lablib.cloudtrail.event import Event

from lablib.cloudtrail.trail import Trail, trail_arn
from lablib.cloudtrail.world import Bucket, Key, ObjectPut, Organization, Refused, Verdict

ACCOUNT = "123456789012"
REGION = "us-east-1"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Agenda:
    """What is due. `run(until)` lets each thing happen at its own time, in order."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now
        self.visited = 0
        self._entries: list[tuple[datetime, int, str, Callable[[datetime], None]]] = []
        self._number = count()

    def at(self, when: datetime, label: str, action: Callable[[datetime], None]) -> None:
        assert when.tzinfo is not None
        heapq.heappush(self._entries, (when, next(self._number), label, action))

    def run(self, until: datetime | timedelta) -> datetime:
        """Lab time afterwards, which is `until` (a time, or a span from now)."""
        until = self.now + until if isinstance(until, timedelta) else until
        while self._entries and self._entries[0][0] <= until:
            when, _, _, action = heapq.heappop(self._entries)
            self.now = max(self.now, when)
            self.visited += 1
            action(self.now)
        self.now = max(self.now, until)
        return self.now

    def due(self) -> list[tuple[datetime, str]]:
        return [(when, label) for when, _, label, _ in sorted(self._entries, key=lambda e: e[:2])]


@dataclass
class FakeWorld:
    """An account in which everything is allowed until `refuse` says otherwise.

    `refuse` maps a bucket's name, a topic's ARN or a log group's ARN to the code of its refusal.
    """

    account: str = ACCOUNT
    refuse: dict[str, str] = field(default_factory=dict)
    puts: list[ObjectPut] = field(default_factory=list)
    messages: list[tuple[str, str, str | None]] = field(default_factory=list)
    logs: list[tuple[str, str, list[str], datetime]] = field(default_factory=list)
    org: Organization | None = None

    @property
    def objects(self) -> dict[tuple[str, str], ObjectPut]:
        return {(put.bucket, put.key): put for put in self.puts}

    def bucket(self, name: str) -> Bucket | None:
        return Bucket(name, REGION, self.account)

    def key(self, key_id: str, region: str) -> Key | None:
        return Key(key_id, region, "Enabled")

    def topic_exists(self, arn: str) -> bool:
        return True

    def log_group_exists(self, arn: str) -> bool:
        return True

    def role_exists(self, arn: str) -> bool:
        return True

    def organization(self) -> Organization | None:
        return self.org

    def service_may(self, action: str, resource: str, context: Mapping[str, str]) -> Verdict:
        return Verdict(True, "everything is allowed here")

    def service_may_assume(self, role_arn: str) -> Verdict:
        return Verdict(True, "everything is allowed here")

    def role_may(self, role_arn: str, action: str, resource: str) -> Verdict:
        return Verdict(True, "everything is allowed here")

    def put_object(self, put: ObjectPut) -> None:
        self._perhaps_refuse(put.bucket)
        self._perhaps_refuse(put.kms_key)
        self.puts.append(put)

    def publish(
        self, topic_arn: str, message: str, source_arn: str, subject: str | None = None
    ) -> None:
        self._perhaps_refuse(topic_arn)
        self.messages.append((topic_arn, message, subject))

    def put_log_events(
        self, group_arn: str, role_arn: str, stream: str, messages: Sequence[str], time: datetime
    ) -> None:
        self._perhaps_refuse(group_arn)
        self.logs.append((group_arn, stream, list(messages), time))

    def _perhaps_refuse(self, target: str | None) -> None:
        if target in self.refuse:
            raise Refused(self.refuse[target])


def a_trail(name: str = "watch", **settings: Any) -> Trail:
    """A trail that has logged since noon, into the bucket `logs`."""
    facts: dict[str, Any] = {
        "arn": trail_arn(name, settings.get("home_region", REGION), ACCOUNT),
        "home_region": REGION,
        "account": ACCOUNT,
        "s3_bucket": "logs",
        "logging": True,
        "started": NOON,
        "created": NOON - timedelta(minutes=1),
    }
    return Trail(name, **(facts | settings))


_NUMBERS = count(1)


def an_event(name: str = "StopInstances", time: datetime = NOON, **facts: Any) -> Event:
    """A management event of the learner's, with a small record."""
    rng = Random(next(_NUMBERS))
    event_id = facts.pop("id", f"{rng.getrandbits(128):032x}")
    shown = {
        "source": "ec2.amazonaws.com",
        "region": REGION,
        "account": ACCOUNT,
        "category": "Management",
        "read_only": False,
        "username": "learner",
        "access_key_id": "AKIAIOSFODNN7EXAMPLE",
        "lookup_resources": (),
        "resources": (),
        "global_service": False,
    } | facts
    record = shown.pop("record", None) or {
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "userName": shown["username"]},
        "eventTime": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": shown["source"],
        "eventName": name,
        "awsRegion": shown["region"],
        "eventID": event_id,
        "readOnly": shown["read_only"],
        "eventCategory": shown["category"],
    }
    return Event(record=record, id=event_id, time=time, name=name, **shown)


def records_in(body: bytes) -> list[dict[str, Any]]:
    """The records of a log file, read without the program's own reader."""
    import gzip

    content = json.loads(gzip.decompress(body))
    assert list(content) == ["Records"]
    return list(content["Records"])


def every(span: timedelta, start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += span
