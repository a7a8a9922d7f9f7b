"""The night in which the key that was made for the thief is used: the backups go.

Reading on spoils lab 12. It happens once, after the night of lab 08. What it does are data events:
the trail's log group has them, and Event history does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from lablib.errors import LabError
from lablib.estate.callers import Caller, as_key, as_user
from lablib.estate.day import next_time
from lablib.estate.night import ELSEWHERE, play
from lablib.estate.people import BACKUPS, CLI

TRAIL, GROUP = "sap-trail", "sap-trail-events"
OWNER = "ben"  # whose second key it is
FOLDER = "PRD/backint/"
EVENING, START, MORNING = "21:00", "03:12", "07:00"
# What Ben's agent does that night: hours after EVENING, what it writes, what it clears away.
AGENT: tuple[tuple[float, str, str], ...] = (
    (0, "DB_PRD/data_1", ""),
    (0.1, "DB_PRD/data_2", ""),
    (0.2, "DB_PRD/data_3", ""),
    (0.3, "DB_PRD/data_4", ""),
    (1, "SYSTEMDB/log_2200", ""),
    (2, "SYSTEMDB/log_2300", ""),
    (3, "SYSTEMDB/log_0000", "SYSTEMDB/log_2200"),
    (4, "SYSTEMDB/log_0100", "SYSTEMDB/log_2300"),
    (5, "SYSTEMDB/log_0200", ""),
)
STOP = 'eventName = "StopInstances" and not ispresent(errorCode)'
DELETION = 'eventName = "DeleteObject" and requestParameters.bucketName = "' + BACKUPS + '"'
THEIRS = f'sourceIPAddress = "{ELSEWHERE}"'


def plunder(lab: Any) -> None:
    """Winds the clock through that night, to 07:00 UTC; and through the night of lab 08 before it,
    if the trail's log group doesn't hold it. Happens once.

    Raises LabError when the trail does not send what happens to its log group.
    """
    if plundered(lab):
        return
    _must_be_watched(lab)
    key = made_key(lab)
    if not (key in _active(lab) and seen(lab, f"filter {STOP} and {THEIRS} | limit 1")):
        _forget(lab, key)
        play(lab)
        key = made_key(lab)
    _work(lab)
    lab.clock.to(next_time(lab, START))
    _take(lab, as_key(as_user(lab, OWNER, ELSEWHERE, CLI), key))
    lab.clock.to(next_time(lab, MORNING))
    if not plundered(lab):
        raise LabError(
            f"The night was played, and {GROUP} has nothing of it.",
            next=f'lab.exercise("04.logs").check() says whether {TRAIL} writes there.',
        )


def plundered(lab: Any) -> bool:
    """Has the log group both nights: the stop, and the deletions?"""
    return all(seen(lab, f"filter {w} and {THEIRS} | limit 1") for w in (STOP, DELETION))


def seen(lab: Any, query: str) -> list[Mapping[str, str]]:
    """The rows of a query over the trail's log group; none without one. It leaves no event."""
    from lablib.search import logs  # with pandas, which takes a while

    eye = lab.observer("logs")
    try:
        return logs.results(eye, logs.asked(query, [GROUP], lab.clock.now, None, None))
    except (eye.exceptions.ResourceNotFoundException, eye.exceptions.MalformedQueryException):
        return []  # no such group, or one that is younger than the question


def made_key(lab: Any) -> str:
    """The id of the key that the night of lab 08 made; "" when Event history knows of none."""
    pages = lab.observer("cloudtrail").get_paginator("lookup_events")
    lookup = [{"AttributeKey": "EventName", "AttributeValue": "CreateAccessKey"}]
    for page in pages.paginate(LookupAttributes=lookup):
        for event in page["Events"]:
            record = json.loads(event["CloudTrailEvent"])
            if record["sourceIPAddress"] == ELSEWHERE and "errorCode" not in record:
                return str(record["responseElements"]["accessKey"]["accessKeyId"])
    return ""


def _active(lab: Any) -> set[str]:
    try:
        known = lab.observer("iam").list_access_keys(UserName=OWNER)["AccessKeyMetadata"]
    except ClientError:  # there is no such user yet
        return set()
    return {key["AccessKeyId"] for key in known if key["Status"] == "Active"}


def _forget(lab: Any, key: str) -> None:
    """A user has at most two keys: the old one makes room."""
    if key:
        with suppress(ClientError):
            lab.client("iam").delete_access_key(UserName=OWNER, AccessKeyId=key)


def _must_be_watched(lab: Any) -> None:
    from lablib.exercises.registry import find

    for id in ("04.logs", "05.backups"):
        verdict = find(id).on(lab).verdict()
        if not verdict.passed:
            raise LabError(
                f"The night can be played once {TRAIL} sends to {GROUP} what becomes of backups.",
                found=str(verdict.open_step or verdict.note),
                next='Lab.open("12") prepares it.',
            )
    if not lab.observer("cloudtrail").get_trail_status(Name=TRAIL)["IsLogging"]:
        raise LabError(f"{TRAIL} is off.", next=f'cloudtrail.start_logging(Name="{TRAIL}")')


def _work(lab: Any) -> None:
    """Ben's agent writes backups all evening, and clears away what is old."""
    agent = as_user(lab, OWNER).client("s3")
    for when, name, old in _timed(next_time(lab, EVENING)):
        lab.clock.to(when)
        agent.put_object(Bucket=BACKUPS, Key=FOLDER + name, Body=name.encode() * 64)
        if old:
            agent.delete_object(Bucket=BACKUPS, Key=FOLDER + old)


def _timed(evening: datetime) -> Iterator[tuple[datetime, str, str]]:
    return ((evening + timedelta(hours=hours), name, old) for hours, name, old in AGENT)


def _take(lab: Any, thief: Caller) -> None:
    s3 = thief.client("s3")
    listed = s3.list_objects_v2(Bucket=BACKUPS, Prefix=FOLDER)["Contents"]
    for entry in listed:
        lab.clock.advance(seconds=40)
        s3.delete_object(Bucket=BACKUPS, Key=entry["Key"])
