"""Which log file an event goes into, and when that file is put into the bucket.

Events of one trail, account, Region and category are collected by the five minutes in which they
happened. Each five minutes get one to three files, each with its own moment, from a minute before
to five minutes after the minute in its name. An event that is collected late goes into a file of
the next five minutes if there is one, as in a busy account. All this is as observed in real files
(see latency.py); the User Guide says only "about every 5 minutes".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from lablib.cloudtrail import latency
from lablib.cloudtrail.event import Event
from lablib.cloudtrail.latency import WINDOW
from lablib.cloudtrail.ledger import Place
from lablib.cloudtrail.logfile import label_of
from lablib.cloudtrail.trail import Trail

FILES = (1, 1, 2, 2, 3)  # how many files five minutes get, each as likely
SHUFFLED = 0.27  # the share of real files in which the records are not in the order of time
SOONEST = timedelta(seconds=30)  # no file is put earlier after an event (38 s was observed)
LATEST = timedelta(minutes=10)  # ours: no event waits longer; AWS promises nothing


@dataclass(frozen=True, slots=True)
class Stream:
    """What is never mixed in a file. `made` tells a trail from an earlier one of that name."""

    trail_arn: str
    made: datetime | None
    account: str
    region: str
    category: str

    @property
    def place(self) -> Place:
        return Place(self.trail_arn, self.made, self.region)

    @classmethod
    def of(cls, trail: Trail, event: Event) -> Stream:
        return cls(trail.arn, trail.created, event.account, event.region, event.category)


@dataclass(slots=True, eq=False)
class OpenFile:
    """A log file that is still being filled."""

    stream: Stream
    window: datetime  # the end of its five minutes
    due: datetime
    events: list[Event] = field(default_factory=list)
    late: set[str] = field(default_factory=set)  # ids of the events that may still move on


class Batches:
    """All open log files."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._open: dict[tuple[Stream, datetime], list[OpenFile]] = {}

    def add(self, trail: Trail, event: Event, now: datetime) -> OpenFile | None:
        """Put the event into a file. What comes back is that file, if it was empty until now."""
        stream, window = Stream.of(trail, event), label_of(event.time)
        files = self._open.get((stream, window)) or self._plan(stream, window)
        open_ = [file for file in files if file.due >= now + SOONEST]
        file = self._rng.choice(open_) if open_ else self._one_more(files, stream, window, now)
        file.events.append(event)
        if event.time + latency.sample("late", self._rng) > window:
            file.late.add(event.id)
        return file if len(file.events) == 1 else None

    def _plan(self, stream: Stream, window: datetime) -> list[OpenFile]:
        dues = [latency.sample("put", self._rng) for _ in range(self._rng.choice(FILES))]
        files = [OpenFile(stream, window, window + due) for due in dues]
        self._open[stream, window] = files
        return files

    def _one_more(
        self, files: list[OpenFile], stream: Stream, window: datetime, now: datetime
    ) -> OpenFile:
        """A file for an event that happened when the planned ones were closed."""
        after = max(SOONEST, latency.sample("put", self._rng))
        files.append(OpenFile(stream, window, max(window, now) + after))
        return files[-1]

    def close(self, file: OpenFile) -> list[Event]:
        """The events to be written now, not always in the order of time. Late ones move on."""
        files = self._open[file.stream, file.window]
        files.remove(file)
        if not any(other.events for other in files):
            del self._open[file.stream, file.window]
        stay = [event for event in file.events if not self._moved(file, event)]
        stay.sort(key=lambda event: event.time)
        if len(stay) > 1 and self._rng.random() < SHUFFLED:
            self._rng.shuffle(stay)
        return stay

    def _moved(self, file: OpenFile, event: Event) -> bool:
        """Whether the event was late and went into a file of the next five minutes."""
        if event.id not in file.late:
            return False
        for later in self._open.get((file.stream, file.window + WINDOW), ()):
            if later.events and later.due <= event.time + LATEST:
                later.events.append(event)
                return True
        return False

    def waiting(self, place: Place) -> bool:
        """Whether events of that trail and Region are still in open files."""
        return any(
            stream.place == place and any(file.events for file in files)
            for (stream, _), files in self._open.items()
        )

    def holding(self, event_id: str) -> list[OpenFile]:
        """The open files that have the event."""
        files = (file for files in self._open.values() for file in files)
        return [file for file in files if any(event.id == event_id for event in file.events)]
