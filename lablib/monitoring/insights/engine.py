"""DuckDB, embedded and locked: it sees the columns that are handed to it, and nothing else.

A query is compiled from a grammar of our own, so no word of it is SQL; should one slip through, it
finds no file, no network, no extension and no setting that it could change.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .addresses import ip_version, ip_within
from .errors import QueryFailed, QueryTimeout

if TYPE_CHECKING:
    from .log import Log

MACROS = """
CREATE MACRO leaf(v) AS CASE v::VARCHAR WHEN 'null' THEN NULL WHEN 'true' THEN '1'
    WHEN 'false' THEN '0' ELSE v ->> '$' END;
CREATE MACRO number_text(n) AS CASE WHEN NOT isfinite(n) THEN NULL
    WHEN n = floor(n) AND abs(n) < 1e15
    THEN n::BIGINT::VARCHAR ELSE n::VARCHAR END;
CREATE MACRO time_text(t) AS strftime(make_timestamp_ms(t), '%Y-%m-%d %H:%M:%S.%g');
CREATE MACRO natural_order(s) AS CASE WHEN regexp_matches(s, '[0-9]') THEN array_to_string(
    list_transform(regexp_extract_all(s, '[0-9]+|[^0-9]+'), lambda part: CASE
        WHEN part BETWEEN '0' AND ':' THEN '0' || lpad(length(part)::VARCHAR, 6, '0') || part
        ELSE part END), '') ELSE s END;
"""  # JSON's true and false are 1 and 0 (observed: `filter readOnly = 0`, and queries of others).

LOCKED = """
SET enable_external_access = false;
SET lock_configuration = true;
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may take: memory as DuckDB writes it ("512MB"), and time. `watch` is entered
    with a function that interrupts the query, and left when the query is done."""

    memory: str = "1GB"
    watch: Callable[[Callable[[], None]], AbstractContextManager[object]] = nullcontext


class Engine:
    """One DuckDB for many queries, one after the other: it is not made for several threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._held: list[Any] = []  # the connection, once it is there
        weakref.finalize(self, _let_go, self._held)  # at the process's end at the latest

    def run(self, sql: str, log: Log, needs: frozenset[str]) -> list[tuple[Any, ...]]:
        """The rows of `sql` over the table `log`, of which it sees the columns `needs`.

        Raises QueryFailed, QueryTimeout, and ValueError for what DuckDB cannot read (such as a
        regular expression that RE2 does not know)."""
        cursor = self._open().cursor()
        try:
            cursor.register("log", _columns(log, needs))
            return self._watched(cursor, sql)
        finally:
            cursor.close()

    def _open(self) -> Any:
        """DuckDB is loaded here, at the first query: a process that has none starts sooner."""
        if not self._held:
            self._held.append(connect(self.limits))
        return self._held[0]

    def _watched(self, cursor: Any, sql: str) -> list[tuple[Any, ...]]:
        import duckdb

        try:
            with self.limits.watch(cursor.interrupt):
                rows: list[tuple[Any, ...]] = cursor.execute(sql).fetchall()
                return rows
        except duckdb.InterruptException:
            raise QueryTimeout("the query was interrupted") from None
        except duckdb.OutOfMemoryException as error:
            raise QueryFailed(str(error)) from None
        except duckdb.Error as error:
            raise ValueError(str(error)) from None


def _let_go(held: list[Any]) -> None:
    while held:
        held.pop().close()


def connect(limits: Limits) -> Any:
    """A new DuckDB in memory: one thread, nothing on the disk, and locked."""
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": limits.memory,
            "temp_directory": "",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    connection.execute(MACROS)
    connection.create_function("ip_version", ip_version, ["VARCHAR"], "INTEGER")
    connection.create_function("ip_within", ip_within, ["VARCHAR", "VARCHAR"], "INTEGER")
    connection.execute(LOCKED)
    return connection


def _columns(log: Log, needs: frozenset[str]) -> dict[str, Any]:
    """Arrays over the same texts: nothing is copied."""
    import numpy

    columns: dict[str, Any] = {"number": numpy.arange(len(log), dtype=numpy.int64)}
    for name in needs:
        kind: Any = numpy.int64 if name in ("time", "ingested") else object
        columns[name] = numpy.array(getattr(log, name), dtype=kind)
    return columns
