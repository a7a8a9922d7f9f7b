"""Event history: the management events of the last 90 days, with a trail or without.

User Guide, "Working with CloudTrail Event history", and API Reference, LookupEvents: always on,
per account and Region, newest first, one lookup attribute at a time, exact values. Data events are
kept beside them for the lab's own eyes (`find`, `recent`) and never come out of `lookup`.

SQLite does the searching. Writing is on the way of every API call, so events wait in a list and
reach the tables in batches, at the latest when somebody asks.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lablib.cloudtrail.event import Event

KEPT = timedelta(days=90)  # User Guide, "Working with CloudTrail Event history"
BATCH = 500

# LookupEvents' attributes and what of an event they are compared with (API Reference,
# LookupAttribute). EventId has an index of its own.
ATTRIBUTES: dict[str, Callable[[Event], Iterable[str | None]]] = {
    "AccessKeyId": lambda event: (event.access_key_id,),
    "EventName": lambda event: (event.name,),
    "EventSource": lambda event: (event.source,),
    "ReadOnly": lambda event: ("true" if event.read_only else "false",),
    "ResourceName": lambda event: {name for _, name in event.lookup_resources},
    "ResourceType": lambda event: {type_ for type_, _ in event.lookup_resources},
    "Username": lambda event: (event.username,),
}
_CODES = {attribute: code for code, attribute in enumerate(ATTRIBUTES)}
_LOOKED_UP = frozenset({"Management", "Insight"})

_SCHEMA = """
DROP TABLE IF EXISTS events;
DROP TABLE IF EXISTS marks;
CREATE TABLE events (
    seq INTEGER PRIMARY KEY, time INTEGER, scope INTEGER, id TEXT, name TEXT, source TEXT,
    read_only INTEGER, username TEXT, access_key_id TEXT, resources TEXT, json TEXT
);
CREATE INDEX by_time ON events (scope, time, seq);
CREATE INDEX by_id ON events (id);
CREATE TABLE marks (
    scope INTEGER, attribute INTEGER, value TEXT, time INTEGER, seq INTEGER,
    PRIMARY KEY (scope, attribute, value, time, seq)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended. What comes later is older, so new events never shift a page."""

    time: int  # seconds since the epoch
    seq: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A remembered event, as LookupEvents tells it. `time` has whole seconds, UTC."""

    id: str
    name: str
    source: str
    time: datetime
    read_only: bool
    username: str | None
    access_key_id: str | None
    resources: tuple[tuple[str, str], ...]  # (ResourceType, ResourceName)
    json: str
    account: str
    region: str
    category: str


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is None on the last page."""

    entries: tuple[Entry, ...]
    next: Place | None


class History:
    """All events of an account. `path` names SQLite's working file, which is begun afresh."""

    def __init__(self, path: str = ":memory:") -> None:
        # The account lets one call through at a time, but not always on the same thread.
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        self._waiting: list[Event] = []
        self._scopes: dict[tuple[str, str, str], int] = {}
        self._scope_names: list[tuple[str, str, str]] = []
        self._seq = 0
        self._oldest = 1 << 62

    def close(self) -> None:
        self._db.close()

    # --- remembering ---------------------------------------------------------------------------

    def remember(self, event: Event) -> None:
        self._waiting.append(event)
        if len(self._waiting) >= BATCH:
            self._write()

    def _write(self) -> None:
        if not self._waiting:
            return
        rows = [self._row(event) for event in self._waiting]
        marks = [
            m
            for event, row in zip(self._waiting, rows, strict=True)
            for m in self._marks(event, row)
        ]
        self._waiting = []
        self._oldest = min(self._oldest, *(row[1] for row in rows))
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows)
        self._db.executemany("INSERT INTO marks VALUES (?,?,?,?,?)", marks)
        self._prune(max(row[1] for row in rows))
        self._db.execute("COMMIT")

    def _row(self, event: Event) -> tuple[Any, ...]:
        self._seq += 1
        return (
            self._seq,
            int(event.time.timestamp()),
            self._scope(event.account, event.region, event.category),
            event.id,
            event.name,
            event.source,
            event.read_only,
            event.username,
            event.access_key_id,
            json.dumps(event.lookup_resources) if event.lookup_resources else "[]",
            event.json,
        )

    def _marks(self, event: Event, row: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        seq, time, scope = row[:3]
        if event.category in _LOOKED_UP:
            for attribute, values in ATTRIBUTES.items():
                for value in values(event):
                    if value is not None:
                        yield scope, _CODES[attribute], value, time, seq

    def _scope(self, account: str, region: str, category: str) -> int:
        name = (account, region, category)
        if name not in self._scopes:
            self._scopes[name] = len(self._scope_names)
            self._scope_names.append(name)
        return self._scopes[name]

    def _prune(self, now: int) -> None:
        """Forget what is older than 90 days; a week late, so that it's seldom done."""
        end = now - int(KEPT.total_seconds())
        if self._oldest < end - 7 * 86400:
            self._db.execute("DELETE FROM marks WHERE time < ?", (end,))
            self._db.execute("DELETE FROM events WHERE time < ?", (end,))
            self._oldest = end

    # --- asking --------------------------------------------------------------------------------

    def lookup(
        self,
        account: str,
        region: str,
        now: datetime,
        *,
        attribute: str | None = None,
        value: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        category: str = "Management",
        limit: int = 50,
        after: Place | None = None,
    ) -> Page:
        """One page, newest first. Both ends of the time range belong to it.

        `attribute` is a name of LookupEvents; `after` is the `next` of the page before.
        """
        self._write()
        source, where, values = self._which(account, region, category, attribute, value)
        low = max(int((now - KEPT).timestamp()), _seconds_up(start) if start else 0)
        where += " AND e.time BETWEEN ? AND ?"
        values += [low, int((end or now).timestamp())]
        if after:
            where += " AND (e.time, e.seq) < (?, ?)"
            values += [after.time, after.seq]
        order = "ORDER BY e.time DESC, e.seq DESC LIMIT ?"
        if source != "events e":  # the attribute's own index knows time and running number
            where, order = (part.replace("e.time", "m.time") for part in (where, order))
            where, order = (part.replace("e.seq", "m.seq") for part in (where, order))
        rows = self._rows(f"FROM {source} WHERE {where} {order}", [*values, limit + 1])
        entries = tuple(self._entry(row) for row in rows[:limit])
        more = len(rows) > limit
        return Page(entries, Place(rows[limit - 1][1], rows[limit - 1][0]) if more else None)

    def _which(
        self, account: str, region: str, category: str, attribute: str | None, value: str | None
    ) -> tuple[str, str, list[Any]]:
        """Which tables to read, under which condition."""
        scope = self._scopes.get((account, region, category), -1)
        if attribute is None:
            return "events e", "e.scope = ?", [scope]
        if attribute == "EventId":
            return "events e", "e.id = ? AND +e.scope = ?", [value, scope]  # + : by_id is better
        source = "marks m CROSS JOIN events e ON e.seq = m.seq"
        where = "m.scope = ? AND m.attribute = ? AND m.value = ?"
        return source, where, [scope, _CODES[attribute], value]

    def find(self, event_id: str) -> Entry | None:
        """The event with that id, of any category, Region and age that is still kept."""
        self._write()
        rows = self._rows("FROM events e WHERE e.id = ? LIMIT 1", [event_id])
        return self._entry(rows[0]) if rows else None

    def recent(
        self,
        limit: int | None = None,
        *,
        name: str | None = None,
        user: str | None = None,
        source: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[Entry, ...]:
        """The events that came last, of all categories and Regions; the newest first."""
        self._write()
        wanted = {"name =": name, "username =": user, "source =": source}
        wanted["time >="] = _seconds_up(start) if start else None  # type: ignore[assignment]
        wanted["time <="] = int(end.timestamp()) if end else None  # type: ignore[assignment]
        given = {condition: value for condition, value in wanted.items() if value is not None}
        where = " AND ".join(f"e.{condition} ?" for condition in given) or "1"
        rows = self._rows(
            f"FROM events e WHERE {where} ORDER BY e.seq DESC LIMIT ?",
            [*given.values(), -1 if limit is None else limit],
        )
        rows.sort(key=lambda row: (row[1], row[0]), reverse=True)
        return tuple(self._entry(row) for row in rows)

    def _rows(self, rest: str, values: list[Any]) -> list[tuple[Any, ...]]:
        return self._db.execute(f"SELECT e.* {rest}", values).fetchall()

    def _entry(self, row: tuple[Any, ...]) -> Entry:
        _, time, scope, id_, name, source, read_only, username, access_key_id, resources, text = row
        return Entry(
            id_,
            name,
            source,
            datetime.fromtimestamp(time, UTC),
            bool(read_only),
            username,
            access_key_id,
            tuple((type_, name_) for type_, name_ in json.loads(resources)),
            text,
            *self._scope_names[scope],
        )


def _seconds_up(time: datetime) -> int:
    return -int(-time.timestamp() // 1)
