"""S3 Lifecycle on the lab clock: each midnight at which something can be due, and no other.

A call or a delivery that changes an object only marks its key for the next midnight. There the
rules look at the marked keys, and at those that they have waited for; each key says when it wants
to be looked at next. A bucket without rules, and days on which nothing is due, cost nothing.
They leave no events: S3 User Guide, "Lifecycle and other bucket configurations", CloudTrail does
not capture lifecycle actions, which happen inside S3.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from ..archive import explanation, midnight
from ..archive.lifecycle import Action, due_of, next_of, plans
from ..archive.rules import Configuration
from ..cloudtrail.world import Schedule
from .clock import show_time
from .moto_adapter import objects

KEPT = 10_000  # how many actions are remembered, for those who ask


@dataclass(frozen=True, slots=True)
class Done:
    time: datetime
    bucket: str
    action: Action

    def shown(self) -> dict[str, str | None]:
        """For the control interface."""
        return {
            "time": show_time(self.time),
            "key": self.action.key,
            "version": self.action.id,
            "what": self.action.kind,
            "to": self.action.to,
            "rule": self.action.rule,
            "why": self.action.why,
        }


class Lifecycle:
    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._marked: dict[tuple[str, datetime], set[str | None]] = {}
        self.done: deque[Done] = deque(maxlen=KEPT)

    def changed(self, bucket: str, key: str | None, now: datetime) -> None:
        """Something about the key has changed; without a key, about all of the bucket's."""
        if objects.configuration(bucket) is not None:
            self._mark(bucket, key, midnight.next_after(now))

    def explain(self, bucket: str, key: str, now: datetime) -> tuple[str, ...]:
        """What each rule of the bucket says to the key's current version."""
        configuration = objects.configuration(bucket)
        if configuration is None:
            return ()
        return explanation.explain(objects.current(bucket, key), configuration, now)

    def _mark(self, bucket: str, key: str | None, when: datetime) -> None:
        visit = (bucket, when)
        if visit not in self._marked:
            self._marked[visit] = set()
            label = f"S3 Lifecycle of {bucket}"
            self._schedule.at(when, label, partial(self._visit, visit))
        self._marked[visit].add(key)

    def _visit(self, visit: tuple[str, datetime], now: datetime) -> None:
        bucket, _ = visit
        marked = self._marked.pop(visit)
        configuration = objects.configuration(bucket)
        if configuration is None:  # the rules or the bucket have gone
            return
        keys = objects.keys(bucket) if None in marked else sorted(key for key in marked if key)
        for key in keys:
            self._look(bucket, key, configuration, now)

    def _look(self, bucket: str, key: str, configuration: Configuration, now: datetime) -> None:
        planned = tuple(plans(objects.stack(bucket, key), configuration))
        due = due_of(planned, now)
        for action in due:
            objects.carry_out(bucket, action)
            self.done.append(Done(now, bucket, action))
        if due:
            planned = tuple(plans(objects.stack(bucket, key), configuration))
        again = next_of(planned, now)
        if again is not None:
            self._mark(bucket, key, again)
