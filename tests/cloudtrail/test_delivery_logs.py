"""Events on their way to CloudWatch Logs."""

from __future__ import annotations

from datetime import timedelta

from lablib.cloudtrail.world import Organization
from tests.cloudtrail.delivering import GROUP, ROLE, Bench, a_trail
from tests.fakes import NOON


def with_logs(**settings: object) -> Bench:
    return Bench(a_trail(logs_group=GROUP, logs_role=ROLE, **settings))


def sent(bench: Bench) -> list[str]:
    return [text for _, _, texts, _ in bench.world.logs for text in texts]


def test_each_record_is_one_line_in_the_regions_stream() -> None:
    bench = with_logs()
    events = [bench.happen(name) for name in ("RunInstances", "StopInstances")]
    bench.run(minutes=5)
    ((group, stream, texts, _),) = bench.world.logs
    assert (group, stream) == (GROUP, "123456789012_CloudTrail_us-east-1")
    assert texts == [event.json for event in events]


def test_the_stream_is_that_of_the_events_region() -> None:
    bench = with_logs(multi_region=True)
    bench.happen(region="eu-west-1")
    bench.run(minutes=5)
    assert bench.world.logs[0][1] == "123456789012_CloudTrail_eu-west-1"


def test_an_organizations_stream_begins_with_its_id() -> None:
    bench = with_logs(organization=True)
    bench.world.own_organization = Organization("o-abc1234567", "123456789012", ())
    bench.happen()
    bench.run(minutes=5)
    assert bench.world.logs[0][1] == "o-abc1234567_123456789012_CloudTrail_us-east-1"


def test_events_arrive_after_one_to_three_minutes_stamped_with_the_time_of_arrival() -> None:
    bench = with_logs()
    times = {}
    for _ in range(300):
        bench.run(seconds=7)
        event = bench.happen()
        times[event.json] = event.time
    bench.run(minutes=5)
    waits = [time - times[text] for _, _, texts, time in bench.world.logs for text in texts]
    assert len(waits) == 300
    assert timedelta(seconds=60) <= min(waits) and max(waits) <= timedelta(seconds=180)


def test_an_event_over_256_kb_goes_to_s3_only() -> None:
    bench = with_logs()
    large = bench.happen(padding=256 * 1024)
    small = bench.happen(padding=255 * 1024)
    bench.run(minutes=10)
    assert sent(bench) == [small.json]
    assert sorted(bench.delivered()) == sorted([large.id, small.id])


def test_a_call_carries_at_most_one_megabyte() -> None:
    bench = with_logs()
    events = [bench.happen(padding=200_000) for _ in range(12)]
    bench.run(minutes=5)
    assert all(sum(len(t) + 26 for t in texts) <= 1_048_576 for _, _, texts, _ in bench.world.logs)
    assert sent(bench) == [event.json for event in events]


def test_a_trail_without_a_log_group_sends_nothing() -> None:
    bench = Bench()
    bench.happen()
    bench.run(minutes=10)
    assert bench.world.logs == []


def test_a_log_group_that_was_taken_away_meanwhile_gets_nothing() -> None:
    bench = with_logs()
    bench.happen()
    bench.change(logs_group=None, logs_role=None)
    bench.run(minutes=10)
    assert bench.world.logs == [] and len(bench.world.puts) == 1


def test_a_refusal_shows_in_the_status_and_the_events_arrive_later() -> None:
    bench = with_logs()
    bench.world.refuse[GROUP] = "AccessDenied"
    event = bench.happen()
    bench.run(hours=2)
    assert bench.delivery.status(bench.trail.arn).logs.error == "AccessDenied"
    assert bench.delivery.status(bench.trail.arn).files.error is None
    bench.world.refuse.clear()
    bench.run(hours=1)
    assert sent(bench) == [event.json]
    logs = bench.delivery.status(bench.trail.arn).logs
    assert logs.error is None and logs.time is not None and logs.time > NOON
