"""What is asked of metrics: a statistic of a metric a period, or an expression over such.

Source: API Reference, MetricDataQuery. Alarms and GetMetricData ask the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import expression, statistic
from .metrics import Metric, Metrics, Samples


@dataclass(frozen=True, slots=True)
class Query:
    id: str
    metric: Metric | None = None
    statistic: str = ""
    period: int = 60
    unit: str | None = None
    math: str | None = None  # an expression instead of a metric
    label: str | None = None
    returned: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """One query's answer: value by window, and for metrics how many samples stand behind it."""

    values: dict[int, float]
    counts: dict[int, float]


def ask(
    metrics: Metrics, queries: Sequence[Query], windows: Sequence[int], period: int
) -> dict[str, Found]:
    """The answers by id. `windows` are starts of stretches of `period` seconds. Raises
    expression.NotUnderstood."""
    found: dict[str, Found] = {}
    for query in queries:
        if query.metric is not None:
            found[query.id] = _of_metric(metrics, query, windows, period)
    ids = [query.id for query in queries if query.metric is not None]
    known = {id: answer.values for id, answer in found.items()}
    for query in _in_order(queries):
        assert query.math is not None
        calculation = expression.Calculation(windows, period, known, ids)
        values = calculation.series(query.math)
        found[query.id] = Found({at: v for at, v in values.items() if v == v}, {})
        known[query.id] = found[query.id].values
    return found


def _in_order(queries: Sequence[Query]) -> Iterable[Query]:
    """Expressions after those that they use. Raises NotUnderstood for a circle."""
    waiting = {q.id: q for q in queries if q.math is not None}
    while waiting:
        ready = [q for q in waiting.values() if not expression.names(q.math or "") & set(waiting)]
        if not ready:
            raise expression.NotUnderstood("Circular reference between expressions")
        for query in ready:
            del waiting[query.id]
            yield query


def _of_metric(metrics: Metrics, query: Query, windows: Sequence[int], period: int) -> Found:
    assert query.metric is not None
    series = metrics.series(query.metric)
    values, counts = dict[int, float](), dict[int, float]()
    for start in windows if series is not None else ():
        samples: Samples | None = series.samples(start, start + period, query.unit)  # type: ignore[union-attr]
        value = None if samples is None else statistic.value(query.statistic, samples)
        if samples is not None and value is not None:
            values[start], counts[start] = value, samples.count
    return Found(values, counts)
