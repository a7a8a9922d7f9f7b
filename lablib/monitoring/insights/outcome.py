"""What a query gives: rows of named texts, each with its event, and what it took."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .engine import Engine
from .errors import MalformedQuery, too_complex
from .log import Log
from .plan import Column, plan
from .syntax import Query


@dataclass(frozen=True, slots=True)
class Row:
    """`fields` are in the order asked for, without those that are missing; `event` is the place
    of the row's event in the log, None after `stats`."""

    fields: tuple[tuple[str, str], ...]
    event: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    rows: tuple[Row, ...]
    matched: int
    scanned: int
    bytes: int


def run(query: Query, log: Log, engine: Engine, now: int, limit: int | None = None) -> Outcome:
    """Raises MalformedQuery, QueryFailed, QueryTimeout. `now` is in seconds since 1970; `limit`
    counts where the query has none."""
    try:
        planned = plan(query, now, limit)
        found = engine.run(planned.sql, log, planned.needs)
    except RecursionError:
        raise too_complex(query.text) from None
    except ValueError as error:
        raise _malformed(query, error) from None
    matched = int(found[0][1] or 0) if found else 0
    rows = tuple(_row(row, planned.columns, log) for row in found)
    return Outcome(rows, matched, len(log), log.bytes)


def _malformed(query: Query, error: ValueError) -> MalformedQuery:
    """What DuckDB refused is almost always a regular expression that is none."""
    reason = str(error).splitlines()[0].partition(": ")[2] or str(error)
    return MalformedQuery(reason, 0, max(len(query.text) - 1, 0))


def _row(row: Sequence[Any], columns: Sequence[Column], log: Log) -> Row:
    event, _, *texts = row
    given = iter(texts)
    cells = ((c.name, next(given) if c.own is None else own(log, c.own, event)) for c in columns)
    return Row(tuple((name, text) for name, text in cells if text is not None), event)


def own(log: Log, column: str, event: int) -> str:
    """An event's system field as it is shown."""
    return SHOWN.get(column, str)(getattr(log, column)[event])


def show_time(milliseconds: int) -> str:
    """ "2032-03-01 10:00:00.000", as Logs Insights shows times."""
    time = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{time:%Y-%m-%d %H:%M:%S}.{milliseconds % 1000:03d}"


SHOWN: dict[str, Callable[[Any], str]] = {"time": show_time, "ingested": show_time}
