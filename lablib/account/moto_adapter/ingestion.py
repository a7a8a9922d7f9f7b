"""Log events on their way into moto's Logs: who is told of them, which filters they meet, and when
they are dropped again."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from ...monitoring.patterns.pattern import InvalidPattern, Line


class Listener(Protocol):
    """Who is told of what happens in log groups. `events` are (message, timestamp)."""

    def ingested(
        self,
        account: str,
        region: str,
        group: str,
        events: Sequence[tuple[str, datetime]],
        now: datetime,
    ) -> None: ...

    def retained(self, account: str, region: str, group: str, now: datetime) -> None: ...
    def group_deleted(self, account: str, region: str, group: str) -> None: ...


_listeners: list[Listener] = []

# API Reference, PutRetentionPolicy: RetentionInDays.
RETENTIONS = frozenset(
    {
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557,
        2922, 3288, 3653,
    }
)  # fmt: skip

# CloudWatch Logs User Guide, "CloudWatch Logs quotas": 1 MB an event and a batch; each event counts
# 26 bytes more.
EVENT_BYTES = BATCH_BYTES = 1_048_576
BYTES_MORE = 26


def listen(listener: Listener) -> None:
    """From here on `listener`, and it alone, is told; ids of log events begin anew."""
    from moto.logs.models import LogEvent

    _listeners[:] = [listener]
    LogEvent._event_id = 0


def mend() -> None:
    """Once per process."""
    from moto.logs import models

    if getattr(models.LogStream.put_log_events, "_lab", False):
        return
    _tell_of_events(models)
    _send_only_what_matches(models)
    _search_by_patterns(models)
    _check_sizes(models)
    _tell_of_groups(models)


def _utc(naive: datetime) -> datetime:
    return naive.replace(tzinfo=UTC) if naive.tzinfo is None else naive


def lab_time() -> datetime:
    from moto.core.utils import utcnow

    return _utc(utcnow())


def _tell_of_events(models: Any) -> None:
    original: Callable[..., str] = models.LogStream.put_log_events

    @functools.wraps(original)
    def put(self: Any, log_events: list[dict[str, Any]]) -> str:
        token = original(self, log_events)
        group = self.log_group
        events = [
            (e["message"], datetime.fromtimestamp(e["timestamp"] / 1000, UTC)) for e in log_events
        ]
        for listener in _listeners:
            listener.ingested(self.account_id, self.region, group.name, events, lab_time())
        return token

    put._lab = True  # type: ignore[attr-defined]
    models.LogStream.put_log_events = put


def _send_only_what_matches(models: Any) -> None:
    """moto sends all log events to a subscription filter's destination."""
    original: Callable[..., None] = models.LogStream._send_log_events

    @functools.wraps(original)
    def send(
        self: Any,
        service: str,
        destination_arn: str,
        filter_name: str,
        log_events: list[dict[str, Any]],
    ) -> None:
        pattern = self.log_group.subscription_filters[filter_name].filter_pattern
        found = [event for event in log_events if _taken(pattern, event["message"])]
        if found:
            named = [{**event, "id": f"{event['id']:056d}"} for event in found]
            original(self, service, destination_arn, filter_name, named)

    models.LogStream._send_log_events = send


def _taken(pattern: str | None, message: str) -> bool:
    from ...monitoring.patterns import compiled

    try:
        return compiled(pattern or "").takes(Line(message))
    except InvalidPattern:  # checked when it was put: not reached
        return False


class _MessageFilter:
    """Stands in for moto's: FilterLogEvents and StartLiveTail."""

    def __init__(self, pattern: str | None) -> None:
        self._pattern = pattern

    def matches(self, message: str) -> bool:
        return _taken(self._pattern, message)


def _search_by_patterns(models: Any) -> None:
    models.EventMessageFilter = _MessageFilter
    for name in ("filter_log_events", "put_subscription_filter", "start_live_tail"):
        _check_pattern(models, name)


PATTERNS = ("filter_pattern", "log_event_filter_pattern")


def _check_pattern(models: Any, name: str) -> None:
    original: Callable[..., Any] = getattr(models.LogsBackend, name)

    @functools.wraps(original)
    def checked(self: Any, *args: Any, **named: Any) -> Any:
        import inspect

        given = inspect.signature(original).bind(self, *args, **named).arguments
        pattern = next((given[n] for n in PATTERNS if n in given), "") or ""
        _refuse_wrong(pattern)
        return original(self, *args, **named)

    setattr(models.LogsBackend, name, checked)


def _refuse_wrong(pattern: str) -> None:
    from moto.logs.exceptions import InvalidParameterException

    from ...monitoring.patterns import compiled

    try:
        compiled(pattern)
    except InvalidPattern as invalid:
        raise InvalidParameterException(invalid.message or "Invalid filter pattern") from None


def _check_sizes(models: Any) -> None:
    original: Callable[..., Any] = models.LogsBackend.put_log_events

    @functools.wraps(original)
    def put(
        self: Any, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]
    ) -> Any:
        sizes = [len(event["message"].encode()) + BYTES_MORE for event in log_events]
        _refuse_large(max(sizes, default=0), EVENT_BYTES, "Log event")
        _refuse_large(sum(sizes), BATCH_BYTES, "Upload")
        return original(self, log_group_name, log_stream_name, log_events)

    models.LogsBackend.put_log_events = put


def _refuse_large(size: int, most: int, what: str) -> None:
    """Observed."""
    from moto.logs.exceptions import InvalidParameterException

    if size > most:
        raise InvalidParameterException(f"{what} too large: {size} bytes exceeds limit of {most}")


# -- groups -------------------------------------------------------------------------------


def _tell_of_groups(models: Any) -> None:
    _after(models.LogsBackend, "delete_log_group", _deleted)
    _after(models.LogsBackend, "put_retention_policy", _retained)
    _check_retention(models)


def _after(cls: Any, name: str, then: Callable[[Any, str], None]) -> None:
    original: Callable[..., Any] = getattr(cls, name)

    @functools.wraps(original)
    def method(self: Any, log_group_name: str, *args: Any, **named: Any) -> Any:
        result = original(self, log_group_name, *args, **named)
        then(self, log_group_name)
        return result

    setattr(cls, name, method)


def _deleted(backend: Any, group: str) -> None:
    for listener in _listeners:
        listener.group_deleted(backend.account_id, backend.region_name, group)


def _retained(backend: Any, group: str) -> None:
    for listener in _listeners:
        listener.retained(backend.account_id, backend.region_name, group, lab_time())


def _check_retention(models: Any) -> None:
    from moto.logs.exceptions import InvalidParameterException

    original: Callable[..., None] = models.LogsBackend.put_retention_policy

    @functools.wraps(original)
    def put(self: Any, log_group_name: str, retention_in_days: Any) -> None:
        if int(retention_in_days) not in RETENTIONS:
            raise InvalidParameterException(
                constraint=f"Member must satisfy enum value set: {sorted(RETENTIONS)}",
                parameter="retentionInDays",
                value=retention_in_days,
            )
        original(self, log_group_name, retention_in_days)

    models.LogsBackend.put_retention_policy = put


def _group(account: str, region: str, name: str) -> Any:
    from moto.logs.models import logs_backends

    return logs_backends[account][region].groups.get(name)


def count_filters(account: str, region: str, group: str, count: int) -> None:
    """How many metric filters DescribeLogGroups shows."""
    found = _group(account, region, group)
    if found is None:
        return
    shown: Callable[[], dict[str, Any]] = type(found).to_describe_dict.__get__(found)
    found.to_describe_dict = lambda: {**shown(), "metricFilterCount": count}


def retention(account: str, region: str, group: str) -> int | None:
    """Days; None: for ever."""
    found = _group(account, region, group)
    days = None if found is None else found.retention_in_days
    return int(days) if days else None


def oldest(account: str, region: str, group: str) -> datetime | None:
    """The timestamp of the oldest log event; None when there is none."""
    found = _group(account, region, group)
    stamps = [e.timestamp for s in found.streams.values() for e in s.events] if found else []
    return datetime.fromtimestamp(min(stamps) / 1000, UTC) if stamps else None


def drop(account: str, region: str, group: str, before: datetime) -> None:
    """Log events with timestamps before that moment are gone."""
    found = _group(account, region, group)
    limit = before.timestamp() * 1000
    for stream in found.streams.values() if found is not None else ():
        stream.events = [event for event in stream.events if event.timestamp >= limit]
        stream.stored_bytes = sum(len(event.message) for event in stream.events)
