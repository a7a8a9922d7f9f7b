"""What IAM calls an API operation that needs one permission.

Service Authorization Reference, one page a service. Most actions are the operation's name behind
the service's prefix; the exceptions are tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PREFIXES = {
    "apigatewayv2": "apigateway",
    "cloudcontrol": "cloudformation",
    "docdb": "rds",
    "dynamodbstreams": "dynamodb",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "iot-data": "iot",
    "lex-models": "lex",
    "neptune": "rds",
    "opensearch": "es",
    "pinpoint": "mobiletargeting",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
    "service-quotas": "servicequotas",
    "sesv2": "ses",
    "sso-admin": "sso",
    "stepfunctions": "states",
    "timestream-query": "timestream",
    "timestream-write": "timestream",
}

_S3 = {
    "ListBuckets": "ListAllMyBuckets",
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts",
    "HeadObject": "GetObject",
    "SelectObjectContent": "GetObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
    "DeleteBucketCors": "PutBucketCORS",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
}
# Settings of a bucket that are put and deleted with one permission, under a shorter name.
_S3_SETTINGS = {
    "BucketLifecycle": "LifecycleConfiguration",
    "BucketLifecycleConfiguration": "LifecycleConfiguration",
    "BucketEncryption": "EncryptionConfiguration",
    "BucketReplication": "ReplicationConfiguration",
    "BucketAccelerateConfiguration": "AccelerateConfiguration",
    "BucketAnalyticsConfiguration": "AnalyticsConfiguration",
    "BucketInventoryConfiguration": "InventoryConfiguration",
    "BucketMetricsConfiguration": "MetricsConfiguration",
    "BucketIntelligentTieringConfiguration": "IntelligentTieringConfiguration",
}
_VERBS = {"Get": "Get", "Put": "Put", "Delete": "Put"}
_BATCHES = {
    ("sqs", "SendMessageBatch"): "SendMessage",
    ("sqs", "DeleteMessageBatch"): "DeleteMessage",
    ("sqs", "ChangeMessageVisibilityBatch"): "ChangeMessageVisibility",
    ("sns", "PublishBatch"): "Publish",
    ("lambda", "Invoke"): "InvokeFunction",
    ("lambda", "InvokeAsync"): "InvokeFunction",
    ("lambda", "InvokeWithResponseStream"): "InvokeFunction",
    ("lambda", "GetLayerVersionByArn"): "GetLayerVersion",
}
_BUDGETS = {
    ("budgets", verb + thing): "ModifyBudget"
    for verb in ("Create", "Update", "Delete")
    for thing in ("Budget", "Notification", "Subscriber")
} | {
    ("budgets", f"Describe{things}"): "ViewBudget"
    for things in (
        "Budget",
        "Budgets",
        "BudgetNotificationsForAccount",
        "BudgetPerformanceHistory",
        "NotificationsForBudget",
        "SubscribersForNotification",
    )
}

NAMES: dict[tuple[str, str], str] = {
    **{("s3", operation): action for operation, action in _S3.items()},
    **{
        ("s3", verb + long): _VERBS[verb] + short
        for verb in _VERBS
        for long, short in _S3_SETTINGS.items()
    },
    **{
        ("s3", f"ListBucket{short}s"): f"Get{short}"
        for short in _S3_SETTINGS.values()
        if short.startswith(("Analytics", "Inventory", "Metrics", "IntelligentTiering"))
    },
    **_BATCHES,
    **_BUDGETS,
}

VERSIONED = {
    "GetObject": "GetObjectVersion",
    "DeleteObject": "DeleteObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "PutObjectAcl": "PutObjectVersionAcl",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectTagging": "PutObjectVersionTagging",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObjectAttributes": "GetObjectVersionAttributes",
}


def action_of(service: str, operation: str, params: Mapping[str, Any]) -> str:
    """IAM's name of the operation, for those that need one action only."""
    prefix = PREFIXES.get(service, service)
    name = NAMES.get((service, operation), operation)
    if service == "s3" and params.get("VersionId"):
        name = VERSIONED.get(name, name)
    return f"{prefix}:{name}"
