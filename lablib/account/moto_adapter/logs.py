"""Log groups and their events, as they lie in moto's Logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import compress
from operator import attrgetter
from typing import Any

from ...monitoring.insights.log import Log


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    created: int  # milliseconds since 1970
    retention: int | None  # days


def _groups(account: str, region: str) -> dict[str, Any]:
    from moto.logs.models import logs_backends

    if account not in logs_backends or region not in logs_backends[account]:
        return {}
    groups: dict[str, Any] = logs_backends[account][region].groups
    return groups


def group(account: str, region: str, name: str) -> Group | None:
    found = _groups(account, region).get(name)
    if found is None:
        return None
    created = int(found.creation_time.replace(tzinfo=UTC).timestamp() * 1000)
    days = found.retention_in_days
    return Group(name, created, int(days) if days else None)


def read(account: str, region: str, names: Sequence[str], start: int, end: int) -> Log:
    """The events of these groups from `start` to `end` (milliseconds, both included), in the
    order of groups, streams and arrival."""
    log = Log(time=[], message=[], stream=[], log=[], ingested=[])
    for name in names:
        for stream in _groups(account, region)[name].streams.values():
            _add(log, stream, f"{account}:{name}", start, end)
    return log


def _add(log: Any, stream: Any, group: str, start: int, end: int) -> None:
    """Attribute by attribute: of a hundred thousand events, each step counts."""
    events = stream.events
    times = list(map(_TIME, events))
    if times and not (start <= min(times) and max(times) <= end):
        inside = [start <= time <= end for time in times]
        events, times = list(compress(events, inside)), list(compress(times, inside))
    log.time.extend(times)
    log.message.extend(map(_MESSAGE, events))
    log.ingested.extend(map(_INGESTED, events))
    log.stream.extend([stream.log_stream_name] * len(times))
    log.log.extend([group] * len(times))


_TIME, _MESSAGE, _INGESTED = map(attrgetter, ("timestamp", "message", "ingestion_time"))
