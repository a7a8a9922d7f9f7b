"""What an alarm says when its state changes: the SNS message, its subject, the e-mail.

Observed: messages of real alarms, as people quote them in public repositories and posts. The
message of Amazon SNS is JSON; who has subscribed by e-mail gets a text.
"""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .alarm import Alarm, State, Watch
from .evaluation import stamp
from .metrics import Dimensions
from .query import Query
from .statistic import PLAIN

SUBJECT = 100  # characters an SNS subject may have (API Reference, Publish)

# Names of the Regions as messages write them (AWS General Reference, "Regions and endpoints").
REGIONS = {
    "us-east-1": "US East (N. Virginia)", "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)", "us-west-2": "US West (Oregon)",
    "af-south-1": "Africa (Cape Town)", "ap-east-1": "Asia Pacific (Hong Kong)",
    "ap-south-1": "Asia Pacific (Mumbai)", "ap-south-2": "Asia Pacific (Hyderabad)",
    "ap-northeast-1": "Asia Pacific (Tokyo)", "ap-northeast-2": "Asia Pacific (Seoul)",
    "ap-northeast-3": "Asia Pacific (Osaka)", "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)", "ap-southeast-3": "Asia Pacific (Jakarta)",
    "ap-southeast-4": "Asia Pacific (Melbourne)", "ca-central-1": "Canada (Central)",
    "ca-west-1": "Canada West (Calgary)", "eu-central-1": "EU (Frankfurt)",
    "eu-central-2": "Europe (Zurich)", "eu-west-1": "EU (Ireland)",
    "eu-west-2": "EU (London)", "eu-west-3": "EU (Paris)", "eu-north-1": "EU (Stockholm)",
    "eu-south-1": "Europe (Milan)", "eu-south-2": "Europe (Spain)",
    "il-central-1": "Israel (Tel Aviv)", "me-south-1": "Middle East (Bahrain)",
    "me-central-1": "Middle East (UAE)", "sa-east-1": "South America (Sao Paulo)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Child:
    """An alarm that a composite alarm's rule mentions, and the state it is in."""

    arn: str
    state: State


@dataclass(frozen=True, slots=True)
class Notice:
    """What is published: `message` is what most subscribers get, `email` what people get."""

    subject: str
    message: str
    email: str

    def by_protocol(self) -> str:
        """For Publish with MessageStructure=json."""
        return json.dumps({"default": self.message, "email": self.email})


def notice(alarm: Alarm, old: State, new: State, children: Sequence[Child] = ()) -> Notice:
    """`children`: for a composite alarm, those that brought it about."""
    return Notice(
        _subject(alarm, new),
        json.dumps(_message(alarm, old, new, children), separators=(",", ":")),
        _email(alarm, old, new, children),
    )


def region_name(alarm: Alarm) -> str:
    return REGIONS.get(alarm.region, alarm.region)


def _subject(alarm: Alarm, state: State) -> str:
    frame = f'{state.value}: "%s" in {region_name(alarm)}'
    name = re.sub(r"[^\x20-\x7e]+", "_", alarm.name)
    room = SUBJECT - len(frame) + 2
    return frame % (name if len(name) <= room else name[: room - 3] + "...")


def _message(alarm: Alarm, old: State, new: State, children: Sequence[Child]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": alarm.account,
        "AlarmConfigurationUpdatedTimestamp": stamp(alarm.updated),
        "NewStateValue": new.value,
        "NewStateReason": new.reason,
        "StateChangeTime": stamp(new.updated),
        "Region": region_name(alarm),
        "AlarmArn": alarm.arn,
        "OldStateValue": old.value,
        "OKActions": list(alarm.ok_actions),
        "AlarmActions": list(alarm.alarm_actions),
        "InsufficientDataActions": list(alarm.insufficient_actions),
    }
    if alarm.watch is not None:
        return told | {"Trigger": _trigger(alarm.watch)}
    assert alarm.rule is not None
    return told | {
        "AlarmRule": alarm.rule.text,
        "TriggeringChildren": [
            {
                "Arn": child.arn,
                "State": {"Value": child.state.value, "Timestamp": stamp(child.state.updated)},
            }
            for child in children
        ],
    }


def _trigger(watch: Watch) -> dict[str, Any]:
    evaluated: dict[str, Any] = {
        "Period": watch.period,
        "EvaluationPeriods": watch.evaluation_periods,
        **({"DatapointsToAlarm": watch.datapoints} if watch.datapoints is not None else {}),
        "ComparisonOperator": watch.comparison,
        "Threshold": watch.threshold,
        "TreatMissingData": watch.missing or "",
        "EvaluateLowSampleCountPercentile": watch.low_samples or "",
    }
    if watch.math:
        return evaluated | {"Metrics": [_query(one) for one in watch.queries]}
    query = watch.returned
    assert query.metric is not None
    return {
        "MetricName": query.metric.name,
        "Namespace": query.metric.namespace,
        **_statistic(query.statistic),
        "Unit": query.unit,
        "Dimensions": _dimensions(query.metric.dimensions),
        **evaluated,
    }


def _statistic(name: str) -> dict[str, Any]:
    if name in PLAIN:
        return {"StatisticType": "Statistic", "Statistic": name.upper()}
    return {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": name}


def _dimensions(dimensions: Dimensions) -> list[dict[str, str]]:
    return [{"value": value, "name": name} for name, value in dimensions]


def _query(query: Query) -> dict[str, Any]:
    told: dict[str, Any] = {"Id": query.id}
    if query.label is not None:
        told["Label"] = query.label
    if query.metric is None:
        return {"Expression": query.math, **told, "ReturnData": query.returned}
    metric = {
        "Dimensions": _dimensions(query.metric.dimensions),
        "MetricName": query.metric.name,
        "Namespace": query.metric.namespace,
    }
    stat = {"Metric": metric, "Period": query.period, "Stat": query.statistic}
    return told | {"MetricStat": stat, "ReturnData": query.returned}


# -- the e-mail ---------------------------------------------------------------------------


def human(time: datetime) -> str:
    """Monday 23 November, 2026 10:05:00 UTC"""
    return f"{time.astimezone(UTC):%A %d %B, %Y %H:%M:%S} UTC"


def _email(alarm: Alarm, old: State, new: State, children: Sequence[Child]) -> str:
    sections = [
        _opening(alarm, new),
        "View this alarm in the AWS Management Console:\n" + _address(alarm),
        _details(alarm, old, new),
        *(_watched(alarm.watch) if alarm.watch is not None else [_children(children)]),
        _actions(alarm),
    ]
    return "\n\n".join(sections) + "\n"


def _opening(alarm: Alarm, new: State) -> str:
    return (
        f'You are receiving this email because your Amazon CloudWatch Alarm "{alarm.name}" in the '
        f'{region_name(alarm)} region has entered the {new.value} state, because "{new.reason}" '
        f'at "{human(new.updated)}".'
    )


def _address(alarm: Alarm) -> str:
    name = urllib.parse.quote(alarm.name, safe="")
    console = f"{alarm.region}.console.aws.amazon.com/cloudwatch/deeplink.js"
    return f"https://{console}?region={alarm.region}#alarmsV2:alarm/{name}"


def _details(alarm: Alarm, old: State, new: State) -> str:
    rule = [("Alarm Rule", alarm.rule.text)] if alarm.rule is not None else []
    return _block(
        "Alarm Details",
        28,
        ("Name", alarm.name),
        ("Description", alarm.description or ""),
        ("State Change", f"{old.value} -> {new.value}"),
        *rule,
        ("Reason for State Change", new.reason),
        ("Timestamp", human(new.updated)),
        ("AWS Account", alarm.account),
        ("Alarm Arn", alarm.arn),
    )


def _watched(watch: Watch) -> list[str]:
    threshold = (
        "Threshold:\n- The alarm is in the ALARM state when the metric is "
        f"{watch.comparison} {watch.threshold} for at least {watch.needed} of the last "
        f"{watch.evaluation_periods} period(s) of {watch.period} seconds."
    )
    query = watch.returned
    if query.metric is None:
        pairs = [("MetricExpression", query.math or ""), ("MetricLabel", query.label or "")]
        return [threshold, _block("Monitored Metrics", 28, *pairs)]
    dimensions = ", ".join(f"[{name} = {value}]" for name, value in query.metric.dimensions)
    monitored = _block(
        "Monitored Metric",
        37,
        ("MetricNamespace", query.metric.namespace),
        ("MetricName", query.metric.name),
        ("Dimensions", dimensions),
        ("Period", f"{watch.period} seconds"),
        ("Statistic", query.statistic),
        ("Unit", query.unit or "not specified"),
        ("TreatMissingData", watch.missing or "missing"),
    )
    return [threshold, monitored]


def _children(children: Sequence[Child]) -> str:
    lines = [f"- {c.arn}   {c.state.value}   {human(c.state.updated)}" for c in children[:10]]
    return "\n".join(["Triggering children (max. 10):", *lines])


def _actions(alarm: Alarm) -> str:
    shown: Callable[[tuple[str, ...]], str] = lambda arns: (  # noqa: E731
        f"[{', '.join(arns)}]" if arns else ""
    )
    return (
        f"State Change Actions:\n- OK: {shown(alarm.ok_actions)}\n"
        f"- ALARM: {shown(alarm.alarm_actions)}\n"
        f"- INSUFFICIENT_DATA: {shown(alarm.insufficient_actions)}"
    )


def _block(title: str, width: int, *pairs: tuple[str, str]) -> str:
    return "\n".join([f"{title}:", *(f"- {name + ':':<{width}}{value}" for name, value in pairs)])
