"""Thousands of calls that nobody would make: `python -m tests.fuzz` makes as many as wanted.

In a process of its own: the account's clock and randomness stand in for the process's.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT, clean_environment

THE_LABS_OWN = (
    "cloudtrail,s3,iam,sts,kms,sns,sqs,logs,cloudwatch,ec2,lambda,dynamodb,secretsmanager,ssm,"
    "organizations,events,rds,backup,config,autoscaling,cloudformation"
)


@pytest.mark.parametrize(
    ("calls", "services"), [(20_000, ""), (4_000, THE_LABS_OWN)], ids=["all services", "the labs'"]
)
def test_odd_calls_get_an_answer_that_a_client_can_read(calls: int, services: str) -> None:
    """No web page, no traceback, no second record, nothing that hangs; each sound request is
    decoded."""
    command = ["-m", "tests.fuzz", "--calls", str(calls), "--seed", "7", "--services", services]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    assert done.stdout.startswith(f"{calls} calls")
