"""CloudTrail Insights, a simplified detector: minutes with unusually many calls or errors.

User Guide, "Working with CloudTrail Insights": write management calls per minute (API call rate)
and refused calls (API error rate), per account, Region, service and API, compared with the seven
days before; a Start and an End event with one sharedEventID; only for trails that ask for it. How
AWS tells usual from unusual is not published. The rule here:

- a minute is unusual when it has at least FEWEST calls (errors), and at least TIMES the average
  minute of the seven days before the unusual activity;
- the activity is over after CALM minutes in a row that are not.

Counting begins with the first call that a trail with insight selectors takes; the days before are
read from Event history when they are needed first. Without such a trail nothing is done at all.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from lablib.cloudtrail.event import Event, minified
from lablib.cloudtrail.history import Entry, History
from lablib.cloudtrail.trail import Trail
from lablib.cloudtrail.world import Schedule

FEWEST = 10  # a minute
TIMES = 5
CALM = 5  # minutes
BASELINE = timedelta(days=7)
TOP = 5  # User Guide: the five values of an attribute that contributed most
VERSION = "1.08"
MINUTE = timedelta(minutes=1)

CALL_RATE, ERROR_RATE = "ApiCallRateInsight", "ApiErrorRateInsight"
Facts = Mapping[str, Any]  # a record


@dataclass(frozen=True, slots=True)
class Subject:
    """What is counted together."""

    kind: str
    account: str
    region: str
    category: str
    source: str
    name: str
    error: str | None = None


@dataclass(slots=True)
class Tally:
    """Calls, and who made them: (attribute, value) → how many."""

    calls: int = 0
    made_by: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, record: Facts, kind: str) -> None:
        self.calls += 1
        self.made_by.update(attributes(record, kind))

    def take_in(self, other: Tally, sign: int = 1) -> None:
        self.calls += sign * other.calls
        for value, count in other.made_by.items():
            self.made_by[value] += sign * count


@dataclass(slots=True)
class Activity:
    """Unusual activity that goes on."""

    shared_id: str
    start: datetime
    usual: Tally  # of the seven days before
    seen: datetime  # the end of its latest unusual minute


@dataclass(slots=True)
class Watch:
    """One subject's minutes. Until a minute is suspicious only `minute` and `calls` are kept."""

    minute: datetime
    calls: int = 0
    past: deque[tuple[datetime, Tally]] | None = None
    sum: Tally = field(default_factory=Tally)  # of `past`
    activity: Activity | None = None

    def add(self, minute: datetime, record: Facts, kind: str) -> None:
        assert self.past is not None
        if not self.past or self.past[-1][0] < minute:
            self.past.append((minute, Tally()))
        self.past[-1][1].add(record, kind)
        self.sum.calls += 1
        self.sum.made_by.update(attributes(record, kind))

    def forget_before(self, minute: datetime) -> None:
        while self.past and self.past[0][0] < minute:
            self.sum.take_in(self.past.popleft()[1], -1)

    def between(self, start: datetime, end: datetime) -> Tally:
        """Everything in the minutes from start (with it) to end (without it)."""
        found = Tally()
        for minute, tally in reversed(self.past or ()):
            if minute < start:
                break
            if minute < end:
                found.take_in(tally)
        return found

    def usual(self, minute: datetime) -> Tally:
        """Everything in the seven days before the minute."""
        self.forget_before(minute - BASELINE)
        found = Tally()
        found.take_in(self.sum)
        found.take_in(self.between(minute, datetime.max.replace(tzinfo=minute.tzinfo)), -1)
        return found


class Insights:
    """The detector of one account. `emit(event, now)` sends an Insights event on its way."""

    def __init__(
        self,
        history: History,
        schedule: Schedule,
        rng: Random,
        emit: Callable[[Event, datetime], None],
    ) -> None:
        self._history, self._schedule, self._rng, self._emit = history, schedule, rng, emit
        self._watches: dict[Subject, Watch] = {}

    def watch(self, event: Event, takers: Iterable[Trail], now: datetime) -> None:
        """An event was taken by these trails. Nothing is done unless one asks for Insights."""
        for trail in takers:
            if trail.insight_selectors and event.category != "Insight":
                asked = [taker for taker in takers if taker.insight_selectors]
                for subject in subjects(event, asked):
                    self._count(subject, event, now)
                return

    def _count(self, subject: Subject, event: Event, now: datetime) -> None:
        minute = event.time.replace(second=0, microsecond=0)
        watch = self._watches.setdefault(subject, Watch(minute))
        if watch.minute != minute:
            watch.minute, watch.calls = minute, 0
        watch.calls += 1
        if watch.past is not None:
            watch.add(minute, event.record, subject.kind)
            if watch.activity is None:
                watch.forget_before(minute - BASELINE)
        if watch.calls == FEWEST:
            if watch.past is None:
                self._remember(subject, watch, now)
            label = f"Insights (simplified detector) on {subject.name} ({subject.region})"
            self._schedule.at(
                max(minute + MINUTE, now), label, partial(self._judge, subject, minute)
            )

    def _remember(self, subject: Subject, watch: Watch, now: datetime) -> None:
        """The seven days before, from Event history; the running minute is in it."""
        watch.past = deque()
        found = self._history.recent(
            name=subject.name, source=subject.source, start=now - BASELINE - MINUTE
        )
        for entry in reversed(found):
            if (entry.account, entry.region, entry.category) == (
                subject.account, subject.region, subject.category,
            ):  # fmt: skip
                record = json.loads(entry.json)
                if is_of(subject, entry, record):
                    watch.add(entry.time.replace(second=0), record, subject.kind)

    def _judge(self, subject: Subject, minute: datetime, now: datetime) -> None:
        """The minute is over, and had enough calls to be looked at."""
        watch = self._watches[subject]
        activity = watch.activity
        usual = activity.usual if activity else watch.usual(minute)
        calls = watch.between(minute, minute + MINUTE).calls
        if not is_unusual(calls, per_minute(usual.calls, BASELINE)):
            return
        if activity is None:
            activity = Activity(self._new_id(), minute, usual, minute)
            watch.activity = activity
            self._wait(subject, minute + MINUTE)
            self._send(subject, watch, activity, "Start", minute + MINUTE, now)
        activity.seen = minute + MINUTE

    def _wait(self, subject: Subject, since: datetime) -> None:
        label = f"end of Insights on {subject.name} ({subject.region})"
        self._schedule.at(since + CALM * MINUTE + MINUTE, label, partial(self._settle, subject))

    def _settle(self, subject: Subject, now: datetime) -> None:
        """Ends the activity if it has been calm for long enough."""
        watch = self._watches[subject]
        activity = watch.activity
        assert activity is not None
        if activity.seen + CALM * MINUTE + MINUTE > now:
            self._wait(subject, activity.seen)
            return
        self._send(subject, watch, activity, "End", activity.seen, now)
        watch.activity = None

    def _send(
        self,
        subject: Subject,
        watch: Watch,
        activity: Activity,
        state: str,
        end: datetime,
        now: datetime,
    ) -> None:
        unusual = watch.between(activity.start, end)
        record = record_of(subject, activity, unusual, state, end, self._new_id())
        self._emit(event_of(record), now)

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))


def is_unusual(calls: int, usual: float) -> bool:
    """`usual`: calls in an average minute of the seven days before."""
    return calls >= max(FEWEST, TIMES * usual)


def per_minute(calls: int, span: timedelta) -> float:
    return round(calls / (span / MINUTE), 10)


# --- what is counted ----------------------------------------------------------------------------


def subjects(event: Event, asking: Iterable[Trail]) -> Iterator[Subject]:
    """What the event counts for, among what the trails ask for. Of management events only writes
    count for the call rate (User Guide)."""
    kinds = {
        selector.type
        for trail in asking
        for selector in trail.insight_selectors
        if event.category in selector.categories
    }
    where = (event.account, event.region, event.category, event.source, event.name)
    if CALL_RATE in kinds and (event.category != "Management" or not event.read_only):
        yield Subject(CALL_RATE, *where)
    error = event.record.get("errorCode")
    if ERROR_RATE in kinds and error:
        yield Subject(ERROR_RATE, *where, str(error))


def is_of(subject: Subject, entry: Entry, record: Facts) -> bool:
    if subject.kind == ERROR_RATE:
        return record.get("errorCode") == subject.error
    return subject.category != "Management" or not entry.read_only


def attributes(record: Facts, kind: str) -> Iterator[tuple[str, str]]:
    """What an Insights event tells of who made the calls (User Guide, "attributions")."""
    who = record.get("userIdentity") or {}
    issuer = (who.get("sessionContext") or {}).get("sessionIssuer") or {}
    arn = issuer.get("arn") or who.get("arn") or who.get("invokedBy")
    if arn:
        yield "userIdentityArn", str(arn)
    if record.get("userAgent"):
        yield "userAgent", str(record["userAgent"])
    if kind == CALL_RATE:
        yield "errorCode", str(record.get("errorCode") or "null")


# --- the record ---------------------------------------------------------------------------------

ATTRIBUTES = ("userIdentityArn", "userAgent", "errorCode")


def record_of(
    subject: Subject,
    activity: Activity,
    unusual: Tally,
    state: str,
    end: datetime,
    event_id: str,
) -> dict[str, Any]:
    """The Insights event (User Guide, "CloudTrail record contents for Insights events for
    trails"). A Start is dated with the first unusual minute, an End with the end of the last."""
    span = end - activity.start
    statistics: dict[str, Any] = {
        "baseline": {"average": per_minute(activity.usual.calls, BASELINE)},
        "insight": {"average": per_minute(unusual.calls, span)},
    }
    if state == "End":
        statistics["insightDuration"] = int(span / MINUTE)
    statistics["baselineDuration"] = int(BASELINE / MINUTE)
    details = {
        "state": state,
        "eventSource": subject.source,
        "eventName": subject.name,
        "insightType": subject.kind,
        **({"errorCode": subject.error} if subject.error else {}),
        "insightContext": {
            "statistics": statistics,
            "attributions": attributions(activity.usual, unusual, span),
        },
    }
    time = activity.start if state == "Start" else end
    return {
        "eventVersion": VERSION,
        "eventTime": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "awsRegion": subject.region,
        "eventID": event_id,
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": subject.account,
        "sharedEventID": activity.shared_id,
        "insightDetails": details,
        "eventCategory": "Insight",
    }


def attributions(usual: Tally, unusual: Tally, span: timedelta) -> list[dict[str, Any]]:
    return [
        {
            "attribute": name,
            "insight": top(unusual.made_by, name, span),
            "baseline": top(usual.made_by, name, BASELINE),
        }
        for name in ATTRIBUTES
        if any(attribute == name for attribute, _ in unusual.made_by)
    ]


def top(made_by: Counter[tuple[str, str]], name: str, span: timedelta) -> list[dict[str, Any]]:
    """The attribute's most frequent values, with their calls a minute."""
    found = [(count, value) for (attr, value), count in made_by.items() if attr == name and count]
    found.sort(key=lambda one: (-one[0], one[1]))
    return [{"value": value, "average": per_minute(count, span)} for count, value in found[:TOP]]


def event_of(record: dict[str, Any]) -> Event:
    details = record["insightDetails"]
    return Event(
        record=record,
        id=record["eventID"],
        time=datetime.fromisoformat(record["eventTime"]),
        name=details["eventName"],
        source=details["eventSource"],
        region=record["awsRegion"],
        account=record["recipientAccountId"],
        category="Insight",
        read_only=False,
        global_service=False,
        resources=(),
        lookup_resources=(),
        json=minified(record),
    )
