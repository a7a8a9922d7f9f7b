"""Lab 14, AWS Config: two rules that ask every day, a trail that drifts, and who made it so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lablib.estate.drift import drift, drifted
from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Step, equal, holds, there, unset
from lablib.exercises.tidy import empty

TRAIL = "sap-trail"
LOGS = "sap-trail-logs-123456789012"
BUCKET = "sap-config-123456789012"
ROLE = "AWSServiceRoleForConfig"
LOGGING = "cloudtrail-enabled"
VALIDATED = "cloud-trail-log-file-validation-enabled"
RULES = {LOGGING: "CLOUD_TRAIL_ENABLED", VALIDATED: "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"}
NOT_PLAYED = there(
    "The rollout",
    None,
    "to have happened",
    "Run the cell with estate.drift(lab): without it there is nothing to put right.",
)


def watch_the_trail(lab: Any) -> None:
    import json
    from contextlib import suppress

    iam, s3, config = lab.client("iam"), lab.client("s3"), lab.client("config")
    bucket = "sap-config-123456789012"
    role = "arn:aws:iam::123456789012:role/aws-service-role/config.amazonaws.com/"
    policy = {
        "Effect": "Allow",
        "Principal": {"Service": "config.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/123456789012/Config/*",
        "Condition": {
            "StringEquals": {
                "s3:x-amz-acl": "bucket-owner-full-control",
                "aws:SourceAccount": "123456789012",
            }
        },
    }
    with suppress(
        iam.exceptions.InvalidInputException, iam.exceptions.EntityAlreadyExistsException
    ):
        iam.create_service_linked_role(AWSServiceName="config.amazonaws.com")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [policy]})
    )
    config.put_configuration_recorder(
        ConfigurationRecorder={
            "name": "default",
            "roleARN": f"{role}AWSServiceRoleForConfig",
            "recordingGroup": {"resourceTypes": ["AWS::CloudTrail::Trail"]},
        }
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    for name, identifier in {
        "cloudtrail-enabled": "CLOUD_TRAIL_ENABLED",
        "cloud-trail-log-file-validation-enabled": "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
    }.items():
        source = {"Owner": "AWS", "SourceIdentifier": identifier}
        config.put_config_rule(ConfigRule={"ConfigRuleName": name, "Source": source})
    lab.clock.advance(minutes=1)


def wrong_not_started(lab: Any) -> None:
    watch_the_trail(lab)
    lab.client("config").stop_configuration_recorder(ConfigurationRecorderName="default")


def wrong_one_rule(lab: Any) -> None:
    watch_the_trail(lab)
    lab.client("config").delete_config_rule(ConfigRuleName=VALIDATED)


def undo_watch(lab: Any) -> None:
    config, iam = lab.client("config"), lab.client("iam")
    for name in rules(lab):
        config.delete_config_rule(ConfigRuleName=name)
    for recorder in recorders(lab):
        config.stop_configuration_recorder(ConfigurationRecorderName=recorder["name"])
    for channel in channels(lab):
        config.delete_delivery_channel(DeliveryChannelName=channel["name"])
    for recorder in recorders(lab):
        config.delete_configuration_recorder(ConfigurationRecorderName=recorder["name"])
    empty(lab, BUCKET)
    if looks.role(lab, ROLE):
        iam.delete_service_linked_role(RoleName=ROLE)


def look_at_watch(lab: Any, answers: Answers) -> Iterator[Step]:
    recorder = next(iter(recorders(lab)), None)
    hint = "Managed rules work with the recorder's role: put_configuration_recorder comes first."
    yield there("Configuration recorder", recorder and recorder["name"], hint=hint)
    channel = next(iter(channels(lab)), {})
    hint = "put_delivery_channel names the bucket; its policy lets config.amazonaws.com write."
    yield there("Delivery channel to a bucket", channel.get("s3BucketName"), hint=hint)
    if recorder:
        hint = "start_configuration_recorder."
        recording = recorder["recording"]
        yield holds("Recorder", recording, "recording", _is("recording", recording), hint)
    for name, identifier in RULES.items():
        found = rules(lab).get(name, {}).get("Source", {}).get("SourceIdentifier")
        hint = "put_config_rule with Owner AWS and the rule's SourceIdentifier."
        yield equal(f"Rule {name}", identifier, found, hint)


def _is(word: str, so: bool) -> str:
    return word if so else "stopped"


# -- putting it right ---------------------------------------------------------------------


def put_it_right(lab: Any) -> None:
    cloudtrail, config = lab.client("cloudtrail"), lab.client("config")
    cloudtrail.update_trail(Name="sap-trail", EnableLogFileValidation=True)
    cloudtrail.start_logging(Name="sap-trail")
    config.start_config_rules_evaluation(
        ConfigRuleNames=["cloudtrail-enabled", "cloud-trail-log-file-validation-enabled"]
    )
    lab.clock.advance(minutes=1)


def wrong_half(lab: Any) -> None:
    """The trail logs again, without validation."""
    _a_day_after(lab)
    lab.client("cloudtrail").start_logging(Name=TRAIL)
    _evaluate(lab)


def wrong_not_asked(lab: Any) -> None:
    """All is right again, and Config has not looked since."""
    _a_day_after(lab)
    lab.client("cloudtrail").update_trail(Name=TRAIL, EnableLogFileValidation=True)
    lab.client("cloudtrail").start_logging(Name=TRAIL)


def wrong_rule_deleted(lab: Any) -> None:
    """Who asks no questions hears no complaints."""
    _a_day_after(lab)
    lab.client("config").delete_config_rule(ConfigRuleName=VALIDATED)
    lab.client("cloudtrail").start_logging(Name=TRAIL)
    lab.client("config").start_config_rules_evaluation(ConfigRuleNames=[LOGGING])
    lab.clock.advance(minutes=1)


def _a_day_after(lab: Any) -> None:
    drift(lab)
    lab.clock.advance(hours=24)


def _evaluate(lab: Any) -> None:
    lab.client("config").start_config_rules_evaluation(ConfigRuleNames=[*RULES])
    lab.clock.advance(minutes=1)


def undo_right(lab: Any) -> None:
    """As the rollout left it, with both rules in place."""
    known = rules(lab)
    for name, identifier in RULES.items():
        if name not in known and recorders(lab):
            _put_rule(lab, name, identifier)
    lab.clock.advance(minutes=1)
    if looks.trail(lab, TRAIL) and drifted(lab):
        lab.client("cloudtrail").update_trail(Name=TRAIL, EnableLogFileValidation=False)
        lab.client("cloudtrail").stop_logging(Name=TRAIL)


def look_at_right(lab: Any, answers: Answers) -> Iterator[Step]:
    since = drifted(lab)
    trail = looks.trail(lab, TRAIL)
    if since is None or not trail:
        yield NOT_PLAYED
        return
    good = {
        LOGGING: bool(looks.status(lab, TRAIL)["IsLogging"]),
        VALIDATED: bool(trail["LogFileValidationEnabled"]),
    }
    yield _on("IsLogging", good[LOGGING], f"start_logging(Name='{TRAIL}').")
    hint = f"update_trail(Name='{TRAIL}', EnableLogFileValidation=True)."
    yield _on("LogFileValidationEnabled", good[VALIDATED], hint)
    known = rules(lab)
    for name in RULES:
        if name not in known:
            hint = "A rule that is gone complains no more, and watches no more. Put it again."
            yield holds(f"Rule {name}", False, "COMPLIANT", "no such rule", hint)
        else:
            yield _since(lab, name, since, good[name])


def the_rollout(lab: Any) -> Step | None:
    return None if drifted(lab) else NOT_PLAYED


def _on(what: str, found: bool, hint: str) -> Step:
    return equal(what, True, True) if found else unset(what, "True", False, hint)


def _since(lab: Any, rule: str, rollout: datetime, good: bool) -> Step:
    """What the rule has said since the rollout; nobody's mistake as long as the trail is wrong."""
    found, time = latest(lab, rule)
    if not good:
        return unset(f"Rule {rule}", "COMPLIANT", found or "nothing", "First the trail itself.")
    hint = (
        f"The trail is right again, and Config looked last at {time:%H:%M}. Wait a day, or "
        "start_config_rules_evaluation and wind a minute."
        if time
        else "Config has not looked yet: wind a minute."
    )
    stale = time is None or time < rollout
    told = "COMPLIANT, from before the rollout" if stale and found == "COMPLIANT" else found
    return equal(f"Rule {rule}", "COMPLIANT", told, hint)


# -- a sharper question -------------------------------------------------------------------


def ask_for_the_bucket(lab: Any) -> None:
    import json

    lab.client("config").put_config_rule(
        ConfigRule={
            "ConfigRuleName": "cloudtrail-enabled",
            "Source": {"Owner": "AWS", "SourceIdentifier": "CLOUD_TRAIL_ENABLED"},
            "InputParameters": json.dumps({"s3BucketName": "sap-trail-logs-123456789012"}),
            "MaximumExecutionFrequency": "One_Hour",
        }
    )
    lab.clock.advance(minutes=1)


def wrong_bucket(lab: Any) -> None:
    """The bucket of Config, not that of the trail."""
    wanted = {"InputParameters": json.dumps({"s3BucketName": BUCKET})}
    _put_rule(lab, LOGGING, RULES[LOGGING], MaximumExecutionFrequency="One_Hour", **wanted)
    lab.clock.advance(minutes=1)


def wrong_once_a_day(lab: Any) -> None:
    wanted = {"InputParameters": json.dumps({"s3BucketName": LOGS})}
    _put_rule(lab, LOGGING, RULES[LOGGING], **wanted)
    lab.clock.advance(minutes=1)


def undo_bucket(lab: Any) -> None:
    if recorders(lab):
        _put_rule(lab, LOGGING, RULES[LOGGING])
        lab.clock.advance(minutes=1)


def look_at_bucket(lab: Any, answers: Answers) -> Iterator[Step]:
    rule = rules(lab).get(LOGGING)
    if rule is None:
        yield there(f"Rule {LOGGING}", None, hint="The cells above put it.")
        return
    bucket = json.loads(rule.get("InputParameters") or "{}").get("s3BucketName")
    hint = "InputParameters is a JSON text: json.dumps({'s3BucketName': …})."
    yield equal("s3BucketName", LOGS, bucket, hint)
    frequency = rule.get("MaximumExecutionFrequency")
    hint = "MaximumExecutionFrequency; without it, a rule looks once in 24 hours."
    yield equal("MaximumExecutionFrequency", "One_Hour", frequency, hint)
    if bucket:
        found, _ = latest(lab, LOGGING)
        hint = "get_compliance_details_by_config_rule: its Annotation says what it misses."
        yield equal(f"Rule {LOGGING}", "COMPLIANT", found, hint)


# -- what is there ------------------------------------------------------------------------


def rules(lab: Any) -> dict[str, dict[str, Any]]:
    listed = lab.observer("config").describe_config_rules()["ConfigRules"]
    return {rule["ConfigRuleName"]: rule for rule in listed}


def recorders(lab: Any) -> list[dict[str, Any]]:
    """Name and whether it is recording, of each."""
    config = lab.observer("config")
    found: list[dict[str, Any]] = config.describe_configuration_recorder_status()[
        "ConfigurationRecordersStatus"
    ]
    return found


def channels(lab: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lab.observer("config").describe_delivery_channels()[
        "DeliveryChannels"
    ]
    return found


def latest(lab: Any, rule: str) -> tuple[str | None, datetime | None]:
    """The verdict of a rule and when it was made; (None, None) before the first one."""
    config = lab.observer("config")
    found = config.get_compliance_details_by_config_rule(ConfigRuleName=rule)["EvaluationResults"]
    words = {result["ComplianceType"] for result in found}
    times = [result["ConfigRuleInvokedTime"].astimezone(UTC) for result in found]
    time = max(times, default=None)
    return ("NON_COMPLIANT" if "NON_COMPLIANT" in words else min(words, default=None)), time


def _put_rule(lab: Any, name: str, identifier: str, **more: Any) -> None:
    source = {"Owner": "AWS", "SourceIdentifier": identifier}
    lab.client("config").put_config_rule(
        ConfigRule={"ConfigRuleName": name, "Source": source, **more}
    )


EXERCISES = (
    Exercise(
        id="14.rules",
        title="Two rules look after the trail",
        minutes=4,
        given=f"`{TRAIL}`, which nobody looks at",
        goal="a recorder that records, a delivery channel, and the managed rules "
        f"`{LOGGING}` and `{VALIDATED}`",
        look=look_at_watch,
        solve=watch_the_trail,
        hints=(
            "In this order: role and bucket, recorder, delivery channel, start, rules.",
            "`put_config_rule` wants a name of yours and AWS's `SourceIdentifier`, in capitals.",
        ),
        wrong=(
            Wrong(wrong_not_started, "Recorder: expected recording, found stopped"),
            Wrong(wrong_one_rule, f"Rule {VALIDATED}: expected {RULES[VALIDATED]}, found nothing"),
        ),
        undo=undo_watch,
        console="Config › Set up AWS Config › Specific resource types › AWS CloudTrail Trail › "
        "Next › AWS Managed Rules › the two rules",
        cli=f"aws configservice put-config-rule --config-rule ConfigRuleName={LOGGING},"
        f"Source='{{Owner=AWS,SourceIdentifier={RULES[LOGGING]}}}'",
        checkpoint=True,
    ),
    Exercise(
        id="14.right",
        title="Put it right, and be told so",
        minutes=4,
        given=f"`{TRAIL}` as the rollout left it, and two rules that say NON_COMPLIANT",
        goal=f"`{TRAIL}` logs and validates again, and Config has seen it: both COMPLIANT",
        look=look_at_right,
        needs=the_rollout,
        solve=put_it_right,
        hints=(
            "Two calls mend the trail: the opposites of those that the pipeline made.",
            "Config looks once a day, or when you ask: `start_config_rules_evaluation`.",
            "An evaluation takes half a minute: `lab.clock.advance(minutes=1)`.",
        ),
        wrong=(
            Wrong(wrong_half, "LogFileValidationEnabled: expected True, found False"),
            Wrong(wrong_not_asked, "The trail is right again, and Config looked last at"),
            Wrong(wrong_rule_deleted, f"Rule {VALIDATED}: expected COMPLIANT, found no such rule"),
        ),
        undo=undo_right,
        console=f"CloudTrail › Trails › {TRAIL} › Edit › Log file validation; Start logging; "
        "Config › Rules › the rule › Actions › Re-evaluate",
        cli="aws configservice start-config-rules-evaluation --config-rule-names "
        f"{LOGGING} {VALIDATED}",
    ),
    Exercise(
        id="14.bucket",
        title="Not just any trail",
        minutes=3,
        given=f"the rule `{LOGGING}`, which any trail of the account makes content",
        goal=f"`{LOGGING}` wants a trail that writes to `{LOGS}`, looks every hour, and is "
        "COMPLIANT",
        look=look_at_bucket,
        solve=ask_for_the_bucket,
        hints=(
            "`put_config_rule` with the same name changes the rule.",
            "The parameter is `s3BucketName`, in `InputParameters`, which is a JSON text.",
            "`MaximumExecutionFrequency` takes `One_Hour` … `TwentyFour_Hours`.",
        ),
        wrong=(
            Wrong(wrong_bucket, f"s3BucketName: expected {LOGS}, found {BUCKET}"),
            Wrong(
                wrong_once_a_day,
                "MaximumExecutionFrequency: expected One_Hour, found nothing",
            ),
        ),
        undo=undo_bucket,
        console=f"Config › Rules › {LOGGING} › Actions › Edit rule › Frequency, Parameters",
        cli=f"aws configservice put-config-rule --config-rule file://{LOGGING}.json",
    ),
)
