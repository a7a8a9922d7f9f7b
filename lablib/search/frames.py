"""Tables in pandas: events in the console's columns, log files, deliveries."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from lablib.search.event import Record, event_time, resource_names, user_name
from lablib.search.table import Table

# The console's words for Event history's columns.
COLUMNS = (
    "Event time",
    "Event name",
    "User name",
    "Event source",
    "Resource name",
    "Read-only",
    "Error code",
    "Event ID",
    "Record",
)
# Source: User Guide, "CloudTrail log file examples" (file name format).
FILE_NAME = re.compile(
    r"(?P<account>\d{12})_CloudTrail(?P<digest>-Digest)?_(?P<region>[a-z0-9-]+?)_"
    r"(?:(?P<trail>[\w.-]+)_[a-z0-9-]+_)?(?P<label>\d{8}T\d{4,6}Z)(?:_(?P<mark>[A-Za-z0-9]{16}))?"
    r"\.json\.gz$"
)


def records_frame(
    records: Iterable[Record], resources: Mapping[str, list[str]] | None = None
) -> Table:
    """One row a record, in the order given. `resources` may name them by event id."""
    rows = [_row(record, resources or {}) for record in records]
    frame = Table(rows, columns=pd.Index(COLUMNS))
    frame["Event time"] = pd.to_datetime(frame["Event time"], utc=True)
    return frame


def _row(record: Record, resources: Mapping[str, list[str]]) -> tuple[Any, ...]:
    named = resources.get(str(record.get("eventID")))
    return (
        event_time(record),
        record.get("eventName"),
        user_name(record),
        record.get("eventSource"),
        ", ".join(resource_names(record) if named is None else named),
        record.get("readOnly"),
        record.get("errorCode"),
        record.get("eventID"),
        record,
    )


def history_frame(items: Iterable[Mapping[str, Any]]) -> Table:
    """What LookupEvents answered, in the same columns."""
    listed = list(items)
    named = {
        item["EventId"]: [r.get("ResourceName", "") for r in item.get("Resources", [])]
        for item in listed
    }
    frame = records_frame((json.loads(item["CloudTrailEvent"]) for item in listed), named)
    users = [item.get("Username") for item in listed]
    frame["User name"] = [user or "" for user in users]
    return frame


def read_log_file(body: bytes) -> list[dict[str, Any]]:
    """The records of a log file's bytes, zipped as S3 keeps them or not."""
    text = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    records: list[dict[str, Any]] = json.loads(text)["Records"]
    return records


def label_time(key: str) -> datetime | None:
    """The minute that a log file's name carries, UTC; None for a key that is no log file's."""
    match = FILE_NAME.search(key)
    if match is None:
        return None
    label = match["label"]
    form = "%Y%m%dT%H%M%SZ" if len(label) == 16 else "%Y%m%dT%H%MZ"
    return datetime.strptime(label, form).replace(tzinfo=UTC)


def files_frame(objects: Iterable[tuple[str, Mapping[str, Any]]], digests: bool = True) -> Table:
    """(bucket, entry of ListObjectsV2) pairs as a table, oldest delivery first."""
    rows = [
        {
            "Delivered": entry["LastModified"],
            "Bucket": bucket,
            "Key": entry["Key"],
            "Label": label_time(entry["Key"]),
            "Region": match["region"],
            "Kind": "digest" if match["digest"] else "log file",
            "Bytes": entry["Size"],
            "Class": entry.get("StorageClass", "STANDARD"),
        }
        for bucket, entry in objects
        if (match := FILE_NAME.search(entry["Key"])) and (digests or not match["digest"])
    ]
    columns = ("Delivered", "Bucket", "Key", "Label", "Region", "Kind", "Bytes", "Class")
    frame = Table(rows, columns=pd.Index(columns))
    for name in ("Delivered", "Label"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    ordered: Table = frame.sort_values("Delivered", ignore_index=True)
    return ordered


def deliveries_frame(files: Iterable[Mapping[str, Any]]) -> Table:
    """The account's list of delivered files as a table; delays are in seconds.

    "Oldest waited" and "Newest waited" run from an event to the moment its file stood in S3.
    """
    columns = ("Delivered", "Trail", "Label", "Category", "Region", "Events", "Bytes")
    tail = ("Oldest waited", "Newest waited", "Bucket", "Key")
    rows = [_delivery(file) for file in files]
    return Table(rows, columns=pd.Index([*columns, *tail]))


def _delivery(file: Mapping[str, Any]) -> dict[str, Any]:
    put, oldest, newest = (pd.Timestamp(file[name]) for name in ("time", "oldest", "newest"))
    return {
        "Delivered": put,
        "Trail": str(file["trail"]).rpartition("/")[2],
        "Label": pd.Timestamp(file["label"]),
        "Category": file.get("category"),
        "Region": file.get("region"),
        "Events": len(file.get("events", ())),
        "Bytes": file.get("bytes"),
        "Oldest waited": (put - oldest).total_seconds(),
        "Newest waited": (put - newest).total_seconds(),
        "Bucket": file["bucket"],
        "Key": file["key"],
    }
