"""What programs that were tried against moto or AWS expect of trails, over HTTP.

The cases are those that moto's own public tests of CloudTrail cover and that AWS shares, in words
and code of our own; where moto and AWS differ, AWS's way stands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloudtrail.test_regions_served import ACCOUNT, BUCKET, HOME, SECOND, bucket
from tests.conftest import Served

TOPIC = f"arn:aws:sns:{HOME}:{ACCOUNT}:moto-topic"


@pytest.fixture(scope="module")
def base(shared_account: Served) -> Served:
    names = [one["Name"] for one in shared_account.client("s3").list_buckets()["Buckets"]]
    if BUCKET not in names:
        bucket(shared_account)
    sns = shared_account.client("sns")
    sns.create_topic(Name="moto-topic")
    statement = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":'
        '"cloudtrail.amazonaws.com"},"Action":"SNS:Publish","Resource":"*"}]}'
    )
    sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="Policy", AttributeValue=statement)
    return shared_account


@pytest.fixture
def trails(base: Served) -> Iterator[Any]:
    """A client; every trail that a test makes at home is deleted after it."""
    client = base.client("cloudtrail")
    yield client
    for region in (HOME, SECOND):
        there = base.client("cloudtrail", region)
        for one in there.describe_trails(includeShadowTrails=False)["trailList"]:
            there.delete_trail(Name=one["TrailARN"])


def error(call: Any, **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**params)
    told = refused.value.response["Error"]
    return told["Code"], told["Message"]


def arn(name: str, region: str = HOME) -> str:
    return f"arn:aws:cloudtrail:{region}:{ACCOUNT}:trail/{name}"


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in answer.items() if member != "ResponseMetadata"}


NAMES = {
    "a": "Trail name too short. Minimum allowed length: 3 characters. "
    "Specified name length: 1 characters.",
    "aa": "Trail name too short. Minimum allowed length: 3 characters. "
    "Specified name length: 2 characters.",
    "a" * 129: "Trail name too long. Maximum allowed length: 128 characters. "
    "Specified name length: 129 characters.",
    "trail!": "Trail name must ends with a letter or number.",
    "-trail": "Trail name must starts with a letter or number.",
    "my#trail": "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, "
    "periods (.), hyphens (-), and underscores (_).",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_against_the_rules_is_refused_in_aws_s_words(name: str, trails: Any) -> None:
    said = ("InvalidTrailNameException", NAMES[name])
    assert error(trails.create_trail, Name=name, S3BucketName=BUCKET) == said
    assert error(trails.get_trail, Name=name) == said
    assert error(trails.get_trail_status, Name=name) == said


def test_a_plain_trail_answers_with_its_settings_and_nothing_unset(trails: Any) -> None:
    assert plain(trails.create_trail(Name="plain", S3BucketName=BUCKET)) == {
        "Name": "plain",
        "S3BucketName": BUCKET,
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": False,
        "TrailARN": arn("plain"),
        "LogFileValidationEnabled": False,
        "IsOrganizationTrail": False,
        "RecursiveLogging": True,
    }


FULL = {
    "S3KeyPrefix": "s3kp",
    "SnsTopicName": "moto-topic",
    "IncludeGlobalServiceEvents": True,
    "IsMultiRegionTrail": True,
    "EnableLogFileValidation": True,
}


def test_a_full_trail_answers_with_all_its_settings_and_has_its_tags(trails: Any) -> None:
    tags = [{"Key": "tk", "Value": "tv"}, {"Key": "tk2", "Value": "tv2"}]
    made = plain(trails.create_trail(Name="full", S3BucketName=BUCKET, TagsList=tags, **FULL))
    assert made["S3KeyPrefix"] == "s3kp" and made["IsMultiRegionTrail"] is True
    assert (made["SnsTopicName"], made["SnsTopicARN"]) == ("moto-topic", TOPIC)
    assert made["LogFileValidationEnabled"] is True
    (listed,) = trails.list_tags(ResourceIdList=[arn("full")])["ResourceTagList"]
    assert listed == {"ResourceId": arn("full"), "TagsList": tags}


def test_a_second_trail_of_that_name_is_refused_and_a_missing_one_cannot_be_deleted(
    trails: Any,
) -> None:
    trails.create_trail(Name="once", S3BucketName=BUCKET)
    assert error(trails.create_trail, Name="once", S3BucketName=BUCKET) == (
        "TrailAlreadyExistsException",
        f"Trail once already exists for customer: {ACCOUNT}",
    )
    trails.delete_trail(Name="once")
    code, message = error(trails.delete_trail, Name="once")
    assert code == "TrailNotFoundException"
    assert message == f"Unknown trail: {arn('once')} for the user: {ACCOUNT}"


@pytest.mark.parametrize("operation", ["get_trail", "get_trail_status", "start_logging"])
def test_an_unknown_trail_is_told_as_aws_tells_it(operation: str, trails: Any) -> None:
    """GetTrail tells the name (observed)."""
    told = "unknown" if operation == "get_trail" else arn("unknown")
    said = ("TrailNotFoundException", f"Unknown trail: {told} for the user: {ACCOUNT}")
    assert error(getattr(trails, operation), Name="unknown") == said
    assert error(getattr(trails, operation), Name=arn("unknown")) == said


def test_name_and_arn_mean_the_same_trail(trails: Any) -> None:
    trails.create_trail(Name="both", S3BucketName=BUCKET)
    by_name, by_arn = (trails.get_trail(Name=n)["Trail"] for n in ("both", arn("both")))
    assert by_name == by_arn and by_name["HomeRegion"] == HOME
    assert by_name["HasCustomEventSelectors"] is False
    assert by_name["HasInsightSelectors"] is False


def test_the_status_goes_from_never_to_on_to_off(trails: Any) -> None:
    trails.create_trail(Name="status", S3BucketName=BUCKET)
    never = plain(trails.get_trail_status(Name="status"))
    assert never.pop("IsLogging") is False and set(never.values()) == {""}
    trails.start_logging(Name="status")
    trails.start_logging(Name=arn("status"))
    on = trails.get_trail_status(Name="status")
    assert on["IsLogging"] is True and "StopLoggingTime" not in on
    assert f"{on['StartLoggingTime']:%Y-%m-%dT%H:%M:%SZ}" == on["TimeLoggingStarted"]
    trails.stop_logging(Name="status")
    off = trails.get_trail_status(Name="status")
    assert off["IsLogging"] is False and off["StopLoggingTime"] >= off["StartLoggingTime"]
    assert off["TimeLoggingStopped"] != ""


def test_trails_are_listed_and_described_with_and_without_shadows(
    base: Served, trails: Any
) -> None:
    away = base.client("cloudtrail", SECOND)
    trails.create_trail(Name="local", S3BucketName=BUCKET)
    trails.create_trail(Name="wide", S3BucketName=BUCKET, IsMultiRegionTrail=True)
    away.create_trail(Name="there", S3BucketName=BUCKET)
    seen = {one["Name"] for one in trails.describe_trails()["trailList"]}
    assert seen == {"local", "wide"}
    assert {one["Name"] for one in away.describe_trails()["trailList"]} == {"wide", "there"}
    mine = away.describe_trails(includeShadowTrails=False)["trailList"]
    assert [one["Name"] for one in mine] == ["there"]
    listed = trails.list_trails()["Trails"]
    assert {(one["Name"], one["HomeRegion"]) for one in listed} == {
        ("local", HOME),
        ("wide", HOME),
        ("there", SECOND),
    }
    named = trails.describe_trails(trailNameList=["local"])["trailList"]
    assert [one["TrailARN"] for one in named] == [arn("local")]


def test_an_update_changes_what_it_names_and_keeps_the_rest(trails: Any) -> None:
    trails.create_trail(Name="changed", S3BucketName=BUCKET)
    kept = plain(trails.update_trail(Name="changed"))
    assert kept["IsMultiRegionTrail"] is False and "S3KeyPrefix" not in kept
    changed = plain(trails.update_trail(Name="changed", **FULL))
    assert changed["S3KeyPrefix"] == "s3kp" and changed["SnsTopicARN"] == TOPIC
    found = trails.get_trail(Name="changed")["Trail"]
    assert {k: found[k] for k in changed} == changed
    cleared = plain(trails.update_trail(Name="changed", SnsTopicName="", S3KeyPrefix=""))
    assert not {"SnsTopicName", "SnsTopicARN", "S3KeyPrefix"} & set(cleared)


def test_tags_are_added_replaced_listed_and_removed(trails: Any) -> None:
    trails.create_trail(Name="tagged", S3BucketName=BUCKET)
    where = {"ResourceId": arn("tagged")}

    def tags() -> dict[str, str]:
        (found,) = trails.list_tags(ResourceIdList=[arn("tagged")])["ResourceTagList"]
        return {tag["Key"]: tag["Value"] for tag in found["TagsList"]}

    assert tags() == {}
    trails.add_tags(**where, TagsList=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    trails.add_tags(**where, TagsList=[{"Key": "b", "Value": "3"}])
    assert tags() == {"a": "1", "b": "3"}
    trails.remove_tags(**where, TagsList=[{"Key": "a"}])
    assert tags() == {"b": "3"}


BASIC = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::things/"]}],
    "ExcludeManagementEventSources": [],
}
ADVANCED = {
    "Name": "objects",
    "FieldSelectors": [
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "eventCategory", "Equals": ["Data"]},
    ],
}


def test_selectors_begin_as_aws_s_default_and_one_kind_replaces_the_other(trails: Any) -> None:
    trails.create_trail(Name="chosen", S3BucketName=BUCKET)
    default = {**BASIC, "DataResources": []}
    found = trails.get_event_selectors(TrailName="chosen")
    assert found["EventSelectors"] == [default] and "AdvancedEventSelectors" not in found
    put = trails.put_event_selectors(TrailName="chosen", EventSelectors=[BASIC])
    assert plain(put) == {"TrailARN": arn("chosen"), "EventSelectors": [BASIC]}
    assert trails.get_trail(Name="chosen")["Trail"]["HasCustomEventSelectors"] is True
    put = trails.put_event_selectors(TrailName="chosen", AdvancedEventSelectors=[ADVANCED])
    assert put["AdvancedEventSelectors"] == [ADVANCED]
    found = plain(trails.get_event_selectors(TrailName=arn("chosen")))
    fields = [one["Field"] for one in found["AdvancedEventSelectors"][0]["FieldSelectors"]]
    assert "EventSelectors" not in found and fields == sorted(fields)
    trails.put_event_selectors(TrailName="chosen", EventSelectors=[default])
    found = trails.get_event_selectors(TrailName="chosen")
    assert found["EventSelectors"] == [default] and "AdvancedEventSelectors" not in found


def test_insights_are_off_until_they_are_chosen(trails: Any) -> None:
    trails.create_trail(Name="watched", S3BucketName=BUCKET)
    assert error(trails.get_insight_selectors, TrailName="watched") == (
        "InsightNotEnabledException",
        "Trail ARN does not have Insights enabled. Edit the trail settings to enable Insights, "
        "and then try the operation again.",
    )
    chosen = [{"InsightType": "ApiCallRateInsight"}]
    put = trails.put_insight_selectors(TrailName="watched", InsightSelectors=chosen)
    assert put["TrailARN"] == arn("watched")
    (found,) = trails.get_insight_selectors(TrailName=arn("watched"))["InsightSelectors"]
    assert found["InsightType"] == "ApiCallRateInsight"
    assert trails.get_trail(Name="watched")["Trail"]["HasInsightSelectors"] is True
    trails.put_insight_selectors(TrailName="watched", InsightSelectors=[])
    assert error(trails.get_insight_selectors, TrailName="watched")[0] == (
        "InsightNotEnabledException"
    )
