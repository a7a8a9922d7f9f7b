"""Panels: every control works over a function that works by hand."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ipywidgets.widgets.widget import _instances

from lablib import LabError
from lablib.clock import Clock
from lablib.show import panel as panels
from lablib.show.clock_panel import clock_panel
from lablib.show.panel import Panel
from lablib.show.search_panel import NONE, search_panel

NOW = "2026-11-23T10:00:00.000Z"


class FakeControl:
    """Answers clock questions, notes changes."""

    def __init__(self) -> None:
        self.changes: list[dict[str, Any]] = []
        self.error: Exception | None = None
        self.reads = 0
        self.state: dict[str, Any] = {
            "time": NOW,
            "mode": "running",
            "speed": 1.0,
            "paused": False,
            "due": [{"time": "2026-11-23T10:06:12.000Z", "what": "log file <sap-trail>"}],
        }

    def clock(self, **change: Any) -> dict[str, Any]:
        if self.error:
            raise self.error
        if not change:
            self.reads += 1
            return self.state
        self.changes.append(change)
        self.state = {**self.state, "time": "2026-11-23T10:05:00.000Z"}
        return {**self.state, "happened": [{"time": NOW, "what": "a log file was put"}]}


class FakeCloudTrail:
    """Two pages of Event history."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.error: Exception | None = None

    def lookup_events(self, **search: Any) -> dict[str, Any]:
        if self.error:
            raise self.error
        self.asked.append(search)
        if "NextToken" in search:
            return {"Events": [_item("CreateTrail")]}
        return {"Events": [_item("StopInstances"), _item("CreateUser")], "NextToken": "more"}


def _item(name: str) -> dict[str, Any]:
    record = {
        "userIdentity": {"type": "IAMUser", "userName": "learner"},
        "eventTime": "2026-11-23T09:59:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": name,
        "eventID": f"id-of-{name}",
        "readOnly": False,
        "errorMessage": "<script>alert(1)</script>",
    }
    return {
        "EventId": record["eventID"],
        "Username": "learner",
        "Resources": [{"ResourceName": "i-1"}],
        "CloudTrailEvent": json.dumps(record),
    }


class FakeLab:
    def __init__(self) -> None:
        self.control = FakeControl()
        self.clock = Clock(self.control)  # type: ignore[arg-type]
        self.cloudtrail = FakeCloudTrail()

    def client(self, service: str) -> FakeCloudTrail:
        assert service == "cloudtrail"
        return self.cloudtrail


@pytest.fixture
def lab() -> Iterator[Any]:
    yield FakeLab()
    for panel in list(panels._open.values()):
        panel.close()


def controls(panel: Panel) -> dict[str, Any]:
    found = [w for w in panels._tree(panel.box) if getattr(w, "description", "")]
    return {widget.description: widget for widget in found}


def shown(panel: Panel) -> str:
    tree = panels._tree(panel.box)
    return " ".join(w.value for w in tree if type(w).__name__ == "HTML")


MAKERS: list[Callable[[Any], Panel]] = [lambda lab: clock_panel(lab, ticking=False), search_panel]


@pytest.mark.parametrize("make", MAKERS, ids=["clock", "search"])
class TestEveryPanel:
    def test_each_control_has_a_description_and_a_tooltip(self, make: Any, lab: Any) -> None:
        active = ("Button", "Dropdown", "Text")
        found = [w for w in panels._tree(make(lab).box) if type(w).__name__ in active]
        assert len(found) >= 5
        assert all(widget.description and widget.tooltip for widget in found)

    def test_opening_it_again_closes_the_one_before(self, make: Any, lab: Any) -> None:
        first = make(lab)
        widgets = list(panels._tree(first.box))
        make(lab)
        assert all(widget.comm is None for widget in widgets)

    def test_closing_it_twice_does_no_harm(self, make: Any, lab: Any) -> None:
        panel = make(lab)
        panel.close()
        panel.close()
        assert panels._open == {}

    def test_it_has_a_twin_in_words(self, make: Any, lab: Any) -> None:
        bundle = make(lab)._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in bundle
        assert "Lab time" in bundle["text/plain"] or "Event history" in bundle["text/plain"]

    def test_it_uses_the_themes_colours_only(self, make: Any, lab: Any) -> None:
        html = shown(make(lab))
        assert "var(--jp-" in html and "#" not in html.replace("&#x27;", "")


def test_wind_and_next_are_the_clocks_own_words(lab: Any) -> None:
    panel = clock_panel(lab, ticking=False)
    controls(panel)["Wind 5 minutes"].click()
    controls(panel)["Next delivery"].click()
    assert lab.control.changes == [{"advance": 300.0}, {"next": True}]
    assert "2026-11-23 10:05:00 UTC" in shown(panel) and "a log file was put" in shown(panel)


def test_play_takes_the_chosen_speed_and_pause_pauses(lab: Any) -> None:
    panel = clock_panel(lab, ticking=False)
    controls(panel)["Speed"].value = 600.0
    controls(panel)["Play"].click()
    controls(panel)["Pause"].click()
    assert lab.control.changes == [{"play": 600.0}, {"pause": True}]


def test_what_is_due_is_a_table_with_the_time_to_wait(lab: Any) -> None:
    html = shown(clock_panel(lab, ticking=False))
    assert "<caption" in html and "0:06:12" in html and "log file &lt;sap-trail&gt;" in html


def test_an_error_is_shown_in_the_panel_and_the_buttons_stay_usable(lab: Any) -> None:
    panel = clock_panel(lab, ticking=False)
    lab.control.error = LabError("Nothing is due.", next="make a call")
    controls(panel)["Next delivery"].click()
    assert "✖ Error: Nothing is due." in shown(panel)
    assert not controls(panel)["Next delivery"].disabled


def test_the_face_says_in_a_word_and_a_sign_how_time_moves(lab: Any) -> None:
    lab.control.state["paused"] = True
    assert "⏸ paused" in shown(clock_panel(lab, ticking=False))


def test_the_clock_ticks_until_it_is_closed(lab: Any) -> None:
    panel = clock_panel(lab)
    before = lab.control.reads
    deadline = time.monotonic() + 10
    while lab.control.reads == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert lab.control.reads > before
    panel.close()
    time.sleep(0.2)
    after = lab.control.reads
    time.sleep(1.3)
    assert lab.control.reads == after


def test_the_search_begins_as_awss_console_does(lab: Any) -> None:
    search_panel(lab)
    asked = lab.cloudtrail.asked[0]
    assert asked["LookupAttributes"] == [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]
    assert asked["StartTime"] < asked["EndTime"]


def test_a_search_asks_for_one_attribute_and_its_value(lab: Any) -> None:
    panel = search_panel(lab)
    fields = controls(panel)
    fields["Lookup attribute"].value = "User name"
    assert fields["Value"].value == "" and fields["Value"].placeholder == "learner"
    fields["Value"].value = " learner "
    fields["Search"].click()
    asked = lab.cloudtrail.asked[-1]["LookupAttributes"]
    assert asked == [{"AttributeKey": "Username", "AttributeValue": "learner"}]


def test_a_search_without_an_attribute_asks_for_all(lab: Any) -> None:
    panel = search_panel(lab)
    controls(panel)["Lookup attribute"].value = "None (all events)"
    controls(panel)["Search"].click()
    assert "LookupAttributes" not in lab.cloudtrail.asked[-1]


def test_pages_are_turned_and_the_ones_seen_are_not_asked_again(lab: Any) -> None:
    panel = search_panel(lab)
    fields = controls(panel)
    assert fields["Newer"].disabled and not fields["Older"].disabled
    fields["Older"].click()
    assert lab.cloudtrail.asked[-1]["NextToken"] == "more"
    assert "CreateTrail" in shown(panel) and fields["Older"].disabled
    fields["Newer"].click()
    assert "StopInstances" in shown(panel) and len(lab.cloudtrail.asked) == 2


def test_an_event_is_opened_as_json_and_nothing_in_it_runs(lab: Any) -> None:
    panel = search_panel(lab)
    controls(panel)["Event"].value = 1
    html = shown(panel)
    assert "id-of-CreateUser" in html and "<script>" not in html
    controls(panel)["Event"].value = NONE
    assert "id-of-CreateUser" not in shown(panel)


def test_awss_refusal_is_shown_in_the_panel(lab: Any) -> None:
    from botocore.exceptions import ClientError

    panel = search_panel(lab)
    answer = {"Error": {"Code": "InvalidTimeRangeException", "Message": "No."}}
    lab.cloudtrail.error = ClientError(answer, "LookupEvents")  # type: ignore[arg-type]
    controls(panel)["Search"].click()
    assert "InvalidTimeRangeException" in shown(panel)


def test_closed_panels_leave_no_widgets_behind(lab: Any) -> None:
    before = len(_instances)
    for _ in range(3):
        search_panel(lab).close()
    assert len(_instances) == before
