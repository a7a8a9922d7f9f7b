"""Looking at trails: GetTrail, DescribeTrails, ListTrails, GetTrailStatus.

Sources: API Reference of the four. Observed in September 2026 (radkawar/stackd): the old string
members of a status are always there, the times only when something happened.
"""

from __future__ import annotations

from datetime import datetime

from lablib.cloudtrail import errors
from lablib.cloudtrail.service import address
from lablib.cloudtrail.service.request import Answer, Handler, Parts, Request
from lablib.cloudtrail.service.trails import shown
from lablib.cloudtrail.status import Outcome
from lablib.cloudtrail.trail import Trail


def get(parts: Parts, request: Request) -> Answer:
    asked = request.params["Name"]
    arn = address.arn_of(request, asked)
    try:
        return {"Trail": described(address.to_read(parts, request, asked))}
    except errors.CloudTrailError:  # observed: GetTrail, and only it, says the bare name
        raise errors.trail_not_found(arn.rpartition("/")[2], request.account) from None


def describe(parts: Parts, request: Request) -> Answer:
    """Names that are not there are left out, without an error (API Reference)."""
    asked = request.params.get("trailNameList") or ()
    shadows = request.params.get("includeShadowTrails") is not False
    if asked:
        arns = [address.arn_of(request, one) for one in asked]
        seen = {trail.arn: trail for trail in parts.trails.of(request.account, request.region)}
        trails = [seen[arn] for arn in dict.fromkeys(arns) if arn in seen]
    else:
        trails = list(parts.trails.of(request.account, request.region))
    # API Reference: an organization's trail is a shadow trail in the member accounts.
    shown_ones = [t for t in trails if shadows or is_at_home(t, request)]
    return {"trailList": [described(trail) for trail in shown_ones]}


def is_at_home(trail: Trail, request: Request) -> bool:
    return trail.home_region == request.region and trail.account == request.account


def described(trail: Trail) -> Answer:
    return shown(trail) | {
        "HomeRegion": trail.home_region,
        "HasCustomEventSelectors": trail.has_custom_selectors,
        "HasInsightSelectors": bool(trail.insight_selectors),
    }


def list_(parts: Parts, request: Request) -> Answer:
    """The account's trails in all Regions (API Reference, ListTrails)."""
    mine = [t for t in parts.trails if t.account == request.account or t.organization]
    return {
        "Trails": [{"TrailARN": t.arn, "Name": t.name, "HomeRegion": t.home_region} for t in mine]
    }


def status(parts: Parts, request: Request) -> Answer:
    """The trail's state in the current Region (API Reference: "from a single Region")."""
    trail = address.to_read(parts, request, request.params["Name"])
    latest = parts.delivery.status(trail.arn, request.region)
    facts = {
        "IsLogging": trail.logging,
        "LatestDeliveryError": latest.files.error,
        "LatestNotificationError": latest.notifications.error,
        "LatestDeliveryTime": latest.files.time,
        "LatestNotificationTime": latest.notifications.time,
        "StartLoggingTime": trail.started,
        "StopLoggingTime": trail.stopped,
        "LatestCloudWatchLogsDeliveryError": latest.logs.error,
        "LatestCloudWatchLogsDeliveryTime": latest.logs.time,
        "LatestDigestDeliveryTime": latest.digests.time,
        "LatestDigestDeliveryError": latest.digests.error,
        "LatestDeliveryAttemptTime": iso(latest.files.attempt),
        "LatestNotificationAttemptTime": iso(latest.notifications.attempt),
        "LatestNotificationAttemptSucceeded": success(latest.notifications),
        "LatestDeliveryAttemptSucceeded": success(latest.files),
        "TimeLoggingStarted": iso(trail.started),
        "TimeLoggingStopped": iso(trail.stopped),
    }
    return {member: value for member, value in facts.items() if value is not None}


def success(outcome: Outcome) -> str:
    """The time of the last attempt, if it succeeded; "" before the first success."""
    return iso(outcome.time)


def iso(time: datetime | None) -> str:
    """As the old string members have it: whole seconds, "" when it never happened (observed)."""
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else ""


HANDLERS: dict[str, Handler] = {
    "GetTrail": get,
    "DescribeTrails": describe,
    "ListTrails": list_,
    "GetTrailStatus": status,
}
