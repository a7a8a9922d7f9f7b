"""From when on a trail's settings apply to events.

Observed: an event seconds after StartLogging was not recorded while one two minutes later was, and
events after StopLogging still arrived. The kit applies changes at once unless it is told to do as
AWS does. Where a trail delivers (bucket, topic, key, log group) is not waited for: that is read
when something is put.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from random import Random

from lablib.cloudtrail import latency
from lablib.cloudtrail.trail import Trail, Trails
from lablib.cloudtrail.world import Schedule


class Settings:
    """The trails as events meet them."""

    def __init__(self, trails: Trails, schedule: Schedule, rng: Random, at_once: bool) -> None:
        self._trails, self._schedule, self._rng, self._at_once = trails, schedule, rng, at_once
        self._asked: dict[str, Trail] = {}
        self._in_force: dict[str, tuple[int, Trail]] = {}
        self._number = 0

    def in_force(self, now: datetime) -> tuple[Trail, ...]:
        """All trails with the settings that apply now.

        A change is noticed with the first event after it, which is the record of the very call
        that made it.
        """
        if self._at_once:
            return tuple(self._trails)
        for trail in self._trails:
            if self._asked.get(trail.arn) is not trail:
                self._ask(trail, now)
        return tuple(self._now(trail) for trail in self._trails)

    def _now(self, trail: Trail) -> Trail:
        _, applied = self._in_force.get(trail.arn, (0, None))
        if applied is None or applied.created != trail.created:
            return replace(trail, logging=False, started=None, stopped=None)  # nothing applies yet
        return applied

    def _ask(self, trail: Trail, now: datetime) -> None:
        self._asked[trail.arn] = trail
        self._number += 1
        when = now + latency.sample("change", self._rng)
        label = f"change of {trail.name} takes effect"
        self._schedule.at(when, label, partial(self._apply, self._number, trail))

    def _apply(self, number: int, trail: Trail, now: datetime) -> None:
        newest, _ = self._in_force.get(trail.arn, (0, None))
        if number > newest:  # changes may overtake one another
            self._in_force[trail.arn] = (number, trail)
