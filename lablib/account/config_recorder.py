"""AWS Config's recorder and delivery channel, as moto keeps them, with what it leaves open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from . import policy
from .moto_adapter import config, facts, policies
from .own import Asked

SERVICE = "config.amazonaws.com"
SERVICE_LINKED = "/aws-service-role/config.amazonaws.com/"
ACL = "bucket-owner-full-control"
# The first configuration items are delivered soon after the start; AWS states no time.
PENDING = timedelta(minutes=1)


def _put_recorder(asked: Asked) -> dict[str, Any]:
    from ..compliance import errors

    recorder = {"name": "default", **(asked.params.get("ConfigurationRecorder") or {})}
    if not recorder.get("roleARN"):
        raise errors.no_role()
    config.put_recorder(asked.account, asked.region, recorder)
    return {}


def _start_recorder(asked: Asked) -> dict[str, Any]:
    config.start_recorder(asked.account, asked.region, asked.params["ConfigurationRecorderName"])
    return {}


def _stop_recorder(asked: Asked) -> dict[str, Any]:
    config.stop_recorder(asked.account, asked.region, asked.params["ConfigurationRecorderName"])
    return {}


def _recorder_status(asked: Asked) -> dict[str, Any]:
    """A recorder that has run for a while is no longer PENDING."""
    names = list(asked.params.get("ConfigurationRecorderNames") or ())
    told = config.recorder_status(asked.account, asked.region, names)
    for one in told:
        started = one.get("lastStartTime")
        if one.get("lastStatus") == "PENDING" and started is not None:
            changed = started + PENDING.total_seconds()
            if asked.now.timestamp() >= changed:
                one["lastStatus"] = "SUCCESS"
                one["lastStatusChangeTime"] = max(one["lastStatusChangeTime"], int(changed))
    return {"ConfigurationRecordersStatus": told}


def _put_channel(asked: Asked) -> dict[str, Any]:
    channel = {"name": "default", **(asked.params.get("DeliveryChannel") or {})}
    recorder = config.recorder(asked.account, asked.region)
    if recorder is not None and channel.get("s3BucketName"):
        _admit(asked.account, recorder.role, channel)
    config.put_channel(asked.account, asked.region, channel)
    return {}


def _admit(account: str, role: str, channel: Mapping[str, Any]) -> None:
    """Config tries the bucket as the recorder's role and as itself (Developer Guide, "Permissions
    for the Amazon S3 Bucket for the AWS Config Delivery Channel")."""
    from ..compliance import errors

    bucket, prefix = str(channel["s3BucketName"]), channel.get("s3KeyPrefix")
    if facts.bucket_owner(bucket) is None:
        raise errors.no_such_bucket(bucket)
    found = facts.iam_role(role)
    if found is None or not policy.trust_verdict(found.trust, service=SERVICE).allowed:
        raise errors.cannot_assume(bucket, role)
    arn = f"arn:aws:s3:::{bucket}"
    # AWSConfigServiceRolePolicy, which a service-linked role has, allows this.
    if SERVICE_LINKED not in role and not _may(account, role, "s3:GetBucketAcl", arn, bucket):
        raise errors.cannot_read_acl(bucket)
    folder = f"{prefix}/AWSLogs" if prefix else "AWSLogs"
    check = f"{arn}/{folder}/{account}/Config/ConfigWritabilityCheckFile"
    if not _may(account, role, "s3:PutObject", check, bucket):
        raise errors.cannot_write(bucket, prefix, channel.get("s3KmsKeyArn"))


def _may(account: str, role: str, action: str, resource: str, bucket: str) -> bool:
    """By the role's own policies, or by the bucket's policy that names config.amazonaws.com."""
    context = {"aws:SourceAccount": account, "s3:x-amz-acl": ACL}
    by_role = policy.role_verdict(
        dict(policies.of_role(role).policies), action=action, resource=resource, context=context
    )
    by_bucket = policy.service_verdict(
        facts.bucket_policy(bucket),
        action=action, resource=resource, context=context, service=SERVICE,
    )  # fmt: skip
    return by_role.allowed or by_bucket.allowed


def _channel_status(asked: Asked) -> dict[str, Any]:
    """Nothing is delivered (docs/differences.md), and so it is told."""
    names = list(asked.params.get("DeliveryChannelNames") or ())
    kinds = ("configSnapshotDeliveryInfo", "configHistoryDeliveryInfo", "configStreamDeliveryInfo")
    told = config.channels(asked.account, asked.region, names)
    nothing = {kind: {"lastStatus": "NOT_APPLICABLE"} for kind in kinds}
    return {"DeliveryChannelsStatus": [{"name": one["name"], **nothing} for one in told]}


OPERATIONS: Mapping[str, Callable[[Asked], dict[str, Any]]] = {
    "PutConfigurationRecorder": _put_recorder,
    "StartConfigurationRecorder": _start_recorder,
    "StopConfigurationRecorder": _stop_recorder,
    "DescribeConfigurationRecorderStatus": _recorder_status,
    "PutDeliveryChannel": _put_channel,
    "DescribeDeliveryChannelStatus": _channel_status,
}
