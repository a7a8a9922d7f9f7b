"""What S3 Lifecycle does with a key at a moment, and when it wants to look again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lablib.archive.classes import CLASSES, can_go
from lablib.archive.explanation import explain
from lablib.archive.lifecycle import Action, decide, next_due
from lablib.archive.objects import Stack, Upload, Version
from lablib.archive.rules import BY_CLASS, Configuration, read

BIG = 128 * 1024
MORNING = datetime(2027, 1, 15, 10, 30, tzinfo=UTC)  # the User Guide's example
DAY = timedelta(days=1)


def at(day: int, month: int = 1) -> datetime:
    return datetime(2027, month, day, tzinfo=UTC)


def rules(*given: dict[str, Any], minimum: str | None = None) -> Configuration:
    named = [
        {"ID": f"r{number}", "Status": "Enabled", "Filter": {}, **one}
        for number, one in enumerate(given)
    ]
    return read(named, minimum)


def to(storage_class: str, days: int) -> dict[str, Any]:
    return {"Transitions": [{"Days": days, "StorageClass": storage_class}]}


def an_object(key: str = "logs/a", **facts: Any) -> Stack:
    return Stack(key, (Version("null", MORNING, **{"size": BIG, **facts}),))


def versions(*ages: int, **facts: Any) -> Stack:
    """Versions that are so many days old on January 15 at 10:30, the current one first."""
    made = [Version(f"v{age}", MORNING - age * DAY, BIG) for age in ages]
    return Stack("k", tuple(made), versioning="Enabled", **facts)


def done(stack: Stack, configuration: Configuration, now: datetime) -> list[tuple[str, str]]:
    return [(action.id, action.to or action.kind) for action in decide(stack, configuration, now)]


def test_days_are_rounded_up_to_the_next_midnight() -> None:
    three = rules(to("GLACIER", 3))
    assert next_due(an_object(), three, MORNING) == at(19)
    assert done(an_object(), three, at(19) - timedelta(seconds=1)) == []
    assert done(an_object(), three, at(19)) == [("null", "GLACIER")]


def test_zero_days_mean_the_next_midnight() -> None:
    assert next_due(an_object(), rules(to("GLACIER", 0)), MORNING) == at(16)


def test_a_date_applies_to_older_and_to_newer_objects() -> None:
    dated = rules({"Expiration": {"Date": datetime(2027, 1, 20, tzinfo=UTC)}})
    assert next_due(an_object(), dated, MORNING) == at(20)
    newer = Stack("k", (Version("null", at(25) + timedelta(hours=1), BIG),))
    assert next_due(newer, dated, at(25) + timedelta(hours=1)) == at(26)


def test_small_objects_stay_by_default() -> None:
    assert next_due(an_object(size=BIG - 1), rules(to("GLACIER", 0)), MORNING) is None
    assert next_due(an_object(size=BIG), rules(to("GLACIER", 0)), MORNING) == at(16)


def test_a_size_filter_takes_small_objects_along() -> None:
    sized = rules({"Filter": {"ObjectSizeGreaterThan": 0}, **to("GLACIER", 0)})
    assert done(an_object(size=1), sized, at(16)) == [("null", "GLACIER")]


@pytest.mark.parametrize(
    ("storage_class", "goes"),
    [("GLACIER", True), ("DEEP_ARCHIVE", True), ("GLACIER_IR", False), ("STANDARD_IA", False)],
)
def test_varies_by_storage_class_takes_small_objects_to_the_archives_only(
    storage_class: str, goes: bool
) -> None:
    varies = rules(to(storage_class, 30), minimum=BY_CLASS)
    assert bool(done(an_object(size=1), varies, at(1, 3))) is goes


def test_small_objects_expire_all_the_same() -> None:
    assert done(an_object(size=1), rules({"Expiration": {"Days": 1}}), at(17)) == [
        ("null", "delete")
    ]


@pytest.mark.parametrize("source", CLASSES)
@pytest.mark.parametrize("target", CLASSES)
def test_nothing_goes_up_the_waterfall(source: str, target: str) -> None:
    order = list(CLASSES)
    assert not (can_go(source, target) and order.index(target) <= order.index(source))
    moved = done(an_object(storage_class=source), rules(to(target, 30)), at(1, 6))
    assert bool(moved) is can_go(source, target)


def test_the_cheaper_class_wins_when_two_are_due() -> None:
    both = rules(to("STANDARD_IA", 30), to("GLACIER", 30))
    assert done(an_object(), both, at(1, 3)) == [("null", "GLACIER")]


def test_intelligent_tiering_wins_over_all_but_the_archives() -> None:
    warm = rules(to("GLACIER_IR", 0), to("INTELLIGENT_TIERING", 0), to("STANDARD_IA", 30))
    assert done(an_object(), warm, at(1, 3)) == [("null", "INTELLIGENT_TIERING")]


def test_deletion_beats_transition_and_the_shorter_expiration_wins() -> None:
    many = rules(to("GLACIER", 1), {"Expiration": {"Days": 5}}, {"Expiration": {"Days": 1}})
    actions = decide(an_object(), many, at(17))
    assert [(one.kind, one.rule) for one in actions] == [("delete", "r2")]


def test_transition_beats_a_delete_marker_which_follows_a_day_later() -> None:
    both = rules(to("GLACIER", 1), {"Expiration": {"Days": 1}})
    stack = replace(an_object(), versioning="Enabled")
    assert done(stack, both, at(17)) == [("null", "GLACIER")]
    moved = replace(stack, versions=(replace(stack.versions[0], storage_class="GLACIER"),))
    assert next_due(moved, both, at(17)) == at(18)
    assert done(moved, both, at(18)) == [("null", "mark")]


def test_noncurrent_versions_count_from_when_they_were_replaced() -> None:
    kept = rules({"NoncurrentVersionExpiration": {"NoncurrentDays": 2}})
    stack = versions(0, 1, 50)  # v50 was replaced a day ago, v1 just now
    assert next_due(stack, kept, MORNING) == at(17)
    assert done(stack, kept, at(17)) == [("v50", "delete")]
    assert done(stack, kept, at(18)) == [("v1", "delete"), ("v50", "delete")]


def test_the_newest_noncurrent_versions_are_kept_when_asked_for() -> None:
    kept = rules(
        {"NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 2}}
    )
    stack = versions(0, 10, 20, 30, 40)
    assert done(stack, kept, at(30)) == [("v30", "delete"), ("v40", "delete")]


def test_noncurrent_versions_are_archived_and_the_current_one_stays() -> None:
    cold = rules(
        {"NoncurrentVersionTransitions": [{"NoncurrentDays": 1, "StorageClass": "GLACIER"}]}
    )
    assert done(versions(0, 10), cold, at(30)) == [("v10", "GLACIER")]


def test_a_locked_version_is_not_deleted() -> None:
    stack = versions(0, 10)
    locked = replace(stack.versions[1], locked=True)
    stack = replace(stack, versions=(stack.versions[0], locked))
    kept = rules({"NoncurrentVersionExpiration": {"NoncurrentDays": 1}})
    assert done(stack, kept, at(30)) == []
    assert next_due(stack, kept, at(30)) is None


@pytest.mark.parametrize(
    ("expiration", "gone"),
    [({"ExpiredObjectDeleteMarker": True}, at(16)), ({"Days": 5}, at(21))],
)
def test_a_delete_marker_alone_is_removed(expiration: dict[str, Any], gone: datetime) -> None:
    alone = Stack("k", (Version("m", MORNING, marker=True),), versioning="Enabled")
    rule = rules({"Expiration": expiration})
    assert next_due(alone, rule, MORNING) == gone
    assert done(alone, rule, gone) == [("m", "delete")]
    covered = replace(alone, versions=(*alone.versions, Version("v", MORNING - DAY, BIG)))
    assert done(covered, rule, gone) == []


def test_uploads_that_were_never_completed_are_aborted() -> None:
    stack = Stack("logs/a", uploads=(Upload("u", MORNING),))
    rule = rules({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}})
    assert next_due(stack, rule, MORNING) == at(23)
    assert done(stack, rule, at(23)) == [("u", "abort")]
    elsewhere = rules(
        {
            "Filter": {"Prefix": "tmp/"},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    )
    assert done(stack, elsewhere, at(23)) == []


@pytest.mark.parametrize(
    ("chosen", "takes"),
    [
        ({}, True),
        ({"Prefix": "logs/"}, True),
        ({"Prefix": "other/"}, False),
        ({"Tag": {"Key": "keep", "Value": "no"}}, True),
        ({"Tag": {"Key": "keep", "Value": "yes"}}, False),
        ({"ObjectSizeGreaterThan": BIG}, False),
        ({"ObjectSizeGreaterThan": BIG - 1}, True),
        ({"ObjectSizeLessThan": BIG}, False),
        ({"And": {"Prefix": "logs/", "Tags": [{"Key": "keep", "Value": "no"}]}}, True),
        ({"And": {"Prefix": "logs/", "Tags": [{"Key": "a", "Value": "b"}]}}, False),
        ({"And": {"Prefix": "logs/", "ObjectSizeLessThan": 10}}, False),
    ],
)
def test_a_filter_takes_what_meets_all_its_parts(chosen: dict[str, Any], takes: bool) -> None:
    rule = rules({"Filter": chosen, "Expiration": {"Days": 1}})
    tagged = an_object(tags=frozenset({("keep", "no"), ("x", "y")}))
    assert bool(done(tagged, rule, at(20))) is takes


def test_the_older_prefix_beside_the_rule_is_a_filter_too() -> None:
    old = read([{"ID": "o", "Status": "Enabled", "Prefix": "tmp/", "Expiration": {"Days": 1}}])
    assert done(an_object(), old, at(20)) == []
    assert done(an_object("tmp/a"), old, at(20)) == [("null", "delete")]


def test_a_disabled_rule_does_nothing() -> None:
    assert next_due(an_object(), rules({"Status": "Disabled", **to("GLACIER", 0)}), MORNING) is None


def test_what_is_done_is_not_due_again() -> None:
    configuration = rules({**to("STANDARD_IA", 30)}, {**to("GLACIER", 90)})
    moved = an_object(storage_class="GLACIER")
    assert next_due(moved, configuration, at(1, 6)) is None


def test_huge_numbers_of_days_never_come() -> None:
    assert next_due(an_object(), rules({"Expiration": {"Days": 2**31 - 1}}), MORNING) is None


def test_each_action_says_why() -> None:
    (action,) = decide(an_object(), rules(to("GLACIER", 3)), at(19))
    assert action == Action(
        "transition",
        "logs/a",
        "null",
        at(19),
        "r0",
        "rule r0 moves it from STANDARD to GLACIER 3 days after it was created",
        "GLACIER",
    )


@pytest.mark.parametrize(
    ("rule", "stack", "said"),
    [
        (to("GLACIER", 3), an_object(size=2000), "under 128 KB"),
        (to("GLACIER", 3), an_object(storage_class="DEEP_ARCHIVE"), "from DEEP_ARCHIVE"),
        (to("GLACIER", 3), an_object(), "due 2027-01-19 00:00 UTC"),
        ({"Filter": {"Prefix": "x/"}, **to("GLACIER", 3)}, an_object(), "does not begin with x/"),
        ({"Filter": {"Tag": {"Key": "a", "Value": "b"}}, **to("GLACIER", 3)}, an_object(), "a=b"),
        ({"Status": "Disabled", **to("GLACIER", 3)}, an_object(), "disabled"),
    ],
)
def test_a_rule_explains_what_it_does_not_do(rule: dict[str, Any], stack: Stack, said: str) -> None:
    (sentence,) = explain(stack, rules(rule), MORNING)
    assert said in sentence
