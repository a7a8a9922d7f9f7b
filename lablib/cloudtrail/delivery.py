"""From matched event to log file in S3, message in SNS and line in CloudWatch Logs.

Nothing runs when nothing is there: each event that opens a file asks the schedule for the moment
at which the file is put, and that is all. A trail's bucket, prefix, key and topic are those it has
when the file is put (observed). User Guide, "Configuring Amazon SNS notifications", "Sending events
to CloudWatch Logs", "CloudWatch log group and log stream naming".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

from lablib.cloudtrail import latency, logfile
from lablib.cloudtrail.batches import Batches, OpenFile, Stream
from lablib.cloudtrail.chain import Chains
from lablib.cloudtrail.deliveries import (
    Deliveries,
    DigestPut,
    Failed,
    FilePut,
    LogsPut,
    Notified,
)
from lablib.cloudtrail.digest import Signers
from lablib.cloudtrail.event import Event
from lablib.cloudtrail.line import Line
from lablib.cloudtrail.logfile import LogFile
from lablib.cloudtrail.status import Outcome, Status, newest
from lablib.cloudtrail.trail import Trail, Trails
from lablib.cloudtrail.world import ObjectPut, Refused, Schedule, World

# User Guide, "Sending events to CloudWatch Logs": larger events are not sent. The two limits of
# one call are from the CloudWatch Logs API Reference, PutLogEvents.
LOGS_EVENT_BYTES = 256 * 1024
LOGS_CALL_BYTES, LOGS_CALL_EVENTS, LOGS_OVERHEAD = 1_048_576, 10_000, 26
GATHER = timedelta(seconds=15)  # ours: how long events are gathered for one call to Logs

Place = tuple[str, datetime | None, str]  # trail ARN, its making, Region


@dataclass(slots=True, eq=False)
class LogsBatch:
    """Events on their way to one log stream."""

    stream: Stream
    closes: datetime
    events: list[Event] = field(default_factory=list)


class Delivery:
    """All trails' deliveries.

    `duplicates` is the share of files that are delivered twice, byte for byte the same ("at least
    once"; seen in real files, rarely). `put` is told of each log file that CloudTrail has put.
    """

    def __init__(
        self,
        world: World,
        schedule: Schedule,
        rng: Random,
        trails: Trails,
        signers: Signers,
        duplicates: float = 0.0,
    ) -> None:
        self.done = Deliveries()
        self.batches = Batches(rng)
        self.put: Callable[[Trail, FilePut, Sequence[Event], datetime], None] | None = None
        self._world, self._schedule, self._rng = world, schedule, rng
        self._trails, self._duplicates = trails, duplicates
        self._chains = Chains(world, schedule, rng, signers, host=self)
        self._known: dict[tuple[str, datetime | None], Trail] = {}
        self._statuses: dict[Place, Status] = {}
        self._lines: dict[Place, Line[tuple[Stream, LogFile, Sequence[Event]]]] = {}
        self._logs_lines: dict[Place, Line[LogsBatch]] = {}
        self._gathering: dict[Stream, LogsBatch] = {}

    # --- an event is taken ---------------------------------------------------------------------

    def take(self, trail: Trail, event: Event, now: datetime) -> None:
        """The trail has taken the event: it goes into a log file and, if wanted, to Logs."""
        self._known[trail.arn, trail.created] = trail
        opened = self.batches.add(trail, event, now)
        if opened:
            self._schedule.at(opened.due, opened.label, partial(self._write, opened))
        if trail.logs_group and len(event.json.encode()) <= LOGS_EVENT_BYTES:
            self._gather(trail, event, now)

    def config(self, arn: str, made: datetime | None) -> Trail:
        """The trail as it is now; if it was deleted, as it was last."""
        trail = self._trails.get(arn)
        if trail is None or trail.created != made:
            return self._known[arn, made]
        return trail

    def alive(self, arn: str, made: datetime | None) -> bool:
        trail = self._trails.get(arn)
        return trail is not None and trail.created == made

    # --- log files -----------------------------------------------------------------------------

    def _write(self, file: OpenFile, now: datetime) -> None:
        events = self.batches.close(file)
        by_id = {event.id: event for event in events}
        for written in logfile.write(events, self._rng):
            inside = [by_id[id_] for id_ in written.events]
            self._line(file.stream).send((file.stream, written, inside), now)

    def _line(self, stream: Stream) -> Line[tuple[Stream, LogFile, Sequence[Event]]]:
        place = (stream.trail_arn, stream.made, stream.region)
        if place not in self._lines:
            name = stream.trail_arn.rpartition("/")[2]
            self._lines[place] = Line(
                self._schedule,
                f"another attempt to deliver log files of {name}, {stream.region}",
                self._put,
                self._file_refused,
                self._file_lost,
                partial(self.alive, stream.trail_arn, stream.made),
            )
        return self._lines[place]

    def _put(self, item: tuple[Stream, LogFile, Sequence[Event]], now: datetime) -> None:
        stream, file, events = item
        trail = self.config(stream.trail_arn, stream.made)
        key = file.key(trail.s3_prefix, self.organization(trail))
        self._world.put_object(
            ObjectPut(trail.s3_bucket, key, file.body, trail.arn, kms_key=trail.kms_key)
        )
        put = FilePut(
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
        self.done.files.append(put)
        self._change(stream, "files", lambda outcome: outcome.succeeded(now))
        self._chains.delivered(trail, stream, put, file.body, now)
        self._notify(trail, stream, key, now)
        self._perhaps_again(stream, file, events, now)
        if self.put:
            self.put(trail, put, events, now)

    def organization(self, trail: Trail) -> str | None:
        found = self._world.organization() if trail.organization else None
        return found.id if found else None

    def _perhaps_again(
        self, stream: Stream, file: LogFile, events: Sequence[Event], now: datetime
    ) -> None:
        if self._duplicates and self._rng.random() < self._duplicates:
            copy = replace(file, unique=logfile.unique_string(self._rng))
            later = now + latency.sample("logs", self._rng)
            send = partial(self._line(stream).send, (stream, copy, events))
            self._schedule.at(later, "the same log file once more", send)

    def _file_refused(
        self, item: tuple[Stream, LogFile, Sequence[Event]], error: Refused, now: datetime
    ) -> None:
        self._fail(item[0], "files", "log file", error.code, item[1].events, now)

    def _file_lost(self, item: tuple[Stream, LogFile, Sequence[Event]], now: datetime) -> None:
        self._lose(item[0], "log file", item[1].events, now)

    # --- notifications -------------------------------------------------------------------------

    def _notify(self, trail: Trail, stream: Stream, key: str, now: datetime) -> None:
        if not trail.sns_topic_arn:
            return
        message = {"s3Bucket": trail.s3_bucket, "s3ObjectKey": [key]}
        text = json.dumps(message, separators=(",", ":"))
        try:
            self._world.publish(trail.sns_topic_arn, text, trail.arn)
        except Refused as error:
            self._fail(stream, "notifications", "notification", error.code, (), now)
            return
        self.done.notifications.append(Notified(now, trail.sns_topic_arn, trail.arn, key))
        self._change(stream, "notifications", lambda outcome: outcome.succeeded(now))

    # --- CloudWatch Logs -----------------------------------------------------------------------

    def _gather(self, trail: Trail, event: Event, now: datetime) -> None:
        stream = replace(Stream.of(trail, event), category="")
        batch = self._gathering.get(stream)
        if batch is None or now >= batch.closes:
            delay = latency.sample("logs", self._rng)
            shortest = timedelta(seconds=latency.PATHS["logs"].at(0))
            batch = LogsBatch(stream, now + min(GATHER, delay - shortest))
            self._gathering[stream] = batch
            what = f"CloudWatch Logs for {trail.name}, {event.region}"
            self._schedule.at(now + delay, what, partial(self._send_to_logs, batch))
        batch.events.append(event)

    def _send_to_logs(self, batch: LogsBatch, now: datetime) -> None:
        if self._gathering.get(batch.stream) is batch:
            del self._gathering[batch.stream]
        for part in _calls(batch.events):
            self._logs_line(batch.stream).send(LogsBatch(batch.stream, now, part), now)

    def _logs_line(self, stream: Stream) -> Line[LogsBatch]:
        place = (stream.trail_arn, stream.made, stream.region)
        if place not in self._logs_lines:
            name = stream.trail_arn.rpartition("/")[2]
            self._logs_lines[place] = Line(
                self._schedule,
                f"another attempt to reach CloudWatch Logs for {name}, {stream.region}",
                self._put_to_logs,
                self._logs_refused,
                self._logs_lost,
                partial(self.alive, stream.trail_arn, stream.made),
            )
        return self._logs_lines[place]

    def _put_to_logs(self, batch: LogsBatch, now: datetime) -> None:
        stream = batch.stream
        trail = self.config(stream.trail_arn, stream.made)
        if not (trail.logs_group and trail.logs_role):
            return  # Logs was taken away from the trail meanwhile
        name = f"{stream.account}_CloudTrail_{stream.region}"
        if organization := self.organization(trail):
            name = f"{organization}_{name}"
        texts = [event.json for event in batch.events]
        self._world.put_log_events(trail.logs_group, trail.logs_role, name, texts, now)
        ids = tuple(event.id for event in batch.events)
        self.done.logs.append(LogsPut(now, trail.arn, trail.logs_group, name, ids))
        self._change(stream, "logs", lambda outcome: outcome.succeeded(now))

    def _logs_refused(self, batch: LogsBatch, error: Refused, now: datetime) -> None:
        ids = tuple(event.id for event in batch.events)
        self._fail(batch.stream, "logs", "CloudWatch Logs", error.code, ids, now)

    def _logs_lost(self, batch: LogsBatch, now: datetime) -> None:
        ids = tuple(event.id for event in batch.events)
        self._lose(batch.stream, "CloudWatch Logs", ids, now)

    # --- status --------------------------------------------------------------------------------

    def status(self, trail_arn: str, region: str | None = None) -> Status:
        """The trail's latest deliveries in the Region; without one, in all Regions together."""
        return newest(
            [
                status
                for (arn, made, where), status in self._statuses.items()
                if arn == trail_arn and self.alive(arn, made) and region in (None, where)
            ]
        )

    def digest_put(self, place: Place, put: DigestPut) -> None:
        self.done.digests.append(put)
        self._change_at(place, "digests", lambda outcome: outcome.succeeded(put.time))

    def digest_refused(self, place: Place, code: str, now: datetime) -> None:
        self.done.errors.append(Failed(now, place[0], "digest file", code))
        self._change_at(place, "digests", lambda outcome: outcome.failed(now, code))

    def _change(self, stream: Stream, kind: str, change: Callable[[Outcome], Outcome]) -> None:
        self._change_at((stream.trail_arn, stream.made, stream.region), kind, change)

    def _change_at(self, place: Place, kind: str, change: Callable[[Outcome], Outcome]) -> None:
        status = self._statuses.get(place, Status())
        self._statuses[place] = replace(status, **{kind: change(getattr(status, kind))})

    def _fail(
        self,
        stream: Stream,
        kind: str,
        what: str,
        code: str,
        events: tuple[str, ...],
        now: datetime,
    ) -> None:
        self.done.errors.append(Failed(now, stream.trail_arn, what, code, events))
        self._change(stream, kind, lambda outcome: outcome.failed(now, code))

    def _lose(self, stream: Stream, what: str, events: tuple[str, ...], now: datetime) -> None:
        self.done.errors.append(Failed(now, stream.trail_arn, what, "Expired", events))

    # --- what the service tells ----------------------------------------------------------------

    def trail_started(self, trail: Trail, now: datetime) -> None:
        self._known[trail.arn, trail.created] = trail
        self._chains.started(trail, now)

    def trail_stopped(self, trail: Trail, now: datetime) -> None:
        self._known[trail.arn, trail.created] = trail
        self._chains.stopped(trail, now)

    def trail_deleted(self, trail: Trail, now: datetime) -> None:
        """What is under way is still delivered, once; nothing of it is tried again."""
        self._known[trail.arn, trail.created] = trail
        self._chains.stopped(trail, now)

    def trail_updated(self, trail: Trail, now: datetime) -> None:
        self._known[trail.arn, trail.created] = trail
        self._chains.updated(trail, now)
        for lines in (self._lines, self._logs_lines):
            for (arn, _, _), line in lines.items():
                if arn == trail.arn:
                    line.hurry(now)

    def unfinished(self, place: Place) -> bool:
        """Whether log files of that trail and Region are still to be put."""
        return self.batches.waiting(*place) or bool(len(self._lines.get(place, ())))


def _calls(events: list[Event]) -> Iterator[list[Event]]:
    """Parts that one call of PutLogEvents may carry."""
    part: list[Event] = []
    size = 0
    for event in events:
        length = len(event.json.encode()) + LOGS_OVERHEAD
        if part and (size + length > LOGS_CALL_BYTES or len(part) == LOGS_CALL_EVENTS):
            yield part
            part, size = [], 0
        part.append(event)
        size += length
    if part:
        yield part
