"""The lab's clock, as a notebook holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any

from lablib.connection import Control
from lablib.errors import LabError

if TYPE_CHECKING:
    from lablib.search.table import Table


TOLD = 20  # things that happened, in words


def moment(text: str) -> datetime:
    """An ISO 8601 time of the account's as a datetime, UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def spoken(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """What the clock said at one moment, and what happened on the way there."""

    state: Mapping[str, Any]

    @property
    def time(self) -> datetime:
        return moment(self.state["time"])

    @property
    def happened(self) -> list[tuple[datetime, str]]:
        """(lab time, what), in order; empty when the clock was only read."""
        return [(moment(h["time"]), h["what"]) for h in self.state.get("happened", ())]

    @property
    def happened_count(self) -> int:
        """How many things happened; a long winding tells only the first ones."""
        return int(self.state.get("happened_count", len(self.state.get("happened", ()))))

    @property
    def due(self) -> list[tuple[datetime, str]]:
        """(lab time, what) of the next things to come, soonest first, at most twenty."""
        return [(moment(d["time"]), d["what"]) for d in self.state.get("due", ())]

    @property
    def pace(self) -> str:
        """How lab time moves, in words."""
        if self.state.get("mode") == "frozen":
            return "frozen: it moves only when wound"
        if self.state.get("paused"):
            return "paused"
        speed = float(self.state.get("speed", 1.0))
        return "at the speed of a wall clock" if speed == 1 else f"{speed:g} times as fast as real"

    def __repr__(self) -> str:
        lines = [f"Lab time {spoken(self.time)} ({self.pace})"]
        lines += [f"  {time:%H:%M:%S}  {what}" for time, what in self.happened[:TOLD]]
        if self.happened_count > TOLD:
            lines.append(f"  … and {self.happened_count - TOLD} more")
        if "happened" in self.state and not self.happened:
            lines.append("  nothing was due on the way")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        first, *rest = repr(self).split("\n")
        items = "".join(f"<li>{escape(line.strip())}</li>" for line in rest)
        return f"<p><strong>{escape(first)}</strong></p>" + (f"<ul>{items}</ul>" if items else "")


class Clock:
    """Lab time. It goes on by itself, can be wound forward, and never goes back."""

    def __init__(self, control: Control) -> None:
        self._control = control

    @property
    def now(self) -> datetime:
        """Lab time, UTC."""
        return self.read().time

    def read(self) -> Reading:
        """The clock's reading: time, pace and what is due."""
        return Reading(self._control.clock())

    def advance(
        self,
        by: str | timedelta | None = None,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> Reading:
        """Wind the clock forward: `advance(minutes=5)` or `advance("1h30m")`.

        Everything that is due on the way happens, in order, before this returns.
        """
        try:
            span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds) + _span(by)
        except (TypeError, OverflowError):
            raise LabError(
                "The clock does not know how far.",
                expected="numbers with their unit, or a text such as '1h30m'",
                next="lab.clock.advance(minutes=5)",
            ) from None
        if span <= timedelta(0):
            raise LabError(
                "The clock can only be wound forward.",
                expected="a span longer than nothing",
                found=f"{span.total_seconds():g} seconds",
                next="lab.clock.advance(minutes=5)",
            )
        return Reading(self._control.clock(advance=span.total_seconds()))

    def to(self, time: datetime) -> Reading:
        """Wind the clock to a moment of lab time; a datetime without a zone is UTC."""
        aware = time if time.tzinfo else time.replace(tzinfo=UTC)
        return Reading(self._control.clock(to=aware.isoformat()))

    def next(self) -> Reading:
        """Wind the clock to the next thing that is due."""
        return Reading(self._control.clock(next=True))

    def play(self, speed: float = 60.0) -> Reading:
        """Let lab time run `speed` times as fast as a wall clock; 60 makes a minute a second."""
        return Reading(self._control.clock(play=speed))

    def pause(self) -> Reading:
        """Hold lab time where it is; `play(1)` lets it go on."""
        return Reading(self._control.clock(pause=True))

    def due(self) -> Table:
        """What is due next, as a table: Time, In (from now), What."""
        import pandas as pd

        from lablib.search.table import Table

        reading = self.read()
        rows = [(time, time - reading.time, what) for time, what in reading.due]
        return Table(rows, columns=pd.Index(["Time", "In", "What"]))

    def __repr__(self) -> str:
        return repr(self.read())

    def _repr_html_(self) -> str:
        return self.read()._repr_html_()


def _span(by: str | timedelta | None) -> timedelta:
    if not isinstance(by, str):
        return by or timedelta(0)
    from lablib.duration import parse

    try:
        return parse(by)
    except ValueError as error:
        raise LabError(str(error)) from None
