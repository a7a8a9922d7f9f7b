"""One page of Event history: what the console's search asks for, through LookupEvents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lablib.search.frames import history_frame
from lablib.search.table import Table

# The console's words for the lookup attributes, in its order, and LookupEvents' keys.
# Source: User Guide, "Viewing recent management events with the console"; its first choice is
# Read-only = false.
ATTRIBUTES = {
    "Read-only": "ReadOnly",
    "Event name": "EventName",
    "User name": "Username",
    "Resource name": "ResourceName",
    "Resource type": "ResourceType",
    "Event source": "EventSource",
    "Event ID": "EventId",
    "AWS access key": "AccessKeyId",
}
NO_ATTRIBUTE = "None (all events)"


@dataclass(frozen=True, slots=True)
class Page:
    """Some events, newest first, and the token that leads to the older ones (None on the last)."""

    events: Table
    token: str | None


def look_up(
    client: Any,
    attribute: str = "Read-only",
    value: str = "false",
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    token: str | None = None,
    size: int = 10,
) -> Page:
    """A page of at most `size` (1 to 50) events that have one attribute, in a time range.

    `client` is a boto3 CloudTrail client; `attribute` is a word of ATTRIBUTES, or NO_ATTRIBUTE.
    """
    search: dict[str, Any] = {"MaxResults": size}
    if attribute in ATTRIBUTES:
        pair = {"AttributeKey": ATTRIBUTES[attribute], "AttributeValue": value.strip()}
        search["LookupAttributes"] = [pair]
    optional = {"StartTime": start, "EndTime": end, "NextToken": token}
    search |= {name: given for name, given in optional.items() if given}
    answer = client.lookup_events(**search)
    return Page(history_frame(answer["Events"]), answer.get("NextToken"))
