"""The journey of one event told stage by stage, and that of many as a timeline: JSON-ready."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from lablib.cloudtrail.batches import Batches
from lablib.cloudtrail.deliveries import Deliveries, Failed, FilePut
from lablib.cloudtrail.history import KEPT, Entry
from lablib.cloudtrail.ledger import EXPIRED
from lablib.cloudtrail.selectors import Match

Row = dict[str, Any]


class Delivered(Protocol):
    @property
    def done(self) -> Deliveries: ...
    @property
    def batches(self) -> Batches: ...


# Why an event is in Event history or not (User Guide, "Working with CloudTrail Event history").
REMEMBERED = {
    "Management": (True, "Management events are always remembered, with a trail or without."),
    "Insight": (True, "Insights events are looked up with EventCategory=insight."),
    "Data": (False, "Data events never appear there; only trails can have them."),
    "NetworkActivity": (False, "Network activity events never appear there."),
}


def trace(entry: Entry, matches: Sequence[Match], delivery: Delivered) -> Row:
    """The control interface's answer about one event."""
    record = json.loads(entry.json)
    stages = [_recorded(entry, record), _history(entry)]
    stages += [_chosen(entry, match) for match in matches]
    if not matches:
        stages.append(_stage("trails", entry.time, "no trail took it", "There was no trail."))
    later = [*_arrived(entry, delivery.done), *_waiting(entry, delivery.batches)]
    stages += sorted(later, key=lambda stage: str(stage["time"]))
    return {
        "event": record,
        "stages": stages,
        "matches": [{"trail": m.trail_arn, "taken": m.taken, "why": m.why} for m in matches],
    }


def _stage(stage: str, time: datetime, what: str, why: str) -> Row:
    return {"stage": stage, "time": show(time), "what": what, "why": why}


def _recorded(entry: Entry, record: Row) -> Row:
    if entry.category == "Insight":
        state = record["insightDetails"]["state"].lower()
        what = f"{state} of unusual activity of {entry.name}"
        return _stage("record", entry.time, what, "Rates are compared with the 7 days before.")
    kind = "read" if entry.read_only else "write"
    who = entry.username or record.get("userIdentity", {}).get("invokedBy") or "somebody"
    why = f"Each API call becomes one record: a {kind} event, {entry.category}."
    return _stage("record", entry.time, f"{entry.name} by {who} became a record", why)


def _history(entry: Entry) -> Row:
    inside, why = REMEMBERED.get(entry.category, (False, ""))
    where = f"Event history of {entry.region}"
    what = f"in {where} for {KEPT.days} days" if inside else f"not in {where}"
    return _stage("history", entry.time, what, why)


def _chosen(entry: Entry, match: Match) -> Row:
    what = "taken" if match.taken else "not taken"
    return _stage("trails", entry.time, f"{what} by {name_of(match.trail_arn)}", match.why)


def _waiting(entry: Entry, batches: Batches) -> Iterator[Row]:
    for file in batches.holding(entry.id):
        trail = name_of(file.stream.trail_arn)
        why = "Events are collected by the five minutes in which they happened."
        stage = _stage("log file", file.due, f"will be in a log file of {trail}", why)
        yield {**stage, "due": True}


def _arrived(entry: Entry, done: Deliveries) -> Iterator[Row]:
    keys = set()
    for file in _since(done.files, entry.time):
        if entry.id in file.events:
            keys.add(file.key)
            count = "the only record" if len(file.events) == 1 else f"{len(file.events)} records"
            why = f"A file of {name_of(file.trail)} with {count} of these minutes."
            yield _stage("log file", file.time, f"s3://{file.bucket}/{file.key}", why)
    for told in _since(done.notifications, entry.time):
        if told.key in keys:
            why = f"{name_of(told.trail)} has a topic, which hears of each log file."
            yield _stage("notification", told.time, f"message to {told.topic}", why)
    for logs in _since(done.logs, entry.time):
        if entry.id in logs.events:
            why = f"{name_of(logs.trail)} has a log group; it does not wait for the log file."
            what = f"in {logs.group}, stream {logs.stream}"
            yield _stage("CloudWatch Logs", logs.time, what, why)
    for failed in _since(done.errors, entry.time):
        if entry.id in failed.events:
            yield _refused(failed)


def _refused(failed: Failed) -> Row:
    where = f"{failed.what} of {name_of(failed.trail)}"
    if failed.code == EXPIRED:
        why = "Nothing is tried for longer than 30 days, or again for a trail that is gone."
        return _stage("refused", failed.time, f"{where} was given up", why)
    return _stage("refused", failed.time, f"{where} was refused", f"The target said {failed.code}.")


def timeline(
    calls: Iterable[Entry],
    matches: Mapping[str, Sequence[Match]],
    done: Deliveries,
    start: datetime | None = None,
    end: datetime | None = None,
) -> dict[str, list[Row]]:
    """The control interface's answer about a stretch of time; both ends belong to it."""

    def chosen(facts: list[Fact]) -> list[Fact]:
        later = _since(facts, start) if start else facts
        return [fact for fact in later if not end or fact.time <= end]

    return {
        "calls": [_call(entry, matches.get(entry.id, ())) for entry in calls],
        "files": [_file(fact) for fact in chosen(done.files)],
        "notifications": [
            {"time": show(n.time), "topic": n.topic, "trail": n.trail, "key": n.key}
            for n in chosen(done.notifications)
        ],
        "logs": [
            {"time": show(n.time), "group": n.group, "stream": n.stream, "events": [*n.events]}
            for n in chosen(done.logs)
        ],
        "digests": [
            {
                "time": show(d.time),
                "trail": d.trail,
                "bucket": d.bucket,
                "key": d.key,
                "start": show(d.start),
                "end": show(d.end),
                "region": d.region,
                "files": [*d.files],
            }
            for d in chosen(done.digests)
        ],
        "errors": [
            {"time": show(e.time), "trail": e.trail, "what": e.what, "code": e.code}
            for e in chosen(done.errors)
        ],
    }


def _call(entry: Entry, matches: Sequence[Match]) -> Row:
    return {
        "time": show(entry.time),
        "name": entry.name,
        "source": entry.source,
        "id": entry.id,
        "read_only": entry.read_only,
        "category": entry.category,
        "user": entry.username,
        "trails": [match.trail_arn for match in matches if match.taken],
    }


def _file(file: FilePut) -> Row:
    return {
        "trail": file.trail,
        "bucket": file.bucket,
        "key": file.key,
        "label": show(file.label),
        "time": show(file.time),
        "region": file.region,
        "category": file.category,
        "events": [*file.events],
        "oldest": show(file.oldest),
        "newest": show(file.newest),
        "bytes": file.bytes,
    }


class Timed(Protocol):
    @property
    def time(self) -> datetime: ...


Fact = TypeVar("Fact", bound=Timed)


def _since(facts: list[Fact], time: datetime) -> list[Fact]:
    """The facts from then on; they lie in the order of time."""
    return facts[bisect_left(facts, time, key=lambda fact: fact.time) :]


def name_of(arn: str) -> str:
    return arn.rpartition("/")[2]


def show(time: datetime) -> str:
    """ISO 8601 with milliseconds and Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
