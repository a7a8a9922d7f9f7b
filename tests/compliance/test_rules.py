"""What each managed rule says of a trail, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lablib.compliance.rules import ACCOUNT, MANAGED, TRAIL, Seen, Trail, Verdict, known

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/t"
GOOD = Trail(
    "t",
    ARN,
    multi_region=True,
    validates=True,
    bucket="logs",
    topic="arn:topic",
    group="arn:group",
    key="arn:key",
    delivered_to_logs=NOW - timedelta(hours=1),
)


def verdicts(rule: str, *trails: Trail, **parameters: str) -> list[Verdict]:
    return MANAGED[rule](Seen("123456789012", "us-east-1", trails, NOW), parameters)


def verdict(rule: str, *trails: Trail, **parameters: str) -> Verdict:
    (only,) = verdicts(rule, *trails, **parameters)
    return only


# rule → what spoils a good trail, with which parameters → a word of the reason
SPOILT: tuple[tuple[str, dict[str, Any], dict[str, str], str], ...] = (
    ("CLOUD_TRAIL_ENABLED", {"logging": False}, {}, "t is stopped"),
    ("CLOUD_TRAIL_ENABLED", {}, {"s3BucketName": "other"}, "another bucket"),
    ("CLOUD_TRAIL_ENABLED", {"topic": None}, {"snsTopicArn": "arn:topic"}, "no topic"),
    ("CLOUD_TRAIL_ENABLED", {"group": None}, {"cloudWatchLogsLogGroupArn": "x"}, "no log group"),
    ("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", {"validates": False}, {}, "turned off"),
    ("CLOUD_TRAIL_ENCRYPTION_ENABLED", {"key": None}, {}, "no KMS key"),
    ("CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED", {"group": None}, {}, "nothing to CloudWatch Logs"),
    (
        "CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED",
        {"delivered_to_logs": NOW - timedelta(hours=3)},
        {"expectedDeliveryWindowAge": "2"},
        "for 2 hours",
    ),
    ("MULTI_REGION_CLOUD_TRAIL_ENABLED", {"multi_region": False}, {}, "of one Region"),
    ("MULTI_REGION_CLOUD_TRAIL_ENABLED", {"logging": False}, {}, "is stopped"),
    ("MULTI_REGION_CLOUD_TRAIL_ENABLED", {"management": None}, {}, "no management events"),
    ("MULTI_REGION_CLOUD_TRAIL_ENABLED", {"management": "ReadOnly"}, {}, "ReadOnly events alone"),
    (
        "MULTI_REGION_CLOUD_TRAIL_ENABLED",
        {"management": "ReadOnly"},
        {"readWriteType": "WRITE_ONLY"},
        "no WRITE_ONLY events",
    ),
    (
        "MULTI_REGION_CLOUD_TRAIL_ENABLED",
        {"excludes": ("kms.amazonaws.com",)},
        {},
        "leaves out kms.amazonaws.com",
    ),
)


@pytest.mark.parametrize(("rule", "change", "parameters", "why"), SPOILT)
def test_a_trail_that_is_not_as_the_rule_wants_it_is_told_why(
    rule: str, change: dict[str, Any], parameters: dict[str, str], why: str
) -> None:
    found = verdict(rule, replace(GOOD, **change), **parameters)
    assert not found.compliant
    assert why in found.why


@pytest.mark.parametrize("rule", MANAGED)
def test_a_good_trail_is_compliant_with_every_rule(rule: str) -> None:
    found = verdict(rule, GOOD)
    assert found.compliant, found.why


def test_one_good_trail_is_enough_for_the_account() -> None:
    stopped = replace(GOOD, logging=False)  # of the same name, from another Region
    found = verdict("CLOUD_TRAIL_ENABLED", GOOD, stopped, s3BucketName="logs")
    assert (found.compliant, found.resource_type, found.resource_id) == (
        True,
        ACCOUNT,
        "123456789012",
    )


def test_each_trail_is_judged_by_itself_and_only_where_its_home_is() -> None:
    other = replace(GOOD, name="u", arn=ARN + "u", validates=False)
    shadow = replace(GOOD, name="v", here=False, validates=False)
    found = verdicts("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", GOOD, other, shadow)
    assert [(one.resource_type, one.resource_id, one.compliant) for one in found] == [
        (TRAIL, ARN, True),
        (TRAIL, ARN + "u", False),
    ]


def test_an_account_without_a_trail_is_told_so() -> None:
    assert "there is no trail" in verdict("CLOUD_TRAIL_ENABLED").why
    assert verdicts("CLOUD_TRAIL_ENCRYPTION_ENABLED") == []


def test_a_reason_is_never_longer_than_an_annotation_may_be() -> None:
    many = [replace(GOOD, name="n" * 60 + str(n), logging=False) for n in range(9)]
    assert len(verdict("CLOUD_TRAIL_ENABLED", *many).why) == 256


def test_a_custom_rule_is_not_evaluated_whatever_its_name() -> None:
    assert known("CLOUD_TRAIL_ENABLED", "CUSTOM_LAMBDA") is None
    assert known("S3_BUCKET_VERSIONING_ENABLED", "AWS") is None
