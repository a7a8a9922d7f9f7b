"""All metric filters of one account in one Region, and what flows through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from . import errors, metricfilter
from .metricfilter import A_GROUP, REGEX_FILTERS, MetricFilter
from .metrics import MINUTE, Datum, moment
from .patterns import Line

PAGE = 50  # filters a page of DescribeMetricFilters (API Reference)
LABEL = "metric filters publish default values"


class Schedule(Protocol):
    def at(self, when: datetime, label: str, action: Callable[[datetime], None]) -> None: ...


Publish = Callable[[list[Datum], datetime], None]


class MetricFilters:
    """`publish` is given what the filters measure. Operations take and give botocore's names."""

    def __init__(self, schedule: Schedule, publish: Publish) -> None:
        self._schedule, self._publish = schedule, publish
        self._filters: dict[str, dict[str, MetricFilter]] = {}
        self._quiet: dict[tuple[str, str], dict[int, bool]] = {}  # minute → did anything match
        self._due: int | None = None

    def of_group(self, group: str) -> list[MetricFilter]:
        return [filter for _, filter in sorted(self._filters.get(group, {}).items())]

    def forget_group(self, group: str) -> None:
        """A log group is deleted, its filters with it."""
        self._filters.pop(group, None)

    # -- operations -----------------------------------------------------------------------

    def put(self, params: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Makes a filter; one of the same name is replaced."""
        group = str(params["logGroupName"])
        made = metricfilter.read(params, group, now)
        others = [one for one in self.of_group(group) if one.name != made.name]
        if len(others) >= A_GROUP:
            raise errors.limit_exceeded()
        with_regex = sum(bool(one.pattern.regexes) for one in others)
        if made.pattern.regexes and with_regex >= REGEX_FILTERS:
            raise errors.limit_exceeded()
        self._filters.setdefault(group, {})[made.name] = made
        self._quiet.pop((group, made.name), None)
        return {}

    def delete(self, params: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        filters = self._filters.get(str(params["logGroupName"]), {})
        if filters.pop(str(params["filterName"]), None) is None:
            raise errors.no_such_filter()
        return {}

    def describe(self, params: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        metric, namespace = params.get("metricName"), params.get("metricNamespace")
        if (metric is None) != (namespace is None):
            raise errors.invalid_parameter(
                "Metric name and metric namespace must be specified together."
            )
        group, prefix = params.get("logGroupName"), str(params.get("filterNamePrefix") or "")
        groups = sorted(self._filters) if group is None else [str(group)]
        found = [
            one.shown()
            for name in groups
            for one in self.of_group(name)
            if one.name.startswith(prefix) and (metric is None or _makes(one, metric, namespace))
        ]
        return _page(found, params)

    def test(self, params: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        pattern = metricfilter.pattern_of(str(params.get("filterPattern", "")))
        messages = [str(message) for message in params.get("logEventMessages") or ()]
        if not messages:
            raise errors.invalid_parameter(
                "1 validation error detected: Value '[]' at 'logEventMessages' failed to satisfy "
                "constraint: Member must have length greater than or equal to 1"
            )
        lines = [(number, Line(message)) for number, message in enumerate(messages, 1)]
        matches = [
            {
                "eventNumber": number,
                "eventMessage": line.text,
                "extractedValues": pattern.extracted(line),
            }
            for number, line in lines
            if pattern.takes(line)
        ]
        return {"matches": matches}

    # -- log events -----------------------------------------------------------------------

    def ingest(self, group: str, events: Sequence[tuple[str, datetime]], now: datetime) -> None:
        """Log events (message, timestamp) have come in: only filters that are there now count."""
        filters = self.of_group(group)
        if not filters or not events:
            return
        lines = [(Line(message), time) for message, time in events]
        data = [datum for one in filters for datum in one.measure(lines)]
        if data:
            self._publish(data, now)
        for one in filters:
            if any(t.default is not None for t in one.transformations):
                self._note(one, lines, now)

    def _note(
        self, one: MetricFilter, lines: Iterable[tuple[Line, datetime]], now: datetime
    ) -> None:
        """Minutes with log events and no match get the default value, when the minute is over."""
        minutes = self._quiet.setdefault((one.group, one.name), {})
        for line, time in lines:
            start = int(time.timestamp()) // MINUTE * MINUTE
            minutes[start] = minutes.get(start, False) or one.pattern.takes(line)
        end = int(now.timestamp()) // MINUTE * MINUTE + MINUTE
        if self._due != end:
            self._due = end
            self._schedule.at(moment(end), LABEL, self._fill)

    def _fill(self, now: datetime) -> None:
        quiet, self._quiet, self._due = self._quiet, {}, None
        data = [
            datum
            for (group, name), minutes in quiet.items()
            if (one := self._filters.get(group, {}).get(name)) is not None
            for start in sorted(at for at, matched in minutes.items() if not matched)
            for transformation in one.transformations
            if (datum := transformation.silence(moment(start))) is not None
        ]
        if data:
            self._publish(data, now)


def _makes(one: MetricFilter, metric: object, namespace: object) -> bool:
    return any(t.metric == metric and t.namespace == namespace for t in one.transformations)


def _page(found: list[dict[str, Any]], params: Mapping[str, Any]) -> dict[str, Any]:
    limit = int(params.get("limit") or PAGE)
    if not 1 <= limit <= PAGE:
        raise errors.invalid_parameter(
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy "
            f"constraint: Member must have value between 1 and {PAGE}"
        )
    token = str(params.get("nextToken") or "0")
    if not token.isdigit() or int(token) > len(found):
        raise errors.invalid_parameter("The specified nextToken is invalid.")
    end = int(token) + limit
    more = {"nextToken": str(end)} if end < len(found) else {}
    return {"metricFilters": found[int(token) : end], **more}
