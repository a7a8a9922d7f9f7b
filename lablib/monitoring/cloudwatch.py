"""CloudWatch as its API: operations in botocore's names, over metrics and alarms.

Source: API Reference of Amazon CloudWatch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from . import alarmrequest, errors
from .alarm import STATES, Alarm, State
from .alarms import Act, Alarms, Entry, Schedule
from .metrics import MINUTE, Datum, Metric, Metrics, aware
from .query import Query
from .reading import Reading

Params = Mapping[str, Any]
Operation = Callable[[Params, datetime], dict[str, Any]]
MOST_DELETED = 100


class CloudWatch:
    """Metrics and alarms of one account in one Region."""

    def __init__(self, account: str, region: str, schedule: Schedule, act: Act) -> None:
        self._account, self._region = account, region
        self.metrics = Metrics()
        self.alarms = Alarms(self.metrics, schedule, act)
        reading = Reading(self.metrics)
        self.operations: dict[str, Operation] = {
            "PutMetricData": self._put_metric_data,
            "GetMetricData": reading.data,
            "GetMetricStatistics": reading.statistics,
            "ListMetrics": reading.list,
            "PutMetricAlarm": self._put_metric_alarm,
            "PutCompositeAlarm": self._put_composite_alarm,
            "DescribeAlarms": self._describe,
            "DescribeAlarmsForMetric": self._describe_for_metric,
            "DescribeAlarmHistory": self._history,
            "DeleteAlarms": self._delete,
            "SetAlarmState": self._set_state,
            "EnableAlarmActions": lambda params, now: self._enable(params, True, now),
            "DisableAlarmActions": lambda params, now: self._enable(params, False, now),
            "ListTagsForResource": self._list_tags,
            "TagResource": self._tag,
            "UntagResource": self._untag,
        }

    def answers(self, operation: str, params: Params) -> bool:
        """Whether the operation is answered here: tags only of alarms."""
        if "ResourceARN" in params:
            return operation in self.operations and ":alarm:" in str(params["ResourceARN"])
        return operation in self.operations

    def publish(self, data: Sequence[Datum], now: datetime) -> None:
        """Measurements come in: they are kept, and the alarms on them look."""
        self.metrics.add(data)
        self.alarms.measured(dict.fromkeys(datum.metric for datum in data), now)

    # -- metrics --------------------------------------------------------------------------

    def _put_metric_data(self, params: Params, now: datetime) -> dict[str, Any]:
        namespace = str(params.get("Namespace", ""))
        if namespace.startswith("AWS/"):
            raise errors.invalid_value("The value AWS/ for parameter Namespace is invalid.")
        given = list(params.get("MetricData") or ())
        self.publish([_datum(namespace, n, one, now) for n, one in enumerate(given, 1)], now)
        return {}

    # -- alarms ---------------------------------------------------------------------------

    def _put_metric_alarm(self, params: Params, now: datetime) -> dict[str, Any]:
        return self._put(
            alarmrequest.metric_alarm(params, self._account, self._region, now), params, now
        )

    def _put_composite_alarm(self, params: Params, now: datetime) -> dict[str, Any]:
        alarm = alarmrequest.composite_alarm(params, self._account, self._region, now)
        assert alarm.rule is not None
        missing = [n for n in alarm.rule.children if self.alarms.get(n) is None]
        if missing:
            raise errors.validation(
                f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the "
                "alarm rule do not exist"
            )
        if self._leads_to(alarm.rule.children, alarm.name):
            raise errors.validation("Composite alarms must not form a circle")
        return self._put(alarm, params, now)

    def _leads_to(self, names: Iterable[str], target: str) -> bool:
        for name in names:
            entry = self.alarms.get(name)
            below = entry.alarm.rule.children if entry and entry.alarm.rule else ()
            if name == target or self._leads_to(below, target):
                return True
        return False

    def _put(self, alarm: Alarm, params: Params, now: datetime) -> dict[str, Any]:
        before = self.alarms.get(alarm.name)
        if before is not None and before.alarm.type != alarm.type:
            raise errors.validation(
                f"An alarm of another type exists already with the name {alarm.name}"
            )
        self.alarms.put(alarm, now)
        entry = self.alarms.get(alarm.name)
        if before is None and entry is not None:  # tags of an alarm that exists stay as they are
            entry.tags.update({t["Key"]: t["Value"] for t in params.get("Tags") or ()})
        return {}

    def _delete(self, params: Params, now: datetime) -> dict[str, Any]:
        names = list(dict.fromkeys(params.get("AlarmNames") or ()))
        if len(names) > MOST_DELETED:
            raise errors.constraint(names, "alarmNames", "Member must have length at most 100")
        there = [name for name in names if self.alarms.get(name) is not None]
        for name in there:
            parents = [p for p in self.alarms.parents(name) if p not in names]
            if parents:
                raise errors.validation(
                    f"Cannot delete {name} as there are composite alarm(s) depending on it: "
                    f"{', '.join(parents)}"
                )
        for name in there:
            self.alarms.delete(name, now)
        return {}

    def _enable(self, params: Params, enabled: bool, now: datetime) -> dict[str, Any]:
        self.alarms.enable(params.get("AlarmNames") or (), enabled, now)
        return {}

    def _set_state(self, params: Params, now: datetime) -> dict[str, Any]:
        value, name = params.get("StateValue"), str(params.get("AlarmName", ""))
        if value not in STATES:
            needs = f"Member must satisfy enum value set: [{', '.join(sorted(STATES))}]"
            raise errors.constraint(value, "stateValue", needs)
        data = params.get("StateReasonData")
        if self.alarms.get(name) is None:
            raise errors.no_such_alarm()
        state = State(value, str(params.get("StateReason", "")), _json_of(data), now)
        self.alarms.set(name, state)
        return {}

    def _describe(self, params: Params, now: datetime) -> dict[str, Any]:
        names, prefix = params.get("AlarmNames"), params.get("AlarmNamePrefix")
        if names and prefix is not None:
            raise errors.validation("AlarmNames and AlarmNamePrefix are mutually exclusive")
        family = self._by_family(params)
        # "If you omit this parameter, only metric alarms are returned."
        types = params.get("AlarmTypes") or (["MetricAlarm"] if family is None else TYPES)
        found = [
            entry
            for entry in self.alarms.entries()
            if (not names or entry.alarm.name in names)
            and entry.alarm.name.startswith(prefix or "")
            and entry.alarm.type in types
            and (family is None or entry.alarm.name in family)
            and params.get("StateValue") in (None, entry.state.value)
            and _acts(entry.alarm, params.get("ActionPrefix"))
        ]
        page, more = _page(found, params, 50)
        metric = [_shown(e) for e in page if e.alarm.watch is not None]
        composite = [_shown_composite(e) for e in page if e.alarm.rule is not None]
        return {"MetricAlarms": metric, "CompositeAlarms": composite, **more}

    def _by_family(self, params: Params) -> Sequence[str] | None:
        """Names by ChildrenOfAlarmName or ParentsOfAlarmName; None when neither is asked."""
        children, parents = params.get("ChildrenOfAlarmName"), params.get("ParentsOfAlarmName")
        if children is not None:
            entry = self.alarms.get(str(children))
            return entry.alarm.rule.children if entry and entry.alarm.rule else ()
        return None if parents is None else self.alarms.parents(str(parents))

    def _describe_for_metric(self, params: Params, now: datetime) -> dict[str, Any]:
        metric = Metric(
            str(params.get("Namespace", "")),
            str(params.get("MetricName", "")),
            alarmrequest.dimensions(params.get("Dimensions")),
        )
        stat = params.get("Statistic") or params.get("ExtendedStatistic")
        found = [
            entry
            for entry in self.alarms.entries()
            if entry.alarm.watch is not None
            and not entry.alarm.watch.math
            and entry.alarm.watch.returned.metric == metric
            and stat in (None, entry.alarm.watch.returned.statistic)
            and params.get("Period") in (None, entry.alarm.watch.period)
            and params.get("Unit") in (None, entry.alarm.watch.returned.unit)
        ]
        return {"MetricAlarms": [_shown(entry) for entry in found]}

    def _history(self, params: Params, now: datetime) -> dict[str, Any]:
        name, kind = params.get("AlarmName"), params.get("HistoryItemType")
        types = params.get("AlarmTypes") or (["MetricAlarm"] if name is None else [*TYPES])
        start, end = params.get("StartDate"), params.get("EndDate")
        found = [
            item
            for item in self.alarms.remembered(now)
            if name in (None, item.alarm)
            and kind in (None, item.kind)
            and item.type in types
            and (start is None or item.time >= aware(start))
            and (end is None or item.time <= aware(end))
        ]
        if params.get("ScanBy") != "TimestampAscending":
            found.reverse()
        page, more = _page(found, params, 100)
        return {"AlarmHistoryItems": [item.shown() for item in page], **more}

    # -- tags -----------------------------------------------------------------------------

    def _tagged(self, params: Params) -> Entry:
        entry = self.alarms.get(str(params["ResourceARN"]).rpartition(":alarm:")[2])
        if entry is None:
            raise errors.MonitoringError("ResourceNotFoundException", "Unknown", 404)
        return entry

    def _list_tags(self, params: Params, now: datetime) -> dict[str, Any]:
        return {"Tags": [{"Key": k, "Value": v} for k, v in self._tagged(params).tags.items()]}

    def _tag(self, params: Params, now: datetime) -> dict[str, Any]:
        tags = {t["Key"]: t["Value"] for t in params.get("Tags") or ()}
        self._tagged(params).tags.update(tags)
        return {}

    def _untag(self, params: Params, now: datetime) -> dict[str, Any]:
        entry = self._tagged(params)
        for key in params.get("TagKeys") or ():
            entry.tags.pop(key, None)
        return {}


TYPES = ("CompositeAlarm", "MetricAlarm")


def _acts(alarm: Alarm, prefix: str | None) -> bool:
    actions = (*alarm.ok_actions, *alarm.alarm_actions, *alarm.insufficient_actions)
    return prefix is None or any(action.startswith(prefix) for action in actions)


def _json_of(text: str | None) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        value = json.loads(text)
    except ValueError:
        raise errors.invalid_format("StateReasonData is not valid JSON") from None
    return value if isinstance(value, dict) else {"value": value}


def _page(found: list[Any], params: Params, most: int) -> tuple[list[Any], dict[str, str]]:
    limit = int(params.get("MaxRecords") or most)
    if not 1 <= limit <= 100:
        needs = "Member must have value between 1 and 100"
        raise errors.constraint(limit, "maxRecords", needs)
    token = str(params.get("NextToken") or "0")
    if not token.isdigit():
        raise errors.invalid_token()
    end = int(token) + limit
    return found[int(token) : end], ({"NextToken": str(end)} if end < len(found) else {})


# -- alarms as they are shown -------------------------------------------------------------


def _shown_common(entry: Entry) -> dict[str, Any]:
    alarm, state = entry.alarm, entry.state
    told: dict[str, Any] = {"AlarmName": alarm.name, "AlarmArn": alarm.arn}
    if alarm.description is not None:
        told["AlarmDescription"] = alarm.description
    told |= {
        "AlarmConfigurationUpdatedTimestamp": alarm.updated,
        "ActionsEnabled": alarm.enabled,
        "OKActions": list(alarm.ok_actions),
        "AlarmActions": list(alarm.alarm_actions),
        "InsufficientDataActions": list(alarm.insufficient_actions),
        "StateValue": state.value,
        "StateReason": state.reason,
        "StateUpdatedTimestamp": state.updated,
        "StateTransitionedTimestamp": entry.transitioned,
    }
    if state.data:
        told["StateReasonData"] = json.dumps(state.data, separators=(",", ":"))
    return told


def _shown(entry: Entry) -> dict[str, Any]:
    told, watch = _shown_common(entry), entry.alarm.watch
    assert watch is not None
    told |= {
        "EvaluationPeriods": watch.evaluation_periods,
        "Threshold": watch.threshold,
        "ComparisonOperator": watch.comparison,
    }
    optional = {
        "DatapointsToAlarm": watch.datapoints,
        "TreatMissingData": watch.missing,
        "EvaluateLowSampleCountPercentile": watch.low_samples,
    }
    told |= {name: value for name, value in optional.items() if value is not None}
    if watch.math:
        return told | {"Metrics": [_query(one) for one in watch.queries], "Dimensions": []}
    query = watch.returned
    assert query.metric is not None
    plain = query.statistic in ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
    told |= {
        "MetricName": query.metric.name,
        "Namespace": query.metric.namespace,
        "Statistic" if plain else "ExtendedStatistic": query.statistic,
        "Dimensions": _dimensions(query.metric),
        "Period": watch.period,
    }
    return told | ({"Unit": query.unit} if query.unit else {})


def _dimensions(metric: Metric) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in metric.dimensions]


def _query(query: Query) -> dict[str, Any]:
    told: dict[str, Any] = {"Id": query.id, "ReturnData": query.returned}
    if query.label is not None:
        told["Label"] = query.label
    if query.metric is None:
        return told | {"Expression": query.math, "Period": query.period}
    metric = {
        "Namespace": query.metric.namespace,
        "MetricName": query.metric.name,
        "Dimensions": _dimensions(query.metric),
    }
    stat: dict[str, Any] = {"Metric": metric, "Period": query.period, "Stat": query.statistic}
    return told | {"MetricStat": stat | ({"Unit": query.unit} if query.unit else {})}


def _shown_composite(entry: Entry) -> dict[str, Any]:
    alarm = entry.alarm
    assert alarm.rule is not None
    told = _shown_common(entry) | {"AlarmRule": alarm.rule.text}
    if alarm.suppressor is not None:
        told |= {
            "ActionsSuppressor": alarm.suppressor,
            "ActionsSuppressorWaitPeriod": alarm.suppressor_wait or 0,
            "ActionsSuppressorExtensionPeriod": alarm.suppressor_extension or 0,
        }
    if entry.suppressed:
        told |= {"ActionsSuppressedBy": "Alarm", "ActionsSuppressedReason": alarm.suppressor}
    return told


# -- measurements of a request ------------------------------------------------------------


def _datum(namespace: str, number: int, given: Params, now: datetime) -> Datum:
    """One MetricDatum. Raises MonitoringError."""
    where = f"MetricData.member.{number}"
    metric = Metric(
        namespace,
        str(given.get("MetricName", "")),
        alarmrequest.dimensions(given.get("Dimensions")),
    )
    time = aware(given.get("Timestamp") or now)
    if not now - timedelta(days=14) <= time <= now + timedelta(hours=2):
        raise errors.invalid_value(
            f"The parameter {where}.Timestamp must specify a time no more than two weeks in the "
            "past and no more than two hours in the future."
        )
    values, summary = _values(given, where), _summary(given.get("StatisticValues"), where)
    if not values and summary is None:
        raise errors.missing_parameter(f"{where}.Value")
    if values and summary is not None:
        raise errors.invalid_combination(
            f"The parameters {where}.Value and {where}.StatisticValues are mutually exclusive "
            "and you have specified both."
        )
    resolution = 1 if given.get("StorageResolution") == 1 else MINUTE
    return Datum(metric, time, values, summary, str(given.get("Unit") or "None"), resolution)


def _values(given: Params, where: str) -> tuple[tuple[float, float], ...]:
    many, single = given.get("Values"), given.get("Value")
    if many and single is not None:
        raise errors.invalid_combination(
            f"The parameters {where}.Value and {where}.Values are mutually exclusive and you have "
            "specified both."
        )
    counts = given.get("Counts") or [1.0] * len(many or ())
    if many and len(counts) != len(many):
        raise errors.invalid_value(
            f"The parameters {where}.Values and {where}.Counts must be of the same size."
        )
    pairs = list(zip(many, counts, strict=True)) if many else []
    if single is not None:
        pairs = [(single, 1.0)]
    for value, _ in pairs:
        if value != value or abs(value) == float("inf"):
            raise errors.invalid_value(f"The value {value} for parameter {where}.Value is invalid.")
    return tuple((float(value), float(count)) for value, count in pairs)


def _summary(given: Params | None, where: str) -> tuple[float, float, float, float] | None:
    if not given:
        return None
    names = ("SampleCount", "Sum", "Minimum", "Maximum")
    for name in names:
        if given.get(name) is None:
            raise errors.missing_parameter(f"{where}.StatisticValues.{name}")
    count, total, low, high = (float(given[name]) for name in names)
    return count, total, low, high
