"""Digest files: contents, names, signatures, and the chain they form."""

from __future__ import annotations

import gzip
import hashlib
import re
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

from lablib.cloudtrail.world import Organization
from tests.cloudtrail.chained import chained, content
from tests.cloudtrail.delivering import HOUR, KEY, Bench, a_trail, signers
from tests.fakes import NOON, REGION

# The members and their order as the User Guide shows them in "CloudTrail digest file structure".
MEMBERS = [
    "awsAccountId",
    "digestStartTime",
    "digestEndTime",
    "digestS3Bucket",
    "digestS3Object",
    "digestPublicKeyFingerprint",
    "digestSignatureAlgorithm",
    "newestEventTime",
    "oldestEventTime",
    "previousDigestS3Bucket",
    "previousDigestS3Object",
    "previousDigestHashValue",
    "previousDigestHashAlgorithm",
    "previousDigestSignature",
    "logFiles",
]


def spans(bench: Bench) -> list[tuple[str, str]]:
    times = [
        (content(put)["digestStartTime"], content(put)["digestEndTime"]) for put in bench.digests
    ]
    return [(start[11:], end[11:]) for start, end in times]


def validating(**settings: object) -> Bench:
    bench = Bench(a_trail(validate=True, logging=False, **settings))
    bench.start()
    return bench


# --- hours ---------------------------------------------------------------------------------------


def test_a_trail_without_validation_has_no_digests_and_nothing_due() -> None:
    bench = Bench(a_trail(logging=False))
    bench.start()
    bench.run(days=90)
    assert bench.digests == [] and bench.agenda.visited == []


def test_the_starting_digest_covers_the_hour_before_logging_started() -> None:
    bench = validating()
    bench.run(hours=1)
    (put,) = bench.digests
    assert spans(bench) == [("11:00:00Z", "12:00:00Z")]
    starting = content(put)
    assert [value for name, value in starting.items() if name.startswith("previous")] == [None] * 5
    assert starting["logFiles"] == [] and starting["newestEventTime"] is None


def test_later_digests_end_at_the_minute_and_second_of_the_start() -> None:
    bench = Bench(a_trail(validate=True, logging=False))
    bench.run(minutes=7, seconds=23)
    bench.start()
    bench.run(hours=3)
    ends = [content(put)["digestEndTime"] for put in bench.digests]
    assert ends == [f"2026-11-23T{hour}:07:23Z" for hour in (12, 13, 14)]


def test_a_digest_arrives_half_an_hour_after_its_end() -> None:
    bench = chained()
    waits = [digest.time - digest.end for digest in bench.delivery.done.digests]
    assert len(waits) == 5
    assert all(timedelta(minutes=29) <= wait <= timedelta(minutes=33) for wait in waits)


def test_an_hour_without_log_files_has_a_digest_too() -> None:
    listed = [len(content(put)["logFiles"]) for put in chained().digests]
    assert listed[0] == 0 and listed[2] == 0
    assert all(listed[i] for i in (1, 3, 4))


def test_each_log_file_is_listed_once_in_the_digest_of_the_hour_in_which_it_was_delivered() -> None:
    bench = chained(12)
    found = {}
    for put in bench.digests:
        for listed in content(put)["logFiles"]:
            assert listed["s3Object"] not in found
            found[listed["s3Object"]] = content(put)
    assert set(found) == {put.key for put in bench.log_files}
    for file in bench.delivery.done.files:
        digest = found[file.key]
        start, end = (datetime.fromisoformat(digest[f"digest{x}Time"]) for x in ("Start", "End"))
        assert start <= file.time <= end


# --- contents ------------------------------------------------------------------------------------


def test_the_members_are_aws_s() -> None:
    bench = chained()
    assert [list(content(put)) for put in bench.digests] == [MEMBERS] * 5
    listed = content(bench.digests[1])["logFiles"][0]
    assert list(listed) == [
        "s3Bucket",
        "s3Object",
        "hashValue",
        "hashAlgorithm",
        "newestEventTime",
        "oldestEventTime",
    ]


def test_a_listed_hash_is_that_of_the_uncompressed_log_file() -> None:
    bench = chained()
    bodies = {put.key: put.body for put in bench.log_files}
    for listed in content(bench.digests[1])["logFiles"]:
        plain = gzip.decompress(bodies[listed["s3Object"]])
        assert listed["hashValue"] == hashlib.sha256(plain).hexdigest()
        assert listed["newestEventTime"] == "2026-11-23T12:10:00Z"


def test_the_name_has_region_trail_home_region_and_the_end_with_seconds() -> None:
    bench = chained(multi_region=True, s3_prefix="team")
    assert bench.digests[0].key == (
        "team/AWSLogs/123456789012/CloudTrail-Digest/us-east-1/2026/11/23/"
        "123456789012_CloudTrail-Digest_us-east-1_watch_us-east-1_20261123T120000Z.json.gz"
    )


def test_each_digest_names_the_one_before_with_its_hash_and_signature() -> None:
    puts = chained().digests
    for before, put in pairwise(puts):
        digest = content(put)
        assert digest["previousDigestS3Bucket"] == before.bucket
        assert digest["previousDigestS3Object"] == before.key
        assert digest["previousDigestSignature"] == before.metadata["signature"]
        plain = gzip.decompress(before.body)
        assert digest["previousDigestHashValue"] == hashlib.sha256(plain).hexdigest()
        assert digest["previousDigestHashAlgorithm"] == "SHA-256"


def test_the_signature_travels_as_metadata_and_holds() -> None:
    put = chained().digests[2]
    digest = content(put)
    (key, *_) = signers().public_keys(REGION, NOON, NOON)
    text = "\n".join(
        (
            digest["digestEndTime"],
            f"{put.bucket}/{put.key}",
            hashlib.sha256(gzip.decompress(put.body)).hexdigest(),
            digest["previousDigestSignature"],
        )
    )
    assert set(put.metadata) == {"signature", "signature-algorithm"}
    assert put.metadata["signature-algorithm"] == "SHA256withRSA"
    assert re.fullmatch(r"[0-9a-f]{512}", put.metadata["signature"])
    load_der_public_key(key.value).verify(  # type: ignore[union-attr]
        bytes.fromhex(put.metadata["signature"]),
        text.encode(),
        padding.PKCS1v15(),
        hashes.SHA256(),
    )
    assert digest["digestPublicKeyFingerprint"] == key.fingerprint


def test_digests_are_encrypted_with_the_trails_key_like_the_logs() -> None:
    assert {put.kms_key for put in chained(kms_key=KEY).world.puts} == {KEY}


# --- the end of a chain --------------------------------------------------------------------------


def test_after_logging_stopped_a_final_digest_lists_what_was_still_under_way() -> None:
    bench = validating()
    bench.run(minutes=58)
    event = bench.happen("StopLogging")
    bench.stop()
    bench.run(days=2)
    assert bench.delivered() == [event.id]
    assert spans(bench)[-1] in [("12:00:00Z", "13:00:00Z"), ("13:00:00Z", "14:00:00Z")]
    assert content(bench.digests[-1])["logFiles"][0]["s3Object"] == bench.log_files[0].key
    visited = len(bench.agenda.visited)
    bench.run(days=90)
    assert len(bench.agenda.visited) == visited


def test_a_deleted_trail_gets_its_final_digest_and_then_no_more() -> None:
    bench = validating()
    bench.happen()
    bench.delete()
    bench.run(days=2)
    assert spans(bench) == [("11:00:00Z", "12:00:00Z"), ("12:00:00Z", "13:00:00Z")]
    assert len(content(bench.digests[-1])["logFiles"]) == 1


def test_a_new_start_is_a_new_chain_and_each_log_file_is_in_one_of_them() -> None:
    bench = validating()
    bench.happen()
    bench.run(minutes=70)
    bench.happen()
    bench.stop()
    bench.run(minutes=5)
    bench.start()
    bench.happen()
    bench.run(hours=3)
    starting = [put for put in bench.digests if content(put)["previousDigestS3Object"] is None]
    assert len(starting) == 2
    listed = [file["s3Object"] for put in bench.digests for file in content(put)["logFiles"]]
    assert sorted(listed) == sorted(put.key for put in bench.log_files)
    keys = [put.key for put in bench.digests]
    assert len(keys) == len(set(keys))


def test_stopping_and_starting_in_the_same_second_leaves_one_chain() -> None:
    bench = validating()
    bench.stop()
    bench.start()
    bench.happen()
    bench.run(hours=2)
    assert spans(bench) == [("11:00:00Z", "12:00:00Z"), ("12:00:00Z", "13:00:00Z")]
    assert len(content(bench.digests[1])["logFiles"]) == 1


def test_starting_twice_changes_nothing() -> None:
    bench = validating()
    bench.run(minutes=20)
    bench.start()
    bench.run(hours=2)
    assert spans(bench) == [("11:00:00Z", "12:00:00Z"), ("12:00:00Z", "13:00:00Z")]


def test_switching_validation_off_ends_the_chain_and_on_again_begins_a_new_one() -> None:
    bench = validating()
    bench.run(hours=2, minutes=20)
    bench.change(validate=False)
    bench.run(days=1)
    assert spans(bench)[-1] == ("14:00:00Z", "14:20:00Z")
    bench.change(validate=True)
    bench.run(hours=1)
    assert content(bench.digests[-1])["previousDigestS3Object"] is None
    assert spans(bench)[-1] == ("13:20:00Z", "14:20:00Z")


def test_log_files_delivered_while_validation_is_off_are_in_no_digest() -> None:
    bench = validating()
    bench.change(validate=False)
    bench.happen()
    bench.run(days=1)
    assert len(bench.log_files) == 1
    assert not any(content(put)["logFiles"] for put in bench.digests)


def test_a_change_that_has_nothing_to_do_with_validation_leaves_the_chain_alone() -> None:
    bench = validating()
    bench.run(hours=1)
    bench.change(s3_bucket="other")
    bench.run(hours=2)
    assert [put.bucket for put in bench.digests] == ["logs", "other", "other"]
    assert content(bench.digests[1])["previousDigestS3Bucket"] == "logs"


# --- refusals, Regions, accounts -----------------------------------------------------------------


def test_refused_digests_show_in_the_status_and_arrive_in_order_when_the_bucket_is_mended() -> None:
    bench = validating()
    bench.run(hours=1)
    bench.world.refuse["logs"] = "AccessDenied"
    bench.happen()
    bench.run(hours=5)
    assert bench.delivery.status(bench.trail.arn).digests.error == "AccessDenied"
    assert len(bench.digests) == 1
    bench.world.refuse.clear()
    bench.run(hours=2)
    ends = [end for _, end in spans(bench)]
    assert ends == [f"{hour}:00:00Z" for hour in range(12, 20)]
    assert bench.delivery.status(bench.trail.arn).digests.error is None
    listed = [file["s3Object"] for put in bench.digests for file in content(put)["logFiles"]]
    assert listed == [put.key for put in bench.log_files]


def test_a_stopped_trails_refused_digest_is_tried_hourly_and_given_up_after_thirty_days() -> None:
    bench = validating()
    bench.world.refuse["logs"] = "NoSuchBucket"
    bench.run(minutes=1)
    bench.stop()
    bench.run(days=2)
    before = bench.world.attempts
    bench.run(hours=10)
    assert 9 <= bench.world.attempts - before <= 11
    bench.run(days=30)
    visited = len(bench.agenda.visited)
    bench.run(days=30)
    assert len(bench.agenda.visited) == visited


def test_another_regions_chain_begins_with_its_first_log_file() -> None:
    bench = validating(multi_region=True)
    bench.run(hours=5, minutes=10)
    bench.happen(region="eu-west-1")
    bench.run(hours=3)
    there = [put for put in bench.digests if "/eu-west-1/" in put.key]
    ends = [content(put)["digestEndTime"][11:] for put in there]
    assert ends == ["17:00:00Z", "18:00:00Z", "19:00:00Z"]
    assert [len(content(put)["logFiles"]) for put in there] == [0, 1, 0]
    assert content(there[0])["previousDigestS3Object"] is None
    assert "_eu-west-1_watch_us-east-1_" in there[0].key
    assert bench.delivery.status(bench.trail.arn, "eu-west-1").digests.time is not None


def test_a_trail_that_leaves_the_other_regions_ends_their_chains() -> None:
    bench = validating(multi_region=True)
    bench.happen(region="eu-west-1")
    bench.run(hours=3)
    bench.change(multi_region=False)
    bench.run(days=2)
    there = [put for put in bench.digests if "/eu-west-1/" in put.key]
    assert len(there) == 4 and len(bench.digests) - len(there) == 51


def test_each_region_has_a_key_of_its_own() -> None:
    here = signers().public_keys("us-east-1", NOON, NOON)[0]
    there = signers().public_keys("eu-west-1", NOON, NOON)[0]
    assert here.fingerprint != there.fingerprint


def test_an_organization_has_a_chain_for_each_account() -> None:
    bench = Bench(a_trail(validate=True, logging=False, organization=True))
    bench.world.own_organization = Organization("o-abc1234567", "123456789012", ("210987654321",))
    bench.start()
    bench.happen(account="210987654321")
    bench.run(hours=2)
    keys = [put.key for put in bench.digests]
    assert sum(k.startswith("AWSLogs/o-abc1234567/210987654321/") for k in keys) == 2
    assert sum(k.startswith("AWSLogs/o-abc1234567/123456789012/") for k in keys) == 2


# --- public keys ---------------------------------------------------------------------------------


def test_a_public_key_is_pkcs1_with_the_md5_of_its_bytes_as_fingerprint() -> None:
    (key,) = signers().public_keys(REGION, NOON, NOON)
    assert key.value[:2] == b"\x30\x82" and b"\x06\x09\x2a\x86\x48" not in key.value[:30]
    assert key.fingerprint == hashlib.md5(key.value, usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("days", [0, 1, 29, 30, 31, 90])
def test_the_keys_of_a_time_range_cover_it_in_spans_of_thirty_days(days: int) -> None:
    end = NOON + timedelta(days=days)
    keys = signers().public_keys(REGION, NOON, end)
    assert keys[0].start <= NOON and keys[-1].end > end
    assert all(key.end - key.start == timedelta(days=30) for key in keys)
    assert all(a.end == b.start for a, b in pairwise(keys))


def test_three_idle_months_of_digests_are_one_thing_an_hour() -> None:
    bench = validating()
    bench.run(days=90)
    assert len(bench.digests) == 90 * 24 == len(bench.agenda.visited)
    assert bench.now == NOON + 90 * 24 * HOUR
