"""One event to click: every field with its meaning, one at a time or all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lablib import Event, LabError
from lablib.show import panel as panels
from lablib.show.event_panel import EVERY, event_panel
from tests.show.test_panels import controls, shown


def record(name: str, **more: Any) -> dict[str, Any]:
    return {
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "userName": "learner"},
        "eventTime": "2026-11-23T09:59:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "readOnly": False,
        "eventID": f"id-of-{name}",
        **more,
    }


class FakeLab:
    """Two newest events, and an older one that is found by its id."""

    def __init__(self) -> None:
        self.control = self
        self.newest = [record("StopInstances", userAgent="<b>bold</b>"), record("CreateUser")]
        self.error: Exception | None = None

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        if self.error:
            raise self.error
        return {"events": self.newest}

    def event(self, id: Any) -> Event:
        return Event(record("RunInstances"))


@pytest.fixture
def lab() -> Iterator[Any]:
    yield FakeLab()
    for panel in list(panels._open.values()):
        panel.close()


def test_it_begins_with_the_newest_event_and_every_field(lab: Any) -> None:
    html = shown(event_panel(lab))
    assert "StopInstances by learner" in html
    assert "The service." in html and "User Guide, CloudTrail record contents" in html
    assert "&lt;b&gt;bold&lt;/b&gt;" in html and "<b>" not in html


def test_an_event_that_is_asked_for_comes_first(lab: Any) -> None:
    panel = event_panel(lab, "id-of-RunInstances")
    assert "RunInstances by learner" in shown(panel)
    assert len(controls(panel)["Event"].options) == 3


def test_another_event_and_one_field(lab: Any) -> None:
    panel = event_panel(lab)
    controls(panel)["Event"].value = 2
    controls(panel)["Field"].value = "readOnly"
    html = shown(panel)
    assert "CreateUser by learner" in html and "Whether the call only read." in html
    assert "Version of the record" not in html.partition("<details>")[0]


def test_a_field_stays_chosen_when_another_event_is_opened(lab: Any) -> None:
    panel = event_panel(lab)
    controls(panel)["Field"].value = "userAgent"
    controls(panel)["Event"].value = 2  # which has no such field
    assert controls(panel)["Field"].value == EVERY
    controls(panel)["Field"].value = "eventName"
    controls(panel)["Event"].value = 1
    assert controls(panel)["Field"].value == "eventName"


def test_it_has_a_twin_in_words(lab: Any) -> None:
    panel = event_panel(lab)
    controls(panel)["Field"].value = "readOnly"
    words = panel._repr_mimebundle_()["text/plain"]
    assert words.splitlines()[0].startswith("StopInstances by learner")
    assert "readOnly = false" in words and "A trail for Read events does not take it." in words


def test_without_any_event_it_says_so(lab: Any) -> None:
    lab.newest = []
    panel = event_panel(lab)
    assert "Nothing has been recorded yet." in shown(panel)
    assert "nothing has been recorded yet" in panel.text()
    lab.newest = [record("CreateTrail")]
    controls(panel)["Newest"].click()
    assert "CreateTrail by learner" in shown(panel)


def test_an_error_is_a_sentence_in_the_panel(lab: Any) -> None:
    lab.error = LabError("The account does not answer.", next="Lab.open()")
    panel = event_panel(lab)
    assert "✖ Error: The account does not answer." in shown(panel)
    assert "The account does not answer." in repr(panel)


def test_each_control_has_a_description_and_a_tooltip(lab: Any) -> None:
    active = ("Button", "Dropdown")
    found = [w for w in panels._tree(event_panel(lab).box) if type(w).__name__ in active]
    assert len(found) == 3
    assert all(widget.description and widget.tooltip for widget in found)
