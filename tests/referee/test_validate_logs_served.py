"""`aws cloudtrail validate-logs`, as it comes, judges what a served account has delivered.

Verdicts: User Guide, "Validating CloudTrail log files with the AWS CLI"; awscli's
customizations/cloudtrail/validation.py. Each case is tampered with over S3's own API, judged by the
AWS CLI in the account's environment and by our own validator, and mended again.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import START, Served, stop

ACCOUNT = "123456789012"
BUCKET, TRAIL = "judged-logs", "judged"
ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{TRAIL}"
END = "2032-05-01T00:00:00Z"
REGIONS = ("us-east-1", "eu-central-1", "ap-southeast-2")

pytestmark = pytest.mark.referee


def policy(bucket: str) -> str:
    """User Guide, "Amazon S3 bucket policy for CloudTrail"."""
    objects = f"arn:aws:s3:::{bucket}/AWSLogs/{ACCOUNT}/*"
    allowed = {"s3:GetBucketAcl": f"arn:aws:s3:::{bucket}", "s3:PutObject": objects}
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": action,
            "Resource": resource,
        }
        for action, resource in allowed.items()
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def start_trail(account: Served) -> None:
    s3, cloudtrail = account.client("s3"), account.client("cloudtrail")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(BUCKET))
    cloudtrail.create_trail(
        Name=TRAIL, S3BucketName=BUCKET, EnableLogFileValidation=True, IsMultiRegionTrail=True
    )
    cloudtrail.start_logging(Name=TRAIL)


@dataclass(frozen=True, slots=True)
class Judged:
    exit: int
    text: str


def referee(account: Served, region: str = "us-east-1") -> Judged:
    """What AWS's own validator says."""
    done = account.run(
        *("aws", "cloudtrail", "validate-logs", "--trail-arn", ARN, "--region", region),
        *("--start-time", START, "--end-time", END, "--verbose"),
    )
    return Judged(done.returncode, done.stdout + done.stderr)


def ours(account: Served) -> Judged:
    """The same verdicts, from our own validator."""
    told = account.control("verify", trail=TRAIL)
    checked = [c for report in told["reports"] for c in (*report["digests"], *report["files"])]
    broken = [c for c in checked if c["verdict"] != "valid"]
    text = "".join(f"s3://{c['bucket']}/{c['key']}\tINVALID: {c['verdict']}\n" for c in broken)
    return Judged(int(bool(broken)), text)


class Shelf:
    """The trail's objects, to be tampered with and put back."""

    def __init__(self, account: Served) -> None:
        self.s3 = account.client("s3")
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        keys = [entry["Key"] for page in pages for entry in page["Contents"]]
        self.kept = {key: self.get(key) for key in keys if not key.endswith("/")}

    def get(self, key: str) -> tuple[bytes, dict[str, str]]:
        found = self.s3.get_object(Bucket=BUCKET, Key=key)
        return found["Body"].read(), found["Metadata"]

    def put(self, key: str, body: bytes, metadata: dict[str, str]) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body, Metadata=metadata)

    def delete(self, key: str) -> None:
        self.s3.delete_object(Bucket=BUCKET, Key=key)

    def names(self, folder: str) -> list[str]:
        """In the order of the times in their names."""
        start = f"AWSLogs/{ACCOUNT}/{folder}/us-east-1/"
        return sorted(key for key in self.kept if key.startswith(start))

    @property
    def log(self) -> str:
        """A log file of the middle of the chain."""
        return self.names("CloudTrail")[2]

    @property
    def digest(self) -> str:
        """A digest that is neither the first nor the last."""
        return self.names("CloudTrail-Digest")[2]

    def edit(self, key: str, change: Callable[[bytes], bytes]) -> None:
        """Change what the gzip holds; the metadata stay."""
        body, metadata = self.kept[key]
        content = gzip.decompress(body)
        changed = change(content)
        assert changed != content
        self.put(key, gzip.compress(changed), metadata)

    def move(self, key: str, to: str) -> None:
        self.put(to, *self.kept[key])
        self.delete(key)

    def restore(self) -> None:
        """As it was."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        for entry in [entry for page in pages for entry in page["Contents"]]:
            if entry["Key"] not in self.kept and not entry["Key"].endswith("/"):
                self.delete(entry["Key"])
        for key, (body, metadata) in self.kept.items():
            self.put(key, body, metadata)


@pytest.fixture(scope="module")
def judged(serve: Callable[..., Served]) -> Iterator[Served]:
    """An account with a trail that has five hours of log files and digests."""
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        account = serve(Path(folder) / "state")
        start_trail(account)
        for _ in range(5):
            account.client("ec2").describe_instances()
            account.advance(hours=1)
        account.client("cloudtrail").stop_logging(Name=TRAIL)  # tampering is not recorded
        account.advance(hours=3)
        yield account
        stop(account.process)


@pytest.fixture(scope="module")
def intact(judged: Served) -> Shelf:
    return Shelf(judged)


@pytest.fixture
def shelf(intact: Shelf) -> Iterator[Shelf]:
    yield intact
    intact.restore()


Tamper = Callable[[Shelf], Any]
TAMPERED: dict[str, tuple[str, str, Tamper]] = {
    "an edited log file": (
        "hash value doesn't match",
        "log",
        lambda s: s.edit(s.log, lambda text: text.replace(b"learner", b"nobody!")),
    ),
    "a deleted log file": ("not found", "log", lambda s: s.delete(s.log)),
    "bytes appended to a log file": (
        "unexpected data after end of compressed stream",
        "log",
        lambda s: s.put(s.log, s.kept[s.log][0] + b"more", {}),
    ),
    "a log file that is none": ("invalid format", "log", lambda s: s.put(s.log, b"{}", {})),
    "a deleted digest": ("not found", "digest", lambda s: s.delete(s.digest)),
    "an edited digest": (
        "signature verification failed",
        "digest",
        lambda s: s.edit(s.digest, lambda text: text.replace(b'"logFiles":[', b'"logFiles": [')),
    ),
    "a digest without its metadata": (
        "signature verification failed",
        "digest",
        lambda s: s.put(s.digest, s.kept[s.digest][0], {}),
    ),
    "a digest that is none": ("invalid format", "digest", lambda s: s.put(s.digest, b"{}", {})),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_the_aws_cli_finds_and_names(case: str, judged: Served, shelf: Shelf) -> None:
    verdict, kind, tamper = TAMPERED[case]
    key = shelf.log if kind == "log" else shelf.digest
    tamper(shelf)
    said, also = referee(judged), ours(judged)
    line = f"s3://{BUCKET}/{key}\tINVALID: {verdict}"
    assert said.exit == 1 and line in said.text, said.text
    assert also.exit == 1 and line in also.text
    assert all(broken in said.text for broken in also.text.splitlines())


def test_an_intact_bucket_is_valid_for_both(judged: Served, intact: Shelf) -> None:
    said = referee(judged)
    digests, logs = (len(intact.names(f)) for f in ("CloudTrail-Digest", "CloudTrail"))
    assert said.exit == 0 and "INVALID" not in said.text
    assert f"{digests}/{digests} digest files valid" in said.text
    assert f"{logs}/{logs} log files valid" in said.text
    assert ours(judged) == Judged(0, "")


def test_a_moved_digest_is_missed_by_both_where_it_was_and_found_where_it_is(
    judged: Served, shelf: Shelf
) -> None:
    newest = shelf.names("CloudTrail-Digest")[-1]
    later = newest.replace("0Z.json", "9Z.json")
    assert later != newest
    shelf.move(newest, later)
    said, also = referee(judged), ours(judged)
    line = f"s3://{BUCKET}/{later}\tINVALID: has been moved from its original location"
    assert said.exit == 1 and line in said.text, said.text
    assert also.exit == 1 and line in also.text


def test_the_deleted_newest_digest_is_seen_by_our_validator_alone(
    judged: Served, shelf: Shelf
) -> None:
    newest = shelf.names("CloudTrail-Digest")[-1]
    shelf.delete(newest)
    assert referee(judged).exit == 0
    assert ours(judged).text == f"s3://{BUCKET}/{newest}\tINVALID: not found\n"


def test_all_digests_deleted_is_seen_by_our_validator_alone(judged: Served, shelf: Shelf) -> None:
    for key in shelf.names("CloudTrail-Digest"):
        shelf.delete(key)
    said = referee(judged)
    assert said.exit == 0 and "No digests found" in said.text
    assert ours(judged).exit == 1


def test_thirty_days_wound_in_one_go_are_valid_in_every_region(account: Served) -> None:
    start_trail(account)
    for region in REGIONS:
        account.client("ec2", region).describe_vpcs()
    account.advance(days=30)
    for region in REGIONS:
        said = referee(account, region)
        assert said.exit == 0, said.text[-2000:]
        assert "720/720 digest files valid" in said.text or "721/721" in said.text
        assert "log files valid" in said.text
    told = account.control("verify", trail=ARN)
    assert {report["region"] for report in told["reports"]} == set(REGIONS)
    assert ours(account) == Judged(0, "")
