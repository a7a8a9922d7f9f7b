"""What tests share: a served account in a folder of its own, and the rule that nothing is skipped.

`account` is new for each test; `shared_account` is one for all tests that only add to it and do
not mind what others have added. Both have a frozen clock and a seed: the same each time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent

# Lab time of the tests: ahead of the real clock, as lab time always is, so that clients which look
# at their own clock (expiring sessions) take what they get for fresh.
START = "2032-03-01T10:00:00Z"
SEED = 7

# What of the developer's environment tests see. AWS's variables, proxies and our own stay outside.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "USERPROFILE", "VIRTUAL_ENV")


def clean_environment() -> dict[str, str]:
    """The surroundings of a subprocess: nothing of AWS, this tree importable, UTC."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    here = str(Path(sys.executable).parent)
    path = os.pathsep.join([here, kept.get("PATH", "")])
    return {**kept, "PATH": path, "PYTHONPATH": str(ROOT), "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Served:
    """A running account: where it is, how to call it, and the environment that reaches it."""

    process: subprocess.Popen[str]
    endpoint: str
    state: Path
    env: dict[str, str]

    def client(self, service: str, region: str = "us-east-1", user: str = "learner") -> Any:
        """A boto3 client as that user."""
        import boto3
        from botocore.config import Config

        key = self.control("credentials", user=user)
        return boto3.Session().client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def control(self, path: str, body: Any = None, /, **query: Any) -> Any:
        """Ask the account's own interface: GET, or POST when there is a body."""
        tail = "&".join(f"{name}={value}" for name, value in query.items())
        token = json.loads((self.state / "account.json").read_text(encoding="utf-8"))["token"]
        request = Request(
            f"{self.endpoint}/_lab/{path}" + (f"?{tail}" if tail else ""),
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-Lab-Token": token},
        )
        with build_opener(ProxyHandler({})).open(request, timeout=120) as answer:
            return json.loads(answer.read() or b"{}")

    def advance(self, **by: float) -> None:
        """Wind the clock: advance(minutes=10)."""
        from datetime import timedelta

        self.control("clock", {"advance": timedelta(**by).total_seconds()})

    def run(self, *command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program inside the account's environment and keep what it prints."""
        kept = {"capture_output": True, "text": True, "timeout": 120, "env": self.env, **options}
        return subprocess.run(command, check=False, **kept)

    def lab(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run `cloudtrail-lab …` on this account."""
        return self.run(sys.executable, "-m", "lablib", *arguments, **options)


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., Served]]:
    """Start an account on a state folder: serve(folder, "--seed", "3"). All end with the tests."""
    started: list[subprocess.Popen[str]] = []

    def start(state: Path, *options: str, frozen: bool = True) -> Served:
        given = ("--clock", "frozen", "--start", START, "--seed", str(SEED)) if frozen else ()
        process = subprocess.Popen(
            [sys.executable, "-m", "lablib", "serve", "--state", str(state), *given, *options],
            stdout=subprocess.PIPE,
            env=clean_environment(),
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        assert ready[:1] == ["ready"], f"no ready line but {ready}, exit code {process.poll()}"
        return Served(process, ready[1], state, clean_environment() | _environment(state))

    yield start
    for process in started:
        stop(process)


def _environment(state: Path) -> dict[str, str]:
    from lablib.connection import environment

    from_account: dict[str, str] = environment(state)
    # The tree stays importable beside what the account puts on the path.
    from_account["PYTHONPATH"] = os.pathsep.join([from_account.get("PYTHONPATH", ""), str(ROOT)])
    return from_account


def stop(process: subprocess.Popen[str]) -> None:
    """End a process that we started, politely first."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _folder() -> Generator[Path, None, None]:
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "state"


@pytest.fixture
def state() -> Generator[Path, None, None]:
    """A state folder that is not there yet, with a short path."""
    yield from _folder()


@pytest.fixture
def account(serve: Callable[..., Served], state: Path) -> Iterator[Served]:
    """An account of one's own, with a frozen clock."""
    served = serve(state)
    yield served
    stop(served.process)


@pytest.fixture(scope="session")
def shared_account(serve: Callable[..., Served]) -> Iterator[Served]:
    """One account for all tests that do not mind what others have added."""
    for folder in _folder():
        yield serve(folder)


# What CI tries is the same each time; on a developer's machine each run looks further.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

# Nothing is skipped where it counts: what a machine lacks has to show as a failure.


def _must_run(report: Any) -> Any:
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and so not shown: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    return _must_run((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    return _must_run((yield))
