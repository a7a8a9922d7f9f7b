"""The environment that keeps every AWS client inside the lab."""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from lablib import fence
from lablib.connection import Account, Control

HOSTILE = {
    "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
    "AWS_SECRET_ACCESS_KEY": "a-real-secret",
    "AWS_SESSION_TOKEN": "a-real-token",
    "AWS_PROFILE": "production",
    "AWS_REGION": "eu-central-1",
    "AWS_ENDPOINT_URL": "https://vpce.example.com",
    "AWS_ENDPOINT_URL_S3": "https://s3.example.com",
    "AWS_ENDPOINT_URL_CLOUDTRAIL": "https://cloudtrail.example.com",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/v2",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a-real-container-token",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/token",
    "AWS_ROLE_ARN": "arn:aws:iam::999999999999:role/real",
    "AWS_BEARER_TOKEN_BEDROCK": "a-real-bearer",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
    "NO_PROXY": "intranet.example.com",
    "PYTHONPATH": "/somewhere/else",
}


@pytest.fixture
def fenced(account: Account) -> dict[str, str]:
    """A hostile environment with the fence around it, as a shell has it after `eval`."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    hostile = {**clean, **HOSTILE}
    return {**hostile, **fence.environment(account, hostile)}


def test_no_real_credential_is_left(fenced: dict[str, str]) -> None:
    real = {value for value in HOSTILE.values() if "real" in value.lower()}
    assert len(real) == 6 and not real & set(fenced.values())
    assert fenced["AWS_ACCESS_KEY_ID"] == "AKIALEARNER"


def test_every_endpoint_is_the_labs(fenced: dict[str, str], account: Account) -> None:
    named = {n: v for n, v in fenced.items() if n.startswith("AWS_ENDPOINT_URL")}
    assert set(named.values()) == {account.endpoint}
    assert {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_CLOUDTRAIL"} <= set(named)


def test_what_is_not_ours_to_change_stays(fenced: dict[str, str], account: Account) -> None:
    assert fenced["HOME"] == os.environ["HOME"]
    assert fenced["AWS_REQUEST_CHECKSUM_CALCULATION"] == "when_required"
    assert fenced["NO_PROXY"].split(",") == ["intranet.example.com", "127.0.0.1", "localhost"]
    own = str(account.state / "python")
    assert fenced["PYTHONPATH"].split(os.pathsep) == [own, "/somewhere/else"]


def test_fencing_twice_changes_nothing(fenced: dict[str, str], account: Account) -> None:
    again = fence.environment(account, fenced)
    assert {**fenced, **again} == fenced


@pytest.mark.parametrize("service", ["s3", "cloudtrail", "sqs", "rds", "iam", "sts", "s3control"])
def test_boto3_asks_the_lab_and_nobody_else(
    fenced: dict[str, str], account: Account, service: str
) -> None:
    script = (
        f"import boto3; client = boto3.client({service!r}); print(client.meta.endpoint_url, "
        "client._request_signer._credentials.access_key)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], env=fenced, capture_output=True, text=True
    )
    assert told.stdout.split() == [account.endpoint, "AKIALEARNER"], told.stderr


def _python(script: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True)


@pytest.mark.parametrize("host", ["cloudtrail.us-east-1.amazonaws.com", "s3.dualstack.x.api.aws"])
def test_a_program_that_does_not_know_the_endpoint_finds_no_aws(
    fenced: dict[str, str], host: str
) -> None:
    """An SDK from before 2023, as it would call: by the service's own name."""
    script = (
        "import boto3; from botocore.config import Config; "
        "boto3.client('sts', endpoint_url='https://' + "
        f"{host!r}, config=Config(retries={{'total_max_attempts': 1}})).get_caller_identity()"
    )
    told = _python(script, fenced)
    assert told.returncode != 0
    assert "cannot be reached from it" in told.stderr, told.stderr


def test_other_hosts_and_another_sitecustomize_are_left_alone(
    fenced: dict[str, str], account: Account, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.of_mine = True")
    path = os.pathsep.join([str(account.state / "python"), str(tmp_path)])
    script = "import socket, sys; socket.getaddrinfo('localhost', 80); print(sys.of_mine)"
    told = _python(script, {**fenced, "PYTHONPATH": path})
    assert told.stdout.strip() == "True", told.stderr


def test_own_credentials_are_named_and_never_opened(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").mkdir()  # opening it would fail
    named = fence.own_credentials(HOSTILE, account)
    assert "AWS_ACCESS_KEY_ID" in named and "~/.aws/credentials" in named
    assert "AWS_BEARER_TOKEN_BEDROCK" in named


def test_a_fenced_environment_holds_no_credentials_of_ones_own(
    fenced: dict[str, str], account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert fence.own_credentials(fenced, account) == []


def test_what_a_learner_configured_stays_in_the_aws_files() -> None:
    text = "# mine\n[profile auditor]\nrole_arn = arn:x\ns3 =\n  addressing_style = path\n"
    changed = fence.with_values(text, "default", {"region": "us-east-1"})
    assert changed.startswith(text)
    again = fence.with_values(changed, "default", {"region": "us-east-1"})
    assert again == changed
    other = fence.with_values(
        "[default]\noutput = table\nregion = x\n\n[plugins]\na = b\n", "default", {"region": "y"}
    )
    parser = configparser.ConfigParser()
    parser.read_string(other)
    assert dict(parser["default"]) == {"output": "table", "region": "y"}
    assert dict(parser["plugins"]) == {"a": "b"}


def test_the_files_of_the_fence_are_for_their_owner_only(
    fenced: dict[str, str], account: Account
) -> None:
    for name in ("config", "credentials"):
        assert (account.state / name).stat().st_mode & 0o077 == 0


# The AWS CLI itself, with a proxy that notes whoever wants to leave.


class _Exit(BaseHTTPRequestHandler):
    def do_CONNECT(self) -> None:
        self.server.wanted.append(self.path)  # type: ignore[attr-defined]
        self.send_error(403)

    do_GET = do_POST = do_CONNECT

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def exit_door() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Exit)
    server.wanted = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _aws(
    *words: str, env: dict[str, str], door: ThreadingHTTPServer
) -> subprocess.CompletedProcess[str]:
    proxy = f"http://127.0.0.1:{door.server_port}"
    watched = {**env, "HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, "AWS_MAX_ATTEMPTS": "1"}
    aws = [sys.executable, "-m", "awscli", *words]
    return subprocess.run(aws, env=watched, capture_output=True, text=True)


@pytest.mark.referee
@pytest.mark.parametrize(
    "command",
    [
        ("sqs", "list-queues"),
        ("emr", "list-clusters"),
        ("rds", "describe-db-instances"),
        ("docdb", "describe-db-clusters"),
        ("neptune", "describe-db-clusters"),
        ("health", "describe-events"),
        ("cloudtrail", "describe-trails"),
        ("s3", "ls"),
    ],
    ids=" ".join,
)
def test_the_aws_cli_stays_inside_the_lab(
    command: tuple[str, ...], fenced: dict[str, str], fake: Any, exit_door: Any
) -> None:
    _aws(*command, "--region", "us-east-1", env=fenced, door=exit_door)
    assert exit_door.wanted == []
    assert fake.calls and "AKIALEARNER" in fake.calls[0]["authorization"]


@pytest.mark.referee
def test_without_the_plugin_the_aws_cli_would_leave(
    fenced: dict[str, str], account: Account, fake: Any, exit_door: Any
) -> None:
    """The trap is real: this is what the plugin closes, so the test above can fail."""
    (account.state / "config").write_text("[default]\n")
    _aws("sqs", "list-queues", env=fenced, door=exit_door)
    assert exit_door.wanted == ["queue.amazonaws.com:443"]


ASSUMED = b"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
<AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId><Arn>arn:x</Arn></AssumedRoleUser>
</AssumeRoleResult></AssumeRoleResponse>"""


@pytest.mark.referee
def test_the_aws_cli_keeps_role_sessions_in_the_lab_and_not_in_the_home_folder(
    fenced: dict[str, str], account: Account, fake: Any, exit_door: Any, tmp_path: Path
) -> None:
    config = account.state / "config"
    role = "role_arn = arn:aws:iam::123456789012:role/auditor\nsource_profile = default"
    config.write_text(f"{config.read_text()}[profile auditor]\n{role}\n")
    fake.awsanswer = ASSUMED
    home = {**fenced, "HOME": str(tmp_path)}
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        home.pop(name, None)
    _aws("sts", "get-caller-identity", "--profile", "auditor", env=home, door=exit_door)
    kept = list((account.state / "cli-cache").glob("*.json"))
    assert len(kept) == 1 and not (tmp_path / ".aws").exists()

    fence.forget_expired_sessions(account.state, "2098-01-01T00:00:00.000Z")
    assert kept[0].exists()
    fence.forget_expired_sessions(account.state, "2099-01-01T00:00:00.000Z")
    assert not kept[0].exists()


def test_a_reset_account_forgets_the_role_sessions(account: Account) -> None:
    kept = account.state / "cli-cache" / "abc.json"
    kept.parent.mkdir()
    kept.write_text(json.dumps({"Credentials": {"Expiration": "2099-01-01T00:00:00Z"}}))
    Control(account).reset()
    assert not kept.exists()
