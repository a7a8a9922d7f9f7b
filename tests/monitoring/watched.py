"""A small agenda and a CloudWatch on it, for tests of alarms without an account."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lablib.monitoring.alarm import Alarm
from lablib.monitoring.cloudwatch import CloudWatch
from lablib.monitoring.notice import Notice

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"


@dataclass
class Agenda:
    now: datetime = START
    entries: list[Any] = field(default_factory=list)
    count: int = 0

    def at(self, when: datetime, label: str, action: Callable[[datetime], None]) -> None:
        self.count += 1
        heapq.heappush(self.entries, (when, self.count, label, action))

    def wind(self, **by: float) -> int:
        """How many things happened on the way."""
        until, happened = self.now + timedelta(**by), 0
        while self.entries and self.entries[0][0] <= until:
            when, _, _, action = heapq.heappop(self.entries)
            self.now = max(self.now, when)
            action(when)
            happened += 1
        self.now = until
        return happened


class Watched:
    """CloudWatch with its clock, and what its alarms have said."""

    def __init__(self) -> None:
        self.agenda = Agenda()
        self.said: list[tuple[datetime, str, Notice]] = []
        self.failure: str | None = None
        self.cloudwatch = CloudWatch("123456789012", "us-east-1", self.agenda, self._act)

    def _act(self, action: str, said: Notice, alarm: Alarm) -> str | None:
        self.said.append((self.agenda.now, action, said))
        return self.failure

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        return self.cloudwatch.operations[operation](params, self.agenda.now)

    def alarm(self, name: str = "a", **more: Any) -> None:
        given: dict[str, Any] = {
            "AlarmName": name,
            "Namespace": "N",
            "MetricName": "M",
            "Statistic": "Sum",
            "Period": 300,
            "EvaluationPeriods": 1,
            "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "AlarmActions": [TOPIC],
            "OKActions": [TOPIC],
        }
        self.call("PutMetricAlarm", **{**given, **more})

    def measure(self, value: float = 1.0, name: str = "M", **more: Any) -> None:
        datum = {"MetricName": name, "Value": value, **more}
        self.call("PutMetricData", Namespace="N", MetricData=[datum])

    def state(self, name: str = "a") -> str:
        entry = self.cloudwatch.alarms.get(name)
        assert entry is not None
        return entry.state.value

    def reason(self, name: str = "a") -> str:
        entry = self.cloudwatch.alarms.get(name)
        assert entry is not None
        return entry.state.reason
