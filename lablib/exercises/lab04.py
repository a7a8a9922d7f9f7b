"""Lab 04, CloudWatch Logs: single events, soon; an alarm on one of them; how long they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Step, equal, holds, there, unset

TRAIL = "sap-trail"
GROUP = "sap-trail-events"
GROUP_ARN = "arn:aws:logs:us-east-1:123456789012:log-group:sap-trail-events:*"
ROLE = "CloudTrail_CloudWatchLogs_Role"
ROLE_ARN = "arn:aws:iam::123456789012:role/CloudTrail_CloudWatchLogs_Role"
DAYS = 90
ALARM, ALARMS = "trail-stopped", "arn:aws:sns:us-east-1:123456789012:sap-alarms"
METRIC = "TrailStopped"
# What PutMetricAlarm takes of what DescribeAlarms shows.
SETTINGS = (
    "AlarmName", "Namespace", "MetricName", "Statistic", "Period", "EvaluationPeriods",
    "Threshold", "ComparisonOperator", "TreatMissingData", "AlarmActions",
)  # fmt: skip


def send_to_logs(lab: Any) -> None:
    import json
    from contextlib import suppress

    logs, iam, cloudtrail = lab.client("logs"), lab.client("iam"), lab.client("cloudtrail")
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName="sap-trail-events")

    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    group = "arn:aws:logs:us-east-1:123456789012:log-group:sap-trail-events"
    write = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{group}:log-stream:123456789012_CloudTrail_us-east-1*",
    }
    role = "CloudTrail_CloudWatchLogs_Role"
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(
            RoleName=role,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
    iam.put_role_policy(
        RoleName=role,
        PolicyName="write-log-events",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [write]}),
    )
    cloudtrail.update_trail(
        Name="sap-trail",
        CloudWatchLogsLogGroupArn=f"{group}:*",
        CloudWatchLogsRoleArn=f"arn:aws:iam::123456789012:role/{role}",
    )


def wrong_group_only(lab: Any) -> None:
    lab.client("logs").create_log_group(logGroupName=GROUP)


def undo_logs(lab: Any) -> None:
    if looks.trail(lab, TRAIL).get("CloudWatchLogsLogGroupArn"):
        lab.client("cloudtrail").update_trail(
            Name=TRAIL, CloudWatchLogsLogGroupArn="", CloudWatchLogsRoleArn=""
        )
    if looks.log_group(lab, GROUP):
        lab.client("logs").delete_log_group(logGroupName=GROUP)
    if looks.role(lab, ROLE):
        iam = lab.client("iam")
        for name in iam.list_role_policies(RoleName=ROLE)["PolicyNames"]:
            iam.delete_role_policy(RoleName=ROLE, PolicyName=name)
        iam.delete_role(RoleName=ROLE)


def look_at_logs(lab: Any, answers: Answers) -> Iterator[Step]:
    group = looks.log_group(lab, GROUP)
    yield equal("Log group", GROUP, group.get("logGroupName"), "logs.create_log_group makes it.")
    role = looks.role(lab, ROLE)
    hint = "CloudTrail writes as a role of yours: trust for cloudtrail.amazonaws.com, and a policy."
    yield equal("IAM role", ROLE, role.get("RoleName"), hint)
    trail = looks.trail(lab, TRAIL)
    hint = "update_trail wants both: the group's ARN with :* at its end, and the role's ARN."
    yield equal(
        "CloudWatchLogsLogGroupArn", GROUP_ARN, trail.get("CloudWatchLogsLogGroupArn"), hint
    )
    yield equal("CloudWatchLogsRoleArn", ROLE_ARN, trail.get("CloudWatchLogsRoleArn"), hint)


def ring_when_the_trail_stops(lab: Any) -> None:
    topic = lab.client("sns").create_topic(Name="sap-alarms")["TopicArn"]
    counted = {"metricNamespace": "SAP", "metricName": "TrailStopped", "metricValue": "1"}
    lab.client("logs").put_metric_filter(
        logGroupName="sap-trail-events",
        filterName="trail-stopped",
        filterPattern="{ ($.eventName = StopLogging) || ($.eventName = DeleteTrail) }",
        metricTransformations=[counted],
    )
    lab.client("cloudwatch").put_metric_alarm(
        AlarmName="trail-stopped",
        Namespace="SAP",
        MetricName="TrailStopped",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
    )


def wrong_spelling(lab: Any) -> None:
    """A pattern that matches nothing, and no error says so."""
    ring_when_the_trail_stops(lab)
    _filter(lab, "{ ($.eventName = stopLogging) || ($.eventName = deleteTrail) }")


def wrong_all_of_cloudtrail(lab: Any) -> None:
    ring_when_the_trail_stops(lab)
    _filter(lab, '{ $.eventSource = "cloudtrail.amazonaws.com" }')


def wrong_filter_alone(lab: Any) -> None:
    ring_when_the_trail_stops(lab)
    lab.client("cloudwatch").delete_alarms(AlarmNames=[ALARM])


def wrong_metric(lab: Any) -> None:
    """The alarm watches a metric that never comes."""
    ring_when_the_trail_stops(lab)
    _alarm(lab, MetricName="TrailStoped")


def wrong_silence(lab: Any) -> None:
    ring_when_the_trail_stops(lab)
    _alarm(lab, AlarmActions=[])


def wrong_threshold(lab: Any) -> None:
    ring_when_the_trail_stops(lab)
    _alarm(lab, Threshold=3)


def _filter(lab: Any, pattern: str) -> None:
    counted = {"metricNamespace": "SAP", "metricName": METRIC, "metricValue": "1"}
    lab.client("logs").put_metric_filter(
        logGroupName=GROUP,
        filterName=ALARM,
        filterPattern=pattern,
        metricTransformations=[counted],
    )


def _alarm(lab: Any, **change: Any) -> None:
    kept = {name: value for name, value in looks.alarm(lab, ALARM).items() if name in SETTINGS}
    lab.client("cloudwatch").put_metric_alarm(**{**kept, **change})


def undo_alarm(lab: Any) -> None:
    filters = _filters_for_it(lab, looks.alarm(lab, ALARM))
    lab.client("cloudwatch").delete_alarms(AlarmNames=[ALARM])
    for one in filters:
        if not _watched_by_others(lab, one):
            name = one["filterName"]
            lab.client("logs").delete_metric_filter(logGroupName=GROUP, filterName=name)


def look_at_alarm(lab: Any, answers: Answers) -> Iterator[Step]:
    alarm = looks.alarm(lab, ALARM)
    filters = _filters_for_it(lab, alarm)
    hint = f"logs.put_metric_filter on {GROUP}, with a pattern that takes StopLogging."
    names = [one["filterName"] for one in filters[:1]]
    yield there("Metric filter for StopLogging", names, hint=hint)
    if filters:
        yield from _taken(lab, filters[0]["filterPattern"])
    hint = f"cloudwatch.put_metric_alarm(AlarmName='{ALARM}', …) on the filter's metric."
    yield there(f"Alarm {ALARM}", alarm.get("AlarmName"), hint=hint)
    if alarm:
        yield from _alarm_steps(filters, alarm)


def _filters_for_it(lab: Any, alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The filters that feed the alarm; without any, those that were made for it: they count
    StopLogging, and no other alarm watches their metric."""
    filters = looks.metric_filters(lab, GROUP)
    feeding = [one for one in filters if _feeds(one, alarm)]
    return feeding or [
        one
        for one in filters
        if looks.takes(lab, one["filterPattern"], [_record("StopLogging")])[0]
        and not _watched_by_others(lab, one)
    ]


def _watched_by_others(lab: Any, one: dict[str, Any]) -> bool:
    for made in one["metricTransformations"]:
        watching = lab.observer("cloudwatch").describe_alarms_for_metric(
            MetricName=made["metricName"], Namespace=made["metricNamespace"]
        )["MetricAlarms"]
        if any(alarm["AlarmName"] != ALARM for alarm in watching):
            return True
    return False


# Event → whether the alarm should count it, and what to say if it doesn't.
_SAMPLES = (
    ("StopLogging", True, "Names of events are spelled as in the record: StopLogging."),
    ("DeleteTrail", True, "A second name: join the two by ||."),
    ("GetTrailStatus", False, "Only the two calls that turn the trail off, not all of CloudTrail."),
)


def _taken(lab: Any, pattern: str) -> Iterator[Step]:
    taken = looks.takes(lab, pattern, [_record(name) for name, _, _ in _SAMPLES])
    for (name, wanted, hint), found in zip(_SAMPLES, taken, strict=True):
        yield equal(f"{name} by the pattern", _word(wanted), _word(found), hint)


def _word(taken: bool) -> str:
    return "counted" if taken else "not counted"


def _record(name: str) -> dict[str, Any]:
    return {
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "eventType": "AwsApiCall",
        "readOnly": name.startswith("Get"),
        "userIdentity": {"type": "IAMUser", "userName": "ben"},
        "requestParameters": {"name": TRAIL},
    }


def _alarm_steps(filters: list[dict[str, Any]], alarm: dict[str, Any]) -> Iterator[Step]:
    metric = f"{alarm.get('Namespace')} {alarm.get('MetricName')}"
    fed = any(_feeds(one, alarm) for one in filters)
    hint = (
        "An alarm on a metric that never comes stays as it is, and nobody says so. Namespace and "
        "name must be the filter's, to the letter."
    )
    expected = f"one that a metric filter of {GROUP} counts"
    found = metric if fed else f"{metric}, which nobody counts"
    yield holds("The alarm's metric", fed, expected, found, hint)
    rings = _rings_at_one(alarm)
    found = f"{alarm.get('ComparisonOperator')} {alarm.get('Threshold'):g}"
    yield holds("Threshold", rings, "to be reached by one event", found, "Once is too often here.")
    told = [arn for arn in alarm.get("AlarmActions", []) if alarm.get("ActionsEnabled", True)]
    hint = "AlarmActions=[…] takes the topic's ARN. Without it an alarm rings in an empty room."
    good = ALARMS in told
    yield holds("AlarmActions", good, ALARMS, told or "nothing", hint)


def _rings_at_one(alarm: dict[str, Any]) -> bool:
    threshold = float(alarm.get("Threshold", 0))
    reached: dict[str, bool] = {
        "GreaterThanOrEqualToThreshold": threshold <= 1,
        "GreaterThanThreshold": threshold < 1,
    }
    return reached.get(alarm.get("ComparisonOperator", ""), False)


def _feeds(one: dict[str, Any], alarm: dict[str, Any]) -> bool:
    return any(
        (t["metricNamespace"], t["metricName"]) == (alarm.get("Namespace"), alarm.get("MetricName"))
        for t in one["metricTransformations"]
    )


def keep_ninety_days(lab: Any) -> None:
    logs = lab.client("logs")
    logs.put_retention_policy(logGroupName="sap-trail-events", retentionInDays=90)


def wrong_thirty_days(lab: Any) -> None:
    lab.client("logs").put_retention_policy(logGroupName=GROUP, retentionInDays=30)


def wrong_other_group(lab: Any) -> None:
    logs = lab.client("logs")
    logs.create_log_group(logGroupName="sap-trail")
    logs.put_retention_policy(logGroupName="sap-trail", retentionInDays=DAYS)


def undo_retention(lab: Any) -> None:
    logs = lab.client("logs")
    if looks.log_group(lab, GROUP):
        logs.delete_retention_policy(logGroupName=GROUP)
    if looks.log_group(lab, "sap-trail"):
        logs.delete_log_group(logGroupName="sap-trail")


def look_at_retention(lab: Any, answers: Answers) -> Iterator[Step]:
    group = looks.log_group(lab, GROUP)
    if not group:
        yield there(f"Log group {GROUP}", None, hint="Run the cells above first; they make it.")
        return
    found = group.get("retentionInDays")
    other = looks.log_group(lab, "sap-trail").get("retentionInDays")
    if found is None and other:
        hint = f"You set it on the group sap-trail; the trail writes to {GROUP}."
        yield holds(f"retentionInDays of {GROUP}", False, str(DAYS), "none (never expires)", hint)
    elif found is None:
        hint = (
            "logs.put_retention_policy sets it; without one events are kept for ever, and paid for."
        )
        yield unset(f"retentionInDays of {GROUP}", str(DAYS), "none (never expires)", hint)
    else:
        yield equal(
            f"retentionInDays of {GROUP}", DAYS, found, "Set it again; the last word counts."
        )


EXERCISES = (
    Exercise(
        id="04.logs",
        title="Events go to CloudWatch Logs",
        minutes=7,
        given=f"`{TRAIL}`, which writes files to S3",
        goal=f"`{TRAIL}` sends its events to the log group `{GROUP}` too, as the role `{ROLE}`",
        look=look_at_logs,
        solve=send_to_logs,
        hints=(
            "Three things: a log group, a role that CloudTrail may assume, and update_trail.",
            "The role needs logs:CreateLogStream and logs:PutLogEvents on the group's streams.",
        ),
        wrong=(Wrong(wrong_group_only, f"IAM role: expected {ROLE}, found nothing"),),
        undo=undo_logs,
        console=f"CloudTrail › Trails › {TRAIL} › CloudWatch Logs › Edit › Enabled › Log group "
        f"{GROUP} › IAM Role {ROLE}",
        cli=f"aws cloudtrail update-trail --name {TRAIL} --cloud-watch-logs-log-group-arn "
        f"{GROUP_ARN} --cloud-watch-logs-role-arn {ROLE_ARN}",
        checkpoint=True,
    ),
    Exercise(
        id="04.trail",
        title="Somebody stopped the trail",
        minutes=8,
        given=f"the log group `{GROUP}` and the topic `sap-alarms`",
        goal=f"an alarm `{ALARM}` tells `sap-alarms` of one StopLogging or DeleteTrail",
        look=look_at_alarm,
        solve=ring_when_the_trail_stops,
        hints=(
            "Two calls, as in the cells above: put_metric_filter, then put_metric_alarm.",
            "`{ ($.eventName = …) || ($.eventName = …) }` takes either.",
            "The alarm finds its metric by Namespace and MetricName: the filter's, to the letter.",
        ),
        wrong=(
            Wrong(wrong_spelling, "StopLogging by the pattern: expected counted, found not"),
            Wrong(wrong_all_of_cloudtrail, "GetTrailStatus by the pattern: expected not counted"),
            Wrong(wrong_filter_alone, f"Alarm {ALARM}: expected to be there, found nothing"),
            Wrong(wrong_metric, "found SAP TrailStoped, which nobody counts"),
            Wrong(wrong_threshold, "Threshold: expected to be reached by one event"),
            Wrong(wrong_silence, f"AlarmActions: expected {ALARMS}, found nothing"),
        ),
        undo=undo_alarm,
        console=f"CloudWatch › Log groups › {GROUP} › Metric filters › Create metric filter; then "
        "Create alarm from it",
        cli="aws logs put-metric-filter …; aws cloudwatch put-metric-alarm "
        f"--alarm-name {ALARM} --alarm-actions {ALARMS} …",
    ),
    Exercise(
        id="04.retention",
        title="Keep events for 90 days",
        minutes=3,
        given=f"the log group `{GROUP}`, which keeps events for ever",
        goal=f"events in `{GROUP}` expire after {DAYS} days",
        look=look_at_retention,
        solve=keep_ninety_days,
        hints=(
            "It belongs to the log group, not to the trail: look among the logs client's calls.",
            "`put_retention_policy` takes logGroupName and retentionInDays.",
        ),
        wrong=(
            Wrong(wrong_thirty_days, f"retentionInDays of {GROUP}: expected 90, found 30"),
            Wrong(wrong_other_group, f"retentionInDays of {GROUP}: expected 90, found none"),
        ),
        undo=undo_retention,
        console=f"CloudWatch › Log groups › {GROUP} › Actions › "
        "Edit retention setting(s) › 3 months (90 days)",
        cli=f"aws logs put-retention-policy --log-group-name {GROUP} --retention-in-days {DAYS}",
    ),
)
