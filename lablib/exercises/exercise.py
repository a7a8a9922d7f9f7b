"""An exercise: statement, hints, check, reference solution and wrong answers in one object.

The learner holds one of these in a notebook; continuous integration runs the same object. What
`solution()` shows is the source of the function that catch-up runs: there is one truth.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from lablib.exercises.messages import Message, in_aws_words, step_line, verdict_message
from lablib.exercises.outcomes import Outcome, Step, Verdict, judge
from lablib.exercises.progress import Progress, work_folder

Answers = Mapping[str, Any]


class Bench(Protocol):
    """What an exercise asks of a lab. `Lab` is one; tests have a small one of their own."""

    def client(self, service: str, *, user: str | None = None) -> Any: ...

    def observer(self, service: str) -> Any:
        """A client whose calls leave no event: checks look through it."""
        ...


Check = Callable[[Any, Answers], Iterable[Step]]
Deed = Callable[[Any], Any]
Need = Callable[[Any], Step | None]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A plausible wrong answer, and words that its message must hold."""

    deed: Deed
    says: str

    @property
    def name(self) -> str:
        return self.deed.__name__


@dataclass(frozen=True, slots=True, repr=False)
class Exercise:
    """One exercise. `id` is "01.trail"; a checkpoint is built by the lab's own cells."""

    id: str
    title: str
    minutes: int
    given: str
    goal: str
    look: Check
    solve: Deed
    hints: tuple[str, ...]
    wrong: tuple[Wrong, ...] = ()
    undo: Deed | None = None
    console: str = ""
    cli: str = ""
    checkpoint: bool = False
    asks: tuple[str, ...] = ()  # names of the answers that check() takes
    needs: Need | None = None  # what has to be there before the exercise can be tried
    lab: Any = field(default=None, compare=False)

    def on(self, lab: Any) -> Exercise:
        """This exercise in a learner's lab."""
        return replace(self, lab=lab)

    # what the learner calls

    def check(self, **answers: Any) -> Message:
        """Looks at the account and says what it expected and what it found. Changes nothing."""
        unknown = sorted(set(answers) - set(self.asks))
        if unknown:
            wanted = ", ".join(f"{name}=…" for name in self.asks) or "nothing"
            return Message(f"! {self.title}: check({wanted}) does not take {', '.join(unknown)}")
        verdict = self.verdict(answers)
        self._progress.checked(self.id, verdict.outcome, answers)
        return verdict_message(self.title, verdict)

    def hint(self, number: int | None = None) -> Message:
        """The hint that fits the state found, then the numbered hints one by one.

        None is spent on an exercise that cannot be tried yet, nor after the last one.
        """
        if number is not None:
            return self._numbered(number)
        verdict = self.verdict(self._progress.entry(self.id).answers)
        if verdict.passed:
            return Message(f"✔ {self.title}: nothing left to hint at")
        step = verdict.open_step
        state = (step_line(step), step.hint) if step and step.hint else ()
        if verdict.outcome is not Outcome.ERROR and self.needs and self.needs(self.lab):
            return Message(f"○ {self.title}: something comes first", state)
        used = min(self._progress.entry(self.id).hints, len(self.hints))
        if used < len(self.hints):
            used = self._progress.hinted(self.id).hints
        numbered = self._numbered(used)
        more = () if used < len(self.hints) else (f"That was the last one; {self._solution_call}.",)
        return replace(numbered, lines=tuple(filter(None, (*numbered.lines, *state, *more))))

    def solution(self, now: bool = False) -> Message:
        """Three ways to do it: console, AWS CLI, boto3. Asks for one attempt before it tells."""
        if not now and not self._progress.entry(self.id).attempted:
            verdict = self.verdict(self._progress.entry(self.id).answers)
            if verdict.outcome is Outcome.NOT_ATTEMPTED:
                return Message(
                    f"○ {self.title}: try once, check, and then look",
                    ("In a hurry? .solution(now=True) shows it at once.",),
                )
        self._progress.shown(self.id)
        lines = [f"Console: {self.console}"] if self.console else []
        lines += [f"AWS CLI: `{self.cli}`"] if self.cli else []
        return Message(f"One way to do it: {self.title}", tuple(lines), code=self.solution_cell())

    def reset(self) -> Message:
        """Takes the exercise's own work out of the account, so that it can be tried afresh."""
        try:
            if self.undo:
                self.undo(self.lab)
        except Exception as error:  # one sentence for the learner, never a traceback
            return Message(f"! {self.title}: not reset. {in_aws_words(error)}")
        self._progress.forget(self.id)
        if self.undo is None and not self.asks:
            return Message(f"○ {self.title}: forgotten; events that were recorded stay recorded")
        return Message(f"○ {self.title}: back to where it began")

    # what catch-up and tests call

    def verdict(self, answers: Answers | None = None) -> Verdict:
        """The verdict as a value. An exception in a check is ours, and is said so."""
        try:
            return judge(tuple(self.look(self.lab, answers or {})))
        except Exception as error:  # the learner must never meet a traceback of ours
            return Verdict(
                Outcome.ERROR, note=f"Our check stumbled, not you. {in_aws_words(error)}"
            )

    def solution_cell(self) -> str:
        """The reference solution as a notebook cell: its source, and the line that calls it.

        Only the type hints of its first line are left out: a notebook knows no `Any`.
        """
        name, source = self.solve.__name__, inspect.getsource(self.solve)
        body = source.partition("\n")[2]
        return f"def {name}(lab):\n{body}\n\n{'answer = ' if self.asks else ''}{name}(lab)"

    @property
    def wrongs(self) -> dict[str, Wrong]:
        return {wrong.name: wrong for wrong in self.wrong}

    # how it shows itself

    def __repr__(self) -> str:
        kind = "Checkpoint" if self.checkpoint else "Exercise"
        head = f"{kind} {self.id}: {self.title} ({self.minutes} min)"
        return f"{head}\nGiven: {self.given}\nGoal: {self.goal}"

    def _repr_markdown_(self) -> str:
        return (
            f"**{self.title}** · {self.minutes} min\n\n*Given* {self.given}\n\n*Goal* {self.goal}"
        )

    @property
    def _progress(self) -> Progress:
        return Progress(work_folder(self.lab))

    @property
    def _solution_call(self) -> str:
        return ".solution() shows one way"

    def _numbered(self, number: int) -> Message:
        if not 1 <= number <= len(self.hints):
            return Message(f"{self.title} has hints 1 to {len(self.hints)}")
        headline = f"Hint {number} of {len(self.hints)} · {self.title}"
        return Message(headline, (self.hints[number - 1],))
