"""A learner's words turned into what the account and AWS are asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lablib.errors import LabError

# lab.history(…): our words and LookupEvents' attribute keys.
# Source: API Reference, "LookupAttribute", AttributeKey.
ATTRIBUTES = {
    "name": "EventName",
    "user": "Username",
    "source": "EventSource",
    "resource": "ResourceName",
    "resource_type": "ResourceType",
    "id": "EventId",
    "access_key": "AccessKeyId",
    "read_only": "ReadOnly",
}


def lookup(attribute: Mapping[str, str | bool | None]) -> list[dict[str, str]]:
    given = {name: value for name, value in attribute.items() if value is not None}
    if unknown := [name for name in given if name not in ATTRIBUTES]:
        raise LabError(f"There is no attribute {unknown[0]!r}.", expected=", ".join(ATTRIBUTES))
    if len(given) > 1:
        raise LabError(
            "Event history is searched by one attribute at a time, as in AWS.",
            found=", ".join(given),
            next=f"lab.history({next(iter(given))}=…), then narrow the table with pandas.",
        )
    return [
        {"AttributeKey": ATTRIBUTES[name], "AttributeValue": _aws_text(value)}
        for name, value in given.items()
    ]


def _aws_text(value: str | bool | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def place(bucket: Any, key: str | None) -> tuple[str, str]:
    if not isinstance(bucket, str):  # a row of a table
        return str(bucket["Bucket"]), str(bucket["Key"])
    if key is None and bucket.startswith("s3://"):
        bucket, _, key = bucket[len("s3://") :].partition("/")
    if not key:
        raise LabError(
            "Which file?",
            expected="a bucket and a key",
            next="lab.read(lab.log_files().iloc[-1])",
        )
    return bucket, key


def iso(time: datetime | None) -> str | None:
    if time is None:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).isoformat()
