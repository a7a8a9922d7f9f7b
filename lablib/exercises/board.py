"""Progress at a glance: one line an exercise, a word and a sign each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from lablib.exercises.exercise import Exercise
from lablib.exercises.messages import SIGN
from lablib.exercises.outcomes import Outcome
from lablib.exercises.progress import Entry
from lablib.exercises.registry import LABS, exercises_of


@dataclass(frozen=True, slots=True, repr=False)
class Board:
    """What `progress()` shows."""

    entries: Mapping[str, Entry]

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """(lab, exercise, outcome with its sign, help used), in the order of the course."""
        return [self._row(n, e) for n in LABS for e in exercises_of(n)]

    @property
    def passed(self) -> int:
        return sum(entry.outcome == Outcome.PASSED.value for entry in self.entries.values())

    def __repr__(self) -> str:
        head = f"{self.passed} of {len(self.rows)} passed"
        return "\n".join(
            [head, *(f"{a}  {b:<34} {c:<16} {d}".rstrip() for a, b, c, d in self.rows)]
        )

    def _repr_html_(self) -> str:
        cells = "".join(
            "<tr>" + "".join(f'<td style="text-align:left">{escape(c)}</td>' for c in row) + "</tr>"
            for row in self.rows
        )
        head = "".join(
            f'<th scope="col">{h}</th>' for h in ("Lab", "Exercise", "Stands", "Help used")
        )
        caption = f"{self.passed} of {len(self.rows)} passed"
        head = f"<thead><tr>{head}</tr></thead>"
        return f"<table><caption>{caption}</caption>{head}<tbody>{cells}</tbody></table>"

    def _row(self, number: str, exercise: Exercise) -> tuple[str, str, str, str]:
        entry = self.entries.get(exercise.id)
        outcome = Outcome(entry.outcome) if entry else Outcome.NOT_ATTEMPTED
        helped = []
        if entry and entry.hints:
            helped.append(f"{entry.hints} hint{'s' if entry.hints > 1 else ''}")
        if entry and entry.solution_shown:
            helped.append("solution")
        return number, exercise.title, f"{SIGN[outcome]} {outcome}", ", ".join(helped)
