"""PutMetricAlarm and PutCompositeAlarm: from a request to an alarm, or AWS's refusal.

Source: API Reference, PutMetricAlarm, PutCompositeAlarm, MetricDataQuery.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from . import errors, expression, rule, statistic
from .alarm import COMPARISONS, TREATMENTS, Alarm, Watch
from .metrics import Dimensions, Metric
from .query import Query

DAY, WEEK = 86_400, 604_800
ACTIONS = 5  # of each sort
HIGH_RESOLUTION = (10, 20, 30)
METRICS = 10  # metrics in one math expression of an alarm

_ARN = re.compile(r"arn:[a-z\-]+:[a-z0-9\-]+:([a-z0-9\-]*):[^:]*:.+")
_QUERY_ID = re.compile(r"[a-z][A-Za-z0-9_]*")


def metric_alarm(params: Mapping[str, Any], account: str, region: str, now: datetime) -> Alarm:
    """Raises MonitoringError."""
    watch = _watch(params)
    return Alarm(
        name=_name(params),
        account=account,
        region=region,
        updated=now,
        watch=watch,
        **_common(params, region),
    )


def composite_alarm(params: Mapping[str, Any], account: str, region: str, now: datetime) -> Alarm:
    """Raises MonitoringError."""
    try:
        read = rule.read(str(params.get("AlarmRule", "")))
    except rule.InvalidRule as invalid:
        raise errors.validation(str(invalid)) from None
    suppressor = params.get("ActionsSuppressor")
    return Alarm(
        name=_name(params),
        account=account,
        region=region,
        updated=now,
        rule=read,
        suppressor=suppressor,
        suppressor_wait=params.get("ActionsSuppressorWaitPeriod"),
        suppressor_extension=params.get("ActionsSuppressorExtensionPeriod"),
        **_common(params, region),
    )


def _name(params: Mapping[str, Any]) -> str:
    name = str(params.get("AlarmName", ""))
    if not 1 <= len(name) <= 255:
        needs = "Member must have length between 1 and 255"
        raise errors.constraint(name, "alarmName", needs)
    return name


def _common(params: Mapping[str, Any], region: str) -> dict[str, Any]:
    enabled = params.get("ActionsEnabled")
    return {
        "description": params.get("AlarmDescription"),
        "enabled": True if enabled is None else bool(enabled),
        "ok_actions": _actions(params.get("OKActions"), region),
        "alarm_actions": _actions(params.get("AlarmActions"), region),
        "insufficient_actions": _actions(params.get("InsufficientDataActions"), region),
    }


def _actions(given: Sequence[str] | None, region: str) -> tuple[str, ...]:
    actions = tuple(dict.fromkeys(given or ()))
    if len(actions) > ACTIONS:
        raise errors.validation(f"An alarm can have at most {ACTIONS} actions of each kind")
    for action in actions:
        found = _ARN.fullmatch(action)
        if found is None:
            raise errors.validation(f"Invalid arn syntax: {action}")
        if found[1] not in ("", region):
            raise errors.validation(
                f"Invalid region {found[1]} specified. Only {region} is supported."
            )
    return actions


def _watch(params: Mapping[str, Any]) -> Watch:
    comparison = str(params.get("ComparisonOperator", ""))
    if params.get("ThresholdMetricId") or comparison.startswith("LessThanLower"):
        raise errors.validation("Anomaly detection bands are not simulated by the lab.")
    if comparison not in COMPARISONS:
        needs = f"Member must satisfy enum value set: [{', '.join(COMPARISONS)}]"
        raise errors.constraint(comparison, "comparisonOperator", needs)
    if params.get("Threshold") is None:
        raise errors.validation("Threshold must not be null")
    number = int(params.get("EvaluationPeriods") or 0)
    if number < 1:
        raise errors.constraint(
            number, "evaluationPeriods", "Member must have value greater than or equal to 1"
        )
    queries, by_math = _queries(params)
    period = max(query.period for query in queries if query.metric is not None)
    _check_range(period, number)
    datapoints = params.get("DatapointsToAlarm")
    if datapoints is not None and not 1 <= int(datapoints) <= number:
        raise errors.validation(
            "DatapointsToAlarm must be less than or equal to EvaluationPeriods, and at least 1"
        )
    return Watch(
        queries=queries,
        period=period,
        comparison=comparison,
        threshold=float(params["Threshold"]),
        evaluation_periods=number,
        datapoints=None if datapoints is None else int(datapoints),
        missing=_one_of(params, "TreatMissingData", TREATMENTS),
        low_samples=_one_of(params, "EvaluateLowSampleCountPercentile", ("evaluate", "ignore")),
        math=by_math,
    )


def _one_of(params: Mapping[str, Any], name: str, known: Sequence[str]) -> str | None:
    value = params.get(name)
    if value is not None and value not in known:
        raise errors.validation(f"The parameter {name} must be one of {', '.join(known)}")
    return value


def _check_range(period: int, number: int) -> None:
    """ "EvaluationPeriods multiplied by Period … cannot be longer than seven days" for periods of
    an hour and more, else one day."""
    most, what = (WEEK, "seven days") if period >= 3600 else (DAY, "a day")
    if period * number > most:
        raise errors.validation(
            f"Metrics cannot be checked across more than {what} (EvaluationPeriods * Period must "
            f"be <= {most})."
        )


# -- what is asked of metrics -------------------------------------------------------------


def _queries(params: Mapping[str, Any]) -> tuple[tuple[Query, ...], bool]:
    given = params.get("Metrics")
    if given:
        if params.get("MetricName"):
            raise errors.validation("Metric name and metrics list are mutually exclusive")
        return queries(given), True
    if not params.get("MetricName") or not params.get("Namespace"):
        raise errors.validation("MetricName and Namespace must not be null")
    if (params.get("Statistic") is None) == (params.get("ExtendedStatistic") is None):
        raise errors.validation("Exactly one of Statistic and ExtendedStatistic must be specified")
    name = str(params.get("Statistic") or params.get("ExtendedStatistic"))
    metric = Metric(
        str(params["Namespace"]), str(params["MetricName"]), dimensions(params.get("Dimensions"))
    )
    return (
        Query("m1", metric, _statistic(name), _period(params.get("Period")), params.get("Unit")),
    ), False


def queries(given: Sequence[Mapping[str, Any]]) -> tuple[Query, ...]:
    """MetricDataQuery structures of an alarm. Raises MonitoringError."""
    read = tuple(query(one) for one in given)
    if len({one.id for one in read}) != len(read):
        raise errors.validation("The values for parameter id in Metrics must be unique")
    if sum(one.returned for one in read) != 1:
        raise errors.validation("Exactly one element of the metrics list should return data.")
    metrics = [one for one in read if one.metric is not None]
    if not metrics:
        raise errors.validation("At least one metric must be specified")
    if len(metrics) > METRICS:
        raise errors.validation(f"An alarm can be based on at most {METRICS} metrics")
    if len({one.period for one in metrics}) != 1:
        raise errors.validation("All metrics of an expression must have the same period")
    known = {one.id for one in read}
    for one in read:
        if one.math is not None:
            _check_expression(one.math, known)
    return read


def _check_expression(text: str, known: set[str]) -> None:
    try:
        unknown = sorted(expression.names(text) - known)
    except expression.NotUnderstood as error:
        raise errors.validation(str(error)) from None
    if unknown:
        raise errors.validation(f"Undefined id in expression '{text}': {', '.join(unknown)}")


def query(given: Mapping[str, Any]) -> Query:
    """One MetricDataQuery structure. Raises MonitoringError."""
    id = str(given.get("Id", ""))
    if not _QUERY_ID.fullmatch(id):
        raise errors.validation(f"The value {id} for parameter id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.")  # fmt: skip  # noqa: E501
    returned = given.get("ReturnData")
    label = given.get("Label")
    shown = True if returned is None else bool(returned)
    if given.get("Expression"):
        period = int(given.get("Period") or 60)
        return Query(id, math=str(given["Expression"]), label=label, returned=shown, period=period)
    stat = given.get("MetricStat") or {}
    metric = stat.get("Metric") or {}
    if not metric.get("MetricName"):
        raise errors.validation("Either Expression or MetricStat must be specified")
    return Query(
        id,
        Metric(
            str(metric.get("Namespace", "")),
            str(metric["MetricName"]),
            dimensions(metric.get("Dimensions")),
        ),
        _statistic(str(stat.get("Stat", ""))),
        _period(stat.get("Period")),
        stat.get("Unit"),
        label=label,
        returned=shown,
    )


def dimensions(given: Sequence[Mapping[str, str]] | None) -> Dimensions:
    return tuple(sorted((str(d["Name"]), str(d.get("Value", ""))) for d in given or ()))


def _statistic(name: str) -> str:
    if not statistic.is_known(name):
        raise errors.validation(f"The value {name} for parameter Stat is not supported.")
    return name


def _period(given: object) -> int:
    period = int(str(given)) if given is not None else 0
    if period not in HIGH_RESOLUTION and (period <= 0 or period % 60):
        raise errors.validation("Period must be 10, 20, 30 or a multiple of 60")
    return period
