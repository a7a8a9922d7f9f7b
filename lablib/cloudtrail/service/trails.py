"""Making, changing, starting, stopping and deleting trails.

Sources: API Reference, CreateTrail, UpdateTrail, DeleteTrail, StartLogging, StopLogging; User
Guide, "CloudTrail concepts" (global service events) and "Creating a trail for an organization".
The members of the answers are as observed in September 2026 (radkawar/stackd,
service_selectors_delivery): what is not set is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lablib.cloudtrail import admission, errors
from lablib.cloudtrail.service import address, tags
from lablib.cloudtrail.service.request import Answer, Handler, Parts, Request
from lablib.cloudtrail.trail import TRAILS_PER_REGION, Trail, trail_arn

# Members of the request and fields of the trail; "" takes the setting away (observed).
SETTINGS = {
    "S3BucketName": "s3_bucket",
    "IncludeGlobalServiceEvents": "include_global",
    "IsMultiRegionTrail": "multi_region",
    "EnableLogFileValidation": "validate",
    "IsOrganizationTrail": "organization",
    "RecursiveLogging": "recursive_logging",
}
REMOVABLE = {
    "S3KeyPrefix": "s3_prefix",
    "SnsTopicName": "sns_topic",
    "KmsKeyId": "kms_key",
    "CloudWatchLogsLogGroupArn": "logs_group",
    "CloudWatchLogsRoleArn": "logs_role",
}
LOGS = ("logs_group", "logs_role")
# Members of the answer and fields of the trail; None is left out.
SHOWN = {
    "Name": "name",
    "S3BucketName": "s3_bucket",
    "S3KeyPrefix": "s3_prefix",
    "SnsTopicName": "sns_topic",
    "SnsTopicARN": "sns_topic_arn",
    "IncludeGlobalServiceEvents": "include_global",
    "IsMultiRegionTrail": "multi_region",
    "TrailARN": "arn",
    "LogFileValidationEnabled": "validate",
    "CloudWatchLogsLogGroupArn": "logs_group",
    "CloudWatchLogsRoleArn": "logs_role",
    "KmsKeyId": "kms_key",
    "IsOrganizationTrail": "organization",
    "RecursiveLogging": "recursive_logging",
}


def create(parts: Parts, request: Request) -> Answer:
    params = request.params
    name = params["Name"]
    address.check_name(name)
    arn = trail_arn(name, request.region, request.account)
    blank = Trail(
        name,
        arn,
        request.region,
        request.account,
        params["S3BucketName"],
        tags=tags.checked(params.get("TagsList") or ()),
        created=request.now,
    )
    trail = replace(blank, **settings(params, request))
    must_include_global(trail)
    if parts.trails.get(arn):
        raise errors.trail_already_exists(name, request.account)
    trail = admitted(parts, request, trail, room=True)
    parts.trails.put(trail)
    return shown(trail)


def update(parts: Parts, request: Request) -> Answer:
    old = address.to_change(parts, request, request.params["Name"])
    changes = settings(request.params, request)
    other_reach = changes.get("multi_region", old.multi_region) != old.multi_region
    if other_reach and "include_global" not in changes:
        # User Guide, "CloudTrail concepts": a trail for all Regions takes global services, too;
        # back to one Region, they are switched off.
        changes["include_global"] = changes["multi_region"]
    if any(field in changes and changes[field] is None for field in LOGS):
        changes |= dict.fromkeys(LOGS)  # observed: "" on either takes both away
    new = replace(old, **changes)
    must_include_global(new)
    new = admitted(parts, request, new, room=new.multi_region and not old.multi_region)
    parts.trails.put(new)
    parts.delivery.trail_updated(new, request.now)
    return shown(new)


def settings(params: Mapping[str, Any], request: Request) -> dict[str, Any]:
    """The fields that the request sets, as it gives them."""
    given = {field: params.get(member) for member, field in SETTINGS.items()}
    changes = {field: value for field, value in given.items() if value is not None}
    for member, field in REMOVABLE.items():
        if params.get(member) is not None:
            changes[field] = params[member] or None
    if "sns_topic" in changes:
        changes["sns_topic_arn"] = topic_arn(changes["sns_topic"], request)
    return changes


def topic_arn(topic: str | None, request: Request) -> str | None:
    """`SnsTopicName` takes a name or an ARN (API Reference, CreateTrail)."""
    if topic is None or topic.startswith("arn:"):
        return topic
    return f"arn:aws:sns:{request.region}:{request.account}:{topic}"


def must_include_global(trail: Trail) -> None:
    """API Reference, CreateTrail; the message as observed."""
    if trail.multi_region and not trail.include_global:
        raise errors.invalid_combination("Multi-Region trail must include global service events.")


def admitted(parts: Parts, request: Request, trail: Trail, room: bool) -> Trail:
    """The trail as it will be, after everything that AWS asks and tries before it says yes."""
    if trail.organization:
        must_manage(parts, request)
    if room and not parts.trails.room_for(
        request.account, request.region, trail.multi_region, but=trail.arn
    ):
        raise errors.too_many_trails(request.account, TRAILS_PER_REGION, request.region)
    admission.check_syntax(trail)
    trail = replace(trail, kms_key=admission.resolve_key(parts.world, trail))
    admission.admit(parts.world, trail, now=request.now)
    return trail


def must_manage(parts: Parts, request: Request) -> None:
    """User Guide, "Creating a trail for an organization"."""
    organization = parts.world.organization()
    if organization is None or request.account not in (
        organization.management_account,
        *organization.accounts,
    ):
        raise errors.organization_not_in_use()
    if request.account != organization.management_account:
        raise errors.not_management_account()


def shown(trail: Trail) -> Answer:
    facts = {member: getattr(trail, field) for member, field in SHOWN.items()}
    return {member: value for member, value in facts.items() if value is not None}


def delete(parts: Parts, request: Request) -> Answer:
    trail = address.to_change(parts, request, request.params["Name"])
    parts.trails.remove(trail.arn)
    parts.delivery.trail_deleted(trail, request.now)
    return {}


def start(parts: Parts, request: Request) -> Answer:
    """A trail that is already on stays as it is (observed: {})."""
    trail = address.to_change(parts, request, request.params["Name"])
    if not trail.logging:
        trail = replace(trail, logging=True, started=request.now)
        parts.trails.put(trail)
        parts.delivery.trail_started(trail, request.now)
    return {}


def stop(parts: Parts, request: Request) -> Answer:
    """A trail that is already off stays as it is (observed: {})."""
    trail = address.to_change(parts, request, request.params["Name"])
    if trail.logging:
        trail = replace(trail, logging=False, stopped=request.now)
        parts.trails.put(trail)
        parts.delivery.trail_stopped(trail, request.now)
    return {}


HANDLERS: dict[str, Handler] = {
    "CreateTrail": create,
    "UpdateTrail": update,
    "DeleteTrail": delete,
    "StartLogging": start,
    "StopLogging": stop,
}
