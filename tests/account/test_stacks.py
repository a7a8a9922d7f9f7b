"""CloudFormation makes what the lab answers itself: trails, metric filters, alarms, policies."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Served, stop

CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/stack-trail"


def allow(principal: dict[str, str], *actions: str, resource: Any = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": list(actions)}
    return statement | ({"Resource": resource} if resource is not None else {})


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def template(**changes: Any) -> dict[str, Any]:
    """A trail that writes to a bucket and a log group, a filter, an alarm: the CIS recipe."""
    arn = {"Fn::GetAtt": ["Bucket", "Arn"]}
    objects = {"Fn::Sub": "${Bucket.Arn}/AWSLogs/${AWS::AccountId}/*"}
    group = {"Fn::GetAtt": ["Group", "Arn"]}
    write = {"Effect": "Allow", "Action": "logs:*", "Resource": group}
    trail = {
        "TrailName": "stack-trail",
        "S3BucketName": {"Ref": "Bucket"},
        "IsLogging": "true",
        "EnableLogFileValidation": True,
        "CloudWatchLogsLogGroupArn": group,
        "CloudWatchLogsRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}],
        "Tags": [{"Key": "project", "Value": "sap"}],
        **changes,
    }
    counted = {"MetricName": "Stops", "MetricNamespace": "CIS", "MetricValue": 1}
    alarm = {
        "AlarmName": "stack-stops",
        "Namespace": "CIS",
        "MetricName": "Stops",
        "Statistic": "Sum",
        "Period": "300",
        "EvaluationPeriods": 1,
        "Threshold": "1",
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "AlarmActions": [{"Ref": "Topic"}],
    }
    policy = document(
        allow(CLOUDTRAIL, "s3:GetBucketAcl", resource=arn),
        allow(CLOUDTRAIL, "s3:PutObject", resource=objects),
    )
    role = {
        "AssumeRolePolicyDocument": document(allow(CLOUDTRAIL, "sts:AssumeRole")),
        "Policies": [{"PolicyName": "write", "PolicyDocument": document(write)}],
    }
    tell = allow({"Service": "cloudwatch.amazonaws.com"}, "sns:Publish", resource={"Ref": "Topic"})
    made = {
        "Bucket": ("AWS::S3::Bucket", {"BucketName": "stack-trail-logs"}),
        "Policy": (
            "AWS::S3::BucketPolicy",
            {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": policy},
        ),
        "Group": ("AWS::Logs::LogGroup", {"LogGroupName": "stack-events"}),
        "Role": ("AWS::IAM::Role", role),
        "Trail": ("AWS::CloudTrail::Trail", trail),
        "Topic": ("AWS::SNS::Topic", {"TopicName": "stack-alarms"}),
        "Told": (
            "AWS::SNS::TopicPolicy",
            {"Topics": [{"Ref": "Topic"}], "PolicyDocument": document(tell)},
        ),
        "Filter": (
            "AWS::Logs::MetricFilter",
            {
                "LogGroupName": {"Ref": "Group"},
                "FilterPattern": "{ $.eventName = StopInstances }",
                "MetricTransformations": [counted],
            },
        ),
        "Alarm": ("AWS::CloudWatch::Alarm", alarm),
    }
    resources: dict[str, Any] = {
        name: {"Type": type, "Properties": properties} for name, (type, properties) in made.items()
    }
    resources["Trail"]["DependsOn"] = "Policy"
    outputs = {
        "Trail": {"Value": {"Fn::GetAtt": ["Trail", "Arn"]}},
        "Alarm": {"Value": {"Ref": "Alarm"}},
    }
    return {"Resources": resources, "Outputs": outputs}


def deploy(account: Served, made: dict[str, Any], name: str = "watch") -> dict[str, Any]:
    stacks = account.client("cloudformation")
    stacks.create_stack(StackName=name, TemplateBody=json.dumps(made))
    found: dict[str, Any] = stacks.describe_stacks(StackName=name)["Stacks"][0]
    return found


def test_a_template_makes_a_trail_that_logs_and_an_alarm_that_rings(account: Served) -> None:
    stack = deploy(account, template())
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    assert outputs == {"Trail": ARN, "Alarm": "stack-stops"}
    cloudtrail = account.client("cloudtrail")
    assert cloudtrail.get_trail_status(Name="stack-trail")["IsLogging"] is True
    assert cloudtrail.get_trail(Name=ARN)["Trail"]["LogFileValidationEnabled"] is True
    selectors = cloudtrail.get_event_selectors(TrailName=ARN)["EventSelectors"]
    assert [one["ReadWriteType"] for one in selectors] == ["WriteOnly"]
    tags = cloudtrail.list_tags(ResourceIdList=[ARN])["ResourceTagList"][0]["TagsList"]
    assert tags == [{"Key": "project", "Value": "sap"}]

    ec2 = account.client("ec2")
    made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]
    ec2.stop_instances(InstanceIds=[made["InstanceId"]])
    account.advance(minutes=10)
    alarms = account.client("cloudwatch").describe_alarm_history(AlarmName="stack-stops")
    said = [item["HistorySummary"] for item in alarms["AlarmHistoryItems"]]
    assert "Alarm updated from INSUFFICIENT_DATA to ALARM" in said
    assert any("Successfully executed action" in one for one in said)

    for name in ("CreateTrail", "StartLogging", "PutMetricFilter", "PutMetricAlarm"):
        (record,) = account.control("events", name=name)["events"]
        assert record["userIdentity"]["invokedBy"] == "cloudformation.amazonaws.com"
        assert record["userIdentity"]["userName"] == "learner"


def test_an_update_changes_what_the_template_changed(account: Served) -> None:
    deploy(account, template())
    stacks = account.client("cloudformation")
    changed = template(IsLogging="false", EnableLogFileValidation=False)
    stacks.update_stack(StackName="watch", TemplateBody=json.dumps(changed))
    cloudtrail = account.client("cloudtrail")
    assert cloudtrail.get_trail_status(Name="stack-trail")["IsLogging"] is False
    assert cloudtrail.get_trail(Name="stack-trail")["Trail"]["LogFileValidationEnabled"] is False
    # The bucket's policy knows no prefix: CloudTrail refuses, and the stack says so.
    stacks.update_stack(StackName="watch", TemplateBody=json.dumps(template(S3KeyPrefix="sap")))
    (stack,) = stacks.describe_stacks(StackName="watch")["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


def test_a_deleted_stack_takes_its_trail_and_alarm_along(account: Served) -> None:
    deploy(account, template())
    account.client("cloudformation").delete_stack(StackName="watch")
    assert account.client("cloudtrail").describe_trails()["trailList"] == []
    assert account.client("cloudwatch").describe_alarms()["MetricAlarms"] == []


def test_what_a_deleted_stack_took_along_is_told_the_same_after_a_restart(
    serve: Callable[..., Served], state: Path
) -> None:
    first = serve(state)
    deploy(first, template())
    first.client("cloudformation").delete_stack(StackName="watch")
    before = first.control("events", limit=200)["events"]
    deleted = [one["eventName"] for one in before if one["eventName"].startswith("Delete")]
    assert {"DeleteAlarms", "DeleteTrail", "DeleteMetricFilter"} <= set(deleted)
    first.process.kill()
    first.process.wait()
    again = serve(state)
    assert again.control("events", limit=200)["events"] == before
    stop(again.process)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"S3BucketName": "nobody-has-this"}, "S3 bucket nobody-has-this does not exist"),
        ({"TrailName": "x"}, "Trail name too short"),
        ({"S3BucketName": None}, "S3BucketName"),
    ],
)
def test_a_stack_that_cannot_be_made_is_rolled_back_and_says_why(
    account: Served, changes: dict[str, Any], says: str
) -> None:
    stack = deploy(account, template(**changes))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    events = account.client("cloudformation").describe_stack_events(StackName="watch")
    (failed,) = [e for e in events["StackEvents"] if e["ResourceStatus"] == "CREATE_FAILED"]
    assert says in failed["ResourceStatusReason"]
    assert failed["LogicalResourceId"] == "Trail"
    assert account.client("s3").list_buckets()["Buckets"] == []


@pytest.mark.parametrize(
    ("properties", "says"),
    [
        ({"LogGroupName": "x", "MetricTransformations": "y"}, "not of the type"),
        (
            {
                "LogGroupName": "x",
                "FilterPattern": "",
                "MetricTransformations": [
                    {"MetricName": "m", "MetricNamespace": "n", "MetricValue": "1",
                     "Dimensions": [{"Value": "$.a"}]}
                ],
            },
            "required key [Key] not found",
        ),
    ],
)  # fmt: skip
def test_properties_of_another_form_are_told_in_cloudformations_words(
    shared_account: Served, properties: dict[str, Any], says: str
) -> None:
    cloudformation = shared_account.client("cloudformation")
    resource = {"Type": "AWS::Logs::MetricFilter", "Properties": properties}
    name = f"odd-{len(str(properties))}"
    text = json.dumps({"Resources": {"Filter": resource}})
    cloudformation.create_stack(StackName=name, TemplateBody=text)
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    (why,) = {e["ResourceStatusReason"] for e in events if e["ResourceStatus"] == "CREATE_FAILED"}
    assert says in why


def test_a_change_set_that_is_not_there_cannot_be_executed(shared_account: Served) -> None:
    cloudformation = shared_account.client("cloudformation")
    missing = cloudformation.exceptions.ChangeSetNotFoundException
    with pytest.raises(missing, match=r"ChangeSet \[gone\] does not exist"):
        cloudformation.execute_change_set(ChangeSetName="gone", StackName="gone")
