"""The ARN of what an API operation acts on, as far as its parameters tell.

Service Authorization Reference, "Resource types defined by …". Told where the labs need it, `*`
elsewhere. An alias of a KMS key, the path of an IAM user and the suffix of a secret are not known
here: the ARN has what the call says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operation acts: what an ARN needs beside the resource's name."""

    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def global_arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}::{self.account}:{resource}"


Namer = Callable[[str, Params, Place], str]


def named(service: str, form: str) -> Namer:
    """The ARN of something that is called by its name, its ARN, or a path after its kind."""

    def name_it(name: str, params: Params, place: Place) -> str:
        return (
            name if name.startswith("arn:") else place.arn(service, form.format(name.lstrip("/")))
        )

    return name_it


def _of_account(form: str) -> Namer:
    def name_it(name: str, params: Params, place: Place) -> str:
        return name if name.startswith("arn:") else place.global_arn("iam", form.format(name))

    return name_it


def object_arn(name: str, params: Params, place: Place) -> str:
    key = params.get("Key")
    return f"arn:aws:s3:::{name}/{key}" if isinstance(key, str) else f"arn:aws:s3:::{name}"


def _queue(url: str, params: Params, place: Place) -> str:
    """A queue's URL ends in its account and its name."""
    *_, account, name = ["", *url.rstrip("/").rsplit("/", 2)]
    owner = account if re.fullmatch(r"\d{12}", account) else place.account
    return Place(owner, place.region).arn("sqs", name)


def _function(name: str, params: Params, place: Place) -> str:
    """A name, a partial ARN (account:function:name), or an ARN; without version or alias."""
    if name.startswith("arn:"):
        return name
    return place.arn("lambda", f"function:{name.split('function:')[-1].split(':')[0]}")


def _log_group(name: str, params: Params, place: Place) -> str:
    """Observed in AWS's messages: `log-group:NAME:log-stream:STREAM`, with or without a stream."""
    if name.startswith("arn:"):
        return f"{name.removesuffix(':*')}:log-stream:"
    stream = params.get("logStreamName") or ""
    return place.arn("logs", f"log-group:{name}:log-stream:{stream}")


def snapshot_arn(name: str, params: Params, place: Place) -> str:
    return f"arn:aws:ec2:{place.region}::snapshot/{name}"


_key = named("kms", "key/{}")


def kms_key_arn(name: str, params: Params, place: Place) -> str:
    return place.arn("kms", name) if name.startswith("alias/") else _key(name, params, place)


def _trail(name: str, params: Params, place: Place) -> str:
    """A name or an ARN. What is no ARN is nobody else's: CloudTrail says what is wrong with it."""
    if re.fullmatch(r"arn:[\w-]+:cloudtrail:[a-z0-9-]+:\d{12}:\S+", name):
        return name
    return place.arn("cloudtrail", f"trail/{name.rpartition('/')[2]}")


@dataclass(frozen=True, slots=True)
class By:
    """The parameter that names the resource, in operations whose names fit the expression."""

    parameter: str
    name_it: Namer
    operations: str = ".*"


_TRAIL = r"(Create|Update|Delete|Get|Describe)Trail(Status)?|(Start|Stop)Logging"
_VAULT = r"(?!.*RecoveryPoint|.*Scan|GetRestoreTesting).*"
_INSTANCE = r"(?!Describe|Bundle|ConfirmProduct).*"
_EC2 = r"(?!Describe|CreateSecurityGroup|CreateVolume|GetSubnetCidr|GetIpam).*"

# For each service, first found first used; where nothing is found the resource is "*".
RESOURCES: dict[str, tuple[By, ...]] = {
    "s3": (By("Bucket", object_arn),),
    "sns": (
        By("TopicArn", named("sns", "{}")),
        By("TargetArn", named("sns", "{}")),
        By("ResourceArn", named("sns", "{}")),
        By("Name", named("sns", "{}"), "CreateTopic"),
    ),
    "sqs": (By("QueueUrl", _queue), By("QueueName", named("sqs", "{}"))),
    "kms": (By("KeyId", kms_key_arn, "(?!List(Keys|Aliases)|.*CustomKeyStore).*"),),
    "lambda": (By("FunctionName", _function, "(?!.*EventSourceMapping|.*ProvisionedConc).*"),),
    "dynamodb": (By("TableName", named("dynamodb", "table/{}"), "(?!List(Backups|Contr)).*"),),
    "logs": (
        By("logGroupName", _log_group, "(?!DescribeQueries).*"),
        By("logGroupIdentifier", _log_group, "(?!.*IndexPolicy|ListSyslog).*"),
    ),
    "cloudtrail": (
        By("TrailName", _trail, "(?!List).*"),
        By("Name", _trail, _TRAIL),
        By("ResourceId", _trail, "(Add|Remove)Tags"),
        By("ResourceIdList", _trail, "ListTags"),
    ),
    "cloudwatch": (
        By("AlarmName", named("cloudwatch", "alarm:{}"), "(?!ListAlarmMute|.*Metric(s|Data)).*"),
        By("AlarmNames", named("cloudwatch", "alarm:{}")),
    ),
    "iam": (
        By("InstanceProfileName", _of_account("instance-profile/{}")),
        By("GroupName", _of_account("group/{}")),
        By("UserName", _of_account("user/{}")),
        By("RoleName", _of_account("role/{}")),
        By("PolicyArn", _of_account("policy/{}")),
        By("PolicyName", _of_account("policy/{}")),
    ),
    "sts": (By("RoleArn", _of_account("role/{}")),),
    "secretsmanager": (
        By("SecretId", named("secretsmanager", "secret:{}")),
        By("Name", named("secretsmanager", "secret:{}"), "CreateSecret"),
    ),
    "ssm": (
        By("Name", named("ssm", "parameter/{}"), "(?!Describe).*Parameter.*"),
        By("Names", named("ssm", "parameter/{}"), "(?!Describe).*Parameter.*"),
        By("Path", named("ssm", "parameter/{}"), "GetParametersByPath"),
        By("Name", named("ssm", "document/{}"), "(?!List).*Document.*"),
    ),
    "ec2": (
        By("RouteTableId", named("ec2", "route-table/{}"), _EC2),
        By("InstanceId", named("ec2", "instance/{}"), _INSTANCE),
        By("InstanceIds", named("ec2", "instance/{}"), _INSTANCE),
        By("SnapshotId", snapshot_arn, _EC2),
        By("VolumeId", named("ec2", "volume/{}"), _EC2),
        By("GroupId", named("ec2", "security-group/{}"), _EC2),
        By("VpcId", named("ec2", "vpc/{}"), _EC2),
        By("SubnetId", named("ec2", "subnet/{}"), _EC2),
    ),
    "rds": (By("DBInstanceIdentifier", named("rds", "db:{}")),),
    "backup": (By("BackupVaultName", named("backup", "backup-vault:{}"), _VAULT),),
}


def resources_of(service: str, operation: str, params: Params, place: Place) -> list[str]:
    """The ARNs that the parameters name, or "*" alone."""
    for by in RESOURCES.get(service, ()):
        value = params.get(by.parameter)
        listed = value if isinstance(value, list | tuple) else [value]
        names = [each for each in listed if isinstance(each, str) and each]
        if names and re.fullmatch(by.operations, operation):
            return [by.name_it(name, params, place) for name in names]
    return ["*"]
