"""EventBridge as a client meets it: seconds after the call, to SNS, SQS, Logs and another bus."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.serialize import create_serializer

from tests.conftest import Served, stop

ACCOUNT = "123456789012"
CALLS = {"source": ["aws.ec2"], "detail-type": ["AWS API Call via CloudTrail"]}


def start_a_trail(account: Served, name: str = "watch") -> None:
    bucket = f"trail-bucket-{name}"
    account.client("s3").create_bucket(Bucket=bucket)
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": action,
            "Resource": resource,
        }
        for action, resource in (
            ("s3:GetBucketAcl", f"arn:aws:s3:::{bucket}"),
            ("s3:PutObject", f"arn:aws:s3:::{bucket}/AWSLogs/*"),
        )
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    account.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
    account.client("cloudtrail").create_trail(Name=name, S3BucketName=bucket)
    account.client("cloudtrail").start_logging(Name=name)


def open_for_rules(action: str, resource: str, **more: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": action,
        "Resource": resource,
        **more,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def a_queue(account: Served, name: str = "events", *, open: bool = True) -> tuple[str, str]:
    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
    if open:
        policy = open_for_rules("sqs:SendMessage", arn)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url, arn


def received(account: Served, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        more = account.client("sqs").receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        messages = more.get("Messages", [])
        if not messages:
            return found
        for message in messages:
            found.append(message)
            account.client("sqs").delete_message(
                QueueUrl=url, ReceiptHandle=message["ReceiptHandle"]
            )


def a_rule(account: Served, target: str, pattern: dict[str, Any] = CALLS, **more: Any) -> str:
    events = account.client("events")
    name = more.pop("Name", "watch")
    about = {k: more.pop(k) for k in ("State",) if k in more}
    arn: str = events.put_rule(Name=name, EventPattern=json.dumps(pattern), **about)["RuleArn"]
    told = events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target, **more}])
    assert told["FailedEntryCount"] == 0
    return arn


def stop_an_instance(account: Served) -> str:
    ec2 = account.client("ec2")
    image = "ami-12c6146b"
    found = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.stop_instances(InstanceIds=[found])
    return str(found)


def test_a_logged_call_reaches_a_queue_within_seconds_as_its_record(account: Served) -> None:
    start_a_trail(account)
    url, arn = a_queue(account)
    a_rule(account, arn, {**CALLS, "detail": {"eventName": ["StopInstances"]}})
    stop_an_instance(account)
    account.advance(seconds=3)
    assert received(account, url) == []
    account.advance(seconds=7)
    (message,) = received(account, url)
    event = json.loads(message["Body"])
    (record,) = [
        json.loads(one["CloudTrailEvent"])
        for one in account.client("cloudtrail").lookup_events(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "StopInstances"}]
        )["Events"]
    ]
    assert event["detail"] == record
    assert event["source"] == "aws.ec2"
    assert event["time"] == record["eventTime"]
    stages = account.control("trace", event=record["eventID"])["stages"]
    assert [s["what"] for s in stages if s["stage"] == "EventBridge"] == [
        f"rule watch: sent to {arn}"
    ]


def test_without_a_trail_nothing_comes(account: Served) -> None:
    url, arn = a_queue(account)
    a_rule(account, arn)
    stop_an_instance(account)
    account.advance(minutes=1)
    assert received(account, url) == []


def test_disabled_rules_are_silent_and_reads_need_their_state(account: Served) -> None:
    start_a_trail(account)
    url, arn = a_queue(account)
    a_rule(account, arn, State="DISABLED")
    stop_an_instance(account)
    account.advance(minutes=1)
    assert received(account, url) == []
    account.client("events").enable_rule(Name="watch")
    account.client("ec2").describe_instances()
    account.advance(minutes=1)
    assert received(account, url) == []
    a_rule(account, arn, State="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
    account.client("ec2").describe_instances()
    account.advance(minutes=1)
    (message,) = received(account, url)
    assert json.loads(message["Body"])["detail"]["eventName"] == "DescribeInstances"


def test_a_sign_in_reaches_the_inbox_through_a_topic_in_the_rule_s_words(account: Served) -> None:
    start_a_trail(account)
    sns = account.client("sns")
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.com")
    account.control("inbox", {"confirm": True})
    pattern = {"detail-type": ["AWS Console Sign In via CloudTrail"]}
    words = {"InputPathsMap": {"who": "$.detail.userIdentity.type", "when": "$.time"}}
    words["InputTemplate"] = '"<who> signed in at <when>"'  # type: ignore[assignment]
    rule = a_rule(account, topic, pattern, InputTransformer=words)
    account.control("sign-in", {"user": "root"})
    account.advance(seconds=15)
    kept = account.control("inbox")["mails"]
    assert [mail["kind"] for mail in kept] == ["confirmation"]  # the topic lets no rule in yet
    policy = open_for_rules("sns:Publish", topic, Condition={"ArnEquals": {"aws:SourceArn": rule}})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    account.control("sign-in", {"user": "root"})
    account.advance(seconds=15)
    mail = account.control("inbox")["mails"][0]
    assert mail["body"].startswith('"Root signed in at 2032-03-01T10:00:15Z"')


def test_a_log_group_needs_a_resource_policy_and_then_keeps_each_event(account: Served) -> None:
    start_a_trail(account)
    logs = account.client("logs")
    logs.create_log_group(logGroupName="/aws/events/calls")
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/events/calls"
    a_rule(account, arn, {"source": ["aws.ec2"], "detail": {"eventName": ["StopInstances"]}})
    stop_an_instance(account)
    account.advance(seconds=15)
    assert logs.filter_log_events(logGroupName="/aws/events/calls")["events"] == []
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/events/*:*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    logs.put_resource_policy(policyName="events", policyDocument=document)
    stop_an_instance(account)
    account.advance(seconds=15)
    (event,) = logs.filter_log_events(logGroupName="/aws/events/calls")["events"]
    assert json.loads(event["message"])["detail"]["eventName"] == "StopInstances"


def test_what_a_target_refuses_is_counted_and_kept_in_a_dead_letter_queue(account: Served) -> None:
    start_a_trail(account)
    _, closed = a_queue(account, "closed", open=False)
    url, dead = a_queue(account, "dead")
    rule = a_rule(
        account,
        closed,
        {**CALLS, "detail": {"eventName": ["StopInstances"]}},
        DeadLetterConfig={"Arn": dead},
    )
    stop_an_instance(account)
    account.advance(seconds=15)
    (message,) = received(account, url)
    attributes = {k: v["StringValue"] for k, v in message["MessageAttributes"].items()}
    assert attributes["ERROR_CODE"] == "NO_PERMISSIONS"
    assert (attributes["RULE_ARN"], attributes["TARGET_ARN"]) == (rule, closed)
    metrics = account.client("cloudwatch").list_metrics(Namespace="AWS/Events")["Metrics"]
    assert {one["MetricName"] for one in metrics} == {
        "MatchedEvents", "TriggeredRules", "Invocations", "FailedInvocations",
    }  # fmt: skip


def test_alarms_and_config_tell_of_their_changes_too(account: Served) -> None:
    start_a_trail(account)
    url, arn = a_queue(account)
    a_rule(account, arn, {"source": ["aws.cloudwatch", "aws.config"]})
    watch = account.client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="stops",
        Namespace="CIS",
        MetricName="Stops",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    watch.put_metric_data(Namespace="CIS", MetricData=[{"MetricName": "Stops", "Value": 1}])
    account.advance(minutes=2)
    (alarmed,) = [json.loads(message["Body"]) for message in received(account, url)]
    assert alarmed["detail-type"] == "CloudWatch Alarm State Change"
    assert alarmed["resources"] == [f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:stops"]
    detail = alarmed["detail"]
    assert (detail["previousState"]["value"], detail["state"]["value"]) == (
        "INSUFFICIENT_DATA",
        "ALARM",
    )
    (metric,) = detail["configuration"]["metrics"]
    assert metric["metricStat"]["metric"]["name"] == "Stops"
    history = watch.describe_alarm_history(HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert alarmed["time"] == f"{history[0]['Timestamp']:%Y-%m-%dT%H:%M:%SZ}"

    config, role = account.client("config"), f"arn:aws:iam::{ACCOUNT}:role/config"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    source = {"Owner": "AWS", "SourceIdentifier": "CLOUD_TRAIL_ENABLED"}
    config.put_config_rule(ConfigRule={"ConfigRuleName": "enabled", "Source": source})
    account.advance(minutes=2)
    account.client("cloudtrail").stop_logging(Name="watch")
    config.start_config_rules_evaluation(ConfigRuleNames=["enabled"])
    account.advance(minutes=2)
    told = [json.loads(message["Body"]) for message in received(account, url)]
    changes = [one["detail"] for one in told if one["detail-type"].startswith("Config Rules")]
    assert [change["newEvaluationResult"]["complianceType"] for change in changes] == [
        "COMPLIANT",
        "NON_COMPLIANT",
    ]


@pytest.mark.parametrize(
    "target",
    [
        f"arn:aws:sns:us-east-1:{ACCOUNT}:gone",
        f"arn:aws:sqs:us-east-1:{ACCOUNT}:gone",
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/gone",
        f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:gone",
        f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:gone",
        f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/gone",
    ],
)
def test_a_target_that_is_not_there_never_stops_the_clock(
    shared_account: Served, target: str
) -> None:
    name = f"gone-{target.split(':')[2]}"
    a_rule(shared_account, target, {"source": [name]}, Name=name)
    told = shared_account.client("events").put_events(
        Entries=[{"Source": name, "DetailType": "x", "Detail": "{}"}]
    )
    assert told["FailedEntryCount"] == 0
    shared_account.advance(seconds=15)


def test_own_events_go_to_their_bus_and_the_sources_of_aws_are_aws_s(account: Served) -> None:
    events = account.client("events")
    url, arn = a_queue(account)
    bus = events.create_event_bus(Name="orders")["EventBusArn"]
    a_rule(account, bus, {"source": ["shop"]}, Name="forward")
    events.put_rule(Name="orders", EventBusName="orders", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="orders", EventBusName="orders", Targets=[{"Id": "1", "Arn": arn}])
    entry = {"Source": "shop", "DetailType": "order", "Detail": '{"n": 1}'}
    told = events.put_events(Entries=[{**entry, "Source": "aws.ec2"}, entry])
    assert told["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    (message,) = received(account, url)
    event = json.loads(message["Body"])
    assert (event["id"], event["detail"]) == (told["Entries"][1]["EventId"], {"n": 1})
    assert event["time"] == "2032-03-01T10:00:00Z"


def test_an_event_goes_to_one_other_bus_and_no_further(account: Served) -> None:
    events = account.client("events")
    first = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
    second = events.create_event_bus(Name="second")["EventBusArn"]
    for name, bus, targets in (("out", "default", [second, first]), ("back", "second", [first])):
        events.put_rule(Name=name, EventBusName=bus, EventPattern='{"source": ["shop"]}')
        listed = [{"Id": str(n), "Arn": arn} for n, arn in enumerate(targets)]
        events.put_targets(Rule=name, EventBusName=bus, Targets=listed)
    events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}])
    told = account.control("timeline")["events"]
    sent = [(one["rule"], one["target"].rpartition("/")[2], bool(one["failure"])) for one in told]
    assert sorted(sent) == [
        ("back", "default", True),
        ("out", "default", False),
        ("out", "default", True),
        ("out", "second", False),
        ("out", "second", True),
    ]


@pytest.mark.parametrize("key", ["AWS's own", "closed", "open"])
def test_an_encrypted_queue_gets_events_when_its_key_lets_eventbridge_in(
    account: Served, key: str
) -> None:
    id = "alias/aws/sqs"
    if key != "AWS's own":
        root = json.loads(open_for_rules("kms:*", "*"))
        root["Statement"][0]["Principal"] = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        if key == "open":
            root["Statement"] += json.loads(open_for_rules("kms:*", "*"))["Statement"]
        made = account.client("kms").create_key(Policy=json.dumps(root))
        id = made["KeyMetadata"]["KeyId"]
    url, arn = a_queue(account)
    sqs = account.client("sqs")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": id})
    kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]
    assert "events.amazonaws.com" in kept["Policy"]
    a_rule(account, arn, {"source": ["shop"]})
    entry = {"Source": "shop", "DetailType": "order", "Detail": "{}"}
    account.client("events").put_events(Entries=[entry])
    assert len(received(account, url)) == (key == "open")


def test_odd_calls_are_refused_as_aws_refuses_them(shared_account: Served) -> None:
    events = shared_account.client("events")
    events._serializer = create_serializer(
        "json", include_validation=False
    )  # without the client's own checks
    refused = events.exceptions.ClientError
    events.put_rule(Name="odd", EventPattern='{"source": ["odd"]}')
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:x"
    with pytest.raises(refused, match="Value null at 'targets'"):
        events.put_targets(Rule="odd")
    with pytest.raises(refused, match=r"Value null at 'targets\.1\.member\.arn'"):
        events.put_targets(Rule="odd", Targets=[{"Id": "1"}])
    with pytest.raises(refused, match="Value null at 'entries'"):
        events.put_events()
    with pytest.raises(events.exceptions.LimitExceededException, match="maximum number allowed"):
        events.put_targets(Rule="odd", Targets=[{"Id": str(n), "Arn": topic} for n in range(6)])
    entry = {"Source": "odd", "DetailType": "x"}
    told = events.put_events(Entries=[{**entry, "Detail": "[1]"}, {**entry, "Detail": "{"}])
    assert [one["ErrorCode"] for one in told["Entries"]] == ["MalformedDetail"] * 2
    with pytest.raises(refused, match="length less than or equal to 10"):
        events.put_events(Entries=[{**entry, "Source": "aws.x", "Detail": "{}"}] * 11)


def test_a_pattern_can_be_tried_and_one_that_is_wrong_is_refused(shared_account: Served) -> None:
    events = shared_account.client("events")
    event = {
        "id": "1",
        "account": ACCOUNT,
        "source": "aws.ec2",
        "time": "2026-11-27T10:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail-type": "x",
    }
    for source, taken in (("aws.ec2", True), ("aws.s3", False)):
        told = events.test_event_pattern(
            EventPattern=json.dumps({"source": [source]}), Event=json.dumps(event)
        )
        assert told["Result"] is taken
    with pytest.raises(events.exceptions.InvalidEventPatternException, match="must be an object"):
        events.put_rule(Name="wrong", EventPattern='{"source": "aws.ec2"}')
    with pytest.raises(events.exceptions.ClientError, match="Event is not valid"):
        events.test_event_pattern(EventPattern='{"source": ["a"]}', Event="{}")


def test_rules_and_what_they_sent_are_there_again_after_a_restart(
    serve: Callable[..., Served], state: Path
) -> None:
    first = serve(state)
    start_a_trail(first)
    url, arn = a_queue(first)
    a_rule(first, arn, {**CALLS, "detail": {"eventName": ["StopInstances"]}})
    stop_an_instance(first)
    first.advance(seconds=15)
    before = first.control("timeline")["events"]
    first.process.kill()
    first.process.wait()
    again = serve(state)
    assert again.control("timeline")["events"] == before != []
    assert len(received(again, url)) == 1
    stop(again.process)
