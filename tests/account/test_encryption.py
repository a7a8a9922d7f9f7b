"""KMS has a say in every object under its keys."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.account.test_authority import client, last, lets, may, policy, refusal, user
from tests.conftest import Served

ACCOUNT = "123456789012"
BUCKET = "hana-backups"


@pytest.fixture
def key(account: Served) -> str:
    arn: str = account.client("kms").create_key()["KeyMetadata"]["Arn"]
    account.client("s3").create_bucket(Bucket=BUCKET)
    return arn


def put(s3: Any, key: str) -> Any:
    return s3.put_object(
        Bucket=BUCKET, Key="full", Body=b"data", ServerSideEncryption="aws:kms", SSEKMSKeyId=key
    )


def test_writing_and_reading_leave_kms_calls_of_the_caller(account: Served, key: str) -> None:
    s3 = account.client("s3")
    put(s3, key)
    s3.get_object(Bucket=BUCKET, Key="full")
    written, read = last(account, "GenerateDataKey"), last(account, "Decrypt")
    context = {"aws:s3:arn": f"arn:aws:s3:::{BUCKET}/full"}
    assert written["requestParameters"] == {
        "keyId": key,
        "keySpec": "AES_256",
        "encryptionContext": context,
    }
    assert read["requestParameters"] == {
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "encryptionContext": context,
    }
    for record in (written, read):
        assert record["userIdentity"]["userName"] == "learner"
        assert record["userIdentity"]["invokedBy"] == "AWS Internal"
        assert record["sourceIPAddress"] == record["userAgent"] == "AWS Internal"
        assert record["readOnly"] is True
        assert record["resources"][0]["ARN"] == key
        assert "tlsDetails" not in record


def test_a_bucket_with_a_default_key_asks_for_it(account: Served, key: str) -> None:
    s3 = account.client("s3")
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    }
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    assert last(account, "GenerateDataKey")["requestParameters"]["keyId"] == key


def test_reading_needs_decrypt_on_the_key(account: Served, key: str) -> None:
    put(account.client("s3"), key)
    keys = user(account, "auditor", may("s3:*"))
    theirs = client(account, "s3", keys)
    code, message, status = refusal(theirs.get_object, Bucket=BUCKET, Key="full")
    assert (code, status) == ("AccessDenied", 403)
    assert f"not authorized to perform: kms:Decrypt on resource: {key}" in message
    assert last(account, "GetObject")["errorCode"] == "AccessDenied"
    assert last(account, "Decrypt")["errorCode"] == "AccessDenied"
    account.client("iam").put_user_policy(
        UserName="auditor",
        PolicyName="decrypt",
        PolicyDocument=policy(may("kms:Decrypt", resource=key)),
    )
    assert theirs.get_object(Bucket=BUCKET, Key="full")["Body"].read() == b"data"


def test_writing_needs_a_data_key(account: Served, key: str) -> None:
    theirs = client(account, "s3", user(account, "writer", may("s3:*")))
    code, message, _ = refusal(lambda: put(theirs, key))
    assert code == "AccessDenied"
    assert "kms:GenerateDataKey" in message


def test_a_key_policy_can_tie_a_key_to_s3(account: Served) -> None:
    kms, s3 = account.client("kms"), account.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    keys = user(account, "writer", may("s3:*"))
    tied = lets({"AWS": f"arn:aws:iam::{ACCOUNT}:user/writer"}, "kms:*") | {
        "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    }
    own = lets({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*")
    key = kms.create_key(Policy=policy(own, tied))["KeyMetadata"]["Arn"]
    put(client(account, "s3", keys), key)
    found = refusal(client(account, "kms", keys).encrypt, KeyId=key, Plaintext=b"x")
    assert found[0] == "AccessDeniedException"


@pytest.mark.parametrize(
    ("operation", "params", "code", "words"),
    [
        ("disable_key", {}, "DisabledException", "is disabled."),
        (
            "schedule_key_deletion",
            {"PendingWindowInDays": 7},
            "KMSInvalidStateException",
            "is pending deletion.",
        ),
    ],
)
def test_a_key_that_is_off_stops_s3_and_kms(
    account: Served, key: str, operation: str, params: dict[str, Any], code: str, words: str
) -> None:
    kms, s3 = account.client("kms"), account.client("s3")
    put(s3, key)
    cipher = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    getattr(kms, operation)(KeyId=key, **params)
    reading = refusal(s3.get_object, Bucket=BUCKET, Key="full")
    writing = refusal(lambda: put(s3, key))
    assert reading == writing == (f"KMS.{code}", f"{key} {words}", 400)
    assert last(account, "Decrypt")["errorCode"] == code
    assert last(account, "GetObject")["errorCode"] == f"KMS.{code}"
    assert refusal(kms.encrypt, KeyId=key, Plaintext=b"x") == (code, f"{key} {words}", 400)
    assert refusal(kms.decrypt, CiphertextBlob=cipher) == (code, f"{key} {words}", 400)


def test_decrypting_needs_permission_on_the_key_that_encrypted(account: Served, key: str) -> None:
    cipher = account.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    other = account.client("kms").create_key()["KeyMetadata"]["Arn"]
    keys = user(account, "reader", may("kms:Decrypt", resource=other))
    found = refusal(client(account, "kms", keys).decrypt, CiphertextBlob=cipher)
    assert found[0] == "AccessDeniedException"
    assert json.dumps(key)[1:-1] in found[1]
