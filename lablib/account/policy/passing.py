"""Who hands a role to a service needs iam:PassRole on that role.

Sources: IAM User Guide, "Grant a user permissions to pass a role to an AWS service"; Service
Authorization Reference, column "Dependent actions" of each operation; CloudTrail User Guide,
"Granting permissions for CloudTrail administration" (the role for CloudWatch Logs).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .actions import Need

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Passed:
    """The parameter that names the role (a path with dots), and the service that gets it."""

    parameter: str
    service: str


_LAMBDA = Passed("Role", "lambda.amazonaws.com")
_LOGS = Passed("CloudWatchLogsRoleArn", "cloudtrail.amazonaws.com")
_BACKUP = Passed("IamRoleArn", "backup.amazonaws.com")
_STACK = Passed("RoleARN", "cloudformation.amazonaws.com")
_STEPS = Passed("roleArn", "states.amazonaws.com")
_TASKS = "ecs-tasks.amazonaws.com"
PROFILE = "IamInstanceProfile"  # names an instance profile, which holds the role

PASSED: Mapping[tuple[str, str], tuple[Passed, ...]] = {
    ("cloudtrail", "CreateTrail"): (_LOGS,),
    ("cloudtrail", "UpdateTrail"): (_LOGS,),
    ("lambda", "CreateFunction"): (_LAMBDA,),
    ("lambda", "UpdateFunctionConfiguration"): (_LAMBDA,),
    ("ec2", "RunInstances"): (Passed(PROFILE, "ec2.amazonaws.com"),),
    ("ec2", "AssociateIamInstanceProfile"): (Passed(PROFILE, "ec2.amazonaws.com"),),
    ("ec2", "ReplaceIamInstanceProfileAssociation"): (Passed(PROFILE, "ec2.amazonaws.com"),),
    ("ec2", "CreateFlowLogs"): (Passed("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),),
    ("iam", "AddRoleToInstanceProfile"): (Passed("RoleName", "ec2.amazonaws.com"),),
    ("logs", "PutSubscriptionFilter"): (Passed("roleArn", "logs.amazonaws.com"),),
    ("events", "PutRule"): (Passed("RoleArn", "events.amazonaws.com"),),
    ("events", "PutTargets"): (Passed("Targets.RoleArn", "events.amazonaws.com"),),
    ("config", "PutConfigurationRecorder"): (
        Passed("ConfigurationRecorder.roleARN", "config.amazonaws.com"),
    ),
    ("backup", "StartBackupJob"): (_BACKUP,),
    ("backup", "StartRestoreJob"): (_BACKUP,),
    ("backup", "CreateBackupSelection"): (
        Passed("BackupSelection.IamRoleArn", "backup.amazonaws.com"),
    ),
    ("cloudformation", "CreateStack"): (_STACK,),
    ("cloudformation", "UpdateStack"): (_STACK,),
    ("cloudformation", "DeleteStack"): (_STACK,),
    ("stepfunctions", "CreateStateMachine"): (_STEPS,),
    ("stepfunctions", "UpdateStateMachine"): (_STEPS,),
    ("ecs", "RegisterTaskDefinition"): (
        Passed("taskRoleArn", _TASKS),
        Passed("executionRoleArn", _TASKS),
    ),
    ("ssm", "SendCommand"): (Passed("ServiceRoleArn", "ssm.amazonaws.com"),),
    ("ssm", "RegisterTaskWithMaintenanceWindow"): (Passed("ServiceRoleArn", "ssm.amazonaws.com"),),
    ("rds", "CreateDBInstance"): (Passed("MonitoringRoleArn", "monitoring.rds.amazonaws.com"),),
    ("s3", "PutBucketReplication"): (Passed("ReplicationConfiguration.Role", "s3.amazonaws.com"),),
    ("firehose", "CreateDeliveryStream"): (
        Passed("ExtendedS3DestinationConfiguration.RoleARN", "firehose.amazonaws.com"),
        Passed("S3DestinationConfiguration.RoleARN", "firehose.amazonaws.com"),
    ),
}


def passed(service: str, operation: str, params: Params) -> Iterator[Need]:
    """The permissions to pass roles that a call needs. Roles stand in `params` as ARNs: what is
    named otherwise (an instance profile, a role's name) is resolved before."""
    for row in PASSED.get((service, operation), ()):
        for arn in _values(params, row.parameter.split(".")):
            if isinstance(arn, str) and ":role/" in arn:
                yield Need("iam:PassRole", arn, (("iam:PassedToService", row.service),))


def _values(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for each in value:
            yield from _values(each, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping):
        yield from _values(value.get(path[0]), path[1:])
