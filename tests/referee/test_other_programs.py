"""Programs that nobody here wrote, made for the real CloudTrail, work against the account."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Served

pytestmark = pytest.mark.referee

SDK = [
    "@aws-sdk/client-cloudtrail@3.1137.0",
    "@aws-sdk/client-s3@3.1173.0",
    "@aws-sdk/client-sts@3.1173.0",
]
TRAILSCRAPER = "trailscraper==0.10.0"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": action,
            "Resource": resource,
        }
        for action, resource in [
            ("s3:GetBucketAcl", "arn:aws:s3:::scraped-logs"),
            ("s3:PutObject", "arn:aws:s3:::scraped-logs/AWSLogs/*"),
        ]
    ],
}


def run(command: list[str], **options: Any) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_sdk_for_javascript_walks_the_lecture(account: Served, tmp_path: Path) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    assert npm and node, "this test needs node 20 or newer with npm on the path"
    shutil.copy(Path(__file__).parent / "walk.mjs", tmp_path)
    run([npm, "install", "--no-audit", "--no-fund", "--prefix", str(tmp_path), *SDK])
    lines = run([node, "walk.mjs"], cwd=tmp_path, env=account.env).splitlines()
    steps = dict(json.loads(line) for line in lines)
    assert steps["who"] == "arn:aws:iam::123456789012:user/learner"
    assert steps["refused"] == (
        "InsufficientS3BucketPolicyException: "
        "Incorrect S3 bucket policy is detected for bucket: javascript-logs"
    )
    assert steps["trail"] == "arn:aws:cloudtrail:us-east-1:123456789012:trail/javascript"
    assert steps["start"] is True
    assert steps["object"] == "hello"
    assert steps["trails"] == ["us-east-1"]
    assert steps["events"].count("CreateTrail") == 2
    assert {"CreateBucket", "PutBucketPolicy", "StartLogging"} <= set(steps["events"])


@pytest.fixture(scope="module")
def trailscraper(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The program, in a venv of its own: it wants an older boto3."""
    folder = tmp_path_factory.mktemp("trailscraper")
    run([sys.executable, "-m", "venv", str(folder)])
    run([str(folder / "bin" / "pip"), "install", "-q", TRAILSCRAPER])
    return str(folder / "bin" / "trailscraper")


def test_trailscraper_makes_a_policy_out_of_the_log_files(
    serve: Any, trailscraper: str, tmp_path: Path
) -> None:
    account = serve(tmp_path / "state", frozen=False)  # the program goes by its own clock
    s3, cloudtrail = account.client("s3"), account.client("cloudtrail")
    s3.create_bucket(Bucket="scraped-logs")
    s3.put_bucket_policy(Bucket="scraped-logs", Policy=json.dumps(POLICY))
    cloudtrail.create_trail(Name="scraped", S3BucketName="scraped-logs")
    cloudtrail.start_logging(Name="scraped")
    account.client("iam").list_users()
    account.client("ec2").describe_instances()
    account.advance(minutes=15)
    kept = ["--log-dir", str(tmp_path / "logs")]
    source = ["--bucket", "scraped-logs", "--account-id", "123456789012", "--region", "us-east-1"]
    span = ["--from", "two hours ago", "--to", "in two hours"]
    run([trailscraper, "download", *source, *span, *kept], env=account.env)
    records = run([trailscraper, "select", *kept], env=account.env)
    made = json.loads(run([trailscraper, "generate"], input=records, env=account.env))
    actions = {action for statement in made["Statement"] for action in statement["Action"]}
    assert actions >= {"cloudtrail:StartLogging", "iam:ListUsers", "ec2:DescribeInstances"}
