"""The account over HTTP: what it answers, what it remembers, what it survives."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Served, clean_environment, stop

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "s3:GetBucketAcl",
            "Resource": "arn:aws:s3:::trail-logs",
        },
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::trail-logs/AWSLogs/*",
        },
    ],
}


def start_trail(account: Served) -> None:
    s3, cloudtrail = account.client("s3"), account.client("cloudtrail")
    s3.create_bucket(Bucket="trail-logs")
    s3.put_bucket_policy(Bucket="trail-logs", Policy=json.dumps(POLICY))
    cloudtrail.create_trail(Name="ops", S3BucketName="trail-logs")
    cloudtrail.start_logging(Name="ops")


def busy_morning(account: Served) -> dict[str, Any]:
    """Calls of many kinds, among them what moto draws from the system's randomness."""
    start_trail(account)
    ec2, kms = account.client("ec2"), account.client("kms")
    made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, ClientToken="monday")
    ec2.create_key_pair(KeyName="hana")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    cipher = kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    signer = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    token = account.client("sts").get_session_token()["Credentials"]
    account.advance(minutes=10)
    return {
        "instance": made["Instances"][0]["InstanceId"],
        "cipher": cipher,
        "public": kms.get_public_key(KeyId=signer)["PublicKey"],
        "token": token["SessionToken"],
    }


def objects(account: Served) -> dict[str, Any]:
    s3 = account.client("s3")
    found = s3.list_objects_v2(Bucket="trail-logs").get("Contents", [])
    return {o["Key"]: (o["ETag"], o["Size"], o["LastModified"]) for o in found}


def again(account: Served, serve: Callable[..., Served]) -> Served:
    account.process.send_signal(signal.SIGKILL)
    account.process.wait()
    return serve(account.state, frozen=False)


def test_a_killed_account_comes_back_as_it_was(
    account: Served, serve: Callable[..., Served]
) -> None:
    made = busy_morning(account)
    files = objects(account)
    ids = [e["eventID"] for e in account.control("events", limit=5000)["events"]]
    clock = account.control("clock")
    back = again(account, serve)
    assert back.control("status")["notes"] == []
    assert [e["eventID"] for e in back.control("events", limit=5000)["events"]] == ids
    assert back.control("clock") == clock
    assert objects(back) == files
    assert back.client("kms").decrypt(CiphertextBlob=made["cipher"])["Plaintext"] == b"secret"
    stop(back.process)


def test_the_same_seed_and_calls_make_the_same_account(
    serve: Callable[..., Served], tmp_path: Path
) -> None:
    one, two = serve(tmp_path / "one"), serve(tmp_path / "two")
    made = busy_morning(one), busy_morning(two)
    assert made[0] == made[1]
    # botocore writes ids of its own into the user agent, so the files differ in what is inside.
    names = [{key: times[2] for key, times in objects(a).items()} for a in (one, two)]
    assert names[0] == names[1]
    records = [a.control("events", limit=5000)["events"] for a in (one, two)]
    for name in ("eventID", "requestID", "responseElements"):
        assert [r.get(name) for r in records[0]] == [r.get(name) for r in records[1]]


def test_a_saved_account_is_loaded_into_another(
    account: Served, serve: Callable[..., Served], tmp_path: Path
) -> None:
    busy_morning(account)
    save = tmp_path / "save"
    assert account.lab("save", str(save)).returncode == 0
    other = serve(tmp_path / "other", frozen=False)
    loaded = other.lab("load", str(save))
    assert loaded.returncode == 0, loaded.stderr
    assert objects(other) == objects(account)


def test_a_journal_cut_in_a_line_loses_that_line_only(
    account: Served, serve: Callable[..., Served]
) -> None:
    start_trail(account)
    account.process.kill()
    account.process.wait()
    journal = account.state / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    back = serve(account.state, frozen=False)
    (note,) = back.control("status")["notes"]
    assert "could not be read" in note
    (trail,) = back.client("cloudtrail").describe_trails()["trailList"]
    assert not back.client("cloudtrail").get_trail_status(Name=trail["Name"])["IsLogging"]
    assert list(account.state.glob("journal-damaged-*.jsonl"))
    stop(back.process)


def run_serve(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lablib", "serve", *options]
    env = clean_environment()
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=env, check=False)


def test_a_second_account_on_the_same_folder_is_refused_in_one_line(account: Served) -> None:
    second = run_serve("--state", str(account.state))
    assert second.returncode != 0
    assert second.stdout == ""
    assert "already runs" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1
    assert account.client("sts").get_caller_identity()


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run_serve("--state", str(tmp_path / "s"), "--port", str(port))
    assert refused.returncode != 0
    assert f"Port {port} is in use" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("logs", "put_query_definition", {"name": "q", "queryString": "fields @timestamp"}),
        ("ssm-sap", "list_applications", {}),
        ("lambda", "list_layers", {"CompatibleRuntime": "x" * 5000}),
        ("cloudtrail", "list_event_data_stores", {}),
    ],
)
def test_what_the_lab_cannot_do_is_answered_at_once_and_readably(
    shared_account: Served, service: str, operation: str, params: dict[str, Any]
) -> None:
    try:
        getattr(shared_account.client(service), operation)(**params)
    except ClientError as error:
        assert error.response["Error"]["Code"]  # noqa: PT017
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] < 500  # noqa: PT017


def ask(account: Served, path: str, **headers: str) -> int:
    try:
        return int(urlopen(Request(account.endpoint + path, headers=headers)).status)
    except HTTPError as error:
        return error.code


def test_the_control_interface_needs_token_and_host(shared_account: Served) -> None:
    told = json.loads((shared_account.state / "account.json").read_text())
    token = told["token"]
    assert ask(shared_account, "/_lab/status", **{"X-Lab-Token": token}) == 200
    assert ask(shared_account, "/_lab/status") == 403
    assert ask(shared_account, "/_lab/status", **{"X-Lab-Token": "x"}) == 403
    other = {"X-Lab-Token": token, "Host": "evil.example"}
    assert ask(shared_account, "/_lab/status", **other) == 403


def test_no_web_page_may_read_the_account(shared_account: Served) -> None:
    request = Request(shared_account.endpoint + "/", headers={"Origin": "http://evil.example"})
    with pytest.raises(HTTPError) as refused:
        urlopen(request)
    assert "Access-Control-Allow-Origin" not in refused.value.headers


def test_motos_own_interface_is_closed(shared_account: Served) -> None:
    assert ask(shared_account, "/moto-api/data.json") == 403


def test_the_state_folder_is_private(account: Served) -> None:
    assert account.state.stat().st_mode & 0o777 == 0o700
    assert (account.state / "account.json").stat().st_mode & 0o777 == 0o600


def test_a_look_with_the_observers_header_leaves_no_event(account: Served) -> None:
    token = json.loads((account.state / "account.json").read_text())["token"]
    s3 = account.client("s3")

    def observe(request: Any, **_: Any) -> None:
        request.headers["X-Lab-Observer"] = token

    s3.meta.events.register("before-send.s3", observe)
    s3.list_buckets()
    assert account.control("events")["events"] == []


def test_a_long_poll_returns_when_a_message_comes(account: Served) -> None:
    import threading

    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    threading.Timer(1.0, lambda: sqs.send_message(QueueUrl=url, MessageBody="hello")).start()
    began = time.monotonic()
    (message,) = account.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    assert message["Body"] == "hello"
    assert time.monotonic() - began < 15


def test_what_is_due_happens_by_itself_on_a_running_clock(
    serve: Callable[..., Served], state: Path
) -> None:
    account = serve(state, frozen=False)
    start_trail(account)
    account.control("clock", {"play": 600})
    for _ in range(100):
        if [key for key in objects(account) if key.endswith(".gz")]:
            break
        time.sleep(0.1)
    assert [key for key in objects(account) if key.endswith(".gz")]
    stop(account.process)


def test_winding_backwards_is_refused(account: Served) -> None:
    with pytest.raises(HTTPError) as refused:
        account.control("clock", {"to": "2020-01-01T00:00:00Z"})
    assert "never goes backwards" in json.loads(refused.value.read())["error"]


def test_stopping_withdraws_the_announcement(account: Served) -> None:
    account.control("stop", {})
    account.process.wait(timeout=20)
    assert not (account.state / "account.json").exists()


def test_a_reset_account_is_new_and_keeps_its_old_journal(account: Served) -> None:
    start_trail(account)
    account.control("reset", {})
    assert account.client("cloudtrail").describe_trails()["trailList"] == []
    assert list(account.state.glob("journal-before-reset-*.jsonl"))


def test_lab_time_goes_on_over_a_restart_and_never_backwards(
    serve: Callable[..., Served], state: Path
) -> None:
    account = serve(state, frozen=False)
    account.advance(minutes=10)
    for _ in range(2):
        before = account.control("clock")["time"]
        stop(account.process)
        account = serve(state, frozen=False)
        assert account.control("clock")["time"] > before
    stop(account.process)


def test_a_new_account_that_did_nothing_keeps_its_time_too(
    serve: Callable[..., Served], state: Path
) -> None:
    account = serve(state, frozen=False)
    before = account.control("clock")["time"]
    stop(account.process)
    account = serve(state, frozen=False)
    assert account.control("clock")["time"] > before
    stop(account.process)


def test_changes_of_trails_take_their_time_when_asked_to(
    serve: Callable[..., Served], state: Path
) -> None:
    account = serve(state, "--propagation", "aws")
    start_trail(account)
    account.client("iam").create_user(UserName="too-early")
    account.advance(minutes=3)
    account.client("iam").create_user(UserName="in-time")
    account.advance(minutes=15)
    taken = {e["requestParameters"]["userName"]: t["trails"] for e, t in _created(account)}
    assert taken["too-early"] == []
    assert len(taken["in-time"]) == 1
    stop(account.process)


def _created(account: Served) -> list[tuple[Any, Any]]:
    records = {e["eventID"]: e for e in account.control("events", name="CreateUser")["events"]}
    calls = {call["id"]: call for call in account.control("timeline")["calls"]}
    return [(record, calls[id]) for id, record in records.items()]
