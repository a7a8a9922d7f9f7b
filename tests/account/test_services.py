"""What services do because of a call is recorded as theirs."""

from __future__ import annotations

import json
from typing import Any

from tests.conftest import Served

ACCOUNT = "123456789012"


def events(account: Served, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = account.control("events", name=name, limit=50)["events"]
    return found


def test_auto_scaling_starts_and_ends_instances_with_its_own_role(account: Served) -> None:
    scaling = account.client("autoscaling")
    scaling.create_launch_configuration(
        LaunchConfigurationName="app", ImageId="ami-12c6146b", InstanceType="t3.micro"
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="app",
        LaunchConfigurationName="app",
        MinSize=0,
        MaxSize=2,
        DesiredCapacity=2,
        AvailabilityZones=["us-east-1a"],
    )
    (started,) = events(account, "RunInstances")
    who = started["userIdentity"]
    assert who["type"] == "AssumedRole"
    assert who["invokedBy"] == "autoscaling.amazonaws.com"
    assert who["arn"].endswith("assumed-role/AWSServiceRoleForAutoScaling/AutoScaling")
    assert started["sourceIPAddress"] == started["userAgent"] == "autoscaling.amazonaws.com"
    assert "tlsDetails" not in started
    items = started["responseElements"]["instancesSet"]["items"]
    assert len(items) == 2
    scaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=1)
    (ended,) = events(account, "TerminateInstances")
    (gone,) = ended["requestParameters"]["instancesSet"]["items"]
    assert gone["instanceId"] in [item["instanceId"] for item in items]
    (made,) = events(account, "CreateAutoScalingGroup")
    assert "invokedBy" not in made["userIdentity"]


def test_cloudformation_acts_as_its_caller(account: Served) -> None:
    template = {
        "Resources": {
            "Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "stack-files"}},
            "Alarms": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "stack-alarms"}},
        }
    }
    account.client("cloudformation").create_stack(
        StackName="sap", TemplateBody=json.dumps(template)
    )
    (bucket,) = events(account, "CreateBucket")
    (topic,) = events(account, "CreateTopic")
    for record in (bucket, topic):
        assert record["userIdentity"]["userName"] == "learner"
        assert record["userIdentity"]["invokedBy"] == "cloudformation.amazonaws.com"
        assert record["sourceIPAddress"] == "cloudformation.amazonaws.com"
    assert bucket["requestParameters"]["bucketName"] == "stack-files"
    assert topic["requestParameters"]["name"] == "stack-alarms"
    assert topic["responseElements"]["topicArn"].endswith(":stack-alarms")


def test_what_is_done_directly_is_not_told_twice(account: Served) -> None:
    account.client("autoscaling").describe_auto_scaling_groups()
    account.client("s3").create_bucket(Bucket="just-once")
    (record,) = events(account, "CreateBucket")
    assert "invokedBy" not in record["userIdentity"]


def test_a_queue_gives_what_came_after_a_message_that_is_too_old(account: Served) -> None:
    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName="old")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="of last week")
    account.advance(days=7)
    sqs.send_message(QueueUrl=url, MessageBody="of today")
    account.advance(seconds=1)
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in found] == ["of today"]
