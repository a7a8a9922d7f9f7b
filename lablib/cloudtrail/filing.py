"""Log files into the bucket, and the message that says so.

Nothing runs when nothing is there: each event that opens a file asks the schedule for the moment
at which the file is put, and that is all. A trail's bucket, prefix, key and topic are those it has
when the file is put (observed). User Guide, "Configuring Amazon SNS notifications for CloudTrail".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from random import Random

from lablib.cloudtrail import latency, logfile
from lablib.cloudtrail.batches import Batches, OpenFile
from lablib.cloudtrail.deliveries import FilePut, Notified
from lablib.cloudtrail.event import Event
from lablib.cloudtrail.ledger import Ledger, Place
from lablib.cloudtrail.line import Line
from lablib.cloudtrail.logfile import LogFile
from lablib.cloudtrail.trail import Trail
from lablib.cloudtrail.world import ObjectPut, Refused, Schedule, World


@dataclass(frozen=True, slots=True)
class Parcel:
    """A log file and where it goes."""

    place: Place
    file: LogFile
    events: tuple[Event, ...]
    copy: bool = False  # the same once more


@dataclass(frozen=True, slots=True)
class Filed:
    """A log file has been put."""

    trail: Trail
    put: FilePut
    body: bytes
    events: tuple[Event, ...]


class Filing:
    """All trails' log files.

    `duplicates` is the share of files that are delivered twice, the same to the byte ("at least
    once"; seen in real files, rarely). `listeners` hear of each file that has been put.
    """

    def __init__(
        self,
        world: World,
        schedule: Schedule,
        rng: Random,
        ledger: Ledger,
        duplicates: float = 0.0,
    ) -> None:
        self.batches = Batches(rng)
        self.listeners: list[Callable[[Place, Filed], None]] = []
        self._world, self._schedule, self._rng = world, schedule, rng
        self._ledger, self._duplicates = ledger, duplicates
        self._lines: dict[Place, Line[Parcel]] = {}

    def add(self, trail: Trail, event: Event, now: datetime) -> None:
        """The event goes into a log file, which is put within ten minutes."""
        opened = self.batches.add(trail, event, now)
        if opened:
            label = f"log file for {opened.stream.place.label}"
            self._schedule.at(opened.due, label, partial(self._write, opened))

    def _write(self, opened: OpenFile, now: datetime) -> None:
        events = self.batches.close(opened)
        for file, inside in logfile.write(events, self._rng):
            self._send(Parcel(opened.stream.place, file, inside), now)

    def _send(self, parcel: Parcel, now: datetime) -> None:
        self.line(parcel.place).send(parcel, now)

    def line(self, place: Place) -> Line[Parcel]:
        """What waits for the bucket."""
        if place not in self._lines:
            self._lines[place] = Line(
                self._schedule,
                f"another attempt to deliver log files for {place.label}",
                self._put,
                self._refused,
                self._lost,
                partial(self._ledger.is_alive, place),
            )
        return self._lines[place]

    def is_unfinished(self, place: Place) -> bool:
        """Whether log files of that trail and Region are still to be put."""
        return self.batches.waiting(place) or len(self._lines.get(place, ())) > 0

    def hurry(self, trail_arn: str, now: datetime) -> None:
        for place, line in self._lines.items():
            if place.trail_arn == trail_arn:
                line.hurry(now)

    # --- one file ------------------------------------------------------------------------------

    def _put(self, parcel: Parcel, now: datetime) -> None:
        place, file = parcel.place, parcel.file
        trail = self._ledger.trail(place)
        key = file.key(trail.s3_prefix, self._ledger.organization(trail))
        put = ObjectPut(trail.s3_bucket, key, file.body, trail.arn, kms_key=trail.kms_key)
        self._world.put_object(put)
        arrived = _fact(trail, key, file, now)
        self._ledger.done.files.append(arrived)
        self._ledger.succeeded(place, "files", now)
        self._notify(trail, place, key, now)
        self._perhaps_again(parcel, now)
        for listener in self.listeners:
            listener(place, Filed(trail, arrived, file.body, parcel.events))

    def _refused(self, parcel: Parcel, error: Refused, now: datetime) -> None:
        self._ledger.failed(parcel.place, "files", error.code, now, parcel.file.events)

    def _lost(self, parcel: Parcel, now: datetime) -> None:
        self._ledger.lost(parcel.place, "files", now, parcel.file.events)

    def _notify(self, trail: Trail, place: Place, key: str, now: datetime) -> None:
        topic = trail.sns_topic_arn
        if topic is None:
            return
        try:
            self._world.publish(topic, message(trail.s3_bucket, [key]), trail.arn)
        except Refused as error:
            self._ledger.failed(place, "notifications", error.code, now)
        else:
            self._ledger.done.notifications.append(Notified(now, topic, trail.arn, key))
            self._ledger.succeeded(place, "notifications", now)

    def _perhaps_again(self, parcel: Parcel, now: datetime) -> None:
        if self._duplicates and not parcel.copy and self._rng.random() < self._duplicates:
            file = replace(parcel.file, unique=logfile.unique_string(self._rng))
            again = replace(parcel, file=file, copy=True)
            later = now + latency.sample("logs", self._rng)
            label = f"a log file once more for {parcel.place.label}"
            self._schedule.at(later, label, partial(self._send, again))


def message(bucket: str, keys: Sequence[str]) -> str:
    """What a topic is told of log files (observed: one key a message)."""
    return json.dumps({"s3Bucket": bucket, "s3ObjectKey": [*keys]}, separators=(",", ":"))


def _fact(trail: Trail, key: str, file: LogFile, now: datetime) -> FilePut:
    return FilePut(
        now,
        trail.arn,
        trail.s3_bucket,
        key,
        file.label,
        file.region,
        file.category,
        file.events,
        file.oldest,
        file.newest,
        len(file.body),
    )
