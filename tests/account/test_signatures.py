"""Only who has the secret can act."""

from __future__ import annotations

import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import Served

V4 = Config(signature_version="s3v4", retries={"total_max_attempts": 1})

WRONG = [
    ("sts", "get_caller_identity", "SignatureDoesNotMatch"),
    ("s3", "list_buckets", "SignatureDoesNotMatch"),
    ("ec2", "describe_vpcs", "AuthFailure"),
    ("kms", "list_keys", "InvalidSignatureException"),
    ("lambda", "list_functions", "InvalidSignatureException"),
]


def client(account: Served, service: str, secret: str | None = None, config: Any = V4) -> Any:
    key = account.control("credentials", user="learner")
    return boto3.Session().client(
        service,
        endpoint_url=account.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=secret or key["SecretAccessKey"],
        config=config if service == "s3" else Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def s3(account: Served) -> Any:
    s3 = client(account, "s3")
    s3.create_bucket(Bucket="some-bucket")
    return s3


@pytest.mark.parametrize(("service", "operation", "code"), WRONG)
def test_a_wrong_secret_is_refused_in_the_services_own_words(
    shared_account: Served, service: str, operation: str, code: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client(shared_account, service, "wrong"), operation)()
    assert caught.value.response["Error"]["Code"] == code


def test_a_refused_signature_leaves_no_event_and_no_trace_in_the_journal(account: Served) -> None:
    before = (account.state / "journal.jsonl").read_bytes()
    with pytest.raises(ClientError):
        client(account, "iam", "wrong").create_user(UserName="mallory")
    assert account.control("events")["events"] == []
    assert (account.state / "journal.jsonl").read_bytes() == before


@pytest.mark.parametrize("key", ["plain", "with space/ünï+cödé", "a=b&c?d#e%20f", "emoji-😀"])
@pytest.mark.parametrize("size", [0, 11, 300_000])
def test_any_key_and_body_is_signed_right(s3: Any, key: str, size: int) -> None:
    s3.put_object(Bucket="some-bucket", Key=key, Body=b"x" * size, Metadata={"a": "b  c"})
    assert len(s3.get_object(Bucket="some-bucket", Key=key)["Body"].read()) == size


def test_a_body_that_is_not_what_was_signed_is_refused(account: Served, s3: Any) -> None:
    def swap(request: Any, **_: Any) -> None:
        request.body = b"another"

    s3.meta.events.register("before-send.s3", swap)
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket="some-bucket", Key="k", Body=b"payload")
    assert caught.value.response["Error"]["Code"] in {
        "XAmzContentSHA256Mismatch",
        "SignatureDoesNotMatch",
    }


def fetch(url: str, **options: Any) -> tuple[int, bytes]:
    try:
        with urlopen(Request(url, **options)) as answer:
            return int(answer.status), answer.read()
    except HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("config", [V4, Config()], ids=["version 4", "version 2"])
def test_a_presigned_url_works_until_it_is_changed(account: Served, config: Any) -> None:
    s3 = client(account, "s3", config=config)
    s3.create_bucket(Bucket="some-bucket")
    s3.put_object(Bucket="some-bucket", Key="a key", Body=b"hello")
    params = {"Bucket": "some-bucket", "Key": "a key"}
    url = s3.generate_presigned_url("get_object", Params=params, ExpiresIn=600)
    assert fetch(url) == (200, b"hello")
    status, body = fetch(url.replace("a%20key", "another"))
    assert status == 403
    assert b"SignatureDoesNotMatch" in body


def test_a_presigned_url_ends_on_the_lab_clock(account: Served, s3: Any) -> None:
    s3.put_object(Bucket="some-bucket", Key="k", Body=b"hello")
    params = {"Bucket": "some-bucket", "Key": "k"}
    url = s3.generate_presigned_url("get_object", Params=params, ExpiresIn=600)
    account.advance(minutes=9)
    assert fetch(url)[0] == 200
    account.advance(minutes=2)
    status, body = fetch(url)
    assert status == 403
    assert b"AccessDenied" in body
    assert b"Request has expired" in body
    time.sleep(1.1)  # signatures carry whole seconds: this one is made after the winding
    fresh = s3.generate_presigned_url("get_object", Params=params, ExpiresIn=600)
    assert fetch(fresh)[0] == 200


def test_a_presigned_upload_works(account: Served, s3: Any) -> None:
    url = s3.generate_presigned_url(
        "put_object", Params={"Bucket": "some-bucket", "Key": "up"}, ExpiresIn=600
    )
    assert fetch(url, data=b"body", method="PUT")[0] == 200


def test_a_request_from_another_day_is_refused(account: Served) -> None:
    sts = client(account, "sts")

    def yesterday(request: Any, **_: Any) -> None:
        past = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - 86400))
        request.headers["X-Amz-Date"] = past

    sts.meta.events.register("before-send.sts", yesterday)
    with pytest.raises(ClientError) as caught:
        sts.get_caller_identity()
    assert caught.value.response["Error"]["Code"] == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    "header", ["AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a/b", "AWS abc:def", "Bearer x"]
)
def test_half_a_signature_is_refused_readably(shared_account: Served, header: str) -> None:
    status, body = fetch(shared_account.endpoint + "/", headers={"Authorization": header})
    assert 400 <= status < 500
    assert b"<Code>" in body
