"""Days, as S3 counts them: from an instant, rounded up to the next midnight UTC.

Source: S3 User Guide, "Lifecycle rules: based on an object's age" (created on January 15 at 10:30,
3 days: January 19, 00:00).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DAY = timedelta(days=1)
NEVER = datetime.max.replace(tzinfo=UTC)


def round_up(moment: datetime) -> datetime:
    """The first midnight UTC that is not earlier."""
    floor = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return floor if floor == moment else floor + DAY


def after(start: datetime, days: int) -> datetime:
    """`days` after `start`, rounded up; NEVER when that is past the calendar's end."""
    try:
        return round_up(start + timedelta(days=days))
    except OverflowError:  # S3 takes days up to 2^31 - 1
        return NEVER


def next_after(now: datetime) -> datetime:
    """The first midnight UTC that is still to come."""
    return round_up(now + timedelta(microseconds=1))
