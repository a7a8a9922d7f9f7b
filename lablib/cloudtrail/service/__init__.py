"""CloudTrail's own API: one table from operation to handler, one file a group of operations.

Read `request` (what a handler gets), `address` (which trail is meant) and `trails` first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lablib.cloudtrail.errors import CloudTrailError
from lablib.cloudtrail.service import (
    beyond,
    configuration,
    insights,
    keys,
    lookup,
    policies,
    selectors,
    shapes,
    tags,
    trails,
    views,
)
from lablib.cloudtrail.service.request import (
    Answer,
    DeliveryPort,
    Handler,
    KeysPort,
    Parts,
    Request,
)

if TYPE_CHECKING:
    from lablib.cloudtrail.call import Caller
    from lablib.cloudtrail.history import History
    from lablib.cloudtrail.trail import Trails
    from lablib.cloudtrail.world import World

__all__ = ["OPERATIONS", "Service"]

OPERATIONS: dict[str, Handler] = (
    trails.HANDLERS
    | views.HANDLERS
    | selectors.HANDLERS
    | insights.HANDLERS
    | configuration.HANDLERS
    | tags.HANDLERS
    | lookup.HANDLERS
    | keys.HANDLERS
    | policies.HANDLERS
    | beyond.HANDLERS
)


class Service:
    """CloudTrail as its callers meet it.

    `lookups_per_second` switches on LookupEvents' throttling; AWS allows 2.
    """

    def __init__(
        self,
        world: World,
        trails: Trails,
        history: History,
        delivery: DeliveryPort,
        keys: KeysPort | None = None,
        lookups_per_second: int | None = None,
    ) -> None:
        self.parts = Parts(world, trails, history, delivery, keys, lookups_per_second)

    def answer(
        self,
        operation: str,
        params: Mapping[str, Any],
        caller: Caller,
        region: str,
        now: datetime,
    ) -> Answer:
        """The answer in botocore's names, or CloudTrailError. A refused call changes nothing."""
        handler = OPERATIONS.get(operation)
        if handler is None:
            raise CloudTrailError("UnknownOperationException", "")
        shapes.check(operation, params)
        account = caller.account or self.parts.world.account
        return handler(self.parts, Request(operation, params, account, region, now))
