"""From a query's text to its commands."""

from __future__ import annotations

import functools
import re
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from . import groups, periods
from .errors import MalformedQuery, too_complex, unexpected
from .grammar import GRAMMAR
from .syntax import (
    Arithmetic,
    Both,
    Call,
    Command,
    Compare,
    Dedup,
    Display,
    Either,
    Expression,
    Field,
    Fields,
    Filter,
    Item,
    Key,
    Like,
    Limit,
    Not,
    Number,
    Parse,
    Period,
    Query,
    Regex,
    Sort,
    Span,
    Star,
    Stats,
    Text,
    Unnest,
    Within,
)

DEEPEST = 200  # brackets within brackets; the parser of DuckDB has an end, too
LONGEST = 10_000  # characters; source: API reference, StartQuery, queryString
MESSAGE = ("@message",)
_PART = re.compile(r'`([^`]+)`|\["([^"]*)"\]|\[(\d+)\]|([@\w-]+)')


def read(text: str) -> Query:
    """The query's commands. Raises MalformedQuery."""
    if len(text) > LONGEST:
        raise MalformedQuery(f"A query has at most {LONGEST} characters", LONGEST, len(text))
    if "\0" in text:
        raise unexpected(text, "\\0", text.index("\0"))
    _not_too_deep(text)
    try:
        tree = _parser().parse(text)
        commands: list[Command] = _Reader(text).transform(tree)
    except UnexpectedInput as error:
        raise _refusal(text, error) from None
    except VisitError as error:
        raise error.orig_exc from None
    except RecursionError:
        raise too_complex(text) from None
    return Query(text, tuple(commands))


@functools.cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=True)


def _not_too_deep(text: str) -> None:
    depth = 0
    for match in re.finditer(r"[()]", text):
        depth += 1 if match[0] == "(" else -1
        if depth > DEEPEST:
            raise unexpected(text, "(", match.start())


def _refusal(text: str, error: UnexpectedInput) -> MalformedQuery:
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        return unexpected(text, str(error.token), int(error.token.start_pos or 0))
    if isinstance(error, UnexpectedCharacters):
        place = int(error.pos_in_stream or 0)
        return unexpected(text, text[place], place)
    return unexpected(text, "<EOF>", len(text))


def parts(name: str) -> tuple[str, ...]:
    """`a.b[0].`c-d`` by its parts. A whole name in backticks has its dots, too."""
    found: list[str] = []
    for quoted, key, index, plain in _PART.findall(name):
        found += quoted.split(".") if quoted else [key or index or plain]
    return tuple(found)


def _span(meta: Any) -> Span:
    return Span(int(meta.start_pos), int(meta.end_pos))


def _of(token: Token) -> Span:
    return Span(int(token.start_pos or 0), int(token.end_pos or 0))


def _field(token: Token) -> Field:
    return Field(parts(str(token)), _of(token))


@v_args(inline=True, meta=False)
class _Expressions(Transformer[Token, Any]):
    """Expressions, from the inside out."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def text(self, token: Token) -> Text:
        return Text(re.sub(r"\\([\"'\\])", r"\1", token[1:-1]))

    def number(self, token: Token) -> Number:
        return Number(float(token))

    def period(self, token: Token) -> Period:
        try:
            milliseconds, months = periods.read(str(token))
        except ValueError:
            raise unexpected(self._text, str(token), _of(token).start) from None
        return Period(milliseconds, months, _of(token))

    def regex(self, token: Token) -> Regex:
        return Regex(token[1:-1].replace("\\/", "/"), _of(token))

    def field(self, token: Token) -> Field:
        return _field(token)

    name = field

    def star(self, token: Token) -> Star:
        return Star()

    def call(self, token: Token, *arguments: Expression | None) -> Call:
        given = tuple(argument for argument in arguments if argument is not None)
        return Call(str(token).lower(), given, _of(token))

    def brackets(self, inner: Expression) -> Expression:
        return inner

    def minus(self, token: Token, inner: Expression) -> Expression:
        return Arithmetic("-", Number(0), inner)

    def arithmetic(self, left: Expression, operator: Token, right: Expression) -> Arithmetic:
        return Arithmetic(str(operator), left, right)

    def compare(self, left: Expression, operator: Token, right: Expression) -> Compare:
        return Compare(str(operator), left, right)

    def like(self, left: Expression, pattern: Expression) -> Like:
        return Like(left, pattern)

    def unlike(self, left: Expression, pattern: Expression) -> Not:
        return Not(Like(left, pattern))

    def within(self, left: Expression, *items: Expression) -> Within:
        return Within(left, items)

    def without(self, left: Expression, *items: Expression) -> Not:
        return Not(Within(left, items))

    def negate(self, inner: Expression) -> Not:
        return Not(inner)

    def both(self, left: Expression, right: Expression) -> Both:
        return Both(left, right)

    def either(self, left: Expression, right: Expression) -> Either:
        return Either(left, right)


@v_args(inline=True)
class _Reader(_Expressions):
    """Commands, and the order in which they may stand."""

    @v_args(inline=True, meta=True)
    def item(self, meta: Any, expression: Expression, alias: Field | None) -> Item:
        span = _span(meta)
        if alias is not None:
            return Item(expression, alias.name, span)
        if isinstance(expression, Field):
            return Item(expression, expression.name, span)
        return Item(expression, " ".join(self._text[span.start : span.end].split()), span)

    def group(self, *items: Item) -> tuple[Item, ...]:
        return items

    def key(self, field: Field, order: Token | None) -> Key:
        return Key(field, order is not None and order.type == "DESC")

    def fields(self, word: Token, *items: Item) -> tuple[Token, Fields]:
        return word, Fields(items)

    def display(self, word: Token, *items: Item) -> tuple[Token, Display]:
        return word, Display(items)

    def filter(self, word: Token, condition: Expression) -> tuple[Token, Filter]:
        return word, Filter(condition)

    def stats(self, word: Token, *rest: Any) -> tuple[Token, Stats]:
        *items, by = rest
        return word, Stats(tuple(items), by or ())

    def sort(self, word: Token, *keys: Key) -> tuple[Token, Sort]:
        return word, Sort(keys)

    def limit(self, word: Token, count: Token) -> tuple[Token, Limit]:
        return word, Limit(int(count))

    def dedup(self, word: Token, *names: Field) -> tuple[Token, Dedup]:
        return word, Dedup(names)

    def unnest(self, word: Token, source: Field, name: Field) -> tuple[Token, Unnest]:
        return word, Unnest(source, name.name)

    def parse(self, word: Token, source: Field | None, pattern: Token, *names: Any) -> Any:
        given = [name.name for name in names if name is not None]
        kept = source or Field(MESSAGE, _of(word))
        if pattern.type == "TEXT":
            return word, self._glob(kept, pattern, given)
        return word, self._regex(kept, pattern, given)

    def _glob(self, source: Field, pattern: Token, names: list[str]) -> Parse:
        glob = self.text(pattern).value
        if glob.count("*") != len(names) or not names:
            raise unexpected(self._text, str(pattern), _of(pattern).start)
        return Parse(source, Regex(groups.of_glob(glob), _of(pattern)), tuple(names))

    def _regex(self, source: Field, pattern: Token, names: list[str]) -> Parse:
        regex = self.regex(pattern)
        found = groups.of_regex(regex.pattern)
        unnamed = found.count(None)
        if not found or (names and len(names) != unnamed):
            raise unexpected(self._text, str(pattern), _of(pattern).start)
        given = iter(names)
        called = tuple(name or next(given, None) for name in found)
        return Parse(source, Regex(groups.as_re2(regex.pattern), regex.span), called)

    def start(self, *commands: tuple[Token, Command]) -> list[Command]:
        before: Command | None = None
        for word, command in commands:
            # Observed in us-east-1: `dedup … | sort …` is an "unexpected symbol found sort"; the
            # User Guide, "dedup": only limit may follow.
            if isinstance(before, Dedup) and not isinstance(command, Limit):
                raise unexpected(self._text, str(word), _of(word).start)
            before = command
        return [command for _, command in commands]
