"""Basic event selectors, and the default of a trail without any.

Sources: API Reference, "EventSelector" and "DataResource"; User Guide, "Logging data events".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lablib.cloudtrail.selectors.values import Values

if TYPE_CHECKING:
    from lablib.cloudtrail.event import Event
    from lablib.cloudtrail.trail import DataResource, EventSelector

Decision = tuple[bool, str]
Decide = Callable[["Event"], Decision]

# A resource's values are the beginnings of S3 ARNs, but whole ARNs of functions and tables,
# unless they are the service alone, which means all of them. Source: API Reference, "DataResource".
ALL_OF = {"AWS::Lambda::Function": "arn:aws:lambda", "AWS::DynamoDB::Table": "arn:aws:dynamodb"}
READ_ONLY = {"ReadOnly": True, "WriteOnly": False}
TRAIL_KIND = {"ReadOnly": "read-only trail", "WriteOnly": "write-only trail"}


def compiled(selectors: tuple[EventSelector, ...]) -> Decide:
    """A function that says whether any of the selectors takes the event, and why."""
    ready = [compiled_one(selector) for selector in selectors]

    def decide(event: Event) -> Decision:
        reasons = []
        for one in ready:
            taken, why = one(event)
            if taken:
                return True, why
            reasons.append(why)
        return False, "; ".join(dict.fromkeys(reasons)) or "the trail has no selectors"

    return ready[0] if len(ready) == 1 else decide


def compiled_one(selector: EventSelector) -> Decide:
    wanted = READ_ONLY.get(selector.read_write)
    kind = TRAIL_KIND.get(selector.read_write, "")
    categories: dict[str, Decide] = {
        "Management": management(selector),
        "Data": data(selector),
    }

    def decide(event: Event) -> Decision:
        if wanted is not None and event.read_only is not wanted:
            return False, f"{kind}; {event.name} is {read_or_write(event.read_only)}"
        inside = categories.get(event.category)
        if inside is None:
            return False, f"basic selectors never take {event.category} events"
        return inside(event)

    return decide


def management(selector: EventSelector) -> Decide:
    excluded = frozenset(selector.exclude_sources)
    which = {"ReadOnly": "all read-only", "WriteOnly": "all write"}.get(selector.read_write, "all")
    yes = f"the trail takes {which} management events"

    def decide(event: Event) -> Decision:
        if not selector.management:
            return False, f"management events are switched off; {event.name} is one"
        if event.source in excluded:
            return False, f"management events of {event.source} are excluded"
        return True, yes

    return decide


def data(selector: EventSelector) -> Decide:
    types = {one.type: resource_values(one) for one in selector.data_resources}
    for one in selector.data_resources:  # the same type may come twice
        types[one.type] = resource_values(
            *(same for same in selector.data_resources if same.type == one.type)
        )

    def decide(event: Event) -> Decision:
        if not types:
            return False, f"no data events are selected; {event.name} is one"
        for resource in event.resources:
            values = types.get(resource.type or "")
            if values is not None and values.hit(resource.arn):
                return True, f"data events on {resource.arn} are selected"
        return False, f"data events are selected for other resources than {resource_of(event)}"

    return decide


def resource_values(*resources: DataResource) -> Values:
    kind = resources[0].type
    given = [value for one in resources for value in one.values]
    if kind == "AWS::S3::Object":
        return Values(beginnings=given)
    return Values(exact=given, beginnings=[v for v in given if v == ALL_OF.get(kind)])


def read_or_write(read_only: bool) -> str:
    return "read-only" if read_only else "a write call"


def resource_of(event: Event) -> str:
    return event.resources[-1].arn if event.resources else f"those of {event.name}"
