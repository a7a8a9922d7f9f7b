"""Durations as people and as AWS write them: 90s, 5m, 1h30m, 90d, PT5M, P1DT12H."""

from __future__ import annotations

import re
from datetime import timedelta

# The longest winding that makes sense: Event history keeps 90 days, a course's archive lab a year.
LONGEST = timedelta(days=3660)

_NUMBER = r"\d+(?:\.\d+)?"
_SHORT_UNITS = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_SHORT = re.compile(rf"(?:{_NUMBER}[wdhms])+")
_SHORT_PART = re.compile(rf"({_NUMBER})([wdhms])")
# ISO 8601 without years and months, which have no fixed length.
_ISO = re.compile(
    rf"P(?:({_NUMBER})W)?(?:({_NUMBER})D)?(?:T(?:({_NUMBER})H)?(?:({_NUMBER})M)?(?:({_NUMBER})S)?)?"
)
_ISO_UNITS = tuple(_SHORT_UNITS.values())

EXAMPLES = "90s, 5m, 2h, 90d, 1h30m or PT5M"


def parse(text: str) -> timedelta:
    """The duration that `text` says, longer than nothing; ValueError in one sentence otherwise."""
    text = text.strip()
    if text.startswith("-"):
        raise ValueError(f"lab time never goes backwards: {text!r}")
    try:
        duration = _short(text.lower())
        duration = _iso(text.upper()) if duration is None else duration
    except OverflowError:
        duration = timedelta.max
    if duration is None:
        raise ValueError(f"{text!r} is not a duration; write for example {EXAMPLES}")
    if not timedelta(0) < duration <= LONGEST:
        raise ValueError(f"{text!r} must be longer than nothing and at most {LONGEST.days} days")
    return duration


def _short(text: str) -> timedelta | None:
    if not _SHORT.fullmatch(text):
        return None
    parts = _SHORT_PART.findall(text)
    return sum((float(number) * _SHORT_UNITS[unit] for number, unit in parts), timedelta(0))


def _iso(text: str) -> timedelta | None:
    match = _ISO.fullmatch(text)
    if match is None or text.endswith(("P", "T")):
        return None
    numbers = (float(group or 0) for group in match.groups())
    parts = (number * unit for number, unit in zip(numbers, _ISO_UNITS, strict=True))
    return sum(parts, timedelta(0))
