"""What may stand in the list behind a field of an event pattern: values and comparison operators.

Sources: EventBridge User Guide, "Comparison operators for use in event patterns"; the reasons of
refusals are those of the open-source matcher that EventBridge runs (aws/event-ruler,
JsonRuleCompiler).
"""

from __future__ import annotations

import ipaddress
import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .errors import InvalidEventPattern

Holds = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Test:
    """One entry of the list. `of_absence`: it asks whether the field is there, not for a value."""

    words: str
    holds: Holds
    of_absence: bool | None = None  # exists: True wants the field, False wants it away


def test(entry: Any) -> Test:
    """The entry as a test of one value; raises InvalidEventPattern."""
    if not isinstance(entry, dict):
        if isinstance(entry, list):
            raise InvalidEventPattern("Match value must be String, number, true, false, or null")
        return Test(_shown(entry), _equal(entry))
    if not entry:
        raise InvalidEventPattern("Match expression name not found")
    (name, wanted), *more = entry.items()
    if name not in OPERATORS:
        raise InvalidEventPattern(f"Unrecognized match type {name}")
    if more:
        raise InvalidEventPattern("Only one key allowed in match expression")
    if name == "exists":
        if not isinstance(wanted, bool):
            raise InvalidEventPattern("exists match pattern must be either true or false.")
        return Test("any value" if wanted else "nothing there", lambda value: wanted, wanted)
    return Test(f"{name} {_shown(wanted)}", OPERATORS[name](wanted))


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal(wanted: Any) -> Holds:
    """Values are equal when they are of one type: 300 is 300.0, but 1 is neither "1" nor true."""
    if _is_number(wanted):
        return lambda value: _is_number(value) and value == wanted
    return lambda value: type(value) is type(wanted) and value == wanted


def _text(name: str, wanted: Any) -> str:
    if not isinstance(wanted, str):
        raise InvalidEventPattern(f"{name} match pattern must be a string")
    return wanted


def _of_text(holds: Callable[[str], bool]) -> Holds:
    return lambda value: isinstance(value, str) and holds(value)


def _affix(name: str, compare: Callable[[str, str], bool]) -> Callable[[Any], Holds]:
    def made(wanted: Any) -> Holds:
        if isinstance(wanted, dict):
            other = next(iter(wanted), "")
            if list(wanted) != ["equals-ignore-case"]:
                raise InvalidEventPattern(f"Unsupported {name} pattern: {other}")
            folded = _text("equals-ignore-case", wanted["equals-ignore-case"]).casefold()
            return _of_text(lambda value: compare(value.casefold(), folded))
        text = _text(name, wanted)
        return _of_text(lambda value: compare(value, text))

    return made


def _ignoring_case(wanted: Any) -> Holds:
    folded = _text("equals-ignore-case", wanted).casefold()
    return _of_text(lambda value: value.casefold() == folded)


def _wildcard(wanted: Any) -> Holds:
    """`*` stands for any characters, `\\*` for itself; two in a row are refused."""
    text = _text("wildcard", wanted)
    tokens = re.findall(r"\\[*\\]|\*|.", text, re.DOTALL)
    if any(a == b == "*" for a, b in pairwise(tokens)):
        raise InvalidEventPattern(f"Consecutive wildcard characters at pos {text.index('**')}")
    if any(token == "\\" for token in tokens):
        raise InvalidEventPattern(f"Invalid escape character at pos {text.index(chr(92))}")
    parts = [""]
    for token in tokens:
        if token == "*":
            parts.append("")
        else:
            parts[-1] += token[-1]
    return _of_text(lambda value: _in_order(value, parts))


def _in_order(value: str, parts: list[str]) -> bool:
    """Whether the parts stand in the value in this order, the first at its beginning, the last at
    its end; each at the first place where it can, so that no pattern takes long."""
    first, *rest = parts
    if not rest:
        return value == first
    if not value.startswith(first):
        return False
    place, last = len(first), rest.pop()
    for part in rest:
        found = value.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return len(value) - place >= len(last) and value.endswith(last)


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _numeric(wanted: Any) -> Holds:
    """`["=", n]`, `["<", n]` or a range `[">", a, "<=", b]`."""
    if not isinstance(wanted, list):
        raise InvalidEventPattern("Value of numeric must be an array.")
    if not wanted:
        raise InvalidEventPattern("Invalid member in numeric match: ")
    if len(wanted) % 2 or len(wanted) > 4:
        raise InvalidEventPattern("Too many elements in numeric expression")
    pairs = list(zip(wanted[::2], wanted[1::2], strict=True))
    for sign, number in pairs:
        if sign not in COMPARISONS:
            raise InvalidEventPattern(f"Unrecognized numeric range operator: {sign}")
        if not _is_number(number):
            raise InvalidEventPattern(
                f"Value of {'equals' if sign == '=' else sign} must be numeric"
            )
    return lambda value: (
        _is_number(value) and all(COMPARISONS[sign](value, number) for sign, number in pairs)
    )


def _anything_but(wanted: Any) -> Holds:
    if isinstance(wanted, dict):
        name = next(iter(wanted), "")
        if len(wanted) != 1 or name not in NEGATED:
            raise InvalidEventPattern(f"Unsupported anything-but pattern: {name}")
        inner = wanted[name] if isinstance(wanted[name], list) else [wanted[name]]
        tests = [NEGATED[name](one) for one in inner]
        return lambda value: not any(holds(value) for holds in tests)
    listed = wanted if isinstance(wanted, list) else [wanted]
    if not all(isinstance(one, str) or _is_number(one) for one in listed):
        said = (
            "Inside anything but list, start|null|boolean is not supported."
            if isinstance(wanted, list)
            else "Value of anything-but must be an array or single string/number value."
        )
        raise InvalidEventPattern(said)
    if len({isinstance(one, str) for one in listed}) != 1:
        raise InvalidEventPattern(
            "Inside anything but list, either all values are number or string, "
            "mixed type is not supported"
        )
    tests = [_equal(one) for one in listed]
    return lambda value: not any(holds(value) for holds in tests)


def _cidr(wanted: Any) -> Holds:
    try:
        network = ipaddress.ip_network(_text("prefix", wanted), strict=False)
    except ValueError:
        raise InvalidEventPattern(f"Malformed CIDR, bad prefix: {wanted}") from None

    def inside(value: str) -> bool:
        try:
            return ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return _of_text(inside)


_PREFIX, _SUFFIX = _affix("prefix", str.startswith), _affix("suffix", str.endswith)
NEGATED: Mapping[str, Callable[[Any], Holds]] = {
    "prefix": _PREFIX,
    "suffix": _SUFFIX,
    "equals-ignore-case": _ignoring_case,
    "wildcard": _wildcard,
}
OPERATORS: Mapping[str, Callable[[Any], Holds]] = {
    **NEGATED,
    "exactly": lambda wanted: _equal(_text("exact", wanted)),
    "numeric": _numeric,
    "anything-but": _anything_but,
    "cidr": _cidr,
    "exists": lambda wanted: lambda value: bool(wanted),  # made above: it asks for no value
}
