"""Lab time: the speed of a wall clock, wound forward by command, never backwards.

The clock owns the agenda. `visit(until)` lets each due thing happen at its own instant, in order,
so every timestamp made on the way is right.
"""

from __future__ import annotations

import heapq
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

RealTime = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Setting:
    """How lab time follows real time from a moment on: at `real` it was `lab`, then it goes on at
    `speed` (1 = a wall clock, 0 = paused). A frozen clock moves only by command."""

    lab: datetime
    real: datetime
    speed: float = 1.0
    frozen: bool = False

    def at(self, real: datetime) -> datetime:
        if self.frozen:
            return self.lab
        return self.lab + (real - self.real) * self.speed


@dataclass(frozen=True, slots=True)
class Happened:
    time: datetime
    what: str


class Agenda:
    """What is due: (time, running number, label, action). The running number keeps equal instants
    in the order in which they were asked for."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, str, Callable[[datetime], None]]] = []
        self._number = 0

    def at(self, when: datetime, label: str, action: Callable[[datetime], None]) -> None:
        self._number += 1
        heapq.heappush(self._entries, (when, self._number, label, action))

    def next(self) -> datetime | None:
        return self._entries[0][0] if self._entries else None

    def pop(self, until: datetime) -> tuple[datetime, int, str, Callable[[datetime], None]] | None:
        if self._entries and self._entries[0][0] <= until:
            return heapq.heappop(self._entries)
        return None

    def upcoming(self, count: int) -> list[Happened]:
        return [
            Happened(when, label) for when, _, label, _ in heapq.nsmallest(count, self._entries)
        ]


class Clock:
    """The lab clock. `enter(moment, name)` is told each instant before something happens in it."""

    def __init__(
        self, setting: Setting, real_time: RealTime, enter: Callable[[datetime, str], None]
    ) -> None:
        self.agenda = Agenda()
        self.setting = setting
        self._real_time = real_time
        self._enter = enter
        self._latest = setting.lab
        self._past = [setting]

    def now(self) -> datetime:
        """Lab time, UTC: never earlier than what was told before, never behind real time (the
        clients' credentials expire in real time) unless it was started in the past."""
        if not self.setting.frozen:
            self._latest = max(self._latest, self.setting.at(self._real_time()))
        return self._latest

    def visit(self, until: datetime) -> Iterator[Happened]:
        """Lets everything that is due up to `until` happen, each at its own instant. What fails is
        told, in the process's log and by its label, and stops nothing else."""
        while (entry := self.agenda.pop(until)) is not None:
            when, number, label, action = entry
            moment = max(when, self._latest if self.setting.frozen else when)
            self._enter(moment, f"due:{number}")
            try:
                action(moment)
            except Exception as error:  # ours to mend; a clock that stands would help nobody
                traceback.print_exc(file=sys.stderr)
                label = f"{label} (failed: {type(error).__name__})"
            yield Happened(moment, label)

    def set_to(self, lab: datetime) -> Setting:
        """Lab time stands at `lab` from now on; the caller has visited what lies before it."""
        return self._change(lab, self.setting.speed)

    def play(self, speed: float) -> Setting:
        return self._change(self.now(), speed)

    def restore(self, setting: Setting) -> None:
        """As a journal says; a clock that ran goes on running while its process is away, at the
        speed of a wall clock."""
        self.reach(setting.lab)
        self.setting = Setting(setting.lab, setting.real, min(setting.speed, 1.0), setting.frozen)
        self._past.append(self.setting)

    def lab_at(self, real: datetime) -> datetime:
        """What lab time it was at a moment of real time (signatures are dated by real clocks)."""
        held = [setting for setting in self._past if setting.real <= real]
        setting = held[-1] if held else self._past[0]
        return setting.at(max(real, setting.real))

    def reach(self, lab: datetime) -> None:
        """Lab time has been `lab`: it will not be told earlier again."""
        self._latest = max(self._latest, lab)

    def _change(self, lab: datetime, speed: float) -> Setting:
        self._latest = max(self._latest, lab)
        self.setting = Setting(self._latest, self._real_time(), speed, self.setting.frozen)
        self._past.append(self.setting)
        return self.setting

    def wait(self) -> timedelta | None:
        """Real time until the next thing is due; None when nothing is, or the clock stands."""
        due = self.agenda.next()
        if due is None or self.setting.frozen or self.setting.speed <= 0:
            return None
        return max(timedelta(0), (due - self.now()) / self.setting.speed)


def parse_time(text: str) -> datetime:
    """An ISO 8601 instant as UTC; one without an offset is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def show_time(moment: datetime) -> str:
    """ISO 8601 with milliseconds and Z, as the control interface shows it."""
    return (
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
    )
