"""AWS Config's verdicts over time, beside the calls that changed a trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from lablib.show.chart import Chart
from lablib.show.moments import last_part, when
from lablib.show.style import LOOKS, Palette

Data = Mapping[str, Any]
TITLE = "Verdicts of AWS Config"
BAR = 0.5  # of a row
ROOM = 0.13  # of the axis, for words at its end
NONE = "NOT_APPLICABLE"

# Verdict → hatch, colour in the light and in the dark theme.
VERDICTS: Mapping[str, tuple[str, str, str]] = {
    "COMPLIANT": ("", "#00704f", "#4fd0a5"),
    "NON_COMPLIANT": ("xxx", "#b3261e", "#ff8a80"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """One verdict on one resource, from a change to the next one; `end` is None for the last."""

    rule: str
    resource: str
    verdict: str
    start: datetime
    end: datetime | None
    why: str

    @property
    def row(self) -> str:
        return f"{self.rule}\non {self.resource}"


@dataclass(frozen=True, slots=True)
class Call:
    """A call that changed a trail, and whose it was."""

    name: str
    time: datetime
    user: str


def compliance(
    changes: Sequence[Data], events: Sequence[Data], now: datetime, ax: Any = None
) -> Chart:
    """A chart of verdicts, in lab time, UTC. `changes` are AWS Config's, `events` records."""
    spans = [span for span in _spans(changes) if span.verdict in VERDICTS]
    first = min((span.start for span in spans), default=now)
    calls = [call for call in _calls(events) if call.time >= first]
    rows = list(dict.fromkeys(span.row for span in spans))
    return Chart(
        title=TITLE,
        alt=_alt(spans),
        table=_table(spans, calls),
        draw=lambda axes, palette: _Picture(axes, palette, spans, calls, rows, now).draw(),
        size=(9.6, 1.5 + 0.72 * (len(rows) + 1)),
    ).on(ax)


def _spans(changes: Sequence[Data]) -> Iterator[Span]:
    """In the order of time, which is the order of the changes."""
    several = len({change["region"] for change in changes}) > 1
    for number, change in enumerate(changes):
        same = (
            other["time"]
            for other in changes[number + 1 :]
            if all(other[name] == change[name] for name in ("rule", "region", "resource"))
        )
        end = next(same, None)
        yield Span(
            change["rule"],
            _named(change) + (f" in {change['region']}" if several else ""),
            change["compliance"],
            when(change["time"]),
            None if end is None else when(end),
            change["annotation"],
        )


def _named(change: Data) -> str:
    if change["resource_type"] == "AWS::::Account":
        return f"account {change['resource']}"
    return f"trail {last_part(change['resource'])}"


def _calls(events: Sequence[Data]) -> list[Call]:
    """What changed a trail and was not refused, oldest first."""
    found = [
        Call(
            event["eventName"],
            when(event["eventTime"]),
            event["userIdentity"].get("userName") or event["userIdentity"]["type"],
        )
        for event in events  # an Insights event is no call, and has neither
        if not event.get("readOnly", True) and not event.get("errorCode")
    ]
    return sorted(found, key=lambda call: call.time)


# -- in words -----------------------------------------------------------------------------


def _table(spans: Sequence[Span], calls: Sequence[Call]) -> pd.DataFrame:
    rows = [(s.start, s.verdict, f"{s.rule} on {s.resource}", s.why) for s in spans]
    rows += [(c.time, "API call", c.name, f"by {c.user}") for c in calls]
    rows.sort(key=lambda row: row[0])
    told = [(f"{time:%Y-%m-%d %H:%M:%S}", *rest) for time, *rest in rows]
    return pd.DataFrame(told, columns=pd.Index(["Since (UTC)", "Kind", "What", "Why"]))


def _alt(spans: Sequence[Span]) -> str:
    rows = list(dict.fromkeys((span.rule, span.resource) for span in spans))
    if not rows:
        return "No rule has been evaluated yet."
    return " ".join(f"{rule} on {on}: {_history(rule, on, spans)}." for rule, on in rows)


def _history(rule: str, resource: str, spans: Sequence[Span]) -> str:
    mine = [span for span in spans if (span.rule, span.resource) == (rule, resource)]
    return ", ".join(f"{span.verdict} from {span.start:%Y-%m-%d %H:%M}" for span in mine)


# -- the picture --------------------------------------------------------------------------


class _Picture:
    """One drawing: the calls at the top, a row for each rule and resource below."""

    def __init__(
        self,
        axes: Any,
        palette: Palette,
        spans: Sequence[Span],
        calls: Sequence[Call],
        rows: Sequence[str],
        now: datetime,
    ) -> None:
        self.axes, self.palette, self.spans, self.calls = axes, palette, spans, calls
        self.rows = ["Calls that changed\na trail ▲", *rows]
        self.now = now
        self.start = min((span.start for span in spans), default=now - timedelta(hours=1))
        self.length = max(now - self.start, timedelta(minutes=2))

    def draw(self) -> None:
        self._frame()
        for span in self.spans:
            self._bar(span)
        self._marks()

    def _height(self, row: str) -> int:
        return len(self.rows) - 1 - self.rows.index(row)

    def _bar(self, span: Span) -> None:
        hatch, light, dark = VERDICTS[span.verdict]
        colour = dark if self.palette.theme == "dark" else light
        end = span.end or max(self.now, span.start + self.length / 100)
        y = self._height(span.row)
        self.axes.barh(
            y, end - span.start, BAR,
            left=span.start, facecolor="none", edgecolor=colour, hatch=hatch, lw=1.5,
        )  # fmt: skip
        share = (end - span.start) / self.length
        if share > 1 / 5:
            middle = span.start + (end - span.start) / 2
            self._text(middle, y, span.verdict, "center")
        elif span.end is None:
            self._text(end + self.length / 100, y, span.verdict, "left", pad=0.5)

    def _marks(self) -> None:
        """Names that would lie over one another stand one above the other."""
        look, y = LOOKS["write"], len(self.rows) - 1
        free, level = self.start, 0
        for call in self.calls:
            self.axes.plot(call.time, y, look.marker, color=look.colour(self.palette), ms=8)
            level = level + 1 if call.time < free else 0
            words = f"{call.name} ({call.user})"
            free = max(free, call.time + self.length * len(words) / 95)
            if level < 3:
                self._text(call.time, y + 0.28 + 0.24 * level, words, "left", pad=0.5)

    def _text(self, x: datetime, y: float, words: str, side: str, pad: float = 1.5) -> None:
        self.axes.text(
            x, y, words, ha=side, va="center", fontsize="small", color=self.palette.ink,
            bbox={"facecolor": self.palette.page, "edgecolor": "none", "pad": pad},
        )  # fmt: skip

    def _frame(self) -> None:
        from matplotlib import dates

        axes = self.axes
        locator: Any = dates.AutoDateLocator(tz=UTC)  # type: ignore[no-untyped-call]
        form: Any = dates.ConciseDateFormatter(locator, tz=UTC, show_offset=False)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(form)
        axes.set_xlim(self.start - self.length / 50, self.now + self.length * ROOM)
        axes.set_ylim(-0.6, len(self.rows) - 0.05)
        axes.set_yticks(range(len(self.rows)), list(reversed(self.rows)))
        axes.grid(axis="x")
        axes.set_axisbelow(True)
        axes.set_xlabel(f"lab time, UTC (from {self.start:%Y-%m-%d})")
        axes.set_title(TITLE)
        if not self.spans:
            axes.set_xlabel("no rule has been evaluated yet")
