"""One value against one term: texts with wildcards, numbers, regular expressions."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .pattern import InvalidPattern, shortened

Number = int | float

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")

# "Supported regular expressions (regex) syntax": letters and digits, these symbols and operators;
# no parentheses. A backslash escapes an operator or stands before d, D, s, S, w, W, xhh. A space
# is not among them, but in the page's own %^starting|^initializing|^shutting down%.
_REGEX = re.compile(r"(?:[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|*+. ]|\\[^A-Za-z0-9\s]|\\[dDsSwWb]|\\x[0-9a-fA-F]{2})+")  # fmt: skip  # noqa: E501


@dataclass(frozen=True, slots=True)
class Term:
    """The right-hand side of a comparison as it is written."""

    text: str
    quoted: bool = False
    regex: bool = False

    @property
    def number(self) -> Number | None:
        if self.quoted or self.regex or not _NUMBER.fullmatch(self.text):
            return None
        return float(self.text)

    def __str__(self) -> str:
        return f"%{self.text}%" if self.regex else f'"{self.text}"' if self.quoted else self.text


def regex_of(text: str) -> re.Pattern[str]:
    """Raises InvalidPattern for what the syntax of regular expressions does not allow."""
    if not _REGEX.fullmatch(text):
        raise InvalidPattern(f"%{text}% has characters that regular expressions may not have")
    try:
        return re.compile(text, re.ASCII)
    except re.error as error:
        raise InvalidPattern(f"%{text}% is not a regular expression: {error}") from None


def written(value: object) -> str | None:
    """A value node (string, number, truth) as text; None for null, arrays and objects: "The
    SELECTOR must point to a value node (string or number) in the JSON"."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return None


def equality(term: Term) -> Callable[[Any], bool]:
    """Whether a value node is what the term says.

    An asterisk at the start or the end stands for any text; within a term it is itself ("Ev*ent
    will only match the actual string Ev*ent"). Unquoted numbers are compared as numbers.
    """
    if term.regex:
        search = regex_of(term.text).search
        return lambda value: (text := written(value)) is not None and bool(search(text))
    number = term.number
    if number is not None:
        return _number_equality(term.text, number)
    texts = _text_equality(term.text)
    return lambda value: (text := written(value)) is not None and texts(text)


def _number_equality(text: str, number: Number) -> Callable[[Any], bool]:
    def same(value: Any) -> bool:
        if isinstance(value, str):
            return value == text
        return value == number and isinstance(value, int | float) and not isinstance(value, bool)

    return same


def _text_equality(text: str) -> Callable[[str], bool]:
    before, after = text.startswith("*"), text.endswith("*") and len(text) > 1
    middle = text[before : len(text) - after]
    if text == "*":
        return lambda value: True
    if before and after:
        return lambda value: middle in value
    if before:
        return lambda value: value.endswith(middle)
    if after:
        return lambda value: value.startswith(middle)
    return lambda value: value == text


def order(sign: str, term: Term) -> Callable[[Any], bool]:
    """Whether a number lies as the sign says. Raises InvalidPattern for a term that is none."""
    number = term.number
    if number is None:
        raise InvalidPattern(
            f"{sign} compares numbers, and {term} is none",
            f"Invalid character(s) in term '\"{term.text}\"'",
        )
    compare = ORDER[sign]

    def lies(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return compare(value, number)

    return lies


def comparison(sign: str, term: Term) -> Callable[[Any], bool]:
    """Whether a value node compares so. `!=` holds of value nodes only."""
    if sign in ORDER:
        return order(sign, term)
    same = equality(term)
    if sign == "=":
        return same
    return lambda value: written(value) is not None and not same(value)


SAID = {
    "=": "is",
    "!=": "is not",
    ">": "is greater than",
    "<": "is less than",
    ">=": "is at least",
    "<=": "is at most",
}


def told(name: str, sign: str, term: Term, value: object, holds: bool) -> str:
    """The comparison as a sentence about the value that was found."""
    found = f"{name} is {shortened(value)}"
    return f"{found}, which {'is' if holds else 'is not'} what {name} {sign} {term} asks for"
