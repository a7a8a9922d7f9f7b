"""botocore's model as referee: every operation has an answer of the modelled shape, or an error
that the model knows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.validate import ParamValidator

from lablib.cloudtrail.errors import CloudTrailError
from lablib.cloudtrail.service import OPERATIONS
from lablib.cloudtrail.service.shapes import service_model
from tests.cloudtrail.samples import NOON, Account, an_event
from tests.fakes import TOPIC_ARN, allow_service, policy

MODEL = service_model()
S3 = {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}
ADVANCED = [{"Name": "x", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, S3]}]
INSIGHTS = [{"InsightType": "ApiErrorRateInsight"}]
AGGREGATIONS = [{"Templates": ["API_ACTIVITY"], "EventCategory": "Data"}]

# A walk through the API; each answer is held against the model.
WALK: list[tuple[str, dict[str, Any]]] = [
    ("CreateTrail", {"Name": "watch", "S3BucketName": "logs", "SnsTopicName": "deliveries"}),
    ("PutInsightSelectors", {"TrailName": "watch", "InsightSelectors": INSIGHTS}),
    ("GetInsightSelectors", {"TrailName": "watch"}),
    ("PutEventSelectors", {"TrailName": "watch", "EventSelectors": [{}]}),
    ("GetEventSelectors", {"TrailName": "watch"}),
    ("PutEventSelectors", {"TrailName": "watch", "AdvancedEventSelectors": ADVANCED}),
    ("GetEventSelectors", {"TrailName": "watch"}),
    ("PutEventConfiguration", {"TrailName": "watch", "AggregationConfigurations": AGGREGATIONS}),
    ("GetEventConfiguration", {"TrailName": "watch"}),
    ("UpdateTrail", {"Name": "watch", "IsMultiRegionTrail": True}),
    ("GetTrail", {"Name": "watch"}),
    ("DescribeTrails", {}),
    ("ListTrails", {}),
    ("StartLogging", {"Name": "watch"}),
    ("GetTrailStatus", {"Name": "watch"}),
    ("LookupEvents", {"MaxResults": 1}),
    ("ListPublicKeys", {}),
    ("ListChannels", {}),
    ("ListDashboards", {}),
    ("ListEventDataStores", {}),
    ("ListImports", {}),
    ("StopLogging", {"Name": "watch"}),
    ("DeleteTrail", {"Name": "watch"}),
]


class Key:
    value = b"DER"
    start, end = NOON - timedelta(days=1), NOON + timedelta(days=1)
    fingerprint = "67b9fa73676d86966b449dd677850753"


class Keys:
    def public_keys(self, region: str, start: datetime, end: datetime) -> list[Key]:
        return [Key()] if start <= Key.end and end >= Key.start else []


def account_with_events() -> Account:
    account = Account(keys=Keys())
    account.world.topics[TOPIC_ARN] = policy(allow_service("sns:Publish", "*"))
    for _ in range(2):
        account.history.remember(an_event(lookup_resources=(("AWS::EC2::Instance", "i-1"),)))
    return account


def test_every_answer_has_the_shape_of_the_model() -> None:
    account = account_with_events()
    for operation, params in WALK:
        answer = account.call(operation, **params)
        output = MODEL.operation_model(operation).output_shape
        report = ParamValidator().validate(answer, output)
        assert not report.has_errors(), f"{operation}: {report.generate_report()}"


def test_every_operation_of_the_model_has_a_handler() -> None:
    assert set(OPERATIONS) == set(MODEL.operation_names)


FILLED: dict[str, Any] = {
    "Name": "not-there",
    "TrailName": "not-there",
    "ResourceId": "arn:aws:cloudtrail:us-east-1:123456789012:trail/not-there",
    "ResourceArn": "arn:aws:cloudtrail:us-east-1:123456789012:trail/not-there",
    "ResourceIdList": ["arn:aws:cloudtrail:us-east-1:123456789012:trail/not-there"],
    "InsightType": "ApiCallRateInsight",
    "DataType": "InsightsEvents",
    "Source": "Custom",
    "TagsList": [],
    "QueryStatus": "FINISHED",
}


def filled(operation: str) -> dict[str, Any]:
    """The required members, with something in each."""
    shape = MODEL.operation_model(operation).input_shape
    return {
        name: FILLED.get(name, something(shape.members[name])) for name in shape.required_members
    }


def something(shape: Any) -> Any:
    if shape.type_name == "list":
        return [something(shape.member)] * shape.metadata.get("min", 1)
    if shape.type_name == "structure":
        return {name: something(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "string":
        return (shape.enum or ["something-of-some-length-0123456789"])[0]
    return {"integer": 1, "boolean": True, "timestamp": NOON, "map": {}}[shape.type_name]


@pytest.mark.parametrize("operation", sorted(MODEL.operation_names))
def test_a_call_without_anything_there_is_answered_or_refused_as_modelled(operation: str) -> None:
    modelled = {shape.name for shape in MODEL.operation_model(operation).error_shapes}
    assert code_of(operation) in modelled | {"answered"}


def code_of(operation: str) -> str:
    try:
        Account().call(operation, **filled(operation))
    except CloudTrailError as error:
        return error.code if error.message and error.status == 400 else "nothing said"
    return "answered"


LAKE = ["CreateEventDataStore", "StartQuery", "CreateDashboard"]


@pytest.mark.parametrize("operation", LAKE)
def test_lake_says_that_it_is_closed(operation: str) -> None:
    error = Account().refused(operation, **filled(operation))
    assert error.code == "UnsupportedOperationException"
    assert error.message == (
        f"{operation} is not simulated by the lab. "
        "CloudTrail Lake is closed to new customers since 2026-05-31."
    )


def test_a_trail_has_no_resource_policy() -> None:
    account = Account()
    arn = account.create()
    assert account.refused("GetResourcePolicy", ResourceArn=arn).code == (
        "ResourceTypeNotSupportedException"
    )
    dashboard = arn.replace("trail/", "dashboard/")
    for operation in ("GetResourcePolicy", "DeleteResourcePolicy"):
        assert account.refused(operation, ResourceArn=dashboard).code == "ResourceNotFoundException"
    error = account.refused("PutResourcePolicy", ResourceArn="abc", ResourcePolicy="{}")
    assert error.code == "ResourceARNNotValidException"


def test_public_keys_are_those_of_the_time_asked_for() -> None:
    account = account_with_events()
    (key,) = account.call("ListPublicKeys")["PublicKeyList"]
    assert key["Value"] == b"DER" and key["Fingerprint"] == Key.fingerprint
    later = NOON + timedelta(days=9)
    assert not account.call("ListPublicKeys", StartTime=later, EndTime=later)["PublicKeyList"]
    error = account.refused("ListPublicKeys", StartTime=later, EndTime=NOON)
    assert error.code == "InvalidTimeRangeException"
    assert account.call("ListPublicKeys", NextToken="ignored")["PublicKeyList"]
