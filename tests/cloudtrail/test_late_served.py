"""CloudTrail is late: nothing to see for a while, then records that say why."""

from __future__ import annotations

from typing import Any

import pytest

from lablib import Lab
from lablib.errors import LabError
from tests.conftest import START, Served


def names(account: Served) -> list[str]:
    return [record["eventName"] for record in account.control("events")["events"]]


@pytest.fixture
def lab(account: Served) -> Lab:
    return Lab.join(account.state)


def test_a_late_event_says_why_and_keeps_its_own_time(account: Served, lab: Lab) -> None:
    account.client("ec2").describe_vpcs()
    assert lab.be_late(minutes=30) == "2032-03-01T10:30:00.000Z"
    account.client("iam").create_user(UserName="late")
    account.advance(minutes=29)
    assert names(account) == ["DescribeVpcs"]
    account.advance(minutes=1)
    late, punctual = account.control("events")["events"]
    assert late["eventName"] == "CreateUser" and "addendum" not in punctual
    assert late["addendum"] == {"reason": "DELIVERY_DELAY"}
    assert late["eventTime"] == START
    account.client("iam").delete_user(UserName="late")
    assert "addendum" not in account.control("events", limit=1)["events"][0]


def test_event_history_shows_a_late_event_with_its_addendum(account: Served, lab: Lab) -> None:
    lab.be_late(minutes=5, reason="SERVICE_OUTAGE")
    account.client("iam").create_user(UserName="late")
    account.advance(minutes=6)
    cloudtrail = account.client("cloudtrail")
    asked: list[Any] = [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    (found,) = cloudtrail.lookup_events(LookupAttributes=asked)["Events"]
    assert '"addendum":{"reason":"SERVICE_OUTAGE"}' in found["CloudTrailEvent"]
    assert lab.event(found["EventId"]).explain().lines()[-1].field == "addendum"


def test_it_is_late_once_at_a_time_and_for_reasons_that_aws_has(lab: Lab) -> None:
    with pytest.raises(LabError, match="reason is DELIVERY_DELAY or SERVICE_OUTAGE"):
        lab.be_late(minutes=5, reason="UPDATED_DATA")
    with pytest.raises(LabError, match="up to a day"):
        lab.be_late(days=2)
    lab.be_late(minutes=5)
    with pytest.raises(LabError, match="held up already, until 2032-03-01T10:05:00"):
        lab.be_late(minutes=5)


def test_a_killed_account_is_still_late(account: Served, lab: Lab, serve: Any) -> None:
    lab.be_late(minutes=30)
    account.client("iam").create_user(UserName="late")
    account.process.kill()
    account.process.wait()
    again = serve(account.state)
    assert names(again) == []
    again.advance(minutes=30)
    (record,) = again.control("events")["events"]
    assert record["addendum"] == {"reason": "DELIVERY_DELAY"}
