"""The commands that talk to an account, as a person types them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tests.conftest import START, Served, clean_environment


def time_of(done: subprocess.CompletedProcess[str]) -> datetime:
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return datetime.fromisoformat(done.stdout.strip())


def buckets(account: Served) -> list[str]:
    return [bucket["Name"] for bucket in account.client("s3").list_buckets()["Buckets"]]


def test_serve_says_one_line_and_no_more(account: Served) -> None:
    account.client("sts").get_caller_identity()
    account.process.send_signal(signal.SIGTERM)
    assert account.process.wait(timeout=20) == 0
    assert account.process.stdout is not None
    assert account.process.stdout.read() == ""  # the ready line was read by the fixture


def test_the_clock_tells_lab_time(account: Served) -> None:
    shown = time_of(account.lab("clock"))
    assert shown == time_of(account.lab("clock", "show"))
    assert shown >= datetime.fromisoformat(START)


def test_the_clock_winds_forward_and_says_where_it_stands(account: Served) -> None:
    before = time_of(account.lab("clock"))
    after = time_of(account.lab("clock", "advance", "1h30m"))
    assert (after - before).total_seconds() == 5400


def test_a_command_finds_the_account_by_its_folder_alone(account: Served) -> None:
    bare = clean_environment()
    done = account.lab("clock", "--state", str(account.state), env=bare)
    assert time_of(done) == time_of(account.lab("clock"))


def test_next_with_nothing_due_is_one_line_and_no_success(account: Served) -> None:
    done = account.lab("clock", "next")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Nothing is due" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_frozen_clock_does_not_play(account: Served) -> None:
    done = account.lab("clock", "play", "60")
    assert done.returncode == 1
    assert "frozen" in done.stderr


def test_a_running_clock_plays_and_pauses(serve: Callable[..., Served], state: Path) -> None:
    account = serve(state, frozen=False)
    account.lab("clock", "play", "3600")
    before = time_of(account.lab("clock", "pause"))
    time.sleep(0.2)
    assert time_of(account.lab("clock")) == before


def test_mail_is_confirmed_and_read_in_a_terminal(account: Served) -> None:
    assert account.lab("inbox").stdout == "No mail yet.\n"
    sns = account.client("sns")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.com")
    assert "(waiting)" in account.lab("inbox").stdout
    assert "(confirmed)" in account.lab("inbox", "--confirm").stdout
    sns.publish(TopicArn=topic, Subject="hello", Message="a line")
    first = account.lab("inbox", "--to", "ops@example.com").stdout.splitlines()[0]
    assert first.endswith("ops@example.com  hello")
    assert "\n\na line\n" in account.lab("inbox", "2").stdout
    missing = account.lab("inbox", "9")
    assert missing.returncode != 0 and "There is no mail 9." in missing.stderr


def test_env_makes_a_shell_reach_the_account(account: Served) -> None:
    lines = account.lab(
        "env", env=clean_environment() | {"CLOUDTRAIL_LAB_STATE": str(account.state)}
    )
    python = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    script = f'{lines.stdout}\n"{sys.executable}" -c "{python}"'
    done = subprocess.run(
        ["bash", "-euc", script], capture_output=True, text=True, env=clean_environment()
    )
    assert done.stdout == "arn:aws:iam::123456789012:user/learner\n", done.stderr


def test_env_prints_nothing_but_exports(account: Served) -> None:
    lines = account.lab("env").stdout.splitlines()
    assert lines
    assert all(line.startswith("export ") and "=" in line for line in lines)


def test_env_speaks_powershell(account: Served) -> None:
    lines = account.lab("env", "--powershell").stdout.splitlines()
    assert f"$env:AWS_ENDPOINT_URL = '{account.endpoint}'" in lines


def test_an_account_is_carried_to_another_folder(
    account: Served, serve: Callable[..., Served], tmp_path: Path
) -> None:
    account.client("s3").create_bucket(Bucket="carried-along")
    assert account.lab("save", str(tmp_path / "save")).returncode == 0
    other = serve(tmp_path / "other")
    done = other.lab("load", str(tmp_path / "save"))
    assert done.returncode == 0, done.stderr
    assert buckets(other) == ["carried-along"]


def test_what_stood_before_a_load_is_kept_and_named(account: Served, tmp_path: Path) -> None:
    account.lab("save", str(tmp_path / "empty"))
    account.client("s3").create_bucket(Bucket="worth-keeping")
    said = account.lab("load", str(tmp_path / "empty")).stdout
    assert buckets(account) == []
    kept = said.split("cloudtrail-lab load ")[1].strip()
    account.lab("load", kept)
    assert buckets(account) == ["worth-keeping"]


def test_a_file_that_is_no_save_changes_nothing(account: Served, tmp_path: Path) -> None:
    account.client("s3").create_bucket(Bucket="still-here")
    (tmp_path / "letter").write_text("Dear account,")
    done = account.lab("load", str(tmp_path / "letter"))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert buckets(account) == ["still-here"]


def test_reset_makes_a_new_account_and_names_the_old_one(account: Served) -> None:
    account.client("s3").create_bucket(Bucket="old")
    said = account.lab("reset")
    assert said.returncode == 0, said.stderr
    assert buckets(account) == []
    account.lab("load", said.stdout.split("cloudtrail-lab load ")[1].strip())
    assert buckets(account) == ["old"]


def test_trace_tells_the_stages_of_an_event(account: Served) -> None:
    account.client("s3").create_bucket(Bucket="traced")
    event = account.control("events", name="CreateBucket")["events"][0]
    done = account.lab("trace", event["eventID"])
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("CreateBucket of s3.amazonaws.com at ")
    told = json.loads(account.lab("trace", event["eventID"], "--json").stdout)
    assert told["event"] == event


def test_an_event_that_never_was_is_one_line(account: Served) -> None:
    done = account.lab("trace", "00000000-0000-0000-0000-000000000000")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


def test_an_untouched_lab_does_not_pass_its_check(account: Served) -> None:
    done = account.lab("check", "01")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert " of " in done.stdout.splitlines()[-1]


def test_a_check_speaks_json_and_nothing_else(account: Served) -> None:
    told = json.loads(account.lab("check", "1", "--json").stdout)
    assert told["passed"] is False
    assert {exercise["lab"] for exercise in told["exercises"]} == {"01"}


def test_catching_up_twice_builds_nothing_the_second_time(account: Served) -> None:
    first = account.lab("catch-up", "02")
    assert first.returncode == 0, first.stderr
    assert "built: " in first.stdout
    again = account.lab("catch-up", "02")
    assert again.returncode == 0, again.stderr
    assert again.stdout == "Lab 02 can start; nothing was missing.\n"


def test_one_lab_is_reset_and_the_others_stay(account: Served) -> None:
    account.lab("catch-up", "02")
    done = account.lab("reset", "--lab", "02")
    assert done.returncode == 0, done.stderr
    assert "nothing was missing" in account.lab("catch-up", "02").stdout


def test_a_second_account_on_the_same_folder_is_refused_in_one_line(account: Served) -> None:
    done = account.lab("serve", "--state", str(account.state))
    assert done.returncode == 1
    assert done.stdout == ""
    assert "already runs on the state folder" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_port_in_use_is_refused_in_one_line(account: Served, tmp_path: Path) -> None:
    port = account.endpoint.rsplit(":", 1)[1]
    done = account.lab("serve", "--port", port, "--state", str(tmp_path / "other"))
    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_module_and_the_command_are_the_same(account: Served) -> None:
    program = str(Path(sys.executable).with_name("cloudtrail-lab"))
    assert account.run(program, "clock").stdout == account.lab("clock").stdout


def test_a_stopped_account_comes_back_with_the_next_command(account: Served) -> None:
    account.client("s3").create_bucket(Bucket="stays-here")
    assert account.lab("stop").returncode == 0
    assert account.process.wait(timeout=20) == 0
    assert account.lab("stop").stdout == "No account is running here.\n"
    assert account.lab("clock", "show").returncode == 0
    listed = account.run("aws", "s3api", "list-buckets", "--query", "Buckets[].Name")
    assert "stays-here" in listed.stdout
    assert account.lab("stop").returncode == 0
