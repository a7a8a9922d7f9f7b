"""The objects that one DeleteObjects has deleted, an event for each.

S3 User Guide, "Amazon S3 CloudTrail events": the record of a DeleteObjects "includes both the
DeleteObjects event and a DeleteObject event for each object deleted". CloudTrail User Guide,
"Filtering data events", example 3: these have the eventName DeleteObject and the eventType
AwsServiceEvent, and selectors can leave them out by it. What else such a record holds is not
documented: it is written as that of the caller's own DeleteObject, with the batch's request id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from lablib.cloudtrail.call import ApiCall, Wire

SERVICE_EVENT: Final = "AwsServiceEvent"


def deletions(call: ApiCall) -> Iterator[ApiCall]:
    """One for each object that is gone; none for any other call."""
    if (call.service, call.operation) != ("s3", "DeleteObjects") or call.error:
        return
    kept = {_name(entry) for entry in _entries(call.output, "Errors")}
    for entry in _entries(call.params.get("Delete"), "Objects"):
        if _name(entry) not in kept:
            yield _deletion(call, entry)


def _entries(holder: Any, name: str) -> list[Mapping[str, Any]]:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return [one for one in found or () if isinstance(one, Mapping)]


def _name(entry: Mapping[str, Any]) -> tuple[Any, Any]:
    return entry.get("Key"), entry.get("VersionId")


def _deletion(call: ApiCall, entry: Mapping[str, Any]) -> ApiCall:
    told = {k: v for k, v in call.wire.response_headers.items() if k == "x-amz-id-2"}
    params = {"Bucket": call.params.get("Bucket"), "Key": entry.get("Key")}
    if entry.get("VersionId"):
        params["VersionId"] = entry["VersionId"]
    return replace(
        call,
        operation="DeleteObject",
        model=call.model.service_model.operation_model("DeleteObject"),
        params=params,
        output={},
        event_type=SERVICE_EVENT,
        wire=Wire(method="DELETE", status=204, response_headers=told),
    )
