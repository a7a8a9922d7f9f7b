"""Patterns of policies: `*`, `?` and `${policy:variables}`, matched without backtracking.

User Guide (IAM), "IAM JSON policy elements: Resource" and "Variables and tags". A pattern is cut at
its stars; each piece is then looked for from left to right, once. The time is at worst the length
of the text times the length of the pattern, whatever the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Wild(Enum):
    ANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    """`${name}` or `${name, 'default'}`; the name in lower case."""

    name: str
    default: str | None


Token = str | Wild | Variable


class Context:
    """A request's condition keys. "Condition key names are not case-sensitive"."""

    __slots__ = ("_given", "_lower")

    def __init__(self, given: Mapping[str, str | Sequence[str]]) -> None:
        self._given = given
        self._lower: dict[str, str | Sequence[str]] | None = None

    def get(self, key: str) -> str | Sequence[str] | None:
        """The value of a key written in lower case, or None."""
        if self._lower is None:
            self._lower = {name.lower(): value for name, value in self._given.items()}
        return self._lower.get(key)


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands between two stars: a text or, with a `?`, an expression of fixed length."""

    length: int
    text: str
    regex: re.Pattern[str] | None = None

    def at(self, text: str, position: int) -> bool:
        if self.regex is not None:
            return self.regex.match(text, position) is not None
        return text.startswith(self.text, position)

    def find(self, text: str, start: int, end: int) -> int:
        """The first place of the piece in text[start:end], or -1."""
        if self.regex is None:
            return text.find(self.text, start, end)
        found = self.regex.search(text, start, end)
        return found.start() if found else -1


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern without variables."""

    pieces: tuple[Piece, ...]
    minimum: int

    @property
    def literal(self) -> str | None:
        """The only text that matches, if there is but one."""
        only = self.pieces[0]
        return only.text if len(self.pieces) == 1 and only.regex is None else None

    def matches(self, text: str, context: Context | None = None) -> bool:
        if len(text) < self.minimum:
            return False
        first = self.pieces[0]
        if len(self.pieces) == 1:
            return len(text) == first.length and first.at(text, 0)
        last = self.pieces[-1]
        end = len(text) - last.length
        return first.at(text, 0) and last.at(text, end) and self._between(text, first.length, end)

    def _between(self, text: str, position: int, end: int) -> bool:
        for piece in self.pieces[1:-1]:
            found = piece.find(text, position, end)
            if found < 0:
                return False
            position = found + piece.length
        return True


@dataclass(frozen=True, slots=True)
class Template:
    """A pattern with variables, which the request's context fills in."""

    tokens: tuple[Token, ...]
    fold: bool

    def matches(self, text: str, context: Context | None = None) -> bool:
        filled = self._fill(context or Context({}))
        return filled is not None and glob(filled).matches(text)

    def _fill(self, context: Context) -> list[Token] | None:
        """None when a variable has no value: nothing is equal or like it ("Policy variables with
        no value")."""
        filled: list[Token] = []
        for token in self.tokens:
            value = _value(token, context) if isinstance(token, Variable) else token
            if value is None:
                return None
            filled.append(value.lower() if self.fold and isinstance(value, str) else value)
        return filled


Pattern = Glob | Template


def _value(variable: Variable, context: Context) -> str | None:
    found = context.get(variable.name)
    return found if isinstance(found, str) else variable.default


def glob(tokens: Iterable[Token]) -> Glob:
    """The tokens, none of them a variable, made ready for matching."""
    runs: list[list[Token]] = [[]]
    for token in tokens:
        if token is Wild.ANY:
            runs.append([])
        else:
            runs[-1].append(token)
    if len(runs) > 2:  # "**" is "*"
        runs = [runs[0], *(run for run in runs[1:-1] if run), runs[-1]]
    pieces = tuple(_piece(run) for run in runs)
    return Glob(pieces, sum(piece.length for piece in pieces))


def _piece(run: list[Token]) -> Piece:
    if Wild.ONE not in run:
        text = "".join(token for token in run if isinstance(token, str))
        return Piece(len(text), text)
    length = sum(len(token) if isinstance(token, str) else 1 for token in run)
    source = "".join(re.escape(token) if isinstance(token, str) else "." for token in run)
    return Piece(length, "", re.compile(source, re.DOTALL))


_SPECIAL = re.compile(r"\$\{([^}]*)\}|[*?]")
_VARIABLE = re.compile(r"\s*([^,\s]+)\s*(?:,\s*'(.*)'\s*)?", re.DOTALL)
_ESCAPES = {"*": "*", "?": "?", "$": "$"}  # ${*} is a star as such


def _tokens(pattern: str, wild: bool, variables: bool) -> list[Token]:
    tokens: list[Token] = []
    done = 0
    for found in _SPECIAL.finditer(pattern):
        token = _token(found, wild, variables)
        if token is not None:
            tokens += [pattern[done : found.start()], token]
            done = found.end()
    return [token for token in [*tokens, pattern[done:]] if token != ""]


def _token(found: re.Match[str], wild: bool, variables: bool) -> Token | None:
    inside = found.group(1)
    if inside is None:
        return Wild(found.group()) if wild else None
    if not variables:
        return None
    if inside in _ESCAPES:
        return _ESCAPES[inside]
    named = _VARIABLE.fullmatch(inside)
    return Variable(named.group(1).lower(), named.group(2)) if named else None


@lru_cache(maxsize=4096)
def pattern(text: str, wild: bool = True, variables: bool = True, fold: bool = False) -> Pattern:
    """The text of a policy made ready for matching.

    `wild`: stars and question marks count. `variables`: so do `${…}` (they need Version
    2012-10-17). `fold`: the text to be matched comes in lower case.
    """
    tokens = _tokens(text, wild, variables)
    if any(isinstance(token, Variable) for token in tokens):
        folded = (t.lower() if fold and isinstance(t, str) else t for t in tokens)
        return Template(tuple(folded), fold)
    return glob(t.lower() if fold and isinstance(t, str) else t for t in tokens)


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of several patterns; plain texts are found at once however many there are."""

    everything: bool
    texts: frozenset[str]
    patterns: tuple[Pattern, ...]

    def matches(self, text: str, context: Context) -> bool:
        if self.everything or text in self.texts:
            return True
        return any(each.matches(text, context) for each in self.patterns)


def choice(patterns: Iterable[Pattern]) -> Choice:
    """The patterns as one, sorted by how they are found."""
    several = tuple(patterns)
    texts = {p.literal for p in several if isinstance(p, Glob) and p.literal is not None}
    rest = tuple(p for p in several if not (isinstance(p, Glob) and p.literal is not None))
    everything = any(isinstance(p, Glob) and len(p.pieces) == 2 and not p.minimum for p in rest)
    return Choice(everything, frozenset(t for t in texts if t is not None), rest)
