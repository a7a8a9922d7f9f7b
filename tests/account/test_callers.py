"""Who calls: keys that count, keys that do not, and how each protocol says so."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import Served

UNKNOWN = [
    ("sts", "get_caller_identity", "InvalidClientTokenId", 403),
    ("iam", "list_users", "InvalidClientTokenId", 403),
    ("s3", "list_buckets", "InvalidAccessKeyId", 403),
    ("ec2", "describe_vpcs", "AuthFailure", 401),
    ("kms", "list_keys", "UnrecognizedClientException", 400),
    ("lambda", "list_functions", "UnrecognizedClientException", 403),
    ("cloudtrail", "describe_trails", "UnrecognizedClientException", 400),
]


def client(account: Served, service: str, **keys: Any) -> Any:
    config = keys.pop("config", Config(retries={"total_max_attempts": 1}))
    return boto3.Session().client(
        service, endpoint_url=account.endpoint, region_name="us-east-1", config=config, **keys
    )


def refusal(call: Any, **params: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(("service", "operation", "code", "status"), UNKNOWN)
def test_an_unknown_key_is_refused_in_the_services_own_words(
    shared_account: Served, service: str, operation: str, code: str, status: int
) -> None:
    before = len(shared_account.control("events", limit=5000)["events"])
    unknown = client(
        shared_account, service, aws_access_key_id="AKIA" + "X" * 16, aws_secret_access_key="x"
    )
    assert refusal(getattr(unknown, operation)) == (code, status)
    assert len(shared_account.control("events", limit=5000)["events"]) == before


def test_an_unsigned_call_is_refused(shared_account: Served) -> None:
    unsigned = client(shared_account, "s3", config=Config(signature_version=UNSIGNED))
    assert refusal(unsigned.list_buckets) == ("AccessDenied", 403)


def test_an_inactive_or_deleted_key_is_refused(account: Served) -> None:
    iam = account.client("iam")
    iam.create_user(UserName="anna")
    key = iam.create_access_key(UserName="anna")["AccessKey"]
    pair = {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }
    sts = client(account, "sts", **pair)
    assert sts.get_caller_identity()["Arn"].endswith(":user/anna")
    iam.update_access_key(UserName="anna", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert refusal(sts.get_caller_identity) == ("InvalidClientTokenId", 403)
    iam.delete_access_key(UserName="anna", AccessKeyId=key["AccessKeyId"])
    assert refusal(sts.get_caller_identity) == ("InvalidClientTokenId", 403)


TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
    '"Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}]}'
)


def assumed(account: Served) -> dict[str, str]:
    account.client("iam").create_role(RoleName="ops", AssumeRolePolicyDocument=TRUST)
    role = "arn:aws:iam::123456789012:role/ops"
    found = account.client("sts").assume_role(RoleArn=role, RoleSessionName="night-shift")
    keys = found["Credentials"]
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }


def test_an_assumed_role_acts_as_its_session(account: Served) -> None:
    sts = client(account, "sts", **assumed(account))
    assert sts.get_caller_identity()["Arn"].endswith("assumed-role/ops/night-shift")
    (record,) = account.control("events", name="GetCallerIdentity")["events"]
    assert record["userIdentity"]["type"] == "AssumedRole"
    assert record["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "ops"


def test_a_session_ends_on_the_lab_clock(account: Served) -> None:
    keys = assumed(account)
    account.advance(minutes=61)
    assert refusal(client(account, "sts", **keys).get_caller_identity) == ("ExpiredToken", 403)
    assert refusal(client(account, "s3", **keys).list_buckets) == ("ExpiredToken", 400)


def test_a_session_key_needs_its_token(account: Served) -> None:
    keys = assumed(account) | {"aws_session_token": "wrong"}
    assert refusal(client(account, "sts", **keys).get_caller_identity)[0] == "InvalidClientTokenId"


def test_each_session_token_call_gives_its_own_keys(account: Served) -> None:
    sts = account.client("sts")
    first, second = (sts.get_session_token()["Credentials"] for _ in range(2))
    assert first["AccessKeyId"] != second["AccessKeyId"]
    assert first["AccessKeyId"].startswith("ASIA")


def test_a_role_that_is_not_there_cannot_be_assumed(account: Served) -> None:
    sts = account.client("sts")
    role = "arn:aws:iam::123456789012:role/nobody"
    assert refusal(sts.assume_role, RoleArn=role, RoleSessionName="session") == (
        "AccessDenied",
        403,
    )


def test_root_is_root(account: Served) -> None:
    arn = account.client("sts", user="root").get_caller_identity()["Arn"]
    assert arn == "arn:aws:iam::123456789012:root"
    (record,) = account.control("events", name="GetCallerIdentity")["events"]
    assert record["userIdentity"]["type"] == "Root"
    assert "userName" not in record["userIdentity"]


def test_a_presigned_url_acts_as_its_signer(account: Served) -> None:
    from urllib.request import urlopen

    s3 = account.client("s3")
    s3.create_bucket(Bucket="presigned-bucket")
    s3.put_object(Bucket="presigned-bucket", Key="k", Body=b"hello")
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": "presigned-bucket", "Key": "k"}, ExpiresIn=300
    )
    assert urlopen(url).read() == b"hello"
    (record,) = account.control("events", name="GetObject")["events"]
    assert record["userIdentity"]["userName"] == "learner"


def test_each_refused_call_has_a_request_id_of_its_own(shared_account: Served) -> None:
    unsigned = client(shared_account, "s3", config=Config(signature_version=UNSIGNED))
    ids = set()
    for _ in range(3):
        with pytest.raises(ClientError) as caught:
            unsigned.list_buckets()
        ids.add(caught.value.response["ResponseMetadata"]["RequestId"])
    unknown = {"aws_access_key_id": "AKIA" + "X" * 16, "aws_secret_access_key": "x"}
    for _ in range(3):
        with pytest.raises(ClientError) as caught:
            client(shared_account, "sts", **unknown).get_caller_identity()
        ids.add(caught.value.response["ResponseMetadata"]["RequestId"])
    assert len(ids) == 6
