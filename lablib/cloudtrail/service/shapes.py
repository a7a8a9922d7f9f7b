"""Is the request what CloudTrail's model allows? What clients do not check, the service does.

The AWS CLI and boto3 check types and minimums; other programs check nothing. The codes are those
that CloudTrail's model lists for the operations concerned; the words are AWS's general ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from lablib.cloudtrail.errors import CloudTrailError, invalid_bucket_name, invalid_trail_name

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "timestamp": (datetime,),
    "list": (list, tuple),
    "structure": (Mapping,),
    "map": (Mapping,),
    "blob": (bytes, bytearray),
}
# The code for a member that breaks its constraints, by the request's member that holds it.
CODES = {
    "TagsList": "InvalidTagParameterException",
    "EventSelectors": "InvalidEventSelectorsException",
    "AdvancedEventSelectors": "InvalidEventSelectorsException",
    "InsightSelectors": "InvalidInsightSelectorsException",
    "LookupAttributes": "InvalidLookupAttributesException",
    "EventCategory": "InvalidEventCategoryException",
    "MaxResults": "InvalidMaxResultsException",
    "ResourceArn": "ResourceARNNotValidException",
    "ResourcePolicy": "ResourcePolicyNotValidException",
}
# Checked by the operation itself, which knows AWS's own words for them.
LEFT_TO_OTHERS = frozenset({"ReadWriteType", "LookupAttributeValue"})
BLANK = {
    "Name": invalid_trail_name("Trail name cannot be blank!"),
    "TrailName": invalid_trail_name("Trail name cannot be blank!"),
    "S3BucketName": invalid_bucket_name("Bucket name cannot be blank!"),
}


@cache
def service_model() -> ServiceModel:
    """CloudTrail as botocore describes it."""
    return ServiceModel(Loader().load_service_model("cloudtrail", "service-2"), "cloudtrail")


def check(operation: str, params: Mapping[str, Any]) -> None:
    """Raise what AWS answers to a request of the wrong shape; else nothing."""
    model: OperationModel = service_model().operation_model(operation)
    shape = model.input_shape
    if shape is None:
        return
    for member in shape.required_members:
        if params.get(member) is None:
            raise BLANK.get(member) or broken(
                CODES.get(member, "InvalidParameterException"),
                "null",
                member,
                "Member must not be null",
            )
    for member, value in params.items():
        if value is not None and member in shape.members:
            code = CODES.get(member, "InvalidParameterException")
            walk(shape.members[member], value, member, code)


def walk(shape: Shape, value: Any, path: str, code: str) -> None:
    of_type(shape, value, path)
    if shape.name in LEFT_TO_OTHERS:
        return
    unmet = constraint(shape, value)
    if unmet:
        raise broken(code, value, path, unmet)
    if shape.type_name == "list":
        for place, one in enumerate(value, 1):
            walk(shape.member, one, f"{path}.{place}.member", code)
    elif shape.type_name == "structure":
        for member in shape.required_members:
            if value.get(member) is None:
                raise broken(code, "null", f"{path}.{member}", "Member must not be null")
        for member, inner in value.items():
            if inner is not None and member in shape.members:
                walk(shape.members[member], inner, f"{path}.{member}", code)


def of_type(shape: Shape, value: Any, path: str) -> None:
    allowed = TYPES[shape.type_name]
    wrong_bool = isinstance(value, bool) and shape.type_name != "boolean"
    if not isinstance(value, allowed) or wrong_bool:
        raise CloudTrailError(
            "SerializationException",
            f"{type(value).__name__} can not be converted to {shape.type_name} at {path}",
        )


def constraint(shape: Shape, value: Any) -> str | None:
    """The constraint of the model that the value does not meet, in AWS's words."""
    facts = shape.metadata
    choices = facts.get("enum")
    if choices and value not in choices:
        return f"Member must satisfy enum value set: [{', '.join(choices)}]"
    if shape.type_name in ("string", "list", "integer"):
        size = value if shape.type_name == "integer" else len(value)
        noun = "value" if shape.type_name == "integer" else "length"
        if "min" in facts and size < facts["min"] and shape.name not in NOT_EMPTY:
            return f"Member must have {noun} greater than or equal to {facts['min']}"
        if "max" in facts and size > facts["max"]:
            return f"Member must have {noun} less than or equal to {facts['max']}"
    if "pattern" in facts and not re.fullmatch(facts["pattern"], value):
        return f"Member must satisfy regular expression pattern: {facts['pattern']}"
    return None


# A tag's value may be empty (API Reference, AddTags: "a value of null").
NOT_EMPTY = frozenset({"TagValue"})


def broken(code: str, value: Any, path: str, unmet: str) -> CloudTrailError:
    shown = value if isinstance(value, str) else repr(value)
    at = ".".join(part[:1].lower() + part[1:] for part in path.split("."))
    return CloudTrailError(
        code,
        f"1 validation error detected: Value '{shown[:200]}' at '{at}' failed to satisfy "
        f"constraint: {unmet}",
    )
