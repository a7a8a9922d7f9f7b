"""The book of deliveries: which trails there are and were, what arrived, what was refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from lablib.cloudtrail.deliveries import Deliveries, Failed
from lablib.cloudtrail.status import Outcome, Status, newest
from lablib.cloudtrail.trail import Trail, Trails
from lablib.cloudtrail.world import World

# What a kind of delivery (a field of Status) is called when it fails.
WORDS = {
    "files": "log file",
    "notifications": "notification",
    "logs": "delivery to CloudWatch Logs",
    "digests": "digest file",
}
EXPIRED = "Expired"  # given up after 30 days of refusals, or because the trail is gone


class Place(NamedTuple):
    """One trail in one Region. `made` tells a trail from an earlier one of the same name."""

    trail_arn: str
    made: datetime | None
    region: str

    @property
    def label(self) -> str:
        return f"{self.trail_arn.rpartition('/')[2]}, {self.region}"


class Ledger:
    """What deliveries need to know of trails, and what becomes known of deliveries."""

    def __init__(self, world: World, trails: Trails) -> None:
        self.done = Deliveries()
        self._world, self._trails = world, trails
        self._known: dict[tuple[str, datetime | None], Trail] = {}
        self._statuses: dict[Place, Status] = {}

    # --- trails --------------------------------------------------------------------------------

    def know(self, trail: Trail) -> None:
        """Keep the trail's configuration for the time after it is deleted."""
        self._known[trail.arn, trail.created] = trail

    def trail(self, place: Place) -> Trail:
        """The trail as it is now; if it was deleted, as it was last."""
        trail = self._trails.get(place.trail_arn)
        if trail is None or trail.created != place.made:
            return self._known[place.trail_arn, place.made]
        return trail

    def is_alive(self, place: Place) -> bool:
        trail = self._trails.get(place.trail_arn)
        return trail is not None and trail.created == place.made

    def organization(self, trail: Trail) -> str | None:
        """The id of the organization whose trail it is."""
        found = self._world.organization() if trail.organization else None
        return found.id if found else None

    # --- outcomes ------------------------------------------------------------------------------

    def succeeded(self, place: Place, kind: str, now: datetime) -> None:
        """`kind` is a field of Status: "files", "notifications", "logs" or "digests"."""
        self._change(place, kind, lambda outcome: outcome.succeeded(now))

    def failed(
        self,
        place: Place,
        kind: str,
        code: str,
        now: datetime,
        events: tuple[str, ...] = (),
    ) -> None:
        self.done.errors.append(Failed(now, place.trail_arn, WORDS[kind], code, events))
        self._change(place, kind, lambda outcome: outcome.failed(now, code))

    def lost(self, place: Place, kind: str, now: datetime, events: tuple[str, ...] = ()) -> None:
        self.done.errors.append(Failed(now, place.trail_arn, WORDS[kind], EXPIRED, events))

    def _change(self, place: Place, kind: str, change: Callable[[Outcome], Outcome]) -> None:
        status = self._statuses.get(place, Status())
        self._statuses[place] = replace(status, **{kind: change(getattr(status, kind))})

    def status(self, trail_arn: str, region: str | None = None) -> Status:
        """The trail's latest deliveries in the Region; without one, in all Regions together."""
        return newest(
            [
                status
                for place, status in self._statuses.items()
                if place.trail_arn == trail_arn
                and region in (None, place.region)
                and self.is_alive(place)
            ]
        )
