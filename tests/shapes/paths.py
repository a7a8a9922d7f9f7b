"""A JSON value as the set of its field paths with their types: `items[].name` → `string`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Paths = dict[str, set[str]]


def kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else "null"


def paths(value: Any) -> Paths:
    """The paths below a value; the value itself is no path, nulls are not there."""
    found: Paths = {}
    for path, part in _walk(value, ""):
        found.setdefault(path, set()).add(kind(part))
    return found


def _walk(value: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, part in value.items():
            if part is not None:
                path = f"{prefix}.{name}" if prefix else name
                yield path, part
                yield from _walk(part, path)
    elif isinstance(value, list):
        for part in value:
            yield f"{prefix}[]", part
            yield from _walk(part, f"{prefix}[]")


def fits(ours: set[str], real: list[str]) -> bool:
    """Is our type one of the real ones? An integer is a number too."""
    return bool(ours & set(real)) or ("number" in real and "integer" in ours)
