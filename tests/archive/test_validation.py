"""Which lifecycle configurations S3 refuses, with which code and words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from lablib.archive.validation import Invalid, check

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
FIRST = datetime(2027, 1, 1, tzinfo=UTC)
SECOND = datetime(2027, 1, 2, tzinfo=UTC)


def a_rule(**parts: Any) -> dict[str, Any]:
    return {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, **parts}


def to(storage_class: str, **when: Any) -> dict[str, Any]:
    return {"StorageClass": storage_class, **when}


def later(storage_class: str, days: int) -> dict[str, Any]:
    return {"StorageClass": storage_class, "NoncurrentDays": days}


EXPIRES = {"Expiration": {"Days": 1}}
GOOD: dict[str, list[dict[str, Any]]] = {
    "a transition of each class in order": [
        a_rule(
            Transitions=[
                to("STANDARD_IA", Days=30),
                to("GLACIER", Days=60),
                to("DEEP_ARCHIVE", Days=150),
            ],
            Expiration={"Days": 2555},
        )
    ],
    "GLACIER at once": [a_rule(Transitions=[to("GLACIER", Days=0)])],
    "all objects": [a_rule(Filter={}, **EXPIRES)],
    "the older Prefix": [{"Status": "Enabled", "Prefix": "", **EXPIRES}],
    "no id": [{"Status": "Disabled", "Filter": {}, **EXPIRES}],
    "a thousand rules": [a_rule(**EXPIRES) | {"ID": str(n)} for n in range(1000)],
    "sizes": [
        a_rule(Filter={"And": {"ObjectSizeGreaterThan": 1, "ObjectSizeLessThan": 9}}, **EXPIRES)
    ],
    "two tags": [
        a_rule(
            Filter={"And": {"Tags": [{"Key": "a", "Value": ""}, {"Key": "b", "Value": ""}]}},
            **EXPIRES,
        )
    ],
}

MALFORMED = ("MalformedXML", "did not validate against our published schema")
BAD: dict[str, tuple[list[dict[str, Any]], tuple[str, str]]] = {
    "no rule": ([], MALFORMED),
    "1,001 rules": ([a_rule(**EXPIRES) | {"ID": str(n)} for n in range(1001)], MALFORMED),
    "a long id": (
        [a_rule(**EXPIRES) | {"ID": "x" * 256}],
        ("InvalidArgument", "ID length should not exceed allowed limit of 255"),
    ),
    "an id twice": (
        [a_rule(**EXPIRES), a_rule(**EXPIRES)],
        ("InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule"),
    ),
    "another status": ([a_rule(**EXPIRES) | {"Status": "On"}], MALFORMED),
    "neither filter nor prefix": ([{"Status": "Enabled", **EXPIRES}], MALFORMED),
    "filter and prefix": ([a_rule(Prefix="", **EXPIRES)], MALFORMED),
    "two filters without And": (
        [a_rule(Filter={"Prefix": "a", "ObjectSizeLessThan": 5}, **EXPIRES)],
        MALFORMED,
    ),
    "And of one": ([a_rule(Filter={"And": {"Prefix": "a"}}, **EXPIRES)], MALFORMED),
    "no action": ([a_rule()], ("InvalidRequest", "At least one action needs to be specified")),
    "IA too early": (
        [a_rule(Transitions=[to("STANDARD_IA", Days=29)])],
        (
            "InvalidArgument",
            "'Days' in Transition action must be greater than or equal to 30 for storageClass "
            "'STANDARD_IA'",
        ),
    ),
    "One Zone-IA too early": (
        [a_rule(Transitions=[to("ONEZONE_IA", Days=1)])],
        ("InvalidArgument", "storageClass 'ONEZONE_IA'"),
    ),
    "noncurrent IA too early": (
        [a_rule(NoncurrentVersionTransitions=[later("STANDARD_IA", 29)])],
        ("InvalidArgument", "'NoncurrentDays' in NoncurrentVersionTransition action must be"),
    ),
    "GLACIER too soon after IA": (
        [a_rule(Transitions=[to("STANDARD_IA", Days=30), to("GLACIER", Days=59)])],
        ("InvalidArgument", "must be 30 days more than"),
    ),
    "up the waterfall": (
        [a_rule(Transitions=[to("DEEP_ARCHIVE", Days=10), to("GLACIER", Days=20)])],
        ("InvalidArgument", "StorageClass 'DEEP_ARCHIVE'"),
    ),
    "expiration before transition": (
        [a_rule(Transitions=[to("GLACIER", Days=30)], Expiration={"Days": 30})],
        (
            "InvalidArgument",
            "'Days' in the Expiration action for filter '(prefix=logs/)' must be greater than "
            "'Days' in the Transition action",
        ),
    ),
    "expiration date before transition date": (
        [a_rule(Transitions=[to("GLACIER", Date=SECOND)], Expiration={"Date": FIRST})],
        ("InvalidArgument", "must be later than 'Date' in the Transition action"),
    ),
    "days and dates": (
        [a_rule(Transitions=[to("GLACIER", Days=1), to("DEEP_ARCHIVE", Date=FIRST)])],
        ("InvalidRequest", "Found mixed 'Date' and 'Days' based Transition actions"),
    ),
    "days here and a date there": (
        [a_rule(Transitions=[to("GLACIER", Days=1)], Expiration={"Date": FIRST})],
        ("InvalidRequest", "Found mixed 'Date' and 'Days' based Expiration and Transition"),
    ),
    "a class twice": (
        [a_rule(Transitions=[to("GLACIER", Days=1), to("GLACIER", Days=2)])],
        ("InvalidRequest", "'StorageClass' must be different for 'Transition' actions"),
    ),
    "no such class": ([a_rule(Transitions=[to("STANDARD", Days=1)])], MALFORMED),
    "a date at noon": (
        [a_rule(Expiration={"Date": NOON})],
        ("InvalidArgument", "'Date' must be at midnight GMT"),
    ),
    "zero days to live": (
        [a_rule(Expiration={"Days": 0})],
        ("InvalidArgument", "'Days' for Expiration action must be a positive integer"),
    ),
    "days and a marker": (
        [a_rule(Expiration={"Days": 1, "ExpiredObjectDeleteMarker": True})],
        MALFORMED,
    ),
    "markers by tag": (
        [
            a_rule(
                Filter={"Tag": {"Key": "a", "Value": "b"}},
                Expiration={"ExpiredObjectDeleteMarker": True},
            )
        ],
        ("InvalidRequest", "cannot be specified with Tags"),
    ),
    "markers by size": (
        [a_rule(Filter={"ObjectSizeLessThan": 9}, Expiration={"ExpiredObjectDeleteMarker": True})],
        MALFORMED,
    ),
    "uploads by tag": (
        [
            a_rule(
                Filter={"Tag": {"Key": "a", "Value": "b"}},
                AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1},
            )
        ],
        ("InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags."),
    ),
    "noncurrent versions deleted before they are archived": (
        [
            a_rule(
                NoncurrentVersionTransitions=[later("GLACIER", 9)],
                NoncurrentVersionExpiration={"NoncurrentDays": 9},
            )
        ],
        ("InvalidArgument", "must be greater than 'NoncurrentDays'"),
    ),
    "too many newer versions": (
        [
            a_rule(
                NoncurrentVersionExpiration={
                    "NoncurrentDays": 9,
                    "NewerNoncurrentVersions": 101,
                }
            )
        ],
        ("InvalidArgument", "between 1 and 100"),
    ),
    "old and new rules": (
        [a_rule(**EXPIRES), {"ID": "o", "Status": "Enabled", "Prefix": "", **EXPIRES}],
        ("InvalidRequest", "Base level prefix cannot be used in Lifecycle V2"),
    ),
}


@pytest.mark.parametrize("rules", GOOD.values(), ids=GOOD)
def test_what_s3_stores_is_stored(rules: list[dict[str, Any]]) -> None:
    check(rules)
    check(rules, "varies_by_storage_class")


@pytest.mark.parametrize(("rules", "said"), BAD.values(), ids=BAD)
def test_what_s3_refuses_is_refused(rules: list[dict[str, Any]], said: tuple[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        check(rules)
    assert refused.value.code == said[0]
    assert said[1] in refused.value.message


def test_the_minimum_size_has_two_values() -> None:
    with pytest.raises(Invalid):
        check([a_rule(**EXPIRES)], "none")
