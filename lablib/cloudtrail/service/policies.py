"""Resource policies. AWS has them for event data stores, dashboards and channels, not for trails;
the lab has none of the three. Source: API Reference, PutResourcePolicy."""

from __future__ import annotations

from lablib.cloudtrail import errors
from lablib.cloudtrail.service.request import Answer, Handler, Parts, Request

WITH_POLICY = ("eventdatastore", "dashboard", "channel")


def none_there(parts: Parts, request: Request) -> Answer:
    arn = request.params["ResourceArn"]
    pieces = arn.split(":", 5)
    if len(pieces) < 6 or pieces[0] != "arn" or pieces[2] != "cloudtrail":
        raise errors.invalid_resource_arn(arn)
    if pieces[5].split("/")[0] in WITH_POLICY:
        raise errors.resource_not_found(arn)
    raise errors.resource_type_not_supported(arn)


HANDLERS: dict[str, Handler] = {
    "PutResourcePolicy": none_there,
    "GetResourcePolicy": none_there,
    "DeleteResourcePolicy": none_there,
}
