"""Each wrong configuration of a trail, over HTTP: with boto3 and with the AWS CLI.

Codes and messages: API Reference, CreateTrail; observed in real accounts, September 2026
(radkawar/stackd). What a refused call must not do: change the trail that is there, or make one.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from tests.cloudtrail.cli_driver import Cli, cli
from tests.conftest import Served, stop

ACCOUNT, REGION, OTHER = "123456789012", "us-east-1", "eu-central-1"
BUCKET, FAR = "tried-logs", "tried-logs-far"
CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
NAME, GOOD = "tried", "good"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:tried:*"
NO_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-1111-2222-3333-444444444444"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:tried"
Statement = dict[str, Any]


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements]})


def allow(action: str | list[str], resource: str, **more: Any) -> Statement:
    who = {"Effect": "Allow", "Principal": CLOUDTRAIL}
    return {**who, "Action": action, "Resource": resource, **more}


def equals(key: str, value: str) -> Statement:
    return {"StringEquals": {key: value}}


SOURCE = {"StringLike": {"aws:SourceArn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"}}
ACL = equals("s3:x-amz-acl", "bucket-owner-full-control")
LOOK = allow("s3:GetBucketAcl", f"arn:aws:s3:::{BUCKET}", Condition=SOURCE)
PUT = allow(
    "s3:PutObject",
    f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/*",
    Condition={**ACL, **SOURCE},
)
DENY = {"Effect": "Deny", "Principal": "*"}
OWNER = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}
ENCRYPT = allow("kms:GenerateDataKey*", "*", Condition=SOURCE)
PUBLISH = allow("SNS:Publish", TOPIC, Condition=SOURCE)
TRUST = {"Effect": "Allow", "Principal": CLOUDTRAIL, "Action": "sts:AssumeRole"}
WRITE = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:tried:log-stream:{ACCOUNT}_*",
}


class World:
    """The account's bucket, key, topic, log group and role, good as long as nobody spoils them."""

    def __init__(self, account: Served, command: Cli) -> None:
        self.account, self.cli = account, command
        services = ("s3", "kms", "sns", "logs", "iam", "cloudtrail")
        self.s3, self.kms, self.sns, self.logs, self.iam, self.trails = map(
            account.client, services
        )
        self.s3.create_bucket(Bucket=BUCKET)
        self.account.client("s3", OTHER).create_bucket(
            Bucket=FAR, CreateBucketConfiguration={"LocationConstraint": OTHER}
        )
        self.bucket()
        self.s3.put_bucket_policy(Bucket=FAR, Policy=document(LOOK, PUT).replace(BUCKET, FAR))
        self.key_arn = self.kms.create_key()["KeyMetadata"]["Arn"]
        far = self.account.client("kms", OTHER)
        self.far_key = far.create_key(Policy=document(OWNER, ENCRYPT))["KeyMetadata"]["Arn"]
        spec = {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}
        asymmetric = self.kms.create_key(Policy=document(OWNER, ENCRYPT), **spec)
        self.asymmetric_key = asymmetric["KeyMetadata"]["Arn"]
        self.sns.create_topic(Name="tried")
        self.logs.create_log_group(logGroupName="tried")
        made = self.iam.create_role(RoleName="tried", AssumeRolePolicyDocument=document(TRUST))
        self.role_arn = made["Role"]["Arn"]
        self.mend()
        self.trails.create_trail(Name=GOOD, S3BucketName=BUCKET)
        self.before = self.state()

    def bucket(self, *statements: Statement) -> None:
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=document(*(statements or (LOOK, PUT))))

    def bucket_key(self, on: bool = True) -> None:
        """S3 Bucket Keys, which ask KMS less often and need kms:Decrypt."""
        by_default = {"SSEAlgorithm": "aws:kms"} if on else {"SSEAlgorithm": "AES256"}
        rule = {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": on}
        self.s3.put_bucket_encryption(
            Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]}
        )

    def no_bucket_policy(self) -> None:
        self.s3.delete_bucket_policy(Bucket=BUCKET)

    def key(self, *statements: Statement) -> None:
        policy = document(OWNER, *statements)
        self.kms.put_key_policy(KeyId=self.key_arn, PolicyName="default", Policy=policy)

    def disable_key(self) -> None:
        self.kms.disable_key(KeyId=self.key_arn)

    def topic(self, *statements: Statement) -> None:
        self.sns.set_topic_attributes(
            TopicArn=TOPIC, AttributeName="Policy", AttributeValue=document(*statements)
        )

    def trust(self, statement: Statement) -> None:
        policy = document(statement)
        self.iam.update_assume_role_policy(RoleName="tried", PolicyDocument=policy)

    def role(self, statement: Statement) -> None:
        policy = document(statement)
        self.iam.put_role_policy(RoleName="tried", PolicyName="logs", PolicyDocument=policy)

    def mend(self) -> None:
        self.bucket()
        self.bucket_key(False)
        self.kms.enable_key(KeyId=self.key_arn)
        self.key(ENCRYPT)
        self.topic(PUBLISH)
        self.trust(TRUST)
        self.role(WRITE)

    def state(self) -> Any:
        """The trails as anybody sees them."""
        trails = self.trails.describe_trails()["trailList"]
        selected = self.trails.get_event_selectors
        return [(t, selected(TrailName=t["TrailARN"])["EventSelectors"]) for t in trails]


@pytest.fixture(scope="module")
def tried(serve: Callable[..., Served]) -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        account = serve(Path(folder) / "state")
        with cli(account) as command:
            yield World(account, command)
        stop(account.process)


@pytest.fixture
def world(tried: World) -> Iterator[World]:
    yield tried
    tried.mend()


class Case(NamedTuple):
    code: str
    message: str
    params: dict[str, Any] = {}
    spoil: Callable[[World], Any] = lambda world: None


BAD_BUCKET = (
    "InsufficientS3BucketPolicyException",
    f"Incorrect S3 bucket policy is detected for bucket: {BUCKET}",
)
BAD_TOPIC = (
    "InsufficientSnsTopicPolicyException",
    "SNS Topic does not exist or the topic policy is incorrect!",
)
GROUP_ERROR = "InvalidCloudWatchLogsLogGroupArnException"
ROLE_ERROR = "InvalidCloudWatchLogsRoleArnException"
PERMISSIONS = "Access denied. Verify in IAM that the role has adequate permissions."
TRUSTED = "Access denied. Verify in IAM that the role has adequate trust relationships."
ROLE = f"arn:aws:iam::{ACCOUNT}:role/tried"
LOGS = {"CloudWatchLogsLogGroupArn": GROUP, "CloudWatchLogsRoleArn": ROLE}
VALIDATED = {"EnableLogFileValidation": True}
DIGESTS = f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/CloudTrail-Digest/*"


def put_with(**condition: Any) -> Statement:
    return {**PUT, "Condition": condition}


CASES: dict[str, Case] = {
    # --- bucket
    "a bucket that is not there": Case(
        "S3BucketDoesNotExistException",
        "S3 bucket nobodys-logs does not exist!",
        {"S3BucketName": "nobodys-logs"},
    ),
    "a bucket without a policy": Case(*BAD_BUCKET, {}, lambda w: w.no_bucket_policy()),
    "a policy without GetBucketAcl": Case(*BAD_BUCKET, {}, lambda w: w.bucket(PUT)),
    "a policy without PutObject": Case(*BAD_BUCKET, {}, lambda w: w.bucket(LOOK)),
    "a policy for another account's folder": Case(
        *BAD_BUCKET,
        {},
        lambda w: w.bucket(
            LOOK, {**PUT, "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/999999999999/*"}
        ),
    ),
    "a prefix that the policy does not know": Case(*BAD_BUCKET, {"S3KeyPrefix": "sap"}),
    "a policy for another trail": Case(
        *BAD_BUCKET,
        {},
        lambda w: w.bucket(LOOK, put_with(**equals("aws:SourceArn", f"{TOPIC}-no-trail"))),
    ),
    "a policy for another source account": Case(
        *BAD_BUCKET,
        {},
        lambda w: w.bucket(LOOK, put_with(**equals("aws:SourceAccount", "999999999999"))),
    ),
    "a policy that asks for another ACL": Case(
        *BAD_BUCKET, {}, lambda w: w.bucket(LOOK, put_with(**equals("s3:x-amz-acl", "private")))
    ),
    "a policy that denies": Case(
        *BAD_BUCKET,
        {},
        lambda w: w.bucket(
            LOOK, PUT, {**DENY, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
        ),
    ),
    "a digest folder that is denied": Case(
        *BAD_BUCKET,
        VALIDATED,
        lambda w: w.bucket(LOOK, PUT, {**DENY, "Action": "s3:*", "Resource": DIGESTS}),
    ),
    "a bucket name with capitals": Case(
        "InvalidS3BucketNameException",
        "Bucket name should not contain uppercase characters",
        {"S3BucketName": "Tried-Logs"},
    ),
    "a bucket name that is too short": Case(
        "InvalidS3BucketNameException",
        "Bucket name should be between 3 and 63 characters long",
        {"S3BucketName": "ab"},
    ),
    "a prefix that is too long": Case(
        "InvalidS3PrefixException",
        "S3 prefix is longer than the maximum of 200 characters.",
        {"S3KeyPrefix": "x" * 201},
    ),
    # --- key
    "a key that is not there": Case(
        "InsufficientEncryptionPolicyException",
        f"Insufficient permissions to access S3 bucket {BUCKET} or KMS key {NO_KEY}.",
        {"KmsKeyId": NO_KEY},
    ),
    "an alias that is not there": Case(
        "InsufficientEncryptionPolicyException",
        f"Insufficient permissions to access S3 bucket {BUCKET} or KMS key "
        f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/nobodys.",
        {"KmsKeyId": "alias/nobodys"},
    ),
    "a key policy without GenerateDataKey": Case(
        "InsufficientEncryptionPolicyException",
        f"Insufficient permissions to access S3 bucket {BUCKET} or KMS key KEY.",
        {"KmsKeyId": "KEY"},
        lambda w: w.key(),
    ),
    "a key policy for another trail": Case(
        "InsufficientEncryptionPolicyException",
        f"Insufficient permissions to access S3 bucket {BUCKET} or KMS key KEY.",
        {"KmsKeyId": "KEY"},
        lambda w: w.key({**ENCRYPT, "Condition": equals("aws:SourceArn", "arn:aws:none")}),
    ),
    "a key policy without Decrypt for a bucket with an S3 Bucket Key": Case(
        "InsufficientEncryptionPolicyException",
        f"Insufficient permissions to access S3 bucket {BUCKET} or KMS key KEY.",
        {"KmsKeyId": "KEY"},
        lambda w: w.bucket_key(),
    ),
    "a key id that is none": Case(
        "KmsKeyNotFoundException",
        "KMS key no-key does not exist, or is not in the same Region as the S3 bucket.",
        {"KmsKeyId": "no-key"},
    ),
    "a key of another Region": Case(
        "KmsKeyNotFoundException",
        "KMS key FAR-KEY does not exist, or is not in the same Region as the S3 bucket.",
        {"KmsKeyId": "FAR-KEY"},
    ),
    "a key that is not in the bucket's Region": Case(
        "KmsKeyNotFoundException",
        "KMS key KEY does not exist, or is not in the same Region as the S3 bucket.",
        {"KmsKeyId": "KEY", "S3BucketName": FAR},
    ),
    "a disabled key": Case(
        "KmsException",
        "KMS key KEY cannot be used: it is disabled.",
        {"KmsKeyId": "KEY"},
        lambda w: w.disable_key(),
    ),
    "an asymmetric key": Case(
        "KmsException",
        "KMS key ASYMMETRIC cannot be used: it is asymmetric.",
        {"KmsKeyId": "ASYMMETRIC"},
    ),
    # --- topic
    "a topic that is not there": Case(*BAD_TOPIC, {"SnsTopicName": "nobodys"}),
    "a topic policy that denies": Case(
        *BAD_TOPIC,
        {"SnsTopicName": TOPIC},
        lambda w: w.topic(PUBLISH, {**DENY, "Action": "SNS:Publish", "Resource": TOPIC}),
    ),
    "a topic policy for another trail": Case(
        *BAD_TOPIC,
        {"SnsTopicName": "tried"},
        lambda w: w.topic({**PUBLISH, "Condition": equals("aws:SourceArn", "arn:aws:none")}),
    ),
    "a FIFO topic": Case(
        "InvalidSnsTopicNameException",
        "CloudTrail does not support FIFO topics.",
        {"SnsTopicName": "tried.fifo"},
    ),
    "a topic name that is none": Case(
        "InvalidSnsTopicNameException",
        "SNS topic name or ARN is not valid.",
        {"SnsTopicName": "no topic!"},
    ),
    # --- log group and role
    "a log group without a role": Case(
        ROLE_ERROR,
        "You must specify a log group and a role ARN.",
        {"CloudWatchLogsLogGroupArn": GROUP},
    ),
    "a role without a log group": Case(
        GROUP_ERROR,
        "You must specify a log group and a role ARN.",
        {"CloudWatchLogsRoleArn": ROLE},
    ),
    "a log group ARN that does not end as it must": Case(
        GROUP_ERROR,
        "CloudTrail cannot validate the specified log group ARN.",
        {**LOGS, "CloudWatchLogsLogGroupArn": GROUP.removesuffix(":*")},
    ),
    "a role ARN that is none": Case(
        ROLE_ERROR,
        "CloudTrail cannot validate the specified role ARN.",
        {**LOGS, "CloudWatchLogsRoleArn": "tried"},
    ),
    "a log group of another Region": Case(
        GROUP_ERROR,
        "You must specify a log group that is in the current region.",
        {**LOGS, "CloudWatchLogsLogGroupArn": GROUP.replace(REGION, OTHER)},
    ),
    "a log group that is not there": Case(
        GROUP_ERROR,
        PERMISSIONS,
        {**LOGS, "CloudWatchLogsLogGroupArn": GROUP.replace("tried", "no")},
    ),
    "a role without PutLogEvents": Case(
        GROUP_ERROR,
        PERMISSIONS,
        LOGS,
        lambda w: w.role({**WRITE, "Action": "logs:CreateLogStream"}),
    ),
    "a role that is not there": Case(
        ROLE_ERROR, TRUSTED, {**LOGS, "CloudWatchLogsRoleArn": f"{ROLE}-none"}
    ),
    "a role that trusts somebody else": Case(
        ROLE_ERROR,
        TRUSTED,
        LOGS,
        lambda w: w.trust({**TRUST, "Principal": {"Service": "ec2.amazonaws.com"}}),
    ),
    # --- the rest
    "all Regions without global services": Case(
        "InvalidParameterCombinationException",
        "Multi-Region trail must include global service events.",
        {"IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": False},
    ),
    "an organization trail without an organization": Case(
        "OrganizationsNotInUseException",
        "This account is not a member of an organization.",
        {"IsOrganizationTrail": True},
    ),
}


def meant(world: World, text: str) -> str:
    """KEY, FAR-KEY and ASYMMETRIC stand for ARNs that are known only at run time."""
    named = {
        "FAR-KEY": world.far_key,
        "ASYMMETRIC": world.asymmetric_key,
        "key KEY": f"key {world.key_arn}",
    }
    for word, arn in named.items():
        text = text.replace(word, arn)
    return world.key_arn if text == "KEY" else text


def given(world: World, case: Case, name: str) -> dict[str, Any]:
    params = {"Name": name, "S3BucketName": BUCKET, **case.params}
    return {k: meant(world, v) if isinstance(v, str) else v for k, v in params.items()}


@pytest.mark.parametrize("why", CASES)
def test_create_and_update_are_refused_for(why: str, world: World) -> None:
    case = CASES[why]
    case.spoil(world)
    message = meant(world, case.message)
    for operation, name in (("CreateTrail", NAME), ("UpdateTrail", GOOD)):
        params = given(world, case, name)
        call = world.trails.create_trail if name == NAME else world.trails.update_trail
        with pytest.raises(ClientError) as refused:
            call(**params)
        told = refused.value.response
        assert told["Error"] == {"Code": case.code, "Message": message}
        assert told["ResponseMetadata"]["HTTPStatusCode"] == 400
        command = "create-trail" if name == NAME else "update-trail"
        said = world.cli.operation(command, params)
        line = f"An error occurred ({case.code}) when calling the {operation} operation: {message}"
        assert said.exit != 0 and line in said.err.replace("\n", " "), said.err
    assert world.state() == world.before
    s3 = world.s3.list_objects_v2(Bucket=BUCKET)
    assert all(entry["Key"].endswith("/") for entry in s3.get("Contents", ()))


def test_a_refused_update_leaves_what_was_set_before(world: World) -> None:
    name = "changing"
    full = {"SnsTopicName": "tried", "KmsKeyId": world.key_arn, **LOGS}
    before = world.trails.create_trail(Name=name, S3BucketName=BUCKET, **full)
    try:
        with pytest.raises(ClientError):
            world.trails.update_trail(Name=name, SnsTopicName="nobodys", KmsKeyId="")
        del before["ResponseMetadata"]
        after = world.trails.get_trail(Name=name)["Trail"]
        assert {member: after[member] for member in before if member in after} | {
            "RecursiveLogging": True
        } == before | {"RecursiveLogging": True}
        assert after["KmsKeyId"] == world.key_arn
    finally:
        world.trails.delete_trail(Name=name)


def test_an_update_tries_the_configuration_that_would_result(world: World) -> None:
    """What was good when the trail was made may be bad now, though the request does not name it."""
    world.trails.create_trail(Name="aging", S3BucketName=BUCKET, SnsTopicName="tried")
    try:
        world.topic({**DENY, "Action": "SNS:Publish", "Resource": TOPIC})
        with pytest.raises(ClientError) as refused:
            world.trails.update_trail(Name="aging", EnableLogFileValidation=True)
        assert refused.value.response["Error"]["Code"] == BAD_TOPIC[0]
        assert world.trails.get_trail(Name="aging")["Trail"]["LogFileValidationEnabled"] is False
        done = world.trails.update_trail(Name="aging", SnsTopicName="")
        assert "SnsTopicName" not in done and "SnsTopicARN" not in done
    finally:
        world.trails.delete_trail(Name="aging")


def test_what_was_tried_leaves_its_traces(world: World) -> None:
    """Observed: the empty objects, the message and the log stream stay, whatever fails later."""
    sqs = world.account.client("sqs")
    queue = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:heard"
    world.sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=arn)
    world.trust({**TRUST, "Principal": {"Service": "ec2.amazonaws.com"}})
    with pytest.raises(ClientError):
        world.trails.create_trail(
            Name=NAME, S3BucketName=BUCKET, SnsTopicName="tried", **LOGS, **VALIDATED
        )
    keys = {entry["Key"] for entry in world.s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    folder = f"AWSLogs/{ACCOUNT}"
    assert {f"{folder}/CloudTrail/", f"{folder}/CloudTrail-Digest/"} <= keys
    heard = json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])
    assert heard["Message"] == "CloudTrail validation message." and "Subject" not in heard


def test_insights_are_refused_when_the_bucket_no_longer_lets_cloudtrail_in(world: World) -> None:
    world.no_bucket_policy()
    with pytest.raises(ClientError) as refused:
        world.trails.put_insight_selectors(
            TrailName=GOOD, InsightSelectors=[{"InsightType": "ApiCallRateInsight"}]
        )
    assert refused.value.response["Error"]["Code"] == BAD_BUCKET[0]
    with pytest.raises(ClientError) as none:
        world.trails.get_insight_selectors(TrailName=GOOD)
    assert none.value.response["Error"]["Code"] == "InsightNotEnabledException"


def test_a_bucket_key_needs_decrypt_in_the_key_policy(world: World) -> None:
    world.bucket_key()
    world.key(ENCRYPT, allow("kms:Decrypt", "*", Condition=SOURCE))
    made = world.trails.create_trail(Name=NAME, S3BucketName=BUCKET, KmsKeyId=world.key_arn)
    world.trails.delete_trail(Name=NAME)
    assert made["KmsKeyId"] == world.key_arn
