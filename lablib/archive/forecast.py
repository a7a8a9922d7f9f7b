"""What will become of an object under a bucket's rules: the stages of its life, if nobody calls.

The same rules as at work (`lifecycle.decide`), asked again and again for their next midnight.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from lablib.archive.lifecycle import Action, decide, next_due
from lablib.archive.objects import Stack, Version
from lablib.archive.rules import Configuration

GONE = "gone"
HIDDEN = "deleted, an older version is kept"
TURNS = 50  # more changes than any rules make of one object


@dataclass(frozen=True, slots=True)
class Stage:
    """From when on the object is where: a storage class, HIDDEN, or GONE."""

    start: datetime
    where: str


def life(
    configuration: Configuration,
    key: str,
    size: int,
    created: datetime,
    versioning: str | None = None,
) -> tuple[Stage, ...]:
    """The stages of an object of `size` bytes that is put at `created` and never touched again."""
    stack = Stack(key, (Version("1", created, size),), versioning=versioning)
    stages = [Stage(created, where(stack))]
    for moment, after in _changes(stack, configuration, created):
        if where(after) != stages[-1].where:
            stages.append(Stage(moment, where(after)))
    return tuple(stages)


def at(stages: tuple[Stage, ...], moment: datetime) -> str:
    """Where the object is at a moment: the last stage that has begun by then."""
    return next(s.where for s in reversed(stages) if s.start <= moment)


def where(stack: Stack) -> str:
    if not stack.versions:
        return GONE
    if not stack.versions[0].marker:
        return stack.versions[0].storage_class
    return HIDDEN if len(stack.versions) > 1 else GONE  # a marker alone hides nothing


def _changes(
    stack: Stack, configuration: Configuration, now: datetime
) -> Iterator[tuple[datetime, Stack]]:
    for turn in range(TURNS):
        moment = next_due(stack, configuration, now)
        if moment is None:
            return
        for action in decide(stack, configuration, moment):
            stack = _after(stack, action, moment, f"marker {turn}")
        now = moment
        yield moment, stack


def _after(stack: Stack, action: Action, moment: datetime, marker: str) -> Stack:
    versions = stack.versions
    if action.kind == "mark":
        versions = (Version(marker, moment, marker=True), *versions)
    elif action.kind == "delete":
        versions = tuple(one for one in versions if one.id != action.id)
    elif action.kind == "transition" and action.to is not None:
        versions = tuple(
            replace(one, storage_class=action.to) if one.id == action.id else one
            for one in versions
        )
    return replace(stack, versions=versions)
