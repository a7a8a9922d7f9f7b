"""A log file's name and bytes."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from lablib.cloudtrail import logfile
from tests.cloudtrail.delivering import an_event, records_in
from tests.fakes import NOON

# What AWS's own Java library accepts as a log file (aws-cloudtrail-processing-library).
ACCEPTED = re.compile(r".+_CloudTrail_[\w\-]+_\d{8}T\d{4}Z_[\w]+\.json\.gz")


def written(*events, seed: int = 1) -> logfile.LogFile:
    ((file, _),) = logfile.write(events, Random(seed))
    return file


def test_the_key_has_account_region_day_and_label() -> None:
    key = written(an_event(time=datetime(2026, 11, 23, 9, 57, 12, tzinfo=UTC))).key()
    assert re.fullmatch(
        r"AWSLogs/123456789012/CloudTrail/us-east-1/2026/11/23/"
        r"123456789012_CloudTrail_us-east-1_20261123T1000Z_[A-Za-z0-9]{16}\.json\.gz",
        key,
    )
    assert ACCEPTED.fullmatch(key)


def test_prefix_and_organization_stand_before_the_account() -> None:
    key = written(an_event()).key("team/a", "o-abc1234567")
    assert key.startswith("team/a/AWSLogs/o-abc1234567/123456789012/CloudTrail/us-east-1/")


@pytest.mark.parametrize(
    ("category", "folder"),
    [
        ("Management", "CloudTrail"),
        ("Data", "CloudTrail"),
        ("Insight", "CloudTrail-Insight"),
        ("NetworkActivity", "CloudTrail-NetworkActivity"),
    ],
)
def test_insights_and_network_activity_have_folders_of_their_own(
    category: str, folder: str
) -> None:
    key = written(an_event(category=category)).key()
    assert f"/{folder}/us-east-1/" in key and f"_{folder}_us-east-1_" in key


@pytest.mark.parametrize(
    ("newest", "label"),
    [("12:00:00", "12:00"), ("12:00:01", "12:05"), ("12:04:59", "12:05"), ("12:05:00", "12:05")],
)
def test_the_label_is_the_newest_event_rounded_up_to_five_minutes(newest: str, label: str) -> None:
    event = an_event(time=datetime.fromisoformat(f"2026-11-23T{newest}+00:00"))
    older = an_event(time=event.time - timedelta(minutes=7))
    assert f"{written(event, older).label:%H:%M}" == label


def test_parts_of_a_second_do_not_move_the_label() -> None:
    event = an_event(time=datetime(2026, 11, 23, 12, 5, 0, 400_000, tzinfo=UTC))
    assert f"{written(event).label:%H:%M}" == "12:05"


def test_the_folder_of_the_last_minutes_of_a_day_is_that_of_the_label() -> None:
    key = written(an_event(time=datetime(2026, 12, 31, 23, 58, tzinfo=UTC))).key()
    assert "/2027/01/01/" in key and "_20270101T0000Z_" in key


def test_the_body_is_one_line_of_compact_json_with_the_records() -> None:
    events = [an_event("RunInstances"), an_event("StopInstances")]
    body = written(*events).body
    text = gzip.decompress(body).decode()
    assert text == '{"Records":[' + ",".join(e.json for e in events) + "]}"
    assert records_in(body) == [e.record for e in events]


def test_what_was_written_can_be_read_back() -> None:
    events = [an_event(n) for n in ("CreateUser", "DeleteUser")]
    assert logfile.read(written(*events).body) == [e.record for e in events]


@pytest.mark.parametrize(
    "body", [b"", b"nothing", gzip.compress(b"{}"), gzip.compress(b"[1]"), b"\x1f\x8b"]
)
def test_reading_something_else_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match="not a CloudTrail log file"):
        logfile.read(body)


def test_the_same_events_and_the_same_chance_give_the_same_bytes_and_name() -> None:
    events = [an_event(), an_event()]
    assert written(*events, seed=5) == written(*events, seed=5)
    assert written(*events, seed=5).unique != written(*events, seed=6).unique


def test_more_than_fifty_megabytes_become_several_files() -> None:
    events = [an_event(time=NOON, padding=20 * 1024 * 1024) for _ in range(5)]
    files = [file for file, _ in logfile.write(events, Random(1))]
    assert [len(file.events) for file in files] == [2, 2, 1]
    assert all(len(gzip.decompress(file.body)) <= 50 * 1024 * 1024 for file in files)
    assert [id_ for file in files for id_ in file.events] == [event.id for event in events]
