"""Requests that are cut, swollen, slow or not HTTP: the account goes on, nothing is written."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from botocore.serialize import create_serializer

from tests.conftest import Served

HALF_SIGNED = (
    b"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20320301/us-east-1/ec2/aws4_request"
)


def speak(account: Served, *pieces: bytes, pause: float = 0.0, shut: bool = True) -> bytes:
    """Says this to the account's port, and hears what it answers."""
    parts = urlsplit(account.endpoint)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=30) as to:
        heard = b""
        with contextlib.suppress(OSError):  # it may have hung up
            for piece in pieces:
                to.sendall(piece)
                time.sleep(pause)
            if shut:
                to.shutdown(socket.SHUT_WR)
            while part := to.recv(65536):
                heard += part
        return heard


def post(body: bytes, *headers: bytes, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    lines = [b"POST / HTTP/1.1", b"Host: 127.0.0.1", b"Content-Length: %d" % size, *headers]
    return b"\r\n".join([*lines, b"Connection: close", b"", body])


@pytest.fixture
def untouched(shared_account: Served) -> Callable[[], bool]:
    """Whether the account answers still, and has neither a new record nor a new journal entry."""
    journal = shared_account.state / "journal.jsonl"
    records = shared_account.control("events", limit=5000)["events"]
    before = journal.read_bytes()

    def same() -> bool:
        alive = shared_account.control("status")["account"] == "123456789012"
        now = shared_account.control("events", limit=5000)["events"]
        return bool(alive and now == records and journal.read_bytes() == before)

    return same


START = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
NOT_HTTP = {
    "nothing": b"",
    "noise": bytes(range(256)) * 4,
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
    "a line without an end": b"GET /",
    "a long line": b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 500 + b"\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n",
    "an odd length": START + b"Content-Length: -5\r\n\r\n",
    "a word for a length": START + b"Content-Length: x\r\n\r\n",
    "a cut body": post(b"Action=DescribeVpcs", length=5000),
    "an odd chunk": START + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.mark.parametrize("what", NOT_HTTP)
def test_what_is_no_request_changes_nothing(
    shared_account: Served, untouched: Callable[[], bool], what: str
) -> None:
    heard = speak(shared_account, NOT_HTTP[what])
    assert b"Traceback" not in heard
    assert untouched()


def test_a_body_that_is_too_large_is_refused_unread(
    shared_account: Served, untouched: Callable[[], bool]
) -> None:
    heard = speak(shared_account, post(b"", length=2**40), shut=False)
    assert heard.startswith(b"HTTP/1.1 413 ")
    assert b"<Code>EntityTooLarge</Code>" in heard
    assert untouched()


def test_a_slow_request_keeps_nobody_waiting(shared_account: Served) -> None:
    parts = urlsplit(shared_account.endpoint)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0))) as slow:
        slow.sendall(post(b"", length=100)[:40])
        assert shared_account.client("ec2").describe_vpcs()["Vpcs"]


HALF = {
    "a credential and no more": HALF_SIGNED,
    "no credential": b"AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00",
    "another scheme": b"Bearer 12345",
    "nothing behind the scheme": b"AWS4-HMAC-SHA256",
}


@pytest.mark.parametrize("what", HALF)
@pytest.mark.parametrize("speaks", ["XML", "JSON"])
def test_a_half_signed_request_is_refused_in_the_clients_language(
    shared_account: Served, untouched: Callable[[], bool], what: str, speaks: str
) -> None:
    headers = [b"Authorization: " + HALF[what]]
    if speaks == "JSON":
        headers += [
            b"X-Amz-Target: TrentService.ListKeys",
            b"Content-Type: application/x-amz-json-1.1",
        ]
    head, _, body = speak(shared_account, post(b"{}", *headers)).partition(b"\r\n\r\n")
    assert head.split(b" ", 2)[1] in (b"400", b"401", b"403")
    if speaks == "JSON" and what != "a credential and no more":
        assert json.loads(body)["__type"]
    elif speaks == "XML":
        assert b"<Code>" in body
    assert untouched()


TOO_MANY = [
    (
        "ec2",
        "run_instances",
        {"ImageId": "ami-12c6146b", "MinCount": 10**6, "MaxCount": 10**6},
        "InstanceLimitExceeded",
    ),
    (
        "elasticache",
        "create_replication_group",
        {
            "ReplicationGroupId": "r",
            "ReplicationGroupDescription": "r",
            "NumNodeGroups": 2**31 - 1,
        },
        "NodeQuotaForCustomerExceeded",
    ),
]


@pytest.mark.parametrize(("service", "operation", "params", "code"), TOO_MANY)
def test_who_asks_for_a_million_is_told_of_quotas(
    shared_account: Served, service: str, operation: str, params: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(shared_account.client(service), operation)(**params)
    assert caught.value.response["Error"]["Code"] == code


MISSING = [
    ("cloudwatch", "list_metrics", {"Dimensions": [{"Value": "x"}]}, "dimensions.1.member.name"),
    ("cloudwatch", "put_metric_alarm", {"Metrics": [{"Label": "x"}]}, None),
]


@pytest.mark.parametrize(("service", "operation", "params", "place"), MISSING)
def test_what_is_required_deep_inside_is_asked_for(
    shared_account: Served, service: str, operation: str, params: dict[str, Any], place: str | None
) -> None:
    """A client that does not check what it sends is told which member lacks."""
    client = shared_account.client(service)
    client._serializer = create_serializer(client.meta.service_model.resolved_protocol, False)
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**params)
    error = caught.value.response["Error"]
    assert error["Code"] in ("ValidationError", "ValidationException", "MissingParameter")
    assert place is None or f"at '{place}'" in error["Message"]


def test_a_request_in_small_pieces_is_understood(shared_account: Served) -> None:
    whole = post(b"Action=GetCallerIdentity&Version=2011-06-15")
    pieces = [whole[place : place + 7] for place in range(0, len(whole), 7)]
    heard = speak(shared_account, *pieces, pause=0.002)
    assert b"<Code>" in heard
    assert heard.startswith(b"HTTP/1.1 4")
