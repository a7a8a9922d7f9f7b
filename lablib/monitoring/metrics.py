"""Metrics: what was measured, kept in buckets of a minute (of a second at high resolution)."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

MINUTE = 60
Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, order=True)
class Metric:
    """Namespace, name and dimensions (sorted by name) make a metric; nothing else does."""

    namespace: str
    name: str
    dimensions: Dimensions = ()


@dataclass(frozen=True, slots=True)
class Datum:
    """One published measurement: values with how often each occurred, or a summary of them."""

    metric: Metric
    time: datetime
    values: tuple[tuple[float, float], ...] = ()  # (value, count)
    summary: tuple[float, float, float, float] | None = None  # count, sum, minimum, maximum
    unit: str = "None"
    resolution: int = MINUTE


class Samples:
    """The measurements of a stretch of time, together."""

    __slots__ = ("count", "maximum", "minimum", "partial", "sum", "values")

    def __init__(self) -> None:
        self.count = 0.0
        self.sum = 0.0
        self.minimum = float("inf")
        self.maximum = float("-inf")
        self.values: dict[float, float] = {}
        self.partial = False  # some came as summaries only: no percentiles

    def add(self, datum: Datum) -> None:
        for value, count in datum.values:
            self._one(count, value * count, value, value)
            self.values[value] = self.values.get(value, 0.0) + count
        if datum.summary is not None:
            self._one(*datum.summary)
            self.partial = True

    def merge(self, other: Samples) -> None:
        self._one(other.count, other.sum, other.minimum, other.maximum)
        for value, count in other.values.items():
            self.values[value] = self.values.get(value, 0.0) + count
        self.partial = self.partial or other.partial

    def _one(self, count: float, total: float, low: float, high: float) -> None:
        self.count += count
        self.sum += total
        self.minimum, self.maximum = min(self.minimum, low), max(self.maximum, high)


class Series:
    """One metric's buckets: start in seconds since 1970 → unit → samples."""

    def __init__(self) -> None:
        self._buckets: dict[int, dict[str, Samples]] = {}
        self._starts: list[int] = []

    @property
    def newest(self) -> int:
        return self._starts[-1] if self._starts else 0

    def add(self, datum: Datum) -> int:
        """The start of the bucket into which it went."""
        start = int(datum.time.timestamp()) // datum.resolution * datum.resolution
        if start not in self._buckets:
            self._buckets[start] = {}
            bisect.insort(self._starts, start)
        self._buckets[start].setdefault(datum.unit, Samples()).add(datum)
        return start

    def starts(self, begin: int, end: int) -> list[int]:
        """The buckets within [begin, end), in order."""
        if self.newest < begin:
            return []
        first = bisect.bisect_left(self._starts, begin)
        return self._starts[first : bisect.bisect_left(self._starts, end)]

    def samples(self, begin: int, end: int, unit: str | None = None) -> Samples | None:
        """All that was measured within [begin, end); None when nothing was."""
        found: Samples | None = None
        for start in self.starts(begin, end):
            for its_unit, samples in self._buckets[start].items():
                if unit in (None, its_unit):
                    found = found or Samples()
                    found.merge(samples)
        return found

    def units(self, begin: int, end: int) -> list[str]:
        return list(dict.fromkeys(u for s in self.starts(begin, end) for u in self._buckets[s]))


class Metrics:
    """All metrics of one account in one Region."""

    def __init__(self) -> None:
        self._series: dict[Metric, Series] = {}

    def add(self, data: Iterable[Datum]) -> None:
        for datum in data:
            self._series.setdefault(datum.metric, Series()).add(datum)

    def series(self, metric: Metric) -> Series | None:
        return self._series.get(metric)

    def known(self) -> Iterator[tuple[Metric, Series]]:
        """In order of their names."""
        return iter(sorted(self._series.items(), key=lambda item: item[0]))


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def aware(time: datetime) -> datetime:
    """A request's time; one without an offset is UTC."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time
