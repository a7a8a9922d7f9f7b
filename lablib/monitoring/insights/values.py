"""SQL for one value, with the kind of value it gives.

A field that is discovered in JSON has no type of its own: it is text that is taken for a number
where a number is asked for. What is missing is NULL; conditions are never NULL, so that `not`
means what it says, and a missing field is unlike everything (`!=`, `not like`, `not in`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "text", "truth", "time", "field", "tree"]


@dataclass(frozen=True, slots=True)
class Value:
    """`time` is in milliseconds since 1970; `tree` is JSON; `field` is text without a type."""

    sql: str
    kind: Kind


MISSING = Value("NULL::VARCHAR", "field")


def quoted(text: str) -> str:
    """A text as an SQL literal. DuckDB knows no escapes in it but the doubled quote."""
    return "'" + text.replace("'", "''") + "'"


def as_text(value: Value) -> str:
    """As it is shown. Times as "2032-03-01 10:00:00.000"; true is 1."""
    match value.kind:
        case "number":
            return f"number_text({value.sql})"
        case "truth":
            return f"CASE WHEN {value.sql} THEN '1' ELSE '0' END"
        case "time":
            return f"time_text({value.sql})"
        case "tree":
            return f"leaf({value.sql})"
    return value.sql


def as_number(value: Value) -> str:
    """NULL for what is no number."""
    match value.kind:
        case "number":
            return value.sql
        case "truth":
            return f"({value.sql})::INTEGER::DOUBLE"
        case "time":
            return f"({value.sql})::DOUBLE"
    return f"TRY_CAST({as_text(value)} AS DOUBLE)"


def as_time(value: Value) -> str:
    if value.kind == "time":
        return value.sql
    return f"TRY_CAST({as_number(value)} AS BIGINT)"


def as_tree(value: Value) -> str:
    """A text that is JSON as what it says; any other as itself."""
    if value.kind == "tree":
        return value.sql
    text = as_text(value)
    return f"coalesce(TRY_CAST({text} AS JSON), to_json({text}))"


def as_truth(value: Value) -> str:
    if value.kind == "truth":
        return value.sql
    if value.kind in ("number", "time"):
        return f"coalesce({value.sql} <> 0, false)"
    return f"coalesce({as_text(value)} NOT IN ('', '0', 'false'), false)"


def is_numeric(value: Value) -> bool:
    return value.kind in ("number", "truth", "time")


def equal(left: Value, right: Value) -> str:
    """As numbers if one of the two is one: `accountId = 123456789012` finds the text, too."""
    if is_numeric(left) or is_numeric(right):
        return f"coalesce({as_number(left)} = {as_number(right)}, false)"
    return f"coalesce({as_text(left)} = {as_text(right)}, false)"


def ordered(operator: str, left: Value, right: Value) -> str:
    """<, <=, >, >=: by number where both sides are numbers, by text otherwise."""
    numbers = f"{as_number(left)} {operator} {as_number(right)}"
    if is_numeric(left) or is_numeric(right):
        return f"coalesce({numbers}, false)"
    return f"coalesce({numbers}, {as_text(left)} {operator} {as_text(right)}, false)"


def natural(value: Value) -> tuple[str, ...]:
    """What to order by, ascending: what is no number before numbers, digits in texts by length.

    Source: User Guide, "sort". Where nothing is, is said nowhere; here it comes first.
    """
    if is_numeric(value):
        return (value.sql,)
    number = as_number(value)
    return (f"{number} IS NOT NULL", number, f"natural_order({as_text(value)})")
