"""What S3 Lifecycle does with one key at a moment, and why; and when there is something next.

Sources: S3 User Guide, "Lifecycle configuration elements", "How Amazon S3 handles conflicts in
lifecycle configurations" (permanent deletion before transition, transition before a delete marker,
the cheaper class wins), "Expiring objects", "Transitioning objects using Amazon S3 Lifecycle".
AWS acts some time after an action is due; here it is done at that midnight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lablib.archive import midnight
from lablib.archive.classes import CLASSES, SMALL, can_go
from lablib.archive.objects import Stack, Version
from lablib.archive.rules import BY_CLASS, Configuration, Moment, Rule, Transition

Kind = Literal["transition", "delete", "mark", "abort"]


@dataclass(frozen=True, slots=True)
class Action:
    """What is done to a version or an upload at `due`. "delete" is for good, "mark" puts a delete
    marker on top. `why` is one sentence."""

    kind: Kind
    key: str
    id: str  # of the version or of the upload
    due: datetime
    rule: str
    why: str
    to: str | None = None  # the new storage class


@dataclass(frozen=True, slots=True)
class Start:
    """Where a rule's days begin: "was created", "became noncurrent"."""

    what: str
    time: datetime


def decide(stack: Stack, configuration: Configuration, now: datetime) -> tuple[Action, ...]:
    """What is due for this key by `now`: at most one action for each version and upload."""
    return due_of(plans(stack, configuration), now)


def next_due(stack: Stack, configuration: Configuration, now: datetime) -> datetime | None:
    """The next midnight at which there is something to do if nothing changes until then."""
    return next_of(plans(stack, configuration), now)


def due_of(planned: Iterable[Action], now: datetime) -> tuple[Action, ...]:
    due: dict[str, list[Action]] = {}
    for action in planned:
        if action.due <= now:
            due.setdefault(action.id, []).append(action)
    return tuple(min(actions, key=precedence) for actions in due.values())


def next_of(planned: Iterable[Action], now: datetime) -> datetime | None:
    soonest = min((action.due for action in planned), default=midnight.NEVER)
    return None if soonest == midnight.NEVER else max(soonest, midnight.next_after(now))


# Of several actions that are due for a version, the first is taken.
ORDER: tuple[Kind, ...] = ("delete", "abort", "transition", "mark")


def precedence(action: Action) -> tuple[int, int, datetime]:
    colder = -CLASSES[action.to].wins if action.to else 0
    return ORDER.index(action.kind), colder, action.due


def plans(stack: Stack, configuration: Configuration) -> Iterator[Action]:
    """Everything that the rules have in mind for this key, whenever it is due."""
    for rule in configuration.active:
        for part in PARTS:
            yield from part(stack, rule, configuration.minimum)


# --- the current version ------------------------------------------------------------------------


def expire(stack: Stack, rule: Rule, minimum: str) -> Iterator[Action]:
    if not stack.versions or stack.versions[0].marker or rule.expiration is None:
        return
    version = stack.versions[0]
    if rule.filter.takes(stack.key, version.size, version.tags):
        due = moment(rule.expiration, version.created)
        kind: Kind = "mark" if stack.versioning else "delete"
        what = "a delete marker is put on it" if stack.versioning else "it is deleted"
        why = f"rule {rule.id} expires it {_said(rule.expiration, 'was created')}: {what}"
        yield Action(kind, stack.key, version.id, due, rule.id, why)


def move(stack: Stack, rule: Rule, minimum: str) -> Iterator[Action]:
    if stack.versions and not stack.versions[0].marker:
        version = stack.versions[0]
        start = Start("was created", version.created)
        yield from _moves(stack, version, rule, rule.transitions, minimum, start)


def clear_marker(stack: Stack, rule: Rule, minimum: str) -> Iterator[Action]:
    """A delete marker with nothing under it. A rule that expires by days or date removes it too,
    once it is as old as that."""
    if len(stack.versions) != 1 or not stack.versions[0].marker:
        return
    marker = stack.versions[0]
    if rule.filter.asks_size or not rule.filter.takes(stack.key, 0, marker.tags):
        return
    why = f"rule {rule.id} removes it: a delete marker with no version under it"
    if rule.expired_markers:
        due = midnight.round_up(marker.created)
        yield Action("delete", stack.key, marker.id, due, rule.id, why)
    elif rule.expiration is not None:
        due = moment(rule.expiration, marker.created)
        yield Action("delete", stack.key, marker.id, due, rule.id, why)


# --- noncurrent versions ------------------------------------------------------------------------


def noncurrent(stack: Stack) -> Iterator[tuple[int, Version, datetime]]:
    """(how many newer noncurrent ones there are, the version, since when it is noncurrent): since
    the version above it was created."""
    for newer, (above, version) in enumerate(zip(stack.versions, stack.versions[1:], strict=False)):
        yield newer, version, above.created


def expire_noncurrent(stack: Stack, rule: Rule, minimum: str) -> Iterator[Action]:
    kept = rule.noncurrent_expiration
    if kept is None:
        return
    for newer, version, since in noncurrent(stack):
        takes = rule.filter.takes(stack.key, version.size, version.tags)
        if takes and newer >= kept.newer and not version.locked:
            due = midnight.after(since, kept.days)
            why = f"rule {rule.id} deletes versions {kept.days} days after they became noncurrent"
            if kept.newer:
                why += f", but the newest {kept.newer}"
            yield Action("delete", stack.key, version.id, due, rule.id, why)


def move_noncurrent(stack: Stack, rule: Rule, minimum: str) -> Iterator[Action]:
    for newer, version, since in noncurrent(stack):
        if not version.marker:
            ready = [one for one in rule.noncurrent_transitions if newer >= one.newer]
            start = Start("became noncurrent", since)
            yield from _moves(stack, version, rule, ready, minimum, start)


# --- uploads ------------------------------------------------------------------------------------


def abort(stack: Stack, rule: Rule, minimum: str) -> Iterator[Action]:
    if rule.abort_after is None or not stack.key.startswith(rule.filter.prefix):
        return
    for upload in stack.uploads:
        due = midnight.after(upload.begun, rule.abort_after)
        why = f"rule {rule.id} aborts uploads that are not complete after {rule.abort_after} days"
        yield Action("abort", stack.key, upload.id, due, rule.id, why)


PARTS: tuple[Callable[[Stack, Rule, str], Iterator[Action]], ...] = (
    expire,
    move,
    clear_marker,
    expire_noncurrent,
    move_noncurrent,
    abort,
)


# --- transitions, of current and noncurrent versions --------------------------------------------


def _moves(
    stack: Stack,
    version: Version,
    rule: Rule,
    transitions: Iterable[Transition],
    minimum: str,
    start: Start,
) -> Iterator[Action]:
    if not rule.filter.takes(stack.key, version.size, version.tags):
        return
    for one in transitions:
        here, there = version.storage_class, one.to
        if can_go(here, there) and not is_too_small(version, rule, there, minimum):
            why = f"rule {rule.id} moves it from {here} to {there} {_said(one.when, start.what)}"
            due = moment(one.when, start.time)
            yield Action("transition", stack.key, version.id, due, rule.id, why, there)


def is_too_small(version: Version, rule: Rule, to: str, minimum: str) -> bool:
    """Objects under 128 KB stay where they are, unless the rule's filter asks for a size, or the
    configuration leaves it to the class (S3 User Guide; the default since September 2024)."""
    if version.size >= SMALL or rule.filter.asks_size:
        return False
    return not (minimum == BY_CLASS and CLASSES[to].takes_small)


def moment(when: Moment, start: datetime) -> datetime:
    """When something is due. What is newer than a rule's date is due at the midnight after."""
    if when.date is not None:
        return max(midnight.round_up(when.date), midnight.round_up(start))
    return midnight.after(start, when.days or 0)


def _said(when: Moment, start: str) -> str:
    return f"on {when}" if when.date else f"{when} after it {start}"
