"""The SAP landscape: its people, a working day, and the night."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lablib import estate
from lablib.errors import LabError
from lablib.estate.day import DAY
from lablib.estate.night import ELSEWHERE
from lablib.estate.plunder import made_key, plundered, seen
from lablib.exercises import catch_up, exercises_of, find
from lablib.exercises.looks import takes
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


def deletions(lab: Lab) -> dict[str, int]:
    """How many backups were deleted from each address, as the log group has it."""
    query = 'filter eventName = "DeleteObject" | stats count(*) as n by sourceIPAddress'
    return {row["sourceIPAddress"]: int(row["n"]) for row in seen(lab, query)}


def test_the_plunder_is_in_the_log_group_and_not_in_event_history(lab: Lab) -> None:
    catch_up(lab, "12")
    estate.plunder(lab)
    assert deletions(lab)[ELSEWHERE] > deletions(lab)[estate.PEOPLE["ben"].address]
    assert lab.history(name="DeleteObject").empty
    assert lab.history(access_key=made_key(lab)).empty
    assert lab.clock.now.hour == 7


def test_the_plunder_happens_once(lab: Lab) -> None:
    catch_up(lab, "12")
    estate.plunder(lab)
    found, morning = deletions(lab), lab.clock.now
    lab.client("iam").update_access_key(
        UserName="ben", AccessKeyId=made_key(lab), Status="Inactive"
    )
    estate.plunder(lab)
    assert deletions(lab) == found
    assert lab.clock.now - morning < timedelta(minutes=1)


def test_a_log_group_that_is_lost_gets_both_nights_again(lab: Lab) -> None:
    catch_up(lab, "12")
    estate.plunder(lab)
    lab.client("iam").update_access_key(
        UserName="ben", AccessKeyId=made_key(lab), Status="Inactive"
    )
    find("04.logs").on(lab).reset()
    catch_up(lab, "12")
    assert deletions(lab) == {}
    estate.plunder(lab)
    assert plundered(lab)
    assert find("12.deleted").on(lab).verdict(find("12.deleted").solve(lab)).passed
    assert find("08.who").on(lab).verdict(find("08.who").solve(lab)).passed
    assert find("08.rest").on(lab).verdict(find("08.rest").solve(lab)).passed


def test_the_night_of_lab_08_and_that_of_lab_09_leave_lab_12_as_it_is(lab: Lab) -> None:
    catch_up(lab, "12")
    estate.night(lab)
    estate.cover_up(lab)
    estate.plunder(lab)
    for exercise in exercises_of("12"):
        answers = exercise.solve(lab)
        assert exercise.on(lab).verdict(answers if exercise.asks else {}).passed, exercise.id


def test_the_plunder_works_with_selectors_that_take_deletions_only(lab: Lab) -> None:
    catch_up(lab, "12")
    find("05.deletes").solve(lab)
    catch_up(lab, "12")
    estate.plunder(lab)
    assert plundered(lab)


def test_months_later_the_nights_are_played_again(lab: Lab) -> None:
    catch_up(lab, "12")
    estate.plunder(lab)
    lab.clock.advance(days=100)
    assert not plundered(lab)
    estate.plunder(lab)
    assert plundered(lab)


def test_a_plunder_that_nobody_watches_is_not_played(lab: Lab) -> None:
    catch_up(lab, "04")
    with pytest.raises(LabError, match=r"once sap-trail sends to sap-trail-events"):
        estate.plunder(lab)
    catch_up(lab, "12")
    lab.client("cloudtrail").stop_logging(Name="sap-trail")
    with pytest.raises(LabError, match=r"sap-trail is off"):
        estate.plunder(lab)


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


def test_each_fire_drill_is_counted_by_its_own_control_and_no_other(lab: Lab) -> None:
    catch_up(lab, "02")
    estate.build(lab)
    known = set(lab.events(limit=500)["Event ID"])
    for control in estate.CONTROLS:
        estate.drill(lab, control.number)
        events = lab.events(limit=500)
        new = events[~events["Event ID"].isin(known)]
        known |= set(new["Event ID"])
        ringing = {c.number for c in estate.CONTROLS if any(takes(lab, c.pattern, new["Record"]))}
        # A failed sign-in used no code either.
        assert ringing == {control.number} | ({"4.2"} if control.number == "4.6" else set())


def test_a_fire_drill_takes_away_what_it_made(lab: Lab) -> None:
    catch_up(lab, "02")
    estate.build(lab)
    ec2 = lab.observer("ec2")

    def made() -> dict[str, int]:
        return {
            "groups": len(ec2.describe_security_groups()["SecurityGroups"]),
            "acls": len(ec2.describe_network_acls()["NetworkAcls"]),
            "gateways": len(ec2.describe_internet_gateways()["InternetGateways"]),
            "tables": len(ec2.describe_route_tables()["RouteTables"]),
            "vpcs": len(ec2.describe_vpcs()["Vpcs"]),
            "policies": len(
                lab.observer("iam").list_user_policies(UserName="carla")["PolicyNames"]
            ),
        }

    before = made()
    done = estate.drill(lab)
    assert list(done["Control"]) == [control.number for control in estate.CONTROLS]
    assert made() == before
    assert lab.observer("cloudtrail").get_trail_status(Name="sap-trail")["IsLogging"]
