"""LookupEvents: Event history, one attribute and a time range at a time.

Sources: API Reference, LookupEvents; User Guide, "Viewing recent management events with the AWS
CLI". Observed in September 2026 (radkawar/stackd, lookup_inputs): a start in the future and a
ReadOnly value other than true or false are refused, an unknown ResourceType finds nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lablib.cloudtrail import errors
from lablib.cloudtrail.history import Entry
from lablib.cloudtrail.service import token
from lablib.cloudtrail.service.request import Answer, Handler, Parts, Request

LARGEST_PAGE = 50
INSIGHT_KEYS = ("EventId", "EventName", "EventSource")
READ_ONLY = ("true", "false")


def lookup(parts: Parts, request: Request) -> Answer:
    throttle(parts, request)
    params = request.params
    category = category_of(params.get("EventCategory"))
    key, value = attribute(params.get("LookupAttributes") or (), category)
    start, end = times(params.get("StartTime"), params.get("EndTime"), request.now)
    bound = (request.account, request.region, category, key, value, start, end)
    page = parts.history.lookup(
        request.account,
        request.region,
        request.now,
        attribute=key,
        value=value,
        start=start,
        end=end,
        category=category,
        limit=page_size(params.get("MaxResults")),
        after=token.read(params.get("NextToken"), bound),
    )
    answer: Answer = {"Events": [shown(entry) for entry in page.entries]}
    if page.next:
        answer["NextToken"] = token.write(page.next, bound)
    return answer


def category_of(given: str | None) -> str:
    if given not in (None, "insight"):
        raise errors.invalid_event_category(str(given))
    return "Insight" if given else "Management"


def attribute(given: Any, category: str) -> tuple[str | None, str | None]:
    if len(given) > 1:
        raise errors.invalid_lookup("You can specify only one lookup attribute.")
    if not given:
        return None, None
    key, value = given[0]["AttributeKey"], given[0]["AttributeValue"]
    if category == "Insight" and key not in INSIGHT_KEYS:
        raise errors.invalid_lookup(
            f"Insights events can be looked up by {', '.join(INSIGHT_KEYS)} only."
        )
    if not value:
        raise errors.invalid_lookup("The value of a lookup attribute must not be empty.")
    if key == "ReadOnly" and value not in READ_ONLY:
        raise errors.invalid_lookup("The value of ReadOnly must be true or false.")
    return key, value


def times(
    start: datetime | None, end: datetime | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    start, end = aware(start), aware(end)
    if start and end and start > end:
        raise errors.invalid_time_range("The start time is later than the end time.")
    if start and start > now:
        raise errors.invalid_time_range("The start time is in the future.")
    return start, end


def aware(time: datetime | None) -> datetime | None:
    """A time without a zone is UTC, as on the wire."""
    return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time


def page_size(given: int | None) -> int:
    if given is None:
        return LARGEST_PAGE
    if not 1 <= given <= LARGEST_PAGE:
        raise errors.invalid_max_results(1, LARGEST_PAGE)
    return given


def throttle(parts: Parts, request: Request) -> None:
    """User Guide, "Quotas in CloudTrail": two a second per account and Region. Off by default."""
    if parts.lookups_per_second is None:
        return
    place = (request.account, request.region)
    second_ago = request.now - timedelta(seconds=1)
    recent = [time for time in parts.lookups.get(place, ()) if time > second_ago]
    parts.lookups[place] = recent
    if len(recent) >= parts.lookups_per_second:
        raise errors.throttled()
    recent.append(request.now)


def shown(entry: Entry) -> Answer:
    """An event as LookupEvents tells it; ReadOnly is a string, and who has no name has none."""
    facts = {
        "EventId": entry.id,
        "EventName": entry.name,
        "ReadOnly": "true" if entry.read_only else "false",
        "AccessKeyId": entry.access_key_id or None,
        "EventTime": entry.time,
        "EventSource": entry.source,
        "Username": entry.username or None,
        "Resources": [
            {"ResourceType": kind, "ResourceName": name} for kind, name in entry.resources
        ],
        "CloudTrailEvent": entry.json,
    }
    return {member: value for member, value in facts.items() if value is not None}


HANDLERS: dict[str, Handler] = {"LookupEvents": lookup}
