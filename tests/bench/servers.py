"""The two that are compared: our account, and moto's own server as it comes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.conftest import clean_environment, stop


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    process: subprocess.Popen[str]
    endpoint: str
    key: str
    secret: str
    ready_after: float  # seconds from the start of the process
    state: Path | None = None

    def client(self, service: str) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.Session().client(
            service,
            region_name="us-east-1",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            config=Config(proxies={}, retries={"total_max_attempts": 1}),
        )

    @property
    def memory(self) -> int:
        """Resident bytes."""
        import psutil

        return int(psutil.Process(self.process.pid).memory_info().rss)


@contextmanager
def account(*options: str) -> Iterator[Server]:
    """Our account, new, as `cloudtrail-lab serve` starts it (with these options)."""
    with TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        state = Path(folder) / "state"
        command = [sys.executable, "-m", "lablib", "serve", "--state", str(state), *options]
        began = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, env=clean_environment(), text=True
        )
        assert process.stdout is not None
        endpoint = process.stdout.readline().split()[1]
        ready_after = time.perf_counter() - began
        try:
            key = _learner(state)
            yield Server(
                "account",
                process,
                endpoint,
                key["AccessKeyId"],
                key["SecretAccessKey"],
                ready_after,
                state,
            )
        finally:
            stop(process)


def _learner(state: Path) -> dict[str, str]:
    from lablib.connection import Control, running

    key: dict[str, str] = Control(running(state)).get("credentials", user="learner")
    return key


@contextmanager
def plain() -> Iterator[Server]:
    """moto_server, new."""
    port = _free_port()
    program = str(Path(sys.executable).with_name("moto_server"))
    began = time.perf_counter()
    process = subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=clean_environment(),
        text=True,
    )
    ready_after = _wait_for(port, began)
    try:
        yield Server("plain", process, f"http://127.0.0.1:{port}", "test", "test", ready_after)
    finally:
        stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, began: float) -> float:
    while time.perf_counter() - began < 60:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return time.perf_counter() - began
        time.sleep(0.002)
    raise TimeoutError("moto_server did not open its port")


def bucket_policy(bucket: str) -> str:
    """What CloudTrail needs of a bucket (User Guide, "Amazon S3 bucket policy for CloudTrail")."""
    allowed = {
        "s3:GetBucketAcl": f"arn:aws:s3:::{bucket}",
        "s3:PutObject": f"arn:aws:s3:::{bucket}/AWSLogs/123456789012/*",
    }
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


assert os.name == "posix", "the benchmarks compare processes as POSIX shows them"
