"""The path of a call through CloudTrail: every stage, top to bottom, in one list.

call → record → Event history → which trails? → log file, notification, CloudWatch Logs
                                              └→ whoever listens: EventBridge
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from lablib.cloudtrail import late, own, trace
from lablib.cloudtrail.call import ApiCall, Caller
from lablib.cloudtrail.delivery import Delivery
from lablib.cloudtrail.digest import Signers
from lablib.cloudtrail.event import Event, describe
from lablib.cloudtrail.filing import Filed
from lablib.cloudtrail.history import History
from lablib.cloudtrail.insights import Insights
from lablib.cloudtrail.ledger import Place
from lablib.cloudtrail.selectors import Match, match
from lablib.cloudtrail.service import Service
from lablib.cloudtrail.settings import Settings
from lablib.cloudtrail.trail import Trail, Trails
from lablib.cloudtrail.world import Schedule, World


@dataclass(slots=True)
class Passage:
    """One call on its way: what each stage adds for the next."""

    now: datetime
    call: ApiCall | None = None  # None when the event came ready-made
    event: Event = field(init=False)
    takers: tuple[Trail, ...] = ()


Listener = Callable[[Event, tuple[Trail, ...], datetime], None]


class CloudTrail:
    """CloudTrail of one account: its trails, its Event history, its deliveries.

    `rng` is the only source of chance. `signing_key(region)` gives the key that signs a Region's
    digests; without it one is made. `history_path` names SQLite's working file. `duplicates` is
    the share of log files that are delivered twice. `at_once`: changes of trails take effect when
    they are made; otherwise some time later, as in AWS.
    """

    def __init__(
        self,
        world: World,
        schedule: Schedule,
        rng: Random,
        *,
        signing_key: Callable[[str], RSAPrivateKey] | None = None,
        history_path: str = ":memory:",
        duplicates: float = 0.0,
        at_once: bool = True,
    ) -> None:
        self._world, self._schedule, self._rng = world, schedule, rng
        self._trouble: late.Trouble | None = None
        self.trails = Trails()
        self._settings = Settings(self.trails, schedule, rng, at_once)
        self.history = History(history_path)
        self.signers = Signers(signing_key)
        self.delivery = Delivery(world, schedule, rng, self.trails, self.signers, duplicates)
        self.service = Service(world, self.trails, self.history, self.delivery, self.signers)
        self.delivery.filing.listeners.append(self.record_own_work)
        self.delivery.logstreams.listeners.append(self.record_own_session)
        self._echo, self._sessions = own.Echo(), own.Sessions()
        self.listeners: list[Listener] = []  # told of each event, and of the trails that took it
        self.insights = Insights(self.history, schedule, rng, self.record_event)
        self._matches: dict[str, tuple[Match, ...]] = {}
        self._seen: dict[Match, Match] = {}
        self.stages: tuple[Callable[[Passage], None], ...] = (
            self.describe_call,
            self.remember_event,
            self.choose_trails,
            self.watch_rates,
            self.deliver_event,
            self.announce_event,
        )

    # --- the path ------------------------------------------------------------------------------

    def record(self, call: ApiCall) -> Event:
        """The event that the call became, after it has passed every stage."""
        passage = Passage(call.time, call)
        self.describe_call(passage)
        self._go_on(passage)
        return passage.event

    def record_if_logged(self, call: ApiCall) -> Event | None:
        """The same for an event that is only there if a trail asks for it."""
        return self.record(call) if self._is_logged(call) else None

    def record_event(self, event: Event, now: datetime) -> None:
        """Events that are no API call (console sign-ins, Insights) take the path from its second
        stage on."""
        passage = Passage(now)
        passage.event = event
        self._go_on(passage)

    def _go_on(self, passage: Passage) -> None:
        if self._trouble is None or not self._trouble.holds(passage.event, passage.now):
            for stage in self.stages[1:]:
                stage(passage)

    def be_late(self, until: datetime, reason: str) -> None:
        """Events wait until then, and arrive with this reason in their addendum."""
        self._trouble = late.Trouble(until, reason)
        self._schedule.at(until, "events that were held up arrive", self._catch_up)

    def late_until(self, now: datetime) -> datetime | None:
        """Until when events wait; None when they do not."""
        return self._trouble.until if self._trouble and now < self._trouble.until else None

    def _catch_up(self, now: datetime) -> None:
        trouble, self._trouble = self._trouble, None
        assert trouble is not None
        for event in trouble.waiting:
            self.record_event(late.with_addendum(event, trouble.reason), now)

    @property
    def chance(self) -> Random:
        """What ids of records are drawn from."""
        return self._rng

    def new_event_id(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def describe_call(self, passage: Passage) -> None:
        assert passage.call is not None
        passage.event = describe(passage.call, self.new_event_id())

    def remember_event(self, passage: Passage) -> None:
        self.history.remember(passage.event)

    def choose_trails(self, passage: Passage) -> None:
        trails = self._settings.in_force(passage.now)
        matches = tuple(self._match(trail, passage.event) for trail in trails)
        self._matches[passage.event.id] = matches
        passage.takers = tuple(t for t, found in zip(trails, matches, strict=True) if found.taken)

    def _match(self, trail: Trail, event: Event) -> Match:
        organization = self._world.organization() if trail.organization else None
        found = match(trail, event, organization.accounts if organization else None)
        return self._seen.setdefault(found, found)

    def watch_rates(self, passage: Passage) -> None:
        """Unusual rates of calls and errors, for trails that ask for Insights events."""
        self.insights.watch(passage.event, passage.takers, passage.now)

    def deliver_event(self, passage: Passage) -> None:
        for trail in passage.takers:
            current = self.trails.get(trail.arn) or trail
            self.delivery.take(current, passage.event, passage.now)

    def announce_event(self, passage: Passage) -> None:
        for tell in self.listeners:
            tell(passage.event, passage.takers, passage.now)

    def record_own_work(self, place: Place, filed: Filed) -> None:
        """The calls that CloudTrail made to put a log file take the same path."""
        bucket = self._world.bucket(filed.put.bucket)
        region = bucket.region if bucket else place.region
        rounds = self._echo.of(filed)
        for call in own.calls(filed, rounds, region, self._world.account, self._rng):
            event = self.record(call) if call.service == "kms" else self.record_if_logged(call)
            if event is not None:
                self._echo.add(event.id, rounds + 1)

    def record_own_session(self, trail: Trail, region: str, now: datetime) -> None:
        """CloudTrail assumes a trail's role to write to CloudWatch Logs, once an hour at most."""
        role = trail.logs_role
        role_id = self._world.role_id(role) if role else None
        if role and role_id and self._sessions.begin(role, region, now):
            self.record(own.assume_role(role, role_id, region, now, self._rng))

    def _is_logged(self, call: ApiCall) -> bool:
        """Whether any trail wants this data event; what none wants is not even remembered."""
        trails = self._settings.in_force(call.time)
        if not trails:
            return False
        event = describe(call, "")
        return any(self._match(trail, event).taken for trail in trails)

    # --- CloudTrail's own API ------------------------------------------------------------------

    def answer(
        self, operation: str, params: Mapping[str, Any], caller: Caller, region: str, now: datetime
    ) -> dict[str, Any]:
        """The answer in botocore's names and types; raises errors.CloudTrailError."""
        return self.service.answer(operation, params, caller, region, now)

    # --- looking at it -------------------------------------------------------------------------

    def events(
        self,
        *,
        limit: int | None = None,
        name: str | None = None,
        user: str | None = None,
        source: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """Records of management and data events of all Regions, newest first, without delay."""
        found = self.history.recent(
            limit, name=name, user=user, source=source, start=start, end=end
        )
        return [json.loads(entry.json) for entry in found if entry.category != "Insight"]

    def trace(self, event_id: str) -> dict[str, Any]:
        """What happened to the event, stage by stage; KeyError when there is none with that id."""
        entry = self.history.find(event_id)
        if entry is None:
            raise KeyError(event_id)
        return trace.trace(entry, self._matches.get(event_id, ()), self.delivery)

    def timeline(
        self, start: datetime | None = None, end: datetime | None = None
    ) -> dict[str, Any]:
        """Calls and deliveries from start to end, in the order of time."""
        found = self.history.recent(start=start, end=end)[::-1]
        calls = [entry for entry in found if entry.category != "Insight"]
        return trace.timeline(calls, self._matches, self.delivery.done, start, end)
