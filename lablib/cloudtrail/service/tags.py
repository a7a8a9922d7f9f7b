"""Tags of trails: AddTags, RemoveTags, ListTags.

Sources: API Reference of the three; User Guide, "Quotas in CloudTrail"; "User-defined tag
restrictions" for the prefix that AWS keeps for itself. The tag operations take ARNs only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lablib.cloudtrail import errors
from lablib.cloudtrail.service import address
from lablib.cloudtrail.service.request import Answer, Handler, Parts, Request
from lablib.cloudtrail.trail import Trail

MOST_TAGS = 50
MOST_RESOURCES = 20
Tags = tuple[tuple[str, str], ...]


def checked(given: Iterable[Mapping[str, str]]) -> Tags:
    """The tags of a request, or the error that AWS has for them."""
    tags = tuple((tag["Key"], tag.get("Value") or "") for tag in given)
    if len({key for key, _ in tags}) < len(tags):
        raise errors.invalid_tag("Tag keys must be unique: the request names one twice.")
    for key, _ in tags:
        if key.lower().startswith("aws:"):
            raise errors.invalid_tag(f"Tag key {key} is not valid: aws: is reserved for AWS use.")
    return within_limit(tags)


def within_limit(tags: Tags) -> Tags:
    if len(tags) > MOST_TAGS:
        raise errors.too_many_tags(MOST_TAGS)
    return tags


def add(parts: Parts, request: Request) -> Answer:
    trail = tagged(parts, request, request.params["ResourceId"])
    new = checked(request.params["TagsList"])
    tags = within_limit(tuple((dict(trail.tags) | dict(new)).items()))
    parts.trails.put(replace(trail, tags=tags))
    return {}


def remove(parts: Parts, request: Request) -> Answer:
    trail = tagged(parts, request, request.params["ResourceId"])
    gone = {key for key, _ in checked(request.params["TagsList"])}
    tags = tuple((key, value) for key, value in trail.tags if key not in gone)
    parts.trails.put(replace(trail, tags=tags))
    return {}


def list_(parts: Parts, request: Request) -> Answer:
    asked = request.params["ResourceIdList"]
    if not 1 <= len(asked) <= MOST_RESOURCES:
        raise errors.invalid_parameter(f"Name between 1 and {MOST_RESOURCES} resources.")
    trails = [found(parts, request, arn) for arn in asked]
    return {
        "ResourceTagList": [
            {"ResourceId": trail.arn, "TagsList": [shown(*tag) for tag in trail.tags]}
            for trail in trails
        ]
    }


def shown(key: str, value: str) -> dict[str, str]:
    return {"Key": key, "Value": value} if value else {"Key": key}


def tagged(parts: Parts, request: Request, arn: str) -> Trail:
    """The trail to be tagged; only from its home Region (API Reference, AddTags)."""
    trail = found(parts, request, arn)
    if trail.home_region != request.region:
        raise errors.tagged_elsewhere(trail.home_region)
    return trail


def found(parts: Parts, request: Request, arn: str) -> Trail:
    match = address.ARN.fullmatch(arn)
    if not match:
        raise no_trail(arn)
    trail = parts.trails.get(arn)
    if trail is None and match[2] == request.account:
        raise errors.resource_not_found(arn)
    if trail is None or trail.account != request.account:
        raise errors.foreign_arn(request.account)
    return trail


def no_trail(arn: str) -> errors.CloudTrailError:
    """What else can be tagged (event data stores, channels, dashboards) the lab never has."""
    kind = arn.split(":")[-1].split("/")[0] if arn.startswith("arn:aws:cloudtrail:") else ""
    if kind == "eventdatastore":
        return errors.no_event_data_store()
    if kind in ("channel", "dashboard"):
        return errors.resource_not_found(arn)
    return errors.invalid_trail_arn(arn)


HANDLERS: dict[str, Handler] = {"AddTags": add, "RemoveTags": remove, "ListTags": list_}
