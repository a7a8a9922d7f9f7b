"""What CloudWatch tells of alarms: the states of one through time, its data points, who was told.

All of it comes from DescribeAlarms, DescribeAlarmHistory and GetMetricData, so that a picture made
of it agrees with them by construction. Works the same on AWS.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from lablib.errors import LabError
from lablib.show.style import duration

KINDS = ["MetricAlarm", "CompositeAlarm"]  # "if you omit this, only metric alarms are returned"
GONE = ""  # the state of an alarm that was deleted
MOST = 30 * 24 * 60  # minutes; the history of alarms goes back no further
HOUR, FIVE = timedelta(hours=1), timedelta(minutes=5)
SIGNS = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}


@dataclass(frozen=True, slots=True)
class Told:
    """An action of the alarm: when, to whom (an ARN), and why it failed, if it did."""

    time: datetime
    target: str
    failure: str = ""

    def __str__(self) -> str:
        name = self.target.rpartition(":")[2]
        return f"{name} failed: {self.failure}" if self.failure else name


@dataclass(frozen=True, slots=True)
class Change:
    """From this moment on the alarm is in this state."""

    time: datetime
    state: str  # OK, ALARM, INSUFFICIENT_DATA, or GONE
    reason: str
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A data point: the start of its period, and its value."""

    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Measure:
    """What a metric alarm compares with its threshold."""

    what: str  # "Sum of SAP stops per 5 min"
    period: timedelta
    comparison: str  # ≥, >, <, ≤
    threshold: float
    points: tuple[Point, ...] = ()
    trouble: str = ""  # why there are no points, if CloudWatch says so

    def breaches(self, value: float) -> bool:
        return {
            "≥": value >= self.threshold,
            ">": value > self.threshold,
            "<": value < self.threshold,
            "≤": value <= self.threshold,
        }.get(self.comparison, False)


@dataclass(frozen=True, slots=True)
class Life:
    """An alarm from `start` to `end`. `changes` begin with the one that was in force at `start`.

    A metric alarm has a `measure`, a composite alarm a `rule` and the alarms it is made of.
    """

    name: str
    start: datetime
    end: datetime
    changes: tuple[Change, ...]
    measure: Measure | None = None
    rule: str = ""
    children: tuple[Life, ...] = field(default=())

    @property
    def now(self) -> Change:
        return self.changes[-1]

    def spans(self) -> Iterator[tuple[datetime, datetime, str]]:
        """(from, until, state) of all that lies between start and end."""
        ends = [*(change.time for change in self.changes[1:]), self.end]
        for change, end in zip(self.changes, ends, strict=True):
            if end > self.start and change.state != GONE:
                yield max(change.time, self.start), end, change.state


def every_alarm(cloudwatch: Any, prefix: str = "") -> list[dict[str, Any]]:
    """All alarms as DescribeAlarms shows them, metric alarms and composite ones."""
    asked = {"AlarmNamePrefix": prefix} if prefix else {}
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=KINDS, **asked)
    return [one for page in pages for one in (*page["MetricAlarms"], *page["CompositeAlarms"])]


def life(cloudwatch: Any, name: str, now: datetime, minutes: float | None = None) -> Life:
    """One alarm in the last `minutes`; without them in the last hour, or since it was made.

    Raises LabError when there is no such alarm.
    """
    _check(name, minutes)
    alarm = _described(cloudwatch, name)
    changes = _changes(_history(cloudwatch, name, now), alarm)
    measured = _measured(alarm)
    start = now - (timedelta(minutes=minutes) if minutes else HOUR)
    if not minutes:  # a young alarm's picture begins a little before it
        period = measured[0] if measured else FIVE
        start = max(start, min(changes[0].time - period / 2, now - 3 * period))
    return Life(
        name,
        start,
        now,
        _in_force(changes, start),
        _measure(cloudwatch, alarm, measured, start, now) if measured else None,
        alarm.get("AlarmRule", ""),
        tuple(_children(cloudwatch, alarm, now, start)),
    )


def _check(name: Any, minutes: Any) -> None:
    if not isinstance(name, str) or not name:
        raise LabError(
            "That is not the name of an alarm.",
            expected="a text",
            found=repr(name),
            next="lab.alarms() shows those there are.",
        )
    if minutes is not None and not (isinstance(minutes, int | float) and 0 < minutes <= MOST):
        raise LabError(
            "That is not a number of minutes.",
            expected=f"a number from 1 to {MOST}, which are thirty days",
            found=repr(minutes),
            next=f"lab.alarm({name!r}, minutes=60)",
        )


def _described(cloudwatch: Any, name: str) -> dict[str, Any]:
    answer = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=KINDS)
    for alarm in (*answer["MetricAlarms"], *answer["CompositeAlarms"]):
        return dict(alarm)
    known = [alarm["AlarmName"] for alarm in every_alarm(cloudwatch)]
    found = f"{len(known)} others: {', '.join(known[:6])}{' …' * (len(known) > 6)}"
    region = cloudwatch.meta.region_name
    raise LabError(
        f"There is no alarm {name!r} in {region}.",
        found=found if known else "no alarm at all",
        next="lab.alarms() shows those there are; put_metric_alarm makes one.",
    )


def _children(
    cloudwatch: Any, alarm: Mapping[str, Any], now: datetime, start: datetime
) -> Iterator[Life]:
    """The alarms in the rule of a composite alarm, over the same time."""
    if "AlarmRule" not in alarm:
        return
    # "You cannot specify any other parameters in the request" (API Reference, DescribeAlarms).
    answer = cloudwatch.describe_alarms(ChildrenOfAlarmName=alarm["AlarmName"])
    for child in (*answer["MetricAlarms"], *answer["CompositeAlarms"]):
        name = child["AlarmName"]
        changes = _changes(_history(cloudwatch, name, now), _described(cloudwatch, name))
        yield Life(name, start, now, _in_force(changes, start))


# -- states, from the history ---------------------------------------------------------------


def _history(cloudwatch: Any, name: str, now: datetime) -> list[dict[str, Any]]:
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName=name, AlarmTypes=KINDS, ScanBy="TimestampAscending"
    )
    return [item for page in pages for item in page["AlarmHistoryItems"] if _time(item) <= now]


def _changes(items: Iterable[Mapping[str, Any]], alarm: Mapping[str, Any]) -> tuple[Change, ...]:
    """The states in order. History goes back 30 days; an older alarm begins where it begins."""
    found: list[Change] = []
    for item in items:
        data = json.loads(item.get("HistoryData") or "{}")
        kind = item["HistoryItemType"]
        if kind == "StateUpdate":
            if not found:
                old = data.get("oldState", {})
                found.append(Change(_long_ago(item), old.get("stateValue", GONE), "", ()))
            new = data["newState"]
            found.append(Change(_time(item), new["stateValue"], new.get("stateReason", "")))
        elif kind == "ConfigurationUpdate" and data.get("type") in ("Create", "Delete"):
            made = data["type"] == "Create"
            state = data.get("createdAlarm", {}).get("stateValue", "INSUFFICIENT_DATA")
            words = "The alarm was created." if made else "The alarm was deleted."
            found.append(Change(_time(item), state if made else GONE, words))
        elif kind == "Action" and found:
            last = found.pop()
            told = Told(_time(item), data.get("notificationResource", ""), _failure(data))
            found.append(Change(last.time, last.state, last.reason, (*last.told, told)))
    if found:
        return tuple(found)
    since = alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]
    return (Change(since.astimezone(UTC), alarm["StateValue"], alarm.get("StateReason", "")),)


def _failure(data: Mapping[str, Any]) -> str:
    if data.get("actionState") != "Failed":
        return ""
    return str(data.get("error") or "CloudWatch does not say why")


def _in_force(changes: Sequence[Change], start: datetime) -> tuple[Change, ...]:
    """The changes after `start`, and the last one before it."""
    first = max((n for n, change in enumerate(changes) if change.time <= start), default=0)
    return tuple(changes[first:])


def _time(item: Mapping[str, Any]) -> datetime:
    stamp: datetime = item["Timestamp"]
    return stamp.astimezone(UTC)


def _long_ago(item: Mapping[str, Any]) -> datetime:
    return _time(item) - timedelta(days=30)


# -- data points, from the metric -----------------------------------------------------------


def _measured(alarm: Mapping[str, Any]) -> tuple[timedelta, list[dict[str, Any]]] | None:
    """The alarm's period, and its metric as queries of GetMetricData; None for a composite one."""
    if "AlarmRule" in alarm:
        return None
    queries = list(alarm.get("Metrics") or [_query(alarm)])
    stats = [query["MetricStat"] for query in queries if "MetricStat" in query]
    period = max([stat["Period"] for stat in stats], default=alarm.get("Period", 60))
    return timedelta(seconds=period), queries


def _query(alarm: Mapping[str, Any]) -> dict[str, Any]:
    names = ("Namespace", "MetricName", "Dimensions")
    stat = {
        "Metric": {name: alarm[name] for name in names if name in alarm},
        "Period": alarm["Period"],
        "Stat": alarm.get("Statistic") or alarm.get("ExtendedStatistic"),
    }
    unit = {"Unit": alarm["Unit"]} if alarm.get("Unit") else {}
    return {"Id": "watched", "MetricStat": {**stat, **unit}, "ReturnData": True}


def _measure(
    cloudwatch: Any,
    alarm: Mapping[str, Any],
    measured: tuple[timedelta, list[dict[str, Any]]],
    start: datetime,
    end: datetime,
) -> Measure:
    period, queries = measured
    returned = next((q for q in queries if q.get("ReturnData", True)), queries[0])
    points: tuple[Point, ...] = ()
    trouble = ""
    try:
        points = tuple(_points(cloudwatch, queries, returned["Id"], start, end))
    except ClientError as error:
        trouble = error.response["Error"]["Message"]
    return Measure(
        _words(returned, period),
        period,
        SIGNS.get(alarm.get("ComparisonOperator", ""), "?"),
        float(alarm.get("Threshold", 0)),
        points,
        trouble,
    )


def _points(
    cloudwatch: Any, queries: Sequence[Mapping[str, Any]], id: str, start: datetime, end: datetime
) -> Iterator[Point]:
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=list(queries),
        StartTime=start,
        EndTime=end,
        ScanBy="TimestampAscending",
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            if result["Id"] == id:
                pairs = zip(result["Timestamps"], result["Values"], strict=True)
                yield from (Point(time.astimezone(UTC), value) for time, value in pairs)


def _words(query: Mapping[str, Any], period: timedelta) -> str:
    every = f"per {duration(period.total_seconds())}"
    if "MetricStat" not in query:
        return f"{query.get('Label') or query.get('Expression', '')} {every}"
    stat = query["MetricStat"]
    metric = stat["Metric"]
    return f"{stat['Stat']} of {metric.get('Namespace', '')} {metric['MetricName']} {every}"
