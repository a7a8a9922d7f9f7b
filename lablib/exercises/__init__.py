"""The course's exercises: what a learner is asked, how it is looked at, and one way to do it."""

from __future__ import annotations

from typing import Any

from lablib.exercises.board import Board
from lablib.exercises.catchup import CatchUpFailed, catch_up
from lablib.exercises.exercise import Exercise
from lablib.exercises.outcomes import Outcome, Step, Verdict
from lablib.exercises.progress import Progress, work_folder
from lablib.exercises.registry import LABS, LabPage, exercises_of, find

__all__ = [
    "LABS",
    "Board",
    "CatchUpFailed",
    "Exercise",
    "LabPage",
    "Outcome",
    "Progress",
    "Step",
    "Verdict",
    "catch_up",
    "check_lab",
    "exercise",
    "exercises_of",
    "find",
    "progress",
    "reset_lab",
    "work_folder",
]


def exercise(lab: Any, exercise_id: str) -> Exercise:
    """The exercise "01.trail", ready to be checked in this lab."""
    return find(exercise_id).on(lab)


def check_lab(lab: Any, number: str | None = None) -> dict[str, Verdict]:
    """The verdict of every exercise of one lab, or of all labs, by id. Changes nothing.

    Questions are looked at with the answers last given, which the progress file keeps.
    """
    numbers = [number] if number else list(LABS)
    kept = Progress(work_folder(lab))
    return {
        e.id: e.on(lab).verdict(kept.entry(e.id).answers) for n in numbers for e in exercises_of(n)
    }


def reset_lab(lab: Any, number: str) -> list[str]:
    """Undoes the work of one lab's exercises, last one first; returns what was said of each."""
    return [str(e.on(lab).reset()) for e in reversed(exercises_of(number))]


def progress(lab: Any = None) -> Board:
    """All exercises of all labs with how far each has come."""
    return Board(Progress(work_folder(lab)).entries())
