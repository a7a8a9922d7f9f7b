"""CloudWatch of one account: metric filters, metrics and alarms by Region, the inbox, retention.

Told by moto's Logs and SNS of what comes in (`moto_adapter.ingestion`, `.subscriptions`); decides
nothing itself: that is `monitoring`, which is loaded when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..cloudtrail.world import Schedule
from . import policy, topics
from .inbox import Inbox
from .moto_adapter import facts, ingestion, logs, subscriptions
from .moto_adapter.subscriptions import Envelope
from .own import Asked, Operation, OwnError, lately

if TYPE_CHECKING:
    from ..monitoring.alarm import Alarm, State
    from ..monitoring.alarms import Listener
    from ..monitoring.cloudwatch import CloudWatch
    from ..monitoring.metricfilters import MetricFilters
    from ..monitoring.notice import Notice

SERVICE = "cloudwatch.amazonaws.com"
LOGS = ("PutMetricFilter", "DescribeMetricFilters", "DeleteMetricFilter", "TestMetricFilter")
CLOUDWATCH = (
    "PutMetricData", "GetMetricData", "GetMetricStatistics", "ListMetrics", "PutMetricAlarm",
    "PutCompositeAlarm", "DescribeAlarms", "DescribeAlarmsForMetric", "DescribeAlarmHistory",
    "DeleteAlarms", "SetAlarmState", "EnableAlarmActions", "DisableAlarmActions",
    "ListTagsForResource", "TagResource", "UntagResource",
)  # fmt: skip
ALL_GROUPS = {"DescribeMetricFilters", "TestMetricFilter"}  # they name no group that must be there


class Region:
    """What watches in one Region of one account."""

    def __init__(self, account: str, name: str, schedule: Schedule) -> None:
        from ..monitoring.cloudwatch import CloudWatch
        from ..monitoring.metricfilters import MetricFilters

        self.cloudwatch: CloudWatch = CloudWatch(account, name, schedule, _act)
        self.filters: MetricFilters = MetricFilters(schedule, self.cloudwatch.publish)


class Watching:
    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._regions: dict[tuple[str, str], Region] = {}
        self._expiring: set[tuple[str, str, str]] = set()
        self.inbox = Inbox()
        self.listeners: list[Listener] = []  # told of each alarm's change of state
        self._now: Callable[[], datetime] = ingestion.lab_time
        self.operations: dict[str, Mapping[str, Operation]] = {
            "logs": lately(LOGS, self._logs),
            "cloudwatch": lately(CLOUDWATCH, self._cloudwatch),
        }
        ingestion.mend()
        subscriptions.mend()
        ingestion.listen(self)
        subscriptions.listen(self)

    def region(self, account: str, name: str) -> Region:
        found = self._regions.get((account, name))
        if found is None:
            found = self._regions[account, name] = Region(account, name, self._schedule)
            found.cloudwatch.alarms.listeners.append(self._changed)
        return found

    def _changed(self, alarm: Alarm, old: State, new: State) -> None:
        for tell in self.listeners:
            tell(alarm, old, new)

    # -- operations -----------------------------------------------------------------------

    def _cloudwatch(self) -> dict[str, Operation]:
        return {name: _answering(self._of_cloudwatch, name) for name in CLOUDWATCH}

    def _of_cloudwatch(self, name: str, asked: Asked) -> dict[str, Any]:
        cloudwatch = self.region(asked.account, asked.region).cloudwatch
        if not cloudwatch.answers(name, asked.params):
            raise OwnError("ResourceNotFoundException", "Unknown", 404)
        return cloudwatch.operations[name](asked.params, asked.now)

    def _logs(self) -> dict[str, Operation]:
        return {name: _answering(self._of_logs, name) for name in LOGS}

    def _of_logs(self, name: str, asked: Asked) -> dict[str, Any]:
        group = asked.params.get("logGroupName")
        if (group is not None or name not in ALL_GROUPS) and (
            logs.group(asked.account, asked.region, str(group)) is None
        ):
            raise OwnError("ResourceNotFoundException", "The specified log group does not exist.")
        filters = self.region(asked.account, asked.region).filters
        operation: Mapping[str, Callable[[Any, datetime], dict[str, Any]]] = {
            "PutMetricFilter": filters.put,
            "DescribeMetricFilters": filters.describe,
            "DeleteMetricFilter": filters.delete,
            "TestMetricFilter": filters.test,
        }
        result = operation[name](asked.params, asked.now)
        if group is not None:
            count = len(filters.of_group(str(group)))
            ingestion.count_filters(asked.account, asked.region, str(group), count)
        return result

    # -- log events -----------------------------------------------------------------------

    def ingested(
        self,
        account: str,
        region: str,
        group: str,
        events: Sequence[tuple[str, datetime]],
        now: datetime,
    ) -> None:
        found = self._regions.get((account, region))
        if found is not None:
            found.filters.ingest(group, events, now)
        self.retained(account, region, group, now)

    def group_deleted(self, account: str, region: str, group: str) -> None:
        found = self._regions.get((account, region))
        if found is not None:
            found.filters.forget_group(group)

    def retained(self, account: str, region: str, group: str, now: datetime) -> None:
        """Log events that are older than their group keeps them go at the next midnight (UTC)."""
        key = (account, region, group)
        days = ingestion.retention(*key)
        if days is None or key in self._expiring:
            return
        oldest = ingestion.oldest(*key)
        if oldest is None:
            return
        due = max(oldest + timedelta(days=days), now) + timedelta(days=1)
        self._expiring.add(key)
        self._schedule.at(
            due.replace(hour=0, minute=0, second=0, microsecond=0),
            f"old log events of {group} are deleted",
            lambda at: self._expire(key, at),
        )

    def _expire(self, key: tuple[str, str, str], now: datetime) -> None:
        self._expiring.discard(key)
        days = ingestion.retention(*key)
        if days is not None:
            ingestion.drop(*key, now - timedelta(days=days))
            self.retained(*key, now)

    # -- mail -----------------------------------------------------------------------------

    def mailed(self, envelope: Envelope) -> None:
        self.inbox.receive(envelope, self._now())


def _answering(
    answer: Callable[[str, Asked], dict[str, Any]], name: str
) -> Callable[[Asked], dict[str, Any]]:
    """An operation whose refusals are in the account's own form."""
    from ..monitoring.errors import MonitoringError

    def operation(asked: Asked) -> dict[str, Any]:
        try:
            return answer(name, asked)
        except MonitoringError as error:
            raise OwnError(error.code, error.message, error.status) from None

    return operation


# -- actions of alarms --------------------------------------------------------------------


def _act(action: str, said: Notice, alarm: Alarm) -> str | None:
    """Carries out an alarm's action; what went wrong, or None. The lab knows topics."""
    if action.split(":")[2] != "sns":
        return "The lab carries out no actions but messages to Amazon SNS topics."
    document = facts.topic_policy(action)
    if document is None:
        return "Topic does not exist"
    reason = _refusal(action, document, alarm) or _sealed(action, alarm)
    if reason is not None:
        return reason
    try:
        subscriptions.publish(action, said.by_protocol(), said.subject)
    except Exception as error:  # whatever a subscriber does, the clock goes on
        return f"{type(error).__name__}: {error}"
    return None


def _context(alarm: Alarm) -> dict[str, str]:
    return {
        "aws:SourceArn": alarm.arn,
        "aws:SourceAccount": alarm.account,
        "AWS:SourceOwner": alarm.account,
    }


def _refusal(topic: str, document: str, alarm: Alarm) -> str | None:
    """The words of the alarm's history (observed)."""
    verdict = policy.service_verdict(
        document, action="sns:Publish", resource=topic, context=_context(alarm), service=SERVICE
    )
    if verdict.allowed:
        return None
    return (
        f"CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: {topic} because "
        "no resource-based policy allows the SNS:Publish action"
    )


def _sealed(topic: str, alarm: Alarm) -> str | None:
    if not topics.is_sealed(topic, SERVICE, _context(alarm)):
        return None
    return "CloudWatch Alarms does not have authorization to access the SNS topic encryption key."
