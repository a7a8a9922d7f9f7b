"""The account itself: started by whoever needs it first, shared, and found again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lablib import Lab, connection
from lablib.connection import Account, Control

OPTIONS = ("--clock", "frozen", "--seed", "7", "--start", "2026-11-23T10:00:00Z")
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": ["s3:GetBucketAcl", "s3:PutObject"],
            "Resource": ["arn:aws:s3:::sap-logs", "arn:aws:s3:::sap-logs/*"],
        }
    ],
}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("account") / "state"
    yield folder
    if found := connection.find(folder):
        Control(found).post("stop")


@pytest.fixture(scope="module")
def lab(state: Path) -> Lab:
    """A trail that has delivered, made as a learner makes it."""
    found: list[Account] = []
    both = [
        threading.Thread(target=lambda: found.append(connection.join(state, options=OPTIONS)))
        for _ in range(2)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len({account.pid for account in found}) == 1  # one of the two started it
    lab = Lab(found[0])
    s3, cloudtrail = lab.client("s3"), lab.client("cloudtrail")
    s3.create_bucket(Bucket="sap-logs")
    s3.put_bucket_policy(Bucket="sap-logs", Policy=json.dumps(POLICY))
    cloudtrail.create_trail(Name="sap-trail", S3BucketName="sap-logs")
    cloudtrail.start_logging(Name="sap-trail")
    lab.client("iam").create_user(UserName="basis")
    lab.clock.advance(minutes=12)
    return lab


def test_two_who_need_it_at_once_share_one_account(lab: Lab) -> None:
    assert connection.find(lab.state) == lab.account


def test_a_learners_calls_come_back_out_of_the_log_files(lab: Lab) -> None:
    files = lab.log_files()
    names = [name for _, file in files.iterrows() for name in lab.read(file)["Event name"]]
    assert sorted(names) == ["CreateUser", "StartLogging"]
    assert list(files["Delivered"]) == list(lab.deliveries()["Delivered"].dt.floor("s"))


def test_event_history_and_the_labs_own_view_agree(lab: Lab) -> None:
    history = lab.history(name="CreateUser").iloc[0]
    seen = lab.events(name="CreateUser").iloc[0]
    assert history["Event ID"] == seen["Event ID"] and history["User name"] == "learner"
    assert lab.trace(seen).taken_by == ["sap-trail"]


def test_an_observer_leaves_no_event(lab: Lab) -> None:
    before = len(lab.events())
    lab.observer("cloudtrail").describe_trails()
    assert len(lab.events()) == before
    lab.client("cloudtrail").describe_trails()
    assert len(lab.events()) == before + 1


def test_a_user_calls_under_the_users_own_name(lab: Lab) -> None:
    arn = lab.client("sts", user="basis").get_caller_identity()["Arn"]
    assert arn == "arn:aws:iam::123456789012:user/basis"
    assert lab.events(name="CreateAccessKey").iloc[0]["User name"] == "learner"
    assert lab.client("sts", user="root").get_caller_identity()["Arn"].endswith(":root")


def test_the_timeline_shows_what_was_delivered(lab: Lab) -> None:
    kinds = set(lab.timeline().table["Kind"])
    assert {"API call", "Log file in S3"} <= kinds


@pytest.mark.referee
def test_the_aws_cli_sees_the_same_account(lab: Lab) -> None:
    env = {**os.environ, **connection.environment(lab.state)}
    command = [sys.executable, "-m", "awscli", "cloudtrail", "describe-trails", "--output", "json"]
    told = subprocess.run(command, env=env, capture_output=True, text=True)
    assert json.loads(told.stdout)["trailList"][0]["Name"] == "sap-trail", told.stderr


def test_a_file_of_the_learners_does_not_stand_in_for_pythons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "click.py").write_text("raise SystemExit('the learner’s own file was imported')")
    monkeypatch.chdir(tmp_path)
    account = connection.start(tmp_path / "state", options=OPTIONS)
    Control(account).post("stop")


def test_a_killed_account_comes_back_as_it_was(lab: Lab, state: Path) -> None:
    before: Any = lab.history().iloc[1:]["Event ID"].to_list()
    os.kill(lab.account.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while connection.find(state) and time.monotonic() < deadline:
        time.sleep(0.05)
    again = Lab(connection.join(state))
    assert again.account.pid != lab.account.pid and again.account.port == lab.account.port
    assert set(before) <= set(again.history()["Event ID"])
    assert len(again.log_files()) == len(again.deliveries()) > 0
