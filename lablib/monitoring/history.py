"""Alarm history: what DescribeAlarmHistory tells.

Forms observed in the CLI's documentation and in answers quoted in public repositories. Kept for 30
days (CloudWatch User Guide, "Common features of CloudWatch alarms").
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .alarm import Alarm, State
from .evaluation import stamp

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Item:
    alarm: str
    type: str  # MetricAlarm, CompositeAlarm
    time: datetime
    kind: str  # ConfigurationUpdate, StateUpdate, Action
    summary: str
    data: str

    def shown(self) -> dict[str, Any]:
        """In botocore's names."""
        return {
            "AlarmName": self.alarm,
            "AlarmType": self.type,
            "Timestamp": self.time,
            "HistoryItemType": self.kind,
            "HistorySummary": self.summary,
            "HistoryData": self.data,
        }


def configured(alarm: Alarm, change: str, state: State, now: datetime) -> Item:
    """`change`: created, updated or deleted."""
    told = {
        "version": "1.0",
        "type": {"created": "Create", "updated": "Update", "deleted": "Delete"}[change],
        f"{change}Alarm": _configuration(alarm, state),
    }
    summary = f'Alarm "{alarm.name}" {change}'
    return Item(alarm.name, alarm.type, now, "ConfigurationUpdate", summary, _json(told))


def changed(alarm: Alarm, old: State, new: State) -> Item:
    told = {"version": "1.0", "oldState": _state(old), "newState": _state(new)}
    summary = f"Alarm updated from {old.value} to {new.value}"
    return Item(alarm.name, alarm.type, new.updated, "StateUpdate", summary, _json(told))


def acted(alarm: Alarm, new: State, action: str, published: str, failure: str | None) -> Item:
    """An action that was carried out, or why it was not."""
    told: dict[str, Any] = {
        "actionState": "Succeeded" if failure is None else "Failed",
        "stateUpdateTimestamp": int(new.updated.timestamp() * 1000),
        "notificationResource": action,
    }
    if failure is None:
        summary = f"Successfully executed action {action}"
        told["publishedMessage"] = published
    else:
        summary = f'Failed to execute action {action}. Received error: "{failure}"'
        told["error"] = failure
    return Item(alarm.name, alarm.type, new.updated, "Action", summary, _json(told))


def _state(state: State) -> dict[str, Any]:
    told: dict[str, Any] = {"stateValue": state.value, "stateReason": state.reason}
    if state.data:
        told["stateReasonData"] = state.data
    return told


def _configuration(alarm: Alarm, state: State) -> dict[str, Any]:
    told: dict[str, Any] = {
        "alarmName": alarm.name,
        "alarmDescription": alarm.description,
        "alarmArn": alarm.arn,
        "alarmConfigurationUpdatedTimestamp": stamp(alarm.updated),
        "stateValue": state.value,
        "stateUpdatedTimestamp": stamp(state.updated),
        "actionsEnabled": alarm.enabled,
        "alarmActions": list(alarm.alarm_actions),
        "insufficientDataActions": list(alarm.insufficient_actions),
        "okactions": list(alarm.ok_actions),
    }
    if alarm.watch is not None:
        told |= {
            "threshold": alarm.watch.threshold,
            "comparisonOperator": alarm.watch.comparison,
            "period": alarm.watch.period,
            "evaluationPeriods": alarm.watch.evaluation_periods,
            "datapointsToAlarm": alarm.watch.datapoints,
            "treatMissingData": alarm.watch.missing,
        }
    if alarm.rule is not None:
        told["alarmRule"] = alarm.rule.text
    return {name: value for name, value in told.items() if value is not None}


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))
