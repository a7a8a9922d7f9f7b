"""Alarms as a learner sees them: the pictures agree with AWS's APIs and with the mail; what cannot
work is said, and never stops the clock."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lablib import LabError
from lablib.lab import Lab
from tests.conftest import Served

RECIPE = {
    "Namespace": "SAP",
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
}


@pytest.fixture(scope="module")
def lab(serve: Callable[..., Served]) -> Iterator[Lab]:
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        yield Lab.join(serve(Path(folder) / "state").state)


def measure(lab: Lab, metric: str, value: float = 1) -> None:
    data = [{"MetricName": metric, "Value": value}]
    lab.client("cloudwatch").put_metric_data(Namespace="SAP", MetricData=data)


def watch(lab: Lab, name: str, **more: Any) -> None:
    given: dict[str, Any] = {"AlarmName": name, "MetricName": name, **RECIPE, **more}
    lab.client("cloudwatch").put_metric_alarm(**given)


def history(lab: Lab, name: str, kind: str) -> list[dict[str, Any]]:
    """Oldest first."""
    found: list[dict[str, Any]] = lab.client("cloudwatch").describe_alarm_history(
        AlarmName=name, HistoryItemType=kind, ScanBy="TimestampAscending"
    )["AlarmHistoryItems"]
    return found


def test_chart_history_and_mail_tell_the_same_times(lab: Lab) -> None:
    topic = lab.client("sns").create_topic(Name="times")["TopicArn"]
    for protocol in ("email", "email-json"):
        lab.client("sns").subscribe(TopicArn=topic, Protocol=protocol, Endpoint="a@example.com")
    lab.inbox().confirm()
    watch(lab, "times", TreatMissingData="notBreaching", AlarmActions=[topic], OKActions=[topic])
    lab.clock.advance(minutes=7, seconds=13)
    measure(lab, "times")
    lab.clock.advance(minutes=40)

    table = lab.alarm("times").table
    updates = history(lab, "times", "StateUpdate")
    assert list(table["Time"])[1:] == [item["Timestamp"] for item in updates]
    assert list(table["State"]) == ["INSUFFICIENT_DATA", "OK", "ALARM", "OK"]
    assert list(table["Notified"]) == ["nobody", "times", "times", "times"]
    for item, reason in zip(updates, list(table["Reason"])[1:], strict=True):
        assert json.loads(item["HistoryData"])["newState"]["stateReason"] == reason

    mails = [mail for mail in reversed(lab.inbox().mails) if mail.kind == "alarm"]
    assert [mail.time for mail in mails] == [t for t in list(table["Time"])[1:] for _ in range(2)]
    messages = [json.loads(json.loads(m.body)["Message"]) for m in mails if m.body[0] == "{"]
    changed = [
        datetime.strptime(message["StateChangeTime"], "%Y-%m-%dT%H:%M:%S.%f%z")
        for message in messages
    ]
    assert changed == list(table["Time"])[1:]
    light = lab.alarms("times").table.iloc[0]
    assert (light["Since"], light["State"]) == (changed[-1], "○ OK")


def test_looking_leaves_no_event(lab: Lab) -> None:
    watch(lab, "looked-at")
    before = list(lab.events(limit=500)["Event ID"])
    assert lab.alarm("looked-at").png() and lab.alarms().png()
    assert list(lab.events(limit=500)["Event ID"]) == before


def test_an_alarm_on_a_metric_that_never_comes_waits_and_the_clock_goes_on(lab: Lab) -> None:
    watch(lab, "never")
    start, began = lab.clock.now, time.monotonic()
    lab.clock.advance(days=20)
    assert lab.clock.now >= start + timedelta(days=20)
    assert time.monotonic() - began < 20
    chart = lab.alarm("never", minutes=60)
    assert list(chart.table["State"]) == ["INSUFFICIENT_DATA"]
    assert "No data point in this time" in chart.alt
    assert history(lab, "never", "StateUpdate") == []
    assert lab.alarms("never").table["Reason"].iloc[0] == "Unchecked: Initial alarm creation"


def test_a_topic_that_refuses_stands_in_history_and_picture_and_stops_nothing(lab: Lab) -> None:
    sns = lab.client("sns")
    topic = sns.create_topic(Name="closed")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="closed@example.com")
    lab.inbox(to="closed@example.com").confirm()
    only_root = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "sns:Publish",
        "Resource": topic,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [only_root]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    gone = f"{topic}-and-gone"
    watch(lab, "refused", AlarmActions=[topic, gone])
    measure(lab, "refused")
    lab.clock.advance(minutes=5)

    refusal = (
        "CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: "
        f"{topic} because no resource-based policy allows the SNS:Publish action"
    )
    failed = [json.loads(item["HistoryData"]) for item in history(lab, "refused", "Action")]
    assert [(one["actionState"], one["error"]) for one in failed] == [
        ("Failed", refusal),
        ("Failed", "Topic does not exist"),
    ]
    row = lab.alarm("refused").table.iloc[-1]
    assert row["State"] == "ALARM"
    assert f"closed failed: {refusal}" in row["Notified"]
    assert [mail.kind for mail in lab.inbox(to="closed@example.com")] == ["confirmation"]


def test_composite_alarms_and_metric_math_are_drawn_as_well(lab: Lab) -> None:
    stat = {"Metric": {"Namespace": "SAP", "MetricName": "half"}, "Period": 60, "Stat": "Sum"}
    lab.client("cloudwatch").put_metric_alarm(
        AlarmName="math",
        EvaluationPeriods=1,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
        Metrics=[
            {"Id": "m", "MetricStat": stat, "ReturnData": False},
            {"Id": "e", "Expression": "m * 2", "Label": "doubled", "ReturnData": True},
        ],
    )
    lab.client("cloudwatch").put_composite_alarm(AlarmName="any", AlarmRule="ALARM(math)")
    measure(lab, "half", 6)
    lab.clock.advance(minutes=2)
    math, composite = lab.alarm("math"), lab.alarm("any")
    assert "doubled per 1 min is > 10. 1 data point, 1 of them past the threshold" in math.alt
    assert "Its rule is ALARM(math); math ALARM." in composite.alt
    assert list(composite.table["Time"])[-1] == list(math.table["Time"])[-1]


def test_an_alarm_that_is_not_there_is_said_with_those_that_are(lab: Lab) -> None:
    watch(lab, "known")
    with pytest.raises(LabError) as caught:
        lab.alarm("unknown")
    assert "There is no alarm 'unknown' in us-east-1." in str(caught.value)
    assert "lab.alarms()" in str(caught.value)
    with pytest.raises(LabError, match="no alarm at all"):
        lab.alarm("unknown", region="eu-central-1")
    assert lab.alarms(region="eu-central-1").table.empty


def test_an_alarm_that_was_made_again_begins_anew(lab: Lab) -> None:
    watch(lab, "again")
    lab.clock.advance(minutes=10)
    lab.client("cloudwatch").delete_alarms(AlarmNames=["again"])
    lab.clock.advance(minutes=10)
    watch(lab, "again")
    table = lab.alarm("again", minutes=60).table
    assert list(table["State"]) == ["INSUFFICIENT_DATA", "deleted", "INSUFFICIENT_DATA"]


def test_an_alarm_older_than_its_history_is_drawn_from_the_state_it_is_in(lab: Lab) -> None:
    watch(lab, "old", TreatMissingData="notBreaching")
    lab.clock.advance(days=40)
    assert history(lab, "old", "StateUpdate") == []
    chart = lab.alarm("old")
    assert list(chart.table["State"]) == ["OK"]
    assert chart.table["Time"].iloc[0] < lab.clock.now - timedelta(days=39)
    assert chart.png().startswith(b"\x89PNG")
