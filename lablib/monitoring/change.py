"""An alarm's change of state as EventBridge hears of it.

Source: CloudWatch User Guide, "Alarm events and EventBridge" (the detail of "CloudWatch Alarm State
Change", for alarms on one metric, on metric math, and composite ones).
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from .alarm import Alarm, State
from .evaluation import stamp
from .query import Query

DETAIL_TYPE, SOURCE = "CloudWatch Alarm State Change", "aws.cloudwatch"


def detail(alarm: Alarm, old: State, new: State) -> dict[str, Any]:
    return {
        "alarmName": alarm.name,
        "configuration": _configuration(alarm),
        "previousState": _state(old),
        "state": _state(new),
    }


def _configuration(alarm: Alarm) -> dict[str, Any]:
    told: dict[str, Any] = {"description": alarm.description} if alarm.description else {}
    if alarm.rule is not None:
        return {"alarmRule": alarm.rule.text, **told}
    assert alarm.watch is not None
    return told | {"metrics": [_metric(query, alarm) for query in alarm.watch.queries]}


def _metric(query: Query, alarm: Alarm) -> dict[str, Any]:
    simple = alarm.watch is not None and not alarm.watch.math
    id = str(uuid.uuid5(uuid.NAMESPACE_URL, alarm.arn)) if simple else query.id
    told: dict[str, Any] = {"id": id, "returnData": query.returned}
    if query.label is not None:
        told["label"] = query.label
    if query.metric is None:
        return told | {"expression": query.math}
    metric = query.metric
    named = {"namespace": metric.namespace, "name": metric.name}
    asked = {"metric": named | {"dimensions": dict(metric.dimensions)}}
    return told | {"metricStat": asked | {"period": query.period, "stat": query.statistic}}


def _state(state: State) -> dict[str, Any]:
    told = {"value": state.value, "reason": state.reason, "timestamp": stamp(state.updated)}
    if state.data is not None:
        told["reasonData"] = json.dumps(state.data, separators=(",", ":"))
    return told
