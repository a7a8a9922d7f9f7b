"""A policy document, read once into frozen statements.

User Guide (IAM), "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .condition import Condition, UnknownOperator, condition
from .glob import Choice, choice, pattern
from .principal import Principals, principals

Document = str | bytes | Mapping[str, Any]

LARGEST = 64 * 1024
"""Characters that any document may have. The largest that AWS takes are a KMS key policy (32 KB),
an SNS topic policy (30 KB) and a bucket policy (20 KB)."""

POLICY_ELEMENTS = frozenset({"Version", "Id", "Statement"})
STATEMENT_ELEMENTS = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)
PRINCIPAL_TYPES = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})
VERSIONS = frozenset({"2012-10-17", "2008-10-17"})


class MalformedPolicy(Exception):
    """A document that AWS would refuse. `code` and `message` are those of the wire."""

    def __init__(self, message: str, code: str = "MalformedPolicy") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class NotJson(MalformedPolicy):
    """A document that is not JSON, or not an object."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, ready to be asked. Without Resource (trust policies) it covers any."""

    name: str  # its Sid, or its place: "#1"
    allow: bool
    actions: Choice  # in lower case
    resources: Choice | None
    principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    not_action: bool = False
    not_resource: bool = False
    not_principal: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """A document's statements, denials and allowances apart, and the document itself."""

    name: str
    allows: tuple[Statement, ...]
    denies: tuple[Statement, ...]
    body: Mapping[str, Any]

    @property
    def statements(self) -> tuple[Statement, ...]:
        return self.denies + self.allows


def parse(document: Document, name: str = "policy") -> Policy:
    """The policy that a document says. Raises MalformedPolicy, and nothing else."""
    body = load(document)
    _known(body, POLICY_ELEMENTS)
    version = body.get("Version", "2008-10-17")
    if not isinstance(version, str) or version not in VERSIONS:
        raise MalformedPolicy("The policy must contain a valid version string")
    if "Statement" not in body:
        raise MalformedPolicy("Missing required field Statement")
    written = body["Statement"]
    listed = written if isinstance(written, list) else [written]
    variables = version == "2012-10-17"
    statements = [_statement(each, place, variables) for place, each in enumerate(listed, 1)]
    return Policy(
        name,
        tuple(each for each in statements if each.allow),
        tuple(each for each in statements if not each.allow),
        body,
    )


@lru_cache(maxsize=512)
def cached(document: str, name: str = "policy") -> Policy:
    """`parse`, remembered by the document's text: policies change rarely and decide often."""
    return parse(document, name)


def load(document: Document) -> Mapping[str, Any]:
    """The JSON object of a document. Raises MalformedPolicy."""
    if isinstance(document, Mapping):
        return document
    if len(document) > LARGEST:
        raise MalformedPolicy("Policy exceeds the maximum allowed document size.")
    try:
        body = json.loads(document, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise NotJson("Policies must be valid JSON and the first byte must be '{'") from None
    if not isinstance(body, dict):
        raise NotJson("Policies must be valid JSON and the first byte must be '{'")
    return body


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different: of two equal ones, one would be lost unseen."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("duplicate key")
    return made


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _known(body: Mapping[str, Any], elements: frozenset[str]) -> None:
    for key in body:
        if key not in elements:
            raise MalformedPolicy(f"Unknown field {_short(key)}")


def _short(value: object) -> str:
    """A value for a message: never megabytes of it, never a deep structure."""
    text = value if isinstance(value, str) else type(value).__name__
    return text if len(text) <= 80 else text[:80] + "…"


def _statement(written: Any, place: int, variables: bool) -> Statement:
    if not isinstance(written, Mapping):
        raise MalformedPolicy("Statement must be an object")
    _known(written, STATEMENT_ELEMENTS)
    effect = _required(written, "Effect")
    if effect not in ("Allow", "Deny"):
        raise MalformedPolicy(f"Invalid effect: {_short(effect)}")
    action, not_action = _one_of(written, "Action", required=True)
    resource, not_resource = _one_of(written, "Resource")
    named, not_principal = _one_of(written, "Principal")
    return Statement(
        name=_sid(written.get("Sid")) or f"#{place}",
        allow=effect == "Allow",
        actions=choice(pattern(text, True, False, True) for text in _texts(action, "Action")),
        resources=None
        if resource is None
        else choice(pattern(text, True, variables) for text in _texts(resource, "Resource")),
        principals=None if named is None else principals(_named(named)),
        conditions=tuple(_conditions(written.get("Condition", {}), variables)),
        not_action=not_action,
        not_resource=not_resource,
        not_principal=not_principal,
    )


def _required(written: Mapping[str, Any], element: str) -> Any:
    if element not in written:
        raise MalformedPolicy(f"Missing required field {element}")
    return written[element]


def _one_of(written: Mapping[str, Any], element: str, required: bool = False) -> tuple[Any, bool]:
    """The value of an element or of its Not… twin, and whether it was the twin."""
    twin = f"Not{element}"
    if element in written and twin in written:
        raise MalformedPolicy(f"Statement contains both {element} and {twin}")
    if required and twin not in written:
        _required(written, element)
    return (written[twin], True) if twin in written else (written.get(element), False)


def _sid(sid: Any) -> str:
    if sid is not None and not isinstance(sid, str):
        raise MalformedPolicy("Sid must be a string")
    return sid or ""


def _texts(value: Any, element: str) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(each, str) for each in listed):
        raise MalformedPolicy(f"Policy has invalid {element.lower()}")
    return tuple(listed)


def _named(element: Any) -> str | dict[str, tuple[str, ...]]:
    """A Principal element with its types checked."""
    if element == "*":
        return "*"
    if not isinstance(element, Mapping) or not element or not PRINCIPAL_TYPES.issuperset(element):
        raise MalformedPolicy("Invalid principal in policy")
    try:
        return {sort: _texts(value, "Principal") for sort, value in element.items()}
    except MalformedPolicy:
        raise MalformedPolicy("Invalid principal in policy") from None


def _conditions(block: Any, variables: bool) -> Iterable[Condition]:
    if not isinstance(block, Mapping):
        raise MalformedPolicy("Condition must be an object")
    for operator, rows in block.items():
        if not isinstance(rows, Mapping):
            raise MalformedPolicy(f"Invalid Condition block : {_short(operator)}")
        for key, values in rows.items():
            try:
                yield condition(operator, key, _values(key, values), variables)
            except UnknownOperator:
                raise MalformedPolicy(f"Invalid Condition type : {_short(operator)}") from None


def _values(key: Any, values: Any) -> tuple[str, ...]:
    """Condition values as text; JSON's numbers and booleans count as their text."""
    listed = values if isinstance(values, list) else [values]
    if not isinstance(key, str) or not all(_is_plain(value) for value in listed):
        raise MalformedPolicy(f"Policy has an invalid condition value for key {_short(key)}")
    return tuple(_value(each) for each in listed)


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | float | bool) or (isinstance(value, int) and abs(value) < 10**60)


def _value(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)
