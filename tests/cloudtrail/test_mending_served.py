"""Targets that refuse: GetTrailStatus says so, deliveries are tried again, nothing is lost.

User Guide, "Amazon S3 bucket policy for CloudTrail" (30 days of attempts); API Reference,
GetTrailStatus. Error codes as observed (radkawar/stackd, kms_* and sns_controls).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloudtrail.test_regions_served import ACCOUNT, BUCKET, CLOUDTRAIL, HOME, bucket, records
from tests.conftest import Served

TOPIC = f"arn:aws:sns:{HOME}:{ACCOUNT}:files"
GROUP = f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:calls:*"
NAME = "steady"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements]})


def allow(principal: Any, action: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}


class Targets:
    """A trail with every target, each of which can be broken and mended."""

    def __init__(self, account: Served) -> None:
        self.account = account
        services = ("s3", "kms", "sns", "logs", "cloudtrail")
        self.s3, self.kms, self.sns, self.logs, self.trails = map(account.client, services)
        bucket(account)
        self.policy = self.s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
        me = allow({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*")
        policy = document(me, allow(CLOUDTRAIL, "kms:GenerateDataKey*"))
        self.key = self.kms.create_key(Policy=policy)["KeyMetadata"]["KeyId"]
        self.sns.create_topic(Name="files")
        self.let_publish()
        self.logs.create_log_group(logGroupName="calls")
        role = self._role()
        self.trails.create_trail(
            Name=NAME,
            S3BucketName=BUCKET,
            KmsKeyId=self.key,
            SnsTopicName="files",
            CloudWatchLogsLogGroupArn=GROUP,
            CloudWatchLogsRoleArn=role,
            EnableLogFileValidation=True,
        )
        self.trails.start_logging(Name=NAME)

    def _role(self) -> str:
        iam = self.account.client("iam")
        trust = {"Effect": "Allow", "Principal": CLOUDTRAIL, "Action": "sts:AssumeRole"}
        made = iam.create_role(RoleName="writer", AssumeRolePolicyDocument=document(trust))
        may = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
        iam.put_role_policy(RoleName="writer", PolicyName="logs", PolicyDocument=document(may))
        return str(made["Role"]["Arn"])

    def let_publish(self, effect: str = "Allow") -> None:
        statement = {**allow(CLOUDTRAIL, "SNS:Publish", TOPIC), "Effect": effect}
        self.sns.set_topic_attributes(
            TopicArn=TOPIC, AttributeName="Policy", AttributeValue=document(statement)
        )

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = self.trails.get_trail_status(Name=NAME)
        return found

    def mend_bucket(self) -> None:
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=self.policy)

    def work(self) -> None:
        for _ in range(3):
            self.account.client("ec2").describe_vpcs()
            self.account.advance(minutes=7)

    def missing(self) -> set[str]:
        """Ids of the events since StartLogging, older than what is still under way, that no log
        file has."""
        events = self.account.control("events", limit=10000)["events"]
        ids = [event["eventID"] for event in events]
        names = [event["eventName"] for event in events]
        since = names.index("StartLogging")
        wanted = {
            id
            for id, event in zip(ids[: since + 1], events, strict=False)
            if event["managementEvent"]
        }
        return wanted - {record["eventID"] for _, record in records(self.account)}


BROKEN: dict[str, tuple[str, Callable[[Targets], Any], Callable[[Targets], Any]]] = {
    "a bucket without its policy": (
        "AccessDenied",
        lambda t: t.s3.delete_bucket_policy(Bucket=BUCKET),
        lambda t: t.mend_bucket(),
    ),
    "a disabled key": (
        "KMS.DisabledException",
        lambda t: t.kms.disable_key(KeyId=t.key),
        lambda t: t.kms.enable_key(KeyId=t.key),
    ),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("days", [1, 20])
def test_files_wait_for(what: str, days: int, account: Served) -> None:
    error, spoil, mend = BROKEN[what]
    targets = Targets(account)
    targets.work()
    account.advance(hours=1)
    spoil(targets)
    targets.work()
    account.advance(hours=1)
    account.advance(days=days)
    status = targets.status()
    assert status["LatestDeliveryError"] == error and status["IsLogging"] is True
    assert status["LatestDigestDeliveryError"] == error
    assert status["LatestDeliveryAttemptTime"] > status["LatestDeliveryAttemptSucceeded"]
    if what == "a disabled key":  # what is there already cannot be read, either
        assert {c["verdict"] for c in _checked(account)} == {f"could not be read: {error}"}
    waiting = account.control("timeline")["errors"]
    assert any(told["code"] == error and told["what"] == "log file" for told in waiting)
    mend(targets)
    account.advance(hours=8)
    status = targets.status()
    assert "LatestDeliveryError" not in status and "LatestDigestDeliveryError" not in status
    account.advance(minutes=20)
    left = targets.missing()
    recent = {e["eventID"] for e in account.control("events", limit=40)["events"]}
    assert left <= recent, "only what was called just now may be under way"
    assert all(c["verdict"] == "valid" for c in _checked(account))


def _checked(account: Served) -> list[dict[str, Any]]:
    told = account.control("verify", trail=NAME)
    found = [c for report in told["reports"] for c in (*report["digests"], *report["files"])]
    assert found
    return found


def test_a_deleted_bucket_is_named_and_served_again_when_it_is_back(account: Served) -> None:
    targets = Targets(account)
    targets.work()
    for entry in targets.s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
        targets.s3.delete_object(Bucket=BUCKET, Key=entry["Key"])
    account.advance(minutes=1)
    while found := targets.s3.list_objects_v2(Bucket=BUCKET).get("Contents"):
        for entry in found:
            targets.s3.delete_object(Bucket=BUCKET, Key=entry["Key"])
    targets.s3.delete_bucket(Bucket=BUCKET)
    account.client("ec2").describe_subnets()
    account.advance(hours=2)
    assert targets.status()["LatestDeliveryError"] == "NoSuchBucket"
    bucket(account)
    account.advance(hours=8)
    assert "LatestDeliveryError" not in targets.status()
    assert "DescribeSubnets" in {record["eventName"] for _, record in records(account)}


def test_a_topic_that_refuses_is_named_and_files_arrive_all_the_same(account: Served) -> None:
    targets = Targets(account)
    targets.let_publish("Deny")
    targets.work()
    account.advance(minutes=20)
    status = targets.status()
    assert status["LatestNotificationError"] == "AuthorizationError"
    assert "LatestDeliveryError" not in status
    assert "DescribeVpcs" in {record["eventName"] for _, record in records(account)}
    targets.let_publish()
    targets.work()
    account.advance(minutes=20)
    status = targets.status()
    assert "LatestNotificationError" not in status and "LatestNotificationTime" in status


def test_a_log_group_that_is_gone_is_named_and_gets_everything_when_it_is_back(
    account: Served,
) -> None:
    targets = Targets(account)
    targets.logs.delete_log_group(logGroupName="calls")
    account.client("ec2").describe_subnets()
    account.advance(hours=1)
    assert targets.status()["LatestCloudWatchLogsDeliveryError"] == "ResourceNotFoundException"
    targets.logs.create_log_group(logGroupName="calls")
    account.advance(hours=8)
    status = targets.status()
    assert "LatestCloudWatchLogsDeliveryError" not in status
    assert "LatestCloudWatchLogsDeliveryTime" in status
    events = targets.logs.filter_log_events(logGroupName="calls")["events"]
    assert "DescribeSubnets" in {json.loads(event["message"])["eventName"] for event in events}
