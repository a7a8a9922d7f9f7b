"""Each exercise proves itself: untouched, each wrong answer, the reference solution."""

from __future__ import annotations

from typing import Any

import pytest

from lablib import estate
from lablib.exercises import LABS, Exercise, Outcome, catch_up, exercises_of
from lablib.lab import Lab

# What a lab's own cells let happen before its exercises.
STORIES = {"08": estate.night, "11": estate.meddling}


def say(exercise: Exercise, answers: Any) -> str:
    """What a learner reads after this: the check, and the hint that fits."""
    given = answers if exercise.asks else {}
    return f"{exercise.check(**given)}\n{exercise.hint()}"


@pytest.mark.parametrize("number", LABS)
def test_exercises_tell_untouched_wrong_and_right_apart(number: str, lab: Lab) -> None:
    catch_up(lab, number)
    if number in STORIES:
        STORIES[number](lab)
    for exercise in (e.on(lab) for e in exercises_of(number)):
        assert exercise.verdict().outcome is Outcome.NOT_ATTEMPTED, exercise.id
        for wrong in exercise.wrong:
            said = say(exercise, wrong.deed(lab))
            assert wrong.says in said, f"{wrong.name}: {said}"
            assert Outcome.PASSED.value not in said.splitlines()[0]
            assert str(exercise.reset()).startswith("○")
            if exercise.undo:
                assert exercise.verdict().outcome is Outcome.NOT_ATTEMPTED, wrong.name
        answers = exercise.solve(lab)
        assert "passed" in say(exercise, answers).splitlines()[0], say(exercise, answers)


def test_every_exercise_has_hints_minutes_and_a_wrong_answer() -> None:
    for number in LABS:
        for exercise in exercises_of(number):
            assert exercise.id.startswith(f"{number}.")
            assert exercise.hints
            assert exercise.wrong
            assert exercise.minutes > 0


def test_the_minutes_of_a_lab_leave_room_beside_its_exercises() -> None:
    for page in LABS.values():
        asked = sum(e.minutes for e in exercises_of(page.number))
        assert asked < page.minutes, page.stem


def test_a_check_leaves_no_event(lab: Lab) -> None:
    catch_up(lab, "02")
    before = list(lab.events(limit=500)["Event ID"])
    for number in LABS:
        for exercise in exercises_of(number):
            assert exercise.on(lab).verdict().outcome is not Outcome.ERROR, exercise.id
    assert list(lab.events(limit=500)["Event ID"]) == before


def test_any_route_will_do_advanced_selectors_too(lab: Lab) -> None:
    catch_up(lab, "06")
    management = [{"Field": "eventCategory", "Equals": ["Management"]}]
    data = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "readOnly", "Equals": ["false"]},
        {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::sap-backint-123456789012/"]},
    ]
    lab.client("cloudtrail").put_event_selectors(
        TrailName="sap-trail",
        AdvancedEventSelectors=[{"FieldSelectors": management}, {"FieldSelectors": data}],
    )
    assert lab.exercise("05.writes").verdict().passed
    assert lab.exercise("05.backups").verdict().passed


def test_a_solution_that_is_shown_can_be_pasted_into_an_empty_notebook() -> None:
    for number in LABS:
        for exercise in exercises_of(number):
            cell = exercise.solution_cell()
            compile(cell, exercise.id, "exec")
            assert cell.startswith(f"def {exercise.solve.__name__}(lab):\n")
            assert "Any" not in cell
