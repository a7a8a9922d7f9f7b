"""The Condition element: operators as one table.

User Guide (IAM), "IAM JSON policy elements: Condition operators" and "Set operators for
multivalued context keys".
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from .glob import Context, pattern

Test = Callable[[str, Context], bool]
Compiler = Callable[[Sequence[str], bool], Test]  # (policy's values, do variables count) -> test


def _texts(wild: bool = False, fold: bool = False) -> Compiler:
    def compile_(values: Sequence[str], variables: bool) -> Test:
        patterns = [pattern(value, wild, variables, fold) for value in values]

        def test(text: str, context: Context) -> bool:
            text = text.lower() if fold else text
            return any(each.matches(text, context) for each in patterns)

        return test

    return compile_


def _arns(values: Sequence[str], variables: bool) -> Test:
    """ "Each of the six colon-delimited components of the ARN is checked separately." """
    split = (_arn_parts(value) for value in values)
    arns = [tuple(pattern(part, True, variables) for part in parts) for parts in split if parts]

    def test(text: str, context: Context) -> bool:
        parts = _arn_parts(text)
        return parts is not None and any(
            all(each.matches(part, context) for each, part in zip(arn, parts, strict=True))
            for arn in arns
        )

    return test


_COLON = re.compile(r":(?![^{]*\})")  # not the colon of ${aws:username}


def _arn_parts(text: str) -> list[str] | None:
    parts = (_COLON.split(text, maxsplit=5) if "${" in text else text.split(":", 5))[1:]
    return parts if len(parts) == 5 else None


def _read_with(read: Callable[[str], object], values: Iterable[str]) -> list[object]:
    return [known for value in values if (known := read(value)) is not None]


def _compared(read: Callable[[str], object], compare: Callable[[object, object], bool]) -> Compiler:
    """The request's value on the left, the policy's on the right; unreadable ones never match."""

    def compile_(values: Sequence[str], variables: bool) -> Test:
        known = _read_with(read, values)

        def test(text: str, context: Context) -> bool:
            asked = read(text)
            return asked is not None and any(compare(asked, each) for each in known)

        return test

    return compile_


_NUMBER = re.compile(r"[+-]?(\d{1,60}(\.\d{0,60})?|\.\d{1,60})([eE][+-]?\d{1,3})?", re.ASCII)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        return None


_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r"(Z|[+-]\d\d:?\d\d)?)?)?)?",
    re.ASCII,
)
_EPOCH = re.compile(r"-?\d{5,12}(\.\d{1,9})?|0", re.ASCII)


def _date(text: str) -> float | None:
    """Seconds of an ISO 8601 date in one of the W3C's forms, or of an epoch number."""
    if _EPOCH.fullmatch(text):
        return float(text)
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups(default="")
    clock = f"{hour or '00'}:{minute or '00'}:{second or '00'}.{(fraction + '000000')[:6]}"
    offset = "+00:00" if zone in ("", "Z") else zone
    try:
        read = datetime.fromisoformat(f"{year}-{month or '01'}-{day or '01'}T{clock}{offset}")
    except ValueError:
        return None
    return (read - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()


def _bool(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _binary(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _within(address: object, network: object) -> bool:
    """Whether an address, read as a network of one, lies in the policy's range."""
    if isinstance(address, ipaddress.IPv4Network) and isinstance(network, ipaddress.IPv4Network):
        return address.subnet_of(network)
    if isinstance(address, ipaddress.IPv6Network) and isinstance(network, ipaddress.IPv6Network):
        return address.subnet_of(network)
    return False


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}

POSITIVE: dict[str, Compiler] = {
    "StringEquals": _texts(),
    "StringEqualsIgnoreCase": _texts(fold=True),
    "StringLike": _texts(wild=True),
    **{f"Numeric{name}": _compared(_number, compare) for name, compare in _ORDER.items()},
    **{f"Date{name}": _compared(_date, compare) for name, compare in _ORDER.items()},
    "Bool": _compared(_bool, operator.eq),
    "BinaryEquals": _compared(_binary, operator.eq),
    "IpAddress": _compared(_network, _within),
    "ArnEquals": _arns,  # "ArnEquals and ArnLike behave identically"
    "ArnLike": _arns,
}

NEGATED: dict[str, str] = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}

_BY_LOWER = {name.lower(): name for name in (*POSITIVE, *NEGATED, "Null")}
_OPERATOR = re.compile(r"(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?", re.IGNORECASE)


class UnknownOperator(ValueError):
    """An operator that IAM does not have."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator, one key, its values."""

    operator: str  # as the policy writes it
    key: str  # lower case
    test: Test
    negated: bool = False
    if_exists: bool = False
    quantifier: str | None = None  # "any", "all"
    null: frozenset[bool] | None = None  # for Null: "true" wants the key absent

    def holds(self, context: Context) -> bool:
        value = context.get(self.key)
        values = (value,) if isinstance(value, str) else tuple(value or ())
        if self.null is not None:
            return (not values) in self.null
        if not values:
            return self._holds_without()
        if self.quantifier is None:
            return isinstance(value, str) and self.test(value, context) != self.negated
        told = (self.test(each, context) != self.negated for each in values)
        return any(told) if self.quantifier == "any" else all(told)

    def _holds_without(self) -> bool:
        """With the key absent: IfExists and ForAllValues hold, and so do the negated operators,
        except under ForAnyValue."""
        if self.if_exists or self.quantifier == "all":
            return True
        return self.negated and self.quantifier is None


def condition(name: str, key: str, values: Sequence[str], variables: bool) -> Condition:
    """One row of a Condition block, made ready. Raises UnknownOperator."""
    found = _OPERATOR.fullmatch(name)
    base = _BY_LOWER.get(found.group(2).lower()) if found else None
    if found is None or base is None or (base == "Null" and (found.group(1) or found.group(3))):
        raise UnknownOperator(name)
    quantifier = {"foranyvalue": "any", "forallvalues": "all"}.get((found.group(1) or "").lower())
    if base == "Null":
        wanted = frozenset(told for value in values if (told := _bool(value)) is not None)
        return Condition(name, key.lower(), lambda text, context: False, null=wanted)
    test = POSITIVE[NEGATED.get(base, base)](values, variables)
    return Condition(name, key.lower(), test, base in NEGATED, bool(found.group(3)), quantifier)
