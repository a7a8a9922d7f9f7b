"""Selectors, searches, tags, keys and addresses that AWS refuses, over HTTP and from the AWS CLI.

API Reference of each operation; messages as observed in real accounts, September 2026
(radkawar/stackd), where they are asked for here; quotas: User Guide, "Quotas in CloudTrail".
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.cloudtrail.cli_driver import Cli, cli
from tests.cloudtrail.test_regions_served import ACCOUNT, BUCKET, bucket
from tests.conftest import Served, stop

ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/asked"
CHOSEN = {"Name": "kept", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
SELECTORS = "InvalidEventSelectorsException"


class Asked(NamedTuple):
    operation: str
    params: dict[str, Any]
    code: str
    message: str | None = None


def select(code: str = SELECTORS, message: str | None = None, **params: Any) -> Asked:
    return Asked("PutEventSelectors", {"TrailName": "asked", **params}, code, message)


def fields(*conditions: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Name": "one", "FieldSelectors": [*conditions]}]


DATA = {"Field": "eventCategory", "Equals": ["Data"]}
OBJECTS = {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}
MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}
BUCKETS = [f"arn:aws:s3:::bucket-{number}/" for number in range(600)]


def resources(count: int) -> list[dict[str, Any]]:
    return [{"Type": "AWS::S3::Object", "Values": BUCKETS[:count]}]


def look(code: str, **params: Any) -> Asked:
    return Asked("LookupEvents", params, code)


def by(key: str, value: str) -> dict[str, str]:
    return {"AttributeKey": key, "AttributeValue": value}


NAMED = by("EventName", "CreateTrail")

CASES: dict[str, Asked] = {
    # --- event selectors
    "both kinds of selectors": select(
        SELECTORS,
        "You can select events by using either EventSelectors or AdvancedEventSelectors, but not "
        "both.",
        EventSelectors=[{"ReadWriteType": "All"}],
        AdvancedEventSelectors=[CHOSEN],
    ),
    "no basic selector": select(
        SELECTORS, "Specify a valid number of selectors (1 to 5) for your trail", EventSelectors=[]
    ),
    "no advanced selector": select(
        SELECTORS,
        "Specify between 1 and 500 selectors for your trail.",
        AdvancedEventSelectors=[],
    ),
    "six basic selectors": select(EventSelectors=[{"ReadWriteType": "All"}] * 6),
    "an unknown ReadWriteType": select(
        SELECTORS,
        "Value read-only for ReadWriteType is invalid.",
        EventSelectors=[{"ReadWriteType": "read-only"}],
    ),
    "251 data resources": select(EventSelectors=[{"DataResources": resources(251)}]),
    "a data resource of a type that basic selectors do not know": select(
        EventSelectors=[{"DataResources": [{"Type": "AWS::SQS::Queue", "Values": []}]}]
    ),
    "a source that cannot be left out": select(
        EventSelectors=[{"ExcludeManagementEventSources": ["s3.amazonaws.com"]}]
    ),
    "an advanced selector without a category": select(
        SELECTORS,
        "The following fields are required: [eventCategory].",
        AdvancedEventSelectors=fields(OBJECTS),
    ),
    "an unknown resource type": select(
        SELECTORS,
        "The resources.type field value is not valid.",
        AdvancedEventSelectors=fields(
            DATA, {"Field": "resources.type", "Equals": ["AWS::NoSuchService::MadeUp"]}
        ),
    ),
    "data events without a type": select(AdvancedEventSelectors=fields(DATA)),
    "501 values": select(
        AdvancedEventSelectors=fields(
            DATA, OBJECTS, {"Field": "resources.ARN", "StartsWith": BUCKETS[:501]}
        )
    ),
    "an operator that the field does not have": select(
        AdvancedEventSelectors=fields(MANAGEMENT, {"Field": "readOnly", "NotEquals": ["true"]})
    ),
    "a field that management events on a trail do not have": select(
        AdvancedEventSelectors=fields(MANAGEMENT, {"Field": "eventName", "Equals": ["A"]})
    ),
    "an unknown field": select(
        AdvancedEventSelectors=fields(MANAGEMENT, {"Field": "colour", "Equals": ["red"]})
    ),
    # --- Insights
    "an unknown insight": Asked(
        "PutInsightSelectors",
        {"TrailName": "asked", "InsightSelectors": [{"InsightType": "MoodInsight"}]},
        "InvalidInsightSelectorsException",
    ),
    # --- LookupEvents
    "51 results": look("InvalidMaxResultsException", MaxResults=51),
    "two attributes": look("InvalidLookupAttributesException", LookupAttributes=[NAMED, NAMED]),
    "True instead of true": look(
        "InvalidLookupAttributesException", LookupAttributes=[by("ReadOnly", "True")]
    ),
    "an end before the start": look(
        "InvalidTimeRangeException", StartTime="2032-03-01T09:00:00Z", EndTime="2032-02-01"
    ),
    "a start in the future": look("InvalidTimeRangeException", StartTime="2033-01-01T00:00:00Z"),
    "a token from nowhere": look("InvalidNextTokenException", NextToken="bm9uc2Vuc2U="),
    "a category that is none": look("InvalidEventCategoryException", EventCategory="data"),
    # --- tags, keys, addresses
    "tags on a name": Asked(
        "AddTags",
        {"ResourceId": "asked", "TagsList": [{"Key": "a"}]},
        "CloudTrailARNInvalidException",
    ),
    "51 tags": Asked(
        "AddTags",
        {"ResourceId": ARN, "TagsList": [{"Key": f"k{n}", "Value": "v"} for n in range(51)]},
        "TagsLimitExceededException",
    ),
    "one tag twice": Asked(
        "AddTags",
        {"ResourceId": ARN, "TagsList": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]},
        "InvalidTagParameterException",
    ),
    "tags of a trail that is not there": Asked(
        "ListTags", {"ResourceIdList": [f"{ARN}-not"]}, "ResourceNotFoundException"
    ),
    "public keys of a time that ends before it begins": Asked(
        "ListPublicKeys",
        {"StartTime": "2032-03-01", "EndTime": "2032-02-01"},
        "InvalidTimeRangeException",
    ),
    "an ARN that is none": Asked(
        "GetTrail",
        {"Name": "arn:aws:cloudtrail:us-east-1:1:trail"},
        "CloudTrailARNInvalidException",
    ),
    "an event data store": Asked(
        "GetEventDataStore", {"EventDataStore": "none"}, "EventDataStoreNotFoundException"
    ),
    "a new event data store": Asked(
        "CreateEventDataStore", {"Name": "lake"}, "UnsupportedOperationException"
    ),
}


@pytest.fixture(scope="module")
def asked(serve: Callable[..., Served]) -> Iterator[tuple[Served, Cli]]:
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        account = serve(Path(folder) / "state")
        bucket(account)
        cloudtrail = account.client("cloudtrail")
        cloudtrail.create_trail(Name="asked", S3BucketName=BUCKET)
        cloudtrail.put_event_selectors(TrailName="asked", AdvancedEventSelectors=[CHOSEN])
        with cli(account) as command:
            yield account, command
        stop(account.process)


def unchecked(account: Served) -> Any:
    """A client that leaves all checking to the service, as many SDKs do."""
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


def state(account: Served) -> Any:
    cloudtrail = account.client("cloudtrail")
    tags = cloudtrail.list_tags(ResourceIdList=[ARN])["ResourceTagList"]
    chosen = cloudtrail.get_event_selectors(TrailName="asked")["AdvancedEventSelectors"]
    return cloudtrail.describe_trails()["trailList"], tags, chosen


@pytest.mark.parametrize("what", CASES)
def test_aws_refuses(what: str, asked: tuple[Served, Cli]) -> None:
    account, command = asked
    case, before = CASES[what], state(account)
    client = unchecked(account)
    method = client.meta.method_to_api_mapping
    call = getattr(client, next(name for name, api in method.items() if api == case.operation))
    with pytest.raises(ClientError) as refused:
        call(**case.params)
    told = refused.value.response["Error"]
    assert told["Code"] == case.code, told
    assert told["Message"] and case.message in (None, told["Message"])
    words = next(name for name, api in method.items() if api == case.operation).replace("_", "-")
    given = ("--cli-input-json", json.dumps(case.params), "--no-paginate")
    said = command("cloudtrail", words, *given)
    assert said.exit != 0
    assert f"({case.code}) when calling the {case.operation} operation" in said.err, said.err
    assert state(account) == before
