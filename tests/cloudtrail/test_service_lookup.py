"""LookupEvents: one attribute, a time range, pages."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cloudtrail.samples import NOON, Account, an_event


@pytest.fixture
def account() -> Account:
    account = Account()
    account.now = NOON + timedelta(hours=1)
    return account


def remember(account: Account, *names: str, **facts: Any) -> None:
    """Events a minute apart, the first at noon."""
    for minute, name in enumerate(names):
        account.history.remember(an_event(name, NOON + timedelta(minutes=minute), **facts))


def found(account: Account, **params: Any) -> list[str]:
    return [event["EventName"] for event in account.call("LookupEvents", **params)["Events"]]


def by(key: str, value: str) -> dict[str, Any]:
    return {"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]}


def test_events_come_newest_first_without_any_trail(account: Account) -> None:
    remember(account, "First", "Second", "Third")
    assert found(account) == ["Third", "Second", "First"]


def test_an_event_is_told_with_its_record(account: Account) -> None:
    event = an_event(lookup_resources=(("AWS::EC2::Instance", "i-1"),))
    account.history.remember(event)
    assert account.call("LookupEvents")["Events"] == [
        {
            "EventId": event.id,
            "EventName": "StopInstances",
            "ReadOnly": "false",
            "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
            "EventTime": NOON,
            "EventSource": "ec2.amazonaws.com",
            "Username": "learner",
            "Resources": [{"ResourceType": "AWS::EC2::Instance", "ResourceName": "i-1"}],
            "CloudTrailEvent": event.json,
        }
    ]
    assert json.loads(event.json) == event.record


def test_a_service_has_neither_user_name_nor_key(account: Account) -> None:
    remember(account, "AssumeRole", username=None, access_key_id=None)
    (event,) = account.call("LookupEvents")["Events"]
    assert not {"Username", "AccessKeyId"} & event.keys()


def test_data_events_are_never_found(account: Account) -> None:
    remember(account, "PutObject", category="Data")
    assert found(account) == []


ATTRIBUTES = [
    ("EventName", "StopInstances"),
    ("EventSource", "ec2.amazonaws.com"),
    ("ReadOnly", "false"),
    ("Username", "learner"),
    ("AccessKeyId", "AKIAIOSFODNN7EXAMPLE"),
    ("ResourceType", "AWS::EC2::Instance"),
    ("ResourceName", "i-1"),
]


@pytest.mark.parametrize(("key", "value"), ATTRIBUTES)
def test_each_attribute_finds_its_events(account: Account, key: str, value: str) -> None:
    remember(account, "StopInstances", lookup_resources=(("AWS::EC2::Instance", "i-1"),))
    others = {"source": "s3.amazonaws.com", "read_only": True}
    remember(account, "ListBuckets", username="other", access_key_id="AKIAOTHER", **others)
    assert found(account, **by(key, value)) == ["StopInstances"]


def test_an_unknown_resource_type_finds_nothing(account: Account) -> None:
    remember(account, "StopInstances")
    assert found(account, **by("ResourceType", "Other")) == []
    assert found(account, **by("ResourceName", "_" * 3000)) == []


def test_both_ends_of_the_time_range_belong_to_it(account: Account) -> None:
    remember(account, "First", "Second", "Third")
    minute = timedelta(minutes=1)
    assert found(account, StartTime=NOON, EndTime=NOON + minute) == ["Second", "First"]
    assert found(account, StartTime=NOON.replace(tzinfo=None) + 2 * minute) == ["Third"]


REFUSED = [
    ({"MaxResults": 0}, "InvalidMaxResultsException"),
    ({"MaxResults": 51}, "InvalidMaxResultsException"),
    ({"LookupAttributes": by("EventName", "a")["LookupAttributes"] * 2},
     "InvalidLookupAttributesException"),
    (by("ReadOnly", "True"), "InvalidLookupAttributesException"),
    (by("ReadOnly", "other"), "InvalidLookupAttributesException"),
    (by("eventName", "a"), "InvalidLookupAttributesException"),
    (by("EventName", ""), "InvalidLookupAttributesException"),
    ({"LookupAttributes": [{"AttributeKey": "EventName"}]}, "InvalidLookupAttributesException"),
    ({"StartTime": NOON, "EndTime": NOON - timedelta(1)}, "InvalidTimeRangeException"),
    ({"StartTime": NOON + timedelta(days=1)}, "InvalidTimeRangeException"),
    ({"NextToken": "broken"}, "InvalidNextTokenException"),
    ({"NextToken": "ÄÖ"}, "InvalidNextTokenException"),
    ({"EventCategory": "data"}, "InvalidEventCategoryException"),
    ({"EventCategory": "insight", **by("Username", "learner")},
     "InvalidLookupAttributesException"),
]  # fmt: skip


@pytest.mark.parametrize(("params", "code"), REFUSED, ids=str)
def test_a_wrong_lookup_is_refused(account: Account, params: dict[str, Any], code: str) -> None:
    assert account.refused("LookupEvents", **params).code == code


def test_insights_are_looked_up_apart(account: Account) -> None:
    remember(account, "RunInstances")
    remember(account, "RunInstances", category="Insight", id="an-insight")
    (event,) = account.call("LookupEvents", EventCategory="insight")["Events"]
    assert event["EventId"] == "an-insight"


def test_pages_join_without_gap_and_the_last_has_no_token(account: Account) -> None:
    remember(account, *(f"Call{number}" for number in range(7)))
    pages, token = [], {}
    while True:
        answer = account.call("LookupEvents", MaxResults=3, **token)
        pages.append([event["EventName"][-1] for event in answer["Events"]])
        remember(account, "New")  # at noon, and so the oldest: pages stay where they are
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert pages[:2] == [["6", "5", "4"], ["3", "2", "1"]]


def test_a_page_holds_fifty_events_at_most(account: Account) -> None:
    remember(account, *["Call"] * 51)
    answer = account.call("LookupEvents")
    assert len(answer["Events"]) == 50
    rest = account.call("LookupEvents", NextToken=answer["NextToken"])
    assert len(rest["Events"]) == 1 and "NextToken" not in rest


@pytest.mark.parametrize(
    "other",
    [by("Username", "learner"), {"StartTime": NOON}, {"EndTime": NOON}, {"region": "eu-west-1"}],
    ids=str,
)
def test_a_token_belongs_to_its_parameters(account: Account, other: dict[str, Any]) -> None:
    remember(account, "First", "Second")
    token = account.call("LookupEvents", MaxResults=1)["NextToken"]
    assert account.refused("LookupEvents", NextToken=token, **other).code == (
        "InvalidNextTokenException"
    )
    assert found(account, NextToken=token) == ["First"]


def test_each_region_has_its_own_history(account: Account) -> None:
    remember(account, "Here")
    remember(account, "There", region="eu-central-1")
    assert found(account) == ["Here"]
    assert found(account, region="eu-central-1") == ["There"]


def test_throttling_can_be_switched_on() -> None:
    account = Account(lookups_per_second=2)
    found(account), found(account)
    error = account.refused("LookupEvents")
    assert (error.code, error.message) == ("ThrottlingException", "Rate exceeded")
    account.now = NOON + timedelta(seconds=1)
    assert found(account) == []


def test_lookups_are_not_throttled_by_default(account: Account) -> None:
    assert all(found(account) == [] for _ in range(5))


def test_a_time_that_is_no_time_is_a_serialization_error(account: Account) -> None:
    error = account.refused("LookupEvents", StartTime="yesterday")
    assert error.code == "SerializationException"
    assert isinstance(account.now, datetime)
