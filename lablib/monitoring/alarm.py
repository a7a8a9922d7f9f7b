"""An alarm as it is set up, and the state it is in."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from .query import Query
from .rule import Rule

StateValue = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
STATES: tuple[StateValue, ...] = ("OK", "ALARM", "INSUFFICIENT_DATA")

# API Reference, PutMetricAlarm: ComparisonOperator. The operators for anomaly detection bands are
# left out.
COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")


@dataclass(frozen=True, slots=True)
class Watch:
    """What a metric alarm looks at, and when it is too much."""

    queries: tuple[Query, ...]
    period: int
    comparison: str
    threshold: float
    evaluation_periods: int
    datapoints: int | None = None  # M of N; None: not given, as many as there are periods
    missing: str | None = None  # how missing data are treated; None: not given, "missing"
    low_samples: str | None = None
    math: bool = False  # set up with Metrics, not with MetricName

    @property
    def needed(self) -> int:
        return self.datapoints or self.evaluation_periods

    @property
    def returned(self) -> Query:
        """The query that is compared with the threshold."""
        return next(query for query in self.queries if query.returned)

    def breaches(self, value: float) -> bool:
        return COMPARISONS[self.comparison][0](value, self.threshold)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A metric alarm has a `watch`, a composite alarm has a `rule`."""

    name: str
    account: str
    region: str
    updated: datetime
    watch: Watch | None = None
    rule: Rule | None = None
    description: str | None = None
    enabled: bool = True
    ok_actions: tuple[str, ...] = ()
    alarm_actions: tuple[str, ...] = ()
    insufficient_actions: tuple[str, ...] = ()
    suppressor: str | None = None
    suppressor_wait: int | None = None
    suppressor_extension: int | None = None

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm:{self.name}"

    @property
    def type(self) -> str:
        return "MetricAlarm" if self.watch is not None else "CompositeAlarm"

    def actions(self, state: str) -> tuple[str, ...]:
        by_state: Mapping[str, tuple[str, ...]] = {
            "OK": self.ok_actions,
            "ALARM": self.alarm_actions,
            "INSUFFICIENT_DATA": self.insufficient_actions,
        }
        return by_state[state]


@dataclass(frozen=True, slots=True)
class State:
    value: StateValue
    reason: str
    data: Mapping[str, Any] | None
    updated: datetime


def first_state(now: datetime) -> State:
    """Before the first evaluation (observed)."""
    return State("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation", None, now)
