"""Which permissions a call needs, and on what."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from lablib.account.policy import Place, needs
from lablib.account.policy.actions import SPECIAL
from lablib.account.policy.names import NAMES
from lablib.account.policy.resources import RESOURCES

HERE = Place("123456789012", "us-east-1")
OWN = "us-east-1:123456789012"
MINE = "arn:aws:iam::123456789012"

# service, operation, parameters, what it needs: "action resource"
CALLS: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("s3", "ListBuckets", {}, ["s3:ListAllMyBuckets *"]),
    ("s3", "HeadBucket", {"Bucket": "b"}, ["s3:ListBucket arn:aws:s3:::b"]),
    ("s3", "ListObjectsV2", {"Bucket": "b", "Prefix": "x"}, ["s3:ListBucket arn:aws:s3:::b"]),
    ("s3", "HeadObject", {"Bucket": "b", "Key": "k"}, ["s3:GetObject arn:aws:s3:::b/k"]),
    (
        "s3",
        "GetObject",
        {"Bucket": "b", "Key": "k", "VersionId": "1"},
        ["s3:GetObjectVersion arn:aws:s3:::b/k"],
    ),
    ("s3", "UploadPart", {"Bucket": "b", "Key": "a/k"}, ["s3:PutObject arn:aws:s3:::b/a/k"]),
    (
        "s3",
        "PutBucketLifecycleConfiguration",
        {"Bucket": "b"},
        ["s3:PutLifecycleConfiguration arn:aws:s3:::b"],
    ),
    (
        "s3",
        "DeleteBucketEncryption",
        {"Bucket": "b"},
        ["s3:PutEncryptionConfiguration arn:aws:s3:::b"],
    ),
    ("s3", "PutBucketPolicy", {"Bucket": "b"}, ["s3:PutBucketPolicy arn:aws:s3:::b"]),
    (
        "s3",
        "DeleteObjects",
        {"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key": "y", "VersionId": "1"}]}},
        ["s3:DeleteObject arn:aws:s3:::b/x", "s3:DeleteObjectVersion arn:aws:s3:::b/y"],
    ),
    (
        "s3",
        "CopyObject",
        {"Bucket": "b", "Key": "k", "CopySource": "/a/from%20here"},
        ["s3:GetObject arn:aws:s3:::a/from here", "s3:PutObject arn:aws:s3:::b/k"],
    ),
    (
        "lambda",
        "Invoke",
        {"FunctionName": "f:1"},
        [f"lambda:InvokeFunction arn:aws:lambda:{OWN}:function:f"],
    ),
    (
        "sqs",
        "SendMessageBatch",
        {"QueueUrl": "http://x/123456789012/q"},
        [f"sqs:SendMessage arn:aws:sqs:{OWN}:q"],
    ),
    ("sns", "Publish", {"TopicArn": f"arn:aws:sns:{OWN}:t"}, [f"sns:Publish arn:aws:sns:{OWN}:t"]),
    ("sns", "CreateTopic", {"Name": "t"}, [f"sns:CreateTopic arn:aws:sns:{OWN}:t"]),
    ("kms", "Decrypt", {"KeyId": "1234"}, [f"kms:Decrypt arn:aws:kms:{OWN}:key/1234"]),
    ("kms", "Decrypt", {"KeyId": "alias/a"}, [f"kms:Decrypt arn:aws:kms:{OWN}:alias/a"]),
    ("kms", "ListAliases", {"KeyId": "1234"}, ["kms:ListAliases *"]),
    (
        "kms",
        "ReEncrypt",
        {"SourceKeyId": "1", "DestinationKeyId": "2"},
        [f"kms:ReEncryptFrom arn:aws:kms:{OWN}:key/1", f"kms:ReEncryptTo arn:aws:kms:{OWN}:key/2"],
    ),
    (
        "cloudtrail",
        "StopLogging",
        {"Name": "audit"},
        [f"cloudtrail:StopLogging arn:aws:cloudtrail:{OWN}:trail/audit"],
    ),
    ("cloudtrail", "LookupEvents", {}, ["cloudtrail:LookupEvents *"]),
    ("cloudtrail", "CreateChannel", {"Name": "x"}, ["cloudtrail:CreateChannel *"]),
    (
        "cloudwatch",
        "DeleteAlarms",
        {"AlarmNames": ["a", "b"]},
        [
            f"cloudwatch:DeleteAlarms arn:aws:cloudwatch:{OWN}:alarm:a",
            f"cloudwatch:DeleteAlarms arn:aws:cloudwatch:{OWN}:alarm:b",
        ],
    ),
    (
        "logs",
        "PutLogEvents",
        {"logGroupName": "g", "logStreamName": "s"},
        [f"logs:PutLogEvents arn:aws:logs:{OWN}:log-group:g:log-stream:s"],
    ),
    (
        "iam",
        "AttachUserPolicy",
        {"UserName": "u", "PolicyArn": "arn:aws:iam::aws:policy/P"},
        [f"iam:AttachUserPolicy {MINE}:user/u"],
    ),
    (
        "iam",
        "AddUserToGroup",
        {"UserName": "u", "GroupName": "g"},
        [f"iam:AddUserToGroup {MINE}:group/g"],
    ),
    ("iam", "ListUsers", {}, ["iam:ListUsers *"]),
    ("sts", "AssumeRole", {"RoleArn": f"{MINE}:role/r"}, [f"sts:AssumeRole {MINE}:role/r"]),
    (
        "ec2",
        "StopInstances",
        {"InstanceIds": ["i-1", "i-2"]},
        [
            f"ec2:StopInstances arn:aws:ec2:{OWN}:instance/i-1",
            f"ec2:StopInstances arn:aws:ec2:{OWN}:instance/i-2",
        ],
    ),
    ("ec2", "DescribeInstances", {"InstanceIds": ["i-1"]}, ["ec2:DescribeInstances *"]),
    (
        "ec2",
        "DeleteSnapshot",
        {"SnapshotId": "s"},
        ["ec2:DeleteSnapshot arn:aws:ec2:us-east-1::snapshot/s"],
    ),
    (
        "ec2",
        "RunInstances",
        {"ImageId": "ami-1"},
        [
            f"ec2:RunInstances arn:aws:ec2:{OWN}:instance/*",
            "ec2:RunInstances arn:aws:ec2:us-east-1::image/ami-1",
        ],
    ),
    (
        "ssm",
        "GetParameter",
        {"Name": "/sap/sid"},
        [f"ssm:GetParameter arn:aws:ssm:{OWN}:parameter/sap/sid"],
    ),
    (
        "ssm",
        "SendCommand",
        {"DocumentName": "AWS-RunPatchBaseline", "InstanceIds": ["i-1"]},
        [
            "ssm:SendCommand arn:aws:ssm:us-east-1::document/AWS-RunPatchBaseline",
            f"ssm:SendCommand arn:aws:ec2:{OWN}:instance/i-1",
        ],
    ),
    (
        "dynamodb",
        "ExecuteStatement",
        {"Statement": "update t set a=1"},
        ["dynamodb:PartiQLUpdate *"],
    ),
    ("budgets", "DescribeBudgets", {}, ["budgets:ViewBudget *"]),
    ("elbv2", "CreateLoadBalancer", {"Name": "x"}, ["elasticloadbalancing:CreateLoadBalancer *"]),
    ("stepfunctions", "StartExecution", {}, ["states:StartExecution *"]),
]


@pytest.mark.parametrize(("service", "operation", "params", "expected"), CALLS)
def test_a_call_needs_what_the_authorization_reference_says(
    service: str, operation: str, params: dict[str, Any], expected: list[str]
) -> None:
    found = needs(service, operation, params, HERE)
    assert [f"{need.action} {need.resource}" for need in found] == expected


def test_the_tables_speak_of_operations_and_services_that_exist() -> None:
    session = botocore.session.get_session()
    for service, operation in [*NAMES, *SPECIAL]:
        if (service, operation) in MADE_BY_RULE:
            continue
        assert operation in session.get_service_model(service).operation_names
    assert set(RESOURCES) <= set(session.get_available_services())


# Rows that come of a rule for many and are no operations.
MADE_BY_RULE = {
    ("s3", "DeleteBucketLifecycleConfiguration"),
    ("s3", "DeleteBucketAccelerateConfiguration"),
}


@pytest.mark.parametrize(("service", "operation"), [*SPECIAL])
def test_a_call_without_parameters_is_no_traceback(service: str, operation: str) -> None:
    assert isinstance(needs(service, operation, {}, HERE), tuple)
