"""What AWS's answers hold and a simulator's lack, or the other way round: one table of patches.

A record's responseElements are made from the answer at hand, which a simulator gave. Where its
answer is known to be thinner or fatter than AWS's, the record is brought to AWS's shape here; the
values are AWS's defaults, or what AWS shows in the first second of a resource's life.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from lablib.cloudtrail.call import ApiCall
from lablib.cloudtrail.record import answers_cloudfront, answers_ec2, answers_rds, dates
from lablib.cloudtrail.record.patch import Patch, Value, param
from lablib.cloudtrail.record.redact import ABSENT, HIDDEN


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
    add={**_FUNCTION.add, **_LOGGING},
    put={
        "lastUpdateStatus": "InProgress",
        "lastUpdateStatusReason": "The function is being created.",
        "lastUpdateStatusReasonCode": "Creating",
    },
)
_ROLE: Final = Patch(
    "observed in CreateServiceLinkedRole; IAM API reference, example of CreateRole",
    drop=("role.roleLastUsed", "role.maxSessionDuration"),
    drop_empty=("role.tags",),
)


def _raised(call: ApiCall, _: dict[str, Any]) -> Any:
    """When throughput was last raised: now, if the call asks for some."""
    return dates.american(call.time) if call.params.get("ProvisionedThroughput") else ABSENT


def _notification(call: ApiCall, _: dict[str, Any]) -> dict[str, Any]:
    asked = call.params.get("NotificationConfig") or {}
    return {
        "notificationArn": asked.get("NotificationArn", ""),
        "notificationEvents": list(asked.get("NotificationEvents", [])),
        "notificationType": asked.get("NotificationType", ""),
    }


def _on_demand(_: ApiCall, table: dict[str, Any]) -> Any:
    """DynamoDB API reference: only tables on demand, or once so, tell their billing mode."""
    mode = table.get("billingModeSummary") or {}
    return mode if mode.get("billingMode") == "PAY_PER_REQUEST" else ABSENT


_TABLE: Final = Patch(
    "DynamoDB API reference, examples of CreateTable and UpdateTable",
    add={"tableDescription.provisionedThroughput.numberOfDecreasesToday": 0},
    put={"tableDescription.billingModeSummary": _on_demand},
    drop_empty=(
        "tableDescription.localSecondaryIndexes",
        "tableDescription.globalSecondaryIndexes",
    ),
)
_GONE: Final = (
    "attributeDefinitions", "billingModeSummary", "creationDateTime", "deletionProtectionEnabled",
    "globalSecondaryIndexes", "keySchema", "localSecondaryIndexes", "tableArn", "tableId",
    "warmThroughput",
)  # fmt: skip

_PATCHES: Final[Mapping[tuple[str, str], Patch]] = {
    **{("ec2", name): patch for name, patch in answers_ec2.PATCHES.items()},
    **{("rds", name): patch for name, patch in answers_rds.PATCHES.items()},
    **{("cloudfront", name): patch for name, patch in answers_cloudfront.PATCHES.items()},
    ("dynamodb", "CreateTable"): _TABLE,
    ("dynamodb", "UpdateTable"): replace(
        _TABLE,
        add={
            **_TABLE.add,
            "tableDescription.provisionedThroughput.lastIncreaseDateTime": _raised,
        },
    ),
    ("dynamodb", "DeleteTable"): replace(
        _TABLE,
        source="DynamoDB API reference, example of DeleteTable",
        drop=tuple(f"tableDescription.{name}" for name in _GONE),
    ),
    ("appmesh", "CreateVirtualNode"): Patch("observed", add={"virtualNode.spec.backends": []}),
    ("apigatewayv2", "CreateApi"): Patch(
        "observed", add={"ipAddressType": "ipv4"}, drop_empty=("tags",)
    ),
    ("athena", "ListWorkGroups"): Patch(
        "observed",
        add={
            "workGroups[].engineVersion": {
                "selectedEngineVersion": "AUTO",
                "effectiveEngineVersion": "Athena engine version 3",
            }
        },
    ),
    ("ebs", "StartSnapshot"): Patch(
        "EBS user guide, CloudTrail examples",
        add={"kmsKeyArn": lambda call, _: HIDDEN if call.params.get("Encrypted") else ABSENT},
        drop_empty=("tags",),
    ),
    ("ssm", "SendCommand"): Patch(
        "observed in detection rules' samples of 2025: a command that has just been sent",
        add={
            "command.alarmConfiguration": {"alarms": [], "ignorePollAlarmFailure": False},
            "command.clientName": "",
            "command.clientSourceId": "",
            "command.cloudWatchOutputConfig": {
                "cloudWatchLogGroupName": "",
                "cloudWatchOutputEnabled": False,
            },
            "command.comment": "",
            "command.deliveryTimedOutCount": 0,
            "command.documentVersion": "$DEFAULT",
            "command.hasCancelCommandSignature": False,
            "command.hasSendCommandSignature": False,
            "command.interactive": False,
        },
        put={
            "command.notificationConfig": _notification,
            "command.status": "Pending",
            "command.statusDetails": "Pending",
        },
    ),
    ("sso-admin", "CreateAccountAssignment"): Patch(
        "observed", drop=("accountAssignmentCreationStatus.createdDate",)
    ),
    ("iam", "CreateInstanceProfile"): Patch(
        "observed with tags; without any as in CreateRole", drop_empty=("instanceProfile.tags",)
    ),
    ("iam", "CreatePolicy"): Patch(
        "observed with tags; without any as in CreateRole", drop_empty=("policy.tags",)
    ),
    ("iam", "CreateRole"): _ROLE,
    ("iam", "CreateServiceLinkedRole"): _ROLE,
    ("kms", "CancelKeyDeletion"): Patch("observed: an ARN", put={"keyId": _key_arn}),
    ("kms", "CreateKey"): Patch(
        "observed",
        add={
            "keyMetadata.keyUsage": param("KeyUsage", "ENCRYPT_DECRYPT"),
            "keyMetadata.multiRegion": False,
        },
        drop_empty=("keyMetadata.signingAlgorithms", "keyMetadata.encryptionAlgorithms"),
    ),
    ("kms", "ScheduleKeyDeletion"): Patch(
        "observed",
        add={
            "keyState": "PendingDeletion",
            "pendingWindowInDays": param("PendingWindowInDays", 30),
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
    patch.apply(made, call)
    return made or None
