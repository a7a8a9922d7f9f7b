"""S3 Lifecycle, restores and today's buckets over HTTP, with the lab clock wound."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Served, stop

BIG = b"x" * (128 * 1024)


@pytest.fixture(scope="module")
def s3(archive_account: Served) -> Any:
    return archive_account.client("s3")


@pytest.fixture(scope="module")
def archive_account(serve: Any) -> Iterator[Served]:
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        yield serve(Path(folder) / "state")


def a_rule(name: str, **actions: Any) -> dict[str, Any]:
    return {"ID": name, "Filter": {"Prefix": ""}, "Status": "Enabled", **actions}


def put_rules(s3: Any, bucket: str, *rules: dict[str, Any], **more: Any) -> None:
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": list(rules)}, **more
    )


def storage_class(s3: Any, bucket: str, key: str) -> str:
    return str(s3.head_object(Bucket=bucket, Key=key).get("StorageClass", "STANDARD"))


def code_of(refused: Any) -> tuple[str, int]:
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_an_object_goes_to_glacier_at_midnight_and_has_to_be_restored(
    archive_account: Served, s3: Any
) -> None:
    put_rules(s3, "cold", a_rule("g", Transitions=[{"Days": 1, "StorageClass": "GLACIER"}]))
    s3.put_object(Bucket="cold", Key="big", Body=BIG)
    s3.put_object(Bucket="cold", Key="small", Body=b"x")
    archive_account.advance(days=1)
    assert storage_class(s3, "cold", "big") == "STANDARD"
    archive_account.advance(days=1)
    assert storage_class(s3, "cold", "big") == "GLACIER"
    assert storage_class(s3, "cold", "small") == "STANDARD"
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket="cold", Key="big")
    assert code_of(refused) == ("InvalidObjectState", 403)
    request = {"Days": 2, "GlacierJobParameters": {"Tier": "Expedited"}}
    first = s3.restore_object(Bucket="cold", Key="big", RestoreRequest=request)
    assert first["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert s3.head_object(Bucket="cold", Key="big")["Restore"] == 'ongoing-request="true"'
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket="cold", Key="big")
    assert code_of(refused) == ("InvalidObjectState", 403)
    with pytest.raises(ClientError) as refused:
        s3.restore_object(Bucket="cold", Key="big", RestoreRequest=request)
    assert code_of(refused) == ("RestoreAlreadyInProgress", 409)
    archive_account.advance(minutes=5)
    head = s3.head_object(Bucket="cold", Key="big")
    assert head["Restore"].startswith('ongoing-request="false", expiry-date="')
    assert head["Restore"].endswith('00:00:00 GMT"')
    assert s3.get_object(Bucket="cold", Key="big")["Body"].read() == BIG
    archive_account.advance(days=3)
    assert "Restore" not in s3.head_object(Bucket="cold", Key="big")
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket="cold", Key="big")
    assert code_of(refused) == ("InvalidObjectState", 403)


def test_the_account_says_what_its_rules_did_and_why(archive_account: Served, s3: Any) -> None:
    put_rules(s3, "told", a_rule("g", Transitions=[{"Days": 0, "StorageClass": "GLACIER"}]))
    s3.put_object(Bucket="told", Key="big", Body=BIG)
    s3.put_object(Bucket="told", Key="small", Body=b"x")
    archive_account.advance(days=1)
    told = archive_account.control("lifecycle", bucket="told", key="small")
    assert [(one["key"], one["to"]) for one in told["actions"]] == [("big", "GLACIER")]
    assert "from STANDARD to GLACIER" in told["actions"][0]["why"]
    assert "under 128 KB" in told["rules"][0]


def test_log_files_grow_old_like_all_objects(archive_account: Served, s3: Any) -> None:
    """What services put by themselves is seen by the rules as well."""
    put_rules(
        s3,
        "trail-logs",
        a_rule("g", Transitions=[{"Days": 0, "StorageClass": "GLACIER"}]),
        TransitionDefaultMinimumObjectSize="varies_by_storage_class",
    )
    archive_account.advance(days=2)
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    arn = "arn:aws:s3:::trail-logs"
    statements = [
        {**service, "Action": "s3:GetBucketAcl", "Resource": arn},
        {**service, "Action": "s3:PutObject", "Resource": f"{arn}/*"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    s3.put_bucket_policy(Bucket="trail-logs", Policy=policy)
    trails = archive_account.client("cloudtrail")
    trails.create_trail(Name="old", S3BucketName="trail-logs")
    trails.start_logging(Name="old")
    trails.stop_logging(Name="old")
    archive_account.advance(days=2)
    found = s3.list_objects_v2(Bucket="trail-logs", Prefix="AWSLogs/")["Contents"]
    files = [one for one in found if one["Key"].endswith(".gz")]
    assert files
    assert {one["StorageClass"] for one in files} == {"GLACIER"}


def test_a_restarted_account_has_archived_and_restored_the_same(serve: Any, state: Path) -> None:
    first = serve(state)
    s3 = first.client("s3")
    put_rules(s3, "again", a_rule("g", Transitions=[{"Days": 0, "StorageClass": "GLACIER"}]))
    for key in ("restored", "ongoing"):
        s3.put_object(Bucket="again", Key=key, Body=BIG)
    first.advance(days=1)
    request = {"Days": 5, "GlacierJobParameters": {"Tier": "Bulk"}}
    s3.restore_object(Bucket="again", Key="restored", RestoreRequest=request)
    first.advance(hours=12)
    s3.restore_object(Bucket="again", Key="ongoing", RestoreRequest=request)
    before = [s3.head_object(Bucket="again", Key=key) for key in ("restored", "ongoing")]
    stop(first.process)
    second = serve(state)
    s3 = second.client("s3")
    after = [s3.head_object(Bucket="again", Key=key) for key in ("restored", "ongoing")]
    for one in ("Restore", "StorageClass", "LastModified"):
        assert [head[one] for head in after] == [head[one] for head in before]
    assert second.control("status")["notes"] == []
    second.advance(hours=12)
    assert 'false"' in s3.head_object(Bucket="again", Key="ongoing")["Restore"]


def test_glacier_instant_retrieval_is_read_at_once(archive_account: Served, s3: Any) -> None:
    put_rules(s3, "instant", a_rule("ir", Transitions=[{"Days": 0, "StorageClass": "GLACIER_IR"}]))
    s3.put_object(Bucket="instant", Key="k", Body=BIG)
    archive_account.advance(days=1)
    assert storage_class(s3, "instant", "k") == "GLACIER_IR"
    assert s3.get_object(Bucket="instant", Key="k")["Body"].read() == BIG
    with pytest.raises(ClientError) as refused:
        s3.restore_object(Bucket="instant", Key="k", RestoreRequest={"Days": 1})
    assert code_of(refused) == ("InvalidObjectState", 403)


def test_small_objects_go_to_glacier_when_the_configuration_says_so(
    archive_account: Served, s3: Any
) -> None:
    put_rules(
        s3,
        "small",
        a_rule("g", Transitions=[{"Days": 0, "StorageClass": "GLACIER"}]),
        TransitionDefaultMinimumObjectSize="varies_by_storage_class",
    )
    said = s3.get_bucket_lifecycle_configuration(Bucket="small")
    assert said["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    s3.put_object(Bucket="small", Key="k", Body=b"x")
    archive_account.advance(days=1)
    assert storage_class(s3, "small", "k") == "GLACIER"


def test_an_expiration_deletes_and_says_before_when_it_will(
    archive_account: Served, s3: Any
) -> None:
    put_rules(s3, "gone", a_rule("one day", Expiration={"Days": 1}))
    told = s3.put_object(Bucket="gone", Key="k", Body=b"x")
    assert told["Expiration"].startswith('expiry-date="')
    assert told["Expiration"].endswith('rule-id="one%20day"')
    archive_account.advance(days=2)
    assert "Contents" not in s3.list_objects_v2(Bucket="gone")


def test_a_version_is_marked_then_deleted_then_its_marker_goes(
    archive_account: Served, s3: Any
) -> None:
    s3.create_bucket(Bucket="versions")
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="versions", Key="k", Body=b"x")
    rules = [
        a_rule(
            "r",
            Expiration={"Days": 1},
            NoncurrentVersionExpiration={"NoncurrentDays": 1},
            AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1},
        )
    ]
    s3.put_bucket_lifecycle_configuration(
        Bucket="versions", LifecycleConfiguration={"Rules": rules}
    )
    s3.create_multipart_upload(Bucket="versions", Key="never")
    archive_account.advance(days=2)
    found = s3.list_object_versions(Bucket="versions")
    assert len(found["DeleteMarkers"]) == len(found["Versions"]) == 1
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="versions")
    archive_account.advance(days=3)
    found = s3.list_object_versions(Bucket="versions")
    assert "DeleteMarkers" not in found
    assert "Versions" not in found


def test_lifecycle_actions_are_no_events(archive_account: Served, s3: Any) -> None:
    put_rules(s3, "quiet", a_rule("one", Expiration={"Days": 1}))
    s3.put_object(Bucket="quiet", Key="k", Body=b"x")
    before = len(archive_account.control("events", limit=1000)["events"])
    archive_account.advance(days=2)
    assert len(archive_account.control("events", limit=1000)["events"]) == before


def test_what_a_rule_can_not_be_is_refused_and_changes_nothing(s3: Any) -> None:
    put_rules(s3, "kept", a_rule("first", Expiration={"Days": 1}))
    wrong = a_rule("ia", Transitions=[{"Days": 29, "StorageClass": "STANDARD_IA"}])
    with pytest.raises(ClientError) as refused:
        s3.put_bucket_lifecycle_configuration(
            Bucket="kept", LifecycleConfiguration={"Rules": [wrong]}
        )
    assert code_of(refused) == ("InvalidArgument", 400)
    assert "greater than or equal to 30" in refused.value.response["Error"]["Message"]
    kept = s3.get_bucket_lifecycle_configuration(Bucket="kept")["Rules"]
    assert kept == [a_rule("first", Expiration={"Days": 1})]
    s3.delete_bucket_lifecycle(Bucket="kept")
    with pytest.raises(ClientError) as refused:
        s3.get_bucket_lifecycle_configuration(Bucket="kept")
    assert code_of(refused) == ("NoSuchLifecycleConfiguration", 404)


def test_a_new_bucket_has_today_s_defaults(s3: Any) -> None:
    s3.create_bucket(Bucket="new")
    rules = s3.get_bucket_encryption(Bucket="new")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert rules[0]["BucketKeyEnabled"] is False
    block = s3.get_public_access_block(Bucket="new")["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    owner = s3.get_bucket_ownership_controls(Bucket="new")["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    acl = "bucket-owner-full-control"
    put = s3.put_object(Bucket="new", Key="k", Body=b"x", ACL=acl)
    assert put["ServerSideEncryption"] == "AES256"
    s3.delete_bucket_encryption(Bucket="new")
    assert s3.get_bucket_encryption(Bucket="new")["ServerSideEncryptionConfiguration"]["Rules"]


def test_acls_and_public_policies_are_refused_until_they_are_allowed(s3: Any) -> None:
    s3.create_bucket(Bucket="open")
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket="open", Key="k", Body=b"x", ACL="public-read")
    assert code_of(refused) == ("AccessControlListNotSupported", 400)
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",'
        '"Action":"s3:GetObject","Resource":"arn:aws:s3:::open/*"}]}'
    )
    with pytest.raises(ClientError) as refused:
        s3.put_bucket_policy(Bucket="open", Policy=policy)
    assert code_of(refused) == ("AccessDenied", 403)
    s3.delete_public_access_block(Bucket="open")
    s3.put_bucket_policy(Bucket="open", Policy=policy)
    s3.put_bucket_ownership_controls(
        Bucket="open", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    s3.put_object(Bucket="open", Key="k", Body=b"x", ACL="public-read")


def test_idle_days_are_not_visited(archive_account: Served, s3: Any) -> None:
    put_rules(
        s3, "idle", a_rule("late", Transitions=[{"Days": 300, "StorageClass": "DEEP_ARCHIVE"}])
    )
    s3.put_object(Bucket="idle", Key="k", Body=BIG)
    told = archive_account.control("clock", {"advance": 299 * 86400})
    visits = [one for one in told["happened"] if one["what"] == "S3 Lifecycle of idle"]
    assert len(visits) == 1
    archive_account.advance(days=2)
    assert storage_class(s3, "idle", "k") == "DEEP_ARCHIVE"
