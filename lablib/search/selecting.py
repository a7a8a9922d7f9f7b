"""Would a trail with these selectors take this event, and why? Asked without making a trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from lablib.cloudtrail.errors import CloudTrailError
from lablib.cloudtrail.event import Event as Recorded
from lablib.cloudtrail.event import Resource, wrap
from lablib.cloudtrail.selectors import Match, match
from lablib.cloudtrail.service import advanced, basic
from lablib.cloudtrail.trail import Trail
from lablib.errors import LabError
from lablib.search.event import Event, Record
from lablib.search.table import Table

Selector = Mapping[str, Any]

COLUMNS = ("Taken", "Event name", "Category", "Read-only", "Why", "Record")
TAKEN = {True: "✔ taken", False: "– not taken"}


def would_take(selectors: Sequence[Selector], events: Any) -> Table:
    """One row an event: would a trail with these selectors take it, and why.

    `selectors` are basic or advanced ones, never both, as PutEventSelectors takes them; none at all
    stands for the selector every trail is born with. `events` is a table with a Record column, an
    Event, a record, or several records. The trail is thought to be on and to watch every Region.

    Raises LabError, with CloudTrail's own words, for selectors that CloudTrail would refuse.
    """
    trail = _trail(selectors)
    rows = [_row(record, match(trail, _recorded(record))) for record in records_of(events)]
    return Table(rows, columns=pd.Index(COLUMNS))


def _row(record: Record, found: Match) -> tuple[Any, ...]:
    return (
        TAKEN[found.taken],
        record.get("eventName"),
        record.get("eventCategory"),
        record.get("readOnly"),
        found.why,
        record,
    )


def records_of(events: Any) -> list[Record]:
    """The records in a table, an Event, a record, or several of these."""
    if isinstance(events, Event):
        return [events.record]
    if isinstance(events, pd.DataFrame):
        return list(events["Record"])
    if isinstance(events, pd.Series):
        return [events["Record"]]
    if isinstance(events, Mapping):
        return [events]
    return [record for event in events for record in records_of(event)]


def _recorded(record: Record) -> Recorded:
    """The record as the journey of events knows it, with the resources that selectors look at."""
    listed = record.get("resources") or ()
    resources = tuple(
        Resource(one.get("type"), one.get("ARN") or one["ARNPrefix"], one.get("accountId"))
        for one in listed
        if "ARN" in one or "ARNPrefix" in one
    )
    return replace(wrap(dict(record)), resources=resources)


def _trail(selectors: Sequence[Selector]) -> Trail:
    fine = [one for one in selectors if isinstance(one, Mapping) and "FieldSelectors" in one]
    if fine and len(fine) < len(selectors):
        raise LabError(
            "A trail has basic selectors or advanced ones, never both.",
            found=f"{len(fine)} of {len(selectors)} with FieldSelectors",
        )
    try:
        if fine:
            return replace(_THOUGHT_OF, advanced_selectors=advanced.parsed(fine))
        chosen = basic.parsed(selectors) if selectors else None
        return replace(_THOUGHT_OF, event_selectors=chosen)
    except CloudTrailError as error:
        raise LabError(f"CloudTrail would refuse these selectors: {error.message}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise LabError(
            "These are no event selectors.",
            expected="dictionaries as put_event_selectors takes them",
            found=f"{type(error).__name__}: {error}",
        ) from None


def taken(found: Table) -> int:
    """How many of the events would be taken."""
    return int((found["Taken"] == TAKEN[True]).sum())


# --- templates, as the console offers them --------------------------------------------------------


def field(name: str, **conditions: Iterable[str]) -> dict[str, Any]:
    """One condition of an advanced selector: field("eventName", Equals=["PutObject"])."""
    return {"Field": name, **{word: list(values) for word, values in conditions.items()}}


def management(*more: Mapping[str, Any]) -> dict[str, Any]:
    """An advanced selector for management events, with more conditions if given."""
    return {"FieldSelectors": [field("eventCategory", Equals=["Management"]), *more]}


def s3_objects(*more: Mapping[str, Any]) -> dict[str, Any]:
    """An advanced selector for data events on S3 objects, with more conditions if given."""
    kind = field("resources.type", Equals=["AWS::S3::Object"])
    return {"FieldSelectors": [field("eventCategory", Equals=["Data"]), kind, *more]}


_THOUGHT_OF = Trail(
    name="thought-of",
    arn="arn:aws:cloudtrail:us-east-1:123456789012:trail/thought-of",
    home_region="us-east-1",
    account="123456789012",
    s3_bucket="none",
    multi_region=True,
    logging=True,
)
