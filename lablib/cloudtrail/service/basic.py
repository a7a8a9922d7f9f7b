"""Basic event selectors on the wire: read, checked, shown again.

Sources: API Reference, EventSelector and DataResource. Observed messages: the number of values as
aws-solutions/aws-crr-monitor quotes it, a value that is not valid as aws-samples/
aws-security-reference-architecture-examples does; the others as in `errors`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lablib.cloudtrail.errors import invalid_selectors
from lablib.cloudtrail.selectors.types import BASIC_TYPES
from lablib.cloudtrail.trail import DataResource, EventSelector

MOST_SELECTORS = 5
MOST_VALUES = 250
READ_WRITE = ("ReadOnly", "WriteOnly", "All")
EXCLUDABLE = ("kms.amazonaws.com", "rdsdata.amazonaws.com")
# An S3 value names a bucket with a slash, and perhaps the beginning of a key; or all of S3.
VALUES = {
    "AWS::S3::Object": re.compile(
        r"arn:aws[\w-]*:s3(:::)?|arn:aws[\w-]*:s3:::[A-Za-z0-9._-]{3,63}/.*", re.DOTALL
    ),
    "AWS::Lambda::Function": re.compile(
        r"arn:aws[\w-]*:lambda|arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w:$-]+"
    ),
    "AWS::DynamoDB::Table": re.compile(
        r"arn:aws[\w-]*:dynamodb|arn:aws[\w-]*:dynamodb:[a-z0-9-]+:\d{12}:table/[\w.-]+"
    ),
}


def parsed(given: Sequence[Mapping[str, Any]]) -> tuple[EventSelector, ...]:
    """The selectors, or InvalidEventSelectorsException."""
    if not 1 <= len(given) <= MOST_SELECTORS:
        raise invalid_selectors(
            f"Specify a valid number of selectors (1 to {MOST_SELECTORS}) for your trail"
        )
    selectors = tuple(selector(one) for one in given)
    resources = [one for selector in selectors for one in selector.data_resources]
    if max(sum(len(one.values) for one in resources), len(resources)) > MOST_VALUES:
        raise invalid_selectors(
            f"Specify a valid number of DataResources.Values (0 to {MOST_VALUES}) "
            "for all your selectors"
        )
    return selectors


def selector(given: Mapping[str, Any]) -> EventSelector:
    read_write = given.get("ReadWriteType") or "All"
    if read_write not in READ_WRITE:
        raise invalid_selectors(f"Value {read_write} for ReadWriteType is invalid.")
    excluded = tuple(given.get("ExcludeManagementEventSources") or ())
    for source in excluded:
        if source not in EXCLUDABLE:
            raise invalid_selectors(f"Value {source} for ExcludeManagementEventSources is invalid.")
    return EventSelector(
        read_write,
        given.get("IncludeManagementEvents") is not False,
        tuple(resource(one) for one in given.get("DataResources") or ()),
        excluded,
    )


def resource(given: Mapping[str, Any]) -> DataResource:
    kind = given.get("Type") or ""
    if kind not in BASIC_TYPES:
        raise invalid_selectors(f"Value {kind} for DataResources.Type is invalid.")
    values = tuple(given.get("Values") or ())
    for value in values:
        if not VALUES[kind].fullmatch(value):
            raise invalid_selectors(f"Value {value} for DataResources.Values is invalid.")
    return DataResource(kind, values)


def shown(selector: EventSelector) -> dict[str, Any]:
    return {
        "ReadWriteType": selector.read_write,
        "IncludeManagementEvents": selector.management,
        "DataResources": [
            {"Type": one.type, "Values": list(one.values)} for one in selector.data_resources
        ],
        "ExcludeManagementEventSources": list(selector.exclude_sources),
    }
