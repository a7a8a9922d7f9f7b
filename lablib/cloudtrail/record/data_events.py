"""Which calls are data events: operations on what a resource holds rather than on the resource.

Source: User Guide, "Logging data events"; S3 User Guide, "Amazon S3 CloudTrail events"; the
CloudTrail pages of the other services' guides.
"""

from __future__ import annotations

from typing import Final

from lablib.cloudtrail.record.names import words

_S3: Final = words(
    "AbortMultipartUpload CompleteMultipartUpload CopyObject CreateMultipartUpload CreateSession "
    "DeleteObject DeleteObjectTagging DeleteObjects GetObject GetObjectAcl GetObjectAttributes "
    "GetObjectLegalHold GetObjectRetention GetObjectTagging GetObjectTorrent HeadBucket HeadObject "
    "ListObjectVersions ListObjects ListObjectsV2 ListParts PutObject "
    "PutObjectAcl PutObjectLegalHold PutObjectRetention PutObjectTagging RenameObject "
    "RestoreObject SelectObjectContent UploadPart UploadPartCopy WriteGetObjectResponse"
)

_DATA: Final[dict[str, frozenset[str]]] = {
    "s3": _S3,
    "lambda": frozenset(("Invoke", "InvokeAsync", "InvokeWithResponseStream")),
    "dynamodb": words(
        "BatchExecuteStatement BatchGetItem BatchWriteItem DeleteItem ExecuteStatement "
        "ExecuteTransaction GetItem PutItem Query Scan TransactGetItems TransactWriteItems "
        "UpdateItem"
    ),
    "dynamodbstreams": frozenset(("GetRecords", "GetShardIterator")),
    "sns": frozenset(("Publish", "PublishBatch")),
    "sqs": words(
        "ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch "
        "GetQueueAttributes GetQueueUrl ListDeadLetterSourceQueues ListQueueTags "
        "ReceiveMessage SendMessage SendMessageBatch"
    ),
    "kinesis": words(
        "GetRecords GetShardIterator PutRecord PutRecords SubscribeToShard ListShards"
    ),
    "cloudwatch": words(
        "GetMetricData GetMetricStatistics GetMetricWidgetImage ListMetrics PutMetricData"
    ),
    # CloudWatch Logs guide: log events themselves are never recorded; as data events of a type
    # that no selector names, they stay out of Event history and of every trail.
    "logs": frozenset(("PutLogEvents",)),
    "ebs": words("GetSnapshotBlock ListChangedBlocks ListSnapshotBlocks PutSnapshotBlock"),
    "rds-data": frozenset(("BatchExecuteStatement", "ExecuteStatement")),
    "cognito-identity": words(
        "GetCredentialsForIdentity GetId GetOpenIdToken "
        "GetOpenIdTokenForDeveloperIdentity UnlinkIdentity"
    ),
    "cloudtrail-data": frozenset(("PutAuditEvents",)),
    "xray": frozenset(("PutTraceSegments", "GetTraceSummaries")),
}


def is_data_event(service: str, operation: str) -> bool:
    """True for data events: recorded only by trails whose selectors ask for them."""
    return operation in _DATA.get(service, frozenset())
