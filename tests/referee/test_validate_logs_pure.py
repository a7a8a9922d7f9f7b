"""The AWS CLI's own validator judges our chains of digests, over a bucket made of a dictionary."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from awscli.customizations.cloudtrail.validation import CloudTrailValidateLogs
from botocore.exceptions import ClientError

from lablib.cloudtrail.verification import Report
from tests.cloudtrail.chained import Storage, chained, verified
from tests.cloudtrail.delivering import Bench, a_trail, signers
from tests.fakes import NOON, REGION


class Keys:
    """`search` of a page iterator, as the validator uses it."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = keys

    def search(self, expression: str) -> Iterator[str]:
        assert expression == "Contents[*].Key"
        return iter(self._keys)


class S3:
    """An S3 client with the two calls that the validator makes."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def get_client(self, bucket: str) -> S3:
        return self

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        if (Bucket, Key) not in self._storage.objects:
            error = {"Error": {"Code": "NoSuchKey", "Message": "It does not exist."}}
            raise ClientError(error, "GetObject")
        body, metadata, _ = self._storage.objects[Bucket, Key]
        return {"Body": io.BytesIO(body), "Metadata": metadata}

    def get_paginator(self, operation: str) -> S3:
        assert operation == "list_objects"
        return self

    def paginate(self, Bucket: str, Marker: str, Prefix: str) -> Keys:
        keys = sorted(key for bucket, key in self._storage.objects if bucket == Bucket)
        return Keys([key for key in keys if key > Marker and key.startswith(Prefix)])


class CloudTrailKeys:
    """ListPublicKeys, as the CLI's parser leaves it: blobs stay base64."""

    def __init__(self, region: str) -> None:
        self._region = region

    def list_public_keys(self, StartTime: datetime, EndTime: datetime) -> dict[str, Any]:
        keys = signers().public_keys(self._region, StartTime, EndTime)
        return {
            "PublicKeyList": [
                {
                    "Value": base64.b64encode(key.value).decode(),
                    "ValidityStartTime": key.start,
                    "ValidityEndTime": key.end,
                    "Fingerprint": key.fingerprint,
                }
                for key in keys
            ]
        }


class Judged:
    """What `aws cloudtrail validate-logs --verbose` prints, and its exit code."""

    def __init__(self, bench: Bench, storage: Storage, capture: Any, region: str = REGION) -> None:
        command = CloudTrailValidateLogs(session=None)
        command.trail_arn, command.is_verbose = bench.trail.arn, True
        command.start_time, command.end_time = NOON - timedelta(days=10), bench.now
        command.s3_bucket, command.s3_prefix = bench.trail.s3_bucket, bench.trail.s3_prefix
        command._source_region = region
        command.s3_client_provider = S3(storage)
        command.cloudtrail_client = CloudTrailKeys(region)
        command.organization_client = None
        capture.readouterr()
        command._call()
        printed = capture.readouterr()
        self.text = printed.out + printed.err
        self.exit = int(command._invalid_digests + command._invalid_logs > 0)
        self.valid_digests, self.valid_logs = command._valid_digests, command._valid_logs


def words(report: Report) -> set[str]:
    return {f"s3://{c.bucket}/{c.key}\tINVALID: {c.verdict}" for c in report.broken}


def test_an_intact_chain_is_valid_in_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    bench = chained(12)
    judged = Judged(bench, Storage(bench), capsys)
    assert judged.exit == 0
    assert f"{len(bench.digests)}/{len(bench.digests)} digest files valid" in judged.text
    assert f"{len(bench.log_files)}/{len(bench.log_files)} log files valid" in judged.text


def test_thirty_days_wound_in_one_go_are_valid_in_every_region(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench = Bench(a_trail(validate=True, logging=False, multi_region=True, s3_prefix="sap/prd"))
    bench.start()
    for hour in range(24):
        bench.run(minutes=13 * hour)
        bench.happen(region=("us-east-1", "eu-west-1")[hour % 2])
    bench.run(days=30)
    storage = Storage(bench)
    for region in ("us-east-1", "eu-west-1"):
        judged = Judged(bench, storage, capsys, region)
        assert judged.exit == 0 and judged.valid_logs == 12
        assert verified(bench, storage, region=region).valid
    assert judged.valid_digests > 700


Tamper = Callable[[Storage], None]
CASES: dict[str, tuple[str, Tamper]] = {
    "edited log": (
        "INVALID: hash value doesn't match",
        lambda s: s.edit(s.keys(digests=False)[0], "StopInstances", "StartInstances"),
    ),
    "deleted log": ("INVALID: not found", lambda s: s.delete(s.keys(digests=False)[0])),
    "bytes appended to a log": (
        "INVALID: unexpected data after end of compressed stream",
        lambda s: s.append(s.keys(digests=False)[0], b"more"),
    ),
    "deleted digest": ("INVALID: not found", lambda s: s.delete(s.keys(digests=True)[2])),
    "deleted oldest digest": ("INVALID: not found", lambda s: s.delete(s.keys(digests=True)[0])),
    "edited digest": (
        "INVALID: signature verification failed",
        lambda s: s.edit(s.keys(digests=True)[2], '"logFiles":[', '"logFiles": ['),
    ),
    "stripped metadata": (
        "INVALID: signature verification failed",
        lambda s: s.strip(s.keys(digests=True)[2]),
    ),
    "digest claiming another place": (
        "INVALID: has been moved from its original location",
        lambda s: s.edit(
            s.keys(digests=True)[2], '"digestS3Bucket":"logs"', '"digestS3Bucket":"other"'
        ),
    ),
    "digest that is none": (
        "INVALID: invalid format",
        lambda s: s.edit(s.keys(digests=True)[2], '"digestEndTime"', '"digestEnd"'),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_referee_and_our_validator_say_the_same_of_a_touched_bucket(
    case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict, tamper = CASES[case]
    bench = chained()
    storage = Storage(bench)
    tamper(storage)
    judged = Judged(bench, storage, capsys)
    report = verified(bench, storage)
    assert judged.exit == 1 and verdict in judged.text
    assert not report.valid and all(line in judged.text for line in words(report))
    assert judged.valid_digests == sum(digest.valid for digest in report.digests)
    assert judged.valid_logs == sum(file.valid for file in report.files)


def test_a_moved_digest_is_found_by_both(capsys: pytest.CaptureFixture[str]) -> None:
    bench = chained()
    storage = Storage(bench)
    bucket, newest = storage.keys(digests=True)[-1]
    storage.move((bucket, newest), (bucket, newest.replace("20261123T16", "20261123T17")))
    judged = Judged(bench, storage, capsys)
    report = verified(bench, storage)
    assert judged.exit == 1 and not report.valid
    assert "has been moved from its original location" in judged.text
    assert "has been moved from its original location" in {c.verdict for c in report.broken}


def test_the_deleted_newest_digest_is_seen_by_our_validator_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench = chained()
    storage = Storage(bench)
    storage.delete(storage.keys(digests=True)[-1])
    assert Judged(bench, storage, capsys).exit == 0
    assert not verified(bench, storage).valid


def test_all_digests_deleted_is_seen_by_our_validator_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench = chained()
    storage = Storage(bench)
    for at in storage.keys(digests=True):
        storage.delete(at)
    judged = Judged(bench, storage, capsys)
    assert judged.exit == 0 and "No digests found" in judged.text
    assert not verified(bench, storage).valid


def test_a_stop_and_a_new_start_is_a_gap_and_not_an_error_for_both(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench = chained()
    bench.stop()
    bench.run(hours=7, minutes=11)
    bench.start()
    bench.happen()
    bench.run(hours=3)
    storage = Storage(bench)
    judged = Judged(bench, storage, capsys)
    assert judged.exit == 0 and "No log files were delivered by CloudTrail between" in judged.text
    assert judged.valid_digests == len(bench.digests)
    assert verified(bench, storage).valid


def test_a_chain_across_two_buckets_is_valid(capsys: pytest.CaptureFixture[str]) -> None:
    bench = chained()
    bench.change(s3_bucket="other")
    bench.happen()
    bench.run(hours=2)
    judged = Judged(bench, Storage(bench), capsys)
    assert judged.exit == 0 and judged.valid_digests == len(bench.digests)
