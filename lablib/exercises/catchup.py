"""Bringing the account to where a lab starts, whatever has or hasn't been done before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lablib.errors import LabError
from lablib.exercises.exercise import Exercise
from lablib.exercises.messages import in_aws_words
from lablib.exercises.registry import LABS, exercises_of


class CatchUpFailed(LabError):
    """A reference solution did not lead to a passed check. The sentence names the step."""


def catch_up(lab: Any, number: str, tell: Callable[[str], None] = lambda title: None) -> list[str]:
    """Builds what the labs before `number` build and isn't there yet; returns what was built.

    Only checkpoints are built: what the earlier labs' own cells leave behind. Exercises stay for
    the learner. Calling it twice does nothing the second time. `tell` hears each title, once it
    is built.
    """
    built = []
    for checkpoint in _earlier_checkpoints(lab, number):
        if _build(checkpoint):
            built.append(checkpoint.title)
            tell(checkpoint.title)
    return built


def _earlier_checkpoints(lab: Any, number: str) -> list[Exercise]:
    earlier = [known for known in LABS if known < number]
    return [e.on(lab) for n in earlier for e in exercises_of(n) if e.checkpoint]


def _build(checkpoint: Exercise) -> bool:
    if checkpoint.verdict().passed:
        return False
    try:
        checkpoint.solve(checkpoint.lab)
    except Exception as error:
        raise CatchUpFailed(f"{checkpoint.id}: {in_aws_words(error)}") from error
    verdict = checkpoint.verdict()
    if not verdict.passed:
        raise CatchUpFailed(f"{checkpoint.id}: {verdict.open_step or verdict.note}")
    return True
