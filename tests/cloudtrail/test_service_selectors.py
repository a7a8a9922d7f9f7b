"""PutEventSelectors, PutInsightSelectors, PutEventConfiguration and their counterparts."""

from __future__ import annotations

from typing import Any

import pytest

from lablib.cloudtrail.selectors import match
from tests.cloudtrail.samples import ACCOUNT, REGION, Account, an_event
from tests.fakes import TOPIC_ARN, allow_service, policy

ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/watch"
DEFAULT = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}
MANAGEMENT = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}


@pytest.fixture
def account() -> Account:
    account = Account()
    account.create()
    return account


def put(account: Account, **params: Any) -> Any:
    return account.call("PutEventSelectors", TrailName="watch", **params)


def get(account: Account) -> Any:
    return account.call("GetEventSelectors", TrailName="watch")


def refused(account: Account, **params: Any) -> str:
    """The message with which the selectors were refused."""
    error = account.refused("PutEventSelectors", TrailName="watch", **params)
    assert error.code == "InvalidEventSelectorsException"
    return error.message


def fields(*given: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"FieldSelectors": list(given)}]


def data(*given: dict[str, Any], kind: str = "AWS::S3::Object") -> list[dict[str, Any]]:
    first = {"Field": "eventCategory", "Equals": ["Data"]}
    return fields(first, {"Field": "resources.type", "Equals": [kind]}, *given)


def test_a_new_trail_has_the_default_selector(account: Account) -> None:
    assert get(account) == {"TrailARN": ARN, "EventSelectors": [DEFAULT]}


def test_basic_selectors_are_shown_with_their_defaults(account: Account) -> None:
    answer = put(account, EventSelectors=[{"ReadWriteType": "WriteOnly"}])
    assert answer == {"TrailARN": ARN, "EventSelectors": [DEFAULT | {"ReadWriteType": "WriteOnly"}]}
    assert get(account) == answer
    assert account.delivery.told == [("updated", "watch")]


def test_only_other_selectors_than_the_default_are_custom(account: Account) -> None:
    put(account, EventSelectors=[DEFAULT])
    assert not account.call("GetTrail", Name="watch")["Trail"]["HasCustomEventSelectors"]
    put(account, EventSelectors=[{"ReadWriteType": "ReadOnly"}])
    assert account.call("GetTrail", Name="watch")["Trail"]["HasCustomEventSelectors"]


def test_put_echoes_the_fields_in_order_and_get_sorts_them(account: Account) -> None:
    sent = data({"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::hana/"]})
    sent[0]["Name"] = "objects"
    assert put(account, AdvancedEventSelectors=sent)["AdvancedEventSelectors"] == sent
    shown = get(account)["AdvancedEventSelectors"][0]["FieldSelectors"]
    assert [one["Field"] for one in shown] == ["eventCategory", "resources.ARN", "resources.type"]


def test_one_kind_of_selectors_takes_the_place_of_the_other(account: Account) -> None:
    put(account, AdvancedEventSelectors=[MANAGEMENT])
    assert "EventSelectors" not in get(account)
    put(account, EventSelectors=[{}])
    assert get(account) == {"TrailARN": ARN, "EventSelectors": [DEFAULT]}


def test_new_selectors_decide_at_once(account: Account) -> None:
    account.call("StartLogging", Name="watch")
    put(account, EventSelectors=[{"ReadWriteType": "ReadOnly"}])
    trail = account.trails.get(ARN)
    assert trail and not match(trail, an_event()).taken


def values(*given: str, kind: str = "AWS::S3::Object") -> list[dict[str, Any]]:
    return [{"DataResources": [{"Type": kind, "Values": list(given)}]}]


LAMBDA, TABLE = "AWS::Lambda::Function", "AWS::DynamoDB::Table"
GOOD = [
    values("arn:aws:s3", "arn:aws:s3:::", "arn:aws:s3:::hana/", "arn:aws:s3:::hana/backup"),
    values("arn:aws:lambda", kind=LAMBDA),
    values(f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:backup", kind=LAMBDA),
    values("arn:aws:dynamodb", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t", kind=TABLE),
    values(),
    [{"ExcludeManagementEventSources": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}],
]


@pytest.mark.parametrize("selectors", GOOD)
def test_valid_basic_selectors_come_back_as_they_were_sent(
    account: Account, selectors: list[dict[str, Any]]
) -> None:
    put(account, EventSelectors=selectors)
    assert get(account)["EventSelectors"] == [DEFAULT | selectors[0]]


BAD = [
    ([], "Specify a valid number of selectors (1 to 5) for your trail"),
    ([{}] * 6, "Specify a valid number of selectors (1 to 5) for your trail"),
    ([{"ReadWriteType": "read-only"}], "Value read-only for ReadWriteType is invalid."),
    (values("arn:aws:s3:::*"), "Value arn:aws:s3:::* for DataResources.Values is invalid."),
    (values("arn:aws:s3:::hana"), "Value arn:aws:s3:::hana for DataResources.Values is invalid."),
    (
        values("arn:aws:lambda:*", kind=LAMBDA),
        "Value arn:aws:lambda:* for DataResources.Values is invalid.",
    ),
    (
        values("arn:aws:sqs", kind="AWS::SQS::Queue"),
        "Value AWS::SQS::Queue for DataResources.Type is invalid.",
    ),
    (
        values(*(f"arn:aws:s3:::hana/{number}" for number in range(251))),
        "Specify a valid number of DataResources.Values (0 to 250) for all your selectors",
    ),
    (
        [{"ExcludeManagementEventSources": ["ec2.amazonaws.com"]}],
        "Value ec2.amazonaws.com for ExcludeManagementEventSources is invalid.",
    ),
]


@pytest.mark.parametrize(("selectors", "message"), BAD)
def test_basic_selectors_are_refused_in_awss_words(
    account: Account, selectors: list[dict[str, Any]], message: str
) -> None:
    assert refused(account, EventSelectors=selectors) == message


def test_both_kinds_at_once_are_refused(account: Account) -> None:
    message = refused(account, EventSelectors=[{}], AdvancedEventSelectors=[MANAGEMENT])
    assert message.endswith("EventSelectors or AdvancedEventSelectors, but not both.")


def test_no_kind_at_all_is_refused(account: Account) -> None:
    assert "1 to 5" in refused(account)


EVENT = {"Field": "eventCategory", "Equals": ["Management"]}
BAD_ADVANCED = [
    ([], "Specify between 1 and 500 selectors for your trail."),
    (fields({"Field": "readOnly", "Equals": ["true"]}),
     "The following fields are required: [eventCategory]."),
    (fields({"Field": "eventCategory", "Equals": ["Data"]}),
     "The following fields are required: [resources.type]."),
    (fields({"Field": "eventCategory", "Equals": ["NetworkActivity"]}),
     "The following fields are required: [eventSource]."),
    (fields({"Field": "eventCategory", "Equals": ["ConfigurationItem"]}),
     "The eventCategory field value is not valid."),
    (data(kind="AWS::NoSuchService::MadeUp"), "The resources.type field value is not valid."),
    (data(kind="AWS::IAM::Role"), "The resources.type field value is not valid."),
    (data({"Field": "readOnly", "Equals": ["yes"]}), "The readOnly field value is not valid."),
    (data({"Field": "readOnly", "NotEquals": ["true"]}),
     "The NotEquals operator is not valid for the readOnly field."),
    (data({"Field": "eventName"}), "Specify at least one operator for the eventName field."),
    (data({"Field": "resources.type", "Equals": ["AWS::SQS::Queue"]}),
     "Specify exactly one value for the resources.type field."),
    (fields(EVENT, {"Field": "eventName", "Equals": ["RunInstances"]}),
     "The eventName field is not valid for the Management event category of a trail."),
    (fields(EVENT, {"Field": "eventSource", "Equals": ["kms.amazonaws.com"]}),
     "The Equals operator is not valid for the eventSource field."),
    (fields(EVENT, {"Field": "eventSource", "NotEquals": ["ec2.amazonaws.com"]}),
     "The eventSource field value is not valid."),
    (data({"Field": "resources.ARN", "StartsWith": [f"arn:{n}" for n in range(499)]}),
     "Specify at most 500 values for all conditions of all your selectors."),
]  # fmt: skip


@pytest.mark.parametrize(("selectors", "message"), BAD_ADVANCED)
def test_advanced_selectors_are_refused_with_a_reason(
    account: Account, selectors: list[dict[str, Any]], message: str
) -> None:
    assert refused(account, AdvancedEventSelectors=selectors) == message


def test_500_values_are_allowed(account: Account) -> None:
    arns = [f"arn:aws:s3:::bucket-{number}/" for number in range(498)]
    put(account, AdvancedEventSelectors=data({"Field": "resources.ARN", "StartsWith": arns}))


@pytest.mark.parametrize(
    "selector",
    [
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": []}]},
        {"FieldSelectors": []},
        {"Name": "x" * 1001, "FieldSelectors": MANAGEMENT["FieldSelectors"]},
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["x" * 2049]}]},
        {"FieldSelectors": [{"Equals": ["Data"]}]},
    ],
)
def test_the_models_constraints_hold_for_selectors(
    account: Account, selector: dict[str, Any]
) -> None:
    assert "failed to satisfy constraint" in refused(account, AdvancedEventSelectors=[selector])


# --- Insights ----------------------------------------------------------------------------------


def test_insights_are_asked_for_and_shown(account: Account) -> None:
    error = account.refused("GetInsightSelectors", TrailName="watch")
    assert error.code == "InsightNotEnabledException"
    asked = [{"InsightType": "ApiCallRateInsight"}]
    account.call("PutInsightSelectors", TrailName="watch", InsightSelectors=asked)
    assert account.call("GetInsightSelectors", TrailName=ARN) == {
        "TrailARN": ARN,
        "InsightSelectors": [
            {"InsightType": "ApiCallRateInsight", "EventCategories": ["Management"]}
        ],
    }
    assert account.call("GetTrail", Name="watch")["Trail"]["HasInsightSelectors"] is True
    account.call("PutInsightSelectors", TrailName="watch", InsightSelectors=[])
    assert account.call("GetTrail", Name="watch")["Trail"]["HasInsightSelectors"] is False


def test_asking_for_insights_tries_their_own_folder(account: Account) -> None:
    asked = [{"InsightType": "ApiCallRateInsight"}]
    account.call("PutInsightSelectors", TrailName="watch", InsightSelectors=asked)
    assert account.world.puts[-1].key.endswith("/CloudTrail-Insight/")


def test_insights_need_a_trail_that_logs_what_they_watch(account: Account) -> None:
    put(account, EventSelectors=[{"ReadWriteType": "ReadOnly"}])
    rate, errors = ({"InsightType": f"Api{kind}RateInsight"} for kind in ("Call", "Error"))
    error = account.refused("PutInsightSelectors", TrailName="watch", InsightSelectors=[rate])
    assert error.code == "InvalidInsightSelectorsException"
    assert account.call("PutInsightSelectors", TrailName="watch", InsightSelectors=[errors])
    on_data = [rate | {"EventCategories": ["Data"]}]
    error = account.refused("PutInsightSelectors", TrailName="watch", InsightSelectors=on_data)
    assert error.code == "InvalidInsightSelectorsException"
    put(account, AdvancedEventSelectors=data())
    assert account.call("PutInsightSelectors", TrailName="watch", InsightSelectors=on_data)


def test_an_unknown_insight_type_is_refused(account: Account) -> None:
    error = account.refused(
        "PutInsightSelectors", TrailName="watch", InsightSelectors=[{"InsightType": "Other"}]
    )
    assert error.code == "InvalidInsightSelectorsException"


def test_insights_are_admitted_by_the_bucket_policy(account: Account) -> None:
    account.world.bucket_policies["logs"] = None
    asked = [{"InsightType": "ApiErrorRateInsight"}]
    error = account.refused("PutInsightSelectors", TrailName="watch", InsightSelectors=asked)
    assert error.code == "InsufficientS3BucketPolicyException"


def test_insights_publish_no_validation_message(account: Account) -> None:
    account.world.topics[TOPIC_ARN] = policy(allow_service("sns:Publish", "*"))
    account.call("UpdateTrail", Name="watch", SnsTopicName="deliveries")
    before = list(account.world.messages)
    asked = [{"InsightType": "ApiErrorRateInsight"}]
    account.call("PutInsightSelectors", TrailName="watch", InsightSelectors=asked)
    assert account.world.messages == before


# --- event configuration -----------------------------------------------------------------------


def test_an_event_configuration_is_kept(account: Account) -> None:
    asked = [{"Templates": ["API_ACTIVITY", "USER_ACTIONS"], "EventCategory": "Data"}]
    given = {"TrailName": "watch", "AggregationConfigurations": asked}
    answer = {"TrailARN": ARN, "AggregationConfigurations": asked}
    assert account.call("PutEventConfiguration", **given) == answer
    assert account.call("GetEventConfiguration", TrailName="watch") == answer


def test_what_is_for_event_data_stores_is_not_for_trails(account: Account) -> None:
    error = account.refused("PutEventConfiguration", TrailName="watch", MaxEventSize="Large")
    assert error.code == "InvalidParameterCombinationException"
    error = account.refused("GetEventConfiguration", EventDataStore="abc")
    assert error.code == "EventDataStoreNotFoundException"
