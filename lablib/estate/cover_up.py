"""The night after: somebody opens the bucket of backups, and takes the log file away that says so.

Reading on spoils lab 09. It is played once.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from lablib.errors import LabError
from lablib.estate.callers import as_user
from lablib.estate.day import next_time
from lablib.estate.night import ELSEWHERE
from lablib.estate.people import BACKUPS, CLI
from lablib.estate.systems import build

TRAIL = "sap-trail"
LOGS = "sap-trail-logs-123456789012"
THIEF = "ben"  # whose policy allows s3:*, on every bucket
DEED = "DeleteBucketPublicAccessBlock"
START, MORNING = "02:40", "07:00"


@dataclass(frozen=True, slots=True)
class Hidden:
    """What was to be hidden: the event's name and time, and the log file that held it."""

    event: str
    time: datetime
    key: str
    original: str  # version id


def cover_up(lab: Any) -> None:
    """Winds the clock through the night, to 07:00 UTC. The log bucket has to keep versions, and
    the trail's files to be provable: raises LabError otherwise.

    The night is played once; when the file has been brought back since, it is deleted again.
    """
    found = hidden(lab)
    if found is not None:
        _take_away(lab, found)
        return
    _must_be_ready(lab)
    build(lab)
    lab.clock.to(next_time(lab, START))
    thief = as_user(lab, THIEF, ELSEWHERE, CLI).client("s3")
    thief.delete_public_access_block(Bucket=BACKUPS)
    lab.clock.advance(minutes=25)
    found = hidden(lab)
    if found is None:
        raise LabError(
            f"The night could not be played: {TRAIL} has delivered no file with what was done.",
            next='lab.exercise("09.chain").check() says what is missing.',
        )
    _take_away(lab, found)
    lab.clock.to(next_time(lab, MORNING))


def _take_away(lab: Any, found: Hidden) -> None:
    """Deletes the file, if it is there."""
    there = lab.observer("s3").list_objects_v2(Bucket=LOGS, Prefix=found.key)
    if there["KeyCount"]:
        as_user(lab, THIEF, ELSEWHERE, CLI).client("s3").delete_object(Bucket=LOGS, Key=found.key)


def _must_be_ready(lab: Any) -> None:
    from lablib.exercises import looks

    on = looks.trail(lab, TRAIL).get("LogFileValidationEnabled")
    if on and looks.versioning(lab, LOGS) == "Enabled":
        return
    raise LabError(
        "The night can be played once the files can be proved and the bucket keeps versions.",
        next='Run the cells above; lab.exercise("09.chain").check() says what is missing.',
    )


def deed(lab: Any) -> dict[str, Any]:
    """The record of what was done, as Event history keeps it; empty before the night."""
    lookup = [{"AttributeKey": "EventName", "AttributeValue": DEED}]
    found = lab.observer("cloudtrail").lookup_events(LookupAttributes=lookup)["Events"]
    records = (json.loads(event["CloudTrailEvent"]) for event in found)
    return next((r for r in records if r["sourceIPAddress"] == ELSEWHERE), {})


def hidden(lab: Any) -> Hidden | None:
    """The truth, found as long as Event history has the event and the bucket the file's first
    version; None otherwise."""
    record = deed(lab)
    if not record:
        return None
    time = datetime.fromisoformat(record["eventTime"])
    folder = f"AWSLogs/123456789012/CloudTrail/us-east-1/{time:%Y/%m/%d}/"
    for key, version in _first_versions(lab, folder).items():
        if record["eventID"] in _event_ids(lab, key, version):
            return Hidden(record["eventName"], time, key, version)
    return None


def _first_versions(lab: Any, folder: str) -> dict[str, str]:
    """The id of the oldest version of each key, as CloudTrail wrote it."""
    try:
        pages = lab.observer("s3").get_paginator("list_object_versions")
        found = [
            version
            for page in pages.paginate(Bucket=LOGS, Prefix=folder)
            for version in page.get("Versions", [])
        ]
    except ClientError:  # no such bucket
        return {}
    oldest_last = sorted(found, key=lambda v: v["LastModified"], reverse=True)
    return {version["Key"]: version["VersionId"] for version in oldest_last}


def _event_ids(lab: Any, key: str, version: str) -> set[str]:
    try:
        answer = lab.observer("s3").get_object(Bucket=LOGS, Key=key, VersionId=version)
        records = json.loads(gzip.decompress(answer["Body"].read()))["Records"]
        return {record["eventID"] for record in records}
    except (ClientError, OSError, ValueError, KeyError):  # archived, or no log file at all
        return set()
