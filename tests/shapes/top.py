"""The fields of a record beside its parts: which must be there, in which order, with which values.

Source: User Guide, "CloudTrail record contents"; order and shares as counted over real records.
"""

from __future__ import annotations

from typing import Any

PARTS = ("requestParameters", "responseElements", "additionalEventData", "resources")

# In every record of a call by a caller since eventVersion 1.08.
ALWAYS = (
    "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion",
    "sourceIPAddress", "userAgent", "requestParameters", "responseElements", "requestID",
    "eventID", "readOnly", "eventType", "managementEvent", "recipientAccountId", "eventCategory",
)  # fmt: skip
ORDER = (
    "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion",
    "sourceIPAddress", "userAgent", "errorCode", "errorMessage", "requestParameters",
    "responseElements", "additionalEventData", "requestID", "eventID", "readOnly", "resources",
    "eventType", "apiVersion", "managementEvent", "recipientAccountId", "sharedEventID",
    "serviceEventDetails", "addendum", "vpcEndpointId", "vpcEndpointAccountId", "eventCategory",
    "tlsDetails", "sessionCredentialFromConsole",
)  # fmt: skip
IDENTITY_ORDER = (
    "type", "principalId", "arn", "accountId", "accessKeyId", "userName", "sessionContext",
    "identityProvider", "invokedBy",
)  # fmt: skip
# What the call itself decides, whoever makes it and from where. The other optional fields tell of
# the caller: a service on somebody's behalf, the console, an endpoint in a VPC.
OF_THE_CALL = ("errorCode", "errorMessage", "additionalEventData", "resources", "apiVersion")
VALUES = ("readOnly", "managementEvent", "eventCategory", "eventType")


def asked_for(real: dict[str, Any]) -> tuple[str, ...]:
    """The fields that a record of this call must have."""
    shares = real.get("top_level", {})
    return (*ALWAYS, *(name for name in OF_THE_CALL if shares.get(name) == 1.0))


def extra(real: dict[str, Any], record: dict[str, Any]) -> list[str]:
    """What our record has and no real one of this call had; parts are told path by path."""
    shares = real.get("top_level", {})
    names = (name for name in OF_THE_CALL if name not in PARTS)
    return [name for name in names if name in record and name not in shares]


def wrong(real: dict[str, Any], record: dict[str, Any]) -> list[str]:
    """Fields whose value no real record had: `readOnly: true` where all said false."""
    return [
        name
        for name in VALUES
        if name in real and str(record.get(name)).lower() not in {v.lower() for v in real[name]}
    ]


def misnamed(key: str, record: dict[str, Any]) -> list[str]:
    source, _, name = key.partition(":")
    pairs = (("eventSource", source), ("eventName", name))
    return [field for field, value in pairs if record[field] != value]


def in_order(names: list[str], order: tuple[str, ...]) -> bool:
    return names == sorted(names, key=order.index)
