"""What tests of delivery share: targets that take everything or refuse, and a bench to try on."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from lablib.cloudtrail.delivery import Delivery
from lablib.cloudtrail.digest import Signers
from lablib.cloudtrail.event import Event
from lablib.cloudtrail.trail import Trail, Trails, trail_arn
from lablib.cloudtrail.world import ObjectPut, Organization, Refused
from tests.fakes import ACCOUNT, NOON, REGION, Agenda

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:told"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:CloudTrail/watch:*"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/CloudTrail_CloudWatchLogs_Role"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_NUMBERS = count(1)


@dataclass
class Targets:
    """Buckets, topics and log groups that take all; `refuse` maps a name to a refusal's code."""

    account: str = ACCOUNT
    refuse: dict[str | None, str] = field(default_factory=dict)
    puts: list[ObjectPut] = field(default_factory=list)
    attempts: int = 0
    messages: list[tuple[str, str, str, str | None]] = field(default_factory=list)
    logs: list[tuple[str, str, list[str], datetime]] = field(default_factory=list)
    own_organization: Organization | None = None

    def organization(self) -> Organization | None:
        return self.own_organization

    def put_object(self, put: ObjectPut) -> None:
        self.attempts += 1
        for target in (put.bucket, put.kms_key):
            if target in self.refuse:
                raise Refused(self.refuse[target])
        self.puts.append(put)

    def publish(
        self, topic_arn: str, message: str, source_arn: str, subject: str | None = None
    ) -> None:
        if topic_arn in self.refuse:
            raise Refused(self.refuse[topic_arn])
        self.messages.append((topic_arn, message, source_arn, subject))

    def put_log_events(
        self, group_arn: str, role_arn: str, stream: str, messages: Sequence[str], time: datetime
    ) -> None:
        if group_arn in self.refuse:
            raise Refused(self.refuse[group_arn])
        self.logs.append((group_arn, stream, list(messages), time))


def a_trail(name: str = "watch", **settings: Any) -> Trail:
    """A trail that has logged since noon, into the bucket `logs`."""
    facts: dict[str, Any] = {
        "arn": trail_arn(name, settings.get("home_region", REGION), ACCOUNT),
        "home_region": REGION,
        "account": ACCOUNT,
        "s3_bucket": "logs",
        "logging": True,
        "started": NOON,
        "created": NOON - MINUTE,
    }
    return Trail(name, **(facts | settings))


def an_event(name: str = "StopInstances", time: datetime = NOON, **facts: Any) -> Event:
    """A management event of the learner's; `padding` makes its record longer by so much."""
    padding = facts.pop("padding", 0)
    shown: dict[str, Any] = {
        "id": f"00000000-0000-4000-8000-{next(_NUMBERS):012x}",
        "source": "ec2.amazonaws.com",
        "region": REGION,
        "account": ACCOUNT,
        "category": "Management",
        "read_only": False,
        "global_service": False,
        "resources": (),
        "lookup_resources": (),
        "username": "learner",
        "access_key_id": "AKIAIOSFODNN7EXAMPLE",
    } | facts
    record = {"eventName": name, "eventID": shown["id"], "requestParameters": "x" * padding}
    text = json.dumps(record, separators=(",", ":"))
    return Event(name=name, time=time, record=record, json=text, **shown)


class Bench:
    """A trail, targets and an agenda; `happen` lets an event happen, `run` lets time go by."""

    def __init__(self, trail: Trail | None = None, seed: int = 1, duplicates: float = 0.0) -> None:
        self.agenda, self.world, self.trails = Agenda(), Targets(), Trails()
        self.trail = trail or a_trail()
        self.trails.put(self.trail)
        self.delivery = Delivery(
            self.world, self.agenda, Random(seed), self.trails, signers(), duplicates
        )

    @property
    def now(self) -> datetime:
        return self.agenda.now

    def happen(self, name: str = "StopInstances", **facts: Any) -> Event:
        event = an_event(name, self.now, **facts)
        self.delivery.take(self.trail, event, self.now)
        return event

    def run(self, **span: float) -> None:
        self.agenda.run(self.now + timedelta(**span))

    def change(self, **settings: Any) -> None:
        self.trail = replace(self.trail, **settings)
        self.trails.put(self.trail)
        self.delivery.trail_updated(self.trail, self.now)

    def start(self) -> None:
        self.trail = replace(self.trail, logging=True, started=self.now)
        self.trails.put(self.trail)
        self.delivery.trail_started(self.trail, self.now)

    def stop(self) -> None:
        self.trail = replace(self.trail, logging=False, stopped=self.now)
        self.trails.put(self.trail)
        self.delivery.trail_stopped(self.trail, self.now)

    def delete(self) -> None:
        self.trails.remove(self.trail.arn)
        self.delivery.trail_deleted(self.trail, self.now)

    @property
    def log_files(self) -> list[ObjectPut]:
        return [put for put in self.world.puts if "/CloudTrail-Digest/" not in put.key]

    @property
    def digests(self) -> list[ObjectPut]:
        return [put for put in self.world.puts if "/CloudTrail-Digest/" in put.key]

    def delivered(self) -> list[str]:
        """The ids of all events in all log files, as an independent reader finds them."""
        return [record["eventID"] for put in self.log_files for record in records_in(put.body)]


def records_in(body: bytes) -> list[dict[str, Any]]:
    content = json.loads(gzip.decompress(body))
    assert list(content) == ["Records"]
    return list(content["Records"])


_SIGNERS: list[Signers] = []


def signers() -> Signers:
    """One RSA key for all tests: making one takes a moment."""
    if not _SIGNERS:
        _SIGNERS.append(Signers())
    return _SIGNERS[0]
