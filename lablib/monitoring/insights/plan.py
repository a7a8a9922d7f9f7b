"""From a query's commands to one SQL statement: each command is a stage over the one before."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import values
from .errors import MalformedQuery, unexpected
from .expressions import Compiler
from .syntax import (
    Call,
    Command,
    Dedup,
    Display,
    Field,
    Fields,
    Filter,
    Item,
    Limit,
    Parse,
    Query,
    Sort,
    Stats,
    Unnest,
)
from .values import MISSING, Value

# What every log event has (User Guide, "Supported logs and discovered fields"): column and kind.
SYSTEM = {
    "@timestamp": Value("time", "time"),
    "@message": Value("message", "text"),
    "@logStream": Value("stream", "text"),
    "@log": Value("log", "text"),
    "@ingestionTime": Value("ingested", "time"),
}
SHOWN_BY_DEFAULT = ("@timestamp", "@message")
ROWS_BY_DEFAULT = 10_000  # source: User Guide, "limit"
NEWEST_FIRST = ("time DESC", "number")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the result. `own` is a system field's column: it is not in the statement's
    rows, but the same as the event's."""

    name: str
    own: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """`sql` gives a row's event (its number; NULL after `stats`), how many events matched, and
    the texts of `columns`, without those that are the event's own. `needs` names the columns of
    the log that it reads."""

    sql: str
    columns: tuple[Column, ...]
    needs: frozenset[str]


def plan(query: Query, now: int, limit: int | None = None) -> Plan:
    """`limit` counts where the query has none of its own; `now` is in seconds since 1970.
    Raises MalformedQuery."""
    stages = Stages(query.text, now)
    for command in query.commands:
        stages.add(command)
    return stages.finished(limit or ROWS_BY_DEFAULT)


@dataclass(slots=True)
class Stages:
    """The statement as it grows. A stage keeps the columns of the one before it."""

    text: str
    now: int
    names: dict[str, Value] = field(default_factory=dict)  # what commands have named so far
    shown: dict[str, Value] = field(default_factory=dict)
    order: tuple[str, ...] = NEWEST_FIRST
    of_events: bool = True  # not after `stats`
    limited: bool = False
    counted: bool = False
    _stages: list[str] = field(default_factory=list)
    _found: dict[str, int] = field(default_factory=dict)  # JSON pointer → its place
    _needs: set[str] = field(default_factory=set)
    _columns: int = 0

    def add(self, command: Command) -> None:
        match command:
            case Fields(items):
                for item in items:
                    self.shown[item.name] = self._named(item)
            case Display(items):
                self.shown = {item.name: self._named(item) for item in items}
            case Filter(condition):
                self._stage(
                    f"SELECT * FROM {self._before} WHERE {Compiler(self).condition(condition)}"
                )
            case Stats():
                self._stats(command)
            case Sort():
                self._sort(command)
            case Limit(count):
                self._limit(count)
            case Dedup(fields):
                self._dedup(fields)
            case Parse():
                self._parse(command)
            case Unnest(source, name):
                self._unnest(source, name)

    # -- names

    def field(self, field: Field) -> Value:
        """What a name means here, where it is needed in the statement."""
        value = self._meaning(field)
        if value in SYSTEM.values():
            self._needs.add(value.sql)
        return value

    def _meaning(self, field: Field) -> Value:
        """Something named before, a part of it, or a field of the log."""
        if field.name in self.names:
            return self.names[field.name]
        for count in range(len(field.parts) - 1, 0, -1):
            whole = self.names.get(".".join(field.parts[:count]))
            if whole is not None and whole.kind == "tree":
                pointer = values.quoted(_pointer(field.parts[count:]))
                return Value(f"json_extract({whole.sql}, {pointer})", "tree")
        if not self.of_events:
            # Observed: StartQuery's answer to a field that is not among those of `stats`.
            message = f"Unknown symbols found in or after stats: {field.name}"
            raise MalformedQuery(message, field.span.start, field.span.end)
        return self._of_log(field)

    def _of_log(self, field: Field) -> Value:
        if field.name in SYSTEM:
            return SYSTEM[field.name]
        first = field.parts[0]
        if first.startswith("@") and not first.startswith("@@"):
            return MISSING
        # "If the name of a discovered log field starts with the @ character, CloudWatch Logs
        # Insights displays it with an additional @" (User Guide, discovered fields).
        pointer = _pointer((first.removeprefix("@"), *field.parts[1:]))
        place = self._found.setdefault(pointer, len(self._found) + 1)
        return Value(f"found{place}", "field")

    def time(self, call: Call) -> Value:
        if not self.of_events:
            name = self.text[call.span.start : call.span.end]
            raise unexpected(self.text, name, call.span.start)
        return SYSTEM["@timestamp"]

    def _named(self, item: Item) -> Value:
        """The item's value, which bears its name from here on."""
        if isinstance(item.expression, Field):
            value = self._meaning(item.expression)
            if item.name != item.expression.name:
                self.names[item.name] = value
            return value
        value, column = Compiler(self).value(item.expression), self._column()
        self._stage(f"SELECT *, {value.sql} AS {column} FROM {self._before}")
        self.names[item.name] = Value(column, value.kind)
        return self.names[item.name]

    def _column(self) -> str:
        self._columns += 1
        return f"c{self._columns}"

    # -- stages

    @property
    def _before(self) -> str:
        """The stage before the one that comes next."""
        return f"s{len(self._stages)}"

    def _stage(self, sql: str) -> None:
        self._stages.append(sql)

    def _stats(self, command: Stats) -> None:
        keys = [(item.name, Compiler(self).value(item.expression)) for item in command.by]
        counted = f"max({MATCHED})" if self.counted else "sum(count(*)) OVER ()"
        results = self._aggregates(command)
        columns = {name: self._column() for name, _ in [*keys, *results]}
        group = [f"{value.sql} AS {columns[name]}" for name, value in keys]
        parts = [*group, *(f"{value.sql} AS {columns[name]}" for name, value in results)]
        by = f" GROUP BY {', '.join(columns[name] for name, _ in keys)}" if keys else ""
        # Without a single event there is no row, not even one that counts 0.
        having = "" if keys else " HAVING count(*) > 0"
        self._stage(
            f"SELECT {', '.join(parts)}, {counted} AS {MATCHED} FROM {self._before}{by}{having}"
        )
        self.names = {name: Value(columns[name], value.kind) for name, value in [*results, *keys]}
        self.shown = {name: self.names[name] for name, _ in [*keys, *results]}
        self.of_events, self.counted, self.limited = False, True, False
        self.order = tuple(part for n, _ in keys for part in values.natural(self.names[n]))

    def _aggregates(self, command: Stats) -> list[tuple[str, Value]]:
        """The items' values; one may name those before it."""
        within = _InStats(self, {})
        results = []
        for item in command.items:
            value = Compiler(within, self).value(item.expression)
            within.named[item.name] = value
            results.append((item.name, value))
        return results

    def _sort(self, command: Sort) -> None:
        order: list[str] = []
        for key in command.keys:
            down = "DESC NULLS LAST" if key.descending else "ASC NULLS FIRST"
            order += [f"{part} {down}" for part in values.natural(self.field(key.field))]
        self.order = (*order, *(NEWEST_FIRST if self.of_events else ()))

    def _limit(self, count: int) -> None:
        self._count()
        self._stage(f"SELECT * FROM {self._before}{self._ordered()} LIMIT {min(count, 100_000)}")
        self.limited = True

    def _ordered(self) -> str:
        return f" ORDER BY {', '.join(self.order)}" if self.order else ""

    def _dedup(self, fields: tuple[Field, ...]) -> None:
        """The first of each kind in the order so far; what lacks a field is like nothing else
        (User Guide, "dedup")."""
        self._count()
        texts = [values.as_text(self.field(one)) for one in fields]
        first = f"row_number() OVER (PARTITION BY {', '.join(texts)}{self._ordered()}) = 1"
        lacking = " OR ".join(f"{text} IS NULL" for text in texts)
        self._stage(f"SELECT * FROM {self._before} QUALIFY {first} OR {lacking}")

    def _parse(self, command: Parse) -> None:
        text = values.as_text(self.field(command.source))
        pattern = values.quoted(command.pattern.pattern)
        groups = ", ".join(f"'g{place}'" for place in range(len(command.names)))
        column = self._column()
        taken = f"regexp_extract({text}, {pattern}, [{groups}])"
        found = f"CASE WHEN regexp_matches({text}, {pattern}) THEN {taken} END"
        self._stage(f"SELECT *, {found} AS {column} FROM {self._before}")
        for place, name in enumerate(command.names):
            if name is not None:
                self.names[name] = Value(f"{column}['g{place}']", "field")

    def _unnest(self, source: Field, name: str) -> None:
        """A row for each element; what is no list is a list of one (User Guide, "unnest")."""
        tree, column = values.as_tree(self.field(source)), self._column()
        elements = f"TRY_CAST({tree} AS JSON[])"
        listed = f"CASE json_type({tree}) WHEN 'ARRAY' THEN {elements} ELSE [{tree}] END"
        self._stage(f"SELECT *, unnest({listed}) AS {column} FROM {self._before}")
        self.names[name] = Value(column, "tree")

    # -- the whole

    def _count(self) -> None:
        """How many events have matched is counted before some of them are left out."""
        if not self.counted:
            self._stage(f"SELECT *, count(*) OVER () AS {MATCHED} FROM {self._before}")
            self.counted = True

    def finished(self, limit: int) -> Plan:
        self._count()
        shown = self.shown or {name: SYSTEM[name] for name in SHOWN_BY_DEFAULT}
        columns = tuple(Column(name, _own(value)) for name, value in shown.items())
        texts = [values.as_text(value) for value in shown.values() if _own(value) is None]
        event = "number" if self.of_events else "NULL"
        tail = "" if self.limited else f" LIMIT {limit}"
        last = ", ".join([event, MATCHED, *texts])
        self._stage(f"SELECT {last} FROM {self._before}{self._ordered()}{tail}")
        *before, final = self._stages
        named = [f"s{place} AS ({sql})" for place, sql in enumerate(before, 1)]
        needs = frozenset({"time", *self._needs, *({"message"} if self._found else ())})
        return Plan(f"WITH {', '.join([self._base(), *named])} {final}", columns, needs)

    def _base(self) -> str:
        """What is needed of the log, and all discovered fields of an event in one go. They are
        kept aside, or DuckDB reads the JSON again for each use; not with whole messages, though,
        which may be large."""
        own = ", ".join(["number", *sorted({"time", *self._needs})])
        if not self._found:
            return f"s0 AS (SELECT {own} FROM log)"
        pointers = ", ".join(values.quoted(pointer) for pointer in self._found)
        read = f"SELECT *, TRY(json_extract(message, [{pointers}])) AS found FROM log"
        leaves = ", ".join(
            f"leaf(found[{place}]) AS found{place}" for place in self._found.values()
        )
        how = "" if "message" in self._needs else "MATERIALIZED "
        return f"s0 AS {how}(SELECT {own}, {leaves} FROM ({read}))"


@dataclass(frozen=True, slots=True)
class _InStats:
    """The names among the items of `stats`: those before an item stand for their SQL."""

    outer: Stages
    named: dict[str, Value]

    @property
    def text(self) -> str:
        return self.outer.text

    @property
    def now(self) -> int:
        return self.outer.now

    def field(self, field: Field) -> Value:
        if field.name in self.named:
            return self.named[field.name]
        message = f"Unknown symbols found in or after stats: {field.name}"
        raise MalformedQuery(message, field.span.start, field.span.end)

    def time(self, call: Call) -> Value:
        return self.outer.time(call)


MATCHED = "matched"


def _own(value: Value) -> str | None:
    return value.sql if value in SYSTEM.values() else None


def _pointer(parts: tuple[str, ...]) -> str:
    """RFC 6901: a number is an element of an array or a member of that name."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
