"""What a query says: commands and expressions, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """From where to where in the query's text, in characters; `end` is after the last."""

    start: int
    end: int


# -- expressions


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Period:
    """`5m`: so many units of so many milliseconds, or of so many months."""

    milliseconds: int
    months: int
    span: Span


@dataclass(frozen=True, slots=True)
class Regex:
    pattern: str
    span: Span


@dataclass(frozen=True, slots=True)
class Field:
    """`userIdentity.userName`, by its parts."""

    parts: tuple[str, ...]
    span: Span

    @property
    def name(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Star:
    pass


@dataclass(frozen=True, slots=True)
class Call:
    function: str  # in lower case
    arguments: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Arithmetic:
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Compare:
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Like:
    """A regular expression or a part of the text."""

    left: Expression
    pattern: Expression


@dataclass(frozen=True, slots=True)
class Within:
    left: Expression
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    inner: Expression


@dataclass(frozen=True, slots=True)
class Both:
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Either:
    left: Expression
    right: Expression


Expression = (
    Text
    | Number
    | Period
    | Regex
    | Field
    | Star
    | Call
    | Arithmetic
    | Compare
    | Like
    | Within
    | Not
    | Both
    | Either
)


# -- commands


@dataclass(frozen=True, slots=True)
class Item:
    """An expression and what its column is called: its alias, or its own text."""

    expression: Expression
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Fields:
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Display:
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    condition: Expression


@dataclass(frozen=True, slots=True)
class Stats:
    items: tuple[Item, ...]
    by: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Key:
    field: Field
    descending: bool


@dataclass(frozen=True, slots=True)
class Sort:
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    count: int


@dataclass(frozen=True, slots=True)
class Dedup:
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Parse:
    """`pattern` is a regular expression, whose groups are called as `names` say, in order; None
    for a group that is not kept."""

    source: Field
    pattern: Regex
    names: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Unnest:
    source: Field
    name: str


Command = Fields | Display | Filter | Stats | Sort | Limit | Dedup | Parse | Unnest


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    commands: tuple[Command, ...]
