"""Event history: what is remembered, for how long, and how it is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lablib.cloudtrail.event import Event
from lablib.cloudtrail.history import BATCH, History, Page
from tests.cloudtrail.delivering import an_event
from tests.fakes import ACCOUNT, NOON, REGION

DAY = timedelta(days=1)


def remembering(*events: Event) -> History:
    history = History()
    for event in events:
        history.remember(event)
    return history


def ids(page: Page) -> list[str]:
    return [entry.id for entry in page.entries]


def look(history: History, now: datetime = NOON, **asked: object) -> list[str]:
    return ids(history.lookup(ACCOUNT, REGION, now, **asked))


def pages(history: History, limit: int, **asked: object) -> Iterator[list[str]]:
    after = None
    while True:
        page = history.lookup(ACCOUNT, REGION, NOON + DAY, limit=limit, after=after, **asked)
        yield ids(page)
        after = page.next
        if after is None:
            return


def test_the_newest_events_come_first_and_those_of_one_second_in_reverse_order() -> None:
    events = [an_event(time=NOON + timedelta(seconds=s)) for s in (0, 0.2, 0.9, 1, 5)]
    history = remembering(*events)
    assert look(history, NOON + DAY) == [event.id for event in reversed(events)]


def test_an_entry_says_what_the_record_says() -> None:
    event = an_event(
        "CreateUser",
        source="iam.amazonaws.com",
        lookup_resources=(("AWS::IAM::User", "mia"), ("AWS::IAM::User", "AIDA1")),
    )
    (entry,) = remembering(event).lookup(ACCOUNT, REGION, NOON).entries
    assert (entry.id, entry.name, entry.source) == (event.id, "CreateUser", "iam.amazonaws.com")
    assert (entry.time, entry.read_only, entry.username) == (NOON, False, "learner")
    assert entry.access_key_id == event.access_key_id and entry.json == event.json
    assert entry.resources == event.lookup_resources


FOUND_BY = [
    ("AccessKeyId", {"access_key_id": "AKIAOTHER"}, "AKIAOTHER"),
    (
        "EventId",
        {"id": "aaaaaaaa-0000-4000-8000-000000000000"},
        "aaaaaaaa-0000-4000-8000-000000000000",
    ),
    ("EventName", {"name": "RunInstances"}, "RunInstances"),
    ("EventSource", {"source": "s3.amazonaws.com"}, "s3.amazonaws.com"),
    ("ReadOnly", {"read_only": True}, "true"),
    ("ResourceName", {"lookup_resources": (("AWS::S3::Bucket", "b"),)}, "b"),
    ("ResourceType", {"lookup_resources": (("AWS::S3::Bucket", "b"),)}, "AWS::S3::Bucket"),
    ("Username", {"username": "mia"}, "mia"),
]


@pytest.mark.parametrize(("attribute", "facts", "value"), FOUND_BY)
def test_events_are_found_by_each_attribute_with_its_exact_value(
    attribute: str, facts: dict[str, object], value: str
) -> None:
    wanted = an_event(**facts)
    history = remembering(an_event(), wanted, an_event())
    assert look(history, attribute=attribute, value=value) == [wanted.id]
    assert look(history, attribute=attribute, value=value.swapcase()) == []
    assert look(history, attribute=attribute, value=value[:-1]) == []


def test_an_event_with_several_resources_of_a_type_is_found_once() -> None:
    event = an_event(lookup_resources=(("T", "a"), ("T", "b"), ("U", "a")))
    history = remembering(event)
    assert look(history, attribute="ResourceType", value="T") == [event.id]
    assert look(history, attribute="ResourceName", value="a") == [event.id]


def test_events_without_a_user_are_found_by_no_user() -> None:
    history = remembering(an_event(username=None, access_key_id=None))
    assert look(history, attribute="Username", value="None") == []
    assert look(history, attribute="AccessKeyId", value="") == []
    assert len(look(history)) == 1


def test_data_events_are_never_found() -> None:
    event = an_event("GetObject", category="Data")
    history = remembering(event)
    assert look(history) == [] == look(history, attribute="EventName", value="GetObject")
    assert look(history, attribute="EventId", value=event.id) == []


def test_insights_events_are_found_when_they_are_asked_for() -> None:
    plain, insight = an_event("RunInstances"), an_event("RunInstances", category="Insight")
    history = remembering(plain, insight)
    asked = {"attribute": "EventName", "value": "RunInstances"}
    assert look(history, **asked) == [plain.id]
    assert look(history, category="Insight", **asked) == [insight.id]


def test_each_region_and_account_has_a_history_of_its_own() -> None:
    here, there = an_event(), an_event(region="eu-west-1")
    other = an_event(account="210987654321")
    history = remembering(here, there, other)
    assert look(history) == [here.id]
    assert ids(history.lookup(ACCOUNT, "eu-west-1", NOON)) == [there.id]
    assert ids(history.lookup("210987654321", REGION, NOON)) == [other.id]
    assert ids(history.lookup(ACCOUNT, "ap-south-1", NOON)) == []


def test_both_ends_of_a_time_range_belong_to_it() -> None:
    events = [an_event(time=NOON + timedelta(seconds=s)) for s in range(5)]
    history = remembering(*events)
    asked = {"start": events[1].time, "end": events[3].time}
    assert look(history, NOON + DAY, **asked) == [e.id for e in (events[3], events[2], events[1])]
    by_name = look(history, NOON + DAY, attribute="EventName", value="StopInstances", **asked)
    assert by_name == [e.id for e in (events[3], events[2], events[1])]


def test_events_are_found_for_ninety_days() -> None:
    event = an_event()
    history = remembering(event)
    for asked in ({}, {"attribute": "EventName", "value": "StopInstances"}):
        assert look(history, NOON + 90 * DAY, **asked) == [event.id]
        assert look(history, NOON + 90 * DAY + timedelta(seconds=1), **asked) == []
        assert look(history, NOON + 91 * DAY, start=NOON - DAY, **asked) == []


def test_what_is_much_older_is_forgotten_altogether() -> None:
    old, young = an_event(), an_event(time=NOON + 100 * DAY)
    history = remembering(old, young)
    assert history.find(old.id) is None and history.find(young.id) is not None


@pytest.mark.parametrize("asked", [{}, {"attribute": "Username", "value": "learner"}])
def test_pages_cover_everything_once_and_the_last_one_has_no_next(
    asked: dict[str, object],
) -> None:
    events = [an_event(time=NOON + timedelta(seconds=number // 7)) for number in range(100)]
    found = list(pages(remembering(*events), 25, **asked))
    assert [len(page) for page in found] == [25, 25, 25, 25]
    assert [id_ for page in found for id_ in page] == [event.id for event in reversed(events)]


@pytest.mark.parametrize("asked", [{}, {"attribute": "Username", "value": "learner"}])
def test_new_events_do_not_shift_the_pages(asked: dict[str, object]) -> None:
    events = [an_event(time=NOON + timedelta(seconds=number // 7)) for number in range(60)]
    history = remembering(*events)
    found = []
    for page in pages(history, 10, **asked):
        found += page
        history.remember(an_event(time=NOON + timedelta(seconds=60)))
        history.remember(an_event(time=events[-1].time))
    assert found == [event.id for event in reversed(events)]


def test_many_events_are_remembered_across_batches() -> None:
    events = [an_event(time=NOON + timedelta(seconds=n)) for n in range(2 * BATCH + 3)]
    history = remembering(*events)
    assert len(history.recent()) == len(events)
    assert history.find(events[0].id) and history.find(events[-1].id)


def test_the_lab_sees_events_of_all_categories_and_regions_with_its_own_filters() -> None:
    stop = an_event("StopInstances", username="mia")
    get = an_event("GetObject", NOON + DAY, category="Data", source="s3.amazonaws.com")
    far = an_event("StopInstances", NOON + 2 * DAY, region="eu-west-1")
    history = remembering(stop, get, far)

    def recent(*limit: int, **asked: object) -> list[str]:
        return [entry.id for entry in history.recent(*limit, **asked)]

    assert recent() == [far.id, get.id, stop.id]
    assert recent(2) == [far.id, get.id]
    assert recent(name="StopInstances") == [far.id, stop.id]
    assert recent(user="mia") == [stop.id]
    assert recent(source="s3.amazonaws.com") == [get.id]
    assert recent(start=NOON + DAY) == [far.id, get.id]
    assert recent(end=NOON + DAY) == [get.id, stop.id]
    assert history.recent(1)[0].region == "eu-west-1"


def test_a_working_file_is_begun_afresh(tmp_path: Path) -> None:
    path = str(tmp_path / "history.sqlite")
    first = History(path)
    first.remember(an_event())
    assert len(first.recent()) == 1
    first.close()
    assert History(path).recent() == ()


def test_every_attribute_of_the_api_can_be_looked_up() -> None:
    from botocore.loaders import Loader

    model = Loader().load_service_model("cloudtrail", "service-2")
    for attribute in model["shapes"]["LookupAttributeKey"]["enum"]:
        assert look(remembering(), attribute=attribute, value="x") == []
