"""When rules are evaluated, and what came of it. Rules of one account in one Region.

A rule is evaluated soon after it was put, then as often as its frequency says, and on demand.
Without rules nothing is on the agenda.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from . import errors
from .rule import Change, Resource, Result, Rule
from .rules import Seen, Verdict, known

# AWS states no time; results of a new rule are seen after some minutes at most.
SOON = timedelta(seconds=30)


class Schedule(Protocol):
    def at(self, when: datetime, label: str, action: Callable[[datetime], None]) -> None: ...


class Listener(Protocol):
    """Who is told that a resource complies, or no longer does."""

    def changed(
        self, rule: Rule, resource: Resource, old: Result | None, new: Result, time: datetime
    ) -> None: ...


@dataclass(slots=True)
class Status:
    """DescribeConfigRuleEvaluationStatus: each None until it happens."""

    activated: datetime
    succeeded: datetime | None = None
    failed: datetime | None = None
    error: tuple[str, str] | None = None


@dataclass(slots=True)
class Entry:
    rule: Rule
    status: Status
    results: dict[Resource, Result] = field(default_factory=dict)
    turn: int = 0  # of its configuration: what was planned in an earlier one is void
    pending: bool = False  # an evaluation has begun and has no results yet


class Evaluations:
    """`look` shows the account as it is at a moment, or raises ConfigError when it cannot."""

    def __init__(
        self,
        schedule: Schedule,
        look: Callable[[datetime], Seen],
        listeners: Sequence[Listener] = (),
    ) -> None:
        self._schedule, self._look, self._listeners = schedule, look, listeners
        self._entries: dict[str, Entry] = {}
        self.history: list[Change] = []

    def entries(self, names: Iterable[str] | None = None) -> Iterator[Entry]:
        """In order of their names; NoSuchConfigRuleException for one that is not there."""
        return (self.get(name) for name in sorted(names or self._entries))

    def get(self, name: str) -> Entry:
        if name not in self._entries:
            raise errors.no_such_rule(name)
        return self._entries[name]

    # -- configuration --------------------------------------------------------------------

    def put(self, rule: Rule, now: datetime) -> None:
        """A new rule, or another configuration of one: its results stay until the next ones."""
        entry = self._entries.setdefault(rule.name, Entry(rule, Status(now)))
        entry.rule, entry.turn, entry.pending = rule, entry.turn + 1, False
        if known(rule.identifier, rule.owner) is not None:
            self._begin(entry, now, periodic=True)

    def delete(self, name: str, now: datetime) -> None:
        """ "Deletes the specified AWS Config rule and all of its evaluation results." """
        entry = self._entries.pop(name, None)
        if entry is None:
            return
        for resource, old in entry.results.items():
            gone = Result("NOT_APPLICABLE", "The rule was deleted.", now, now)
            self.history.append(Change(entry.rule, resource, old, gone, now))

    def forget(self, name: str) -> None:
        self.get(name).results.clear()

    def start(self, names: Iterable[str], now: datetime) -> None:
        """On demand; "your custom rule will still run periodic evaluations"."""
        entries = [self.get(name) for name in names]
        for entry in entries:
            if entry.pending:
                raise errors.in_progress(entry.rule.name)
        for entry in entries:
            if known(entry.rule.identifier, entry.rule.owner) is not None:
                self._begin(entry, now, periodic=False)

    # -- evaluation -----------------------------------------------------------------------

    def _begin(self, entry: Entry, now: datetime, periodic: bool) -> None:
        entry.pending = True
        self._plan(entry, now + SOON, periodic)

    def _plan(self, entry: Entry, when: datetime, periodic: bool) -> None:
        turn = entry.turn

        def evaluate(at: datetime) -> None:
            if self._entries.get(entry.rule.name) is not entry or entry.turn != turn:
                return  # deleted meanwhile, or put anew
            self._evaluate(entry, at)
            if periodic:
                self._plan(entry, at + entry.rule.every, periodic)

        self._schedule.at(when, f"AWS Config evaluates {entry.rule.name}", evaluate)

    def _evaluate(self, entry: Entry, now: datetime) -> None:
        entry.pending = False
        judge = known(entry.rule.identifier, entry.rule.owner)
        assert judge is not None
        try:
            verdicts = judge(self._look(now), entry.rule.parameters)
        except errors.ConfigError as error:
            entry.status.failed, entry.status.error = now, (error.code, error.message)
        except (ValueError, OverflowError) as error:  # a parameter that is no number of hours
            entry.status.failed = now
            entry.status.error = ("InvalidParameterValueException", str(error))
        else:
            entry.status.succeeded, entry.status.error = now, None
            self._take(entry, verdicts, now)

    def _take(self, entry: Entry, verdicts: Iterable[Verdict], now: datetime) -> None:
        found = {
            Resource(v.resource_type, v.resource_id): Result(
                "COMPLIANT" if v.compliant else "NON_COMPLIANT", v.why, now, now
            )
            for v in verdicts
        }
        before, entry.results = entry.results, found
        for resource in [one for one in before if one not in found]:
            gone = Result("NOT_APPLICABLE", "The resource is no longer there.", now, now)
            self._compare(entry.rule, resource, before[resource], gone, now)
        for resource, new in found.items():
            self._compare(entry.rule, resource, before.get(resource), new, now)

    def _compare(
        self, rule: Rule, resource: Resource, old: Result | None, new: Result, now: datetime
    ) -> None:
        if old is not None and old.compliance == new.compliance:
            return
        self.history.append(Change(rule, resource, old, new, now))
        for listener in self._listeners:
            listener.changed(rule, resource, old, new, now)
