"""Where a record differs from the rules, operation by operation: one table, a source a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lablib.cloudtrail.call import ApiCall


@dataclass(frozen=True, slots=True)
class Quirk:
    """Changes to one operation's record. `fill` and `drop` speak botocore's member names; what is
    filled in is what AWS writes when the client sent nothing."""

    source: str
    fill: Mapping[str, Any] = field(default_factory=dict)
    drop: frozenset[str] = frozenset()
    no_request: bool = False  # requestParameters is null even with parameters
    keep: frozenset[str] | None = None  # the only members of the answer that are kept
    answer: bool | None = None  # responseElements: True even for a read, False even for a write
    more: Callable[[ApiCall], dict[str, Any]] | None = None  # what else requestParameters hold


def _function_arn(call: ApiCall) -> dict[str, Any]:
    name = str(call.params.get("FunctionName", "")).partition("function:")
    return {
        "fullyQualifiedArn": {
            "arnPrefix": {"account": call.account, "partition": "aws", "region": call.region},
            "functionQualifier": {},
            "relativeId": {"functionName": name[2] or name[0]},
        }
    }


_TALK: Final = frozenset(
    ("additionalModelRequestFields", "additionalModelResponseFieldPaths", "guardrailConfig",
     "inferenceConfig", "messages", "outputConfig", "performanceConfig", "promptVariables",
     "requestMetadata", "serviceTier", "system", "toolConfig", "accept", "contentType", "body",
     "trace")
)  # fmt: skip
_SYMMETRIC: Final = {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
_NONE: Final = Quirk("the rules hold")

_TABLE: Final[Mapping[tuple[str, str], Quirk]] = {
    ("cloudtrail", "DescribeTrails"): Quirk(
        "observed: trailNameList in 17 of 17 calls", fill={"trailNameList": []}
    ),
    ("kms", "Encrypt"): Quirk("observed in 42 of 42 calls", fill=_SYMMETRIC),
    ("kms", "Decrypt"): Quirk("observed in 753 of 753 calls", fill=_SYMMETRIC),
    ("kms", "ReEncrypt"): Quirk(
        "KMS developer guide, example of ReEncrypt",
        fill={
            "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        },
    ),
    ("kms", "CreateKey"): Quirk(
        "observed; KMS developer guide, example of CreateKey",
        fill={
            "Description": "",
            "Origin": "AWS_KMS",
            "BypassPolicyLockoutSafetyCheck": False,
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "KeyUsage": "ENCRYPT_DECRYPT",
        },
    ),
    ("sts", "AssumeRole"): Quirk("observed: readOnly, yet 202 of 202 answers kept", answer=True),
    ("sts", "AssumeRoleWithSAML"): Quirk("IAM user guide, CloudTrail examples", answer=True),
    ("sts", "AssumeRoleWithWebIdentity"): Quirk("IAM user guide, CloudTrail examples", answer=True),
    ("sts", "GetCallerIdentity"): Quirk("facts of the API: no parameters", no_request=True),
    ("ssm", "SendCommand"): Quirk(
        "Stratus Red Team, log of ssm-send-command", fill={"Interactive": False}
    ),
    ("secretsmanager", "CreateSecret"): Quirk(
        "observed: the answer is {arn} in 20 of 20 calls", keep=frozenset({"ARN"})
    ),
    ("cloudwatch", "GetDashboard"): Quirk(
        "observed: requestParameters null in 9 of 9 calls", no_request=True
    ),
    **{
        ("bedrock-runtime", name): Quirk(
            "Amazon Bedrock user guide, CloudTrail examples: the model and nothing of the talk",
            drop=_TALK,
            answer=False,
        )
        for name in (
            "InvokeModel",
            "InvokeModelWithResponseStream",
            "Converse",
            "ConverseStream",
        )
    },
    ("application-insights", "ListApplications"): Quirk("observed in 3 of 3 calls", answer=True),
    ("rds", "DownloadDBLogFilePortion"): Quirk("observed in sample records", answer=True),
    ("athena", "ListWorkGroups"): Quirk("observed, eventVersion 1.05", answer=True),
    **{
        ("dynamodb", name): Quirk("observed in PutItem and UpdateItem: null", answer=False)
        for name in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
    },
    ("lambda", "UpdateFunctionCode"): Quirk(
        "Stratus Red Team, log of lambda-overwrite-code",
        fill={"DryRun": False, "Publish": False},
        more=_function_arn,
    ),
    ("lambda", "Invoke"): Quirk("Lambda developer guide, data event example", answer=False),
    ("elbv2", "DescribeTargetGroups"): Quirk("observed, eventVersion 1.04", answer=True),
}

# Services whose reads keep their answers. Observed: all Describe* calls of these two, last seen at
# eventVersion 1.05; nothing newer is known.
_ANSWERS_TO_READS: Final = frozenset(("redshift", "directconnect"))

# Services whose answers' only structure is written without its name: RDS's {"dBInstance": {…}} as
# the instance's own members. Observed in all of RDS's writes; Redshift's and ElastiCache's by the
# examples in their guides, Neptune and DocumentDB are RDS's API.
UNWRAPPED: Final = frozenset(("rds", "redshift", "elasticache", "neptune", "docdb"))

# Services behind API Gateway: a refused call has no errorMessage and keeps its parameters; the
# body {"message": …} stands in responseElements of writes; no tlsDetails are known.
# Observed for all but macie2 (its shape says the same gateway).
GATEWAY_SERVICES: Final = frozenset(
    (
        "amplify", "apigatewayv2", "appsync", "bedrock-agent", "eks", "guardduty", "macie2",
        "mediaconvert", "mq", "resource-explorer-2", "securityhub",
    )
)  # fmt: skip

# Services whose AccessDenied records keep requestParameters (observed); the others write null.
KEEP_WHEN_DENIED: Final = GATEWAY_SERVICES | {"ec2", "s3", "s3control", "ce", "cloudtrail"}

# Services whose failed calls never keep requestParameters, whatever the error.
# Observed: KMS NotFoundException, ECS ClientException.
NULL_WHEN_FAILED: Final = frozenset(("kms", "ecs"))


def of(service: str, operation: str) -> Quirk:
    """The operation's row, or the row that says that the rules hold."""
    known = _TABLE.get((service, operation))
    if known is None and service in _ANSWERS_TO_READS:
        return Quirk("observed, eventVersion 1.05", answer=True)
    return known or _NONE
