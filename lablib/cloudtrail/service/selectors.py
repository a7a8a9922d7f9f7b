"""PutEventSelectors and GetEventSelectors.

Source: API Reference, PutEventSelectors. Observed (radkawar/stackd, owned_selector_resource_types):
Put echoes what was sent in its order, Get sorts the fields of an advanced selector by name, and a
refused Put leaves what was there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lablib.cloudtrail import errors
from lablib.cloudtrail.service import address, advanced, basic
from lablib.cloudtrail.service.request import Answer, Handler, Parts, Request
from lablib.cloudtrail.trail import DEFAULT_SELECTORS, Trail

BOTH = (
    "You can select events by using either EventSelectors or AdvancedEventSelectors, but not both."
)


def put(parts: Parts, request: Request) -> Answer:
    trail = address.to_change(parts, request, request.params["TrailName"])
    simple = request.params.get("EventSelectors")
    fine = request.params.get("AdvancedEventSelectors")
    if simple is not None and fine is not None:
        raise errors.invalid_selectors(BOTH)
    new = selected(trail, simple, fine)
    parts.trails.put(new)
    parts.delivery.trail_updated(new, request.now)
    return shown(new)


def selected(
    trail: Trail,
    simple: Sequence[Mapping[str, Any]] | None,
    fine: Sequence[Mapping[str, Any]] | None,
) -> Trail:
    """The trail with these selectors; one kind takes the place of the other."""
    if fine is not None:
        return replace(trail, event_selectors=None, advanced_selectors=advanced.parsed(fine))
    return replace(trail, event_selectors=basic.parsed(simple or ()), advanced_selectors=None)


def get(parts: Parts, request: Request) -> Answer:
    trail = address.to_read(parts, request, request.params["TrailName"])
    if trail.advanced_selectors is None:
        return shown(trail)
    in_order = tuple(
        replace(one, fields=tuple(sorted(one.fields, key=lambda field: field.field)))
        for one in trail.advanced_selectors
    )
    return shown(replace(trail, advanced_selectors=in_order))


def shown(trail: Trail) -> Answer:
    if trail.advanced_selectors is not None:
        said = [advanced.shown(one) for one in trail.advanced_selectors]
        return {"TrailARN": trail.arn, "AdvancedEventSelectors": said}
    simple = trail.event_selectors or DEFAULT_SELECTORS
    return {"TrailARN": trail.arn, "EventSelectors": [basic.shown(one) for one in simple]}


HANDLERS: dict[str, Handler] = {"PutEventSelectors": put, "GetEventSelectors": get}
