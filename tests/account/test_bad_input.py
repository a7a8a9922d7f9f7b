"""Requests that are cut, swollen, slow or not HTTP: the account goes on, nothing is written."""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import json
import socket
import time
import zlib
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


def test_many_slow_requests_keep_nobody_waiting(shared_account: Served) -> None:
    """Half a line, half the headers, half a body: each waits in a thread of its own, and none
    holds the account."""
    parts = urlsplit(shared_account.endpoint)
    whole = post(b"Action=DescribeVpcs&Version=2016-11-15", length=5000)
    with contextlib.ExitStack() as stack:
        for number in range(40):
            address = (str(parts.hostname), int(parts.port or 0))
            slow = stack.enter_context(socket.create_connection(address))
            slow.sendall(whole[: (9, 60, len(whole))[number % 3]])
        began = time.monotonic()
        assert shared_account.client("ec2").describe_vpcs()["Vpcs"]
        assert time.monotonic() - began < 10


def test_who_does_not_fetch_an_answer_keeps_nobody_waiting(shared_account: Served) -> None:
    """Twenty megabytes do not fit into a connection's buffers: the answer waits for its reader."""
    s3 = shared_account.client("s3")
    s3.create_bucket(Bucket="unfetched")
    s3.put_object(Bucket="unfetched", Key="large", Body=bytes(20 * 2**20))
    where = {"Bucket": "unfetched", "Key": "large"}
    url = urlsplit(s3.generate_presigned_url("get_object", Params=where))
    lines = [f"GET {url.path}?{url.query} HTTP/1.1", f"Host: {url.netloc}", "", ""]
    with socket.create_connection((str(url.hostname), int(url.port or 0))) as lazy:
        lazy.sendall("\r\n".join(lines).encode())
        assert lazy.recv(12) == b"HTTP/1.1 200"
        assert s3.head_object(**where)["ContentLength"] == 20 * 2**20
        shared_account.control("clock")


ANOTHER = {
    "md5": ("Content-MD5", hashlib.md5(b"another").digest()),
    "crc32": ("x-amz-checksum-crc32", zlib.crc32(b"another").to_bytes(4, "big")),
    "sha1": ("x-amz-checksum-sha1", hashlib.sha1(b"another").digest()),
    "sha256": ("x-amz-checksum-sha256", hashlib.sha256(b"another").digest()),
}


@pytest.mark.parametrize("name", ANOTHER)
@pytest.mark.parametrize("whole", [True, False], ids=["of another body", "of no length"])
def test_a_checksum_that_is_not_the_bodys_is_refused_and_recorded_once(
    shared_account: Served, name: str, whole: bool
) -> None:
    header, digest = ANOTHER[name]
    s3 = shared_account.client("s3")
    s3.create_bucket(Bucket="checked")

    def say(request: Any, **_: Any) -> None:
        del request.headers["x-amz-checksum-crc32"]
        request.headers[header] = base64.b64encode(digest if whole else b"x").decode()

    s3.meta.events.register("before-sign.s3", say)
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket="checked", Key=f"{name}-{whole}", Body=b"body")
    wrong = "InvalidDigest" if name == "md5" else "InvalidRequest"
    code = caught.value.response["Error"]["Code"]
    assert code == ("BadDigest" if whole else wrong)
    newest, before = shared_account.control("events", limit=2)["events"]
    assert (newest["eventName"], newest["errorCode"]) == ("PutObject", code)
    assert before["eventName"] == "CreateBucket"


def test_the_checksum_of_a_whole_object_is_not_that_of_the_call_that_ends_its_upload(
    shared_account: Served,
) -> None:
    s3 = shared_account.client("s3")
    s3.create_bucket(Bucket="uploads")
    where = {"Bucket": "uploads", "Key": "parts"}
    upload = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
    tag = s3.upload_part(**upload, PartNumber=1, Body=b"body")["ETag"]
    whole = base64.b64encode(zlib.crc32(b"body").to_bytes(4, "big")).decode()
    s3.complete_multipart_upload(
        **upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]},
        ChecksumCRC32=whole,
        ChecksumType="FULL_OBJECT",
    )
    assert s3.get_object(**where)["Body"].read() == b"body"


def test_a_compressed_body_is_unpacked(shared_account: Served) -> None:
    """SDKs compress what is longer than 10 KB, where the service's model allows it."""
    cloudwatch = shared_account.client("cloudwatch")
    seen = []
    cloudwatch.meta.events.register(
        "before-send", lambda request, **_: seen.append(request.headers.get("Content-Encoding"))
    )
    data = [{"MetricName": f"metric-{number}", "Value": 1.0} for number in range(400)]
    cloudwatch.put_metric_data(Namespace="Packed", MetricData=data)
    assert seen == [b"gzip"]
    assert len(cloudwatch.list_metrics(Namespace="Packed")["Metrics"]) == 400


@pytest.mark.parametrize("body", [b"{}", gzip.compress(b"{}")[:-4], b""])
def test_a_body_that_is_not_compressed_as_it_says_is_refused(
    shared_account: Served, body: bytes
) -> None:
    kms = shared_account.client("kms")

    def claim(request: Any, **_: Any) -> None:
        request.headers["Content-Encoding"] = "gzip"
        request.data = body

    kms.meta.events.register("before-sign.kms", claim)
    with pytest.raises(ClientError) as caught:
        kms.list_keys()
    assert caught.value.response["Error"]["Code"] == "SerializationException"


LAMBDA = {
    "FunctionName": "f",
    "Role": "arn:aws:iam::123456789012:role/r",
    "Code": {"ZipFile": b"x"},
    "Runtime": "python3.12",
    "Handler": "a.b",
}
TAGS = {"Bucket": "checked", "Tagging": {"TagSet": []}}
OTHER_BODIES = [
    ("iam", "list_users", {}, "text/xml", b"<a/>"),
    ("iam", "list_users", {}, "application/json", b'{"a":1}'),
    ("kms", "list_keys", {}, "text/xml", b"<a/>"),
    ("logs", "describe_log_groups", {}, "application/x-amz-json-1.1", b"\xff\xfe\x00"),
    ("lambda", "create_function", LAMBDA, "application/json", b"Action=ListUsers"),
    ("s3", "put_bucket_tagging", TAGS, "application/xml", b'{"TagSet":[]}'),
    ("ec2", "describe_vpcs", {}, "application/x-www-form-urlencoded", bytes(range(256))),
]


@pytest.mark.parametrize(("service", "operation", "params", "kind", "body"), OTHER_BODIES)
def test_a_body_of_another_kind_is_refused_in_the_services_own_language(
    shared_account: Served,
    service: str,
    operation: str,
    params: dict[str, Any],
    kind: str,
    body: bytes,
) -> None:
    shared_account.client("s3").create_bucket(Bucket="checked")
    client = shared_account.client(service)

    def swap(request: Any, **_: Any) -> None:
        request.headers["Content-Type"] = kind
        del request.headers["x-amz-checksum-crc32"]
        request.data = body

    client.meta.events.register("before-sign", swap)
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**params)
    answer = caught.value.response
    assert answer["Error"]["Code"] and "html" not in answer["Error"]["Message"].lower()
    assert 400 <= answer["ResponseMetadata"]["HTTPStatusCode"] < 500


# One character of each plane of Unicode that has any, the last of all, and a lone direction mark.
PLANES = [0x4E2D, 0x1F600, 0x20000, 0x30000, 0xE0041, 0xF0000, 0x10FFFD, 0x202E]


@pytest.mark.parametrize("letter", [chr(place) for place in PLANES], ids=map(hex, PLANES))
def test_names_of_every_unicode_plane_come_back_and_are_recorded(
    shared_account: Served, letter: str
) -> None:
    s3, kms = shared_account.client("s3"), shared_account.client("kms")
    s3.create_bucket(Bucket="planes")
    s3.put_object(Bucket="planes", Key=f"a{letter}/b", Body=b"x")
    record = shared_account.control("events", limit=1)["events"][0]
    assert record["requestParameters"]["key"] == f"a{letter}/b"
    assert record["resources"][-1]["ARN"].endswith(f"/a{letter}/b")
    assert s3.get_object(Bucket="planes", Key=f"a{letter}/b")["Body"].read() == b"x"
    key = kms.create_key(Description=letter)["KeyMetadata"]
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"] == letter
    cloudtrail = shared_account.client("cloudtrail")
    asked = [{"AttributeKey": "ResourceName", "AttributeValue": letter}]
    assert cloudtrail.lookup_events(LookupAttributes=asked)["Events"] == []
    record = shared_account.control("events", limit=1)["events"][0]
    assert record["requestParameters"]["lookupAttributes"][0]["attributeValue"] == letter


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
    (
        "memorydb",
        "create_cluster",
        {"ClusterName": "m", "NodeType": "n", "ACLName": "a", "NumReplicasPerShard": 2**31 - 1},
        "LimitExceededException",
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
