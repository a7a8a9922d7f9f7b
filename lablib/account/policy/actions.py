"""The permissions that an API operation needs.

Most need one action on what their parameters name. The others, by Service Authorization Reference
and the API Reference of each operation ("Permissions"), stand in a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from .names import action_of
from .resources import Params, Place, kms_key_arn, named, object_arn, resources_of, snapshot_arn


@dataclass(frozen=True, slots=True)
class Need:
    """One permission: an action on a resource (an ARN or "*"), with condition keys of its own."""

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()


def needs(service: str, operation: str, params: Params, place: Place) -> tuple[Need, ...]:
    """All permissions that a call needs; each must be given.

    `service`, `operation` and `params` have botocore's names.
    """
    if (service, operation) in SPECIAL:
        return tuple(SPECIAL[service, operation](params, place))
    action = action_of(service, operation, params)
    return tuple(
        Need(action, resource) for resource in resources_of(service, operation, params, place)
    )


# --- operations that need more than one permission ------------------------------------------------


def _delete_objects(params: Params, place: Place) -> Iterator[Need]:
    for each in (params.get("Delete") or {}).get("Objects") or ():
        name = "DeleteObjectVersion" if each.get("VersionId") else "DeleteObject"
        yield Need(f"s3:{name}", f"arn:aws:s3:::{params.get('Bucket')}/{each.get('Key')}")


def _copy_object(params: Params, place: Place) -> Iterator[Need]:
    source = params.get("CopySource")
    if isinstance(source, Mapping):
        source = f"{source.get('Bucket')}/{source.get('Key')}"
    path, _, version = str(source or "").lstrip("/").partition("?versionId=")
    action = "s3:GetObjectVersion" if version else "s3:GetObject"
    yield Need(action, f"arn:aws:s3:::{unquote(path)}")
    yield Need("s3:PutObject", object_arn(str(params.get("Bucket")), params, place))


def _object_attributes(params: Params, place: Place) -> Iterator[Need]:
    arn = object_arn(str(params.get("Bucket")), params, place)
    for operation in ("GetObject", "GetObjectAttributes"):
        yield Need(action_of("s3", operation, params), arn)


def _re_encrypt(params: Params, place: Place) -> Iterator[Need]:
    source = params.get("SourceKeyId")
    yield Need("kms:ReEncryptFrom", kms_key_arn(str(source), params, place) if source else "*")
    yield Need("kms:ReEncryptTo", kms_key_arn(str(params.get("DestinationKeyId")), params, place))


_TRANSACTION = {"Get": "GetItem", "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}


def _transaction(params: Params, place: Place) -> Iterator[Need]:
    table = named("dynamodb", "table/{}")
    for item in params.get("TransactItems") or ():
        for verb, body in item.items():
            action = _TRANSACTION.get(verb, "ConditionCheckItem")
            yield Need(f"dynamodb:{action}", table(str(body.get("TableName")), params, place))


def _batch(action: str) -> Callable[[Params, Place], Iterator[Need]]:
    def each(params: Params, place: Place) -> Iterator[Need]:
        table = named("dynamodb", "table/{}")
        for name in params.get("RequestItems") or ():
            yield Need(f"dynamodb:{action}", table(str(name), params, place))

    return each


def _run_instances(params: Params, place: Place) -> Iterator[Need]:
    yield Need("ec2:RunInstances", place.arn("ec2", "instance/*"))
    if params.get("ImageId"):
        yield Need("ec2:RunInstances", f"arn:aws:ec2:{place.region}::image/{params['ImageId']}")
    if params.get("SubnetId"):
        yield Need("ec2:RunInstances", place.arn("ec2", f"subnet/{params['SubnetId']}"))


def _create_volume(params: Params, place: Place) -> Iterator[Need]:
    yield Need("ec2:CreateVolume", place.arn("ec2", "volume/*"))
    if params.get("SnapshotId"):
        yield Need("ec2:CreateVolume", snapshot_arn(str(params["SnapshotId"]), params, place))


_PARTIQL = ("Select", "Insert", "Update", "Delete")


def _partiql(params: Params, place: Place) -> Iterator[Need]:
    """One permission for each statement, by its first word; its table is not looked for."""
    many = params.get("Statements") or params.get("TransactStatements") or [params]
    for each in many:
        word = str(each.get("Statement", "")).strip().partition(" ")[0].capitalize()
        yield Need(f"dynamodb:PartiQL{word if word in _PARTIQL else 'Select'}", "*")


def _send_command(params: Params, place: Place) -> Iterator[Need]:
    document = str(params.get("DocumentName"))
    owner = "" if document.startswith("AWS-") else place.account
    yield Need("ssm:SendCommand", f"arn:aws:ssm:{place.region}:{owner}:document/{document}")
    for instance in params.get("InstanceIds") or ():
        yield Need("ssm:SendCommand", place.arn("ec2", f"instance/{instance}"))


def _assume_role(params: Params, place: Place) -> Iterator[Need]:
    """IAM User Guide, "Monitor and control actions taken with assumed roles" (SetSourceIdentity)
    and "Pass session tags in AWS STS" (TagSession): of the caller and of the trust policy."""
    for resource in resources_of("sts", "AssumeRole", params, place):
        yield Need("sts:AssumeRole", resource)
        if params.get("SourceIdentity"):
            yield Need("sts:SetSourceIdentity", resource)
        if params.get("Tags"):
            yield Need("sts:TagSession", resource)


SPECIAL: dict[tuple[str, str], Callable[[Params, Place], Iterator[Need]]] = {
    ("s3", "DeleteObjects"): _delete_objects,
    ("s3", "CopyObject"): _copy_object,
    ("s3", "UploadPartCopy"): _copy_object,
    ("s3", "GetObjectAttributes"): _object_attributes,
    ("kms", "ReEncrypt"): _re_encrypt,
    ("dynamodb", "TransactGetItems"): _transaction,
    ("dynamodb", "TransactWriteItems"): _transaction,
    ("dynamodb", "BatchGetItem"): _batch("BatchGetItem"),
    ("dynamodb", "BatchWriteItem"): _batch("BatchWriteItem"),
    ("dynamodb", "ExecuteStatement"): _partiql,
    ("dynamodb", "ExecuteTransaction"): _partiql,
    ("dynamodb", "BatchExecuteStatement"): _partiql,
    ("ec2", "RunInstances"): _run_instances,
    ("ec2", "CreateVolume"): _create_volume,
    ("ssm", "SendCommand"): _send_command,
    ("sts", "AssumeRole"): _assume_role,
}
