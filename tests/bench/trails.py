"""What is measured of CloudTrail itself: pairs of ours and what it is held against, in one run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.measures import Pair
from tests.bench.pulse import Pulse
from tests.bench.servers import Server, account, bucket_policy

BUCKET = "bench-trails"
FIVE_MINUTES = 300
DAY = 86_400
MONTH_OF_DIGESTS, MONTH_OF_FILES = 720, 8_640
START = "2032-03-01T10:00:00Z"
ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/bench0"
MICROSECOND = 1e-6


@contextmanager
def trails(count: int) -> Iterator[tuple[Server, Pulse]]:
    """A frozen account with so many trails, all logging and validating."""
    with account("--clock", "frozen", "--start", START, "--seed", "7") as server:
        assert server.state is not None
        s3, cloudtrail = server.client("s3"), server.client("cloudtrail")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_bucket_policy(Bucket=BUCKET, Policy=bucket_policy(BUCKET))
        for number in range(count):
            name = f"bench{number}"
            cloudtrail.create_trail(Name=name, S3BucketName=BUCKET, EnableLogFileValidation=True)
            cloudtrail.start_logging(Name=name)
        from lablib.connection import running

        token = running(server.state).token
        yield server, Pulse(server.endpoint, server.key, server.secret, token)


# --- verify and validate-logs --------------------------------------------------------------------


def verify() -> list[Pair]:
    """Seconds of `cloudtrail-lab verify` and of `aws cloudtrail validate-logs` for one month."""
    with trails(1) as (server, pulse):
        files = 0
        while files < MONTH_OF_FILES:
            for _ in range(max(12, MONTH_OF_FILES - files)):
                pulse.beat()
                pulse.wind(FIVE_MINUTES)
            files = _count(server, "CloudTrail/")
        pulse.wind(7200)
        assert _count(server, "CloudTrail-Digest/") >= MONTH_OF_DIGESTS
        ours = _seconds(server, sys.executable, "-m", "lablib", "verify", "bench0")
        aws = str(Path(sys.executable).with_name("aws"))
        told = ("--trail-arn", ARN, "--start-time", START, "--end-time", "2032-12-01T00:00:00Z")
        return [(ours, _seconds(server, aws, "cloudtrail", "validate-logs", *told))]


def _count(server: Server, folder: str) -> int:
    pages = server.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=BUCKET, Prefix=f"AWSLogs/123456789012/{folder}us-east-1/")
    return sum(page["KeyCount"] for page in found)


def _seconds(server: Server, *command: str) -> float:
    from lablib.connection import environment
    from tests.conftest import clean_environment

    assert server.state is not None
    env = clean_environment() | environment(server.state)
    env["PYTHONPATH"] = f"{env.get('PYTHONPATH', '')}:{Path(__file__).parents[2]}"
    began = time.perf_counter()
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    seconds = time.perf_counter() - began
    assert done.returncode == 0, done.stdout + done.stderr
    return seconds


# --- winding -------------------------------------------------------------------------------------


def wind(days: int = 90, events: int = 100_000, busy_share: int = 10) -> list[Pair]:
    """Seconds to wind so many days with five trails: idle, and with so many events.

    Of the busy days one in `busy_share` is measured and counted so many times: they are all alike.
    """
    with trails(5) as (_, pulse):
        pulse.wind(7200)
        idle = _wound(pulse, days * DAY)
    with trails(5) as (_, pulse):
        pulse.wind(7200)
        few = events // busy_share
        began = time.perf_counter()
        for _ in range(few):
            pulse.beat()
            pulse.wind(days * DAY / busy_share / few)
        return [(idle, (time.perf_counter() - began) * busy_share)]


def _wound(pulse: Pulse, seconds: float) -> float:
    began = time.perf_counter()
    pulse.wind(seconds)
    return time.perf_counter() - began


# --- matching ------------------------------------------------------------------------------------


def match(rounds: int = 20_000) -> list[Pair]:
    """Median seconds to match one event against five trails with 500 advanced values each, and
    the 20 µs that were asked for."""
    from lablib.cloudtrail.selectors import match as matches

    event, five = _event(), [_trail(number) for number in range(5)]
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        for trail in five:
            matches(trail, event)
        seconds.append(time.perf_counter() - began)
    return [(statistics.median(seconds), 20 * MICROSECOND)]


def _trail(number: int) -> Any:
    """A trail with 500 advanced values: in one selector, or in a hundred that differ in three
    fields. The event is taken by the last value of one trail, by none of the others."""
    from lablib.cloudtrail.trail import AdvancedSelector, FieldSelector, Trail

    always = (
        FieldSelector("eventCategory", equals=("Data",)),
        FieldSelector("resources.type", equals=("AWS::S3::Object",)),
    )
    buckets = [f"arn:aws:s3:::bucket-{number}-{one}/" for one in range(498)]
    together = [
        AdvancedSelector((*always, FieldSelector("resources.ARN", starts_with=(*buckets,))))
    ]
    apart = [
        AdvancedSelector(
            (
                *always,
                FieldSelector("resources.ARN", starts_with=(buckets[one],)),
                FieldSelector("eventName", ends_with=(f"{one}Object",)),
                FieldSelector("readOnly", equals=("false",)),
            )
        )
        for one in range(100)
    ]
    name = f"bench{number}"
    return Trail(
        name,
        f"arn:aws:cloudtrail:us-east-1:123456789012:trail/{name}",
        "us-east-1",
        "123456789012",
        BUCKET,
        advanced_selectors=(*(together if number % 2 else apart),),
        logging=True,
        started=datetime(2032, 3, 1, tzinfo=UTC),
    )


def _event() -> Any:
    """A PutObject to a bucket that the fourth trail names last."""
    from lablib.cloudtrail.event import describe
    from tests.cloudtrail.calls import call

    return describe(call("s3", "PutObject", params={"Bucket": "bucket-3-497", "Key": "key"}), "id")
