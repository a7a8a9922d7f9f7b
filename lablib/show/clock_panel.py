"""The clock to click: lab time, winding, playing, and what is due."""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as widgets

from lablib.clock import Clock, Reading, spoken
from lablib.show.panel import Panel, button, choice, error_line, row, table

if TYPE_CHECKING:
    from lablib.lab import Lab

SPEEDS = {
    "1× (wall clock)": 1.0,
    "10×": 10.0,
    "60× (a minute a second)": 60.0,
    "600×": 600.0,
}
SHOWN = 8  # rows of what is due and of what happened


def clock_panel(lab: Lab, *, ticking: bool = True) -> Panel:
    """A panel over `lab.clock`: each button is one of its methods, which work by hand too."""
    face = _Face(lab.clock)
    face.refresh()
    ticker = _Ticker(face.refresh) if ticking else None
    panel = Panel("clock", face.children, face.text, ticker.stop if ticker else lambda: None)
    if ticker:
        ticker.start()
    return panel


class _Face:
    """The widgets and what they do. Errors are shown on the face, never lost in a log."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.time = widgets.HTML()
        self.due = widgets.HTML()
        self.said = widgets.HTML('<p class="lab-faint" role="status">Nothing wound yet.</p>')
        self.wind = button(
            "Wind 5 minutes",
            "Wind lab time forward by 5 minutes; what is due on the way happens in order",
            lambda: self._do(lambda: clock.advance(minutes=5)),
            "forward",
        )
        self.next = button(
            "Next delivery",
            "Wind lab time to the next thing that is due",
            lambda: self._do(clock.next),
            "step-forward",
        )
        self.speed = choice("Speed", "How fast lab time runs when it plays", SPEEDS.items(), 60.0)
        self.play = button(
            "Play",
            "Let lab time run at the chosen speed",
            lambda: self._do(lambda: clock.play(self.speed.value)),
            "play",
        )
        self.pause = button(
            "Pause", "Hold lab time where it is", lambda: self._do(clock.pause), "pause"
        )
        self.controls = (self.wind, self.next, self.play, self.pause)
        self.children = [
            self.time,
            row(self.wind, self.next, self.speed, self.play, self.pause),
            self.said,
            self.due,
        ]

    def refresh(self) -> None:
        """Show the present reading. Sets traits only, so any thread may call it."""
        try:
            reading = self.clock.read()
        except Exception as error:
            _put(self.time, error_line(error))
        else:
            self._show(reading)

    def _do(self, action: Callable[[], Reading]) -> None:
        for control in self.controls:
            control.disabled = True
        try:
            reading = action()
            _put(self.said, _happened(reading))
            self._show(reading)
        except Exception as error:
            _put(self.said, error_line(error))
        finally:
            for control in self.controls:
                control.disabled = False

    def _show(self, reading: Reading) -> None:
        _put(self.time, _time(reading))
        _put(self.due, _due(reading))

    def text(self) -> str:
        """The panel in words."""
        try:
            reading = self.clock.read()
        except Exception as error:
            return str(error)
        due = [f"  {time:%H:%M:%S}  {what}" for time, what in reading.due[:SHOWN]]
        return "\n".join([repr(reading), "Due next:", *(due or ["  nothing is due"])])


def _time(reading: Reading) -> str:
    sign = "■" if "frozen" in reading.pace else "⏸" if reading.pace == "paused" else "▶"
    return (
        f'<p><span class="lab-time">{spoken(reading.time)}</span> '
        f'<span class="lab-faint">lab time · {sign} {escape(reading.pace)}</span></p>'
    )


def _due(reading: Reading) -> str:
    if not reading.due:
        return (
            '<p class="lab-faint">Due next: nothing. Events on their way would be listed here.</p>'
        )
    rows = [(f"{time:%H:%M:%S}", _wait(time - reading.time), what) for time, what in reading.due]
    more = f" (the first {SHOWN} of {len(rows)})" if len(rows) > SHOWN else ""
    return table(("Lab time", "In", "What"), rows[:SHOWN], f"Due next{more}")


def _wait(span: object) -> str:
    return str(span).partition(".")[0]


def _happened(reading: Reading) -> str:
    if not reading.happened:
        return '<p role="status">✔ Done. Nothing was due on the way.</p>'
    rows = [(f"{time:%H:%M:%S}", what) for time, what in reading.happened[:SHOWN]]
    count = reading.happened_count
    more = f", the first {SHOWN} of {count}" if count > SHOWN else ""
    return f'<div role="status">{table(("Lab time", "What"), rows, f"✔ Happened{more}")}</div>'


def _put(widget: widgets.HTML, html: str) -> None:
    if widget.value != html:
        widget.value = html


class _Ticker(threading.Thread):
    """Calls once a second until stopped."""

    def __init__(self, tick: Callable[[], None]) -> None:
        super().__init__(name="lab-clock", daemon=True)
        self._tick, self._stopped = tick, threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(1.0):
            self._tick()

    def stop(self) -> None:
        self._stopped.set()
