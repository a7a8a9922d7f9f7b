"""Catching up: any lab can be started, whatever has been done before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lablib.exercises import CatchUpFailed, catch_up, catchup, find
from lablib.lab import Lab


def test_catching_up_builds_what_is_missing_and_nothing_twice(lab: Lab) -> None:
    built = catch_up(lab, "04")
    assert built == [find(i).title for i in ("01.trail", "02.key", "03.topic")]
    assert catch_up(lab, "04") == []


def test_catching_up_mends_what_a_learner_has_taken_away(lab: Lab) -> None:
    catch_up(lab, "03")
    lab.client("cloudtrail").delete_trail(Name="sap-trail")
    assert catch_up(lab, "03") == [find(i).title for i in ("01.trail", "02.key")]


def test_catching_up_leaves_a_learners_own_key_alone(lab: Lab) -> None:
    catch_up(lab, "03")
    find("02.change").solve(lab)
    used = lab.client("cloudtrail").get_trail(Name="sap-trail")["Trail"]["KmsKeyId"]
    assert catch_up(lab, "06")
    assert lab.client("cloudtrail").get_trail(Name="sap-trail")["Trail"]["KmsKeyId"] == used


def test_the_first_labs_need_nothing(lab: Lab) -> None:
    assert catch_up(lab, "00") == []
    assert catch_up(lab, "01") == []


def test_a_solution_that_does_not_lead_to_a_pass_is_said_by_name(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(find("01.trail"), solve=lambda lab: None)
    monkeypatch.setattr(catchup, "exercises_of", lambda number: (broken,))
    with pytest.raises(CatchUpFailed, match=r"01\.trail: S3 bucket: expected .*, found nothing"):
        catch_up(lab, "02")


def test_opening_a_lab_says_what_it_builds_and_then_that_it_is_ready(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.number = "03"
    lab._catch_up()
    titles = "; ".join(find(i).title for i in ("01.trail", "02.key"))
    assert capsys.readouterr().out == f"Catching up with the labs before: {titles}.\n"
    lab._catch_up()
    assert capsys.readouterr().out == ""
