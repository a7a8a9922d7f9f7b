"""Why a query is refused, or does not come to an end."""

from __future__ import annotations


class MalformedQuery(Exception):
    """The query says something that the language has no meaning for. `start` and `end` are
    offsets into the query's text, in characters."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message, self.start, self.end = message, start, end


class QueryFailed(Exception):
    """A good query came to no result: it asks for more memory than there is."""


class QueryTimeout(QueryFailed):
    """A good query took longer than is allowed."""


def unexpected(text: str, symbol: str, start: int) -> MalformedQuery:
    """AWS's message for a symbol out of place: lines count from 1, positions in a line from 0.

    Observed: "unexpected symbol found bad at line 1 and position 843" and "… <EOF> at line 1 and
    position 0" in StartQuery's answers (grafana's CloudWatch data source and others).
    """
    before = text[:start]
    line, column = before.count("\n") + 1, start - (before.rfind("\n") + 1)
    message = f"unexpected symbol found {symbol} at line {line} and position {column}"
    return MalformedQuery(message, start, max(start, start + len(symbol) - 1))


def too_complex(text: str) -> MalformedQuery:
    """For one of thousands of terms, which no parser here can hold."""
    return MalformedQuery("The query is too complex", 0, max(len(text) - 1, 0))
