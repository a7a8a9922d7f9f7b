"""The functions of Logs Insights QL: what they take, what they give, and their SQL.

Source: User Guide, "Boolean, comparison, numeric, datetime, and other functions". Names are the
same in any case. Kinds of arguments: n number, t text, d time, p period, j JSON, c condition,
m what can be the least or the most, * any; after / they may be left out; + repeats the last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .values import Kind


@dataclass(frozen=True, slots=True)
class Function:
    takes: str
    gives: Kind
    sql: str | Callable[[Sequence[str]], str]  # {0} is the first argument, {all} all of them

    def least(self) -> int:
        return len(self.takes.partition("/")[0].rstrip("+"))

    def most(self) -> int | None:
        return None if self.takes.endswith("+") else len(self.takes.replace("/", ""))

    def kind(self, place: int) -> str:
        kinds = self.takes.replace("/", "").rstrip("+")
        return kinds[min(place, len(kinds) - 1)]

    def fill(self, arguments: Sequence[str]) -> str:
        if callable(self.sql):
            return self.sql(arguments)
        return self.sql.format(*arguments, all=", ".join(arguments))


def _trim(name: str) -> Function:
    return Function("t/t", "text", f"{name}({{all}})")


FUNCTIONS: dict[str, Function] = {
    # numeric
    "abs": Function("n", "number", "abs({0})"),
    "ceil": Function("n", "number", "ceil({0})"),
    "floor": Function("n", "number", "floor({0})"),
    "round": Function("n", "number", "round({0})"),
    "greatest": Function("n+", "number", "greatest({all})"),
    "least": Function("n+", "number", "least({all})"),
    "log": Function("n", "number", "TRY(ln({0}))"),
    "sqrt": Function("n", "number", "TRY(sqrt({0}))"),
    # general
    "ispresent": Function("*", "truth", "({0} IS NOT NULL)"),
    "coalesce": Function("*+", "field", "coalesce({all})"),
    "if": Function("c**", "field", "CASE WHEN {0} THEN {1} ELSE {2} END"),
    # JSON
    "jsonparse": Function("t", "tree", "TRY_CAST({0} AS JSON)"),
    "jsonstringify": Function("j", "text", "({0})::VARCHAR"),
    # IP addresses
    "isvalidip": Function("t", "truth", "coalesce(ip_version({0}) > 0, false)"),
    "isvalidipv4": Function("t", "truth", "coalesce(ip_version({0}) = 4, false)"),
    "isvalidipv6": Function("t", "truth", "coalesce(ip_version({0}) = 6, false)"),
    "isipinsubnet": Function("tt", "truth", "coalesce(ip_within({0}, {1}) > 0, false)"),
    "isipv4insubnet": Function("tt", "truth", "coalesce(ip_within({0}, {1}) = 4, false)"),
    "isipv6insubnet": Function("tt", "truth", "coalesce(ip_within({0}, {1}) = 6, false)"),
    # text
    "isempty": Function("t", "truth", "(coalesce({0}, '') = '')"),
    "isblank": Function("t", "truth", "(trim(coalesce({0}, ''), ' \t\r\n') = '')"),
    "concat": Function("t+", "text", "concat({all})"),
    "ltrim": _trim("ltrim"),
    "rtrim": _trim("rtrim"),
    "trim": _trim("trim"),
    "strlen": Function("t", "number", "length({0})::DOUBLE"),
    "toupper": Function("t", "text", "upper({0})"),
    "tolower": Function("t", "text", "lower({0})"),
    "substr": Function("tn/n", "text", lambda given: _substr(*given)),
    "replace": Function("ttt", "text", "replace({0}, {1}, {2})"),
    "strcontains": Function("tt", "number", "coalesce(contains({0}, {1}), false)::INTEGER::DOUBLE"),
    # time; `bin` is `datefloor` of the event's time
    "frommillis": Function("n", "time", "TRY_CAST({0} AS BIGINT)"),
    "tomillis": Function("d", "number", "({0})::DOUBLE"),
    "datefloor": Function("dp", "time", "{1}"),
    "dateceil": Function("dp", "time", "{1}"),
    "bin": Function("p", "time", "{0}"),
    "now": Function("", "number", ""),
}


def _substr(text: str, start: str, length: str | None = None) -> str:
    """The first character has index 0."""
    first = f"greatest(TRY_CAST({start} AS INTEGER), 0) + 1"
    if length is None:
        return f"substring({text}, {first})"
    return f"substring({text}, {first}, greatest(TRY_CAST({length} AS INTEGER), 0))"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """{0} is the argument, {number} the same as a number, {order} its natural order, {time} the
    event's time. `pct` is made elsewhere: its second argument is a constant."""

    takes: str
    gives: Kind
    sql: str


# Source: User Guide, "stats". `earliest(@timestamp)` and the like give milliseconds (observed in
# us-east-1), and so do max and min here. Whether stddev is that of a sample is said nowhere.
AGGREGATES: dict[str, Aggregate] = {
    "count": Aggregate("*", "number", "count({0})::DOUBLE"),
    "count_distinct": Aggregate("t", "number", "count(DISTINCT {0})::DOUBLE"),
    "sum": Aggregate("n", "number", "sum({0})"),
    "avg": Aggregate("n", "number", "avg({0})"),
    "stddev": Aggregate("n", "number", "stddev_samp({0})"),
    "pct": Aggregate("n", "number", ""),
    "min": Aggregate("m", "field", "coalesce(arg_min({0}, {number}), min({0}))"),
    "max": Aggregate("m", "field", "coalesce(arg_max({0}, {number}), max({0}))"),
    "earliest": Aggregate("m", "field", "arg_min({0}, {time})"),
    "latest": Aggregate("m", "field", "arg_max({0}, {time})"),
    "sortsfirst": Aggregate("m", "field", "arg_min({0}, {order})"),
    "sortslast": Aggregate("m", "field", "arg_max({0}, {order})"),
}
