"""From taken event to log file, message and status."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from lablib.cloudtrail.world import Organization
from tests.cloudtrail.delivering import HOUR, KEY, MINUTE, TOPIC, Bench, a_trail, records_in
from tests.fakes import NOON


def busy(bench: Bench, seconds: int, events: int, seed: int = 1, **facts: object) -> list[str]:
    """Events at random moments; their ids."""
    rng, ids = Random(seed), []
    for _ in range(events):
        bench.run(seconds=rng.random() * 2 * seconds / events)
        ids.append(bench.happen(**facts).id)
    return ids


# --- log files -----------------------------------------------------------------------------------


def test_nothing_is_written_and_nothing_is_due_when_nothing_happens() -> None:
    bench = Bench()
    bench.run(days=90)
    assert bench.world.puts == [] and bench.agenda.visited == []


def test_an_event_is_in_a_log_file_within_ten_minutes() -> None:
    for seed in range(50):
        bench = Bench(seed=seed)
        bench.run(seconds=Random(seed).random() * 600)
        event = bench.happen()
        bench.run(seconds=29)
        assert bench.world.puts == []
        bench.run(minutes=10, seconds=-29)
        assert bench.delivered() == [event.id]


@pytest.mark.parametrize("seed", range(8))
def test_every_event_of_a_busy_hour_arrives_exactly_once(seed: int) -> None:
    bench = Bench(seed=seed)
    ids = busy(bench, seconds=3600, events=600, seed=seed)
    bench.run(minutes=10)
    assert sorted(bench.delivered()) == sorted(ids)


def test_after_ten_minutes_nothing_is_left_to_be_done() -> None:
    bench = Bench()
    busy(bench, seconds=600, events=50)
    bench.run(minutes=10)
    visited = len(bench.agenda.visited)
    bench.run(days=90)
    assert len(bench.agenda.visited) == visited


def test_a_file_never_mixes_categories_regions_or_accounts() -> None:
    bench = Bench(replace(a_trail(), multi_region=True))
    kinds = [
        {"category": category, "region": region, "account": account}
        for category in ("Management", "Data", "Insight")
        for region in ("us-east-1", "eu-west-1")
        for account in ("123456789012", "210987654321")
    ]
    expected = {bench.happen(**kind).id: tuple(kind.values()) for kind in kinds * 5}
    bench.run(minutes=10)
    assert len(bench.delivered()) == len(expected)
    for file in bench.delivery.done.files:
        ((category, region, account),) = {expected[id_] for id_ in file.events}
        assert (file.category, file.region) == (category, region)
        assert f"/{account}/" in file.key and f"/{region}/" in file.key


def test_five_minutes_get_one_to_three_files() -> None:
    counts = set()
    for seed in range(40):
        bench = Bench(seed=seed)
        bench.run(seconds=1)
        for _ in range(30):
            bench.happen()
        bench.run(minutes=10)
        counts.add(len(bench.log_files))
    assert counts == {1, 2, 3}


def test_the_label_is_that_of_the_newest_event_and_the_object_may_come_before_or_after_it() -> None:
    bench = Bench(seed=4)
    busy(bench, seconds=7200, events=900)
    bench.run(minutes=10)
    files = bench.delivery.done.files
    assert all(timedelta(0) <= file.label - file.newest < 5 * MINUTE for file in files)
    assert all(file.oldest <= file.newest < file.time for file in files)
    assert any(file.time < file.label for file in files)
    assert any(file.time > file.label + 4 * MINUTE for file in files)


def test_in_about_a_quarter_of_the_files_the_records_are_not_in_the_order_of_time() -> None:
    bench = Bench(seed=5)
    ids = busy(bench, seconds=36_000, events=1500)
    bench.run(minutes=10)
    place = {id_: number for number, id_ in enumerate(ids)}
    orders = [[place[id_] for id_ in file.events] for file in bench.delivery.done.files]
    mixed = sum(order != sorted(order) for order in orders) / len(orders)
    assert 0.2 < mixed < 0.4


def test_the_object_is_as_cloudtrail_puts_it() -> None:
    bench = Bench()
    bench.happen()
    bench.run(minutes=10)
    (put,) = bench.world.puts
    assert (put.bucket, put.content_type, put.content_encoding) == (
        "logs",
        "application/json",
        "gzip",
    )
    assert put.source_arn == bench.trail.arn and put.kms_key is None and put.metadata == {}


def test_the_same_seed_and_the_same_events_give_the_same_bytes() -> None:
    def run() -> list[object]:
        bench = Bench(seed=9)
        for number in range(60):
            bench.run(seconds=17)
            bench.happen(id=f"id-{number}")
        bench.run(minutes=10)
        return bench.world.puts

    assert run() == run()


def test_duplicates_are_off_unless_asked_for_and_then_the_same_to_the_byte() -> None:
    bench = Bench(duplicates=1.0)
    bench.happen()
    bench.run(minutes=11)
    first, second = bench.world.puts[:2]
    assert first.body == second.body and first.key != second.key
    assert first.key[:-24] == second.key[:-24]
    assert len(bench.world.puts) == 2


# --- a trail's configuration at put time ---------------------------------------------------------


def test_the_bucket_prefix_and_key_are_those_the_trail_has_when_the_file_is_put() -> None:
    bench = Bench()
    bench.happen()
    bench.change(s3_bucket="other", s3_prefix="sap", kms_key=KEY)
    bench.run(minutes=10)
    (put,) = bench.world.puts
    assert put.bucket == "other" and put.key.startswith("sap/AWSLogs/") and put.kms_key == KEY


def test_an_organization_trail_files_by_organization_and_account() -> None:
    bench = Bench(a_trail(organization=True))
    bench.world.own_organization = Organization("o-abc1234567", "123456789012", ("210987654321",))
    bench.happen(account="210987654321")
    bench.run(minutes=10)
    assert bench.world.puts[0].key.startswith("AWSLogs/o-abc1234567/210987654321/CloudTrail/")


def test_what_was_taken_before_logging_stopped_still_arrives() -> None:
    bench = Bench()
    event = bench.happen()
    bench.stop()
    bench.run(minutes=10)
    assert bench.delivered() == [event.id]


def test_what_was_taken_before_the_trail_was_deleted_still_arrives() -> None:
    bench = Bench()
    event = bench.happen()
    bench.delete()
    bench.run(minutes=10)
    assert bench.delivered() == [event.id]


def test_a_new_trail_of_the_same_name_does_not_inherit_the_files_of_the_old_one() -> None:
    bench = Bench()
    bench.happen()
    bench.delete()
    bench.trails.put(a_trail(s3_bucket="new", created=NOON + MINUTE))
    bench.run(minutes=10)
    assert {put.bucket for put in bench.world.puts} == {"logs"}
    assert bench.delivery.status(bench.trail.arn).files.time is None


# --- refusals ------------------------------------------------------------------------------------


def test_a_refused_file_shows_in_the_status_with_the_targets_own_code() -> None:
    bench = Bench()
    bench.world.refuse["logs"] = "NoSuchBucket"
    bench.happen()
    bench.run(minutes=10)
    files = bench.delivery.status(bench.trail.arn).files
    assert files.error == "NoSuchBucket" and files.attempt is not None and files.time is None


def test_refused_files_arrive_when_the_bucket_is_mended_none_lost_and_the_error_goes_away() -> None:
    bench = Bench()
    bench.world.refuse["logs"] = "AccessDenied"
    ids = busy(bench, seconds=4 * 3600, events=200)
    assert bench.world.puts == []
    bench.world.refuse.clear()
    bench.run(hours=1)
    assert sorted(bench.delivered()) == sorted(ids)
    files = bench.delivery.status(bench.trail.arn).files
    assert files.error is None and files.time == files.attempt


def test_a_disabled_key_holds_the_files_until_it_is_enabled() -> None:
    bench = Bench(a_trail(kms_key=KEY))
    bench.world.refuse[KEY] = "KMS.DisabledException"
    event = bench.happen()
    bench.run(days=2)
    assert bench.delivery.status(bench.trail.arn).files.error == "KMS.DisabledException"
    bench.world.refuse.clear()
    bench.run(hours=1)
    assert bench.delivered() == [event.id]


def test_another_bucket_gets_the_waiting_files_soon_after_the_trail_was_changed() -> None:
    bench = Bench()
    bench.world.refuse["logs"] = "NoSuchBucket"
    event = bench.happen()
    bench.run(days=1)
    bench.change(s3_bucket="mended")
    bench.run(minutes=1)
    assert bench.delivered() == [event.id] and bench.world.puts[0].bucket == "mended"


def test_after_thirty_days_of_refusals_a_file_is_given_up() -> None:
    bench = Bench()
    bench.world.refuse["logs"] = "NoSuchBucket"
    event = bench.happen()
    bench.run(days=29)
    assert not [e for e in bench.delivery.done.errors if e.code == "Expired"]
    bench.run(days=2)
    (lost,) = [e for e in bench.delivery.done.errors if e.code == "Expired"]
    assert lost.events == (event.id,)
    bench.world.refuse.clear()
    bench.run(days=30)
    assert bench.world.puts == []


def test_many_waiting_files_cost_one_attempt_an_hour_together() -> None:
    bench = Bench()
    bench.world.refuse["logs"] = "NoSuchBucket"
    busy(bench, seconds=36_000, events=300)
    bench.run(hours=1)
    before = bench.world.attempts
    bench.run(hours=24)
    assert 23 <= bench.world.attempts - before <= 25


def test_a_deleted_trails_refused_files_are_not_tried_again() -> None:
    bench = Bench()
    bench.world.refuse["logs"] = "NoSuchBucket"
    bench.happen()
    bench.delete()
    bench.run(minutes=10)
    visited = len(bench.agenda.visited)
    bench.run(days=30)
    assert len(bench.agenda.visited) == visited and bench.world.attempts == 1


def test_one_trails_broken_bucket_does_not_hold_up_another_trail() -> None:
    bench = Bench()
    other = a_trail("other", s3_bucket="fine")
    bench.trails.put(other)
    bench.world.refuse["logs"] = "NoSuchBucket"
    event = bench.happen()
    bench.delivery.take(other, event, bench.now)
    bench.run(minutes=10)
    assert [put.bucket for put in bench.world.puts] == ["fine"]
    assert bench.delivery.status(other.arn).files.error is None


# --- notifications -------------------------------------------------------------------------------


def test_each_log_file_is_announced_with_bucket_and_key_and_no_subject() -> None:
    bench = Bench(a_trail(sns_topic="told", sns_topic_arn=TOPIC))
    bench.happen()
    bench.run(minutes=10)
    ((topic, text, source, subject),) = bench.world.messages
    assert (topic, source, subject) == (TOPIC, bench.trail.arn, None)
    assert json.loads(text) == {"s3Bucket": "logs", "s3ObjectKey": [bench.world.puts[0].key]}
    status = bench.delivery.status(bench.trail.arn)
    assert status.notifications.time == status.files.time


def test_without_a_topic_nobody_is_told() -> None:
    bench = Bench()
    bench.happen()
    bench.run(minutes=10)
    assert (
        bench.world.messages == [] and not bench.delivery.status(bench.trail.arn).notifications.time
    )


def test_a_topic_that_refuses_does_not_keep_the_file_back() -> None:
    bench = Bench(a_trail(sns_topic="told", sns_topic_arn=TOPIC))
    bench.world.refuse[TOPIC] = "AuthorizationError"
    bench.happen()
    bench.run(minutes=10)
    status = bench.delivery.status(bench.trail.arn)
    assert len(bench.world.puts) == 1 and status.files.error is None
    assert status.notifications.error == "AuthorizationError"
    bench.world.refuse.clear()
    bench.happen()
    bench.run(minutes=10)
    assert bench.delivery.status(bench.trail.arn).notifications.error is None


# --- status --------------------------------------------------------------------------------------


def test_a_trail_without_deliveries_has_an_empty_status() -> None:
    bench = Bench()
    status = bench.delivery.status(bench.trail.arn)
    assert status.files.time is status.files.attempt is status.files.error is None


def test_the_status_is_told_by_region_or_for_all_together() -> None:
    bench = Bench(a_trail(multi_region=True))
    bench.happen(region="eu-west-1")
    bench.run(minutes=10)
    arn = bench.trail.arn
    assert bench.delivery.status(arn, "us-east-1").files.time is None
    there = bench.delivery.status(arn, "eu-west-1").files.time
    assert there is not None and bench.delivery.status(arn).files.time == there


def test_the_time_of_the_status_is_when_the_file_was_put() -> None:
    bench = Bench()
    bench.happen()
    bench.run(hours=1)
    assert bench.delivery.status(bench.trail.arn).files.time == bench.delivery.done.files[0].time
    assert bench.delivery.done.files[0].time < NOON + HOUR
    assert len(records_in(bench.world.puts[0].body)) == 1
