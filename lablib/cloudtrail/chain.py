"""The chain of digests: one an hour for each Region, while a trail logs and validates.

User Guide, "Validating CloudTrail log file integrity". Observed: the starting digest covers the
hour before StartLogging, all later ones end at the same minute and second of each hour; the object
arrives half an hour later. An hour without log files has a digest too. When logging or validation
ends, so does the chain, after what was still under way has been listed; a new start is a new chain.

AWS makes digests in every Region of a multi-Region trail; here a Region's chain begins with its
first log file, so that silent Regions cost nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from lablib.cloudtrail import digest, latency
from lablib.cloudtrail.deliveries import DigestPut
from lablib.cloudtrail.digest import Digest, Listed, Sealed, Signers
from lablib.cloudtrail.filing import Filed
from lablib.cloudtrail.ledger import Ledger, Place
from lablib.cloudtrail.line import KEEPS_TRYING
from lablib.cloudtrail.trail import Trail
from lablib.cloudtrail.world import ObjectPut, Refused, Schedule, World

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Hour:
    """What one digest has to say."""

    start: datetime
    end: datetime
    files: tuple[Listed, ...]


@dataclass(slots=True)
class Start:
    """When a trail began to log with validation, and when it ended."""

    time: datetime
    stopped: datetime | None = None


@dataclass(slots=True, eq=False)
class Chain:
    """The digests of one trail, account and Region from one start to one end."""

    place: Place
    account: str
    mark: datetime  # the end of the hour under way
    begin: datetime  # its beginning
    stopped: datetime | None = None
    until: datetime | None = None  # no digest ends later
    previous: Sealed | None = None
    files: list[tuple[datetime, Listed]] = field(default_factory=list)
    unsent: deque[Hour] = field(default_factory=deque)

    @property
    def empty(self) -> bool:
        return not (self.previous or self.files or self.unsent)

    def cut(self) -> None:
        """The hour is over: what was delivered in it goes into one digest."""
        inside = tuple(file for time, file in self.files if time <= self.mark)
        self.files = [(time, file) for time, file in self.files if time > self.mark]
        self.unsent.append(Hour(self.begin, self.mark, inside))
        self.begin, self.mark = self.mark, self.mark + HOUR
        self.end_by(self.until)

    def end_by(self, until: datetime | None) -> None:
        if until:
            self.until = min(until, self.until or until)
            self.mark = min(self.mark, self.until)


class Chains:
    """All chains. A trail without validation has none and costs nothing."""

    def __init__(
        self,
        world: World,
        schedule: Schedule,
        rng: Random,
        ledger: Ledger,
        signers: Signers,
        is_unfinished: Callable[[Place], bool],
    ) -> None:
        self._world, self._schedule, self._rng = world, schedule, rng
        self._ledger, self._signers, self._is_unfinished = ledger, signers, is_unfinished
        self._chains: dict[tuple[Place, str], list[Chain]] = {}
        self._starts: dict[tuple[str, datetime | None], Start] = {}

    # --- begin and end -------------------------------------------------------------------------

    def started(self, trail: Trail, now: datetime) -> None:
        start = self._starts.get((trail.arn, trail.created))
        if not trail.validate or (start and not start.stopped):
            return
        base = now.replace(microsecond=0)
        for chain in self._of(trail):
            if chain.empty and chain.mark >= base:  # its digest would have the new one's name
                self._drop(chain)
            chain.end_by(base - SECOND)
        self._starts[trail.arn, trail.created] = Start(base)
        self._begin(Place(trail.arn, trail.created, trail.home_region), trail.account, base, now)

    def stopped(self, trail: Trail, now: datetime) -> None:
        start = self._starts.get((trail.arn, trail.created))
        if start and not start.stopped:
            start.stopped = now
            for chain in self._of(trail):
                chain.stopped = now

    def updated(self, trail: Trail, now: datetime) -> None:
        """Validation may have been switched on or off, or the other Regions left."""
        for chain in self._of(trail):
            if not trail.multi_region and chain.place.region != trail.home_region:
                chain.stopped = chain.stopped or now
        if trail.validate and trail.logging:
            self.started(trail, now)
        if not trail.validate and (trail.arn, trail.created) in self._starts:
            del self._starts[trail.arn, trail.created]
            for chain in self._of(trail):
                chain.end_by(now.replace(microsecond=0))

    def _of(self, trail: Trail) -> list[Chain]:
        return [
            chain
            for (place, _), chains in self._chains.items()
            for chain in chains
            if (place.trail_arn, place.made) == (trail.arn, trail.created)
        ]

    def _begin(self, place: Place, account: str, mark: datetime, now: datetime) -> Chain:
        chain = Chain(place, account, mark, mark - HOUR)
        self._chains.setdefault((place, account), []).append(chain)
        self._next(chain, now)
        return chain

    def _drop(self, chain: Chain) -> None:
        chains = self._chains[chain.place, chain.account]
        chains.remove(chain)
        if not chains:
            del self._chains[chain.place, chain.account]

    # --- an hour -------------------------------------------------------------------------------

    def filed(self, place: Place, filed: Filed) -> None:
        """A log file has been put: the hour's digest will list it."""
        put = filed.put
        chain = self._current(place, filed.events[0].account, put.time)
        if chain and filed.trail.validate:
            sha256 = digest.hash_of(filed.body)
            listed = Listed(put.bucket, put.key, sha256, put.newest, put.oldest)
            chain.files.append((put.time, listed))

    def _current(self, place: Place, account: str, now: datetime) -> Chain | None:
        for chain in reversed(self._chains.get((place, account), ())):
            if chain.until is None:
                return chain
        start = self._starts.get((place.trail_arn, place.made))
        if start is None:
            return None
        mark = start.time + (now - start.time) // HOUR * HOUR
        chain = self._begin(place, account, mark, now)
        chain.stopped = start.stopped
        return chain

    def _next(self, chain: Chain, now: datetime) -> None:
        when = max(now + SECOND, chain.mark + latency.sample("digest", self._rng))
        if self._is_complete(chain):
            when = now + HOUR  # only to try once more what was refused
        self._schedule.at(when, f"digest for {chain.place.label}", partial(self._hour, chain))

    def _hour(self, chain: Chain, now: datetime) -> None:
        if chain not in self._chains.get((chain.place, chain.account), ()):
            return
        if not self._is_complete(chain):
            chain.cut()
        self._send(chain, now)
        if self._is_complete(chain) and not chain.unsent:
            self._drop(chain)
        else:
            self._next(chain, now)

    def _is_complete(self, chain: Chain) -> bool:
        """Whether the chain needs no further hour."""
        if chain.until and chain.begin >= chain.until:
            return True
        over = chain.stopped is not None and chain.begin >= chain.stopped
        return over and not chain.files and not self._is_unfinished(chain.place)

    def _send(self, chain: Chain, now: datetime) -> None:
        """Put all digests that are due, oldest first. What is refused waits for the next hour."""
        while chain.unsent:
            hour = chain.unsent[0]
            try:
                self._put(chain, hour, now)
            except Refused as error:
                self._ledger.failed(chain.place, "digests", error.code, now)
                if now - hour.end < KEEPS_TRYING:
                    return
            chain.unsent.popleft()

    def _put(self, chain: Chain, hour: Hour, now: datetime) -> None:
        trail, region = self._ledger.trail(chain.place), chain.place.region
        organization = self._ledger.organization(trail)
        key = digest.key_of(trail, chain.account, region, hour.end, organization)
        written = Digest(
            chain.account, trail.s3_bucket, key, hour.start, hour.end, hour.files, chain.previous
        )
        body, metadata, sealed = digest.seal(written, self._signers[region])
        self._world.put_object(
            ObjectPut(
                trail.s3_bucket,
                key,
                body,
                trail.arn,
                kms_key=trail.kms_key,
                metadata=metadata,
            )
        )
        chain.previous = sealed
        self._ledger.done.digests.append(_fact(trail, written, region, now))
        self._ledger.succeeded(chain.place, "digests", now)


def _fact(trail: Trail, put: Digest, region: str, now: datetime) -> DigestPut:
    keys = tuple(file.key for file in put.files)
    return DigestPut(now, trail.arn, put.bucket, put.key, put.start, put.end, region, keys)
