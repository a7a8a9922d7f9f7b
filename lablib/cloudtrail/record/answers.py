"""What AWS's answers hold and a simulator's lack, or the other way round: one table of patches.

A record's responseElements are made from the answer at hand, which a simulator gave. Where its
answer is known to be thinner or fatter than AWS's, the record is brought to AWS's shape here; the
values are AWS's defaults, or what AWS shows in the first second of a resource's life.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from lablib.cloudtrail.call import ApiCall
from lablib.cloudtrail.record import dates

Value = Callable[[ApiCall, dict[str, Any]], Any]  # of the call, and the object to write into


@dataclass(frozen=True, slots=True)
class Patch:
    """Paths are those of the record (`items[].name`). `add` writes what is missing, `put` writes
    anyway, `drop` removes, `drop_empty` removes what holds nothing."""

    source: str
    add: dict[str, Any] = field(default_factory=dict)
    put: Mapping[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    drop_empty: tuple[str, ...] = ()


def _param(name: str, otherwise: Any) -> Value:
    return lambda call, _: call.params.get(name) or otherwise


def _token(call: ApiCall, _: dict[str, Any]) -> str:
    return str(call.params.get("ClientToken") or uuid.uuid5(uuid.NAMESPACE_OID, call.request_id))


def _key_arn(call: ApiCall, _: dict[str, Any]) -> str:
    key = str((call.output or {}).get("KeyId") or call.params.get("KeyId", ""))
    return key if key.startswith("arn:") else f"arn:aws:kms:{call.region}:{call.account}:key/{key}"


def _runtime(call: ApiCall, _: dict[str, Any]) -> str:
    digest = hashlib.sha256(str((call.output or {}).get("Runtime")).encode()).hexdigest()
    return f"arn:aws:lambda:{call.region}::runtime:{digest}"


def _policy_arn(call: ApiCall, _: dict[str, Any]) -> str:
    group, name = call.params.get("AutoScalingGroupName"), call.params.get("PolicyName")
    own = uuid.uuid5(uuid.NAMESPACE_OID, f"{call.account}/{group}/{name}")
    where = f"arn:aws:autoscaling:{call.region}:{call.account}:scalingPolicy"
    return f"{where}:{own}:autoScalingGroupName/{group}:policyName/{name}"


def _groups(_: ApiCall, instance: dict[str, Any]) -> Any:
    """An instance's security groups are those of its first network interface."""
    interfaces = (instance.get("networkInterfaceSet") or {}).get("items") or [{}]
    return instance.get("groupSet") or interfaces[0].get("groupSet") or {}


_INSTANCE: Final = "instancesSet.items[]"
_INTERFACE: Final = f"{_INSTANCE}.networkInterfaceSet.items[]"
_NAT: Final = "CreateNatGatewayResponse.natGateway.natGatewayAddressSet.item"

_RULES: Final = Patch(
    "observed in AuthorizeSecurityGroupEgress",
    add={"securityGroupRuleSet.items[].groupOwnerId": lambda call, _: call.account},
    drop_empty=("securityGroupRuleSet.items[].tagSet",),
)
_LOGGING: Final[dict[str, Value]] = {
    "loggingConfig": lambda call, _: {
        "logFormat": "Text",
        "logGroup": f"/aws/lambda/{(call.output or {}).get('FunctionName')}",
    }
}
_FUNCTION: Final = Patch(
    "observed in CreateFunction20150331 and UpdateFunctionConfiguration20150331v2",
    add={
        "revisionId": lambda call, _: str(uuid.uuid5(uuid.NAMESPACE_OID, call.request_id)),
        "runtimeVersionConfig": {},
        "runtimeVersionConfig.runtimeVersionArn": _runtime,
    },
    drop_empty=("layers",),
)
_UPDATED: Final = replace(
    _FUNCTION,
    add=_FUNCTION.add | _LOGGING,
    put={
        "lastUpdateStatus": "InProgress",
        "lastUpdateStatusReason": "The function is being created.",
        "lastUpdateStatusReasonCode": "Creating",
    },
)
_DATABASE: Final = Patch(
    "observed in ModifyDBInstance",
    add={
        "associatedRoles": [],
        "backupTarget": "region",
        "customerOwnedIpEnabled": False,
        "databaseInsightsMode": "standard",
        "dedicatedLogVolume": False,
        "engineLifecycleSupport": "open-source-rds-extended-support",
        "httpEndpointEnabled": False,
        "networkType": "IPV4",
        "pendingModifiedValues": {},
        "performanceInsightsEnabled": False,
        "publiclyAccessible": False,
        "endpoint.hostedZoneId": "Z2R2ITUGPM61AM",
        "maxAllocatedStorage": lambda _, instance: instance.get("allocatedStorage", 20),
        "certificateDetails": lambda call, instance: {
            "cAIdentifier": instance.get("cACertificateIdentifier", "rds-ca-rsa2048-g1"),
            "validTill": dates.american(call.time + timedelta(days=365)),
        },
        "storageThroughput": 0,
        "tagList": [],
        "vpcSecurityGroups": [],
    },
    drop_empty=("enabledCloudwatchLogsExports",),
)
_ROLE: Final = Patch(
    "observed in CreateServiceLinkedRole; IAM API reference, example of CreateRole",
    drop=("role.roleLastUsed", "role.maxSessionDuration"),
    drop_empty=("role.tags",),
)

_PATCHES: Final[Mapping[tuple[str, str], Patch]] = {
    ("ec2", "AllocateAddress"): Patch(
        "observed",
        add={"publicIpv4Pool": "amazon", "networkBorderGroup": lambda call, _: call.region},
    ),
    ("ec2", "AuthorizeSecurityGroupEgress"): _RULES,
    ("ec2", "AuthorizeSecurityGroupIngress"): _RULES,
    ("ec2", "CreateFlowLogs"): Patch(
        "observed", add={"CreateFlowLogsResponse.clientToken": _token}
    ),
    ("ec2", "DeleteFlowLogs"): Patch("observed", add={"DeleteFlowLogsResponse.unsuccessful": ""}),
    ("ec2", "CreateInternetGateway"): Patch("observed", add={"internetGateway.association": {}}),
    ("ec2", "CreateNatGateway"): Patch(
        "observed: the address is not yet attached",
        add={
            "CreateNatGatewayResponse.clientToken": _token,
            f"{_NAT}.isPrimary": True,
            f"{_NAT}.status": "associating",
        },
        put={"CreateNatGatewayResponse.natGateway.state": "pending"},
        drop=tuple(
            f"{_NAT}.{name}"
            for name in ("networkInterfaceId", "privateIp", "publicIp", "associationId")
        ),
    ),
    ("ec2", "CreateRouteTable"): Patch(
        "observed", add={"routeTable.propagatingVgwSet": {}}, drop=("clientToken",)
    ),
    ("ec2", "CreateSecurityGroup"): Patch(
        "EC2 API reference, example answer", add={"_return": True}
    ),
    ("ec2", "CreateSnapshot"): Patch("observed", drop=("storageTier", "progress")),
    ("ec2", "CreateVolume"): Patch(
        "observed",
        add={"iops": _param("Iops", 100), "multiAttachEnabled": False},
        put={"status": "creating"},
        drop=("attachmentSet", "availabilityZoneId", "volumeArn"),
        drop_empty=("snapshotId",),
    ),
    ("ec2", "DisassociateRouteTable"): Patch(
        "observed", add={"associationState": {"state": "disassociated"}}
    ),
    ("ec2", "RevokeSecurityGroupEgress"): Patch(
        "observed for Ingress", drop=("unknownIpPermissionSet", "revokedSecurityGroupRuleSet")
    ),
    ("ec2", "RevokeSecurityGroupIngress"): Patch(
        "observed", drop=("unknownIpPermissionSet", "revokedSecurityGroupRuleSet")
    ),
    ("ec2", "RunInstances"): Patch(
        "observed in records of 2024: an instance in its first second",
        add={
            f"{_INSTANCE}.currentInstanceBootMode": "legacy-bios",
            f"{_INSTANCE}.enaSupport": True,
            f"{_INSTANCE}.metadataOptions.httpProtocolIpv4": "enabled",
            f"{_INTERFACE}.tagSet": {},
            f"{_INSTANCE}.cpuOptions": {"coreCount": 1, "threadsPerCore": 2},
            f"{_INSTANCE}.capacityReservationSpecification": {
                "capacityReservationPreference": "open"
            },
            f"{_INSTANCE}.enclaveOptions": {"enabled": False},
            f"{_INSTANCE}.maintenanceOptions": {"autoRecovery": "default"},
            f"{_INSTANCE}.privateDnsNameOptions": {
                "hostnameType": "ip-name",
                "enableResourceNameDnsARecord": False,
                "enableResourceNameDnsAAAARecord": False,
            },
        },
        put={
            f"{_INSTANCE}.blockDeviceMapping": {},
            f"{_INSTANCE}.stateReason": {"code": "pending", "message": "pending"},
            f"{_INSTANCE}.metadataOptions.state": "pending",
            f"{_INSTANCE}.groupSet": _groups,
            f"{_INTERFACE}.attachment.status": "attaching",
            f"{_INTERFACE}.attachment.deleteOnTermination": True,
        },
        drop=(
            *(f"{_INSTANCE}.{name}" for name in ("dnsName", "ipAddress", "sriovNetSupport")),
            f"{_INTERFACE}.association",
            f"{_INTERFACE}.description",
            f"{_INTERFACE}.privateIpAddressesSet.item[].association",
        ),
        drop_empty=(
            f"{_INSTANCE}.reason",
            f"{_INSTANCE}.hibernationOptions",
            f"{_INSTANCE}.placement.groupName",
        ),
    ),
    ("iam", "CreateRole"): _ROLE,
    ("iam", "CreateServiceLinkedRole"): _ROLE,
    ("kms", "CancelKeyDeletion"): Patch("observed: an ARN", put={"keyId": _key_arn}),
    ("kms", "CreateKey"): Patch(
        "observed",
        add={
            "keyMetadata.keyUsage": _param("KeyUsage", "ENCRYPT_DECRYPT"),
            "keyMetadata.multiRegion": False,
        },
        drop_empty=("keyMetadata.signingAlgorithms", "keyMetadata.encryptionAlgorithms"),
    ),
    ("kms", "ScheduleKeyDeletion"): Patch(
        "observed",
        add={
            "keyState": "PendingDeletion",
            "pendingWindowInDays": _param("PendingWindowInDays", 30),
        },
        put={"keyId": _key_arn},
    ),
    ("lambda", "CreateFunction"): replace(
        _FUNCTION,
        put={
            "state": "Pending",
            "stateReason": "The function is being created.",
            "stateReasonCode": "Creating",
        },
    ),
    ("lambda", "UpdateFunctionCode"): _UPDATED,
    ("lambda", "UpdateFunctionConfiguration"): _UPDATED,
    **{
        ("rds", f"{verb}DBInstance"): _DATABASE
        for verb in ("Create", "Modify", "Delete", "Reboot", "Start", "Stop")
    },
    ("rds", "RestoreDBInstanceFromDBSnapshot"): Patch(
        "observed: an instance that is not there yet",
        add={"pendingModifiedValues": {}, "performanceInsightsEnabled": False}
        | {"publiclyAccessible": False},
        drop=("endpoint", "instanceCreateTime", "latestRestorableTime"),
        drop_empty=("enabledCloudwatchLogsExports", "associatedRoles", "tagList"),
    ),
    ("rds", "DeleteDBSnapshot"): Patch(
        "observed",
        add={"dedicatedLogVolume": False, "percentProgress": 100, "processorFeatures": []}
        | {"snapshotTarget": "region", "storageThroughput": 0},
    ),
    ("autoscaling", "PutScalingPolicy"): Patch(
        "observed", add={"alarms": [], "policyARN": _policy_arn}
    ),
}


def patched(answer: dict[str, Any] | None, call: ApiCall) -> dict[str, Any] | None:
    """The answer as AWS would have given it; the very same object when there is nothing to do."""
    patch = _PATCHES.get((call.service, call.operation))
    if patch is None:
        return answer
    made = answer if answer is not None else {}
    for path, value in patch.put.items():
        for holder, name in _holders(made, path):
            holder[name] = _made(value, call, holder)
    for path, value in patch.add.items():
        for holder, name in _holders(made, path):
            if name not in holder:
                holder[name] = _made(value, call, holder)
    for path in patch.drop:
        for holder, name in _holders(made, path):
            holder.pop(name, None)
    for path in patch.drop_empty:
        for holder, name in _holders(made, path):
            if name in holder and holder[name] in ({}, [], ""):
                del holder[name]
    return made or None


def _made(value: Any, call: ApiCall, holder: dict[str, Any]) -> Any:
    """A fresh value: records must not share what the table holds."""
    if callable(value):
        return value(call, holder)
    return (
        dict(value)
        if isinstance(value, dict)
        else list(value)
        if isinstance(value, list)
        else value
    )


def _holders(value: Any, path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The objects in which the path's last name stands, or would stand."""
    step, dot, rest = path.partition(".")
    if not isinstance(value, dict):
        return
    if not dot:
        yield value, step
        return
    inner = value.get(step.removesuffix("[]"))
    for part in inner if step.endswith("[]") and isinstance(inner, list) else [inner]:
        yield from _holders(part, rest)
