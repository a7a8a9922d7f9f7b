"""The night in which somebody stopped the production database.

Reading on spoils lab 08. It is a table like the working day's, played once.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from lablib.estate.callers import Caller, as_role, as_user
from lablib.estate.day import filled, next_time
from lablib.estate.people import BACKUPS, CLI, OPERATOR
from lablib.estate.systems import Landscape, build

START = "02:07"
ELSEWHERE = "192.0.2.146"

# Service, operation, parameters, minutes until the next.
Call = tuple[str, str, dict[str, Any], float]
# As the user, to look around; then in the role. Minutes between the calls.
LOOKING: tuple[Call, ...] = (
    ("sts", "get_caller_identity", {}, 1),
    ("ec2", "describe_instances", {}, 3),
)
ACTING: tuple[Call, ...] = (
    ("ec2", "create_snapshot", {"VolumeId": "{volume hana-prd}", "Description": "tmp"}, 2),
    ("ec2", "stop_instances", {"InstanceIds": ["{hana-prd}"]}, 4),
    ("s3", "list_buckets", {}, 1),
    ("s3", "delete_bucket", {"Bucket": BACKUPS}, 2),  # BucketNotEmpty
    ("iam", "create_access_key", {"UserName": "ben"}, 1),
    ("cloudtrail", "stop_logging", {"Name": "sap-trail"}, 1),  # AccessDenied
)


def night(lab: Any) -> None:
    """Winds the clock through one night, in which it happens; to the morning after, at 07:00 UTC.

    Played once: when it has happened already, nothing happens again.
    """
    if not night_record(lab):
        play(lab)


def play(lab: Any) -> None:
    """The night itself, whether or not there has been one before."""
    landscape = build(lab)
    lab.clock.to(next_time(lab, START))
    intruder = as_user(lab, "marco", ELSEWHERE, CLI)
    _play(lab, intruder, LOOKING, landscape)
    with suppress(ClientError):  # there is no such role
        as_role(intruder, "SAPAdministrator", "maintenance")
    lab.clock.advance(minutes=1)
    session = as_role(intruder, OPERATOR, "maintenance")
    _play(lab, session, ACTING, landscape)
    lab.clock.to(next_time(lab, "07:00"))


def night_record(lab: Any) -> dict[str, Any]:
    """The record of the stop, as Event history keeps it; empty before the night. No event of its
    own is left."""
    pages = lab.observer("cloudtrail").get_paginator("lookup_events")
    lookup = [{"AttributeKey": "EventName", "AttributeValue": "StopInstances"}]
    for page in pages.paginate(LookupAttributes=lookup):
        for event in page["Events"]:
            record: dict[str, Any] = json.loads(event["CloudTrailEvent"])
            if _is_the_stop(record):
                return record
    return {}


def _is_the_stop(record: dict[str, Any]) -> bool:
    session = str(record["userIdentity"].get("arn", "")).rpartition("/")[2]
    return session == "maintenance" and "errorCode" not in record


def _play(lab: Any, caller: Caller, calls: Any, landscape: Landscape) -> None:
    for service, operation, params, minutes in calls:
        with suppress(ClientError):
            getattr(caller.client(service), operation)(**filled(params, landscape))
        lab.clock.advance(minutes=minutes)
