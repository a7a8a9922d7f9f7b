"""How soon each place had an event: EventBridge, CloudWatch Logs, the log file, its message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lablib.show.chart import Chart
from lablib.show.moments import when
from lablib.show.style import LOOKS, Palette, duration

# Stage of a trace → look, words. From the quickest to the slowest.
PLACES: Mapping[str, tuple[str, str]] = {
    "EventBridge": ("events", "EventBridge"),
    "CloudWatch Logs": ("logs", "CloudWatch Logs"),
    "log file": ("s3", "Log file in S3"),
    "notification": ("sns", "SNS message\nof the file"),
}
STEPS = (60, 300, 1_800, 7_200, 21_600, 86_400)  # seconds between two ticks
BAR = 0.44  # of a row


@dataclass(frozen=True, slots=True)
class Arrival:
    event: str
    place: str
    seconds: float
    what: str
    due: bool = False  # not there yet: a log file that will come


def arrivals(traces: Sequence[Mapping[str, Any]], ax: Any = None) -> Chart:
    """A chart of the time from the call to each place that had its record; seconds of lab time.

    `traces` are the account's answers about one event each.
    """
    found = [arrival for told in traces for arrival in _of(told)]
    places = [place for place in PLACES if any(a.place == place for a in found)]
    return Chart(
        title="How soon did it arrive?",
        alt=_alt(found),
        table=_table(found),
        draw=lambda axes, palette: _draw(axes, palette, found, places),
        size=(9.6, 1.3 + 0.6 * max(len(places), 1)),
    ).on(ax)


def _of(told: Mapping[str, Any]) -> Iterator[Arrival]:
    """The first time that each place had the event."""
    record = told["event"]
    called = when(record["eventTime"])
    seen = set()
    for stage in told["stages"]:
        place = stage["stage"]
        if place in PLACES and place not in seen and stage.get("arrived", True):
            seen.add(place)
            seconds = (when(stage["time"]) - called).total_seconds()
            due = stage.get("due", False)
            yield Arrival(record["eventName"], place, seconds, stage["what"], due)


def _table(found: Iterable[Arrival]) -> pd.DataFrame:
    rows = [(a.event, _name(a.place), round(a.seconds, 1), a.what) for a in found]
    return pd.DataFrame(rows, columns=pd.Index(["Event name", "Place", "After (s)", "What"]))


def _name(place: str) -> str:
    return PLACES[place][1].replace("\n", " ")


def _alt(found: Sequence[Arrival]) -> str:
    if not found:
        return "An empty chart: no place has the event yet."
    said = (
        f"{a.event} {'will be' if a.due else 'was'} at {_name(a.place)} after {duration(a.seconds)}"
        for a in found
    )
    return f"Time from the call to each place. {'; '.join(said)}."


def _draw(axes: Any, palette: Palette, found: Sequence[Arrival], places: Sequence[str]) -> None:
    axes.set_title("How soon did it arrive?")
    if not found:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_xlabel("no place has the event yet")
        return
    end = max(arrival.seconds for arrival in found)
    for row, place in enumerate(reversed(places)):
        here = [arrival for arrival in found if arrival.place == place]
        _bar(axes, palette, row, here, end)
    names = [PLACES[place][1] for place in reversed(places)]
    axes.set_yticks(range(len(places)), names)
    axes.set_ylim(-0.6, len(places) - 0.4)
    axes.set_xlim(0, end * 1.3)
    step = next((one for one in STEPS if end <= 15 * one), STEPS[-1])
    ticks = range(0, int(end * 1.3) + 1, step)
    axes.set_xticks(list(ticks), [f"{tick // 60}" for tick in ticks])
    axes.set_xlabel("minutes after the API call, lab time")
    axes.grid(axis="x")
    axes.set_axisbelow(True)


def _bar(axes: Any, palette: Palette, row: int, here: Sequence[Arrival], end: float) -> None:
    """A bar to the slowest of the events, a mark for each."""
    look = LOOKS[PLACES[here[0].place][0]]
    colour = look.colour(palette)
    last = max(arrival.seconds for arrival in here)
    axes.barh(row, last, BAR, facecolor="none", edgecolor=colour, hatch=look.hatch, lw=1.2)
    for arrival in here:
        face = palette.page if arrival.due else colour
        axes.plot(
            arrival.seconds,
            row,
            look.marker,
            color=colour,
            markerfacecolor=face,
            markersize=9,
            clip_on=False,
            zorder=4,
        )
    first = min(arrival.seconds for arrival in here)
    words = duration(first) if len(here) == 1 else f"{duration(first)} to {duration(last)}"
    if all(arrival.due for arrival in here):
        words += " (to come)"
    axes.annotate(
        words,
        (last, row),
        (12, 0),
        textcoords="offset points",
        va="center",
        color=palette.ink,
        bbox={"facecolor": palette.page, "edgecolor": "none", "pad": 1},
    )
