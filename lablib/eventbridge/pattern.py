"""An event pattern: which events it takes, and in a sentence why not.

Source: EventBridge User Guide, "Amazon EventBridge event patterns" and "Creating event patterns":
each field named must be there; the list behind it holds what its value may be; a list in the event
matches when one of its entries does; fields that are not named do not matter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .errors import InvalidEventPattern
from .operators import Test, test

LONGEST = 4096  # EventBridge User Guide, "Amazon EventBridge quotas": Event pattern size
DEEPEST = 100  # unverified: AWS states no depth, and events are far from it
# A $or holds no fields with these names (aws/event-ruler, Constants).
RESERVED = ("exactly", "prefix", "suffix", "anything-but", "numeric", "cidr", "exists", "wildcard",
            "equals-ignore-case")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matched:
    taken: bool
    why: str


@dataclass(frozen=True, slots=True)
class Leaf:
    path: str
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """All of `parts` have to hold, and of each list in `either` one."""

    parts: Mapping[str, Fields | Leaf]
    either: tuple[tuple[Fields, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    text: str
    fields: Fields

    def match(self, event: Mapping[str, Any]) -> Matched:
        reason = _fails(self.fields, event)
        return Matched(reason is None, reason or "every field of the pattern holds")


@lru_cache(maxsize=512)
def compiled(text: str) -> Pattern:
    """The pattern in JSON text; raises InvalidEventPattern."""
    if len(text) > LONGEST:
        raise InvalidEventPattern(f"Event pattern is longer than {LONGEST} characters")
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidEventPattern("Filter is not valid JSON") from None
    if not isinstance(read, dict):
        raise InvalidEventPattern("Filter is not an object")
    return Pattern(text, _fields(read, ""))


def _fields(read: Mapping[str, Any], above: str, inside_or: bool = False, depth: int = 1) -> Fields:
    if depth > DEEPEST:
        raise InvalidEventPattern(f"Event pattern is deeper than {DEEPEST} fields")
    if not read:
        raise InvalidEventPattern("Empty objects are not allowed")
    parts: dict[str, Fields | Leaf] = {}
    either: tuple[tuple[Fields, ...], ...] = ()
    for name, below in read.items():
        path = f"{above}.{name}" if above else name
        if name == "$or":
            either = (*either, _either(below, above, depth + 1))
        elif inside_or and name in RESERVED:
            raise InvalidEventPattern(
                f"{name} is Ruler reserved fieldName which cannot be used inside $or."
            )
        elif isinstance(below, dict):
            parts[name] = _fields(below, path, inside_or, depth + 1)
        elif isinstance(below, list):
            if not below:
                raise InvalidEventPattern("Empty arrays are not allowed")
            parts[name] = Leaf(path, tuple(test(entry) for entry in below))
        else:
            raise InvalidEventPattern(f'"{name}" must be an object or an array')
    return Fields(parts, either)


def _either(below: Any, above: str, depth: int) -> tuple[Fields, ...]:
    if not isinstance(below, list):
        raise InvalidEventPattern("It must be an Array followed with $or.")
    if not all(isinstance(one, dict) for one in below):
        raise InvalidEventPattern("Only JSON object is allowed in array of $or relationship.")
    if len(below) < 2:
        raise InvalidEventPattern("There must have at least 2 Objects in $or relationship.")
    return tuple(_fields(one, above, inside_or=True, depth=depth) for one in below)


# -- matching -----------------------------------------------------------------------------

_AWAY = object()


def _fails(fields: Fields, value: Any) -> str | None:
    """Why the value is not as the fields say; None when it is."""
    if isinstance(value, list):  # the fields have to hold together in one entry
        reasons = [_fails(fields, entry) for entry in value] or [_fails(fields, {})]
        return None if None in reasons else reasons[0]
    inside = value if isinstance(value, dict) else {}
    for name, below in fields.parts.items():
        found = inside.get(name, _AWAY)
        failed = _leaf_fails(below, found) if isinstance(below, Leaf) else _fails(below, found)
        if failed is not None:
            return failed
    for ways in fields.either:
        failures = [_fails(way, value) for way in ways]
        if None not in failures:
            return "none of the ways of $or holds: " + "; ".join(str(one) for one in failures)
    return None


def _leaf_fails(leaf: Leaf, found: Any) -> str | None:
    values = found if isinstance(found, list) else [found]
    values = [value for value in values if value is not _AWAY and not isinstance(value, dict)]
    there = bool(values) or found == []  # `exists` asks for leaves, not for objects
    for one in leaf.tests:
        if one.of_absence is not None:
            if one.of_absence == there:
                return None
        elif any(one.holds(value) for value in values):
            return None
    wanted = " or ".join(one.words for one in leaf.tests)
    if not there:
        return f"{leaf.path} is not there, and the pattern wants {wanted}"
    return f"{leaf.path} is {_brief(found)}, and the pattern wants {wanted}"


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}…"
