"""An account inside this process, and boto3 clients that reach it without a network.

Only once in a process: moto's world is one. Nothing may have imported moto before.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import boto3
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.config import Config

from lablib.account.chance import SystemRandomness

RANDOMNESS = SystemRandomness()
START = datetime(2032, 3, 1, 10, tzinfo=UTC)
HOST = "127.0.0.1:4566"


def account(seed: int, name: str) -> Any:
    """A new account with a frozen clock."""
    RANDOMNESS.install()  # before moto is imported
    from lablib.account.account import Account
    from lablib.account.frozen import Frozen
    from lablib.account.journal import Birth
    from lablib.account.moto_adapter import wire

    birth = Birth(seed, START, True, "123456789012", name)
    frozen = Frozen(START)
    made = Account(birth, wire.Moto(RANDOMNESS), RANDOMNESS, frozen, lambda line: None)
    with made.lock:
        made.settle()
    return made


def environ(request: Any) -> dict[str, Any]:
    """A request of botocore's as WSGI has it."""
    parts = urlsplit(request.url)
    found: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
        "QUERY_STRING": parts.query,
        "RAW_URI": (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "4566",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc,
        "wsgi.url_scheme": "http",
    }
    for name, value in request.headers.items():
        raw = value if isinstance(value, bytes) else str(value).encode()
        upper = name.upper().replace("-", "_")
        found[upper if upper == "CONTENT_TYPE" else f"HTTP_{upper}"] = raw.decode("latin-1")
    return found


def client(made: Any, session: boto3.Session, service: str) -> Any:
    """A boto3 client whose requests the account answers, each with its records written."""
    from lablib.account.messages import Request

    def send(request: AWSRequest, **_: Any) -> AWSResponse:
        body = request.body or b""
        if not isinstance(body, bytes):
            body = body.encode() if isinstance(body, str) else body.read()
        answer = made.call(Request.of(environ(request), body))
        made.settle()
        return AWSResponse(request.url, answer.status, dict(answer.headers), _Raw(answer.body))

    found = session.client(
        service,
        endpoint_url=f"http://{HOST}",
        config=Config(
            parameter_validation=False,
            inject_host_prefix=False,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
        ),
    )
    found.meta.events.register("before-send", send)
    return found


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()
