"""Which resources a call is about, as the record's `resources` says it; few services do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lablib.cloudtrail.call import ApiCall


@dataclass(frozen=True, slots=True)
class Resource:
    """One entry of `resources`. `prefix` marks an ARNPrefix: the objects a listing looked at.
    `account` is None where AWS writes no accountId."""

    type: str | None
    arn: str
    account: str | None = None
    prefix: bool = False

    @property
    def name(self) -> str:
        return self.arn.rpartition(":")[2].rpartition("/")[2] or self.arn

    def written(self) -> dict[str, Any]:
        entry: dict[str, Any] = {"accountId": self.account} if self.account else {}
        if self.type:
            entry["type"] = self.type
        entry["ARNPrefix" if self.prefix else "ARN"] = self.arn
        return entry


def _at(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


# --- S3 ----------------------------------------------------------------------------------------


def _s3(call: ApiCall, data: bool) -> tuple[Resource, ...]:
    bucket = _text(call.params.get("Bucket"))
    if not bucket or (call.error and call.error.code == "NoSuchBucket"):
        return ()  # observed: no resources when the bucket is not there
    arn = bucket if bucket.startswith("arn:") else f"arn:aws:s3:::{bucket}"
    whole = Resource("AWS::S3::Bucket", arn, call.owner or call.account)
    if not data:
        return (whole,)
    key = _text(call.params.get("Key"))
    if key is None:  # observed in HeadBucket: the objects' ARNPrefix beside the bucket
        prefix = _text(call.params.get("Prefix")) or ""
        return (whole, Resource("AWS::S3::Object", f"{arn}/{prefix}", prefix=True))
    return (whole, Resource("AWS::S3::Object", f"{arn}/{key}"))


# --- KMS ---------------------------------------------------------------------------------------

_KMS_ARN: Final = "arn:aws:kms:{region}:{account}:{name}"


def _kms_arn(call: ApiCall, name: str) -> str:
    if name.startswith("arn:"):
        return name
    name = name if name.startswith("alias/") else f"key/{name}"
    return _KMS_ARN.format(region=call.region, account=call.account, name=name)


def _kms(call: ApiCall) -> tuple[Resource, ...]:
    """Observed: one key; the alias and its key for alias operations; nothing when it failed for
    want of a key."""
    if call.error and call.error.code == "NotFoundException":
        return ()
    output = call.output or {}
    answered = _text(output.get("KeyId")) or _text(_at(output, "KeyMetadata", "Arn"))
    asked = _text(call.params.get("KeyId"))
    names = [answered if answered and answered.startswith("arn:") else asked]
    if call.operation == "ReEncrypt":
        names = [_text(output.get("SourceKeyId")) or _text(call.params.get("SourceKeyId"))]
        names.append(answered or _text(call.params.get("DestinationKeyId")))
    if "Alias" in call.operation and not call.operation.startswith("List"):
        names = [_text(call.params.get("AliasName")), _text(call.params.get("TargetKeyId"))]
    arns = dict.fromkeys(_kms_arn(call, name) for name in names if name)
    owner = call.owner or call.account
    return tuple(
        Resource("AWS::KMS::Alias" if ":alias/" in arn else "AWS::KMS::Key", arn, owner)
        for arn in arns
    )


# --- others ------------------------------------------------------------------------------------


def _sts(call: ApiCall) -> tuple[Resource, ...]:
    role = _text(call.params.get("RoleArn"))
    if not role or call.error:
        return ()
    owner = role.split(":")[4] if role.count(":") >= 5 else call.account
    return (Resource("AWS::IAM::Role", role, owner),)


def _ssm(call: ApiCall) -> tuple[Resource, ...]:
    """Observed for PutParameter, DeleteParameter, GetParameters: {ARN, accountId}, no type."""
    if call.error or "Parameter" not in call.operation:
        return ()
    names = call.params.get("Names") or [call.params.get("Name")]
    base = f"arn:aws:ssm:{call.region}:{call.account}:parameter/"
    return tuple(
        Resource(None, name if name.startswith("arn:") else base + name.lstrip("/"), call.account)
        for name in names
        if isinstance(name, str) and name
    )


def _ecr(call: ApiCall) -> tuple[Resource, ...]:
    name = _text(call.params.get("repositoryName"))
    arn = f"arn:aws:ecr:{call.region}:{call.account}:repository/{name}"
    return (Resource(None, arn, call.account),) if name and not call.error else ()


# Data events of other services: the parameter that names the resource, and its ARN.
# User Guide, "Logging data events": resource types by service.
_DATA: Final[Mapping[str, tuple[str, str, str]]] = {
    "lambda": (
        "FunctionName",
        "AWS::Lambda::Function",
        "arn:aws:lambda:{region}:{account}:function:{name}",
    ),
    "dynamodb": (
        "TableName",
        "AWS::DynamoDB::Table",
        "arn:aws:dynamodb:{region}:{account}:table/{name}",
    ),
    "dynamodbstreams": ("StreamArn", "AWS::DynamoDB::Stream", "{name}"),
    "sns": ("TopicArn", "AWS::SNS::Topic", "{name}"),
    "sqs": ("QueueUrl", "AWS::SQS::Queue", "arn:aws:sqs:{region}:{account}:{name}"),
    "kinesis": (
        "StreamName",
        "AWS::Kinesis::Stream",
        "arn:aws:kinesis:{region}:{account}:stream/{name}",
    ),
    "cloudwatch": (
        "Namespace",
        "AWS::CloudWatch::Metric",
        "arn:aws:cloudwatch:{region}:{account}:metric/*",
    ),
    "ebs": ("SnapshotId", "AWS::EC2::Snapshot", "arn:aws:ec2:{region}::snapshot/{name}"),
    "rds-data": ("resourceArn", "AWS::RDS::DBCluster", "{name}"),
    "cognito-identity": (
        "IdentityPoolId",
        "AWS::Cognito::IdentityPool",
        "arn:aws:cognito-identity:{region}:{account}:identitypool/{name}",
    ),
    "stepfunctions": ("stateMachineArn", "AWS::StepFunctions::StateMachine", "{name}"),
    "logs": (
        "logGroupName",
        "AWS::Logs::LogGroup",
        "arn:aws:logs:{region}:{account}:log-group:{name}",
    ),
}


def _data(call: ApiCall) -> tuple[Resource, ...]:
    row = _DATA.get(call.service)
    if row is None:
        return ()
    member, kind, form = row
    names = [call.params.get(member)]
    if call.service == "dynamodb" and isinstance(call.params.get("RequestItems"), Mapping):
        names = list(call.params["RequestItems"])  # BatchGetItem, BatchWriteItem: several tables
    return tuple(
        Resource(kind, _arn(name, form, call), call.account)
        for name in names
        if isinstance(name, str) and name
    )


def _arn(name: str, form: str, call: ApiCall) -> str:
    if name.startswith("arn:"):
        return _unqualified(name) if call.service == "lambda" else name
    if name.startswith("http"):  # an SQS queue's URL ends in its name
        name = name.rstrip("/").rpartition("/")[2]
    elif call.service == "lambda":  # name, account:function:name, name:qualifier
        parts = name.split(":")
        name = parts[parts.index("function") + 1] if "function" in parts[:-1] else parts[0]
    return form.format(region=call.region, account=call.account, name=name)


def _unqualified(arn: str) -> str:
    return ":".join(arn.split(":")[:7])


def of(call: ApiCall, data: bool) -> tuple[Resource, ...]:
    """The record's `resources`; empty for the many services that write none."""
    if call.service == "s3":
        return _s3(call, data)
    if data:
        return _data(call)
    if call.service == "kms":
        return _kms(call)
    if call.service == "sts" and call.operation.startswith("AssumeRole"):
        return _sts(call)
    if call.service == "ssm":
        return _ssm(call)
    if call.service == "ecr":
        return _ecr(call)
    return ()
