"""The exercise itself: verdicts, words, hints, progress; over a bench without an account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from botocore.exceptions import ClientError

from lablib.exercises import Exercise, Outcome, Progress, Step
from lablib.exercises.board import Board
from lablib.exercises.outcomes import equal, holds, judge, there, unset
from lablib.exercises.progress import work_folder

NO_TRAIL = ClientError(
    {"Error": {"Code": "TrailNotFoundException", "Message": "Unknown trail: x"}}, "GetTrail"
)


@dataclass
class Bench:
    """A lab without an account: what was done is kept in a dictionary."""

    state: Path
    done: dict[str, Any] = field(default_factory=dict)


def look(bench: Bench, answers: Any) -> Iterator[Step]:
    yield there("Trail", bench.done.get("trail"), hint="create_trail makes it")
    if "trail" in bench.done:
        yield equal("IsMultiRegionTrail", True, bench.done.get("regions"), "update_trail sets it")


def build(bench: Bench) -> None:
    bench.done |= {"trail": "sap-trail", "regions": True}


def undo(bench: Bench) -> None:
    bench.done.clear()


EXERCISE = Exercise(
    id="01.regions",
    title="Watch every Region",
    minutes=5,
    given="an account",
    goal="a trail",
    look=look,
    solve=build,
    hints=("The first hint.", "The second hint."),
    undo=undo,
    cli="aws cloudtrail update-trail",
)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.delenv("CLOUDTRAIL_LAB_WORK", raising=False)
    return Bench(tmp_path)


@pytest.fixture
def exercise(bench: Bench) -> Exercise:
    return EXERCISE.on(bench)


OK, GONE = equal("a", 1, 1), there("b", None)
OFF, UNSET = holds("c", False, "True", False), unset("d", "True", False)


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ([OK, OK], Outcome.PASSED),
        ([OK, GONE], Outcome.INCOMPLETE),
        ([OK, UNSET], Outcome.INCOMPLETE),
        ([GONE, OFF], Outcome.INCORRECT),
        ([OK, OFF], Outcome.INCORRECT),
        ([GONE, GONE], Outcome.NOT_ATTEMPTED),
        ([UNSET], Outcome.NOT_ATTEMPTED),
        ([], Outcome.NOT_ATTEMPTED),
    ],
)
def test_steps_make_a_verdict(steps: list[Step], outcome: Outcome) -> None:
    assert judge(steps).outcome is outcome


def test_a_step_says_expected_and_found_in_the_words_of_the_api() -> None:
    assert str(equal("IsLogging", True, False)) == "IsLogging: expected True, found False"
    assert str(equal("SnsTopicARN", "arn:aws:sns", None)).endswith("found nothing")


def test_a_learner_goes_from_not_attempted_to_passed(exercise: Exercise, bench: Bench) -> None:
    assert "not attempted" in str(exercise.check())
    bench.done["trail"] = "sap-trail"
    assert "incomplete" in str(exercise.check())
    bench.done["regions"] = False
    assert "IsMultiRegionTrail: expected True, found False" in str(exercise.check())
    build(bench)
    assert str(exercise.check()).startswith("✔ Watch every Region: passed")


def test_hints_come_one_by_one_and_each_fits_the_state(exercise: Exercise, bench: Bench) -> None:
    first = str(exercise.hint())
    assert "Hint 1 of 2" in first and "create_trail makes it" in first
    bench.done["trail"] = "sap-trail"
    second = str(exercise.hint())
    assert "Hint 2 of 2" in second and "update_trail sets it" in second
    assert "solution()" in second
    assert "Hint 1 of 2" in str(exercise.hint(1))
    assert "has hints 1 to 2" in str(exercise.hint(7))
    build(bench)
    assert "nothing left" in str(exercise.hint())


def test_no_more_hints_are_counted_than_there_are(exercise: Exercise, bench: Bench) -> None:
    said = [str(exercise.hint()) for _ in range(5)]
    assert "Hint 2 of 2" in said[-1]
    assert Progress(bench.state).entry("01.regions").hints == 2


def test_no_hint_is_spent_on_what_cannot_be_tried_yet(bench: Bench) -> None:
    def needs(bench: Bench) -> Step | None:
        return None if "trail" in bench.done else there("Trail", None, hint="create_trail first")

    later = replace(EXERCISE, needs=needs).on(bench)
    said = str(later.hint())
    assert "something comes first" in said and "create_trail" in said and "Hint 1" not in said
    assert Progress(bench.state).entry("01.regions").hints == 0
    bench.done["trail"] = "sap-trail"
    assert "Hint 1 of 2" in str(later.hint())


def test_a_solution_is_shown_after_an_attempt_or_when_asked_for(
    exercise: Exercise, bench: Bench
) -> None:
    assert "try once" in str(exercise.solution())
    shown = str(exercise.solution(now=True))
    assert "def build(lab):" in shown and "build(lab)" in shown and "update-trail" in shown
    bench.done["trail"] = "sap-trail"
    assert "def build(" in str(exercise.solution())


def test_a_check_that_stumbles_says_so_in_one_sentence_without_a_traceback(
    bench: Bench,
) -> None:
    def stumble(bench: Bench, answers: Any) -> Iterator[Step]:
        raise NO_TRAIL
        yield

    said = str(replace(EXERCISE, look=stumble).on(bench).check())
    assert said.startswith("! Watch every Region: error")
    assert "not you" in said and "TrailNotFoundException" in said and "Traceback" not in said


def test_a_reset_takes_the_work_and_the_progress_back(exercise: Exercise, bench: Bench) -> None:
    build(bench)
    exercise.check()
    assert "back to where it began" in str(exercise.reset())
    assert bench.done == {}
    assert Progress(bench.state).entries() == {}


def test_a_reset_that_fails_says_why(bench: Bench) -> None:
    def refuse(bench: Bench) -> None:
        raise NO_TRAIL

    said = str(replace(EXERCISE, undo=refuse).on(bench).reset())
    assert "not reset" in said and "Unknown trail" in said


def test_an_answer_that_was_not_asked_for_is_named(exercise: Exercise) -> None:
    assert "does not take who" in str(exercise.check(who="marco"))


def test_messages_read_the_same_as_text_and_as_html(exercise: Exercise) -> None:
    message = exercise.check()
    html = message._repr_html_()
    assert "not attempted" in html and "<script" not in html
    assert 'role="status"' in html
    assert "not attempted" in message._repr_markdown_()


def test_found_values_are_escaped_in_html(bench: Bench) -> None:
    bench.done["trail"] = "<b>bold</b>"
    assert "<b>bold" not in EXERCISE.on(bench).check()._repr_html_()


def test_progress_is_one_file_with_times_hints_and_outcomes(
    exercise: Exercise, bench: Bench
) -> None:
    exercise.check()
    exercise.hint()
    build(bench)
    exercise.check()
    kept = json.loads((bench.state / "progress.json").read_text())
    assert kept["schema_version"] == 1
    entry = kept["exercises"]["01.regions"]
    assert (entry["lab"], entry["step"], entry["outcome"]) == ("01", "regions", "passed")
    assert (entry["checks"], entry["hints"]) == (2, 1)
    assert entry["first"] <= entry["last"] == entry["passed"]


def test_once_passed_stays_on_record_when_a_later_check_fails(
    exercise: Exercise, bench: Bench
) -> None:
    build(bench)
    exercise.check()
    undo(bench)
    exercise.check()
    entry = Progress(bench.state).entry("01.regions")
    assert entry.passed and entry.outcome == "not attempted"


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (pd.Series(["a", "b"]), ["a", "b"]),
        (pd.Series([7]).iloc[0], 7),
        ({"b", "a"}, ["a", "b"]),
        (object, "<class 'object'>"),
    ],
)
def test_any_answer_can_be_kept(answer: Any, kept: Any, bench: Bench) -> None:
    Progress(bench.state).checked("01.regions", Outcome.INCORRECT, {"it": answer})
    assert Progress(bench.state).entry("01.regions").answers == {"it": kept}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"exercises": {"01.x": {"odd": 1}}}'])
def test_a_damaged_progress_file_is_set_aside_and_not_lost(
    content: str, exercise: Exercise, bench: Bench
) -> None:
    (bench.state / "progress.json").write_text(content)
    exercise.check()
    assert (bench.state / "progress.damaged.json").read_text() == content
    assert list(Progress(bench.state).entries()) == ["01.regions"]


def test_the_work_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDTRAIL_LAB_WORK", str(tmp_path / "mine"))
    assert work_folder(Bench(tmp_path)) == tmp_path / "mine"


def test_the_board_lists_every_exercise_with_a_word_and_a_sign(
    exercise: Exercise, bench: Bench
) -> None:
    build(bench)
    exercise.hint(1)
    exercise.check()
    board = Board(Progress(bench.state).entries())
    assert "1 of" in repr(board)
    assert "✔ passed" in repr(board) and "○ not attempted" in repr(board)
    assert "<table>" in board._repr_html_()
