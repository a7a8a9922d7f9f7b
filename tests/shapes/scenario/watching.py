"""Logs, alarms, rules, configuration."""

from __future__ import annotations

import json

from tests.shapes.scenario.people import Person


def work(me: Person) -> None:
    _logs(me)
    watch = me("cloudwatch")
    watch.describe_alarms(MaxRecords=100)
    watch.describe_alarms_for_metric(MetricName="m", Namespace="n")
    watch.describe_insight_rules()
    watch.put_dashboard(DashboardName="d", DashboardBody='{"widgets": []}')
    watch.get_dashboard(DashboardName="d")
    rules = me("events")
    rules.put_rule(
        Name="tick",
        Description="each hour",
        ScheduleExpression="rate(1 hour)",
        EventPattern='{"source": ["aws.ec2"]}',
        State="ENABLED",
    )
    config = me("config")
    config.describe_configuration_recorder_status()
    role = me("iam").create_service_linked_role(AWSServiceName="config.amazonaws.com")["Role"][
        "Arn"
    ]
    config.put_configuration_recorder(ConfigurationRecorder={"name": "r", "roleARN": role})
    may_write = {
        "Effect": "Allow",
        "Principal": {"Service": "config.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::bucket-of-logs/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may_write]})
    me("s3").put_bucket_policy(Bucket="bucket-of-logs", Policy=policy)
    config.put_delivery_channel(
        DeliveryChannel={"name": "channel", "s3BucketName": "bucket-of-logs"}
    )


def _logs(me: Person) -> None:
    client = me("logs")
    client.create_log_group(logGroupName="group")
    client.create_log_stream(logGroupName="group", logStreamName="stream")
    client.describe_log_groups()
    client.describe_metric_filters(limit=50)
    client.describe_resource_policies()
    client.create_export_task(
        taskName="export",
        logGroupName="group",
        fromTime=1900000000000,
        to=1900003600000,
        destination="bucket-of-logs",
    )
