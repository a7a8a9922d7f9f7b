"""One account, assembled: seed, clock, moto, CloudTrail, identities, journal."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from ..cloudtrail import sign_in
from ..cloudtrail.path import CloudTrail
from . import console, journal
from .chance import Chance, SystemRandomness, rsa_key
from .clock import Clock, Happened, Setting
from .complying import Complying
from .eventbridge import EventBridge
from .frozen import Frozen
from .gateway import Gateway
from .identity import Identities, draw_key, scope_of
from .journal import (
    Birth,
    CallEntry,
    ClockEntry,
    Entry,
    InboxEntry,
    LateEntry,
    SignInEntry,
)
from .long_poll import queue_name
from .messages import Answer, Request
from .moto_adapter import boundaries, facts, stack_resources
from .moto_adapter.wire import Moto
from .own import Operation, Operations, lately
from .performing import Performer
from .signature import Times
from .storage import Storage
from .sts import Sts
from .watching import Watching
from .world import LabWorld

LEARNER = "learner"
LOG_QUERIES = ("StartQuery", "GetQueryResults", "DescribeQueries", "StopQuery", "GetLogRecord")


def _log_queries() -> dict[str, Operation]:
    from .log_queries import LogQueries

    return LogQueries().operations


class AlreadyLate(Exception):
    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class Account:
    """All state of one learner's AWS. Every way in takes the lock: moto is not safe under
    concurrency, and one total order makes seeds, journal and replay exact."""

    def __init__(
        self,
        birth: Birth,
        moto: Moto,
        randomness: SystemRandomness,
        frozen: Frozen,
        write: Callable[[bytes], None],
    ) -> None:
        self.birth = birth
        self.lock = threading.RLock()
        self.notes: list[str] = []
        self.chance = Chance(birth.seed)
        self._moto, self._randomness, self._frozen, self._write = moto, randomness, frozen, write
        moto.reset()
        randomness.chance = self.chance
        born = Setting(birth.start, birth.real or frozen.real(), 1.0, birth.frozen)
        self.clock = Clock(born, frozen.real, self._enter)
        self.identities = Identities(
            birth.account, draw_key(self.chance.stream("root key"), "AKIA")
        )
        self.world = LabWorld(birth.account)
        self.cloudtrail = CloudTrail(
            self.world,
            self.clock.agenda,
            self.chance.stream("cloudtrail"),
            signing_key=lambda region: rsa_key(self.chance.stream(f"digest key:{region}")),
            at_once=not birth.propagation,
        )
        self.storage = Storage(self.clock.agenda)
        self.watching = Watching(self.clock.agenda)
        self.eventbridge = EventBridge(
            self.clock.agenda, self.chance.stream("eventbridge"), self.watching.region
        )
        self.complying = Complying(self.clock.agenda, self.cloudtrail)
        self.cloudtrail.listeners.append(self.eventbridge.announce)
        self.watching.listeners.append(self.eventbridge.alarm_changed)
        self.complying.listeners.append(self.eventbridge)
        own: Operations = {
            **self.watching.operations,
            **self.eventbridge.operations,
            **self.complying.operations,
            "iam": boundaries.OPERATIONS,
            "logs": {
                **lately(LOG_QUERIES, _log_queries),
                **self.watching.operations["logs"],
            },
        }
        self.gateway = Gateway(
            birth.account,
            moto,
            self.identities,
            Sts(self.identities),
            self.cloudtrail,
            self.storage,
            own,
        )
        stack_resources.listen(Performer(moto, self.cloudtrail, own))
        self._number = 0
        self._born = False
        randomness.chance = None

    def be_born(self) -> None:
        """Creates what an account has from its birth: the learner. Done before the first call is
        answered, not before the process is ready: moto's IAM takes long to load."""
        if self._born:
            return
        self._born = True
        self._enter(self.birth.start, "birth")
        key = draw_key(self.chance.stream("learner key"), "AKIA")
        facts.create_user(self.birth.account, LEARNER, "AdministratorAccess", key.id, key.secret)

    def _enter(self, moment: datetime, name: str) -> None:
        """Something happens at `moment`: clocks stand there, chance starts the stream `name`."""
        self._frozen.move_to(moment)
        self._moto.begin(self.chance, name)

    @contextlib.contextmanager
    def _inside(self) -> Iterator[None]:
        """With the lock, and with the account's chance instead of the system's."""
        with self.lock:
            before, self._randomness.chance = self._randomness.chance, self.chance
            try:
                self.be_born()
                yield
            finally:
                self._randomness.chance = before

    def write_to(self, write: Callable[[bytes], None]) -> None:
        """From here on each call and each winding goes into this journal."""
        self._write = write

    # -- calls ----------------------------------------------------------------------------

    def call(self, request: Request, observer: bool = False) -> Answer:
        """Answers one API call now. `observer`: a look from outside that leaves no trace."""
        with self._inside():
            self.settle()
            now = self.clock.now()
            self._happen(now)
            times = Times(self._frozen.real(), now, self.clock.lab_at)
            if observer:
                return self._look(request, now, times)
            answer, counts = self._answer(request, now, times)
            if counts:
                entry = CallEntry(self._number, now, request, answer.fingerprint())
                self._write(journal.write_entry(entry))
            return answer

    def _look(self, request: Request, now: datetime, times: Times) -> Answer:
        self._enter(now, f"observer:{self._number}")
        return self.gateway.look(request, now, times)

    def _answer(self, request: Request, now: datetime, times: Times | None) -> tuple[Answer, bool]:
        """The answer, and whether the call counts: what nobody is known to have asked is not in
        the journal, and takes no number."""
        number = self._number + 1
        self._enter(now, f"call:{number}")
        rng = self.chance.stream(f"request:{number}")
        answer, counts = self.gateway.answer(request, now, rng, times)
        self._number += counts
        return answer, counts

    def peek(self, request: Request) -> int:
        """How many messages a queue would give to this ReceiveMessage call."""
        scope = scope_of(request)
        with self._inside():
            self._happen(self.clock.now())
            self._enter(self.clock.now(), f"peek:{self._number}")
            region = scope.region if scope else "us-east-1"
            return facts.visible_messages(self.birth.account, region, queue_name(request))

    def settle(self) -> None:
        """What a call leaves behind (its record, its way to the trails) is done after its answer
        has gone out; before anything else happens it is done at the latest."""
        with self._inside():
            self.gateway.settle()

    def _happen(self, until: datetime) -> list[Happened]:
        return list(self.clock.visit(until))

    def tick(self) -> None:
        """Lets happen what has become due by now."""
        with self._inside():
            self.settle()
            self._happen(self.clock.now())

    # -- the console ----------------------------------------------------------------------

    def sign_in(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Somebody signs in at the console now: the records that it leaves. Raises CannotSignIn."""
        with self._inside():
            self.settle()
            now = self.clock.now()
            self._happen(now)
            entry = SignInEntry(now, asked)
            records = self._sign_in(entry)
            self._write(journal.write_entry(entry))
            return records

    def _sign_in(self, entry: SignInEntry) -> list[dict[str, Any]]:
        self._enter(entry.time, f"sign-in:{self._number}")
        arrived = console.arrive(console.Wish.of(entry.asked), self.identities, entry.time)
        found = sign_in.events(arrived, self.cloudtrail.new_event_id)
        for event in found:
            self.cloudtrail.record_event(event, entry.time)
        return [event.record for event in found]

    # -- late events ----------------------------------------------------------------------

    def be_late(self, span: timedelta, reason: str) -> datetime:
        """CloudTrail is late with its events for so long: the moment at which they arrive. Raises
        AlreadyLate."""
        with self._inside():
            self.settle()
            now = self.clock.now()
            self._happen(now)
            if (until := self.cloudtrail.late_until(now)) is not None:
                raise AlreadyLate(until)
            entry = LateEntry(now, now + span, reason)
            self.cloudtrail.be_late(entry.until, reason)
            self._write(journal.write_entry(entry))
            return entry.until

    # -- the inbox ------------------------------------------------------------------------

    def confirm(self, wanted: bool | int | str) -> list[dict[str, Any]]:
        """The links in confirmation mails are followed: of one mail by its id, of an address, of
        all (True). The mails. Raises NothingToConfirm."""
        with self._inside():
            self.settle()
            now = self.clock.now()
            self._happen(now)
            confirmed = self.watching.inbox.confirm(wanted)
            self._write(journal.write_entry(InboxEntry(now, wanted)))
            return confirmed

    # -- the clock ------------------------------------------------------------------------

    def wind(self, until: datetime) -> list[Happened]:
        """Winds lab time forward to `until`, visiting each due instant on the way."""
        with self._inside():
            self.settle()
            happened = self._happen(until)
            self._set(self.clock.set_to(until))
            return happened

    def play(self, speed: float) -> None:
        with self._inside():
            self.settle()
            self._happen(self.clock.now())
            self._set(self.clock.play(speed))

    def _set(self, setting: Setting) -> None:
        self._write(journal.write_entry(ClockEntry(setting)))

    # -- replay ---------------------------------------------------------------------------

    def replay(self, entries: tuple[Entry, ...]) -> None:
        """Does again what a journal says; differences from the first time go into `notes`."""
        with self._inside():
            for entry in entries:
                if isinstance(entry, ClockEntry):
                    self._happen(entry.setting.lab)
                    self.clock.restore(entry.setting)
                elif isinstance(entry, SignInEntry):
                    self._happen(entry.time)
                    self.clock.reach(entry.time)
                    self._sign_in(entry)
                elif isinstance(entry, LateEntry):
                    self._happen(entry.time)
                    self.clock.reach(entry.time)
                    self.cloudtrail.be_late(entry.until, entry.reason)
                elif isinstance(entry, InboxEntry):
                    self._happen(entry.time)
                    self.clock.reach(entry.time)
                    self.watching.inbox.confirm(entry.wanted)
                else:
                    self._repeat(entry)
            self.gateway.settle()

    def _repeat(self, entry: CallEntry) -> None:
        self._happen(entry.time)
        self.clock.reach(entry.time)
        answer, _ = self._answer(entry.request, entry.time, times=None)
        self.gateway.settle()
        if answer.fingerprint() != entry.fingerprint:
            what = self.gateway.last_name
            self.notes.append(
                f"Call {entry.number} ({what}) answered differently when it was done again."
            )
