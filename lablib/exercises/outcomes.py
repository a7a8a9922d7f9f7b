"""What a check found: steps, each with what was expected and what was there, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    NOT_ATTEMPTED = "not attempted"
    INCOMPLETE = "incomplete"
    INCORRECT = "incorrect"
    PASSED = "passed"
    ERROR = "error"


class Standing(StrEnum):
    """How one step stands: as it should be, not there yet, or there but different."""

    OK = "ok"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing looked at, in AWS's words, and a hint that fits what was found."""

    what: str
    expected: str
    found: str
    standing: Standing
    hint: str = ""

    def __str__(self) -> str:
        if self.standing is Standing.OK:
            return f"{self.what}: {self.found}"
        return f"{self.what}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a whole check, with its steps. `note` is one sentence of ours."""

    outcome: Outcome
    steps: tuple[Step, ...] = ()
    note: str = ""

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED

    @property
    def open_step(self) -> Step | None:
        """The first step that is not as it should be."""
        return next((step for step in self.steps if step.standing is not Standing.OK), None)


def judge(steps: Sequence[Step]) -> Verdict:
    """The verdict over steps: one wrong step makes it incorrect, one missing step incomplete,
    and nothing at all there means that nobody has tried yet."""
    standings = {step.standing for step in steps}
    if Standing.WRONG in standings:
        outcome = Outcome.INCORRECT
    elif standings == {Standing.OK}:
        outcome = Outcome.PASSED
    elif Standing.OK in standings:
        outcome = Outcome.INCOMPLETE
    else:
        outcome = Outcome.NOT_ATTEMPTED
    return Verdict(outcome, tuple(steps))


def equal(what: str, expected: Any, found: Any, hint: str = "") -> Step:
    """A step that wants one value. None, "" and empty lists count as not there yet."""
    if found == expected:
        standing = Standing.OK
    elif found in (None, "", [], (), {}):
        standing = Standing.MISSING
    else:
        standing = Standing.WRONG
    return Step(what, _say(expected), _say(found), standing, hint)


def there(what: str, found: Any, expected: str = "to be there", hint: str = "") -> Step:
    """A step that wants something to exist at all."""
    standing = Standing.OK if found else Standing.MISSING
    return Step(what, expected, _say(found), standing, hint)


def holds(what: str, good: bool, expected: str, found: Any, hint: str = "") -> Step:
    """A step decided by the caller: right, or there but wrong."""
    standing = Standing.OK if good else Standing.WRONG
    return Step(what, expected, _say(found), standing, hint)


def unset(what: str, expected: str, found: Any, hint: str = "") -> Step:
    """A step nobody has taken yet: what is found is the birth state, not a mistake."""
    return Step(what, expected, _say(found), Standing.MISSING, hint)


def _say(value: Any) -> str:
    if value is None or value == [] or value == () or value == {}:
        return "nothing"
    if isinstance(value, str):
        return value or "nothing"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(sorted(map(str, value)))
    return str(value)
