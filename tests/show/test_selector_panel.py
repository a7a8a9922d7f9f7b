"""Would this event be taken, and why: the function, and the panel over it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lablib.errors import LabError
from lablib.search.frames import records_frame
from lablib.search.selecting import field, management, s3_objects, taken, would_take
from lablib.show import panel as panels
from lablib.show.panel import Panel
from lablib.show.selector_panel import TEMPLATES, selector_panel

BUCKET = "arn:aws:s3:::sap-backint-123456789012"


def record(name: str, *, data: bool = False, read: bool = False, key: str = "") -> dict[str, Any]:
    objects = [{"type": "AWS::S3::Object", "ARN": f"{BUCKET}/{key}"}] if data else []
    return {
        "userIdentity": {"type": "IAMUser", "userName": "ben"},
        "eventTime": "2026-11-23T09:59:00Z",
        "eventSource": "s3.amazonaws.com" if data else "ec2.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "eventID": f"id-of-{name}",
        "readOnly": read,
        "resources": objects,
        "managementEvent": not data,
        "recipientAccountId": "123456789012",
        "eventCategory": "Data" if data else "Management",
    }


STOP = record("StopInstances")
LOOK = record("DescribeInstances", read=True)
PUT = record("PutObject", data=True, key="PRD/data")
GET = record("GetObject", data=True, read=True, key="PRD/data")
EVENTS = [STOP, LOOK, PUT, GET]


def names(selectors: list[dict[str, Any]]) -> list[str]:
    """The names of the events that would be taken."""
    found = would_take(selectors, EVENTS)
    return list(found[found["Taken"].str.startswith("✔")]["Event name"])


class TestWouldTake:
    @pytest.mark.parametrize(
        ("selectors", "expected"),
        [
            ([], ["StopInstances", "DescribeInstances"]),
            ([{"ReadWriteType": "WriteOnly"}], ["StopInstances"]),
            ([management(), s3_objects()], [one["eventName"] for one in EVENTS]),
            ([s3_objects(field("readOnly", Equals=["false"]))], ["PutObject"]),
            ([s3_objects(field("resources.ARN", StartsWith=[f"{BUCKET}/QAS"]))], []),
            ([s3_objects(field("eventName", NotStartsWith=["Get"]))], ["PutObject"]),
        ],
    )
    def test_it_answers_as_a_trail_decides(
        self, selectors: list[dict[str, Any]], expected: list[str]
    ) -> None:
        assert names(selectors) == expected

    def test_it_says_why(self) -> None:
        (why,) = would_take([s3_objects(field("eventName", Equals=["PutObject"]))], GET)["Why"]
        assert why.endswith("eventName must equal PutObject; here it is GetObject")

    def test_it_takes_a_table_one_event_or_many_records(self) -> None:
        assert taken(would_take([management()], records_frame(EVENTS))) == 2
        assert taken(would_take([management()], records_frame(EVENTS).iloc[0])) == 1
        assert taken(would_take([management()], STOP)) == 1

    def test_what_cloudtrail_would_refuse_is_refused_in_its_words(self) -> None:
        kind = field("resources.type", Equals=["AWS::S3::Shelf"])
        selector = {"FieldSelectors": [field("eventCategory", Equals=["Data"]), kind]}
        with pytest.raises(LabError, match=r"resources\.type field value is not valid"):
            would_take([selector], PUT)

    def test_basic_and_advanced_selectors_do_not_mix(self) -> None:
        with pytest.raises(LabError, match="never both"):
            would_take([management(), {"ReadWriteType": "All"}], STOP)

    @pytest.mark.parametrize("odd", ["a word", {"FieldSelectors": [{"Equals": ["x"]}]}, 7])
    def test_what_is_no_selector_is_said_so(self, odd: Any) -> None:
        with pytest.raises(LabError):
            would_take([odd], STOP)


class FakeLab:
    def __init__(self) -> None:
        self.asked: list[int] = []
        self.records = EVENTS

    def events(self, limit: int) -> Any:
        self.asked.append(limit)
        return records_frame(self.records)


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


class TestThePanel:
    def test_each_control_has_a_description_and_a_tooltip(self, lab: Any) -> None:
        active = ("Button", "Dropdown", "Text", "Textarea")
        tree = panels._tree(selector_panel(lab).box)
        found = [widget for widget in tree if type(widget).__name__ in active]
        assert len(found) == 8
        assert all(widget.description and widget.tooltip for widget in found)

    def test_it_shows_each_event_with_the_answer_and_why(self, lab: Any) -> None:
        html = shown(selector_panel(lab))
        assert "would take 1 of 4" in html
        assert "Data, write" in html and "sap-backint-123456789012/PRD/data" in html
        assert "✔ taken" in html and "– not taken" in html and "GetObject" in html

    def test_another_template_gives_other_answers_without_another_look(self, lab: Any) -> None:
        panel = selector_panel(lab)
        controls(panel)["Begin with"].value = "S3 objects, all"
        assert "would take 2 of 4" in shown(panel)
        assert lab.asked == [10]

    def test_a_condition_is_added_to_the_last_selector(self, lab: Any) -> None:
        panel = selector_panel(lab)
        controls(panel)["Begin with"].value = "S3 objects, all"
        controls(panel)["Operator"].value = "StartsWith"
        controls(panel)["Value"].value = "Put"
        controls(panel)["Add condition"].click()
        read = json.loads(controls(panel)["Selectors"].value)
        assert {"Field": "eventName", "StartsWith": ["Put"]} in read[-1]["FieldSelectors"]
        assert "would take 1 of 4" in shown(panel)

    def test_a_second_value_joins_the_condition_of_the_same_field(self, lab: Any) -> None:
        panel = selector_panel(lab)
        for name in ("PutObject", "GetObject"):
            controls(panel)["Value"].value = name
            controls(panel)["Add condition"].click()
        assert "would take 1 of 4" in shown(panel)  # the template's "writes only" stays
        last = json.loads(controls(panel)["Selectors"].value)[-1]["FieldSelectors"]
        assert {"Field": "eventName", "Equals": ["PutObject", "GetObject"]} in last

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("[", "not JSON"),
            ("[]", "at least one selector"),
            ('[{"FieldSelectors": []}]', "required: [eventCategory]"),
        ],
    )
    def test_what_is_typed_wrong_is_said_in_the_panel(
        self, typed: str, said: str, lab: Any
    ) -> None:
        panel = selector_panel(lab)
        controls(panel)["Selectors"].value = typed
        assert "✖ Error:" in shown(panel) and said in shown(panel)

    def test_a_condition_without_a_value_is_not_added(self, lab: Any) -> None:
        panel = selector_panel(lab)
        controls(panel)["Add condition"].click()
        assert "needs a value" in shown(panel)

    def test_an_account_without_events_is_no_error(self, lab: Any) -> None:
        lab.records = []
        assert "No events yet" in shown(selector_panel(lab))

    def test_it_has_a_twin_in_words(self, lab: Any) -> None:
        words = selector_panel(lab)._repr_mimebundle_()["text/plain"]
        assert "eventCategory" in words and "would take 1 of 4" in words and "Why" in words

    @pytest.mark.parametrize("name", TEMPLATES)
    def test_each_template_is_one_that_cloudtrail_takes(self, name: str) -> None:
        assert would_take(TEMPLATES[name], EVENTS) is not None
