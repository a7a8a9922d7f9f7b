"""The alarms of one account in one Region: their states, evaluated when something can change.

No ticks: after each change an alarm looks ahead, evaluates the moments at which its data points
will move without new data, and is due again at the first one that changes its state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from . import history
from .alarm import Alarm, State, StateValue, first_state
from .evaluation import grid, judge, moments, stamp
from .history import Item
from .metrics import Metric, Metrics, moment
from .notice import Child, Notice, human, notice

AHEAD = 64  # moments looked ahead at once; then it is looked again


class Schedule(Protocol):
    def at(self, when: datetime, label: str, action: Callable[[datetime], None]) -> None: ...


# Carries out an action of an alarm: (action's ARN, what to say, alarm's ARN). Returns why it could
# not be, or None.
Act = Callable[[str, Notice, Alarm], str | None]
Listener = Callable[[Alarm, State, State], None]  # told of each change of state: from, to


@dataclass(slots=True)
class Entry:
    alarm: Alarm
    state: State
    transitioned: datetime
    tags: dict[str, str] = field(default_factory=dict)
    due: datetime | None = None  # the earliest moment for which the agenda holds it
    suppressed: bool = False


class Alarms:
    def __init__(self, metrics: Metrics, schedule: Schedule, act: Act) -> None:
        self._metrics, self._schedule, self._act = metrics, schedule, act
        self._entries: dict[str, Entry] = {}
        self._watching: dict[Metric, dict[str, None]] = {}
        self._parents: dict[str, dict[str, None]] = {}
        self.history: list[Item] = []
        self.listeners: list[Listener] = []

    def entries(self) -> Iterator[Entry]:
        """In order of their names."""
        return (self._entries[name] for name in sorted(self._entries))

    def get(self, name: str) -> Entry | None:
        return self._entries.get(name)

    # -- configuration --------------------------------------------------------------------

    def put(self, alarm: Alarm, now: datetime) -> None:
        """Makes an alarm, or gives it another configuration: its state stays."""
        entry = self._entries.get(alarm.name)
        if entry is None:
            entry = self._entries[alarm.name] = Entry(alarm, first_state(now), now)
            self._remember(history.configured(alarm, "created", entry.state, now))
        else:
            self._forget(entry.alarm)
            entry.alarm = alarm
            self._remember(history.configured(alarm, "updated", entry.state, now))
        for metric in _metrics_of(alarm):
            self._watching.setdefault(metric, {})[alarm.name] = None
        for child in alarm.rule.children if alarm.rule is not None else ():
            self._parents.setdefault(child, {})[alarm.name] = None
        self._look(entry, now, created=alarm.arn)

    def enable(self, names: Iterable[str], enabled: bool, now: datetime) -> None:
        for name in names:
            entry = self._entries.get(name)
            if entry is not None and entry.alarm.enabled != enabled:
                entry.alarm = replace(entry.alarm, enabled=enabled, updated=now)
                self._remember(history.configured(entry.alarm, "updated", entry.state, now))

    def delete(self, name: str, now: datetime) -> None:
        entry = self._entries.pop(name)
        self._forget(entry.alarm)
        self._remember(history.configured(entry.alarm, "deleted", entry.state, now))

    def parents(self, name: str) -> list[str]:
        """The composite alarms whose rules mention an alarm."""
        return list(self._parents.get(name, ()))

    def _forget(self, alarm: Alarm) -> None:
        for metric in _metrics_of(alarm):
            self._watching[metric].pop(alarm.name, None)
        for child in alarm.rule.children if alarm.rule is not None else ():
            self._parents[child].pop(alarm.name, None)

    # -- evaluation -----------------------------------------------------------------------

    def measured(self, metrics: Iterable[Metric], now: datetime) -> None:
        """Metrics have got new data: the alarms on them look again."""
        names = dict.fromkeys(n for m in metrics for n in self._watching.get(m, ()))
        for name in names:
            self._look(self._entries[name], now)

    def set(self, name: str, state: State) -> None:
        """SetAlarmState: "The temporary state change lasts only until the next alarm
        comparison"."""
        entry = self._entries[name]
        self._change(entry, state)
        self._look(entry, state.updated)

    def _look(self, entry: Entry, now: datetime, created: str | None = None) -> None:
        if entry.alarm.rule is not None:
            self._compose(entry, now, created)
            return
        ahead = self._ahead(entry, now)
        if ahead is None or (entry.due is not None and entry.due <= ahead):
            return
        entry.due = ahead
        name = entry.alarm.name

        def evaluate(at: datetime) -> None:
            self._evaluate(name, ahead, at)

        self._schedule.at(ahead, f"alarm {name} is evaluated", evaluate)

    def _ahead(self, entry: Entry, now: datetime) -> datetime | None:
        """The first moment at which the state will change, as far as is known now."""
        watch, value = entry.alarm.watch, entry.state.value
        assert watch is not None
        step = grid(watch)
        soon = int(now.timestamp()) // step * step + step
        coming = sorted({soon, *moments(watch, self._metrics, now)})
        for at in coming[:AHEAD]:
            judged = judge(watch, self._metrics, moment(at), value)
            if judged.value is not None and judged.value != value:
                return moment(at)
        return moment(coming[AHEAD - 1]) if len(coming) > AHEAD else None

    def _evaluate(self, name: str, due: datetime, now: datetime) -> None:
        entry = self._entries.get(name)
        if entry is None or entry.due != due or entry.alarm.watch is None:
            return  # meanwhile deleted, or something else is due earlier
        entry.due = None
        judged = judge(entry.alarm.watch, self._metrics, now, entry.state.value)
        if judged.value is not None and judged.value != entry.state.value:
            self._change(entry, State(judged.value, judged.reason, judged.data, now))
        self._look(entry, now)

    def _compose(self, entry: Entry, now: datetime, cause: str | None) -> None:
        """A composite alarm follows its children at once. `cause`: the ARN that made it look."""
        rule = entry.alarm.rule
        assert rule is not None
        value: StateValue = "ALARM" if rule.holds(self._state_of) else "OK"
        if value == entry.state.value:
            return
        children = self._children(entry)
        data = {
            "triggeringAlarms": [
                {
                    "arn": child.arn,
                    "state": {
                        "value": child.state.value,
                        "timestamp": stamp(child.state.updated),
                    },
                }
                for child in children
                if child.arn == cause
            ]
        }
        told = next((c.state.value for c in children if c.arn == cause), None)
        did = (
            f"transitioned to {told}"
            if told is not None
            else f"was created and its alarm rule evaluates to {value}"
        )
        reason = f"{cause or entry.alarm.arn} {did} at {human(now)}"
        self._change(entry, State(value, reason, data, now))

    def _state_of(self, name: str) -> str:
        found = self._entries.get(name)
        return "INSUFFICIENT_DATA" if found is None else found.state.value

    def _children(self, entry: Entry) -> list[Child]:
        rule = entry.alarm.rule
        found = [self._entries.get(name) for name in (rule.children if rule is not None else ())]
        return [Child(one.alarm.arn, one.state) for one in found if one is not None]

    # -- a change -------------------------------------------------------------------------

    def _change(self, entry: Entry, new: State) -> None:
        """The alarm is in another state: that is remembered, told, and told to composites."""
        old, entry.state = entry.state, new
        if old.value == new.value:
            return
        entry.transitioned = new.updated
        self._remember(history.changed(entry.alarm, old, new))
        for tell in self.listeners:
            tell(entry.alarm, old, new)
        entry.suppressed = self._suppresses(entry.alarm)
        if entry.alarm.enabled and not entry.suppressed:
            self._tell(entry, old, new)
        for parent in self.parents(entry.alarm.name):
            self._compose(self._entries[parent], new.updated, entry.alarm.arn)

    def _suppresses(self, alarm: Alarm) -> bool:
        if alarm.suppressor is None:
            return False
        return self._state_of(alarm.suppressor.rpartition(":alarm:")[2]) == "ALARM"

    def _tell(self, entry: Entry, old: State, new: State) -> None:
        alarm = entry.alarm
        for action in alarm.actions(new.value):
            said = notice(alarm, old, new, self._children(entry))
            failure = self._act(action, said, alarm)
            self._remember(history.acted(alarm, new, action, said.by_protocol(), failure))

    def _remember(self, item: Item) -> None:
        self.history.append(item)

    def remembered(self, now: datetime) -> list[Item]:
        """Oldest first; what is older than 30 days is gone."""
        oldest = now - history.KEPT
        if self.history and self.history[0].time < oldest - timedelta(days=1):
            self.history = [item for item in self.history if item.time >= oldest]
        return [item for item in self.history if item.time >= oldest]


def _metrics_of(alarm: Alarm) -> list[Metric]:
    queries = alarm.watch.queries if alarm.watch is not None else ()
    return list(dict.fromkeys(q.metric for q in queries if q.metric is not None))
