"""How long deliveries take, path by path: drawn from the very table that drives the simulation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from lablib.cloudtrail.latency import AVERAGE, MEASURED, PATHS, Latency, Mark
from lablib.show.chart import Chart
from lablib.show.style import LOOKS, Palette, duration

SHOWN = ("s3", "label", "logs", "history", "events")
NAMES = {
    "s3": "Log file in S3",
    "label": "Minute in the name\n(◇ 3,872 real files)",
    "logs": "CloudWatch Logs",
    "history": "Event history\n(AWS; here at once)",
    "events": "EventBridge",
    "digest": "Digest file",
}
SHARES = (0.05, 0.5, 0.95)
TALLEST = 0.62  # of a row


def delays(ax: Any = None, paths: Sequence[str] = SHOWN) -> Chart:
    """A chart of the delays from an API call to each place where it shows; seconds of lab time.

    Hatched shapes are the simulation's own distributions; the dashed line is what AWS states, and
    the small diamonds are measured figures.
    """
    return Chart(
        title="How long after the call?",
        alt=_alt(paths),
        table=_table(paths),
        draw=lambda axes, palette: _draw(axes, palette, paths),
        size=(9.6, 0.9 + 0.72 * len(paths)),
    ).on(ax)


def _table(paths: Sequence[str]) -> pd.DataFrame:
    rows = []
    for path in paths:
        five, half, most = (PATHS[path].at(share) for share in SHARES)
        marks = "; ".join(f"{mark.what}: {duration(mark.seconds)}" for mark in _marks(path))
        rows.append((_name(path), five, half, most, marks, PATHS[path].source))
    columns = ["Path", "5 % within (s)", "Half within (s)", "95 % within (s)"]
    return pd.DataFrame(rows, columns=pd.Index([*columns, "Stated or measured", "Source"]))


def _alt(paths: Sequence[str]) -> str:
    parts = [f"{_name(path)}: {_words(PATHS[path])}." for path in paths]
    stated = f"AWS states about {duration(AVERAGE.total_seconds())} on average, a dashed line."
    marks = " ".join(f"{m.what}: {duration(m.seconds)}." for m in _marks("label"))
    return f"Delays from an API call, path by path. {' '.join(parts)} {stated} {marks}"


def _words(latency: Latency) -> str:
    return f"half within {duration(latency.at(0.5))}, 95 % within {duration(latency.at(0.95))}"


def _name(path: str) -> str:
    return NAMES[path].replace("\n", " ")


def _marks(path: str) -> list[Mark]:
    return [mark for mark in MEASURED if mark.path == path]


def _draw(axes: Any, palette: Palette, paths: Sequence[str]) -> None:
    end = _end(paths)
    for row, path in enumerate(reversed(paths)):
        _shape(axes, palette, row, path)
        _diamonds(axes, palette, row, path, end)
        axes.text(
            1.02,
            row + 0.2,
            _words(PATHS[path]).replace(", ", "\n"),
            transform=axes.get_yaxis_transform(),
            va="center",
            fontsize="small",
            color=palette.faint,
        )
    _stated(axes, palette, len(paths))
    axes.set_yticks([row + 0.2 for row in range(len(paths))], [NAMES[p] for p in reversed(paths)])
    axes.set_ylim(-0.35, len(paths) + 0.15)
    _minutes(axes, end)
    axes.set_title("How long after the call?")


def _end(paths: Sequence[str]) -> float:
    """The axis's end, in seconds: with all that is usual, without the rarest one in a hundred."""
    usual = [PATHS[path].at(0.99) for path in paths]
    marked: list[float] = [mark.seconds for path in paths for mark in _marks(path)]
    return max(*usual, *marked, AVERAGE.total_seconds()) * 1.02


def _shape(axes: Any, palette: Palette, row: int, path: str) -> None:
    """The distribution as steps: between two quantiles each second is equally likely."""
    look, table = LOOKS[path], PATHS[path].quantiles
    steps = [((b - a) / max(y - x, 0.5), x, y) for (a, x), (b, y) in pairwise(table)]
    peak = max(height for height, _, _ in steps)
    edges = [table[0][1], *(end for _, _, end in steps)]
    heights = [row + TALLEST * height / peak for height, _, _ in steps]
    colour = look.colour(palette)
    axes.stairs(heights, edges, baseline=row, fill=True, color=colour, alpha=0.18)
    axes.stairs(heights, edges, baseline=row, color=colour, hatch=look.hatch, lw=1.2)
    half = PATHS[path].at(0.5)
    axes.plot([half, half], [row, row + TALLEST], color=colour, lw=3, solid_capstyle="butt")


def _diamonds(axes: Any, palette: Palette, row: int, path: str, end: float) -> None:
    look = LOOKS["measured"]
    marks = [m for m in _marks(path) if m.seconds <= end and m.seconds != AVERAGE.total_seconds()]
    for mark in marks:
        axes.plot(
            mark.seconds,
            row,
            look.marker,
            color=look.colour(palette),
            markerfacecolor=palette.page,
            markersize=7,
            clip_on=False,
            zorder=5,
        )
    if path == "label":  # the figures that the lecture is about are said in the picture
        for mark in marks:
            words = f"{mark.what.removeprefix('real files, ')} {mark.seconds:g} s"
            axes.annotate(
                words,
                (mark.seconds, row),
                (0, -9),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize="small",
                color=palette.ink,
            )


def _stated(axes: Any, palette: Palette, rows: int) -> None:
    colour, at = LOOKS["stated"].colour(palette), AVERAGE.total_seconds()
    axes.axvline(at, color=colour, ls=(0, (5, 3)), lw=1.8, zorder=1.5)
    axes.text(
        at + 4,
        rows + 0.03,
        "AWS states: about 5 minutes on average",
        color=colour,
        va="center",
        fontsize="small",
    )


def _minutes(axes: Any, end: float) -> None:
    step = 60 if end <= 900 else 600
    ticks = range(0, int(end) + 1, step)
    axes.set_xlim(0, end)
    axes.set_xticks(list(ticks), [f"{tick // 60}" for tick in ticks])
    axes.set_xlabel(
        "minutes after the API call      (thick line: half of the events; ◇ measured on real AWS)"
    )
    axes.grid(axis="x")
    axes.set_axisbelow(True)
