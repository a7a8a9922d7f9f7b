"""CloudWatch Logs Insights of one account: queries started, their results, records by pointer.

A query runs while StartQuery is answered, so the first look finds it complete.
Source: CloudWatch Logs API reference, StartQuery, GetQueryResults, DescribeQueries, StopQuery,
GetLogRecord.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from ..monitoring import insights
from ..monitoring.insights.discovery import discovered
from .moto_adapter import logs
from .own import Asked, Operation, OwnError

KEPT = 1_000  # queries whose results stay; AWS keeps them for seven days
GROUPS_AT_MOST = 50
MEMORY = "CLOUDTRAIL_LAB_QUERY_MEMORY"  # the variable that says how much a query may take
ROWS_AT_MOST = 100_000  # of a query
ROWS_A_PAGE = 10_000
SECONDS_AT_MOST = 60.0  # of real time, in which the account does nothing else; AWS: an hour
# Observed in StartQuery's answers, with the whole query's first and last character behind it.
OUT_OF_TIME = (
    "Query's end date and time is either before the log groups creation time or exceeds the log "
    "groups log retention settings"
)


@dataclass(frozen=True, slots=True)
class Done:
    """A query that has come to its end. `rows` are as AWS shows them; `milliseconds`: started."""

    id: str
    text: str
    groups: tuple[str, ...]
    milliseconds: int
    status: str
    rows: tuple[list[dict[str, str]], ...]
    statistics: dict[str, float]


@contextmanager
def _for_a_minute(interrupt: Callable[[], None]) -> Iterator[None]:
    timer = threading.Timer(SECONDS_AT_MOST, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class LogQueries:
    def __init__(self) -> None:
        self._engine = insights.Engine(
            insights.Limits(memory=os.environ.get(MEMORY) or "1GB", watch=_for_a_minute)
        )
        self._done: dict[tuple[str, str, str], Done] = {}  # by account, Region and id
        self.operations: dict[str, Operation] = {
            "StartQuery": self._start,
            "GetQueryResults": self._results,
            "DescribeQueries": self._describe,
            "StopQuery": self._stop,
            "GetLogRecord": self._record,
        }

    # -- a query

    def _start(self, asked: Asked) -> dict[str, Any]:
        groups = _groups(asked)
        limit = asked.params.get("limit")
        if limit is not None and not 1 <= int(limit) <= ROWS_AT_MOST:
            _invalid(f"limit must be between 1 and {ROWS_AT_MOST}")
        text = str(asked.params.get("queryString", ""))
        try:
            query = insights.read(text)
            start, end = _range(asked, groups, text)
            log = logs.read(asked.account, asked.region, [g.name for g in groups], start, end)
            done = self._run(asked, query, log, groups)
        except insights.MalformedQuery as error:
            raise _malformed(error) from None
        self._keep(asked, done)
        return {"queryId": done.id}

    def _run(
        self, asked: Asked, query: Any, log: insights.Log, groups: tuple[logs.Group, ...]
    ) -> Done:
        id = str(uuid.UUID(int=asked.rng.getrandbits(128), version=4))
        started = int(asked.now.timestamp() * 1000)
        names = tuple(group.name for group in groups)
        limit = asked.params.get("limit")
        try:
            outcome = insights.run(query, log, self._engine, started // 1000, limit)
        except insights.QueryTimeout:
            return Done(id, query.text, names, started, "Timeout", (), {})
        except insights.QueryFailed:
            return Done(id, query.text, names, started, "Failed", (), {})
        rows = tuple(_row(row, log) for row in outcome.rows)
        return Done(
            id, query.text, names, started, "Complete", rows, _statistics(outcome, len(names))
        )

    def _keep(self, asked: Asked, done: Done) -> None:
        self._done[(asked.account, asked.region, done.id)] = done
        while len(self._done) > KEPT:
            del self._done[next(iter(self._done))]

    def _found(self, asked: Asked) -> Done:
        id = str(asked.params.get("queryId", ""))
        found = self._done.get((asked.account, asked.region, id))
        if found is None:
            raise OwnError("ResourceNotFoundException", f"Query with id {id} does not exist.")
        return found

    # -- what became of it

    def _results(self, asked: Asked) -> dict[str, Any]:
        done = self._found(asked)
        size = int(asked.params.get("maxItems") or ROWS_A_PAGE)
        if not 1 <= size <= ROWS_A_PAGE:
            _invalid(f"maxItems must be between 1 and {ROWS_A_PAGE}")
        first = _first(asked.params.get("nextToken"))
        page = done.rows[first : first + size]
        result = {
            "queryLanguage": "CWLI",
            "results": list(page),
            "statistics": done.statistics,
            "status": done.status,
        }
        if first + size < len(done.rows):
            result["nextToken"] = _token(first + size)
        return result

    def _describe(self, asked: Asked) -> dict[str, Any]:
        """The newest first."""
        params = asked.params
        here = (asked.account, asked.region)
        group = params.get("logGroupName")
        wanted = [
            done
            for key, done in reversed(self._done.items())
            if key[:2] == here
            and (group is None or group in done.groups)
            and params.get("status") in (None, done.status)
            and params.get("queryLanguage") in (None, "CWLI")
        ]
        size, first = int(params.get("maxResults") or 1000), _first(params.get("nextToken"))
        page = wanted[first : first + size]
        result: dict[str, Any] = {"queries": [_described(done, group) for done in page]}
        if first + size < len(wanted):
            result["nextToken"] = _token(first + size)
        return result

    def _stop(self, asked: Asked) -> dict[str, Any]:
        """A query has always ended before it could be stopped: "If the query has already ended,
        the operation returns an error" (API reference)."""
        done = self._found(asked)
        _invalid(f"Query {done.id} is not running: its status is {done.status}")

    # -- one record

    def _record(self, asked: Asked) -> dict[str, Any]:
        try:
            group, stream, time, digest = _pointed(str(asked.params["logRecordPointer"]))
        except (ValueError, binascii.Error):
            _invalid("The log record pointer is not valid.")
        if logs.group(asked.account, asked.region, group) is None:
            raise _no_such_group(group, asked.account)
        log = logs.read(asked.account, asked.region, [group], time, time)
        for place, message in enumerate(log.message):
            if log.stream[place] == stream and _digest(message) == digest:
                return {"logRecord": _whole(log, place)}
        raise OwnError("ResourceNotFoundException", "The log record does not exist.")


def _invalid(message: str) -> NoReturn:
    raise OwnError("InvalidParameterException", message)


def _malformed(error: insights.MalformedQuery) -> OwnError:
    location = {"startCharOffset": error.start, "endCharOffset": error.end}
    details = {"queryCompileError": {"location": location, "message": error.message}}
    return OwnError("MalformedQueryException", error.message, details=details)


def _no_such_group(name: str, account: str) -> OwnError:
    message = f"Log group '{name}' does not exist for account ID '{account}'"
    return OwnError("ResourceNotFoundException", message)


def _groups(asked: Asked) -> tuple[logs.Group, ...]:
    """The log groups to be queried, named in one of three ways."""
    params = asked.params
    if params.get("queryLanguage") not in (None, "CWLI"):
        _invalid(f"queryLanguage {params['queryLanguage']}: only CWLI is available here")
    one = [params["logGroupName"]] if params.get("logGroupName") else None
    given = [way for way in (one, params.get("logGroupNames"), _identified(params)) if way]
    if len(given) != 1:
        _invalid("Exactly one of logGroupName, logGroupNames and logGroupIdentifiers is needed")
    if len(given[0]) > GROUPS_AT_MOST:
        _invalid(f"At most {GROUPS_AT_MOST} log groups can be queried at a time")
    names = dict.fromkeys(str(name) for name in given[0])
    return tuple(_known(asked, name) for name in names)


def _identified(params: dict[str, Any]) -> list[str]:
    """Names out of names and ARNs (without the * at their end)."""
    return [
        str(identifier).split(":log-group:", 1)[-1].removesuffix(":*")
        for identifier in params.get("logGroupIdentifiers") or ()
    ]


def _known(asked: Asked, name: str) -> logs.Group:
    found = logs.group(asked.account, asked.region, name)
    if found is None:
        raise _no_such_group(name, asked.account)
    return found


def _range(asked: Asked, groups: tuple[logs.Group, ...], text: str) -> tuple[int, int]:
    """In milliseconds. AWS turns the seconds into milliseconds as they are, and includes both
    (answer of the CloudWatch team in aws-sdk issue 280)."""
    start, end = (int(asked.params[name]) * 1000 for name in ("startTime", "endTime"))
    if start > end:
        _invalid("startTime must not be after endTime")
    now = asked.now.timestamp() * 1000
    kept = [now - g.retention * 86_400_000 for g in groups if g.retention is not None]
    oldest = max(min(group.created for group in groups) // 1000 * 1000, min(kept, default=0))
    if end < oldest:
        last = max(len(text) - 1, 0)
        raise insights.MalformedQuery(f"{OUT_OF_TIME} ([0,{last}])", 0, last)
    return start, end


def _row(row: insights.Row, log: insights.Log) -> list[dict[str, str]]:
    cells = [{"field": name, "value": value} for name, value in row.fields]
    if row.event is None:
        return cells
    return [*cells, {"field": "@ptr", "value": _pointer(log, row.event)}]


def _statistics(outcome: insights.Outcome, groups: int) -> dict[str, float]:
    return {
        "recordsMatched": float(outcome.matched),
        "recordsScanned": float(outcome.scanned),
        "estimatedRecordsSkipped": 0.0,
        "bytesScanned": float(outcome.bytes),
        "estimatedBytesSkipped": 0.0,
        "logGroupsScanned": float(groups),
        "resultCount": float(len(outcome.rows)),
    }


def _described(done: Done, group: str | None) -> dict[str, Any]:
    return {
        "queryLanguage": "CWLI",
        "queryId": done.id,
        "queryString": done.text,
        "status": done.status,
        "createTime": done.milliseconds,
        "logGroupName": group or done.groups[0],
    }


# -- pointers and tokens: nobody else's business, and the same each time


def _digest(message: str) -> str:
    return hashlib.blake2b(message.encode(), digest_size=9).hexdigest()


def _pointer(log: insights.Log, place: int) -> str:
    group = log.log[place].partition(":")[2]
    told = [group, log.stream[place], log.time[place], _digest(log.message[place])]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


def _pointed(pointer: str) -> tuple[str, str, int, str]:
    group, stream, time, digest = json.loads(base64.urlsafe_b64decode(pointer.encode()))
    return str(group), str(stream), int(time), str(digest)


def _whole(log: insights.Log, place: int) -> dict[str, str]:
    system = {
        "@timestamp": str(log.time[place]),
        "@ingestionTime": str(log.ingested[place]),
        "@log": log.log[place],
        "@logStream": log.stream[place],
        "@message": log.message[place],
        "@ptr": _pointer(log, place),
    }
    return discovered(log.message[place]) | system


def _token(first: int) -> str:
    return base64.urlsafe_b64encode(f"from:{first}".encode()).decode()


def _first(token: str | None) -> int:
    if not token:
        return 0
    try:
        word, _, first = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if word == "from" and first.isdecimal():
            return int(first)
    except (ValueError, binascii.Error):
        pass
    _invalid("The specified nextToken is invalid.")
