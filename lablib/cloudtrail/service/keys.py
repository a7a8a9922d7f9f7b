"""ListPublicKeys: the keys that check the signatures of digest files.

Source: API Reference, ListPublicKeys: without a start time the current key; NextToken is reserved,
and an invalid one is ignored (observed: radkawar/stackd,
digest_public_keys).
"""

from __future__ import annotations

from lablib.cloudtrail.errors import invalid_time_range
from lablib.cloudtrail.service.lookup import aware
from lablib.cloudtrail.service.request import Answer, Handler, Parts, Request


def list_(parts: Parts, request: Request) -> Answer:
    start = aware(request.params.get("StartTime")) or request.now
    end = aware(request.params.get("EndTime")) or request.now
    if start > end:
        raise invalid_time_range("The start time is later than the end time.")
    keys = parts.keys.public_keys(request.region, start, end) if parts.keys else ()
    return {
        "PublicKeyList": [
            {
                "Value": key.value,
                "ValidityStartTime": key.start,
                "ValidityEndTime": key.end,
                "Fingerprint": key.fingerprint,
            }
            for key in keys
        ]
    }


HANDLERS: dict[str, Handler] = {"ListPublicKeys": list_}
