"""Lab 04, CloudWatch Logs: single events, soon; and how long they are kept."""

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
