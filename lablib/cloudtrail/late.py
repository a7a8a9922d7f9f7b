"""Events that CloudTrail is late with: they wait, and say why when they arrive.

User Guide, "CloudTrail record contents", addendum: DELIVERY_DELAY for trouble on the way (traffic,
connections, CloudTrail itself), SERVICE_OUTAGE when a service could not tell CloudTrail. A third
reason, UPDATED_DATA, is for records that were wrong or lacked something, which none does here; the
members beside `reason` belong to it alone. A bucket that cannot be written to is no such trouble.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from lablib.cloudtrail.event import Event, minified

REASONS: Final = ("DELIVERY_DELAY", "SERVICE_OUTAGE")


@dataclass(slots=True, eq=False)
class Trouble:
    """From its beginning until `until` events wait; a stage further on knows nothing of it."""

    until: datetime
    reason: str
    waiting: list[Event] = field(default_factory=list)

    def holds(self, event: Event, now: datetime) -> bool:
        """Whether the event has to wait; it does so from now on."""
        if now >= self.until or event.category == "Insight":
            return False
        self.waiting.append(event)
        return True


def with_addendum(event: Event, reason: str) -> Event:
    """The same event with the reason for its lateness. Its place in the record, at the end, is
    unverified."""
    record = {**event.record, "addendum": {"reason": reason}}
    return replace(event, record=record, json=minified(record))
