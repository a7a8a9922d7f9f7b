"""A required member that is not there, where it is deep inside and the operation stumbled over it.

Clients check most of it before they send; AWS's front door refuses the rest with the sentence that
its services share ("1 validation error detected: …", as observed).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.model import Shape

from .refusals import Refusal, family

CODES = {"logs": "InvalidParameterException"}  # API references, "Errors"; elsewhere ValidationError
DEEPEST = 12


def refusal(service: str, protocol: str, params: Any, shape: Shape | None) -> Refusal | None:
    """None when all that is required is there: then it was not that."""
    place = missing(params, shape)
    if place is None:
        return None
    by_family = "ValidationError" if family(service, protocol) == "query" else "ValidationException"
    what = f"Value null at '{place}' failed to satisfy constraint: Member must not be null"
    code = CODES.get(service, by_family)
    return Refusal(code, f"1 validation error detected: {what}", 400)


def missing(value: Any, shape: Any, path: str = "", depth: int = 0) -> str | None:
    """Where the first required member is missing, in AWS's spelling: dimensions.1.member.name."""
    if shape is None or depth > DEEPEST:
        return None
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for name in shape.required_members:
            if value.get(name) is None:
                return path + _lower(name)
        parts = ((f"{path}{_lower(n)}", v, shape.members.get(n)) for n, v in value.items())
    elif shape.type_name == "list" and isinstance(value, list):
        parts = ((f"{path}{n}.member", v, shape.member) for n, v in enumerate(value, 1))
    else:
        return None
    found = (missing(v, inner, f"{place}.", depth + 1) for place, v, inner in parts)
    return next((place for place in found if place is not None), None)


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
