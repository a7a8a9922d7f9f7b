"""What CreateTrail and UpdateTrail try, in which order, how they refuse, and what stays behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lablib.cloudtrail.admission import admit, admit_insights, resolve_key
from lablib.cloudtrail.errors import CloudTrailError
from lablib.cloudtrail.trail import Trail
from lablib.cloudtrail.world import Organization
from tests.fakes import (
    ACCOUNT,
    ACL,
    GROUP_ARN,
    KEY_ARN,
    KEY_ID,
    NOON,
    ROLE_ARN,
    SERVICE,
    TOPIC_ARN,
    TRAIL_ARN,
    FakeWorld,
    a_trail,
    a_world,
    allow_service,
    bucket_policy,
    key_policy,
    logs_policy,
    policy,
    trust_policy,
)

FOLDER = f"AWSLogs/{ACCOUNT}/CloudTrail/"
DIGESTS = f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/"
OBJECTS = f"arn:aws:s3:::logs/AWSLogs/{ACCOUNT}/*"
STREAM = f"{ACCOUNT}_CloudTrail_us-east-1"

FULL = {
    "kms_key": KEY_ARN,
    "sns_topic": "deliveries",
    "sns_topic_arn": TOPIC_ARN,
    "logs_group": GROUP_ARN,
    "logs_role": ROLE_ARN,
    "validate": True,
}


@pytest.fixture
def world() -> FakeWorld:
    return a_world()


def refusal(world: FakeWorld, trail: Trail) -> tuple[str, str]:
    """Code and message with which the trail is refused."""
    with pytest.raises(CloudTrailError) as caught:
        admit(world, trail, now=NOON)
    return caught.value.code, caught.value.message


def changed(document: dict[str, Any], place: int, **elements: Any) -> dict[str, Any]:
    """The policy with elements of one statement replaced."""
    statements = [dict(each) for each in document["Statement"]]
    statements[place] |= elements
    return {**document, "Statement": statements}


BAD_BUCKET = (
    "InsufficientS3BucketPolicyException",
    "Incorrect S3 bucket policy is detected for bucket: logs",
)
BAD_KEY = (
    "InsufficientEncryptionPolicyException",
    f"Insufficient permissions to access S3 bucket logs or KMS key {KEY_ARN}.",
)
BAD_TOPIC = (
    "InsufficientSnsTopicPolicyException",
    "SNS Topic does not exist or the topic policy is incorrect!",
)
BAD_PERMISSIONS = (
    "InvalidCloudWatchLogsLogGroupArnException",
    "Access denied. Verify in IAM that the role has adequate permissions.",
)
BAD_TRUST = (
    "InvalidCloudWatchLogsRoleArnException",
    "Access denied. Verify in IAM that the role has adequate trust relationships.",
)


# -- the bucket -------------------------------------------------------------------------------


def test_the_policy_of_the_user_guide_admits_a_trail(world: FakeWorld) -> None:
    admit(world, a_trail(), now=NOON)
    assert [put.key for put in world.puts] == [FOLDER]


def test_the_marker_is_an_object_of_no_bytes_without_encoding_on_behalf_of_the_trail(
    world: FakeWorld,
) -> None:
    admit(world, a_trail(), now=NOON)
    [put] = world.puts
    assert (put.body, put.content_encoding, put.source_arn) == (b"", None, TRAIL_ARN)


def test_a_missing_bucket_is_told_by_name(world: FakeWorld) -> None:
    assert refusal(world, a_trail(s3_bucket="gone")) == (
        "S3BucketDoesNotExistException",
        "S3 bucket gone does not exist!",
    )


def test_a_policy_without_conditions_is_enough(world: FakeWorld) -> None:
    """`aws:SourceArn` is recommended, not required."""
    acl = allow_service("s3:GetBucketAcl", "arn:aws:s3:::logs")
    world.bucket_policies["logs"] = policy(acl, allow_service("s3:PutObject", OBJECTS))
    admit(world, a_trail(), now=NOON)


def test_a_policy_may_ask_for_the_source_account_instead(world: FakeWorld) -> None:
    by_account = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    document = changed(bucket_policy("logs"), 0, Condition=by_account)
    world.bucket_policies["logs"] = changed(document, 1, Condition=by_account)
    admit(world, a_trail(), now=NOON)


BUCKET_MISTAKES: dict[str, dict[str, Any] | None] = {
    "no policy at all": None,
    "GetBucketAcl missing": policy(*bucket_policy("logs")["Statement"][1:]),
    "PutObject missing": policy(*bucket_policy("logs")["Statement"][:1]),
    "another prefix in Resource": bucket_policy("logs", prefix="finance"),
    "another account in Resource": bucket_policy("logs", account="999999999999"),
    "another bucket in Resource": bucket_policy("other"),
    "another trail in aws:SourceArn": bucket_policy("logs", source_arn=TRAIL_ARN + "2"),
    "another account in aws:SourceAccount": changed(
        bucket_policy("logs"),
        1,
        Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}},
    ),
    "a condition on another ACL": changed(
        bucket_policy("logs"), 1, Condition={"StringEquals": {"s3:x-amz-acl": "private"}}
    ),
    "another service as principal": changed(
        bucket_policy("logs"), 1, Principal={"Service": "config.amazonaws.com"}
    ),
    "an explicit deny of PutObject": policy(
        *bucket_policy("logs")["Statement"],
        {"Effect": "Deny", "Principal": "*", "Action": "s3:Put*", "Resource": OBJECTS},
    ),
    "an explicit deny of GetBucketAcl": policy(
        *bucket_policy("logs")["Statement"],
        {"Effect": "Deny", "Principal": "*", "Action": "s3:Get*", "Resource": "arn:aws:s3:::logs"},
    ),
}


@pytest.mark.parametrize("mistake", BUCKET_MISTAKES)
def test_a_mistake_in_the_bucket_policy_is_an_incorrect_policy(
    world: FakeWorld, mistake: str
) -> None:
    world.bucket_policies["logs"] = BUCKET_MISTAKES[mistake]
    assert refusal(world, a_trail()) == BAD_BUCKET
    assert world.puts == []


def test_a_deny_of_insecure_transport_does_not_concern_cloudtrail(world: FakeWorld) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    statements = bucket_policy("logs")["Statement"]
    world.bucket_policies["logs"] = policy(*statements, {**deny, "Condition": insecure})
    admit(world, a_trail(), now=NOON)


def test_a_prefix_stands_before_the_marker_and_in_the_policy(world: FakeWorld) -> None:
    world.bucket_policies["logs"] = bucket_policy("logs", prefix="audit/2026")
    admit(world, a_trail(s3_prefix="audit/2026"), now=NOON)
    assert [put.key for put in world.puts] == [f"audit/2026/{FOLDER}"]


def test_with_validation_the_digest_folder_is_tried_too(world: FakeWorld) -> None:
    admit(world, a_trail(validate=True), now=NOON)
    assert [put.key for put in world.puts] == [FOLDER, DIGESTS]


def no_digests() -> dict[str, Any]:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject"}
    resource = f"arn:aws:s3:::logs/{DIGESTS}*"
    return policy(*bucket_policy("logs")["Statement"], {**deny, "Resource": resource})


def test_a_denied_digest_folder_counts_only_with_validation(world: FakeWorld) -> None:
    world.bucket_policies["logs"] = no_digests()
    admit(world, a_trail(validate=False), now=NOON)
    assert refusal(world, a_trail(validate=True)) == BAD_BUCKET


def test_the_marker_of_the_logs_stays_when_the_digest_folder_is_denied(world: FakeWorld) -> None:
    world.bucket_policies["logs"] = no_digests()
    refusal(world, a_trail(validate=True))
    assert [put.key for put in world.puts] == [FOLDER]


def organization_policy() -> dict[str, Any]:
    """User Guide, "Creating a trail for an organization with the AWS CLI"."""
    resource = "arn:aws:s3:::logs/AWSLogs/o-exampleorgid/*"
    write = allow_service("s3:PutObject", resource, Sid="OrganizationWrite")
    return policy(*bucket_policy("logs")["Statement"], write)


def test_an_organization_trail_tries_the_organization_s_folder(world: FakeWorld) -> None:
    world.own_organization = Organization("o-exampleorgid", ACCOUNT, (ACCOUNT, "222222222222"))
    assert refusal(world, a_trail(organization=True)) == BAD_BUCKET
    world.puts.clear()
    world.bucket_policies["logs"] = organization_policy()
    admit(world, a_trail(organization=True), now=NOON)
    expected = [FOLDER, f"AWSLogs/o-exampleorgid/{ACCOUNT}/CloudTrail/"]
    assert [put.key for put in world.puts] == expected


# -- the key ----------------------------------------------------------------------------------


def test_a_key_policy_needs_only_generate_data_key(world: FakeWorld) -> None:
    admit(world, a_trail(kms_key=KEY_ARN), now=NOON)
    assert [line for line in world.did if "kms:" in line] == ["ask kms:GenerateDataKey"]


def test_a_key_policy_may_ask_for_the_encryption_context(world: FakeWorld) -> None:
    like = {
        "kms:EncryptionContext:aws:cloudtrail:arn": TRAIL_ARN,
        "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::logs/AWSLogs/{ACCOUNT}/*",
    }
    statement = allow_service("kms:GenerateDataKey", "*", Condition={"StringLike": like})
    world.key_policies[KEY_ARN] = policy(statement)
    admit(world, a_trail(kms_key=KEY_ARN), now=NOON)


KEY_MISTAKES = {
    "DescribeKey only": policy(allow_service("kms:DescribeKey", "*")),
    "Decrypt only": policy(allow_service("kms:Decrypt", "*")),
    "only the account": policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ),
    "another trail": changed(
        key_policy(), 0, Condition={"StringEquals": {"aws:SourceArn": TRAIL_ARN + "2"}}
    ),
    "an explicit deny": policy(
        *key_policy()["Statement"],
        {
            "Effect": "Deny",
            "Principal": {"Service": SERVICE},
            "Action": "kms:Generate*",
            "Resource": "*",
        },
    ),
}


@pytest.mark.parametrize("mistake", KEY_MISTAKES)
def test_a_key_policy_that_does_not_give_a_data_key_is_insufficient(
    world: FakeWorld, mistake: str
) -> None:
    world.key_policies[KEY_ARN] = KEY_MISTAKES[mistake]
    assert refusal(world, a_trail(kms_key=KEY_ARN)) == BAD_KEY


def test_a_well_formed_key_that_is_not_there_counts_as_missing_permission(
    world: FakeWorld,
) -> None:
    world.keys.clear()
    assert refusal(world, a_trail(kms_key=KEY_ARN)) == BAD_KEY


def test_an_alias_that_is_not_there_counts_as_missing_permission(world: FakeWorld) -> None:
    trail = a_trail(kms_key="alias/gone")
    code, message = refusal(world, replace(trail, kms_key=resolve_key(world, trail)))
    assert code == "InsufficientEncryptionPolicyException"
    assert f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/gone" in message


def test_a_key_of_another_region_is_not_found(world: FakeWorld) -> None:
    there = KEY_ARN.replace("us-east-1", "eu-west-1")
    world.add_key(key_policy(), arn=there)
    assert refusal(world, a_trail(kms_key=there))[0] == "KmsKeyNotFoundException"


def test_the_key_has_to_be_where_the_bucket_is_not_where_the_trail_is(world: FakeWorld) -> None:
    there = KEY_ARN.replace("us-east-1", "eu-west-1")
    world.add_key(key_policy(), arn=there)
    world.add_bucket("logs", bucket_policy("logs"), region="eu-west-1")
    admit(world, a_trail(kms_key=there), now=NOON)
    assert refusal(world, a_trail(kms_key=KEY_ARN))[0] == "KmsKeyNotFoundException"


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_a_key_that_is_not_enabled_is_a_problem_of_kms(world: FakeWorld, state: str) -> None:
    world.add_key(key_policy(), state=state)
    assert refusal(world, a_trail(kms_key=KEY_ARN))[0] == "KmsException"


def test_an_asymmetric_key_is_a_problem_of_kms(world: FakeWorld) -> None:
    world.add_key(key_policy(), symmetric=False)
    assert refusal(world, a_trail(kms_key=KEY_ARN))[0] == "KmsException"


@pytest.mark.parametrize(
    "given",
    [KEY_ID, KEY_ARN, "alias/logs", f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/logs"],
)
def test_every_way_to_name_a_key_becomes_its_arn(world: FakeWorld, given: str) -> None:
    assert resolve_key(world, a_trail(kms_key=given)) == KEY_ARN


def test_a_trail_without_a_key_has_none_to_resolve(world: FakeWorld) -> None:
    assert resolve_key(world, a_trail()) is None


def test_a_bare_key_id_is_looked_for_in_the_bucket_s_region(world: FakeWorld) -> None:
    world.add_bucket("logs", bucket_policy("logs"), region="eu-west-1")
    there = KEY_ARN.replace("us-east-1", "eu-west-1")
    assert resolve_key(world, a_trail(kms_key=KEY_ID)) == there


# -- the topic --------------------------------------------------------------------------------

WITH_TOPIC = {"sns_topic": "deliveries", "sns_topic_arn": TOPIC_ARN}


def test_a_real_message_without_subject_is_published(world: FakeWorld) -> None:
    admit(world, a_trail(**WITH_TOPIC), now=NOON)
    assert world.messages == [(TOPIC_ARN, "CloudTrail validation message.", None)]


def test_a_missing_topic_and_a_policy_that_denies_are_told_alike(world: FakeWorld) -> None:
    world.topics[TOPIC_ARN] = policy()
    assert refusal(world, a_trail(**WITH_TOPIC)) == BAD_TOPIC
    del world.topics[TOPIC_ARN]
    assert refusal(world, a_trail(**WITH_TOPIC)) == BAD_TOPIC
    assert world.messages == []


def test_a_topic_policy_for_another_trail_is_incorrect(world: FakeWorld) -> None:
    other = {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/other"}}
    world.topics[TOPIC_ARN] = policy(allow_service("SNS:Publish", TOPIC_ARN, Condition=other))
    assert refusal(world, a_trail(**WITH_TOPIC)) == BAD_TOPIC


# -- CloudWatch Logs --------------------------------------------------------------------------

WITH_LOGS = {"logs_group": GROUP_ARN, "logs_role": ROLE_ARN}


def test_a_log_stream_of_account_and_region_is_made(world: FakeWorld) -> None:
    admit(world, a_trail(**WITH_LOGS), now=NOON)
    assert world.streams == [(GROUP_ARN, STREAM)]
    assert world.log_events == []


def test_a_log_group_that_is_not_there_is_told_as_missing_permissions(world: FakeWorld) -> None:
    world.groups.clear()
    assert refusal(world, a_trail(**WITH_LOGS)) == BAD_PERMISSIONS


@pytest.mark.parametrize("only", ["logs:CreateLogStream", "logs:PutLogEvents", "logs:Describe*"])
def test_a_role_that_lacks_one_of_the_two_permissions_is_refused(
    world: FakeWorld, only: str
) -> None:
    world.add_role(trust_policy(), logs_policy(only))
    assert refusal(world, a_trail(**WITH_LOGS)) == BAD_PERMISSIONS
    assert world.streams == []


def test_a_role_for_another_stream_lacks_permissions(world: FakeWorld) -> None:
    document = logs_policy()
    for statement in document["Statement"]:
        statement["Resource"] = statement["Resource"][0].replace("us-east-1*", "eu-west-1*")
    world.add_role(trust_policy(), document)
    assert refusal(world, a_trail(**WITH_LOGS)) == BAD_PERMISSIONS


def test_a_role_that_is_not_there_is_told_as_missing_trust(world: FakeWorld) -> None:
    world.roles.clear()
    assert refusal(world, a_trail(**WITH_LOGS)) == BAD_TRUST


def test_a_role_that_trusts_another_service_is_told_as_missing_trust(world: FakeWorld) -> None:
    world.add_role(trust_policy("ec2.amazonaws.com"), logs_policy())
    assert refusal(world, a_trail(**WITH_LOGS)) == BAD_TRUST


def test_trust_is_tried_before_permissions(world: FakeWorld) -> None:
    world.groups.clear()
    world.add_role(trust_policy("ec2.amazonaws.com"))
    assert refusal(world, a_trail(**WITH_LOGS)) == BAD_TRUST


# -- the order, and what stays -----------------------------------------------------------------


def test_bucket_then_key_then_topic_then_logs(world: FakeWorld) -> None:
    admit(world, a_trail(**FULL), now=NOON)
    order = [line for line in world.did if not line.startswith("ask logs:")]
    assert order == [
        "ask s3:GetBucketAcl",
        f"put {FOLDER}",
        f"put {DIGESTS}",
        "ask kms:GenerateDataKey",
        "publish CloudTrail validation message.",
        "ask sts:AssumeRole",
        "ask sts:AssumeRole",
        f"stream {STREAM}",
    ]


def test_the_first_mistake_in_this_order_is_the_one_that_is_told(world: FakeWorld) -> None:
    world.bucket_policies["logs"] = None
    world.key_policies[KEY_ARN] = policy()
    world.topics.clear()
    world.roles.clear()
    trail = a_trail(**FULL)
    assert refusal(world, trail) == BAD_BUCKET
    world.bucket_policies["logs"] = bucket_policy("logs")
    assert refusal(world, trail) == BAD_KEY
    world.key_policies[KEY_ARN] = key_policy()
    assert refusal(world, trail) == BAD_TOPIC
    world.topics[TOPIC_ARN] = policy(allow_service("SNS:Publish", TOPIC_ARN))
    assert refusal(world, trail) == BAD_TRUST


def test_marker_and_message_stay_when_a_later_trial_fails(world: FakeWorld) -> None:
    world.roles.clear()
    refusal(world, a_trail(**FULL))
    assert [put.key for put in world.puts] == [FOLDER, DIGESTS]
    assert [message for _, message, _ in world.messages] == ["CloudTrail validation message."]


def test_nothing_is_published_when_the_key_fails(world: FakeWorld) -> None:
    world.key_policies[KEY_ARN] = policy()
    refusal(world, a_trail(**FULL))
    assert len(world.puts) == 2
    assert world.messages == []


def test_the_acl_that_is_tried_is_the_one_that_the_user_guide_asks_for(world: FakeWorld) -> None:
    write = bucket_policy("logs")["Statement"][1]
    assert write["Condition"]["StringEquals"]["s3:x-amz-acl"] == ACL
    admit(world, a_trail(), now=NOON)


# -- Insights ---------------------------------------------------------------------------------


def test_insights_try_bucket_and_key_again_in_their_own_folder(world: FakeWorld) -> None:
    admit_insights(world, a_trail(kms_key=KEY_ARN), now=NOON)
    assert [put.key for put in world.puts] == [f"AWSLogs/{ACCOUNT}/CloudTrail-Insight/"]
    assert "ask kms:GenerateDataKey" in world.did


def test_insights_are_refused_when_their_folder_is_denied(world: FakeWorld) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject"}
    resource = "arn:aws:s3:::logs/*/CloudTrail-Insight/*"
    statements = bucket_policy("logs")["Statement"]
    world.bucket_policies["logs"] = policy(*statements, {**deny, "Resource": resource})
    admit(world, a_trail(), now=NOON)
    with pytest.raises(CloudTrailError) as caught:
        admit_insights(world, a_trail(), now=NOON)
    assert (caught.value.code, caught.value.message) == BAD_BUCKET
