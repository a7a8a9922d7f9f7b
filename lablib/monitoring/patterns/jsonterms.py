"""Patterns for JSON log events: { $.eventName = "StopLogging" && … }."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from .comparison import Term, comparison, told, written
from .pattern import MISSING, InvalidPattern, Line, Match, shortened

# Precedence: "() > && > ||". `IS NOT` and `EXISTS` are not supported.
GRAMMAR = r"""
    start: "{" any "}"
    ?any: all ("||" all)*
    ?all: unit ("&&" unit)*
    ?unit: "(" any ")" | test
    test: SELECTOR SIGN term           -> compare
        | SELECTOR "IS" STATE          -> state
        | SELECTOR "NOT" "EXISTS"      -> absent
    ?term: QUOTED -> quoted | REGEX -> regex | BARE -> bare

    SELECTOR: /\$(\.(\*|[A-Za-z0-9_\-:@]+)|\.?\[ *(\d+|\*|'[^']+'|"[^"]+") *\])+/
    SIGN: ">=" | "<=" | "!=" | "=" | ">" | "<"
    STATE: "NULL" | "TRUE" | "FALSE"
    QUOTED: /"(\\.|[^"\\])*"/
    REGEX: /%[^%]+%/
    BARE: /[A-Za-z0-9_.*+\-]+/
    %import common.WS
    %ignore WS
"""

WILDCARDS_A_SELECTOR = 1
WILDCARDS_A_PATTERN = 3

_STEP = re.compile(r"""\.?\[ *(\d+|\*|'[^']+'|"[^"]+") *\]|\.(\*|[A-Za-z0-9_\-:@]+)""")
STATES: dict[str, object] = {"NULL": None, "TRUE": True, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Selector:
    """Where a value lies: property names, array indexes, and None for a wildcard."""

    text: str
    steps: tuple[str | int | None, ...]

    @classmethod
    def read(cls, text: str) -> Selector:
        steps = tuple(_step(*found.groups()) for found in _STEP.finditer(text))
        if steps.count(None) > WILDCARDS_A_SELECTOR:
            raise InvalidPattern(f"{text} has more than one wildcard")
        return cls(text, steps)

    def values(self, document: Any) -> list[Any]:
        """What is found there: one value, several behind a wildcard, none when it is missing."""
        found = [document]
        for step in self.steps:
            found = [value for one in found for value in _children(one, step)]
        return found

    def finder(self) -> Callable[[Any], Any]:
        """For selectors without a wildcard: the value, or MISSING. The quick way."""
        steps = self.steps

        def find(document: Any) -> Any:
            for step in steps:
                if step.__class__ is int and document.__class__ is not list:
                    return MISSING
                try:
                    document = document[step]
                except (KeyError, IndexError, TypeError):
                    return MISSING
            return document

        return find


def _step(bracketed: str | None, name: str | None) -> str | int | None:
    if name is not None:
        return None if name == "*" else name
    assert bracketed is not None
    if bracketed == "*":
        return None
    return int(bracketed) if bracketed.isdigit() else bracketed[1:-1]


def _children(value: Any, step: str | int | None) -> list[Any]:
    if step is None:
        if isinstance(value, dict):
            return list(value.values())
        return value if isinstance(value, list) else []
    fits = isinstance(value, dict if isinstance(step, str) else list)
    try:
        return [value[step]] if fits else []
    except (KeyError, IndexError):
        return []


class Node(Protocol):
    def takes(self, document: Any) -> bool: ...
    def why(self, document: Any) -> str: ...


class Check:
    """One comparison. Behind a wildcard it is enough that one value fits."""

    takes: Callable[[Any], bool]

    def __init__(self, selector: Selector, holds: Callable[[Any], bool], tell: Tell) -> None:
        self.selector, self._tell = selector, tell
        if None in selector.steps:
            self.takes = lambda document: any(map(holds, selector.values(document)))
        else:
            find = selector.finder()
            self.takes = lambda document: holds(find(document))

    def why(self, document: Any) -> str:
        found = self.selector.values(document)
        value = found[0] if len(found) == 1 else found if found else MISSING
        return self._tell(value, self.takes(document))


Tell = Callable[[Any, bool], str]


class Every:
    takes: Callable[[Any], bool]

    def __init__(self, parts: list[Node]) -> None:
        self._parts = parts
        checks = tuple(part.takes for part in parts)
        self.takes = lambda document: all(check(document) for check in checks)

    def why(self, document: Any) -> str:
        failed = next((part for part in self._parts if not part.takes(document)), None)
        if failed is not None:
            return failed.why(document)
        return "; and ".join(part.why(document) for part in self._parts)


class Some:
    takes: Callable[[Any], bool]

    def __init__(self, parts: list[Node]) -> None:
        self._parts = parts
        checks = tuple(part.takes for part in parts)
        self.takes = lambda document: any(check(document) for check in checks)

    def why(self, document: Any) -> str:
        passed = next((part for part in self._parts if part.takes(document)), None)
        if passed is not None:
            return passed.why(document)
        reasons = list(dict.fromkeys(part.why(document) for part in self._parts))
        more = f"; and {len(reasons) - 2} more that are not met" if len(reasons) > 2 else ""
        return "; ".join(reasons[:2]) + more


@v_args(inline=True)
class _Build(Transformer[Token, Node]):
    """From lark's tree to nodes; keeps the selectors and counts what quotas count."""

    def __init__(self) -> None:
        super().__init__()
        self.selectors: list[Selector] = []
        self.regexes = 0

    def start(self, node: Node) -> Node:
        return node

    def any(self, *parts: Node) -> Node:
        return Some(list(parts))

    def all(self, *parts: Node) -> Node:
        return Every(list(parts))

    def quoted(self, token: Token) -> Term:
        return Term(re.sub(r'\\(["\\])', r"\1", token[1:-1]), quoted=True)

    def regex(self, token: Token) -> Term:
        self.regexes += 1
        return Term(str(token[1:-1]), regex=True)

    def bare(self, token: Token) -> Term:
        return Term(str(token))

    def compare(self, selector: Token, sign: Token, term: Term) -> Node:
        where, holds = self._selector(selector), comparison(str(sign), term)

        def tell(value: Any, taken: bool) -> str:
            if value is MISSING:
                return f"{where.text} is missing"
            if written(value) is None and None not in where.steps:
                return f"{where.text} is {shortened(value)}, not a text or a number"
            return told(where.text, str(sign), term, value, taken)

        return Check(where, holds, tell)

    def state(self, selector: Token, state: Token) -> Node:
        where, wanted = self._selector(selector), STATES[str(state)]

        def tell(value: Any, taken: bool) -> str:
            if value is MISSING:
                return f"{where.text} is missing"
            return f"{where.text} is {shortened(value)}, {'' if taken else 'not '}{state}"

        return Check(where, lambda value: value is wanted, tell)

    def absent(self, selector: Token) -> Node:
        where = self._selector(selector)
        if None in where.steps:
            raise InvalidPattern("NOT EXISTS does not go with a wildcard")

        def tell(value: Any, taken: bool) -> str:
            return f"{where.text} does {'not exist' if taken else 'exist'}"

        return Check(where, lambda value: value is MISSING, tell)

    def _selector(self, token: Token) -> Selector:
        selector = Selector.read(str(token))
        self.selectors.append(selector)
        if sum(None in s.steps for s in self.selectors) > WILDCARDS_A_PATTERN:
            raise InvalidPattern("a pattern has at most three selectors with a wildcard")
        return selector


@functools.cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


class JsonPattern:
    """{ … }: only JSON log events can match."""

    def __init__(self, text: str) -> None:
        self.text = text
        build = _Build()
        try:
            self._root: Node = build.transform(_parser().parse(text))
        except UnexpectedInput as error:
            raise InvalidPattern(f"unexpected at column {error.column}") from None
        except VisitError as error:
            raise error.orig_exc from None
        self.regexes = build.regexes
        self._selectors = build.selectors
        self._takes = self._root.takes

    def takes(self, line: Line) -> bool:
        document = line.document
        return document is not MISSING and self._takes(document)

    def match(self, line: Line) -> Match:
        if line.document is MISSING:
            return Match(False, "the log event is not JSON")
        return Match(self.takes(line), self._root.why(line.document))

    def value(self, line: Line, selector: str) -> str | None:
        found = _selector(selector).values(line.document)
        return written(found[0]) if found else None

    def extracted(self, line: Line) -> dict[str, str]:
        values = {one.text: self.value(line, one.text) for one in self._selectors}
        return {name: value for name, value in values.items() if value is not None}


@functools.lru_cache(maxsize=1024)
def _selector(text: str) -> Selector:
    return Selector.read(text)
