"""Hostile policies and requests: a modelled refusal or a deny, soon; never a hang, never a 500.

Limits: S3 API Reference, PutBucketPolicy (20 KB); IAM User Guide, "IAM and AWS STS quotas"; KMS
API Reference, PutKeyPolicy (32 KB).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.cloudtrail.test_regions_served import BUCKET, bucket
from tests.conftest import Served

SECONDS = 10.0  # a hang is something else


def nested(depth: int) -> str:
    return '{"Statement":' + "[" * depth + "]" * depth + "}"


def statement(**facts: Any) -> str:
    good = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetBucketAcl",
        "Resource": f"arn:aws:s3:::{BUCKET}",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [{**good, **facts}]})


MANY = [f"arn:aws:s3:::{BUCKET}/{'*a' * 20}{number}" for number in range(200)]
HOSTILE = {
    "megabytes": statement(Sid="x" * 3_000_000),
    "a hundred thousand statements": json.dumps({"Statement": [{}] * 100_000}),
    "deep nesting": nested(50_000),
    "a number": "17",
    "a list": "[]",
    "nothing": " ",
    "a string": '"Allow"',
    "no JSON": '{"Version": ',
    "a statement that is a number": '{"Version":"2012-10-17","Statement":7}',
    "an action that is an object": statement(Action={"a": "b"}),
    "a resource that is a number": statement(Resource=[1, 2]),
    "an unknown operator": statement(Condition={"StringPerhaps": {"aws:SourceArn": "x"}}),
    "a condition that is a list": statement(Condition=["x"]),
    "an effect that is none": statement(Effect="Perhaps"),
    "a version that is none": statement().replace("2012-10-17", "2020-02-30"),
    "a principal that is a number": statement(Principal=5),
}


@pytest.fixture(scope="module")
def there(shared_account: Served) -> Served:
    bucket(shared_account)
    return shared_account


@pytest.fixture
def quickly() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SECONDS


def refusal(call: Callable[..., Any], **params: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as refused:
        call(**params)
    told = refused.value.response
    return told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("what", HOSTILE)
def test_a_bucket_policy_is_refused_as_malformed(what: str, there: Served, quickly: None) -> None:
    s3 = there.client("s3")
    code, status = refusal(s3.put_bucket_policy, Bucket=BUCKET, Policy=HOSTILE[what])
    assert code in ("MalformedPolicy", "AccessDenied", "PolicyTooLarge", "InvalidPolicyDocument")
    assert 400 <= status < 500
    assert "cloudtrail.amazonaws.com" in s3.get_bucket_policy(Bucket=BUCKET)["Policy"]


@pytest.mark.parametrize("what", HOSTILE)
def test_a_key_policy_is_refused_as_malformed(what: str, there: Served, quickly: None) -> None:
    kms = there.client("kms")
    code, status = refusal(kms.create_key, Policy=HOSTILE[what])
    assert code in (
        "MalformedPolicyDocumentException",
        "ValidationException",
        "LimitExceededException",
    )
    assert status == 400


@pytest.mark.parametrize("what", HOSTILE)
def test_an_iam_policy_is_refused_as_malformed(what: str, there: Served, quickly: None) -> None:
    iam = there.client("iam")
    code, status = refusal(iam.create_policy, PolicyName="hostile", PolicyDocument=HOSTILE[what])
    known = ("MalformedPolicyDocument", "LimitExceeded", "ValidationError", "InvalidInput")
    assert code in known and 400 <= status < 500


def test_a_thousand_wildcards_are_decided_soon(there: Served, quickly: None) -> None:
    """Patterns that make naive matchers take for ever."""
    name = "wild-logs"
    s3 = there.client("s3")
    s3.create_bucket(Bucket=name)
    star = f"arn:aws:s3:::{name}/" + "*a" * 300 + "*b"
    policy = statement(
        Principal={"Service": "cloudtrail.amazonaws.com"},
        Action=["s3:*" + "*a" * 50 + "*"] * 20 + ["s3:*"],
        Resource=[star] * 10 + [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/" + "*" * 500],
    )
    s3.put_bucket_policy(Bucket=name, Policy=policy)
    cloudtrail = there.client("cloudtrail")
    cloudtrail.create_trail(Name="wild", S3BucketName=name, S3KeyPrefix="a" * 200)
    cloudtrail.delete_trail(Name="wild")


WRONG_TYPES: dict[str, dict[str, Any]] = {
    "Name": {"Name": ["a"], "S3BucketName": BUCKET},
    "S3BucketName": {"Name": "typed", "S3BucketName": {"a": 1}},
    "IsMultiRegionTrail": {"Name": "typed", "S3BucketName": BUCKET, "IsMultiRegionTrail": "maybe"},
    "TagsList": {"Name": "typed", "S3BucketName": BUCKET, "TagsList": [{"Key": 7}]},
    "KmsKeyId": {"Name": "typed", "S3BucketName": BUCKET, "KmsKeyId": 7},
}


@pytest.mark.parametrize("member", WRONG_TYPES)
def test_wrong_types_on_the_wire_are_told_in_json(
    member: str, there: Served, quickly: None
) -> None:
    """Clients that check nothing: boto3 with its validation switched off."""
    cloudtrail = _unchecked(there)
    code, status = refusal(cloudtrail.create_trail, **WRONG_TYPES[member])
    assert status == 400 and code.endswith("Exception")


def test_selectors_of_a_megabyte_are_refused(there: Served, quickly: None) -> None:
    cloudtrail = there.client("cloudtrail")
    cloudtrail.create_trail(Name="huge", S3BucketName=BUCKET)
    values = [f"arn:aws:s3:::{'b' * 40}-{number}/" for number in range(20_000)]
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "resources.ARN", "StartsWith": values},
    ]
    selectors = [{"Name": "huge", "FieldSelectors": fields}]
    try:
        code, _ = refusal(
            cloudtrail.put_event_selectors, TrailName="huge", AdvancedEventSelectors=selectors
        )
        assert code == "InvalidEventSelectorsException"
        found = cloudtrail.get_event_selectors(TrailName="huge")
        assert "AdvancedEventSelectors" not in found
    finally:
        cloudtrail.delete_trail(Name="huge")


def _unchecked(account: Served) -> Any:
    import boto3

    key = account.control("credentials", user="learner")
    return boto3.Session().client(
        "cloudtrail",
        region_name="us-east-1",
        endpoint_url=account.endpoint,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, proxies={}),
    )
