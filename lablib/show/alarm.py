"""An alarm through time: data points, the threshold, the state as a band, and who was told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from lablib.search.alarms import Change, Life, Measure, Told
from lablib.search.table import Table
from lablib.show.chart import Chart
from lablib.show.style import LOOKS, SIGN, WORD, Palette
from lablib.show.time_axis import time_axis

TALL = 2.0  # of the metric's part, in rows
BAND = 0.56  # of a row
ROOM = 0.011  # of the width, for a letter
FEW = 24  # data points that are drawn with their numbers
Place = Callable[[float], float]  # from a value to its height in the picture
NONE_YET = "no data point in this time: nothing was measured"


def alarm_chart(life: Life, ax: Any = None) -> Chart:
    """A chart of one alarm, in lab time, UTC; its table has a row for each change of state."""
    rows = 2 + len(life.children) + (TALL if life.measure else 0.0)
    return Chart(
        title=f"Alarm {life.name}",
        alt=_alt(life),
        table=_table(life),
        draw=lambda axes, palette: _Picture(axes, palette, life).draw(),
        size=(9.6, 1.3 + 0.62 * rows),
    ).on(ax)


class _Picture:
    """One drawing. Rows from below: the state, who was told, then the metric or the children."""

    def __init__(self, axes: Any, palette: Palette, life: Life) -> None:
        self.axes, self.palette, self.life = axes, palette, life
        self.ticks: dict[float, str] = {}
        self.top = 1.6

    def draw(self) -> None:
        life = self.life
        time_axis(self.axes, life.start, life.end + (life.end - life.start) * 0.02)
        self._band(0, life)
        self.ticks[0] = "State"
        self._told()
        for number, child in enumerate(life.children):
            self._band(2 + number, child)
            self.ticks[2 + number] = _cut(child.name, 24)
            self.top = 3.0 + number
        if life.measure:
            self._metric(life.measure)
        else:
            self._head(self.top - 0.3, _cut(life.rule, 110))
        self.axes.set_yticks(list(self.ticks), list(self.ticks.values()))
        self.axes.set_ylim(-0.5, self.top)
        since = f"{SIGN.get(life.now.state, '–')} {life.now.state} since {life.now.time:%H:%M:%S}"
        self.axes.set_title(f"{_cut(life.name, 48)}: {since}")

    def _band(self, y: float, life: Life) -> None:
        for start, end, state in life.spans():
            look = LOOKS[state]
            self.axes.barh(
                y,
                end - start,
                BAND,
                left=start,
                facecolor="none",
                edgecolor=look.colour(self.palette),
                hatch=look.hatch,
                lw=1.4,
            )
            word = self._room((state, WORD[state]), end - start)
            self._say(start + (end - start) / 2, y, word, centre=True)

    def _told(self) -> None:
        self.ticks[1] = "◆ Told"
        told = [one for change in self.life.changes for one in change.told]
        seen = [one for one in told if one.time >= self.life.start]
        times = [*(one.time for one in seen), self.life.end]
        for one, following in zip(seen, times[1:], strict=True):
            look = LOOKS["error" if one.failure else "sns"]
            colour, line = look.colour(self.palette), self.palette.faint
            self.axes.plot(one.time, 1, look.marker, color=colour, markersize=8, zorder=3)
            self.axes.plot([one.time, one.time], [BAND / 2, 1], color=line, lw=1, zorder=1)
            self._say(one.time, 1, self._room(_words(one), following - one.time), faint=True)
        if not seen:
            self._say(self.life.start, 1, "nobody in this time", faint=True)

    def _room(self, choices: Sequence[str], room: timedelta) -> str:
        """The longest of the words that fits; the table has them whole."""
        share = room / (self.life.end - self.life.start) - 2 * ROOM
        return next((words for words in choices if len(words) * ROOM < share), "")

    def _metric(self, measure: Measure) -> None:
        base, values = 1.7, [point.value for point in measure.points]
        low, high = min([0.0, measure.threshold, *values]), max([measure.threshold, *values])
        scale = (TALL - 0.45) / ((high - low) or 1.0)

        def place(value: float) -> float:
            return base + (value - low) * scale

        for bad in (False, True):
            self._bars(measure, bad, place(max(low, 0.0)), place)
        if not measure.points:
            words = measure.trouble or NONE_YET
            self._say(self.life.start, base + 0.35, words, faint=True)
        for value in (low, high):
            if abs(place(value) - place(measure.threshold)) > 0.3:
                self.ticks[place(value)] = f"{value:g}"
        self._threshold(measure, place(measure.threshold))
        self._head(base + TALL, measure.what)
        self.top = base + TALL + 0.2

    def _head(self, y: float, words: str) -> None:
        """What is watched: a small line over the picture."""
        colour = self.palette.faint
        self.axes.text(self.life.start, y, f" {words}", fontsize="small", va="center", color=colour)

    def _threshold(self, measure: Measure, y: float) -> None:
        colour = LOOKS["stated"].colour(self.palette)
        self.axes.axhline(y, color=colour, ls=(0, (5, 3)), lw=1.6, zorder=1.5)
        self.ticks[y] = f"alarm if {measure.comparison} {measure.threshold:g}"

    def _bars(self, measure: Measure, bad: bool, base: float, place: Place) -> None:
        """A bar as wide as the period for each data point: those past the threshold, or the others.

        Few have the point on top and its number beside it.
        """
        points = [point for point in measure.points if measure.breaches(point.value) is bad]
        if not points:
            return
        colour = LOOKS["ALARM"].colour(self.palette) if bad else self.palette.faint
        starts = [max(point.time, self.life.start) for point in points]
        ends = [min(point.time + measure.period, self.life.end) for point in points]
        widths = [end - start for start, end in zip(starts, ends, strict=True)]
        tops = [place(point.value) for point in points]
        self.axes.bar(
            starts,
            [top - base for top in tops],
            widths,
            bottom=base,
            align="edge",
            facecolor="none",
            edgecolor=colour,
            hatch=LOOKS["ALARM"].hatch if bad else "",
            lw=1,
        )
        if len(measure.points) > FEW:
            return
        middles = [start + width / 2 for start, width in zip(starts, widths, strict=True)]
        face = colour if bad else self.palette.page
        self.axes.plot(
            middles, tops, "o", color=colour, markerfacecolor=face, markersize=6, zorder=3
        )
        for middle, top, point in zip(middles, tops, points, strict=True):
            self._say(middle, top, f"{point.value:g}" if point.value else "", up=7)

    def _say(
        self,
        time: datetime,
        y: float,
        words: str,
        *,
        faint: bool = False,
        centre: bool = False,
        up: int = 0,
    ) -> None:
        if not words:
            return
        self.axes.annotate(
            words,
            (time, y),
            (0 if centre else 8, up),
            textcoords="offset points",
            va="center",
            ha="center" if centre else "left",
            fontsize="small",
            color=self.palette.faint if faint else self.palette.ink,
            bbox={"facecolor": self.palette.page, "edgecolor": "none", "pad": 1.0},
        )


def _words(told: Told) -> tuple[str, ...]:
    """When and whom, in long and in short."""
    whom = "failed" if told.failure else _cut(told.target.rpartition(":")[2], 18)
    return f"{told.time:%H:%M:%S} {whom}", f"{told.time:%H:%M:%S}", f"{told.time:%H:%M}"


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


# -- its twins in words -----------------------------------------------------------------------


def _table(life: Life) -> Table:
    rows = [
        (pd.Timestamp(change.time), change.state or "deleted", change.reason, _notified(change))
        for change in life.changes
    ]
    return Table(rows, columns=pd.Index(["Time", "State", "Reason", "Notified"]))


def _notified(change: Change) -> str:
    return ", ".join(map(str, change.told)) or "nobody"


def _alt(life: Life) -> str:
    parts = [_now(life), _watched(life), f"{_steps(life.changes, life.start)}"]
    return " ".join(filter(None, parts))


def _now(life: Life) -> str:
    word = life.now.state or "deleted"
    return f"Alarm {life.name}: {word} since {life.now.time:%Y-%m-%d %H:%M:%S} UTC."


def _watched(life: Life) -> str:
    measure = life.measure
    if measure is None:
        names = ", ".join(f"{child.name} {child.now.state}" for child in life.children)
        return f"Its rule is {life.rule}; {names}." if names else f"Its rule is {life.rule}."
    rings = f"It rings if {measure.what} is {measure.comparison} {measure.threshold:g}."
    if not measure.points:
        return f"{rings} {(measure.trouble or NONE_YET).capitalize()}."
    over = sum(measure.breaches(point.value) for point in measure.points)
    count = len(measure.points)
    return f"{rings} {count} data point{'s' * (count != 1)}, {over} of them past the threshold."


def _steps(changes: Sequence[Change], start: datetime) -> str:
    seen = [change for change in changes if change.time > start]
    words = [
        f"{change.time:%H:%M:%S} {change.state or 'deleted'} (told: {_notified(change)})"
        for change in seen
    ]
    return f"Changes: {'; '.join(words)}." if words else "No change in this time."
