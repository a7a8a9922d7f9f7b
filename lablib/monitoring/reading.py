"""GetMetricData, GetMetricStatistics, ListMetrics: metrics as they are read.

Source: API Reference of Amazon CloudWatch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from . import errors, expression, statistic
from .alarmrequest import dimensions, query
from .errors import MonitoringError
from .metrics import Metric, Metrics, aware, moment
from .query import Query, ask

Params = Mapping[str, Any]

MOST_POINTS = 1_440  # of GetMetricStatistics
MOST_QUERIES = 500
MOST_LISTED = 500
ACTIVE = timedelta(days=14)  # ListMetrics: "metrics that have reported data in the past two weeks"
RECENT = timedelta(hours=3)


class Reading:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def data(self, params: Params, now: datetime) -> dict[str, Any]:
        """GetMetricData."""
        start, end = _range(params)
        given = params.get("MetricDataQueries") or ()
        if not 1 <= len(given) <= MOST_QUERIES:
            raise errors.validation(f"Between 1 and {MOST_QUERIES} queries may be asked at once")
        try:
            queries = [query(one) for one in given]
        except MonitoringError as error:
            raise errors.validation(error.message) from None
        periods = {one.period for one in queries if one.metric is not None} or {60}
        oldest_first = params.get("ScanBy") == "TimestampAscending"
        results = []
        for one in queries:
            if one.returned:
                period = one.period if one.metric is not None else max(periods)
                windows = _windows(start, end, period)
                results.append(self._result(one, queries, windows, period, oldest_first))
        return {"MetricDataResults": results, "Messages": []}

    def _result(
        self,
        one: Query,
        queries: Sequence[Query],
        windows: Sequence[int],
        period: int,
        oldest_first: bool,
    ) -> dict[str, Any]:
        asked = [one] if one.metric is not None else list(queries)
        try:
            values = ask(self._metrics, asked, windows, period)[one.id].values
        except expression.NotUnderstood as error:
            raise errors.validation(f"Error in expression '{one.id}': {error}") from None
        points = sorted(values.items(), reverse=not oldest_first)
        label = one.label or (one.metric.name if one.metric is not None else one.id)
        return {
            "Id": one.id,
            "Label": label,
            "Timestamps": [moment(at) for at, _ in points],
            "Values": [value for _, value in points],
            "StatusCode": "Complete",
        }

    def statistics(self, params: Params, now: datetime) -> dict[str, Any]:
        """GetMetricStatistics: one data point a window and unit."""
        start, end = _range(params)
        period = int(params.get("Period") or 0)
        if period < 1 or (period % 60 and period not in (1, 5, 10, 20, 30)):
            raise errors.invalid_value(
                "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60."
            )
        plain, extended = params.get("Statistics") or (), params.get("ExtendedStatistics") or ()
        if not plain and not extended:
            raise errors.missing_parameter("Statistics")
        windows = _windows(start, end, period)
        if len(windows) > MOST_POINTS:
            raise errors.invalid_combination(
                f"You have requested up to {len(windows):,} datapoints, which exceeds the limit "
                f"of {MOST_POINTS:,}. You may reduce the datapoints requested by increasing "
                "Period, or decreasing the time range."
            )
        name = str(params.get("MetricName", ""))
        metric = Metric(
            str(params.get("Namespace", "")), name, dimensions(params.get("Dimensions"))
        )
        found = [
            point
            for at in windows
            for point in self._points(metric, at, period, params.get("Unit"), plain, extended)
        ]
        return {"Label": name, "Datapoints": found}

    def _points(
        self,
        metric: Metric,
        at: int,
        period: int,
        unit: str | None,
        plain: Sequence[str],
        extended: Sequence[str],
    ) -> list[dict[str, Any]]:
        series = self._metrics.series(metric)
        if series is None:
            return []
        found = []
        for its_unit in [unit] if unit else series.units(at, at + period):
            samples = series.samples(at, at + period, its_unit)
            if samples is None:
                continue
            point: dict[str, Any] = {"Timestamp": moment(at), "Unit": its_unit}
            point |= {name: statistic.value(name, samples) for name in plain}
            told = {name: statistic.value(name, samples) for name in extended}
            if told:
                point["ExtendedStatistics"] = {n: v for n, v in told.items() if v is not None}
            found.append(point)
        return found

    def list(self, params: Params, now: datetime) -> dict[str, Any]:
        """ListMetrics."""
        since = now - (RECENT if params.get("RecentlyActive") == "PT3H" else ACTIVE)
        wanted = [(d["Name"], d.get("Value")) for d in params.get("Dimensions") or ()]
        found = [
            {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [{"Name": n, "Value": v} for n, v in metric.dimensions],
            }
            for metric, series in self._metrics.known()
            if params.get("Namespace") in (None, metric.namespace)
            and params.get("MetricName") in (None, metric.name)
            and series.newest >= since.timestamp()
            and all(
                any(n == name and v in (None, value) for name, value in metric.dimensions)
                for n, v in wanted
            )
        ]
        token = str(params.get("NextToken") or "0")
        if not token.isdigit():
            raise errors.invalid_value("Request parameter NextToken is invalid")
        end = int(token) + MOST_LISTED
        more = {"NextToken": str(end)} if end < len(found) else {}
        return {"Metrics": found[int(token) : end], **more}


def _range(params: Params) -> tuple[datetime, datetime]:
    start, end = params.get("StartTime"), params.get("EndTime")
    if start is None or end is None:
        raise errors.missing_parameter("StartTime" if start is None else "EndTime")
    start, end = aware(start), aware(end)
    if start >= end:
        raise errors.invalid_value(
            "The parameter StartTime must be less than the parameter EndTime."
        )
    return start, end


def _windows(start: datetime, end: datetime, period: int) -> Sequence[int]:
    """Starts of whole periods from the one in which `start` lies."""
    first = int(start.timestamp()) // period * period
    return range(first, int(end.timestamp()), period)
