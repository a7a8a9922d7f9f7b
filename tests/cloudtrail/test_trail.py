"""The registry of trails: who sees which, and how many there may be."""

from __future__ import annotations

from dataclasses import replace

from lablib.cloudtrail.trail import AdvancedSelector, EventSelector, FieldSelector, Trail, Trails
from tests.cloudtrail.samples import ACCOUNT, OTHER, a_trail


def registry(*trails: Trail) -> Trails:
    trails_ = Trails()
    for trail in trails:
        trails_.put(trail)
    return trails_


def names(trails: tuple[Trail, ...]) -> list[str]:
    return [trail.name for trail in trails]


def test_a_multi_region_trail_shows_in_every_region_as_a_shadow() -> None:
    trails = registry(a_trail("everywhere", multi_region=True), a_trail("here"))
    assert names(trails.of(ACCOUNT, "us-east-1")) == ["everywhere", "here"]
    assert names(trails.of(ACCOUNT, "eu-central-1")) == ["everywhere"]
    assert names(trails.of(ACCOUNT, "eu-central-1", shadows=False)) == []


def test_an_organization_trail_shows_in_member_accounts() -> None:
    trails = registry(a_trail("org", organization=True), a_trail("own"))
    assert names(trails.of(OTHER, "us-east-1")) == ["org"]


def test_a_change_takes_the_place_of_what_was_there() -> None:
    trail = a_trail()
    trails = registry(trail, replace(trail, logging=False))
    assert [t.logging for t in trails] == [False]


def test_five_trails_fill_a_region() -> None:
    trails = registry(*(a_trail(f"trail-{n}") for n in range(5)))
    assert not trails.room_for(ACCOUNT, "us-east-1", multi_region=False)
    assert trails.room_for(ACCOUNT, "eu-central-1", multi_region=False)
    assert not trails.room_for(ACCOUNT, "eu-central-1", multi_region=True)


def test_shadow_trails_count_in_every_region() -> None:
    trails = registry(*(a_trail(f"trail-{n}", multi_region=True) for n in range(5)))
    assert not trails.room_for(ACCOUNT, "eu-central-1", multi_region=False)
    assert trails.room_for(ACCOUNT, "eu-central-1", multi_region=False, but=next(iter(trails)).arn)


def test_only_selectors_other_than_the_default_are_custom() -> None:
    assert not a_trail().has_custom_selectors
    assert not a_trail(event_selectors=(EventSelector(),)).has_custom_selectors
    assert a_trail(event_selectors=(EventSelector("WriteOnly"),)).has_custom_selectors
    management = AdvancedSelector((FieldSelector("eventCategory", equals=("Management",)),))
    assert a_trail(advanced_selectors=(management,)).has_custom_selectors


def test_what_was_worked_out_for_a_trail_is_not_taken_over_by_its_successor() -> None:
    trail = a_trail()
    trail.memo["decide"] = "worked out"
    assert replace(trail, logging=False).memo == {}
    assert trail == a_trail()
