"""What happened, on a time axis: calls, their batches, log files, messages, log streams."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from lablib.show.chart import Chart
from lablib.show.moments import Data, alt, events, last_part, moments, table, when
from lablib.show.style import LOOKS, Palette
from lablib.show.time_axis import time_axis

ROWS = {  # from top to bottom; the words beside the axis
    "calls": "API calls\n▲ changes   ○ reads\n(grey: no trail took it)",
    "batches": "Collected\nfor a log file",
    "files": "■ Log file in S3",
    "notifications": "◆ SNS message",
    "logs": "✚ CloudWatch Logs",
    "events": "★ EventBridge",
    "errors": "✖ Refused delivery",
}
ALWAYS = ("calls", "batches", "files")  # the others have a row when there is something in it
LANE = 0.2  # of a row, for batches that overlap
NAMES_IN_A_GROUP = 3  # call names above one place; the table has them all


def timeline(data: Data, ax: Any = None) -> Chart:
    """A chart of the account's timeline, in lab time, UTC.

    `data` is what the account tells: calls, files, notifications, logs and errors.
    """
    rows = [row for row in ROWS if row in ALWAYS or data.get(row)]
    return Chart(
        title="What happened when",
        alt=alt(data),
        table=table(data),
        draw=lambda axes, palette: _Picture(axes, palette, data, rows).draw(),
        size=(9.6, 1.2 + 0.72 * len(rows)),
    ).on(ax)


class _Picture:
    """One drawing: axes, colours and data together, row by row from top to bottom."""

    def __init__(self, axes: Any, palette: Palette, data: Data, rows: Sequence[str]) -> None:
        self.axes, self.palette, self.data, self.rows = axes, palette, data, rows
        self.height = {row: len(rows) - 1 - number for number, row in enumerate(rows)}
        self.start, self.end = _span(data)

    def draw(self) -> None:
        self._frame()
        if not moments(self.data):
            self.axes.set_xticks([])
            self.axes.set_xlabel("nothing happened in this time")
            return
        for row in self.rows:
            getattr(self, row)()
            if row != "batches" and not self.data.get(row):
                self._text(self.start, self.height[row], "none in this time", beside=True)

    def calls(self) -> None:
        calls = [(when(call["time"]), call) for call in self.data.get("calls", ())]
        y = self.height["calls"]
        for time, call in calls:
            self._mark(time, y, "read" if call.get("read_only") else "write", call.get("trails"))
        self._call_names(calls, y)

    def _call_names(self, calls: list[tuple[datetime, Data]], y: float) -> None:
        """Names above the marks; what has no room of its own is counted with its neighbours."""
        character = (self.end - self.start) / 100  # of the small type, with room to spare
        groups: list[tuple[datetime, list[str]]] = []
        until = self.start - timedelta(days=1)
        for name, time, count in _runs(calls):
            words = f"{name} ×{count}" if count > 1 else name
            if time >= until:
                groups.append((time, []))
            groups[-1][1].append(words)
            if len(groups[-1][1]) <= NAMES_IN_A_GROUP:
                until = max(until, groups[-1][0] + character * (len(words) + 1))
        for time, names in groups:
            for level, words in enumerate(reversed(_shortened(names))):
                self._text(time, y + 0.2 + 0.19 * level, words, faint=False)

    def batches(self) -> None:
        look = LOOKS["batch"]
        taken = {call["id"]: when(call["time"]) for call in self.data.get("calls", ())}
        for file, lane in self._lanes():
            first, label = min(when(file["oldest"]), when(file["label"])), when(file["label"])
            y = self.height["batches"] + lane * LANE
            self.axes.barh(
                y,
                label - first,
                left=first,
                height=0.8 * LANE,
                facecolor="none",
                edgecolor=look.colour(self.palette),
                hatch=look.hatch,
                lw=1,
            )
            for event in file["events"]:
                if event in taken:
                    self.axes.plot(taken[event], y, "|", color=self.palette.ink, markersize=8)

    def files(self) -> None:
        y = self.height["files"]
        trails = {file["trail"] for file in self.data.get("files", ())}
        for file, lane in self._lanes():
            put, label = when(file["time"]), when(file["label"])
            tall = y + lane * LANE
            start = (label, self.height["batches"] + lane * LANE)
            self.axes.annotate(
                "",
                (put, tall),
                start,
                arrowprops={"arrowstyle": "-", "color": self.palette.faint, "lw": 1},
            )
            self._mark(put, tall, "s3")
            whose = f" · {last_part(file['trail'])}" if len(trails) > 1 else ""
            words = f"{label:%H:%MZ}: {events(len(file['events']))}{whose}"
            self._text(put, tall, words, beside=True)

    def notifications(self) -> None:
        y = self.height["notifications"]
        for message in self.data["notifications"]:
            self._mark(when(message["time"]), y, "sns")

    def logs(self) -> None:
        y = self.height["logs"]
        for batch in self.data["logs"]:
            self._mark(when(batch["time"]), y, "logs")
            self._text(when(batch["time"]), y, str(len(batch["events"])), beside=True)

    def events(self) -> None:
        y = self.height["events"]
        for sent in self.data["events"]:
            self._mark(when(sent["time"]), y, "error" if sent["failure"] else "events")
            words = f"{sent['rule']} (not sent)" if sent["failure"] else sent["rule"]
            self._text(when(sent["time"]), y, words, beside=True)

    def errors(self) -> None:
        y = self.height["errors"]
        for error in self.data["errors"]:
            self._mark(when(error["time"]), y, "error")
            self._text(when(error["time"]), y, error["code"], beside=True)

    def _lanes(self) -> list[tuple[Data, int]]:
        """Each file with a lane of its own while others overlap it: -1, 0 or 1, then again."""
        ends: list[datetime] = []
        placed = []
        for file in sorted(self.data.get("files", ()), key=lambda file: file["oldest"]):
            first, last = when(file["oldest"]), max(when(file["time"]), when(file["label"]))
            lane = next((n for n, end in enumerate(ends) if end < first), len(ends))
            ends[lane : lane + 1] = [last]
            placed.append((file, (0, 1, -1)[lane % 3]))
        return placed

    def _mark(self, time: datetime, y: float, kind: str, taken: Any = True) -> None:
        look = LOOKS[kind]
        colour = look.colour(self.palette) if taken else self.palette.faint
        face = colour if look.filled else self.palette.page
        self.axes.plot(
            time, y, look.marker, color=colour, markerfacecolor=face, markersize=8, zorder=3
        )

    def _text(
        self,
        time: datetime,
        y: float,
        words: str,
        *,
        faint: bool = True,
        beside: bool = False,
    ) -> None:
        self.axes.annotate(
            words,
            (time, y),
            (8 if beside else -3, 0),
            textcoords="offset points",
            va="center",
            ha="left",
            fontsize="small",
            color=self.palette.faint if faint else self.palette.ink,
            bbox={"facecolor": self.palette.page, "edgecolor": "none", "pad": 0.5},
        )

    def _frame(self) -> None:
        axes = self.axes
        time_axis(axes, self.start, self.end)
        axes.set_ylim(-0.5, len(self.rows) - 0.2)
        axes.set_yticks([self.height[row] for row in self.rows], [ROWS[row] for row in self.rows])
        axes.set_title("What happened when")


def _shortened(names: list[str]) -> list[str]:
    if len(names) <= NAMES_IN_A_GROUP:
        return names
    kept = names[: NAMES_IN_A_GROUP - 1]
    return [*kept, f"and {len(names) - len(kept)} more"]


def _runs(calls: Iterable[tuple[datetime, Data]]) -> list[tuple[str, datetime, int]]:
    """(name, time of the first, how many) of calls of one name that follow each other."""
    runs: list[tuple[str, datetime, int]] = []
    for time, call in sorted(calls, key=lambda pair: pair[0]):
        if runs and runs[-1][0] == call["name"]:
            name, first, count = runs[-1]
            runs[-1] = (name, first, count + 1)
        else:
            runs.append((call["name"], time, 1))
    return runs


def _span(data: Data) -> tuple[datetime, datetime]:
    """The axis: all that happened, with a margin on the right for words."""
    times = [moment.time for moment in moments(data)]
    times += [when(file[name]) for file in data.get("files", ()) for name in ("oldest", "label")]
    times = times or [datetime.fromtimestamp(0, UTC)]
    first, last = min(times), max(times)
    room = max(last - first, timedelta(minutes=5))
    return first - room * 0.03, last + room * 0.26
