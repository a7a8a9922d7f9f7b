"""Event selectors to click: conditions, events, and for each the answer and why."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import pandas as pd

from lablib.cloudtrail.service.advanced import OPERATORS, RULES
from lablib.errors import LabError
from lablib.search.event import resource_names
from lablib.search.selecting import field, management, s3_objects, taken, would_take
from lablib.search.table import Table
from lablib.show import panel as parts
from lablib.show.panel import Panel, button, choice, error_line, row, table

if TYPE_CHECKING:
    from lablib.lab import Lab

WRITES = field("readOnly", Equals=["false"])
TEMPLATES: dict[str, list[dict[str, Any]]] = {
    "All management events": [management()],
    "Management events, writes only": [management(WRITES)],
    "Management events without KMS": [
        management(field("eventSource", NotEquals=["kms.amazonaws.com"]))
    ],
    "S3 objects, all": [s3_objects()],
    "S3 objects, writes only": [s3_objects(WRITES)],
    "S3 objects, deletions only": [s3_objects(field("eventName", StartsWith=["Delete"]))],
    "Management, and writes to S3 objects": [management(), s3_objects(WRITES)],
}
FIRST = "S3 objects, writes only"
NUMBERS = {"newest 10": 10, "newest 25": 25, "newest 100": 100}
COLUMNS = ("Taken", "Event name", "Kind", "Resource", "Why")
# Fields that a condition can be added for; the others are part of every selector.
FIELDS = [name for name in RULES["Data"] if name not in ("eventCategory", "resources.type")]


def selector_panel(lab: Lab) -> Panel:
    """A panel over `lablib.search.selecting.would_take`, which works by hand too.

    It asks what a trail *would* do; no trail is changed.
    """
    desk = _Desk(lab)
    desk.fetch()
    return Panel("selectors", desk.children, desk.text)


class _Desk:
    """The widgets and what they do. `events` are the ones that were fetched last."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.events = Table()
        self.found: Table | None = None
        self.template = choice(
            "Begin with", "Selectors to begin with; they fill the field below", TEMPLATES, None
        )
        self.number = choice(
            "Events", "How many of the newest events to ask about", NUMBERS.items(), 10
        )
        self.again = button(
            "Fetch events", "Look again at the newest events", self.fetch, "refresh"
        )
        self.field = choice("Field", "What the condition looks at", FIELDS, "eventName")
        self.operator = choice("Operator", "How it is compared", list(OPERATORS), "Equals")
        self.value = parts.field("Value", "Compared to the letter; no wildcards", "", "PutObject")
        self.add = button(
            "Add condition", "Add it to the last selector below", self.add_condition, "plus"
        )
        self.selectors = widgets.Textarea(
            description="Selectors",
            tooltip="AdvancedEventSelectors as JSON, for put_event_selectors; change them freely",
            style={"description_width": "initial"},
            layout={"width": "98%", "height": "150px"},
        )
        self.answer = widgets.HTML()
        self.template.observe(lambda _: self._fill(), "value")
        self.number.observe(lambda _: self.fetch(), "value")
        self.selectors.observe(lambda _: self._guard(self._show), "value")
        with warnings.catch_warnings():  # on_submit (Enter) is discouraged and has no successor
            warnings.simplefilter("ignore", DeprecationWarning)
            self.value.on_submit(lambda _: self.add_condition())
        self.template.value = FIRST
        self.children = [
            row(self.template, self.number, self.again),
            row(self.field, self.operator, self.value, self.add),
            self.selectors,
            self.answer,
        ]

    def fetch(self) -> None:
        """Look again at the newest events, and ask the selectors about them."""
        self._guard(self._fetch)

    def add_condition(self) -> None:
        """Adds field, operator and value to the last selector."""
        self._guard(self._add)

    def _fill(self) -> None:
        self.selectors.value = _as_text(TEMPLATES[self.template.value])

    def _fetch(self) -> None:
        self.events = self.lab.events(limit=self.number.value)
        self._show()

    def _add(self) -> None:
        value = self.value.value.strip()
        if not value:
            raise LabError("A condition needs a value.", next="type one, then Add condition.")
        selectors = self._read()
        conditions = selectors[-1]["FieldSelectors"]
        _extend(conditions, self.field.value, self.operator.value, value)
        self.selectors.value = _as_text(selectors)
        self.value.value = ""

    def _read(self) -> list[dict[str, Any]]:
        try:
            read = json.loads(self.selectors.value)
        except ValueError as error:
            raise LabError("The selectors are not JSON.", found=str(error)) from None
        if not isinstance(read, list) or not read:
            raise LabError("Expected a list with at least one selector.")
        return read

    def _show(self) -> None:
        if self.events.empty:
            self.answer.value = "<p role='status'>No events yet: make a call, then fetch.</p>"
            return
        self.found = would_take(self._read(), self.events)
        self.answer.value = table(COLUMNS, _rows(self.found), self._caption())

    def _caption(self) -> str:
        if self.found is None:
            return "Event selectors: nothing asked yet"
        return f"A trail with these selectors would take {taken(self.found)} of {len(self.found)}"

    def _guard(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            self.found = None
            self.answer.value = error_line(error)

    def text(self) -> str:
        """The panel in words: the selectors, and the table."""
        rows = [] if self.found is None else _rows(self.found)
        answer = Table(rows, columns=pd.Index(COLUMNS))
        return f"Event selectors:\n{self.selectors.value}\n{self._caption()}\n{answer!r}"


def _rows(found: Table) -> list[tuple[str, ...]]:
    """The answers in the panel's few columns, so that a page has room for the reasons."""
    return [
        (one["Taken"], one["Event name"], _kind(one), _resource(one), one["Why"])
        for one in found.to_dict("records")
    ]


def _kind(one: Mapping[str, Any]) -> str:
    return f"{one['Category']}, {'read' if one['Read-only'] else 'write'}"


def _resource(one: Mapping[str, Any]) -> str:
    """The last part of what the event is about: an object's bucket and key, a key's id."""
    return (resource_names(one["Record"]) or [""])[-1].rpartition(":")[2]


def _extend(conditions: list[dict[str, Any]], name: str, operator: str, value: str) -> None:
    """Adds the value to the field's condition; a selector names each field once."""
    for condition in conditions:
        if condition.get("Field") == name:
            condition.setdefault(operator, []).append(value)
            return
    conditions.append({"Field": name, operator: [value]})


def _as_text(selectors: list[dict[str, Any]]) -> str:
    """JSON with a line for each condition, short enough to read and to change."""
    parts = []
    for selector in selectors:
        head = f'"Name": {json.dumps(selector["Name"])}, ' if "Name" in selector else ""
        lines = ",\n  ".join(json.dumps(one) for one in selector["FieldSelectors"])
        parts.append(f'{{{head}"FieldSelectors": [\n  {lines}]}}')
    return "[" + ",\n ".join(parts) + "]"
