"""A trail that logs, an event, and a service with what it needs: small samples for fast tests."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from lablib.cloudtrail.call import Caller
from lablib.cloudtrail.errors import CloudTrailError
from lablib.cloudtrail.event import Event
from lablib.cloudtrail.history import History
from lablib.cloudtrail.service import Service
from lablib.cloudtrail.status import Status
from lablib.cloudtrail.trail import Trail, Trails, trail_arn
from tests.fakes import FakeWorld, bucket_policy

ACCOUNT = "123456789012"
OTHER = "210987654321"
REGION = "us-east-1"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_NUMBERS = count(1)


def a_trail(name: str = "watch", **settings: Any) -> Trail:
    """A trail that has logged since noon, into the bucket `logs`."""
    home = settings.get("home_region", REGION)
    facts = {
        "arn": trail_arn(name, home, ACCOUNT),
        "home_region": REGION,
        "account": ACCOUNT,
        "s3_bucket": "logs",
        "logging": True,
        "started": NOON,
        "created": NOON - timedelta(minutes=1),
    }
    return Trail(name, **(facts | settings))


def an_event(name: str = "StopInstances", time: datetime = NOON, **facts: Any) -> Event:
    """A management event of the learner's, with a small record."""
    shown = {
        "record": {"eventName": name},
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
    return Event(name=name, time=time, json=json.dumps(shown["record"]), **shown)


@dataclass
class Told:
    """A delivery that remembers what it is told."""

    told: list[tuple[str, str]] = field(default_factory=list)
    latest: Status = field(default_factory=Status)

    def status(self, trail_arn: str, region: str | None = None) -> Status:
        return self.latest

    def trail_started(self, trail: Trail, now: datetime) -> None:
        self.told.append(("started", trail.name))

    def trail_stopped(self, trail: Trail, now: datetime) -> None:
        self.told.append(("stopped", trail.name))

    def trail_updated(self, trail: Trail, now: datetime) -> None:
        self.told.append(("updated", trail.name))

    def trail_deleted(self, trail: Trail, now: datetime) -> None:
        self.told.append(("deleted", trail.name))


class Account:
    """A CloudTrail to call: `account.call("CreateTrail", Name=…)`, with a bucket `logs`."""

    def __init__(self, **settings: Any) -> None:
        self.world = FakeWorld()
        self.world.add_bucket("logs", bucket_policy("logs", source_arn=None))
        self.trails = Trails()
        self.history = History()
        self.delivery = Told()
        self.now = NOON
        self.service = Service(self.world, self.trails, self.history, self.delivery, **settings)

    def call(
        self, operation: str, /, region: str = REGION, account: str = ACCOUNT, **params: Any
    ) -> Any:
        caller = Caller("IAMUser", account=account, user_name="learner")
        return self.service.answer(operation, params, caller, region, self.now)

    def refused(self, operation: str, /, **params: Any) -> CloudTrailError:
        """The error of a call that must not succeed, and must change nothing."""
        before, told = list(self.trails), list(self.delivery.told)
        try:
            answer = self.call(operation, **params)
        except CloudTrailError as error:
            assert list(self.trails) == before and self.delivery.told == told
            return error
        raise AssertionError(f"{operation} was answered with {answer}")

    def create(self, name: str = "watch", /, **params: Any) -> str:
        """The ARN of a new trail."""
        given = {"S3BucketName": "logs"} | params
        return str(self.call("CreateTrail", Name=name, **given)["TrailARN"])
