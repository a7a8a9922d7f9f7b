"""The time axis that pictures of lab time share: minutes as log files are named, days when long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any


def time_axis(axes: Any, start: datetime, end: datetime) -> None:
    """Lab time from left to right, in UTC, with its grid and its words."""
    from matplotlib import dates

    locator: Any = dates.AutoDateLocator(tz=UTC)  # type: ignore[no-untyped-call]
    form: Any = dates.ConciseDateFormatter(locator, tz=UTC)  # type: ignore[no-untyped-call]
    if end - start <= timedelta(minutes=100):  # as log files are named
        step = 1 if end - start <= timedelta(minutes=9) else 5
        locator = dates.MinuteLocator(range(0, 60, step), tz=UTC)  # type: ignore[no-untyped-call]
        form = dates.DateFormatter("%H:%M", tz=UTC)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(form)
    axes.set_xlim(start, end)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.set_xlabel(f"lab time, UTC ({start:%Y-%m-%d})")
