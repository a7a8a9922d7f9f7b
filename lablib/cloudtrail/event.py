"""One event: the record that CloudTrail writes for a call, and what the path needs to know of it.

Source: User Guide, "CloudTrail record contents" (fields and their limits); the order of the fields
as observed in raw log files.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lablib.cloudtrail.call import ApiCall
from lablib.cloudtrail.record import (
    dates,
    elements,
    identity,
    lookup,
    names,
    quirks,
    refusal,
    resources,
    shape_s3,
)
from lablib.cloudtrail.record import operation as operations
from lablib.cloudtrail.record.operation import Operation
from lablib.cloudtrail.record.resources import Resource
from lablib.cloudtrail.record.text import cut, minified, within_limits

__all__ = ["Event", "Resource", "describe", "minified", "wrap"]


@dataclass(frozen=True, slots=True)
class Event:
    """A record and the facts that selectors, delivery and history read from it."""

    record: dict[str, Any] = field(hash=False)
    id: str
    time: datetime
    name: str
    source: str
    region: str
    account: str
    category: str  # "Management", "Data", "Insight"
    read_only: bool
    global_service: bool
    resources: tuple[Resource, ...]
    lookup_resources: tuple[tuple[str, str], ...]
    json: str = field(repr=False)  # the record as one line, as log files and history hold it
    username: str | None = None
    access_key_id: str | None = None


def describe(call: ApiCall, event_id: str) -> Event:
    """The event that AWS would write for this call. Never raises for odd input: a part that no
    rule can render is written plainly."""
    operation = operations.known(call)
    region, is_global = names.home_region(call.service, call.region, call.wire.host)
    found = _resources(call, operation)
    record = _record(call, operation, region, event_id, found)
    text = within_limits(record, minified(record))
    return Event(
        record=record,
        id=event_id,
        time=call.time,
        name=operation.name,
        source=operation.source,
        region=region,
        account=call.account,
        category=record["eventCategory"],
        read_only=operation.read_only,
        global_service=is_global,
        resources=found,
        lookup_resources=_looked_up(call, operation, text),
        json=text,
        username=identity.username(record["userIdentity"]),
        access_key_id=record["userIdentity"].get("accessKeyId"),
    )


def _resources(call: ApiCall, operation: Operation) -> tuple[Resource, ...]:
    nothing: tuple[Resource, ...] = ()
    return elements.tried(lambda: resources.of(call, operation.data), nothing)


def _looked_up(call: ApiCall, operation: Operation, text: str) -> tuple[tuple[str, str], ...]:
    """The names that the record itself shows: what is hidden there cannot be looked up."""
    nothing: tuple[tuple[str, str], ...] = ()
    found = elements.tried(lambda: lookup.looked_up(call, operation.read_only), nothing)
    return tuple(pair for pair in found if minified(pair[1])[1:-1] in text)


def _record(
    call: ApiCall,
    operation: Operation,
    region: str,
    event_id: str,
    found: tuple[Resource, ...],
) -> dict[str, Any]:
    by_service = identity.is_service(call.caller)
    request, answer, more = elements.of(call, operation)
    record: dict[str, Any] = {
        "eventVersion": operation.version,
        "userIdentity": identity.user_identity(call.caller),
        "eventTime": dates.iso(call.time),
        "eventSource": operation.source,
        "eventName": operation.name,
        "awsRegion": region,
        "sourceIPAddress": call.caller.invoked_by if by_service else call.source_ip,
        "userAgent": _user_agent(call, by_service),
        **refusal.written(call),
        "requestParameters": request,
        "responseElements": answer,
    }
    if more:
        record["additionalEventData"] = more
    if call.request_id:
        record["requestID"] = call.request_id[:1024]
    record |= {"eventID": event_id, "readOnly": operation.read_only}
    if found:
        record["resources"] = [resource.written() for resource in found]
    record["eventType"] = call.event_type
    if operation.api_version and not (call.error and refusal.is_denial(call.error)):
        # observed: not where a permission was missing; DynamoDB developer guide, UpdateItem refused
        record["apiVersion"] = operation.api_version
    record |= {"managementEvent": not operation.data, "recipientAccountId": call.account}
    if call.shared_event_id or call.caller.type == "AWSService":
        # observed: the same action, told to every account in it
        shared = uuid.uuid5(uuid.NAMESPACE_OID, event_id)
        record["sharedEventID"] = call.shared_event_id or str(shared)
    record |= _vpc_endpoint(call, operation.version)
    record["eventCategory"] = "Data" if operation.data else "Management"
    if not by_service and call.service not in quirks.GATEWAY_SERVICES:
        record["tlsDetails"] = _tls(call, operation, region)
    if call.caller.session and call.caller.session.from_console:
        record["sessionCredentialFromConsole"] = "true"
    return record


def _vpc_endpoint(call: ApiCall, version: str) -> dict[str, str]:
    """User Guide, "CloudTrail record contents": vpcEndpointId since version 1.04,
    vpcEndpointAccountId (the endpoint's owner) since 1.09."""
    endpoint = call.vpc_endpoint
    if endpoint is None:
        return {}
    owner = {"vpcEndpointAccountId": endpoint.account} if _minor(version) >= 9 else {}
    return {"vpcEndpointId": endpoint.id, **owner}


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def _user_agent(call: ApiCall, by_service: bool) -> str:
    if by_service:
        return call.caller.invoked_by or ""
    agent = cut(call.user_agent, 1024)
    return f"[{agent}]" if call.service in ("s3", "s3control") else agent


def _tls(call: ApiCall, operation: Operation, region: str) -> dict[str, str]:
    """What AWS would show. The kit itself speaks plain HTTP on this machine; a record with what
    really happened would teach nobody how AWS's records look."""
    if call.service in ("s3", "s3control"):
        host = elements.tried(lambda: shape_s3.host(call), "s3.amazonaws.com")
    else:
        host = names.endpoint_host(call.service, operation.prefix, region)
    return {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": shape_s3.CIPHER,
        "clientProvidedHostHeader": host,
    }


def wrap(record: dict[str, Any], global_service: bool = False) -> Event:
    """An event for a ready record: console sign-ins, service events, Insights."""
    who = record.get("userIdentity") or {}
    return Event(
        record=record,
        id=record["eventID"],
        time=datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
        name=record["eventName"],
        source=record["eventSource"],
        region=record["awsRegion"],
        account=record["recipientAccountId"],
        category=record.get("eventCategory", "Management"),
        read_only=bool(record.get("readOnly", False)),
        global_service=global_service,
        resources=(),
        lookup_resources=(),
        json=minified(record),
        username=identity.username(who),
        access_key_id=who.get("accessKeyId"),
    )
