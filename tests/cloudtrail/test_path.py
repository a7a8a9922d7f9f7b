"""The path of a call, from end to end, and what can be seen of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from lablib.cloudtrail.errors import CloudTrailError
from lablib.cloudtrail.event import wrap
from lablib.cloudtrail.own import ROUNDS
from lablib.cloudtrail.path import CloudTrail
from lablib.cloudtrail.trail import DataResource, EventSelector, Trail
from tests.cloudtrail.calls import LEARNER, call
from tests.cloudtrail.delivering import GROUP, KEY, ROLE, TOPIC, Targets, a_trail, records_in
from tests.fakes import ACCOUNT, NOON, REGION, Agenda, a_world

WANTS_S3 = (EventSelector(data_resources=(DataResource("AWS::S3::Object", ("arn:aws:s3",)),)),)


class World(Targets):
    def bucket(self, name: str) -> None:
        return None

    def role_id(self, arn: str) -> str:
        return "AROADBQP57FF2AEXAMPLE"


class Path:
    """CloudTrail with targets that take all."""

    def __init__(self, *trails: Trail, seed: int = 1, **options: Any) -> None:
        self.world, self.agenda = World(), Agenda()
        self.cloudtrail = CloudTrail(self.world, self.agenda, Random(seed), **options)
        for trail in trails:
            self.cloudtrail.trails.put(trail)

    def call(self, service: str = "ec2", operation: str = "StopInstances", **members: Any) -> str:
        made = call(service, operation, **{"time": self.agenda.now, **members})
        return self.cloudtrail.record(made).id

    def run(self, **span: float) -> None:
        self.agenda.run(self.agenda.now + timedelta(**span))

    def delivered(self) -> list[dict[str, Any]]:
        return [record for put in self.world.puts for record in records_in(put.body)]

    def stages(self, event_id: str) -> list[tuple[str, str]]:
        return [(s["stage"], s["what"]) for s in self.cloudtrail.trace(event_id)["stages"]]


# --- the path ------------------------------------------------------------------------------------


def test_the_stages_stand_in_one_list() -> None:
    assert [stage.__name__ for stage in Path().cloudtrail.stages] == [
        "describe_call",
        "remember_event",
        "choose_trails",
        "watch_rates",
        "deliver_event",
        "announce_event",
    ]


def test_a_call_becomes_the_same_record_in_history_and_log_file() -> None:
    path = Path(a_trail())
    event_id = path.call(params={"InstanceIds": ["i-1"]})
    path.run(minutes=10)
    answer = path.cloudtrail.answer("LookupEvents", {}, LEARNER, REGION, path.agenda.now)
    (found,) = answer["Events"]
    assert found["EventId"] == event_id
    assert json.loads(found["CloudTrailEvent"]) == path.delivered()[0]
    assert path.cloudtrail.events() == path.delivered()


def test_event_ids_are_lower_case_uuids_of_version_four_and_follow_the_seed() -> None:
    ids = [Path(seed=seed).call() for seed in range(20)]
    assert len(set(ids)) == 20
    form = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert all(re.fullmatch(form, id_) for id_ in ids)
    assert ids == [Path(seed=seed).call() for seed in range(20)]


def test_two_accounts_that_see_the_same_are_the_same_to_the_byte() -> None:
    def lived() -> list[object]:
        path = Path(a_trail(kms_key=KEY), a_trail("second", multi_region=True), seed=7)
        for number in range(50):
            path.run(seconds=31)
            path.call(region=("us-east-1", "eu-west-1")[number % 2])
        path.run(hours=1)
        return path.world.puts

    assert lived() == lived()


def test_each_trail_gets_what_its_selectors_take() -> None:
    writes = a_trail("writes", event_selectors=(EventSelector(read_write="WriteOnly"),))
    path = Path(writes, a_trail("all"))
    path.call("ec2", "DescribeInstances")
    path.run(minutes=10)
    assert {put.source_arn for put in path.world.puts} == {
        path.cloudtrail.trails.get(a_trail("all").arn).arn
    }


def test_data_events_reach_the_trail_that_asks_for_them_and_never_the_history() -> None:
    path = Path(a_trail(event_selectors=WANTS_S3, s3_bucket="logs", recursive_logging=False))
    event_id = path.call("s3", "GetObject", params={"Bucket": "data", "Key": "k"})
    path.run(minutes=10)
    assert event_id in [record["eventID"] for record in path.delivered()]
    answer = path.cloudtrail.answer("LookupEvents", {}, LEARNER, REGION, path.agenda.now)
    assert answer["Events"] == []
    assert [record["eventID"] for record in path.cloudtrail.events()] == [event_id]


def test_the_service_starts_and_stops_the_delivery() -> None:
    world, agenda = a_world(), Agenda()
    cloudtrail = CloudTrail(world, agenda, Random(1))

    def ask(operation: str, **params: Any) -> dict[str, Any]:
        answer = cloudtrail.answer(operation, params, LEARNER, REGION, agenda.now)
        cloudtrail.record(call("cloudtrail", operation, params=params, time=agenda.now))
        return answer

    ask("CreateTrail", Name="audit", S3BucketName="logs")
    ask("StartLogging", Name="audit")
    agenda.run(NOON + timedelta(minutes=1))
    ask("StopLogging", Name="audit")
    ask("DescribeTrails")
    agenda.run(NOON + timedelta(hours=1))
    files = [put for put in world.puts if put.body]
    names = [record["eventName"] for put in files for record in records_in(put.body)]
    assert sorted(names) == ["StartLogging", "StopLogging"]
    status = ask("GetTrailStatus", Name="audit")
    assert status["LatestDeliveryTime"] == cloudtrail.delivery.done.files[-1].time


def test_what_the_service_refuses_is_an_error_of_cloudtrails() -> None:
    with pytest.raises(CloudTrailError) as refused:
        Path().cloudtrail.answer("GetTrail", {"Name": "none"}, LEARNER, REGION, NOON)
    assert refused.value.code == "TrailNotFoundException"


def test_events_that_are_no_api_call_take_the_same_path() -> None:
    path = Path(a_trail())
    event = wrap(
        {
            "eventVersion": "1.08",
            "userIdentity": {"type": "IAMUser", "userName": "mia"},
            "eventTime": "2026-11-23T12:00:00Z",
            "eventSource": "signin.amazonaws.com",
            "eventName": "ConsoleLogin",
            "awsRegion": REGION,
            "eventID": path.cloudtrail.new_event_id(),
            "eventType": "AwsConsoleSignIn",
            "recipientAccountId": ACCOUNT,
            "eventCategory": "Management",
        }
    )
    path.cloudtrail.record_event(event, NOON)
    path.run(minutes=10)
    assert path.delivered() == [event.record] == path.cloudtrail.events(user="mia")


# --- when changes take effect --------------------------------------------------------------------


def taken(path: Path) -> bool:
    return path.cloudtrail.trace(path.call())["matches"][0]["taken"]


def test_a_start_takes_effect_at_once_unless_the_kit_is_to_do_as_aws_does() -> None:
    assert taken(Path(a_trail()))
    slow = Path(a_trail(), at_once=False)
    assert not taken(slow)
    slow.run(seconds=19)
    assert not taken(slow)
    slow.run(seconds=101)
    assert taken(slow)


def test_events_soon_after_a_stop_are_still_taken_when_the_kit_does_as_aws_does() -> None:
    path = Path(a_trail(), at_once=False)
    path.call()
    path.run(minutes=5)
    path.cloudtrail.trails.put(a_trail(logging=False, stopped=path.agenda.now))
    assert taken(path)
    path.run(minutes=2)
    assert not taken(path)


@pytest.mark.parametrize("seed", range(10))
def test_of_two_changes_the_later_one_stays_even_if_it_overtakes(seed: int) -> None:
    path = Path(a_trail(logging=False), at_once=False, seed=seed)
    path.call()
    path.run(seconds=1)
    path.cloudtrail.trails.put(a_trail(logging=True))
    path.call()
    path.run(minutes=5)
    assert taken(path)


# --- CloudTrail's own calls ----------------------------------------------------------------------


def test_an_encrypted_log_file_leaves_a_generate_data_key_by_cloudtrail() -> None:
    path = Path(a_trail(kms_key=KEY))
    path.call()
    path.run(minutes=10)
    file = path.world.puts[0]
    (record,) = [r for r in path.cloudtrail.events() if r["eventName"] == "GenerateDataKey"]
    assert record["userIdentity"] == {
        "type": "AWSService",
        "invokedBy": "cloudtrail.amazonaws.com",
    }
    assert record["sourceIPAddress"] == record["userAgent"] == "cloudtrail.amazonaws.com"
    assert record["requestParameters"] == {
        "keySpec": "AES_256",
        "keyId": KEY,
        "encryptionContext": {
            "aws:cloudtrail:arn": path.cloudtrail.delivery.done.files[0].trail,
            "aws:s3:arn": f"arn:aws:s3:::{file.bucket}/{file.key}",
        },
    }
    assert record["responseElements"] is None and record["readOnly"] is True
    assert record["resources"][0]["ARN"] == KEY and "sharedEventID" in record


def test_without_a_key_nothing_of_kms_is_recorded() -> None:
    path = Path(a_trail())
    path.call()
    path.run(days=1)
    assert len(path.cloudtrail.events()) == 1


def test_a_file_with_nothing_but_the_data_key_of_another_causes_no_further_one() -> None:
    path = Path(a_trail(kms_key=KEY))
    path.call()
    path.run(days=1)
    assert [r["eventName"] for r in path.delivered()] == ["StopInstances", "GenerateDataKey"]


def test_a_trail_that_logs_its_own_bucket_feeds_itself_until_the_kit_lets_it_rest() -> None:
    path = Path(a_trail(event_selectors=WANTS_S3))
    path.call()
    path.run(days=2)
    names = [record["eventName"] for record in path.delivered()]
    assert names == ["StopInstances"] + ["PutObject"] * ROUNDS["PutObject"]
    bucket, key = path.world.puts[0].bucket, path.world.puts[0].key
    asked = path.delivered()[1]["requestParameters"]
    assert (asked["bucketName"], asked["key"]) == (bucket, key)


def test_without_recursive_logging_a_trail_does_not_feed_itself() -> None:
    path = Path(a_trail(event_selectors=WANTS_S3, recursive_logging=False))
    path.call()
    path.run(days=2)
    assert [record["eventName"] for record in path.delivered()] == ["StopInstances"]
    assert len(path.cloudtrail.events()) == 1


# --- looking at it -------------------------------------------------------------------------------


def test_the_trace_tells_the_whole_journey_in_order() -> None:
    path = Path(
        a_trail(sns_topic="told", sns_topic_arn=TOPIC, logs_group=GROUP, logs_role=ROLE),
        a_trail("far", home_region="eu-west-1"),
    )
    event_id = path.call()
    stages = path.stages(event_id)
    assert stages[:4] == [
        ("record", "StopInstances by learner became a record"),
        ("history", "in Event history of us-east-1 for 90 days"),
        ("trails", "taken by watch"),
        ("trails", "not taken by far"),
    ]
    assert stages[4] == ("log file", "will be in a log file of watch")
    path.run(minutes=10)
    later = path.cloudtrail.trace(event_id)["stages"][4:]
    assert {stage["stage"] for stage in later} == {"log file", "notification", "CloudWatch Logs"}
    assert [s["time"] for s in later] == sorted(s["time"] for s in later)
    (file,) = [stage for stage in later if stage["stage"] == "log file"]
    assert file["what"] == f"s3://logs/{path.world.puts[0].key}"
    assert all(stage["why"] for stage in path.cloudtrail.trace(event_id)["stages"])


def test_the_trace_carries_the_record_and_every_trails_reason() -> None:
    path = Path(a_trail(), replace(a_trail("idle"), logging=False))
    event_id = path.call()
    trace = path.cloudtrail.trace(event_id)
    assert trace["event"]["eventID"] == event_id
    assert [(m["trail"].rpartition("/")[2], m["taken"]) for m in trace["matches"]] == [
        ("watch", True),
        ("idle", False),
    ]
    assert json.loads(json.dumps(trace)) == trace


def test_the_trace_of_an_event_without_trails_says_so() -> None:
    path = Path()
    assert ("trails", "no trail took it") in path.stages(path.call())


def test_the_trace_of_a_data_event_says_that_it_is_not_in_the_history() -> None:
    path = Path()
    event_id = path.call("s3", "GetObject", params={"Bucket": "b", "Key": "k"})
    assert ("history", "not in Event history of us-east-1") in path.stages(event_id)


def test_the_trace_shows_a_refusal() -> None:
    path = Path(a_trail())
    path.world.refuse["logs"] = "NoSuchBucket"
    event_id = path.call()
    path.run(minutes=10)
    assert path.stages(event_id)[-1] == ("refused", "log file of watch was refused")


def test_an_unknown_event_has_no_trace() -> None:
    with pytest.raises(KeyError):
        Path().cloudtrail.trace("none")


def test_events_are_filtered_and_limited_newest_first() -> None:
    path = Path()
    first = path.call()
    path.run(seconds=5)
    second = path.call("iam", "CreateUser", params={"UserName": "mia"})
    find = path.cloudtrail.events
    assert [record["eventID"] for record in find()] == [second, first]
    assert [record["eventID"] for record in find(limit=1)] == [second]
    assert [record["eventID"] for record in find(name="StopInstances")] == [first]
    assert [record["eventID"] for record in find(source="iam.amazonaws.com")] == [second]
    assert [record["eventID"] for record in find(user="learner")] == [second, first]
    assert find(user="mia") == [] == find(end=NOON - timedelta(seconds=1))


TIMELINE = {
    "calls": {"time", "name", "source", "id", "read_only", "category", "user", "trails"},
    "files": {
        "trail", "bucket", "key", "label", "time", "region", "category", "events", "oldest",
        "newest", "bytes",
    },
    "notifications": {"time", "topic", "trail", "key"},
    "logs": {"time", "group", "stream", "events"},
    "errors": {"time", "trail", "what", "code"},
}  # fmt: skip


def test_the_timeline_has_calls_and_deliveries_in_json() -> None:
    path = Path(
        a_trail(sns_topic="told", sns_topic_arn=TOPIC, logs_group=GROUP, logs_role=ROLE),
        a_trail("broken", s3_bucket="gone"),
    )
    path.world.refuse["gone"] = "NoSuchBucket"
    event_id = path.call()
    path.run(minutes=10)
    timeline = path.cloudtrail.timeline()
    assert json.loads(json.dumps(timeline)) == timeline
    for part, members in TIMELINE.items():
        assert set(timeline[part][0]) == members
    assert timeline["calls"][0]["id"] == event_id
    assert {arn.rpartition("/")[2] for arn in timeline["calls"][0]["trails"]} == {"watch", "broken"}
    assert timeline["files"][0]["events"][0] == event_id
    assert datetime.fromisoformat(timeline["files"][0]["time"]) > NOON
    assert timeline["errors"][0]["code"] == "NoSuchBucket"


def test_the_timeline_keeps_to_its_stretch_of_time() -> None:
    path = Path(a_trail())
    path.call()
    path.run(hours=1)
    early, late = (
        path.cloudtrail.timeline(end=NOON),
        path.cloudtrail.timeline(NOON + timedelta(minutes=1)),
    )
    assert len(early["calls"]) == 1 and early["files"] == []
    assert late["calls"] == [] and len(late["files"]) == 1


def test_the_account_of_the_path_is_that_of_its_world() -> None:
    assert Path().cloudtrail.service.parts.world.account == ACCOUNT


# --- the role for CloudWatch Logs ----------------------------------------------------------------


def assumptions(path: Path) -> list[dict[str, Any]]:
    found = [r for r in path.cloudtrail.events() if r["eventName"] == "AssumeRole"]
    return found[::-1]


def test_a_delivery_to_cloudwatch_logs_leaves_an_assume_role_by_cloudtrail() -> None:
    path = Path(a_trail(logs_group=GROUP, logs_role=ROLE))
    path.call()
    path.run(minutes=5)
    (record,) = assumptions(path)
    assert record["userIdentity"] == {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
    assert record["sourceIPAddress"] == record["userAgent"] == "cloudtrail.amazonaws.com"
    session = "CLOUDWATCH_LOGS_DELIVERY_SESSION"
    assert record["requestParameters"] == {"roleArn": ROLE, "roleSessionName": session}
    answer = record["responseElements"]
    assert answer["assumedRoleUser"]["assumedRoleId"] == f"AROADBQP57FF2AEXAMPLE:{session}"
    assert set(answer["credentials"]) == {"accessKeyId", "sessionToken", "expiration"}
    assert record["resources"][0]["ARN"] == ROLE
    assert record["readOnly"] is True and "sharedEventID" in record


def test_the_session_lasts_an_hour_and_an_idle_account_comes_to_rest() -> None:
    path = Path(a_trail(logs_group=GROUP, logs_role=ROLE))
    for _ in range(12):
        path.call()
        path.run(minutes=10)
    assert len(assumptions(path)) == 2
    path.run(days=3)
    assert len(assumptions(path)) <= 3


def test_each_region_has_a_session_of_its_own() -> None:
    path = Path(a_trail(logs_group=GROUP, logs_role=ROLE, multi_region=True))
    path.call()
    path.call(region="eu-west-1")
    path.run(minutes=5)
    assert sorted(r["awsRegion"] for r in assumptions(path)) == ["eu-west-1", "us-east-1"]


def test_without_a_log_group_no_role_is_assumed() -> None:
    path = Path(a_trail())
    path.call()
    path.run(hours=1)
    assert assumptions(path) == []
