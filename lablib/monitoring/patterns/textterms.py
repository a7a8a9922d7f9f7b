"""Patterns for any log event: terms that have to be in it, may be in it, must not be in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .comparison import regex_of
from .pattern import InvalidPattern, Line, Match

_TERM = re.compile(r'\s*([-?]?)\s*("(?:\\.|[^"\\])*"|%[^%]+%|[^\s"]+)')
_PLAIN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class TextTerm:
    """One term as it is written, and whether a text has it. Terms are case-sensitive."""

    text: str
    found_in: Callable[[str], bool]


class TextPattern:
    """Terms side by side all have to be there, those after - must not; terms after ? are
    alternatives, and count only when there are no others."""

    def __init__(self, text: str) -> None:
        self.text = text
        sorts: dict[str, list[TextTerm]] = {"": [], "-": [], "?": []}
        for sort, term in _terms(text):
            sorts[sort].append(term)
        self._needed, self._barred, self._either = sorts[""], sorts["-"], sorts["?"]
        self.regexes = sum(t.text.startswith("%") for terms in sorts.values() for t in terms)

    def takes(self, line: Line) -> bool:
        return self.match(line).taken

    def match(self, line: Line) -> Match:
        for term in self._barred:
            if term.found_in(line.text):
                return Match(False, f"{term.text} is in it")
        for term in self._needed:
            if not term.found_in(line.text):
                return Match(False, f"{term.text} is not in it")
        if self._either and not (self._needed or self._barred):
            return self._alternatives(line)
        return Match(True, self._told())

    def _alternatives(self, line: Line) -> Match:
        found = next((term for term in self._either if term.found_in(line.text)), None)
        if found is not None:
            return Match(True, f"{found.text} is in it")
        return Match(False, f"none of {', '.join(t.text for t in self._either)} is in it")

    def _told(self) -> str:
        if not (self._needed or self._barred):
            return "an empty pattern takes every log event"
        there = [f"{', '.join(t.text for t in self._needed)} in it"] * bool(self._needed)
        gone = [f"{', '.join(t.text for t in self._barred)} not"] * bool(self._barred)
        return " and ".join(there + gone)

    def value(self, line: Line, selector: str) -> str | None:
        return None

    def extracted(self, line: Line) -> dict[str, str]:
        return {}


def _terms(text: str) -> list[tuple[str, TextTerm]]:
    found, position = [], 0
    while text[position:].strip():
        term = _TERM.match(text, position)
        if term is None:
            raise InvalidPattern("a quotation mark is not closed")
        found.append((term[1], _term(term[2])))
        position = term.end()
    return found


def _term(written: str) -> TextTerm:
    if written.startswith('"'):
        text = re.sub(r'\\(["\\])', r"\1", written[1:-1])
        # User Guide, "Match everything": " " returns all log events.
        return TextTerm(written, lambda line: not text.strip() or text in line)
    if written.startswith("%") and written.endswith("%") and len(written) > 2:
        search = regex_of(written[1:-1]).search
        return TextTerm(written, lambda line: bool(search(line)))
    if not _PLAIN.fullmatch(written):
        # Observed: the words of PutMetricFilter's and FilterLogEvents' refusals.
        raise InvalidPattern(
            f"{written} has other characters than letters, digits and _, and is not quoted",
            f"Invalid character(s) in term '{written}'",
        )
    return TextTerm(written, lambda line: written in line)
