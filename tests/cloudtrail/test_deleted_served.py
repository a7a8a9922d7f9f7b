"""One DeleteObjects, and an event for each object that it deleted: only where a trail asks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lablib.cloudtrail.deleted import deletions
from tests.cloudtrail.calls import call
from tests.conftest import Served

BUCKET = "deleted-data"
LOGS = "deleted-logs"
ALL_OBJECTS = [
    {"Field": "eventCategory", "Equals": ["Data"]},
    {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    {"Field": "resources.ARN", "StartsWith": [f"arn:aws:s3:::{BUCKET}/"]},
]
# CloudTrail User Guide, "Filtering data events", example 3
WITHOUT_THE_SINGLE_ONES = [
    {"FieldSelectors": [*ALL_OBJECTS, {"Field": "eventName", "NotEquals": ["DeleteObject"]}]},
    {
        "FieldSelectors": [
            *ALL_OBJECTS,
            {"Field": "eventName", "Equals": ["DeleteObject"]},
            {"Field": "eventType", "NotEquals": ["AwsServiceEvent"]},
        ]
    },
]


@pytest.fixture
def s3(account: Served) -> Any:
    client = account.client("s3")
    for name in (BUCKET, LOGS):
        client.create_bucket(Bucket=name)
    grant = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    statements = [
        {**grant, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{LOGS}"},
        {**grant, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{LOGS}/*"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    client.put_bucket_policy(Bucket=LOGS, Policy=document)
    return client


def log_objects(account: Served, selectors: list[dict[str, Any]]) -> None:
    cloudtrail = account.client("cloudtrail")
    cloudtrail.create_trail(Name="objects", S3BucketName=LOGS)
    cloudtrail.put_event_selectors(TrailName="objects", AdvancedEventSelectors=selectors)
    cloudtrail.start_logging(Name="objects")


def delete(s3: Any, *keys: str) -> Any:
    for key in keys:
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    return s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})


def recorded(account: Served) -> list[dict[str, Any]]:
    events = account.control("events", limit=100)["events"][::-1]
    return [one for one in events if one["eventName"].startswith("DeleteObject")]


def test_each_deleted_object_has_an_event_beside_the_batch(account: Served, s3: Any) -> None:
    log_objects(account, [{"FieldSelectors": ALL_OBJECTS}])
    answer = delete(s3, "a", "b/c")
    batch, *single = recorded(account)
    assert (batch["eventName"], batch["eventType"]) == ("DeleteObjects", "AwsApiCall")
    assert "key" not in batch["requestParameters"]
    for one, key in zip(single, ("a", "b/c"), strict=True):
        assert (one["eventName"], one["eventType"]) == ("DeleteObject", "AwsServiceEvent")
        assert one["requestParameters"]["key"] == key
        assert one["resources"][-1]["ARN"] == f"arn:aws:s3:::{BUCKET}/{key}"
        assert (one["eventCategory"], one["readOnly"]) == ("Data", False)
        assert one["requestID"] == batch["requestID"] == answer["ResponseMetadata"]["RequestId"]
        assert one["userIdentity"] == batch["userIdentity"]
    assert len({one["eventID"] for one in (batch, *single)}) == 3


def test_without_a_trail_that_asks_only_the_batch_is_there(account: Served, s3: Any) -> None:
    delete(s3, "a", "b")
    assert [one["eventName"] for one in recorded(account)] == ["DeleteObjects"]


def test_a_selector_by_event_type_leaves_out_the_single_ones(account: Served, s3: Any) -> None:
    log_objects(account, WITHOUT_THE_SINGLE_ONES)
    delete(s3, "a")
    s3.delete_object(Bucket=BUCKET, Key="a")
    told = [(one["eventName"], one["eventType"]) for one in recorded(account)]
    assert told == [("DeleteObjects", "AwsApiCall"), ("DeleteObject", "AwsApiCall")]


def test_an_object_that_was_not_deleted_has_no_event() -> None:
    asked = [{"Key": "kept", "VersionId": "1"}, {"Key": "gone"}]
    kept = {"Key": "kept", "VersionId": "1", "Code": "AccessDenied"}
    batch = call(
        "s3",
        "DeleteObjects",
        params={"Bucket": BUCKET, "Delete": {"Objects": asked}},
        output={"Errors": [kept]},
    )
    assert [one.params["Key"] for one in deletions(batch)] == ["gone"]
