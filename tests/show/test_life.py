"""The life of a file under a bucket's rules, as a picture with its table and its words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lablib.archive.forecast import GONE, HIDDEN
from lablib.archive.rules import read
from lablib.search.whereabouts import Whereabouts
from lablib.show.life import LOOKS, lives
from lablib.show.style import DARK, LIGHT

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LOG_FILES = "AWSLogs/123456789012/CloudTrail/"


def rule(**more: Any) -> dict[str, Any]:
    transitions = [{"Days": 30, "StorageClass": "GLACIER"}]
    chosen = {"Filter": {"Prefix": LOG_FILES}, "Transitions": transitions}
    return {"ID": "archive", "Status": "Enabled", **chosen, **more}


def drawn(*rules: dict[str, Any], versioning: str | None = None) -> Any:
    return lives(read(rules, "varies_by_storage_class"), "123456789012", versioning, NOW)


def test_each_kind_of_file_has_its_stages_in_the_table() -> None:
    table = drawn(rule(Expiration={"Days": 365})).table
    small = table[table["File"] == "Log file of 700 bytes"]
    assert list(small["Where"]) == ["STANDARD", "GLACIER", GONE]
    assert list(table[table["File"] == "Digest of 700 bytes"]["To day"]) == ["for ever"]


def test_versions_that_stay_under_a_delete_marker_are_named() -> None:
    where = set(drawn(rule(Expiration={"Days": 365}), versioning="Enabled").table["Where"])
    assert HIDDEN in where and GONE not in where


def test_the_picture_is_said_in_words_and_drawn_in_both_themes() -> None:
    chart = drawn(rule())
    assert "Log file of 200 KB: from day 0 STANDARD, from day 31 GLACIER." in chart.alt
    assert chart.png(LIGHT) != chart.png(DARK)


def test_no_two_classes_of_one_colour_look_alike() -> None:
    assert len(set(LOOKS.values())) == len(LOOKS)


def test_without_rules_everything_stays_for_ever() -> None:
    assert set(drawn().table["To day"]) == {"for ever"}


class TestWhereabouts:
    KEY = f"{LOG_FILES}us-east-1/x.json.gz"

    def test_an_object_tells_its_class_and_what_rules_did_and_say(self) -> None:
        action = {"time": "2026-12-24T00:00:00Z", "key": self.KEY, "what": "transition"}
        told = {
            "actions": [{**action, "to": "GLACIER", "why": "rule archive moves it"}],
            "rules": ["rule archive has nothing to do"],
        }
        found = Whereabouts(self.KEY, {"StorageClass": "GLACIER", "ContentLength": 700}, told)
        assert repr(found).splitlines() == [
            "…/x.json.gz: GLACIER, 700 bytes",
            "  done: rule archive moves it",
            "  rule archive has nothing to do",
        ]

    def test_what_was_done_to_other_objects_is_left_out(self) -> None:
        action = {"time": "2026-12-24T00:00:00Z", "key": "other", "what": "delete", "to": None}
        found = Whereabouts(self.KEY, {}, {"actions": [{**action, "why": "old"}]})
        assert found.done().empty
        assert found.storage_class == "STANDARD"

    def test_a_bucket_without_rules_says_so(self) -> None:
        assert "no lifecycle rules" in repr(Whereabouts(self.KEY, {}, {}))
        assert "<script" not in Whereabouts("a/<script>", {}, {})._repr_html_()
