"""Restoring archived objects: how long it takes, how long the copy stays, what is refused.

Sources: S3 User Guide, "Understanding archive retrieval options" (the times), "Restoring an
archived object" (the copy expires at a midnight UTC, counted in days); API Reference, RestoreObject
(202 and 200, RestoreAlreadyInProgress).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from lablib.archive import midnight
from lablib.archive.classes import is_archived

State = Literal["archived", "ongoing", "restored"]

# How long the tiers take: from, to. DEEP_ARCHIVE's "within 12 hours" and "within 48 hours" are
# taken at their word.
TIERS: dict[str, dict[str, tuple[timedelta, timedelta]]] = {
    "GLACIER": {
        "Expedited": (timedelta(minutes=1), timedelta(minutes=5)),
        "Standard": (timedelta(hours=3), timedelta(hours=5)),
        "Bulk": (timedelta(hours=5), timedelta(hours=12)),
    },
    "DEEP_ARCHIVE": {
        "Standard": (timedelta(hours=12), timedelta(hours=12)),
        "Bulk": (timedelta(hours=48), timedelta(hours=48)),
    },
}
SPEED = ("Bulk", "Standard", "Expedited")
DEFAULT_TIER = "Standard"


class NotRestored(Exception):
    """S3's refusal of a restore."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True, slots=True)
class Restore:
    """A restore that was asked for. While it goes on, `ready` lies ahead; then the copy stays
    until `expires`."""

    tier: str
    days: int
    ready: datetime
    expires: datetime

    def state(self, now: datetime) -> State:
        if now < self.ready:
            return "ongoing"
        return "restored" if now < self.expires else "archived"


def ask(
    storage_class: str,
    current: Restore | None,
    tier: str | None,
    days: int | None,
    now: datetime,
    rng: Random,
) -> Restore:
    """The restore as it stands after the request. Raises NotRestored."""
    if not is_archived(storage_class):
        raise NotRestored(
            "InvalidObjectState",
            "Restore is not allowed for the object's current storage class",
            403,
        )
    wanted = tier or DEFAULT_TIER
    if wanted not in TIERS[storage_class]:
        raise NotRestored(
            "InvalidArgument", "Retrieval option is not supported by this storage class", 400
        )
    state = current.state(now) if current else "archived"
    if current and state == "ongoing":
        return _hurried(storage_class, current, wanted, now, rng)
    if days is None or days < 1:
        raise NotRestored(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published "
            "schema",
            400,
        )
    if current and state == "restored":
        return Restore(current.tier, days, current.ready, midnight.after(now, days))
    return _begun(storage_class, wanted, days, now, rng)


def _begun(storage_class: str, tier: str, days: int, now: datetime, rng: Random) -> Restore:
    shortest, longest = TIERS[storage_class][tier]
    seconds = rng.uniform(shortest.total_seconds(), longest.total_seconds())
    ready = now + timedelta(seconds=round(seconds))
    return Restore(tier, days, ready, midnight.after(ready, days))


def _hurried(
    storage_class: str, current: Restore, tier: str, now: datetime, rng: Random
) -> Restore:
    """While a restore goes on, only a faster tier changes something."""
    if SPEED.index(tier) <= SPEED.index(current.tier):
        raise NotRestored("RestoreAlreadyInProgress", "Object restore is already in progress", 409)
    faster = _begun(storage_class, tier, current.days, now, rng)
    return faster if faster.ready < current.ready else current
