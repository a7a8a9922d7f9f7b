"""Our own validator: what it finds, and in which words."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from lablib.cloudtrail.verification import Checked, verify
from lablib.cloudtrail.world import Refused
from tests.cloudtrail.chained import TEN_DAYS, Storage, chained, subject, verified
from tests.cloudtrail.delivering import Bench, a_trail
from tests.cloudtrail.test_digest import MEMBERS
from tests.fakes import NOON

Tamper = Callable[[Storage], None]


def only(broken: tuple[Checked, ...]) -> Checked:
    (one,) = broken
    return one


def test_an_untouched_chain_is_valid_from_the_newest_digest_to_the_oldest() -> None:
    bench = chained()
    storage = Storage(bench)
    report = verified(bench, storage)
    assert report.valid and report.broken == () and report.gaps == ()
    assert [digest.key for digest in report.digests] == [
        key for _, key in reversed(storage.keys(digests=True))
    ]
    assert sorted(file.key for file in report.files) == [k for _, k in storage.keys(digests=False)]
    assert sum(digest.log_files for digest in report.digests) == len(report.files)


LOG: list[tuple[str, Tamper]] = [
    (
        "hash value doesn't match",
        lambda s: s.edit(s.keys(digests=False)[0], "StopInstances", "StartInstances"),
    ),
    ("not found", lambda s: s.delete(s.keys(digests=False)[0])),
    (
        "unexpected data after end of compressed stream",
        lambda s: s.append(s.keys(digests=False)[0], b"x"),
    ),
    (
        "not found",
        lambda s: s.move(s.keys(digests=False)[0], ("logs", "elsewhere.json.gz")),
    ),
]


@pytest.mark.parametrize(("verdict", "tamper"), LOG)
def test_a_touched_log_file_is_named_with_what_is_wrong(verdict: str, tamper: Tamper) -> None:
    bench = chained()
    storage = Storage(bench)
    at = storage.keys(digests=False)[0]
    tamper(storage)
    report = verified(bench, storage)
    broken = only(report.broken)
    assert (broken.bucket, broken.key) == at and broken.verdict == verdict and broken.why
    assert not report.valid and all(digest.valid for digest in report.digests)


def test_a_log_file_that_is_no_gzip_any_more_has_an_invalid_format() -> None:
    bench = chained()
    storage = Storage(bench)
    at = storage.keys(digests=False)[0]
    storage.objects[at] = b"plain text", {}, NOON
    assert only(verified(bench, storage).broken).verdict == "invalid format"


MOVED = "has been moved from its original location"
DIGEST: list[tuple[str, Tamper]] = [
    ("not found", lambda s: s.delete(s.keys(digests=True)[2])),
    (
        "signature verification failed",
        lambda s: s.edit(s.keys(digests=True)[2], '"logFiles":[', '"logFiles": ['),
    ),
    ("signature verification failed", lambda s: s.strip(s.keys(digests=True)[2])),
    (
        MOVED,
        lambda s: s.edit(
            s.keys(digests=True)[2], '"digestS3Bucket":"logs"', '"digestS3Bucket":"b"'
        ),
    ),
    ("invalid format", lambda s: s.edit(s.keys(digests=True)[2], "digestEndTime", "digestEnd")),
    (
        "public key not found in region us-east-1 for fingerprint 00",
        lambda s: s.edit(
            s.keys(digests=True)[2],
            '"digestPublicKeyFingerprint":"' + fingerprint(s),
            '"digestPublicKeyFingerprint":"00',
        ),
    ),
]


def fingerprint(storage: Storage) -> str:
    from tests.cloudtrail.delivering import signers

    return signers()["us-east-1"].fingerprint


@pytest.mark.parametrize(("verdict", "tamper"), DIGEST)
def test_a_touched_digest_is_named_and_the_walk_goes_on_behind_it(
    verdict: str, tamper: Tamper
) -> None:
    bench = chained()
    storage = Storage(bench)
    at = storage.keys(digests=True)[2]
    tamper(storage)
    report = verified(bench, storage)
    broken = only(report.broken)
    assert (broken.bucket, broken.key) == at and broken.verdict == verdict and broken.why
    assert len(report.digests) == 5 and sum(digest.valid for digest in report.digests) == 4


def test_a_digest_put_in_the_place_of_another_has_been_moved() -> None:
    bench = chained()
    storage = Storage(bench)
    *_, before, newest = storage.keys(digests=True)
    storage.objects[newest] = storage.objects[before]
    assert only(verified(bench, storage, latest=False).broken).verdict == MOVED


def test_a_forged_pair_of_log_file_and_digest_fails_by_the_signature() -> None:
    import hashlib

    bench = chained()
    storage = Storage(bench)
    log, digest = storage.keys(digests=False)[0], storage.keys(digests=True)[1]
    old = hashlib.sha256(gzip.decompress(storage.objects[log][0])).hexdigest()
    storage.edit(log, "StopInstances", "StartInstances")
    new = hashlib.sha256(gzip.decompress(storage.objects[log][0])).hexdigest()
    storage.edit(digest, old, new)
    broken = only(verified(bench, storage).broken)
    assert (broken.key, broken.verdict) == (digest[1], "signature verification failed")


@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize("value", [None, 0, "x", [], {}, [[[]]], "\ud800"])
def test_whatever_is_written_into_a_digest_is_a_verdict_and_never_a_crash(
    member: str, value: object
) -> None:
    bench = chained()
    storage = Storage(bench)
    at = storage.keys(digests=True)[2]
    body, metadata, time = storage.objects[at]
    digest = {**json.loads(gzip.decompress(body)), member: value}
    storage.objects[at] = gzip.compress(json.dumps(digest).encode()), metadata, time
    report = verified(bench, storage)
    assert [checked.key for checked in report.broken] == [at[1]]


@pytest.mark.parametrize(
    "body", [b"", b"\x1f\x8b", gzip.compress(b"[" * 100_000), gzip.compress(b"[]")]
)
def test_a_digest_that_is_no_digest_has_an_invalid_format(body: bytes) -> None:
    bench = chained()
    storage = Storage(bench)
    at = storage.keys(digests=True)[2]
    storage.objects[at] = body, storage.objects[at][1], NOON
    assert only(verified(bench, storage).broken).verdict == "invalid format"


# --- the newest digest, which a walk backwards cannot miss ---------------------------------------


def test_the_deleted_newest_digest_is_named() -> None:
    bench = chained()
    storage = Storage(bench)
    newest = storage.keys(digests=True)[-1]
    storage.delete(newest)
    broken = only(verified(bench, storage).broken)
    assert (broken.bucket, broken.key, broken.verdict) == (*newest, "not found")
    assert "validate-logs` cannot see this" in broken.why


def test_several_deleted_newest_digests_are_all_named() -> None:
    bench = chained()
    storage = Storage(bench)
    gone = storage.keys(digests=True)[-3:]
    for at in gone:
        storage.delete(at)
    broken = verified(bench, storage).broken
    assert sorted((b.bucket, b.key) for b in broken) == gone


def test_when_all_digests_are_gone_the_report_is_not_valid() -> None:
    bench = chained()
    storage = Storage(bench)
    for at in storage.keys(digests=True):
        storage.delete(at)
    report = verified(bench, storage)
    assert not report.valid and "cannot see this" in only(report.broken).why


def test_without_the_trails_status_the_deleted_newest_digest_goes_unseen_as_with_aws() -> None:
    bench = chained()
    storage = Storage(bench)
    storage.delete(storage.keys(digests=True)[-1])
    report = verified(bench, storage, latest=False)
    assert report.valid and len(report.digests) == 4


def test_an_hour_whose_digest_is_not_due_yet_is_not_missed() -> None:
    for minutes in range(0, 180, 7):
        bench = Bench(a_trail(validate=True, logging=False))
        bench.start()
        bench.run(minutes=minutes)
        assert verified(bench, Storage(bench)).valid


def test_digests_that_came_late_because_the_bucket_refused_are_not_missed() -> None:
    bench = Bench(a_trail(validate=True, logging=False))
    bench.start()
    bench.world.refuse["logs"] = "AccessDenied"
    bench.run(hours=5)
    bench.world.refuse.clear()
    bench.run(hours=1)
    assert verified(bench, Storage(bench)).valid


# --- ranges, gaps, buckets -----------------------------------------------------------------------


def test_only_the_asked_time_is_looked_at() -> None:
    bench = chained(8)
    storage = Storage(bench)
    storage.delete(storage.keys(digests=False)[0])
    late = NOON + timedelta(hours=5)
    report = verify(subject(bench), late, bench.now, storage.read, storage.list_keys)
    assert report.valid and len(report.digests) < 9


def test_time_without_logging_is_a_gap_and_not_an_error() -> None:
    bench = chained()
    bench.stop()
    bench.run(days=1)
    bench.start()
    bench.happen()
    bench.run(hours=2)
    report = verified(bench, Storage(bench))
    assert report.valid and len(report.gaps) == 1
    ((older, newer),) = report.gaps
    assert newer - older > timedelta(hours=20)


def test_the_chain_is_followed_into_the_bucket_that_the_trail_had_before() -> None:
    bench = chained()
    bench.change(s3_bucket="other")
    bench.happen()
    bench.run(hours=2)
    report = verified(bench, Storage(bench))
    assert report.valid and {digest.bucket for digest in report.digests} == {"logs", "other"}


def test_another_trails_digests_in_the_same_bucket_are_left_alone() -> None:
    bench = chained()
    storage = Storage(bench)
    bucket, key = storage.keys(digests=True)[-1]
    storage.objects[bucket, key.replace("_watch_", "_other_")] = b"", {}, NOON
    assert verified(bench, storage).valid


def test_another_region_is_verified_by_its_own_key_and_folder() -> None:
    bench = Bench(a_trail(validate=True, logging=False, multi_region=True))
    bench.start()
    bench.happen(region="eu-west-1")
    bench.run(hours=3)
    report = verified(bench, Storage(bench), region="eu-west-1")
    assert report.valid and len(report.files) == 1 and len(report.digests) == 3


def test_an_object_that_cannot_be_read_is_told_with_its_error() -> None:
    bench = chained()
    storage = Storage(bench)
    frozen = storage.keys(digests=False)[0]

    def read(bucket: str, key: str) -> tuple[bytes, object]:
        if (bucket, key) == frozen:
            raise Refused("InvalidObjectState", "The object is archived.")
        return storage.read(bucket, key)

    report = verify(subject(bench), NOON - TEN_DAYS, bench.now, read, storage.list_keys)
    assert only(report.broken).verdict == "could not be read: InvalidObjectState"


def test_log_files_may_be_checked_several_at_a_time() -> None:
    bench = chained()
    storage = Storage(bench)
    storage.delete(storage.keys(digests=False)[0])
    with ThreadPoolExecutor(4) as pool:
        report = verify(
            subject(bench), NOON - TEN_DAYS, bench.now, storage.read, storage.list_keys, pool.map
        )
    assert report == verify(
        subject(bench), NOON - TEN_DAYS, bench.now, storage.read, storage.list_keys
    )
    assert len(report.broken) == 1


def test_a_digest_that_ended_an_earlier_chain_is_missed_where_deliveries_are_known() -> None:
    bench = chained()
    bench.stop()
    bench.run(hours=7, minutes=11)
    last = bench.digests[-1].key
    bench.start()
    bench.happen()
    bench.run(hours=3)
    storage = Storage(bench)
    storage.delete((bench.trail.s3_bucket, last))
    delivered = {put.key: put.end for put in bench.delivery.done.digests}
    known = replace(subject(bench), delivered=delivered)
    start, end = NOON - TEN_DAYS, bench.now
    assert verified(bench, storage).valid  # as for `aws cloudtrail validate-logs`
    report = verify(known, start, end, storage.read, storage.list_keys)
    assert [broken.key for broken in report.broken] == [last]
    assert report.digests == tuple(sorted(report.digests, key=lambda d: str(d.end), reverse=True))


def test_an_old_digest_written_anew_does_not_hide_that_the_newest_is_gone() -> None:
    bench = chained()
    storage = Storage(bench)
    *_, older, newest = storage.keys(digests=True)
    storage.delete(newest)
    body, metadata, _ = storage.objects[older]
    storage.objects[older] = body, metadata, bench.now
    delivered = {put.key: put.end for put in bench.delivery.done.digests}
    known = replace(subject(bench), delivered=delivered)
    report = verify(known, NOON - TEN_DAYS, bench.now, storage.read, storage.list_keys)
    assert [broken.key for broken in report.broken] == [newest[1]]
