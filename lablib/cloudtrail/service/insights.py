"""PutInsightSelectors and GetInsightSelectors, for trails.

Source: API Reference of the two; User Guide, "Working with CloudTrail Insights". The message of
InsightNotEnabledException is observed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lablib.cloudtrail import admission, errors
from lablib.cloudtrail.service import address
from lablib.cloudtrail.service.request import Answer, Handler, Parts, Request
from lablib.cloudtrail.trail import DEFAULT_SELECTORS, InsightSelector, Trail


def put(parts: Parts, request: Request) -> Answer:
    trail = address.to_change(parts, request, name_of(request.params))
    selectors = tuple(selector(one) for one in request.params["InsightSelectors"])
    if len({one.type for one in selectors}) < len(selectors):
        raise errors.invalid_insights("Name each insight type once.")
    for one in selectors:
        must_log(trail, one)
    new = replace(trail, insight_selectors=selectors)
    if selectors:
        admission.admit_insights(parts.world, new, now=request.now)
    parts.trails.put(new)
    parts.delivery.trail_updated(new, request.now)
    return shown(new)


def get(parts: Parts, request: Request) -> Answer:
    trail = address.to_read(parts, request, name_of(request.params))
    if not trail.insight_selectors:
        raise errors.insight_not_enabled()
    return shown(trail)


def name_of(params: Mapping[str, Any]) -> str:
    """The trail's name; event data stores are never there in the lab."""
    trail, store = params.get("TrailName"), params.get("EventDataStore")
    if trail is not None and (store is not None or params.get("InsightsDestination")):
        raise errors.invalid_combination("Specify either TrailName or EventDataStore, not both.")
    if store is not None:
        raise errors.invalid_parameter("The specified event data store was not found.")
    if trail is None:
        raise errors.invalid_parameter("Specify TrailName or EventDataStore.")
    return str(trail)


def selector(given: Mapping[str, Any]) -> InsightSelector:
    if not given.get("InsightType"):
        raise errors.invalid_insights("Specify an InsightType for each insight selector.")
    categories = given.get("EventCategories") or ("Management",)
    return InsightSelector(given["InsightType"], tuple(categories))


def must_log(trail: Trail, wanted: InsightSelector) -> None:
    """API Reference, PutInsightSelectors: the trail must log what is to be watched; for the rate of
    management calls, write events."""
    for category in wanted.categories:
        logged = kinds(trail, category)
        writes = category == "Management" and wanted.type == "ApiCallRateInsight"
        if not logged or (writes and False not in logged):
            kind = "write management" if writes else category.lower()
            raise errors.invalid_insights(
                f"To log {wanted.type} events, the trail must log {kind} events."
            )


def kinds(trail: Trail, category: str) -> set[bool]:
    """Which events of the category the trail logs: read-only (True), write (False)."""
    both = {True, False}
    found: set[bool] = set()
    if trail.advanced_selectors is not None:
        for one in trail.advanced_selectors:
            fields = {field.field: field for field in one.fields}
            if fields["eventCategory"].equals == (category,):
                said = fields["readOnly"].equals if "readOnly" in fields else ("true", "false")
                found |= {value == "true" for value in said}
        return found
    for simple in trail.event_selectors or DEFAULT_SELECTORS:
        logs = simple.management if category == "Management" else bool(simple.data_resources)
        if logs:
            found |= {"ReadOnly": {True}, "WriteOnly": {False}}.get(simple.read_write, both)
    return found


def shown(trail: Trail) -> Answer:
    said = [
        {"InsightType": one.type, "EventCategories": list(one.categories)}
        for one in trail.insight_selectors
    ]
    return {"TrailARN": trail.arn, "InsightSelectors": said}


HANDLERS: dict[str, Handler] = {"PutInsightSelectors": put, "GetInsightSelectors": get}
