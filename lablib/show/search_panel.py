"""Event history to click: one attribute and a time range, a table, one event as JSON."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from lablib.search.event import Event
from lablib.search.page import ATTRIBUTES, NO_ATTRIBUTE, Page, look_up
from lablib.search.table import shown
from lablib.show.panel import Panel, button, choice, error_line, field, row, table

if TYPE_CHECKING:
    from lablib.lab import Lab

RANGES = {
    "Last 30 minutes": timedelta(minutes=30),
    "Last hour": timedelta(hours=1),
    "Last 3 hours": timedelta(hours=3),
    "Last 12 hours": timedelta(hours=12),
    "Last 7 days": timedelta(days=7),
    "Last 90 days (all)": timedelta(days=90),
}
COLUMNS = ("Event time", "Event name", "User name", "Event source", "Resource name", "Read-only")
SIZE = 10
NONE = -1
NO_EVENT = ("– open one event –", NONE)
EXAMPLES = {
    "Read-only": "true or false",
    "Event name": "StopInstances",
    "User name": "learner",
    "Resource name": "i-0123456789abcdef0",
    "Resource type": "AWS::EC2::Instance",
    "Event source": "ec2.amazonaws.com",
    "Event ID": "a UUID",
    "AWS access key": "AKIA…",
}


def search_panel(lab: Lab) -> Panel:
    """A panel over `lablib.search.page.look_up`, which works by hand too.

    It begins as AWS's console does: Read-only = false, which hides reads until it is changed.
    """
    desk = _Desk(lab)
    desk.search()
    return Panel("search", desk.children, desk.text)


class _Desk:
    """The widgets and what they do. `pages` are the pages seen so far, `at` the one shown."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.pages: list[Page] = []
        self.at = 0
        self.span: tuple[datetime, datetime] | None = None
        self.attribute = choice(
            "Lookup attribute",
            "What to search by; one at a time, as in AWS",
            [*ATTRIBUTES, NO_ATTRIBUTE],
            "Read-only",
        )
        self.value = field("Value", "The exact value; upper and lower case count", "false")
        self.range = choice(
            "Time range", "How far back from now, in lab time", RANGES, list(RANGES)[-1]
        )
        self.go = button("Search", "Ask Event history (LookupEvents)", self.search, "search")
        self.newer = button(
            "Newer", "The page before: newer events", lambda: self._turn(-1), "chevron-left"
        )
        self.older = button(
            "Older", "The next page: older events", lambda: self._turn(1), "chevron-right"
        )
        self.open = choice("Event", "Show one event's whole record", [NO_EVENT], NONE)
        self.found, self.record = widgets.HTML(), widgets.HTML()
        self.attribute.observe(self._suggest, "value")
        self.open.observe(lambda _: self._guard(self._show_record), "value")
        with warnings.catch_warnings():  # on_submit (Enter) is discouraged and has no successor
            warnings.simplefilter("ignore", DeprecationWarning)
            self.value.on_submit(lambda _: self.search())
        self.children = [
            row(self.attribute, self.value, self.range, self.go),
            self.found,
            row(self.newer, self.older, self.open),
            self.record,
        ]

    def search(self) -> None:
        """Ask anew, from the newest event on."""
        self._guard(self._first_page)

    def _first_page(self) -> None:
        now = self.lab.clock.now
        self.span = (now - RANGES[self.range.value], now + timedelta(seconds=1))
        self.pages, self.at = [self._page(None)], 0
        self._show()

    def _page(self, token: str | None) -> Page:
        start, end = self.span or (None, None)
        client = self.lab.client("cloudtrail")
        chosen = (self.attribute.value, self.value.value)
        return look_up(client, *chosen, start=start, end=end, token=token, size=SIZE)

    def _turn(self, step: int) -> None:
        self._guard(lambda: self._turn_to(self.at + step))

    def _turn_to(self, number: int) -> None:
        if number == len(self.pages):
            self.pages.append(self._page(self.pages[-1].token))
        self.at = number
        self._show()

    def _show(self) -> None:
        events = self.pages[self.at].events
        self.found.value = _results(events, self._caption())
        self.newer.disabled = self.at == 0
        self.older.disabled = self.pages[self.at].token is None
        names = zip(events["Event time"], events["Event name"], events["User name"], strict=True)
        labels = [f"{n}. {t:%H:%M:%S} {name} {who}" for n, (t, name, who) in enumerate(names, 1)]
        self.open.options = [NO_EVENT, *((label, n) for n, label in enumerate(labels))]
        self.open.value = NONE
        self.record.value = ""

    def _show_record(self) -> None:
        if self.open.value == NONE:
            self.record.value = ""
            return
        event = Event(self.pages[self.at].events["Record"].iloc[self.open.value])
        self.record.value = (
            f"<p>{escape(repr(event))}</p>"
            '<pre class="lab-json" tabindex="0" aria-label="The record as JSON">'
            f"{escape(event.json)}</pre>"
            "<details><summary>Each field explained</summary>"
            f"{event.explain()._repr_html_()}</details>"
        )

    def _caption(self) -> str:
        count = len(self.pages[self.at].events)
        more = "" if self.pages[self.at].token is None else "; older ones follow"
        return (
            f"{self._asked()}: page {self.at + 1}, {count} event{'' if count == 1 else 's'}{more}"
        )

    def _asked(self) -> str:
        chosen = f", {self.attribute.value} = {self.value.value}"
        what = "" if self.attribute.value == NO_ATTRIBUTE else chosen
        return f"Event history{what}, {self.range.value.lower()}"

    def _suggest(self, change: Any) -> None:
        self.value.value = "false" if change["new"] == "Read-only" else ""
        self.value.placeholder = EXAMPLES.get(change["new"], "")
        self.value.disabled = change["new"] == NO_ATTRIBUTE

    def _guard(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            self.found.value = error_line(error)

    def text(self) -> str:
        """The panel in words: what was asked, and the table of the page."""
        if not self.pages:
            return "Event history: nothing found yet."
        return f"{self._caption()}\n{self.pages[self.at].events!r}"


def _results(events: Any, caption: str) -> str:
    if events.empty:
        advice = "Look at the spelling, the value and the range."
        return f"<p role='status'>{escape(caption)}. {advice}</p>"
    cells = events[list(COLUMNS)].itertuples(index=False, name=None)
    rows = [(number, *map(shown, row)) for number, row in enumerate(cells, 1)]
    return table(("No.", "Event time (UTC)", *COLUMNS[1:]), rows, caption)
