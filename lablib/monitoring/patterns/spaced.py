"""Patterns for space-delimited log events: [ip, user, …, status = 4*, bytes > 1000]."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from .comparison import ORDER, Term, comparison, order, told
from .pattern import InvalidPattern, Line, Match

GRAMMAR = r"""
    start: "[" field ("," field)* "]"
    field: ELLIPSIS -> rest
         | any      -> tested
         | NAME     -> free
         |          -> nameless
    ?any: all ("||" all)*
    ?all: unit ("&&" unit)*
    ?unit: "(" any ")" | NAME SIGN term -> compare
    ?term: QUOTED -> quoted | REGEX -> regex | BARE -> bare

    ELLIPSIS.2: "..." | "…"
    NAME: /[A-Za-z_][A-Za-z0-9_\-]*/
    SIGN: ">=" | "<=" | "!=" | "=!" | "=" | ">" | "<"
    QUOTED: /"(\\.|[^"\\])*"/
    REGEX: /%[^%]+%/
    BARE: /[A-Za-z0-9_.*+\-\/:]+/
    %import common.WS
    %ignore WS
"""

# "The characters between a pair of square brackets [] or two double quotes "" are treated as a
# single field."
_FIELD = re.compile(r'\[([^\]]*)\]|"((?:\\.|[^"\\])*)"|(\S+)')

Holds = Callable[[str], bool]
Tell = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Field:
    name: str | None
    holds: Holds | None = None
    why: Tell | None = None


REST = Field("…")


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _all(parts: tuple[Field, ...], join: Callable[[Any], bool]) -> Field:
    names = {part.name for part in parts}
    if len(names) > 1:
        raise InvalidPattern("the conditions of one field name it alone")
    tests = [part.holds for part in parts if part.holds]

    def why(text: str) -> str:
        holds = join(test(text) for test in tests)
        decisive = [p for p in parts if p.holds and p.why and p.holds(text) is holds]
        return (decisive or list(parts))[0].why(text)  # type: ignore[misc]

    return Field(parts[0].name, lambda text: join(test(text) for test in tests), why)


@v_args(inline=True)
class _Build(Transformer[Token, list[Field]]):
    def __init__(self) -> None:
        super().__init__()
        self.regexes = 0

    def start(self, *fields: Field) -> list[Field]:
        return list(fields)

    def rest(self, token: Token) -> Field:
        return REST

    def free(self, name: Token) -> Field:
        return Field(str(name))

    def nameless(self) -> Field:
        return Field(None)

    def tested(self, field: Field) -> Field:
        return field

    def any(self, *parts: Field) -> Field:
        return _all(parts, any)

    def all(self, *parts: Field) -> Field:
        return _all(parts, all)

    def quoted(self, token: Token) -> Term:
        return Term(re.sub(r'\\(["\\])', r"\1", token[1:-1]), quoted=True)

    def regex(self, token: Token) -> Term:
        self.regexes += 1
        return Term(str(token[1:-1]), regex=True)

    def bare(self, token: Token) -> Term:
        return Term(str(token))

    def compare(self, name: Token, sign: Token, term: Term) -> Field:
        meant = "!=" if sign == "=!" else str(sign)
        if meant in ORDER:
            lies = order(meant, term)
            holds: Holds = lambda text: lies(_number(text))  # noqa: E731
        else:
            holds = _same(meant, term)
        return Field(str(name), holds, lambda text: told(name, meant, term, text, holds(text)))


def _same(sign: str, term: Term) -> Holds:
    compare = comparison(sign, term)
    if term.number is None:
        return compare
    return lambda text: compare(_number(text))


@functools.cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


class SpacedPattern:
    """[ … ]: the log event has to have as many fields as are named. … stands for as many as are
    needed; without it the last one takes the rest of a longer event.

    Source of the latter: the User Guide's `[w1=ERROR, w2]`, which "returns log events where the
    first word is ERROR", over events of seven words; and the pattern that AWS's console offers for
    Lambda's logs, `[timestamp=*Z, request_id="*-*", event]`.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        build = _Build()
        try:
            fields: list[Field] = build.transform(_parser().parse(text))
        except UnexpectedInput as error:
            raise InvalidPattern(f"unexpected at column {error.column}") from None
        except VisitError as error:
            raise error.orig_exc from None
        if fields.count(REST) > 1:
            raise InvalidPattern("… may stand in one place only")
        self.regexes = build.regexes
        self._fields = fields

    def takes(self, line: Line) -> bool:
        return self.match(line).taken

    def match(self, line: Line) -> Match:
        pairs = self._pairs(line)
        if pairs is None:
            return Match(False, f"it has {len(_split(line.text))} fields, not as many as named")
        reasons = []
        for _, field, text in pairs:
            if field.holds is None or field.why is None:
                continue
            if not field.holds(text):
                return Match(False, field.why(text))
            reasons.append(field.why(text))
        return Match(True, "; and ".join(reasons) or "it has as many fields as are named")

    def _pairs(self, line: Line) -> list[tuple[int, Field, str]] | None:
        """(position from 1, field, text); None when the log event has too few of them."""
        fields = self._fields
        texts = _split(line.text, None if REST in fields else len(fields))
        if REST in fields:
            missing = len(texts) - (len(fields) - 1)
            if missing < 0:
                return None
            at = fields.index(REST)
            fields = [*fields[:at], *[Field(None)] * missing, *fields[at + 1 :]]
        if len(fields) != len(texts):
            return None
        return [(i, f, t) for i, (f, t) in enumerate(zip(fields, texts, strict=True), 1)]

    def value(self, line: Line, selector: str) -> str | None:
        return self.extracted(line).get(selector)

    def extracted(self, line: Line) -> dict[str, str]:
        return {
            f"${field.name if field.name is not None else position}": text
            for position, field, text in self._pairs(line) or ()
        }


def _split(text: str, most: int | None = None) -> list[str]:
    """The fields of a log event; of more than `most` the last one is all the rest."""
    found = list(_FIELD.finditer(text))
    if most is None or len(found) <= most:
        return [_inner(field) for field in found]
    rest = text[found[most - 1].start() :].rstrip()
    return [*(_inner(field) for field in found[: most - 1]), rest]


def _inner(field: re.Match[str]) -> str:
    return next(part for part in field.groups() if part is not None)
