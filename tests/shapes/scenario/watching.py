"""Logs, alarms, rules, configuration."""

from __future__ import annotations

from tests.shapes.scenario.people import ROLE, Person


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
    config.put_configuration_recorder(ConfigurationRecorder={"name": "r", "roleARN": ROLE})
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
