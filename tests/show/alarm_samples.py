"""Alarms for tests of their pictures, as CloudWatch tells of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lablib.search.alarms import Change, Life, Measure, Point, Told

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TOPIC = "arn:aws:sns:us-east-1:123456789012:sap-alarms"


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def told(minutes: float, failure: str = "") -> tuple[Told, ...]:
    return (Told(at(minutes), TOPIC, failure),)


MEASURE = Measure("Sum of SAP stops per 5 min", timedelta(minutes=5), "≥", 1.0)
BORN = Change(at(2), "INSUFFICIENT_DATA", "The alarm was created.")


def rung() -> Life:
    changes = (
        BORN,
        Change(at(3), "OK", "Threshold Crossed: no datapoints were received"),
        Change(at(21), "ALARM", "Threshold Crossed: 1 datapoint", told(21)),
        Change(at(36), "OK", "Threshold Crossed: no datapoints", told(36, "Topic does not exist")),
    )
    points = (Point(at(15), 0.0), Point(at(20), 2.0))
    return Life("stopped", at(0), at(45), changes, replace(MEASURE, points=points))


def silent() -> Life:
    return Life("silent", at(0), at(45), (BORN,), MEASURE)


def composite() -> Life:
    rule = "ALARM(stopped) AND ALARM(silent)"
    return Life("both", at(0), at(45), (BORN,), rule=rule, children=(rung(), silent()))


def light(name: str, state: str, minutes: float = 0) -> dict[str, Any]:
    since = {"StateTransitionedTimestamp": at(minutes)}
    return {"AlarmName": name, "StateValue": state, "MetricName": "M", **since}


BOARD = [light("cis-4.10", "OK", 5), light("cis-4.2", "ALARM", 9), light("old", "OK", -9000)]
BOARD += [light("cis-4.1", "INSUFFICIENT_DATA")]
