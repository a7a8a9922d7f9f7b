"""Events into CloudWatch Logs: one record a line, each Region in its own stream.

User Guide, "Sending events to CloudWatch Logs" and "CloudWatch log group and log stream naming".
Observed: a log event's timestamp is the time of delivery, not that of the API call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from lablib.cloudtrail import latency
from lablib.cloudtrail.deliveries import LogsPut
from lablib.cloudtrail.event import Event
from lablib.cloudtrail.ledger import Ledger, Place
from lablib.cloudtrail.line import Line
from lablib.cloudtrail.trail import Trail
from lablib.cloudtrail.world import Refused, Schedule, World

EVENT_BYTES = 256 * 1024  # larger events are not sent: User Guide, "Quotas in CloudTrail"
# CloudWatch Logs API Reference, PutLogEvents: the most that one call carries.
CALL_BYTES, CALL_EVENTS, OVERHEAD = 1_048_576, 10_000, 26
GATHERED = timedelta(seconds=15)  # ours: how long events are gathered for one call


@dataclass(slots=True, eq=False)
class Bundle:
    """Events on their way to one stream."""

    place: Place
    account: str
    closes: datetime
    events: list[Event] = field(default_factory=list)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(event.id for event in self.events)


class LogStreams:
    """All trails' deliveries to CloudWatch Logs. `listeners` hear of each, and in which Region."""

    def __init__(self, world: World, schedule: Schedule, rng: Random, ledger: Ledger) -> None:
        self._world, self._schedule, self._rng, self._ledger = world, schedule, rng, ledger
        self._open: dict[tuple[Place, str], Bundle] = {}
        self._lines: dict[Place, Line[Bundle]] = {}
        self.listeners: list[Callable[[Trail, str, datetime], None]] = []

    def add(self, trail: Trail, event: Event, now: datetime) -> None:
        """The event goes to Logs in one to three minutes, if the trail has a log group."""
        if trail.logs_group and len(event.json.encode()) <= EVENT_BYTES:
            place = Place(trail.arn, trail.created, event.region)
            bundle = self._open.get((place, event.account))
            if bundle is None or now >= bundle.closes:
                bundle = self._begin(place, event.account, now)
            bundle.events.append(event)

    def _begin(self, place: Place, account: str, now: datetime) -> Bundle:
        delay = latency.sample("logs", self._rng)
        soonest = timedelta(seconds=latency.PATHS["logs"].at(0))
        bundle = Bundle(place, account, now + min(GATHERED, delay - soonest))
        self._open[place, account] = bundle
        label = f"CloudWatch Logs for {place.label}"
        self._schedule.at(now + delay, label, partial(self._close, bundle))
        return bundle

    def _close(self, bundle: Bundle, now: datetime) -> None:
        if self._open.get((bundle.place, bundle.account)) is bundle:
            del self._open[bundle.place, bundle.account]
        for events in _calls(bundle.events):
            part = Bundle(bundle.place, bundle.account, now, events)
            self._line(bundle.place).send(part, now)

    def _line(self, place: Place) -> Line[Bundle]:
        if place not in self._lines:
            self._lines[place] = Line(
                self._schedule,
                f"another attempt to reach CloudWatch Logs for {place.label}",
                self._put,
                self._refused,
                self._lost,
                partial(self._ledger.is_alive, place),
            )
        return self._lines[place]

    def hurry(self, trail_arn: str, now: datetime) -> None:
        for place, line in self._lines.items():
            if place.trail_arn == trail_arn:
                line.hurry(now)

    def _put(self, bundle: Bundle, now: datetime) -> None:
        trail = self._ledger.trail(bundle.place)
        if not (trail.logs_group and trail.logs_role):
            return  # Logs was taken away from the trail meanwhile
        organization = self._ledger.organization(trail)
        name = stream_name(bundle.account, bundle.place.region, organization)
        texts = [event.json for event in bundle.events]
        self._world.put_log_events(trail.logs_group, trail.logs_role, name, texts, now)
        put = LogsPut(now, trail.arn, trail.logs_group, name, bundle.ids)
        self._ledger.done.logs.append(put)
        self._ledger.succeeded(bundle.place, "logs", now)
        for listener in self.listeners:
            listener(trail, bundle.place.region, now)

    def _refused(self, bundle: Bundle, error: Refused, now: datetime) -> None:
        self._ledger.failed(bundle.place, "logs", error.code, now, bundle.ids)

    def _lost(self, bundle: Bundle, now: datetime) -> None:
        self._ledger.lost(bundle.place, "logs", now, bundle.ids)


def stream_name(account: str, region: str, organization: str | None = None) -> str:
    """The log stream's name; an organization's begins with its id."""
    stem = f"{organization}_{account}" if organization else account
    return f"{stem}_CloudTrail_{region}"


def _calls(events: Sequence[Event]) -> Iterator[list[Event]]:
    """Parts that one call may carry."""
    part: list[Event] = []
    size = 0
    for event in events:
        length = len(event.json.encode()) + OVERHEAD
        if part and (size + length > CALL_BYTES or len(part) == CALL_EVENTS):
            yield part
            part, size = [], 0
        part.append(event)
        size += length
    if part:
        yield part
