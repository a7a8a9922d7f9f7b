"""The resources by which LookupEvents finds an event: derived from nearly every write.

Not the record's `resources`, which only a few services write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lablib.cloudtrail.call import ApiCall

# Member name → resource type, by service. User Guide, "Supported services and integrations" and
# the AWS CloudFormation type names; observed for IAM (user name, ARN and id for CreateUser) and
# CloudTrail (its trail's name, in reads too). Exact types of CloudTrail's own are unverified.
_LOOKUP: Final[Mapping[str, Mapping[str, str]]] = {
    "ec2": {
        "InstanceId": "AWS::EC2::Instance",
        "InstanceIds": "AWS::EC2::Instance",
        "ImageId": "AWS::EC2::Ami",
        "KeyName": "AWS::EC2::KeyPair",
        "GroupId": "AWS::EC2::SecurityGroup",
        "GroupName": "AWS::EC2::SecurityGroup",
        "SubnetId": "AWS::EC2::Subnet",
        "VpcId": "AWS::EC2::VPC",
        "VolumeId": "AWS::EC2::Volume",
        "SnapshotId": "AWS::EC2::Snapshot",
        "NetworkInterfaceId": "AWS::EC2::NetworkInterface",
        "RouteTableId": "AWS::EC2::RouteTable",
        "InternetGatewayId": "AWS::EC2::InternetGateway",
        "NetworkAclId": "AWS::EC2::NetworkAcl",
        "NatGatewayId": "AWS::EC2::NatGateway",
        "AllocationId": "AWS::EC2::EIP",
        "FlowLogIds": "AWS::EC2::FlowLog",
    },
    "iam": {
        "UserName": "AWS::IAM::User",
        "UserId": "AWS::IAM::User",
        "RoleName": "AWS::IAM::Role",
        "RoleId": "AWS::IAM::Role",
        "GroupName": "AWS::IAM::Group",
        "GroupId": "AWS::IAM::Group",
        "PolicyArn": "AWS::IAM::Policy",
        "PolicyName": "AWS::IAM::Policy",
        "InstanceProfileName": "AWS::IAM::InstanceProfile",
        "AccessKeyId": "AWS::IAM::AccessKey",
        "SerialNumber": "AWS::IAM::MfaDevice",
    },
    "sts": {"RoleArn": "AWS::IAM::Role", "AccessKeyId": "AWS::IAM::AccessKey"},
    "kms": {
        "KeyId": "AWS::KMS::Key",
        "TargetKeyId": "AWS::KMS::Key",
        "AliasName": "AWS::KMS::Alias",
    },
    "cloudtrail": {
        "Name": "AWS::CloudTrail::Trail",
        "TrailName": "AWS::CloudTrail::Trail",
        "trailNameList": "AWS::CloudTrail::Trail",
        "S3BucketName": "AWS::S3::Bucket",
    },
    "s3": {"Bucket": "AWS::S3::Bucket", "Key": "AWS::S3::Object"},
    "sns": {"TopicArn": "AWS::SNS::Topic", "SubscriptionArn": "AWS::SNS::Subscription"},
    "sqs": {"QueueName": "AWS::SQS::Queue", "QueueUrl": "AWS::SQS::Queue"},
    "logs": {"logGroupName": "AWS::Logs::LogGroup", "logStreamName": "AWS::Logs::LogStream"},
    "lambda": {"FunctionName": "AWS::Lambda::Function", "FunctionArn": "AWS::Lambda::Function"},
    "dynamodb": {"TableName": "AWS::DynamoDB::Table", "TableArn": "AWS::DynamoDB::Table"},
    "rds": {
        "DBInstanceIdentifier": "AWS::RDS::DBInstance",
        "DBClusterIdentifier": "AWS::RDS::DBCluster",
        "DBSnapshotIdentifier": "AWS::RDS::DBSnapshot",
        "DBSubnetGroupName": "AWS::RDS::DBSubnetGroup",
    },
    "cloudwatch": {"AlarmName": "AWS::CloudWatch::Alarm", "AlarmNames": "AWS::CloudWatch::Alarm"},
    "events": {"Name": "AWS::Events::Rule", "Rule": "AWS::Events::Rule"},
    "secretsmanager": {
        "Name": "AWS::SecretsManager::Secret",
        "SecretId": "AWS::SecretsManager::Secret",
    },
    "ssm": {"Name": "AWS::SSM::Parameter", "Names": "AWS::SSM::Parameter"},
    "cloudformation": {
        "StackName": "AWS::CloudFormation::Stack",
        "StackId": "AWS::CloudFormation::Stack",
    },
    "autoscaling": {
        "AutoScalingGroupName": "AWS::AutoScaling::AutoScalingGroup",
        "LaunchConfigurationName": "AWS::AutoScaling::LaunchConfiguration",
    },
    "elbv2": {"LoadBalancerArn": "AWS::ElasticLoadBalancingV2::LoadBalancer"},
    "config": {"ConfigRuleName": "AWS::Config::ConfigRule"},
}  # fmt: skip

# IAM answers name a thing by its ARN as well, one entry each (observed in CreateUser).
_IAM_ARNS: Final[Mapping[str, str]] = {
    "User": "AWS::IAM::User",
    "Role": "AWS::IAM::Role",
    "Group": "AWS::IAM::Group",
    "Policy": "AWS::IAM::Policy",
    "InstanceProfile": "AWS::IAM::InstanceProfile",
}

# Reads that carry resources all the same: CloudTrail's own (observed), KMS's and S3's (their
# records have `resources`), STS AssumeRole.
_READS_TOO: Final = frozenset(("cloudtrail", "kms", "s3", "sts"))
_LIMIT: Final = 50


def looked_up(call: ApiCall, read_only: bool) -> tuple[tuple[str, str], ...]:
    """(ResourceType, ResourceName) as LookupEvents lists and finds them. Observed: EC2 Describe*
    calls have none."""
    table = _LOOKUP.get(call.service)
    if table is None or (read_only and call.service not in _READS_TOO):
        return ()
    found = dict.fromkeys(_walk(call.params, table))
    if not call.error and call.output and not (read_only and call.service != "sts"):
        found |= dict.fromkeys(_walk(call.output, table))
        if call.service == "iam":
            found |= dict.fromkeys(_iam_arns(call.output))
    if call.service == "cloudtrail":  # a trail is found by its name, also when its ARN was sent
        found |= {(kind, trail_name(text)): None for kind, text in found}
    return tuple(found)[:_LIMIT]


def _iam_arns(output: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, kind in _IAM_ARNS.items():
        arn = (output.get(name) or {}).get("Arn")
        if isinstance(arn, str) and arn:
            yield kind, arn


def _walk(value: Any, table: Mapping[str, str], depth: int = 0) -> Iterator[tuple[str, str]]:
    if depth > 8:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            kind = table.get(name)
            if kind is not None:
                yield from ((kind, text) for text in _names(item))
            if isinstance(item, dict | list | tuple):
                yield from _walk(item, table, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value[:_LIMIT]:
            yield from _walk(item, table, depth + 1)


def _names(item: Any) -> list[str]:
    if isinstance(item, str):
        return [item] if item else []
    if isinstance(item, list | tuple):
        return [part for part in item if isinstance(part, str) and part]
    return []


_TRAIL_ARN: Final = re.compile(r"^arn:aws[\w-]*:cloudtrail:[\w-]+:\d{12}:trail/(.+)$")


def trail_name(text: str) -> str:
    """A trail's plain name, from its name or ARN."""
    found = _TRAIL_ARN.match(text)
    return found[1] if found else text
