"""Insights, the simplified detector: which minutes are unusual, and the events that say so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from lablib.cloudtrail import insights
from lablib.cloudtrail.event import Event
from lablib.cloudtrail.history import History
from lablib.cloudtrail.insights import CALL_RATE, ERROR_RATE, Insights, is_unusual
from lablib.cloudtrail.trail import InsightSelector, Trail
from tests.cloudtrail.delivering import MINUTE, a_trail, an_event
from tests.fakes import NOON, Agenda

USER = "arn:aws:iam::123456789012:user/basis"


class Observatory:
    """A detector with a history and an agenda; `calls` happen one a second from now on."""

    def __init__(self, *kinds: str, category: str = "Management") -> None:
        selectors = tuple(InsightSelector(kind, (category,)) for kind in kinds)
        self.trails: tuple[Trail, ...] = (a_trail(insight_selectors=selectors),)
        self.agenda, self.history = Agenda(), History()
        self.emitted: list[Event] = []
        self.insights = Insights(
            self.history, self.agenda, Random(1), lambda event, now: self.emitted.append(event)
        )

    def calls(self, count: int, name: str = "RunInstances", error: str = "", **facts: Any) -> None:
        for second in range(count):
            event = an_event(name, self.agenda.now + timedelta(seconds=second), **facts)
            record = event.record | {"userIdentity": {"arn": USER}, "userAgent": "cli"}
            if error:
                record["errorCode"] = error
            event = replace(event, record=record, json=json.dumps(record))
            self.history.remember(event)
            self.insights.watch(event, self.trails, event.time)

    def run(self, **span: float) -> None:
        self.agenda.run(self.agenda.now + timedelta(**span))

    @property
    def told(self) -> list[dict[str, Any]]:
        return [event.record["insightDetails"] for event in self.emitted]


def test_a_burst_of_write_calls_starts_an_insight_and_calm_ends_it() -> None:
    it = Observatory(CALL_RATE)
    it.calls(30)
    it.run(minutes=1)
    assert [one["state"] for one in it.told] == ["Start"]
    it.run(minutes=10)
    assert [one["state"] for one in it.told] == ["Start", "End"]
    start, end = (event.record for event in it.emitted)
    assert start["sharedEventID"] == end["sharedEventID"]
    assert start["eventID"] != end["eventID"]
    assert (start["eventTime"], end["eventTime"]) == (
        "2026-11-23T12:00:00Z",
        "2026-11-23T12:01:00Z",
    )


def test_the_record_has_aws_s_fields_in_aws_s_order() -> None:
    it = Observatory(CALL_RATE)
    it.calls(30)
    it.run(minutes=10)
    end = it.emitted[1].record
    assert list(end) == [
        "eventVersion", "eventTime", "awsRegion", "eventID", "eventType", "recipientAccountId",
        "sharedEventID", "insightDetails", "eventCategory",
    ]  # fmt: skip
    assert (end["eventType"], end["eventCategory"]) == ("AwsCloudTrailInsight", "Insight")
    context = end["insightDetails"]["insightContext"]
    assert context["statistics"] == {
        "baseline": {"average": 0.0},
        "insight": {"average": 30.0},
        "insightDuration": 1,
        "baselineDuration": 10080,
    }
    by = {one["attribute"]: one for one in context["attributions"]}
    user = {"value": USER, "average": 30.0}
    assert by["userIdentityArn"] == {
        "attribute": "userIdentityArn",
        "insight": [user],
        "baseline": [],
    }
    assert by["errorCode"]["insight"] == [{"value": "null", "average": 30.0}]


def test_the_start_does_not_know_yet_how_long_it_lasts() -> None:
    it = Observatory(CALL_RATE)
    it.calls(30)
    it.run(minutes=1)
    assert "insightDuration" not in it.told[0]["insightContext"]["statistics"]


def test_a_burst_of_several_minutes_is_one_insight() -> None:
    it = Observatory(CALL_RATE)
    for _ in range(3):
        it.calls(20)
        it.run(minutes=2)
    it.run(minutes=20)
    assert [one["state"] for one in it.told] == ["Start", "End"]
    statistics = it.told[1]["insightContext"]["statistics"]
    assert statistics["insightDuration"] == 5
    assert statistics["insight"]["average"] == 12.0


def test_two_bursts_with_calm_between_are_two_insights() -> None:
    it = Observatory(CALL_RATE)
    for _ in range(2):
        it.calls(20)
        it.run(minutes=20)
    assert [one["state"] for one in it.told] == ["Start", "End", "Start", "End"]
    assert len({event.record["sharedEventID"] for event in it.emitted}) == 2


def test_few_calls_are_never_unusual_and_nothing_is_scheduled() -> None:
    it = Observatory(CALL_RATE)
    it.calls(9)
    it.run(hours=1)
    assert it.emitted == []
    assert it.agenda.visited == []


def test_read_calls_do_not_count_for_the_call_rate() -> None:
    it = Observatory(CALL_RATE)
    it.calls(50, "DescribeInstances", read_only=True)
    it.run(hours=1)
    assert it.emitted == []


def test_errors_count_for_reads_too_and_each_code_for_itself() -> None:
    it = Observatory(ERROR_RATE)
    it.calls(9, "GetObjectAcl", "NoSuchKey", read_only=True)
    it.calls(12, "GetObjectAcl", "AccessDenied", read_only=True)
    it.run(minutes=1)
    assert [one["errorCode"] for one in it.told] == ["AccessDenied"]
    attributes = [one["attribute"] for one in it.told[0]["insightContext"]["attributions"]]
    assert attributes == ["userIdentityArn", "userAgent"]


def test_what_is_usual_is_not_unusual(monkeypatch: pytest.MonkeyPatch) -> None:
    """The history of the week before counts, also from before anybody asked for Insights."""
    monkeypatch.setattr(insights, "FEWEST", 2)
    it = Observatory(CALL_RATE)
    asked, it.trails = it.trails, ()
    for _ in range(7 * 24):  # one a minute on average
        it.calls(60, "PutParameter")
        it.run(hours=1)
    it.trails = asked
    it.calls(4, "PutParameter")
    it.run(minutes=1)
    assert it.emitted == []
    it.calls(60, "PutParameter")
    it.run(minutes=1)
    statistics = it.told[0]["insightContext"]["statistics"]
    assert statistics["baseline"]["average"] == pytest.approx(1.0, abs=0.01)


def test_the_baseline_forgets_what_is_older_than_a_week() -> None:
    it = Observatory(CALL_RATE)
    it.calls(30)
    it.run(days=8)
    it.calls(30)
    it.run(hours=1)
    assert it.told[2]["insightContext"]["statistics"]["baseline"]["average"] == 0.0


def test_the_baseline_of_the_second_insight_knows_the_first() -> None:
    it = Observatory(CALL_RATE)
    it.calls(30)
    it.run(days=1)
    it.calls(30)
    it.run(hours=1)
    baseline = it.told[2]["insightContext"]["statistics"]["baseline"]["average"]
    assert baseline == round(30 / 10080, 10)


def test_regions_are_counted_apart() -> None:
    it = Observatory(CALL_RATE)
    it.calls(9, region="us-east-1")
    it.calls(9, region="eu-central-1")
    it.run(hours=1)
    assert it.emitted == []


def test_data_events_count_when_they_are_asked_for() -> None:
    it = Observatory(CALL_RATE, category="Data")
    it.calls(20, "GetObject", category="Data", read_only=True)
    it.calls(20, "RunInstances")
    it.run(minutes=5)
    assert [one["eventName"] for one in it.told] == ["GetObject"]


def test_without_selectors_nothing_is_kept() -> None:
    it = Observatory()
    it.calls(100)
    it.run(hours=1)
    assert it.insights._watches == {}
    assert it.agenda.visited == []


def test_the_same_seed_gives_the_same_events() -> None:
    runs = []
    for _ in range(2):
        it = Observatory(CALL_RATE)
        it.calls(30)
        it.run(minutes=10)
        runs.append([event.record for event in it.emitted])
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    ("calls", "usual", "unusual"),
    [(9, 0.0, False), (10, 0.0, True), (10, 2.0, True), (10, 2.1, False), (500, 100.0, True)],
)
def test_ten_a_minute_and_five_times_the_usual(calls: int, usual: float, unusual: bool) -> None:
    assert is_unusual(calls, usual) is unusual


def test_minutes_begin_on_the_clock() -> None:
    it = Observatory(CALL_RATE)
    it.agenda.now = NOON + timedelta(seconds=55)
    it.calls(12)
    it.run(hours=1)
    assert it.emitted == []
    assert it.agenda.now > NOON + MINUTE
