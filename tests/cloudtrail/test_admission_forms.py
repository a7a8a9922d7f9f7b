"""Settings that cannot be are refused before anything is tried."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.cloudtrail.errors import CloudTrailError
from lablib.cloudtrail.forms import check_syntax
from tests.fakes import ACCOUNT, GROUP_ARN, KEY_ARN, KEY_ID, ROLE_ARN, TOPIC_ARN, a_trail

BOTH = "You must specify a log group and a role ARN."
GROUP = "CloudTrail cannot validate the specified log group ARN."
ROLE = "CloudTrail cannot validate the specified role ARN."


def refusal(**settings: Any) -> tuple[str, str]:
    with pytest.raises(CloudTrailError) as caught:
        check_syntax(a_trail(**settings))
    return caught.value.code, caught.value.message


@pytest.mark.parametrize("name", ["abc", "a" * 63, "my.bucket-1", "1logs", "xn-logs.2026"])
def test_a_possible_bucket_name_passes(name: str) -> None:
    check_syntax(a_trail(s3_bucket=name))


BUCKET_NAMES = {
    "": "Bucket name should be between 3 and 63 characters long",
    "ab": "Bucket name should be between 3 and 63 characters long",
    "a" * 64: "Bucket name should be between 3 and 63 characters long",
    "my_bucket": "Bucket name should not contain '_'",
    "MyBucket": "Bucket name should not contain uppercase characters",
    "my bucket": "Bucket name should not contain white space",
    "my..bucket": "Bucket name should not contain two adjacent periods",
    "my-.bucket": "Bucket name should not contain dashes next to periods",
    "-bucket": "Bucket name should not begin or end with a '-' or a '.'",
    "bucket-": "Bucket name should not begin or end with a '-' or a '.'",
    "192.168.5.4": "Bucket name must not be formatted as an IP Address",
    "bück": "Bucket name should not contain 'ü'",
}


@pytest.mark.parametrize("name", BUCKET_NAMES)
def test_an_impossible_bucket_name_is_refused(name: str) -> None:
    expected = ("InvalidS3BucketNameException", BUCKET_NAMES[name])
    assert refusal(s3_bucket=name) == expected


def test_a_prefix_may_have_200_characters_and_no_more() -> None:
    check_syntax(a_trail(s3_prefix="p" * 200))
    assert refusal(s3_prefix="p" * 201)[0] == "InvalidS3PrefixException"


@pytest.mark.parametrize("topic", ["deliveries", TOPIC_ARN, "t" * 256])
def test_a_topic_is_a_name_or_an_arn(topic: str) -> None:
    check_syntax(a_trail(sns_topic=topic))


@pytest.mark.parametrize(
    "topic",
    ["t" * 257, "no spaces", "a:b", "arn:aws:sqs:us-east-1:123456789012:queue", "deliveries.fifo"],
)
def test_another_form_of_topic_and_a_fifo_topic_are_refused(topic: str) -> None:
    assert refusal(sns_topic=topic)[0] == "InvalidSnsTopicNameException"


@pytest.mark.parametrize(
    "key",
    [
        KEY_ID,
        KEY_ARN,
        "alias/logs",
        f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/logs",
        "mrk-1234abcd12ab34cd56ef1234567890ab",
    ],
)
def test_a_key_is_an_id_an_alias_or_the_arn_of_either(key: str) -> None:
    check_syntax(a_trail(kms_key=key))


@pytest.mark.parametrize("key", ["nonsense", "logs", "alias/", "arn:aws:kms:us-east-1::key/x"])
def test_a_malformed_key_is_not_found(key: str) -> None:
    assert refusal(kms_key=key)[0] == "KmsKeyNotFoundException"


def test_a_group_without_a_role_is_the_role_s_mistake() -> None:
    expected = ("InvalidCloudWatchLogsRoleArnException", BOTH)
    assert refusal(logs_group=GROUP_ARN) == expected


def test_a_role_without_a_group_is_the_group_s_mistake() -> None:
    expected = ("InvalidCloudWatchLogsLogGroupArnException", BOTH)
    assert refusal(logs_role=ROLE_ARN) == expected


@pytest.mark.parametrize(
    "group",
    [
        "CloudTrail/audit",
        GROUP_ARN.removesuffix(":*"),
        GROUP_ARN.replace("logs", "s3"),
        GROUP_ARN.replace(ACCOUNT, "999999999999"),
    ],
)
def test_a_group_arn_that_is_malformed_or_does_not_end_in_a_star_is_refused(group: str) -> None:
    expected = ("InvalidCloudWatchLogsLogGroupArnException", GROUP)
    assert refusal(logs_group=group, logs_role=ROLE_ARN) == expected


def test_a_group_of_another_region_is_refused() -> None:
    there = GROUP_ARN.replace("us-east-1", "eu-west-1")
    assert refusal(logs_group=there, logs_role=ROLE_ARN) == (
        "InvalidCloudWatchLogsLogGroupArnException",
        "You must specify a log group that is in the current region.",
    )


@pytest.mark.parametrize(
    "role", ["role", "arn:aws:iam::1:role/x", ROLE_ARN.replace("role", "user")]
)
def test_a_malformed_role_arn_is_refused(role: str) -> None:
    expected = ("InvalidCloudWatchLogsRoleArnException", ROLE)
    assert refusal(logs_group=GROUP_ARN, logs_role=role) == expected


@pytest.mark.parametrize("field", ["s3_prefix", "sns_topic", "kms_key", "logs_group", "logs_role"])
@given(value=st.text(max_size=300))
def test_whatever_is_given_is_accepted_or_refused_with_a_code(field: str, value: str) -> None:
    code, message = "Exception", "accepted"
    try:
        check_syntax(a_trail(**{field: value}))
    except CloudTrailError as refused:
        code, message = refused.code, refused.message
    assert code.endswith("Exception") and message
