"""One CloudTrail record, as a noun that shows itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lablib.search.explanation import Explanation

Record = Mapping[str, Any]

# Where calls that carry no `resources` name what they act on: request parameter fields, the most
# telling first. Names as CloudTrail spells them.
NAMING_FIELDS = (
    "bucketName",
    "trailName",
    "name",
    "instanceId",
    "userName",
    "roleName",
    "keyId",
    "aliasName",
    "topicArn",
    "logGroupName",
    "functionName",
    "tableName",
    "volumeId",
    "snapshotId",
    "groupId",
    "roleArn",
    "resourceIdList",
)


def user_name(record: Record) -> str:
    """Who called, as Event history's "User name" column has it; "" when it has none."""
    who = record.get("userIdentity") or {}
    if who.get("type") == "Root":
        return "root"
    if who.get("type") == "AssumedRole":  # the session's name
        return str(who.get("arn", "")).rpartition("/")[2]
    return str(who.get("userName") or who.get("invokedBy") or "")


def resource_names(record: Record) -> list[str]:
    """What the call acted on: the record's resources, else what its request names."""
    listed = [r.get("ARN") or r.get("ARNPrefix") for r in record.get("resources") or []]
    if names := [str(arn).rpartition(":::")[2] or str(arn) for arn in listed if arn]:
        return names
    request = record.get("requestParameters") or {}
    return list(dict.fromkeys([*_instances(request), *_named(request)]))


def _instances(request: Record) -> Iterator[str]:
    items = request.get("instancesSet") or {}
    for item in items.get("items") or () if isinstance(items, Mapping) else ():
        if found := item.get("instanceId"):
            yield str(found)


def _named(request: Record) -> Iterator[str]:
    for field in NAMING_FIELDS:
        value = request.get(field)
        if isinstance(value, str) and value:
            yield value
            return


def event_time(record: Record) -> datetime:
    """When the call completed, UTC, to the second, as records say it."""
    return datetime.fromisoformat(str(record["eventTime"]))


@dataclass(frozen=True, slots=True, repr=False)
class Event:
    """One record. `event["eventName"]` reads the JSON; the properties read it in Python's types."""

    record: Record

    @property
    def id(self) -> str:
        return str(self.record["eventID"])

    @property
    def name(self) -> str:
        return str(self.record["eventName"])

    @property
    def source(self) -> str:
        return str(self.record["eventSource"])

    @property
    def time(self) -> datetime:
        return event_time(self.record)

    @property
    def user(self) -> str:
        return user_name(self.record)

    @property
    def error(self) -> str | None:
        code = self.record.get("errorCode")
        return str(code) if code else None

    @property
    def read_only(self) -> bool:
        return bool(self.record.get("readOnly"))

    @property
    def json(self) -> str:
        """The record as indented JSON, in AWS's key order."""
        return json.dumps(self.record, indent=2, ensure_ascii=False)

    def explain(self) -> Explanation:
        """Each field: what it means, and where it came from in this call."""
        from lablib.search.explanation import Explanation

        return Explanation(self.record)

    def __getitem__(self, key: str) -> Any:
        return self.record[key]

    def __repr__(self) -> str:
        outcome = f"refused: {self.error}" if self.error else "done"
        when = f"{self.time:%Y-%m-%d %H:%M:%S} UTC"
        return f"{self.name} by {self.user or 'nobody named'} at {when} ({outcome})  {self.id}"

    def _repr_html_(self) -> str:
        return (
            f"<p><strong>{escape(self.name)}</strong> — {escape(repr(self))}</p>"
            f"<details open><summary>The record</summary><pre>{escape(self.json)}</pre></details>"
            f"<details><summary>Each field explained</summary>{self.explain()._repr_html_()}"
            "</details>"
        )


def event_id(thing: Any) -> str:
    """The id of anything that stands for one event: an Event, a record, a table's row, an id."""
    if isinstance(thing, str):
        return thing
    if isinstance(thing, Event):
        return thing.id
    for name in ("eventID", "EventId", "Event ID"):
        try:
            found = thing[name]
        except (KeyError, TypeError, IndexError):
            continue
        if isinstance(found, str):  # of a whole table it is a column
            return found
    from lablib.errors import LabError

    raise LabError(
        "That is not one event.",
        expected="an event id, an Event, a record, or one row of lab.events()",
        found=type(thing).__name__,
        next="lab.trace(lab.events().iloc[0])",
    )
