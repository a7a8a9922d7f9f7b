"""What CloudTrail calls things: eventSource, eventName, awsRegion, versions, host."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from botocore.model import OperationModel, ServiceModel


def words(text: str) -> frozenset[str]:
    """The words of a text, for tables of names."""
    return frozenset(text.split())


# --- eventSource -------------------------------------------------------------------------------
# The rule is "<signing name>.amazonaws.com" (observed for monitoring, email → ses, api.ecr → ecr,
# api.sagemaker → sagemaker, bedrock-agent → bedrock, s3-control → s3, elbv2, opensearch → es).
_SOURCES: Final = {
    "application-insights": "application-insights",  # observed
    "mq": "amazonmq",  # observed
    "marketplace-agreement": "agreement-marketplace",  # observed
    "marketplace-discovery": "discovery-marketplace",  # observed
    "sso": "sso",  # IAM Identity Center user guide, CloudTrail use cases
    "sso-oidc": "sso",
    "application-autoscaling": "autoscaling",  # Application Auto Scaling user guide, CloudTrail
    "servicecatalog-appregistry": "servicecatalog-appregistry",  # observed
    "cloudtrail-data": "cloudtrail-data",
}

# --- awsRegion ---------------------------------------------------------------------------------
# Services with one endpoint for the world, and the Region their events are recorded in.
# User Guide, "CloudTrail concepts: global service events" (IAM, STS, CloudFront in us-east-1 since
# 2021-11-22); the others by their only endpoint in General Reference, "Service endpoints".
_GLOBAL: Final = {
    "iam": "us-east-1",
    "cloudfront": "us-east-1",
    "cloudfront-keyvaluestore": "us-east-1",
    "organizations": "us-east-1",
    "route53": "us-east-1",
    "route53domains": "us-east-1",
    "waf": "us-east-1",
    "shield": "us-east-1",
    "budgets": "us-east-1",
    "ce": "us-east-1",
    "cur": "us-east-1",
    "account": "us-east-1",
    "support": "us-east-1",
    "health": "us-east-1",
    "trustedadvisor": "us-east-1",
    "savingsplans": "us-east-1",
    "globalaccelerator": "us-west-2",
    "networkmanager": "us-west-2",
}

# --- eventVersion ------------------------------------------------------------------------------
# The newest version observed in 2024–2026 by service; one version for all would be wrong.
_VERSIONS: Final = {
    **dict.fromkeys(("acm-pca", "apigateway", "apigatewayv2", "appsync", "cloudfront"), "1.09"),
    **dict.fromkeys(("cloudshell", "ecs", "eks", "elb", "elbv2", "glue", "guardduty"), "1.09"),
    **dict.fromkeys(("lightsail", "logs", "organizations", "resource-explorer-2"), "1.09"),
    **dict.fromkeys(("route53", "secretsmanager", "securityhub", "sns", "sso-admin"), "1.09"),
    **dict.fromkeys(("identitystore", "transfer", "servicecatalog-appregistry"), "1.09"),
    **dict.fromkeys(("cloudtrail", "rolesanywhere", "service-quotas"), "1.10"),
    **dict.fromkeys(("config", "ec2-instance-connect", "efs", "events", "glacier"), "1.08"),
    **dict.fromkeys(("route53domains", "route53resolver", "ssm", "sts", "wafv2"), "1.08"),
    **dict.fromkeys(("opensearchserverless", "application-insights"), "1.08"),
}
_CURRENT_VERSION: Final = "1.11"  # User Guide, "CloudTrail record contents"

# --- apiVersion --------------------------------------------------------------------------------
# Only these services still send it (observed; EventBridge user guide, example of PutRule).
_API_VERSIONS: Final = {
    "logs": "20140328",
    "cloudfront": "2020_05_31",
    "elb": "2012-06-01",
    "elbv2": "2015-12-01",
    "route53": "2013-04-01",
    "dynamodb": "2012-08-10",
    "events": "2015-10-07",
    "appmesh": "2019-01-25",
    "wafv2": "2019-07-29",
}

# --- eventName ---------------------------------------------------------------------------------
# S3 User Guide, "Amazon S3 CloudTrail events"; observed for those in Get…Lifecycle,
# GetAccelerateConfiguration, GetBucketNotification, Get/Put/DeleteAccountPublicAccessBlock.
_S3_NAMES: Final = {
    "ListObjectsV2": "ListObjects",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
}
_NAMES: Final = {
    **{("s3", name): event for name, event in _S3_NAMES.items()},
    ("s3control", "GetPublicAccessBlock"): "GetAccountPublicAccessBlock",
    ("s3control", "PutPublicAccessBlock"): "PutAccountPublicAccessBlock",
    ("s3control", "DeletePublicAccessBlock"): "DeleteAccountPublicAccessBlock",
    # Observed: CreateFunction2020_05_31, the API date of the functions' first release.
    **{
        ("cloudfront", f"{verb}Function"): f"{verb}Function2020_05_31"
        for verb in ("Create", "Delete", "Describe", "Get", "Publish", "Test", "Update")
    },
    ("cloudfront", "ListFunctions"): "ListFunctions2020_05_31",
}

# Lambda developer guide, "Logging AWS Lambda API calls": management events carry the date of the
# API's path, those of 2018 and before (observed: GetFunctionCodeSigningConfig and
# CreateFunctionUrlConfig, of 2020 and 2021, are plain), and some a second version.
_LAMBDA_DATE: Final = re.compile(r"^/(20\d\d)-(\d\d)-(\d\d)/")
_LAMBDA_SECOND: Final = words(
    "AddPermission GetFunction GetFunctionConfiguration GetPolicy RemovePermission "
    "UpdateFunctionCode UpdateFunctionConfiguration TagResource UntagResource"
)
_LAMBDA_PLAIN: Final = frozenset(("Invoke", "InvokeAsync", "InvokeWithResponseStream"))


def event_source(service: ServiceModel) -> str:
    """`ec2.amazonaws.com` and the like."""
    name = _SOURCES.get(service.service_name) or service.signing_name or service.endpoint_prefix
    return f"{name}.amazonaws.com"


@cache
def event_name(service: str, operation: str, path: str = "") -> str:
    """The name a record gives the operation; `path` is the model's request URI."""
    if service == "lambda" and operation not in _LAMBDA_PLAIN:
        return operation + _lambda_date(operation, path)
    return _NAMES.get((service, operation), operation)


def _lambda_date(operation: str, path: str) -> str:
    found = _LAMBDA_DATE.match(path)
    if not found or found[1] > "2018":
        return ""
    return "".join(found.groups()) + ("v2" if operation in _LAMBDA_SECOND else "")


def event_version(service: str) -> str:
    return _VERSIONS.get(service, _CURRENT_VERSION)


def api_version(service: str) -> str | None:
    return _API_VERSIONS.get(service)


def home_region(service: str, region: str, host: str = "") -> tuple[str, bool]:
    """Where the event is recorded, and whether it is a global service event.

    STS has both: sts.amazonaws.com records in us-east-1 as a global service, the Regions' own
    endpoints record in their Regions. Clients of today take the Region's endpoint, so that is
    what the kit's one endpoint stands for.
    """
    if service == "sts" and host.split(":")[0] == "sts.amazonaws.com":
        return "us-east-1", True
    home = _GLOBAL.get(service)
    return (home, True) if home else (region, False)


@cache
def endpoint_host(service: str, prefix: str, region: str) -> str:
    """AWS's own endpoint of the service in the Region, as an SDK would name it."""
    if service in ("iam", "cloudfront", "route53", "waf", "budgets", "shield"):
        return f"{prefix}.amazonaws.com"
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"{prefix}.{region}.{suffix}"


def path_of(model: OperationModel) -> str:
    return str(model.http.get("requestUri", ""))
