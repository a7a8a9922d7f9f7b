"""`cloudtrail-lab verify` says what `aws cloudtrail validate-logs` says, and a little more."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.conftest import START, Served

BUCKET, TRAIL = "proof-logs", "proof"
ARN = f"arn:aws:cloudtrail:us-east-1:123456789012:trail/{TRAIL}"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": action,
            "Resource": resource,
        }
        for action, resource in (
            ("s3:GetBucketAcl", f"arn:aws:s3:::{BUCKET}"),
            ("s3:PutObject", f"arn:aws:s3:::{BUCKET}/AWSLogs/123456789012/*"),
        )
    ],
}


@pytest.fixture
def proved(account: Served) -> Served:
    """An account with a trail, log files and digests of three hours in two Regions."""
    s3, cloudtrail = account.client("s3"), account.client("cloudtrail")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(POLICY))
    cloudtrail.create_trail(
        Name=TRAIL, S3BucketName=BUCKET, EnableLogFileValidation=True, IsMultiRegionTrail=True
    )
    cloudtrail.start_logging(Name=TRAIL)
    for _ in range(3):
        account.client("ec2").describe_instances()
        account.client("ec2", region="eu-central-1").describe_vpcs()
        account.advance(hours=1)
    account.advance(hours=2)
    return account


def keys(account: Served, folder: str) -> list[str]:
    prefix = f"AWSLogs/123456789012/{folder}/us-east-1/"
    found = account.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]
    return sorted(entry["Key"] for entry in found)


def referee(account: Served) -> int:
    """The exit code of AWS's own validator."""
    command = ["aws", "cloudtrail", "validate-logs", "--trail-arn", ARN, "--start-time", START]
    return account.run(*command, "--end-time", "2032-03-02T00:00:00Z").returncode


@pytest.mark.referee
def test_untouched_files_are_proved_so(proved: Served) -> None:
    done = proved.lab("verify", TRAIL)
    assert done.returncode == 0, done.stderr
    assert "INVALID" not in done.stdout
    assert done.stdout.splitlines()[-1].endswith("log files valid")
    assert referee(proved) == 0


@pytest.mark.referee
@pytest.mark.parametrize("folder", ["CloudTrail", "CloudTrail-Digest"])
def test_a_changed_file_is_found_and_named(proved: Served, folder: str) -> None:
    key, s3 = keys(proved, folder)[0], proved.client("s3")
    found = s3.get_object(Bucket=BUCKET, Key=key)
    changed = gzip.compress(gzip.decompress(found["Body"].read()) + b" ")
    s3.put_object(Bucket=BUCKET, Key=key, Body=changed, Metadata=found["Metadata"])
    done = proved.lab("verify", ARN)
    assert done.returncode == 1
    assert f"s3://{BUCKET}/{key}  INVALID" in done.stdout
    assert referee(proved) == 1


def test_the_newest_digest_is_missed_when_it_is_gone(proved: Served) -> None:
    key = keys(proved, "CloudTrail-Digest")[-1]
    proved.client("s3").delete_object(Bucket=BUCKET, Key=key)
    done = proved.lab("verify", TRAIL)
    assert done.returncode == 1
    assert f"{key}  INVALID: not found" in done.stdout


def test_proving_leaves_no_trace_in_what_is_proved(proved: Served) -> None:
    before = len(proved.control("events", limit=10000)["events"])
    proved.lab("verify", TRAIL)
    assert len(proved.control("events", limit=10000)["events"]) == before


def test_a_trail_that_is_not_there_is_one_line(account: Served) -> None:
    done = account.lab("verify", "nobody")
    assert done.returncode == 1
    assert "TrailNotFoundException" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_notebook_gets_verdicts_picture_and_table(proved: Served) -> None:
    from lablib.lab import Lab

    key, s3 = keys(proved, "CloudTrail")[0], proved.client("s3")
    s3.delete_object(Bucket=BUCKET, Key=key)
    proof = Lab.join(proved.state).verify(TRAIL)
    assert [broken.key for broken in proof.broken] == [key]
    table = proof.table()
    assert list(table[table["Verdict"] != "valid"]["Key"]) == [key]
    assert "not found" in proof.plot().alt
    assert proof.plot().png().startswith(b"\x89PNG")
