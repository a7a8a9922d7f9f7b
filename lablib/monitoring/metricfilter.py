"""Metric filters: log events in, measurements out.

Sources: API Reference, PutMetricFilter and MetricTransformation; CloudWatch Logs User Guide,
"Creating metrics from log events using filters".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import errors
from .metrics import Datum, Metric
from .patterns import InvalidPattern, Line, Pattern, compiled

A_GROUP = 100  # metric filters a log group may have ("CloudWatch Logs quotas")
REGEX_FILTERS = 5  # patterns with regular expressions a log group may have
DIMENSIONS = 3

_NAME = re.compile(r"[^:*]{1,512}")
_METRIC_NAME = re.compile(r"[^:*$]{1,255}")
_SELECTOR = re.compile(r"\$.+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Transformation:
    """What a match becomes: a constant, or the number at a selector."""

    metric: str
    namespace: str
    value: str
    default: float | None = None
    unit: str = "None"
    dimensions: tuple[tuple[str, str], ...] = ()  # name, selector

    def of(self, pattern: Pattern, line: Line, time: datetime) -> Datum | None:
        """The measurement of a match; None when the log event has no number there, or lacks a
        dimension."""
        number = _number(self.value) if not self.value.startswith("$") else None
        if number is None:
            number = _number(pattern.value(line, self.value))
        dimensions = [(name, pattern.value(line, where)) for name, where in self.dimensions]
        if number is None or any(value is None for _, value in dimensions):
            return None
        told = tuple(sorted((name, value) for name, value in dimensions if value is not None))
        metric = Metric(self.namespace, self.metric, told)
        return Datum(metric, time, ((number, 1.0),), unit=self.unit)

    def silence(self, time: datetime) -> Datum | None:
        """The measurement of a minute with log events and no match."""
        if self.default is None:
            return None
        metric = Metric(self.namespace, self.metric)
        return Datum(metric, time, ((self.default, 1.0),), unit=self.unit)


@dataclass(frozen=True, slots=True)
class MetricFilter:
    name: str
    group: str
    pattern: Pattern
    written: str  # the pattern as it was given
    transformations: tuple[Transformation, ...]
    created: datetime

    def measure(self, lines: Iterable[tuple[Line, datetime]]) -> list[Datum]:
        """The measurements of the log events that match."""
        found = [(line, time) for line, time in lines if self.pattern.takes(line)]
        data = [
            transformation.of(self.pattern, line, time)
            for line, time in found
            for transformation in self.transformations
        ]
        return [datum for datum in data if datum is not None]

    def shown(self) -> dict[str, Any]:
        """In botocore's names."""
        return {
            "filterName": self.name,
            "filterPattern": self.written,
            "metricTransformations": [_shown(one) for one in self.transformations],
            "creationTime": int(self.created.timestamp() * 1000),
            "logGroupName": self.group,
            "applyOnTransformedLogs": False,
        }


def _shown(one: Transformation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "metricName": one.metric,
        "metricNamespace": one.namespace,
        "metricValue": one.value,
    }
    if one.default is not None:
        told["defaultValue"] = one.default
    if one.dimensions:
        told["dimensions"] = dict(one.dimensions)
    return told | {"unit": one.unit}


def _number(text: str | None) -> float | None:
    if text is None or not _NUMBER.fullmatch(text.strip()):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


# -- from a request -----------------------------------------------------------------------


def pattern_of(text: str, general: str = "Invalid metric filter pattern") -> Pattern:
    """Raises InvalidParameterException; `general` where AWS has no words for the mistake."""
    try:
        return compiled(text)
    except InvalidPattern as invalid:
        raise errors.invalid_parameter(invalid.message or general) from None


def read(params: Mapping[str, Any], group: str, now: datetime) -> MetricFilter:
    """A PutMetricFilter request. Raises MonitoringError."""
    name, written = str(params.get("filterName", "")), str(params.get("filterPattern", ""))
    if not _NAME.fullmatch(name):
        raise _constraint(name, "filterName", "[^:*]*")
    pattern = pattern_of(written)
    given = params.get("metricTransformations") or []
    if len(given) != 1:
        raise errors.invalid_parameter(
            "1 validation error detected: Value at 'metricTransformations' failed to satisfy "
            "constraint: Member must have length equal to 1"
        )
    transformations = tuple(_transformation(one) for one in given)
    return MetricFilter(name, group, pattern, written, transformations, now)


def _transformation(given: Mapping[str, Any]) -> Transformation:
    metric, namespace = str(given.get("metricName", "")), str(given.get("metricNamespace", ""))
    for name, value in (("metricName", metric), ("metricNamespace", namespace)):
        if not _METRIC_NAME.fullmatch(value):
            where = f"metricTransformations.1.member.{name}"
            raise _constraint(value, where, "[^:*$]*")
    if namespace.startswith("AWS/"):
        raise errors.invalid_parameter("The metric namespace must not start with AWS/")
    value = str(given.get("metricValue", ""))
    if _number(value) is None and not _SELECTOR.fullmatch(value):
        raise errors.invalid_parameter(f"Invalid metric transformation: metric value {value}")
    dimensions = tuple((given.get("dimensions") or {}).items())
    _check_dimensions(dimensions, given.get("defaultValue"))
    default = given.get("defaultValue")
    return Transformation(
        metric, namespace, value, None if default is None else float(default),
        str(given.get("unit") or "None"), dimensions,
    )  # fmt: skip


def _check_dimensions(dimensions: tuple[tuple[str, str], ...], default: object) -> None:
    """ "If you are using dimensions … you can't assign a default value"; at most three."""
    if len(dimensions) > DIMENSIONS:
        raise errors.invalid_parameter(
            f"A metric transformation can have at most {DIMENSIONS} dimensions."
        )
    if dimensions and default is not None:
        raise errors.invalid_parameter(
            "Invalid metric transformation: dimensions and default value are mutually exclusive "
            "properties."
        )
    for name, where in dimensions:
        if not _SELECTOR.fullmatch(str(where)):
            raise errors.invalid_parameter(f"Invalid dimension {name}: {where}")


def _constraint(value: str, where: str, form: str) -> errors.MonitoringError:
    return errors.invalid_parameter(
        f"1 validation error detected: Value '{value}' at '{where}' failed to satisfy "
        f"constraint: Member must satisfy regular expression pattern: {form}"
    )
