"""The life of a trail's files under the lifecycle rules of their bucket, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from lablib.archive.forecast import GONE, HIDDEN, Stage, life
from lablib.archive.rules import Configuration
from lablib.show.chart import Chart
from lablib.show.style import Palette

DAY = 86_400.0  # seconds
BAR = 0.5  # of a row

# What is drawn: words, the folder under AWSLogs/ACCOUNT/, bytes.
FILES = (
    ("Log file of 700 bytes", "CloudTrail", 700),
    ("Log file of 200 KB", "CloudTrail", 200 * 1024),
    ("Digest of 700 bytes", "CloudTrail-Digest", 700),
)

# Warm to cold: a hatch that gets denser and a colour for each, in the light and the dark theme.
LOOKS: Mapping[str, tuple[str, str, str]] = {
    "STANDARD": ("", "#a34700", "#ff9a5c"),
    "STANDARD_IA": ("/", "#8f3f75", "#e3a6c9"),
    "INTELLIGENT_TIERING": ("-", "#8f3f75", "#e3a6c9"),
    "ONEZONE_IA": ("\\", "#8f3f75", "#e3a6c9"),
    "GLACIER_IR": ("//", "#0062a3", "#6cb8f0"),
    "GLACIER": ("///", "#0062a3", "#6cb8f0"),
    "DEEP_ARCHIVE": ("xxx", "#00704f", "#4fd0a5"),
    HIDDEN: ("...", "#5f6670", "#a2abb5"),
}
HOW_LONG = 400  # days that are drawn at least


@dataclass(frozen=True, slots=True)
class Span:
    """Where a file is, from a day to a day of its life; `end` is None where nothing follows."""

    file: str
    start: float
    end: float | None
    where: str


def lives(
    configuration: Configuration,
    account: str,
    versioning: str | None,
    now: datetime,
    ax: Any = None,
) -> Chart:
    """A chart of what becomes of files that are delivered now. Nothing is changed."""
    spans = [
        span
        for name, folder, size in FILES
        for span in _spans(
            name,
            life(configuration, f"AWSLogs/{account}/{folder}/x.json.gz", size, now, versioning),
        )
    ]
    return Chart(
        title="The life of a file, by the bucket's rules",
        alt=_alt(spans),
        table=_table(spans),
        draw=lambda axes, palette: _draw(axes, palette, spans),
        size=(9.6, 2.9),
    ).on(ax)


def _spans(name: str, stages: Sequence[Stage]) -> list[Span]:
    born = stages[0].start
    days = [(stage.start - born).total_seconds() / DAY for stage in stages]
    ends: list[float | None] = [*days[1:], None]
    found = zip(days, ends, stages, strict=True)
    return [Span(name, start, end, stage.where) for start, end, stage in found]


def _table(spans: Sequence[Span]) -> pd.DataFrame:
    rows = [(s.file, round(s.start, 1), _end(s), s.where) for s in spans]
    return pd.DataFrame(rows, columns=pd.Index(["File", "From day", "To day", "Where"]))


def _end(span: Span) -> str:
    return "for ever" if span.end is None else f"{span.end:.1f}"


def _alt(spans: Sequence[Span]) -> str:
    names = list(dict.fromkeys(span.file for span in spans))
    return " ".join(f"{name}: {_words(name, spans)}." for name in names)


def _words(name: str, spans: Sequence[Span]) -> str:
    return ", ".join(f"from day {s.start:.0f} {s.where}" for s in spans if s.file == name)


def _draw(axes: Any, palette: Palette, spans: Sequence[Span]) -> None:
    names = list(dict.fromkeys(span.file for span in spans))
    until = max([HOW_LONG, *(1.1 * (s.end or s.start) for s in spans)])
    for span in spans:
        row = len(names) - 1 - names.index(span.file)
        if span.where == GONE:
            axes.text(span.start, row, " ✕ gone", va="center", color=palette.ink)
        else:
            _bar(axes, palette, row, span, until)
    axes.set_yticks(range(len(names)), list(reversed(names)))
    axes.set_ylim(-0.6, len(names) - 0.3)
    axes.set_xlim(0, until)
    axes.set_xlabel("days after delivery")
    axes.set_title("The life of a file, by the bucket's rules")


def _bar(axes: Any, palette: Palette, row: int, span: Span, until: float) -> None:
    hatch, light, dark = LOOKS[span.where]
    colour = dark if palette.theme == "dark" else light
    end = until if span.end is None else span.end
    axes.barh(
        row,
        end - span.start,
        BAR,
        left=span.start,
        facecolor="none",
        edgecolor=colour,
        hatch=hatch,
    )
    _label(axes, palette, row, span, end, until)


def _label(axes: Any, palette: Palette, row: int, span: Span, end: float, until: float) -> None:
    """The class in the bar, or above a bar that is too short; the table has the shortest ones."""
    share = (end - span.start) / until
    if share < 1 / 40:
        return
    inside = share > 1 / 7
    axes.text(
        (span.start + end) / 2 if inside else span.start,
        row if inside else row + 0.28,
        span.where,
        ha="center" if inside else "left",
        va="center" if inside else "bottom",
        fontsize="small",
        color=palette.ink,
        bbox={"facecolor": palette.page, "edgecolor": "none", "pad": 1.5} if inside else None,
    )
