"""One event to click: choose one of the newest, then a field; its meaning and its origin."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from lablib.polite import sentence
from lablib.search.event import Event
from lablib.search.explanation import Explanation, Line
from lablib.show.panel import Panel, button, choice, error_line, row, table

if TYPE_CHECKING:
    from lablib.lab import Lab

NEWEST = 20
EVERY = "– every field –"
COLUMNS = ("Field", "Value", "Meaning", "In this call", "Source")


def event_panel(lab: Lab, event: Any = None) -> Panel:
    """A panel over `lab.event(…).explain()`, which works by hand too.

    It begins with `event` (an id, a record, a row of a table), or with the newest.
    """
    desk = _Desk(lab)
    desk.begin(event)
    return Panel("event", desk.children, desk.text)


class _Desk:
    """The widgets and what they do. `shown` is the event that is explained."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.events: list[Event] = []
        self.shown: Event | None = None
        self.error: Exception | None = None
        self.event = choice("Event", "Which event to explain; the newest comes first", [], None)
        self.field = choice("Field", "Which field of the record to explain", [EVERY], EVERY)
        self.again = button(
            "Newest", "Look again for the newest events", lambda: self.begin(None), "refresh"
        )
        self.answer, self.record = widgets.HTML(), widgets.HTML()
        self.event.observe(lambda _: self._guard(self._open), "value")
        self.field.observe(lambda _: self._guard(self._explain), "value")
        self.children = [row(self.event, self.field, self.again), self.answer, self.record]

    def begin(self, event: Any) -> None:
        self._guard(lambda: self._begin(event))

    def _begin(self, event: Any) -> None:
        found = self.lab.control.get("events", limit=NEWEST)["events"]
        self.events = [Event(record) for record in found]
        if event is not None:
            asked = self.lab.event(event)
            self.events = [asked, *(one for one in self.events if one.id != asked.id)]
        labels = [
            (f"{n}. {one.time:%H:%M:%S} {one.name} {one.user}", n)
            for n, one in enumerate(self.events, 1)
        ]
        self.event.options = labels
        if not labels:
            self.answer.value = "<p role='status'>Nothing has been recorded yet.</p>"
            return
        self.event.value = 1
        self._open()

    def _open(self) -> None:
        if self.event.value is None:
            return
        self.shown = self.events[self.event.value - 1]
        before = self.field.value
        names = [EVERY, *(line.field for line in self._lines())]
        self.field.options = names
        self.field.value = before if before in names else EVERY
        self.record.value = (
            "<details><summary>The record</summary>"
            '<pre class="lab-json" tabindex="0" aria-label="The record as JSON">'
            f"{escape(self.shown.json)}</pre></details>"
        )
        self._explain()

    def _lines(self) -> list[Line]:
        return [] if self.shown is None else Explanation(self.shown.record).lines()

    def _chosen(self) -> list[Line]:
        return [one for one in self._lines() if self.field.value in (EVERY, one.field)]

    def _explain(self) -> None:
        rows = [(one.field, one.value, one.meaning, one.here, one.source) for one in self._chosen()]
        self.answer.value = table(COLUMNS, rows, repr(self.shown))

    def _guard(self, action: Callable[[], None]) -> None:
        self.error = None
        try:
            action()
        except Exception as error:
            self.error = error
            self.answer.value = error_line(error)

    def text(self) -> str:
        """The panel in words: the event, and what is said of its fields."""
        if self.error is not None:
            return sentence(self.error)
        if self.shown is None:
            return "No event: nothing has been recorded yet."
        told = [
            f"{one.field} = {one.value}\n    {one.meaning} {one.here} ({one.source})"
            for one in self._chosen()
        ]
        return "\n".join([repr(self.shown), *told])
