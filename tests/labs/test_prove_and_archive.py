"""Labs 09 and 10 on one account: the night, the chain, the archive, in any order."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lablib import estate
from lablib.errors import LabError
from lablib.estate.cover_up import LOGS, TRAIL, hidden
from lablib.exercises import Exercise, catch_up, exercises_of, find, reset_lab
from lablib.exercises.lab10 import put_away
from lablib.exercises.tidy import must_keep_versions
from lablib.lab import Lab


@pytest.fixture
def provable(lab: Lab) -> Lab:
    """A lab whose trail can be proved, and nothing of the other labs."""
    find("01.trail").solve(lab)
    find("09.chain").solve(lab)
    return lab


def passes(exercise: Exercise, lab: Lab) -> bool:
    answers = exercise.solve(lab)
    return exercise.on(lab).verdict(answers if exercise.asks else {}).passed


def verdicts(lab: Lab) -> list[str]:
    return [checked.verdict for checked in lab.verify(TRAIL).broken]


def test_the_night_leaves_one_file_missing_and_everything_else_whole(provable: Lab) -> None:
    estate.cover_up(provable)
    assert verdicts(provable) == ["not found"]
    found = hidden(provable)
    assert found is not None
    assert [checked.key for checked in provable.verify(TRAIL).broken] == [found.key]


def test_the_night_is_played_once_and_the_file_goes_each_time(provable: Lab) -> None:
    estate.cover_up(provable)
    morning = provable.clock.now
    assert passes(find("09.gone"), provable)
    assert passes(find("09.back"), provable)
    assert verdicts(provable) == []
    estate.cover_up(provable)
    assert verdicts(provable) == ["not found"]
    assert provable.clock.now == morning


def test_the_night_asks_for_a_bucket_that_keeps_versions(lab: Lab) -> None:
    find("01.trail").solve(lab)
    with pytest.raises(LabError, match="keeps versions"):
        estate.cover_up(lab)


def test_one_byte_breaks_one_link_and_the_original_mends_it(provable: Lab) -> None:
    s3 = provable.client("s3")
    provable.client("ec2").describe_instances()
    provable.clock.advance(hours=3)
    key = provable.verify(TRAIL).chains[0].files[0].key
    body = gzip.decompress(s3.get_object(Bucket=LOGS, Key=key)["Body"].read())
    forged = gzip.compress(body.replace(b"us-east-1", b"us-east-2", 1))
    change = s3.put_object(Bucket=LOGS, Key=key, Body=forged)
    assert verdicts(provable) == ["hash value doesn't match"]
    s3.delete_object(Bucket=LOGS, Key=key, VersionId=change["VersionId"])
    assert verdicts(provable) == []


def forge(lab: Lab, key: str, text: bytes = b"us-east-2") -> None:
    s3 = lab.client("s3")
    body = gzip.decompress(s3.get_object(Bucket=LOGS, Key=key)["Body"].read())
    forged = gzip.compress(body.replace(b"us-east-1", text, 1))
    s3.put_object(Bucket=LOGS, Key=key, Body=forged)


def test_a_reset_takes_back_a_file_forged_twice_and_a_digest_deleted_twice(provable: Lab) -> None:
    provable.client("ec2").describe_instances()
    provable.clock.advance(hours=4)
    chain = provable.verify(TRAIL).chains[0]
    digest = chain.digests[1].key
    forge(provable, chain.files[0].key)
    forge(provable, chain.files[0].key, b"us-west-2")
    for _twice in range(2):
        provable.client("s3").delete_object(Bucket=LOGS, Key=digest)
    assert not find("09.chain").on(provable).verdict().passed
    reset_lab(provable, "09")
    assert verdicts(provable) == []


def test_damage_left_behind_does_not_keep_a_learner_out_of_lab_10(provable: Lab) -> None:
    estate.cover_up(provable)
    whole = next(file for file in provable.verify(TRAIL).chains[0].files if file.valid)
    forge(provable, whole.key)
    catch_up(provable, "10")
    assert verdicts(provable) == ["not found"]  # the night's, which is still to be brought back


def test_a_bucket_without_versions_is_not_damaged(lab: Lab) -> None:
    find("01.trail").solve(lab)
    with pytest.raises(LabError, match="does not keep versions"):
        must_keep_versions(lab, LOGS)


def test_lab_09_can_be_done_after_lab_10(provable: Lab) -> None:
    provable.client("ec2").describe_instances()
    provable.clock.advance(hours=1)
    for exercise in exercises_of("10"):
        put_away(provable)
        assert passes(exercise, provable), exercise.id
    estate.cover_up(provable)
    assert all(passes(exercise, provable) for exercise in exercises_of("09"))


def test_an_archived_file_is_refused_until_it_is_restored(provable: Lab) -> None:
    provable.client("ec2").describe_instances()
    provable.clock.advance(hours=1)
    put_away(provable)
    oldest = provable.log_files(LOGS).query("Kind == 'log file'").iloc[0]
    assert oldest["Class"] == "GLACIER"
    with pytest.raises(ClientError, match="InvalidObjectState"):
        provable.read(oldest)
    find("10.restore").solve(provable)
    assert not provable.read(oldest).empty
    where = provable.whereabouts(oldest)
    assert where.storage_class == "GLACIER" and 'ongoing-request="false"' in where.restore


def test_the_picture_of_the_rules_is_drawn_from_the_bucket(provable: Lab) -> None:
    assert set(provable.lifecycle(LOGS).table["To day"]) == {"for ever"}
    find("10.year").solve(provable)
    table: Any = provable.lifecycle(LOGS).table
    assert set(table["Where"]) >= {"STANDARD", "DEEP_ARCHIVE", "gone"}
