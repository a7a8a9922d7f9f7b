"""Statistics of samples: the five plain ones, and those with a percentile.

Source: CloudWatch User Guide, "CloudWatch statistics definitions".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .metrics import Samples

PLAIN: dict[str, Callable[[Samples], float]] = {
    "SampleCount": lambda s: s.count,
    "Average": lambda s: s.sum / s.count if s.count else 0.0,
    "Sum": lambda s: s.sum,
    "Minimum": lambda s: s.minimum,
    "Maximum": lambda s: s.maximum,
}

_EXTENDED = re.compile(r"(p|tm|wm|tc|ts)(\d{1,2}(?:\.\d{1,10})?|100)", re.IGNORECASE)


def is_known(statistic: str) -> bool:
    return statistic in PLAIN or statistic == "IQM" or bool(_EXTENDED.fullmatch(statistic))


def percentile_of(statistic: str) -> float | None:
    """The percentile of an extended statistic, 0 to 100; None for a plain one."""
    found = _EXTENDED.fullmatch(statistic)
    return None if found is None else float(found[2])


def value(statistic: str, samples: Samples) -> float | None:
    """None when it cannot be told: percentiles need the single values."""
    if statistic in PLAIN:
        return PLAIN[statistic](samples)
    if samples.partial or not samples.values:
        return None
    spread = sorted(samples.values.items())
    if statistic == "IQM":
        return _mean(_between(spread, 25, 75))
    found = _EXTENDED.fullmatch(statistic)
    if found is None:
        return None
    kind, at = found[1].lower(), float(found[2])
    return _EXTENDED_KINDS[kind](spread, at)


Spread = list[tuple[float, float]]  # (value, count), ascending


def _percentile(spread: Spread, at: float) -> float:
    """The smallest value that is not less than `at` per cent of the samples."""
    needed = sum(count for _, count in spread) * at / 100
    seen = 0.0
    for sample, count in spread:
        seen += count
        if seen >= needed and seen > 0:
            return sample
    return spread[-1][0]


def _between(spread: Spread, low: float, high: float) -> Spread:
    bottom, top = _percentile(spread, low), _percentile(spread, high)
    return [(sample, count) for sample, count in spread if bottom <= sample <= top]


def _mean(spread: Spread) -> float:
    return sum(v * c for v, c in spread) / sum(c for _, c in spread)


def _winsorized(spread: Spread, at: float) -> float:
    top = _percentile(spread, at)
    return _mean([(min(sample, top), count) for sample, count in spread])


_EXTENDED_KINDS: dict[str, Callable[[Spread, float], float]] = {
    "p": _percentile,
    "tm": lambda spread, at: _mean(_between(spread, 0, at)),
    "wm": _winsorized,
    "tc": lambda spread, at: sum(count for _, count in _between(spread, 0, at)),
    "ts": lambda spread, at: sum(v * c for v, c in _between(spread, 0, at)),
}
