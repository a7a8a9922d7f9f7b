"""PutEventConfiguration and GetEventConfiguration, for trails.

Source: API Reference of the two; User Guide, "Aggregating data events". The lab keeps the setting
and shows it again; it writes no CloudTrail-Aggregated files.
"""

from __future__ import annotations

from dataclasses import replace

from lablib.cloudtrail import errors
from lablib.cloudtrail.service import address
from lablib.cloudtrail.service.request import Answer, Handler, Parts, Request
from lablib.cloudtrail.trail import Trail

FOR_STORES = ("MaxEventSize", "ContextKeySelectors")


def put(parts: Parts, request: Request) -> Answer:
    trail = address.to_change(parts, request, name_of(request))
    for member in FOR_STORES:
        if request.params.get(member):
            raise errors.invalid_combination(f"{member} is only for event data stores.")
    given = request.params.get("AggregationConfigurations")
    if given is None:
        raise errors.invalid_parameter("Specify AggregationConfigurations for a trail.")
    templates = tuple(template for one in given for template in one["Templates"])
    new = replace(trail, aggregations=templates)
    parts.trails.put(new)
    return shown(new)


def get(parts: Parts, request: Request) -> Answer:
    return shown(address.to_read(parts, request, name_of(request)))


def name_of(request: Request) -> str:
    trail, store = request.params.get("TrailName"), request.params.get("EventDataStore")
    if (trail is None) == (store is None):
        raise errors.invalid_combination("Specify either TrailName or EventDataStore.")
    if trail is None:
        raise errors.no_event_data_store()
    return str(trail)


def shown(trail: Trail) -> Answer:
    if not trail.aggregations:
        return {"TrailARN": trail.arn, "AggregationConfigurations": []}
    said = {"Templates": list(trail.aggregations), "EventCategory": "Data"}
    return {"TrailARN": trail.arn, "AggregationConfigurations": [said]}


HANDLERS: dict[str, Handler] = {"PutEventConfiguration": put, "GetEventConfiguration": get}
