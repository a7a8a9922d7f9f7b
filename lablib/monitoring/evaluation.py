"""What an alarm's state should be at a moment, and at which moment that may change next.

Source: CloudWatch User Guide, "Alarm evaluation" and "Configuring how CloudWatch alarms treat
missing data". Windows end with the whole minute of the evaluation, as the reasons of real alarms
show (a data point of 16:59 with a period of 300 s is judged at 17:04).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from . import query
from .alarm import COMPARISONS, StateValue, Watch
from .expression import NotUnderstood
from .metrics import MINUTE, Metrics, moment
from .statistic import percentile_of

# "CloudWatch attempts to retrieve a higher number of data points than Evaluation Periods"; how
# many more is not stated. In the documentation's example it is two (3 evaluation periods, 5 data
# points retrieved).
MORE = 2


@dataclass(frozen=True, slots=True)
class Point:
    """One data point: the window's start, its value (None: missing) and its sample count."""

    start: int
    value: float | None
    count: float = 0.0


@dataclass(frozen=True, slots=True)
class Judged:
    """What an evaluation says. `value` None: the state stays as it is."""

    value: StateValue | None
    reason: str
    data: Mapping[str, Any]
    why: str


def grid(watch: Watch) -> int:
    """Seconds between possible evaluations: a minute, ten seconds for high-resolution alarms."""
    return MINUTE if watch.period % MINUTE == 0 else 10


def points(watch: Watch, metrics: Metrics, now: int) -> list[Point]:
    """The data points in the evaluation range, newest first. Raises NotUnderstood."""
    end = now // grid(watch) * grid(watch)
    count = watch.evaluation_periods + MORE
    windows = [end - step * watch.period for step in range(1, count + 1)]
    found = query.ask(metrics, watch.queries, sorted(windows), watch.period)[watch.returned.id]
    return [Point(at, found.values.get(at), found.counts.get(at, 0.0)) for at in windows]


def judge(watch: Watch, metrics: Metrics, now: datetime, state: StateValue) -> Judged:
    """The alarm's state now; `state` is the one it is in."""
    try:
        given = points(watch, metrics, int(now.timestamp()))
    except NotUnderstood as error:
        return Judged("INSUFFICIENT_DATA", f"Insufficient Data: {error}", {}, str(error))
    real = [p for p in given if p.value is not None]
    if _too_few(watch, real):
        return Judged(None, "", {}, "the percentile has too few samples to tell")
    number = watch.evaluation_periods
    if len(real) >= number:
        judged = real[:number]
        breaching = _breaching(watch, judged)
        value: StateValue = "ALARM" if breaching >= watch.needed else "OK"
        return _told(watch, value, judged, 0, now, state)
    return _with_missing(watch, given, real, now, state)


def _with_missing(
    watch: Watch, given: Sequence[Point], real: list[Point], now: datetime, state: StateValue
) -> Judged:
    missing = watch.evaluation_periods - len(real)
    value = TREAT[watch.missing or "missing"](watch, given, real, missing)
    if value is None:
        return Judged(None, "", {}, "missing data are ignored")
    return _told(watch, value, real, missing, now, state)


def _breaching(watch: Watch, found: Sequence[Point]) -> int:
    return sum(watch.breaches(p.value) for p in found if p.value is not None)


Treat = Callable[[Watch, Sequence[Point], list[Point], int], StateValue | None]


def _fill(breach: bool) -> Treat:
    def treat(
        watch: Watch, given: Sequence[Point], real: list[Point], missing: int
    ) -> StateValue | None:
        breaching = _breaching(watch, real) + (missing if breach else 0)
        return "ALARM" if breaching >= watch.needed else "OK"

    return treat


def _as_missing(
    watch: Watch, given: Sequence[Point], real: list[Point], missing: int
) -> StateValue | None:
    """Nothing is filled in. With nothing but breaching points there is an alarm if the oldest of
    them is at least as old as Datapoints to Alarm."""
    decided = _decided(watch, real)
    if decided is not None:
        return decided
    ages = [age for age, p in enumerate(given, 1) if p.value is not None]
    return "ALARM" if ages and max(ages) >= watch.needed else "INSUFFICIENT_DATA"


def _ignored(
    watch: Watch, given: Sequence[Point], real: list[Point], missing: int
) -> StateValue | None:
    return _decided(watch, real)


def _decided(watch: Watch, real: list[Point]) -> StateValue | None:
    """What the real points alone decide: too many of them breach, or one does not."""
    breaching = _breaching(watch, real)
    if breaching >= watch.needed:
        return "ALARM"
    return "OK" if breaching < len(real) else None


TREAT: dict[str, Treat] = {
    "missing": _as_missing,
    "ignore": _ignored,
    "breaching": _fill(True),
    "notBreaching": _fill(False),
}


def _too_few(watch: Watch, real: list[Point]) -> bool:
    """ "For percentiles between 0.5 and 1.00, this setting is used when there are fewer than
    10/(1-percentile) data points … between 0 and 0.5, fewer than 10/percentile"."""
    percentile = percentile_of(watch.returned.statistic)
    if watch.low_samples != "ignore" or percentile is None or not real:
        return False
    share = percentile / 100
    low = min(share, 1 - share)
    return sum(p.count for p in real) < (10 / low if low else float("inf"))


# -- when it may change -------------------------------------------------------------------


def moments(watch: Watch, metrics: Metrics, now: datetime) -> list[int]:
    """The moments after now at which the data points change without new data: what lies in the
    evaluation range moves into older windows, and out of it. Ascending."""
    step = grid(watch)
    last = watch.evaluation_periods + MORE
    at = int(now.timestamp())
    found = set[int]()
    for one in watch.queries:
        series = metrics.series(one.metric) if one.metric is not None else None
        if series is None:
            continue
        for start in series.starts(at - (last + 1) * watch.period, at + watch.period):
            enters = start // step * step + step
            number = max(0, (at - enters) // watch.period + 1)
            found.update(enters + k * watch.period for k in range(number, last + 1))
    return sorted(found)


# -- in words -----------------------------------------------------------------------------


def _told(
    watch: Watch,
    value: StateValue,
    real: list[Point],
    missing: int,
    now: datetime,
    state: StateValue,
) -> Judged:
    reason = _reason(watch, value, real, missing, state)
    return Judged(value, reason, _data(watch, real, now), reason)


def _reason(
    watch: Watch, value: StateValue, real: list[Point], missing: int, state: StateValue
) -> str:
    """In AWS's words (observed in messages and histories of real alarms)."""
    if value == "INSUFFICIENT_DATA":
        were = "datapoint was" if missing == 1 else "datapoints were"
        return f"Insufficient Data: {missing} {were} unknown."
    if not real:
        periods = "period" if missing == 1 else "periods"
        filled = _filled(watch, missing)
        return f"Threshold Crossed: no datapoints were received for {missing} {periods}{filled}."
    if watch.datapoints is not None and not missing:
        return _m_of_n(watch, value, real, state)
    return f"Threshold Crossed: {_points(watch, value, real)}{_filled(watch, missing)}."


def _m_of_n(watch: Watch, value: StateValue, real: list[Point], state: StateValue) -> str:
    alarming = value == "ALARM"
    decisive = [p for p in real if watch.breaches(p.value or 0.0) is alarming]
    needed = watch.needed if alarming else watch.evaluation_periods - watch.needed + 1
    was = "was" if len(decisive) == 1 else "were"
    words = COMPARISONS[watch.comparison][1]
    old, new = ("OK", "ALARM") if alarming else ("ALARM", "OK")
    return (
        f"Threshold Crossed: {len(decisive)} out of the last {len(real)} datapoints "
        f"[{_listed(decisive)}] {was} {'' if alarming else 'not '}{words} the threshold "
        f"({watch.threshold}) (minimum {needed} datapoint{'s' * (needed != 1)} for {old} -> {new} "
        "transition)."
    )


def _points(watch: Watch, value: StateValue, real: list[Point]) -> str:
    many = len(real) != 1
    words = COMPARISONS[watch.comparison][1]
    breach = "" if value == "ALARM" else "not "
    return (
        f"{len(real)} datapoint{'s' * many} [{_listed(real)}] {'were' if many else 'was'} "
        f"{breach}{words} the threshold ({watch.threshold})"
    )


def _listed(real: Sequence[Point]) -> str:
    return ", ".join(f"{p.value} ({moment(p.start):%d/%m/%y %H:%M:%S})" for p in real)


def _filled(watch: Watch, missing: int) -> str:
    treated = {"breaching": "Breaching", "notBreaching": "NonBreaching"}.get(watch.missing or "")
    if not missing or treated is None:
        return ""
    were = "missing datapoint was" if missing == 1 else "missing datapoints were"
    return f" and {missing} {were} treated as [{treated}]"


def _data(watch: Watch, real: list[Point], now: datetime) -> dict[str, Any]:
    """StateReasonData (observed)."""
    told: dict[str, Any] = {"version": "1.0", "queryDate": stamp(now)}
    if real:
        told["startDate"] = stamp(moment(real[-1].start))
    if not watch.math:
        told["statistic"] = watch.returned.statistic
        if watch.returned.unit:
            told["unit"] = watch.returned.unit
    told |= {
        "period": watch.period,
        "recentDatapoints": [p.value for p in reversed(real)],
        "threshold": watch.threshold,
    }
    if real:
        told["evaluatedDatapoints"] = [_evaluated(p) for p in real]
    return told


def _evaluated(point: Point) -> dict[str, Any]:
    told: dict[str, Any] = {"timestamp": stamp(moment(point.start))}
    if point.count:
        told["sampleCount"] = point.count
    return told | {"value": point.value}


def stamp(time: datetime) -> str:
    """As CloudWatch writes times in messages and histories: 2026-11-23T10:05:00.000+0000."""
    utc = time.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03}+0000"
