"""Metric filters, subscription filters, retention and mail over HTTP."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lablib.connection import Account, Control
from lablib.errors import LabError
from lablib.inbox import Inbox
from tests.conftest import Served
from tests.monitoring.pattern_cases import CASES, REFUSED


@pytest.fixture(scope="module")
def served(serve: Callable[..., Served]) -> Iterator[Served]:
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        yield serve(Path(folder) / "state")


@pytest.fixture(scope="module")
def logs(served: Served) -> Any:
    return served.client("logs")


def now(served: Served) -> datetime:
    return datetime.fromisoformat(served.control("clock")["time"])


def put(served: Served, group: str, *messages: str, **ago: float) -> None:
    at = int((now(served) - timedelta(**ago)).timestamp() * 1000)
    events = [{"timestamp": at, "message": message} for message in messages]
    served.client("logs").put_log_events(logGroupName=group, logStreamName="s", logEvents=events)


def make_group(logs: Any, name: str) -> None:
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")


def count(metric: str, **more: Any) -> list[dict[str, Any]]:
    return [{"metricName": metric, "metricNamespace": "T", "metricValue": "1", **more}]


def code_of(refused: Any) -> tuple[str, str]:
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_the_examples_of_the_documentation_through_test_metric_filter(logs: Any) -> None:
    for pattern, event, taken in CASES:
        matches = logs.test_metric_filter(filterPattern=pattern, logEventMessages=[event])
        assert bool(matches["matches"]) is taken, pattern


def test_wrong_patterns_are_refused_by_every_operation(logs: Any) -> None:
    make_group(logs, "wrong")
    for pattern in REFUSED[:-1]:
        with pytest.raises(ClientError) as refused:
            logs.put_metric_filter(
                logGroupName="wrong",
                filterName="f",
                filterPattern=pattern,
                metricTransformations=count("m"),
            )
        assert code_of(refused)[0] == "InvalidParameterException", pattern
    with pytest.raises(ClientError) as refused:
        logs.filter_log_events(logGroupName="wrong", filterPattern="{ $.a IS NOT NULL }")
    assert code_of(refused) == ("InvalidParameterException", "Invalid filter pattern")
    assert logs.describe_metric_filters(logGroupName="wrong")["metricFilters"] == []


def test_a_filter_on_a_missing_group_is_refused(logs: Any) -> None:
    with pytest.raises(ClientError) as refused:
        logs.put_metric_filter(
            logGroupName="nowhere",
            filterName="f",
            filterPattern="",
            metricTransformations=count("m"),
        )
    assert code_of(refused)[0] == "ResourceNotFoundException"


def test_filters_publish_values_dimensions_units_and_defaults(served: Served, logs: Any) -> None:
    make_group(logs, "measured")
    put(served, "measured", '{"latency": 5}')  # before any filter: does not count
    values = [{"metricName": "L", "metricNamespace": "T", "metricValue": "$.latency"}]
    values[0] |= {"unit": "Milliseconds", "dimensions": {"Host": "$.host"}}  # type: ignore[dict-item]
    logs.put_metric_filter(
        logGroupName="measured",
        filterName="l",
        filterPattern="{ $.latency = * }",
        metricTransformations=values,
    )
    logs.put_metric_filter(
        logGroupName="measured",
        filterName="e",
        filterPattern="{ $.error IS TRUE }",
        metricTransformations=count("E", defaultValue=0.0),
    )
    start = now(served)
    put(served, "measured", '{"latency": 10, "host": "a"}', '{"latency": 30, "host": "a"}')
    put(served, "measured", '{"latency": 7}', "no json")
    served.advance(minutes=2)
    cloudwatch = served.client("cloudwatch")
    found = {m["MetricName"]: m for m in cloudwatch.list_metrics(Namespace="T")["Metrics"]}
    assert found["L"]["Dimensions"] == [{"Name": "Host", "Value": "a"}]
    window = {"StartTime": start - timedelta(minutes=1), "EndTime": now(served), "Period": 60}
    points = cloudwatch.get_metric_statistics(
        Namespace="T",
        MetricName="L",
        Dimensions=found["L"]["Dimensions"],
        Statistics=["Sum", "Maximum", "SampleCount"],
        **window,
    )["Datapoints"]
    assert [(p["Sum"], p["Maximum"], p["SampleCount"]) for p in points] == [(40.0, 30.0, 2.0)]
    assert points[0]["Unit"] == "Milliseconds"
    quiet = cloudwatch.get_metric_statistics(
        Namespace="T", MetricName="E", Statistics=["Sum"], **window
    )["Datapoints"]
    assert [p["Sum"] for p in quiet] == [0.0]


def test_the_same_name_replaces_and_a_hundred_and_first_is_refused(logs: Any) -> None:
    make_group(logs, "full")
    for number in [*range(100), 0]:
        logs.put_metric_filter(
            logGroupName="full",
            filterName=f"f{number:03}",
            filterPattern=f"term{number}",
            metricTransformations=count("F"),
        )
    with pytest.raises(ClientError) as refused:
        logs.put_metric_filter(
            logGroupName="full",
            filterName="one more",
            filterPattern="",
            metricTransformations=count("F"),
        )
    assert code_of(refused)[0] == "LimitExceededException"
    pages = logs.get_paginator("describe_metric_filters").paginate(logGroupName="full")
    assert sum(len(page["metricFilters"]) for page in pages) == 100
    logs.delete_log_group(logGroupName="full")
    make_group(logs, "full")
    assert logs.describe_metric_filters(logGroupName="full")["metricFilters"] == []


def test_a_subscription_filter_sends_only_what_matches(served: Served, logs: Any) -> None:
    make_group(logs, "from")
    make_group(logs, "to")
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:to"
    logs.put_subscription_filter(
        logGroupName="from",
        filterName="f",
        filterPattern="{ $.eventName = StopLogging }",
        destinationArn=arn,
    )
    put(served, "from", '{"eventName": "StopLogging"}', '{"eventName": "GetTrail"}')
    sent = logs.filter_log_events(logGroupName="to")["events"]
    assert [json.loads(event["message"])["eventName"] for event in sent] == ["StopLogging"]


def test_retention_drops_old_log_events_at_midnight(served: Served, logs: Any) -> None:
    make_group(logs, "short")
    logs.put_retention_policy(logGroupName="short", retentionInDays=3)
    put(served, "short", "old", days=2)
    put(served, "short", "new")
    served.advance(days=2)
    left = [e["message"] for e in logs.filter_log_events(logGroupName="short")["events"]]
    assert left == ["new"]
    served.advance(days=3)
    assert logs.filter_log_events(logGroupName="short")["events"] == []
    with pytest.raises(ClientError):
        logs.put_retention_policy(logGroupName="short", retentionInDays=4)


def test_mail_waits_for_its_confirmation(served: Served) -> None:
    sns = served.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    asked = {"TopicArn": topic, "Protocol": "email", "Endpoint": "a@example.com"}
    assert sns.subscribe(**asked)["SubscriptionArn"] == "pending confirmation"
    sns.publish(TopicArn=topic, Message="too early")
    account = Account.read(served.state)
    assert account is not None
    inbox = Inbox(Control(account), to="a@example.com")
    assert [mail.subject for mail in inbox] == ["AWS Notification - Subscription Confirmation"]
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (attributes["SubscriptionsPending"], attributes["SubscriptionsConfirmed"]) == ("1", "0")
    inbox = inbox.confirm()
    assert not inbox.waiting
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (attributes["SubscriptionsPending"], attributes["SubscriptionsConfirmed"]) == ("0", "1")
    sns.publish(TopicArn=topic, Message="hello", Subject="Greetings")
    newest = Inbox(Control(account))[0]
    assert (newest.subject, newest.body.splitlines()[0]) == ("Greetings", "hello")
    assert newest.time == now(served)
    assert "Greetings" in (Inbox(Control(account))._repr_html_())
    with pytest.raises(LabError, match="There is no mail 99"):
        Inbox(Control(account))[99]
    with pytest.raises(ClientError) as refused:
        sns.confirm_subscription(TopicArn=topic, Token="x")
    assert code_of(refused)[0] == "InvalidParameter"


def test_a_replayed_account_has_the_same_alarms_metrics_and_mail(
    serve: Callable[..., Served], tmp_path: Path
) -> None:
    def look(served: Served) -> Any:
        cloudwatch = served.client("cloudwatch")
        history = cloudwatch.describe_alarm_history()["AlarmHistoryItems"]
        return served.control("inbox"), history, cloudwatch.list_metrics()["Metrics"]

    from tests.conftest import stop

    first = serve(tmp_path / "a")
    logs, sns = first.client("logs"), first.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="b@example.com")
    first.control("inbox", {"confirm": True})
    make_group(logs, "g")
    logs.put_metric_filter(
        logGroupName="g", filterName="f", filterPattern="stop", metricTransformations=count("S")
    )
    first.client("cloudwatch").put_metric_alarm(
        AlarmName="a", Namespace="T", MetricName="S", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[topic],
    )  # fmt: skip
    put(first, "g", "please stop")
    first.advance(minutes=10)
    before = look(first)
    assert 'ALARM: "a" in US East (N. Virginia)' in json.dumps(
        before[0], ensure_ascii=True
    ).replace('\\"', '"')
    stop(first.process)
    assert look(serve(tmp_path / "a")) == before
