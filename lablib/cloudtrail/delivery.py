"""Where a taken event goes: into a log file, to CloudWatch Logs, and into the digests.

The parts: `filing` (log files, notifications), `logstreams` (CloudWatch Logs), `chain` (digests),
`ledger` (what became of it all). The service tells here what happens to trails.
"""

from __future__ import annotations

from datetime import datetime
from random import Random

from lablib.cloudtrail.batches import Batches
from lablib.cloudtrail.chain import Chains
from lablib.cloudtrail.deliveries import Deliveries
from lablib.cloudtrail.digest import Signers
from lablib.cloudtrail.event import Event
from lablib.cloudtrail.filing import Filing
from lablib.cloudtrail.ledger import Ledger
from lablib.cloudtrail.logstreams import LogStreams
from lablib.cloudtrail.status import Status
from lablib.cloudtrail.trail import Trail, Trails
from lablib.cloudtrail.world import Schedule, World


class Delivery:
    """All deliveries of an account's trails. `duplicates`: see Filing."""

    def __init__(
        self,
        world: World,
        schedule: Schedule,
        rng: Random,
        trails: Trails,
        signers: Signers,
        duplicates: float = 0.0,
    ) -> None:
        self.ledger = Ledger(world, trails)
        self.filing = Filing(world, schedule, rng, self.ledger, duplicates)
        self.logstreams = LogStreams(world, schedule, rng, self.ledger)
        self.chains = Chains(world, schedule, rng, self.ledger, signers, self.filing.is_unfinished)
        self.filing.listeners.append(self.chains.filed)

    @property
    def done(self) -> Deliveries:
        """Everything that was delivered or refused."""
        return self.ledger.done

    @property
    def batches(self) -> Batches:
        """The log files that are still open."""
        return self.filing.batches

    def take(self, trail: Trail, event: Event, now: datetime) -> None:
        """The trail has taken the event."""
        self.ledger.know(trail)
        self.filing.add(trail, event, now)
        self.logstreams.add(trail, event, now)

    def status(self, trail_arn: str, region: str | None = None) -> Status:
        """The trail's latest deliveries in the Region; without one, in all Regions together."""
        return self.ledger.status(trail_arn, region)

    # --- what the service tells ----------------------------------------------------------------

    def trail_started(self, trail: Trail, now: datetime) -> None:
        self.ledger.know(trail)
        self.chains.started(trail, now)

    def trail_stopped(self, trail: Trail, now: datetime) -> None:
        self.ledger.know(trail)
        self.chains.stopped(trail, now)

    def trail_deleted(self, trail: Trail, now: datetime) -> None:
        """What is under way is still delivered; what is refused then is not tried again."""
        self.trail_stopped(trail, now)

    def trail_updated(self, trail: Trail, now: datetime) -> None:
        """What waits for a target is tried again soon: the target may be another one now."""
        self.ledger.know(trail)
        self.chains.updated(trail, now)
        self.filing.hurry(trail.arn, now)
        self.logstreams.hurry(trail.arn, now)
