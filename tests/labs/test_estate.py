"""The SAP landscape: its people, a working day, and the night."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lablib import estate
from lablib.errors import LabError
from lablib.estate.day import DAY
from lablib.exercises import catch_up
from lablib.lab import Lab


def test_the_landscape_is_built_once_and_without_a_refused_call(lab: Lab) -> None:
    first = estate.build(lab)
    calls = len(lab.events(limit=500))
    assert estate.build(lab) == first
    events = lab.events(limit=500)
    assert len(events) == calls
    assert events["Error code"].isna().all()
    assert set(first.instances) == {name for name, _, _ in estate.SYSTEMS}


def test_a_working_day_leaves_each_call_as_its_own_person_made_it(lab: Lab) -> None:
    played = estate.working_day(lab)
    events = lab.events(limit=500, start=played.start)
    people = events[events["User name"].isin(list(estate.PEOPLE))]
    sessions = people["Event name"].eq("AssumeRole").sum()
    assert sum(played.calls.values()) == len(DAY)
    # The call behind the role that is not there was never made; its AssumeRole was.
    assert len(people) - sessions == len(DAY) - 1
    agents = {r["userIdentity"].get("userName"): r["userAgent"] for r in people["Record"]}
    assert agents["anna"].startswith("aws-cli/")
    assert "aws-sdk-java" in agents["marco"]


def test_a_working_day_has_the_refusals_that_its_table_names(lab: Lab) -> None:
    estate.working_day(lab)
    events = lab.events(limit=500)
    refused = events[events["Error code"].notna()]
    assert set(refused["Error code"]) == {
        "AccessDenied",
        "NoSuchKey",
        "TrailNotFoundException",
        "Client.InvalidInstanceID.NotFound",
    }


def test_people_call_from_their_own_address_and_the_night_from_another(lab: Lab) -> None:
    estate.working_day(lab)
    estate.night(lab)
    records = lab.events(limit=500)["Record"]
    addresses = {r["sourceIPAddress"] for r in records if r["userIdentity"]["type"] != "AWSService"}
    assert addresses > estate.ADDRESSES
    assert estate.night_record(lab)["sourceIPAddress"] not in estate.ADDRESSES


def test_the_night_happens_once(lab: Lab) -> None:
    estate.night(lab)
    record, morning = estate.night_record(lab), lab.clock.now
    assert morning.hour == 7
    estate.night(lab)
    assert estate.night_record(lab) == record
    assert lab.clock.now - morning < timedelta(minutes=1)


def test_a_day_can_follow_a_day(lab: Lab) -> None:
    first, second = estate.working_day(lab), estate.working_day(lab)
    assert second.start - first.start == timedelta(days=1)
    assert second.refused == first.refused


def test_a_rollout_of_an_old_template_changes_the_trail_from_its_own_address(lab: Lab) -> None:
    catch_up(lab, "02")
    estate.drift(lab)
    assert f"{lab.clock.now:%H:%M}" == "03:15"
    trail = lab.client("cloudtrail").get_trail_status(Name="sap-trail")
    assert trail["IsLogging"] is False
    records = lab.control.get("events", user="rollout")["events"]
    assert [record["eventName"] for record in records] == ["StopLogging", "UpdateTrail"]
    assert {record["sourceIPAddress"] for record in records} == {"203.0.113.60"}
    assert all("Terraform" in record["userAgent"] for record in records)


def test_without_a_trail_there_is_nothing_to_roll_out(lab: Lab) -> None:
    with pytest.raises(LabError, match="no trail sap-trail"):
        estate.drift(lab)
