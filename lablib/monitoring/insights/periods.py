"""Units of time: `5m`, `1h`, `30days`."""

from __future__ import annotations

import re

# Source: User Guide, "stats" (units and abbreviations of bin; those of several letters may take
# an s). Months, quarters and years have no fixed length.
_MILLISECONDS = {
    "millisecond": 1,
    "ms": 1,
    "msec": 1,
    "second": 1_000,
    "s": 1_000,
    "sec": 1_000,
    "minute": 60_000,
    "m": 60_000,
    "min": 60_000,
    "hour": 3_600_000,
    "h": 3_600_000,
    "hr": 3_600_000,
    "day": 86_400_000,
    "d": 86_400_000,
    "week": 604_800_000,
    "w": 604_800_000,
}
_MONTHS = {
    "month": 1,
    "mo": 1,
    "mon": 1,
    "quarter": 3,
    "q": 3,
    "qtr": 3,
    "year": 12,
    "y": 12,
    "yr": 12,
}


def read(text: str) -> tuple[int, int]:
    """(milliseconds, months) of `5m`; one of the two is 0. ValueError for anything else."""
    match = re.fullmatch(r"(\d{1,6})\s?([a-z]+)", text.lower())
    if match is None or int(match[1]) == 0:
        raise ValueError(text)
    count, unit = int(match[1]), match[2]
    for table, place in ((_MILLISECONDS, 0), (_MONTHS, 1)):
        length = table.get(unit) or table.get(unit.removesuffix("s"))
        if length is not None:
            return (count * length, 0) if place == 0 else (0, count * length)
    raise ValueError(text)
