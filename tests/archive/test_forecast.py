"""What will become of an object: the stages of its life under a bucket's rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lablib.archive.forecast import GONE, HIDDEN, at, life
from lablib.archive.rules import read

BORN = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
RULE: dict[str, Any] = {
    "ID": "archive",
    "Status": "Enabled",
    "Filter": {"Prefix": "AWSLogs/"},
    "Transitions": [
        {"Days": 30, "StorageClass": "GLACIER"},
        {"Days": 120, "StorageClass": "DEEP_ARCHIVE"},
    ],
    "Expiration": {"Days": 365},
}
LARGE, SMALL = 200_000, 700


def stages(
    rule: dict[str, Any], size: int, *, minimum: str | None = None, kept: bool = False
) -> Any:
    versioning = "Enabled" if kept else None
    found = life(read([rule], minimum), "AWSLogs/x.json.gz", size, BORN, versioning)
    return [((stage.start - BORN).days, stage.where) for stage in found]


def test_a_large_object_goes_down_the_waterfall_and_is_gone_in_the_end() -> None:
    assert stages(RULE, LARGE) == [
        (0, "STANDARD"),
        (30, "GLACIER"),
        (120, "DEEP_ARCHIVE"),
        (365, GONE),
    ]


def test_a_small_object_stays_where_it_is_until_it_expires() -> None:
    assert stages(RULE, SMALL) == [(0, "STANDARD"), (365, GONE)]
    small = stages(RULE, SMALL, minimum="varies_by_storage_class")
    assert small == stages(RULE, LARGE)


def test_where_versions_are_kept_an_expired_object_is_only_hidden() -> None:
    assert stages(RULE, LARGE, kept=True)[-1] == (365, HIDDEN)
    rule = {**RULE, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}
    assert stages(rule, LARGE, kept=True)[-2:] == [(365, HIDDEN), (366, GONE)]


def test_an_object_that_no_rule_is_for_stays_for_ever() -> None:
    rule = {**RULE, "Filter": {"Prefix": "elsewhere/"}}
    assert stages(rule, LARGE) == [(0, "STANDARD")]


def test_at_a_moment_the_object_is_in_the_last_stage_that_has_begun() -> None:
    found = life(read([RULE]), "AWSLogs/x", LARGE, BORN)
    assert at(found, BORN) == "STANDARD"
    assert at(found, BORN + timedelta(days=31)) == "GLACIER"
    assert at(found, BORN + timedelta(days=4000)) == GONE
