"""The trial that CreateTrail and UpdateTrail make of bucket, key, topic, log group and role.

CloudTrail does not read policies, it tries: it asks for the bucket's ACL, puts empty objects, asks
for a data key, publishes a message and makes a log stream, in this order, and what one trial left
behind stays when a later one fails (observed in real accounts, September 2026). User Guide,
"Amazon S3 bucket policy for CloudTrail", "Configure AWS KMS key policies for CloudTrail", "Amazon
SNS topic policy for CloudTrail", "Role policy document for CloudTrail to use CloudWatch Logs".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from . import errors
from .forms import check_syntax
from .trail import Trail
from .world import Key, ObjectPut, Refused, World

__all__ = [
    "admit",
    "admit_insights",
    "check_syntax",
    "markers",
    "on_behalf",
    "resolve_key",
    "streams",
]

ACL = "bucket-owner-full-control"
VALIDATION_MESSAGE = "CloudTrail validation message."  # observed; it has no subject

PERMISSIONS = "Access denied. Verify in IAM that the role has adequate permissions."
TRUST = "Access denied. Verify in IAM that the role has adequate trust relationships."


# --- the trial -----------------------------------------------------------------------------------


def admit(world: World, trail: Trail, *, now: datetime) -> None:
    """Returns when the trail can deliver everywhere. Raises CloudTrailError at the first trial that
    fails; the traces of the earlier ones remain. `trail` is the configuration that would result."""
    for trial in TRIALS:
        trial(world, trail, now)


def admit_insights(world: World, trail: Trail, *, now: datetime) -> None:
    """Returns when Insights events can be delivered: PutInsightSelectors tries bucket and key again
    (its errors in the API Reference). Ours: that it leaves an empty object in their folder."""
    _may_put(world, trail, (f"{each}/CloudTrail-Insight/" for each in _folders(world, trail)))
    _key(world, trail, now)


def _bucket(world: World, trail: Trail, now: datetime) -> None:
    _may_put(world, trail, markers(world, trail))


def _may_put(world: World, trail: Trail, keys: Iterable[str]) -> None:
    bucket = world.bucket(trail.s3_bucket)
    if bucket is None:
        raise errors.bucket_does_not_exist(trail.s3_bucket)
    if bucket.requester_pays:
        # User Guide, "Amazon S3 bucket policy for CloudTrail": buckets with Requester Pays are
        # refused; which error says so is unverified.
        raise errors.insufficient_bucket_policy(trail.s3_bucket)
    arn = f"arn:aws:s3:::{trail.s3_bucket}"
    if not world.service_may("s3:GetBucketAcl", arn, on_behalf(trail)).allowed:
        raise errors.insufficient_bucket_policy(trail.s3_bucket)
    for key in keys:
        _put_marker(world, trail, key)


def _put_marker(world: World, trail: Trail, key: str) -> None:
    """An object of no bytes at the folder's own name, with the ACL that the log files will have."""
    put = ObjectPut(trail.s3_bucket, key, b"", trail.arn, content_encoding=None)
    try:
        world.put_object(put)
    except Refused as refused:
        if refused.code == "NoSuchBucket":
            raise errors.bucket_does_not_exist(trail.s3_bucket) from None
        raise errors.insufficient_bucket_policy(trail.s3_bucket) from None


def _key(world: World, trail: Trail, now: datetime) -> None:
    """Observed: a well-formed id without a key counts as missing permission, a key of another
    Region as not found. DescribeKey, though documented as needed, was not tried."""
    if not trail.kms_key:
        return
    bucket = world.bucket(trail.s3_bucket)
    region = bucket.region if bucket else trail.home_region
    if _region_of(trail.kms_key) != region:
        raise errors.kms_key_not_found(trail.kms_key)
    key = world.key(trail.kms_key, region)
    if key is None:
        raise errors.insufficient_encryption_policy(trail.s3_bucket, trail.kms_key)
    _usable(key)
    # User Guide, "Configure AWS KMS key policies": an S3 Bucket Key needs kms:Decrypt, too.
    needed = ("kms:GenerateDataKey", *(["kms:Decrypt"] if bucket and bucket.bucket_key else []))
    if not all(world.service_may(one, key.arn, _key_context(trail)).allowed for one in needed):
        raise errors.insufficient_encryption_policy(trail.s3_bucket, key.arn)


def _usable(key: Key) -> None:
    """User Guide, "Configure AWS KMS key policies for CloudTrail": symmetric keys only."""
    if key.state != "Enabled":
        raise errors.kms_problem(key.arn, _WORDS.get(key.state, key.state))
    if not key.symmetric:
        raise errors.kms_problem(key.arn, "asymmetric")


_WORDS = {"Disabled": "disabled", "PendingDeletion": "pending deletion"}


def _key_context(trail: Trail) -> dict[str, str]:
    """The encryption context as GenerateDataKey records of CloudTrail show it."""
    path = f"arn:aws:s3:::{trail.s3_bucket}/{_folder(trail)}{trail.account}/CloudTrail/"
    return {
        **on_behalf(trail),
        "kms:EncryptionContext:aws:cloudtrail:arn": trail.arn,
        "kms:EncryptionContext:aws:s3:arn": path,
    }


def _topic(world: World, trail: Trail, now: datetime) -> None:
    """A real message is published; one text serves a missing topic and a policy that denies."""
    if not trail.sns_topic_arn:
        return
    if not world.topic_exists(trail.sns_topic_arn):
        raise errors.insufficient_topic_policy()
    try:
        world.publish(trail.sns_topic_arn, VALIDATION_MESSAGE, trail.arn)
    except Refused:
        raise errors.insufficient_topic_policy() from None


def _logs(world: World, trail: Trail, now: datetime) -> None:
    """The role is assumed first, then each stream is made."""
    if not (trail.logs_group and trail.logs_role):
        return
    if world.role_id(trail.logs_role) is None:
        raise errors.logs_role(TRUST)
    if not world.service_may_assume(trail.logs_role).allowed:
        raise errors.logs_role(TRUST)
    for stream in streams(world, trail):
        _make_stream(world, trail.logs_group, trail.logs_role, stream, now)


def _make_stream(world: World, group: str, role: str, stream: str, now: datetime) -> None:
    arn = f"{group.removesuffix(':*')}:log-stream:{stream}"
    permitted = all(world.role_may(role, action, arn).allowed for action in LOGS_ACTIONS)
    if not permitted or not world.log_group_exists(group):
        raise errors.logs_group(PERMISSIONS)
    try:
        world.put_log_events(group, role, stream, (), now)
    except Refused:
        raise errors.logs_group(PERMISSIONS) from None


LOGS_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")

TRIALS: tuple[Callable[[World, Trail, datetime], None], ...] = (
    _bucket,
    _key,
    _topic,
    _logs,
)


# --- what is tried -------------------------------------------------------------------------------


def on_behalf(trail: Trail) -> dict[str, str]:
    """The condition keys that say for which trail CloudTrail acts, and with which ACL it puts."""
    return {
        "aws:SourceArn": trail.arn,
        "aws:SourceAccount": trail.account,
        "s3:x-amz-acl": ACL,
    }


def markers(world: World, trail: Trail) -> Iterator[str]:
    """The keys of the empty objects: the folder of the log files, and with log file validation that
    of the digests. An organization trail also tries the organization's folder."""
    for folder in _folders(world, trail):
        yield f"{folder}/CloudTrail/"
        if trail.validate:
            yield f"{folder}/CloudTrail-Digest/"


def streams(world: World, trail: Trail) -> Iterator[str]:
    """The log streams that CloudTrail makes, `<account>_CloudTrail_<region>`."""
    for owner in _owners(world, trail):
        yield f"{owner.replace('/', '_')}_CloudTrail_{trail.home_region}"


def _owners(world: World, trail: Trail) -> tuple[str, ...]:
    organization = world.organization() if trail.organization else None
    if organization is None:
        return (trail.account,)
    return (trail.account, f"{organization.id}/{trail.account}")


def _folders(world: World, trail: Trail) -> Iterator[str]:
    return (_folder(trail) + owner for owner in _owners(world, trail))


def _folder(trail: Trail) -> str:
    return f"{trail.s3_prefix}/AWSLogs/" if trail.s3_prefix else "AWSLogs/"


# --- the key that is meant ------------------------------------------------------------------------


def resolve_key(world: World, trail: Trail) -> str | None:
    """The ARN of the key that the trail's `kms_key` (id, alias, or ARN of either) means in the
    bucket's Region; None without a key.

    An id or alias without a key gives the ARN it would have: that it does not exist comes out when
    the key is tried.
    """
    key_id = trail.kms_key
    if not key_id:
        return None
    bucket = world.bucket(trail.s3_bucket)
    region = _region_of(key_id) or (bucket.region if bucket else trail.home_region)
    key = world.key(key_id, region)
    if key is not None:
        return key.arn
    if key_id.startswith("arn:"):
        return key_id
    name = key_id if key_id.startswith("alias/") else f"key/{key_id}"
    return f"arn:aws:kms:{region}:{trail.account}:{name}"


def _region_of(arn: str) -> str:
    return arn.split(":")[3] if arn.startswith("arn:") else ""
