"""What buckets of today refuse: ACLs, and policies that let everybody in.

S3 User Guide, "Blocking public access to your Amazon S3 storage" and "Controlling ownership of
objects and disabling ACLs for your bucket": both are on for new buckets since April 2023.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..cloudtrail.call import Caller
from .moto_adapter import objects

Params = Mapping[str, Any]


class S3Error(Exception):
    """S3's refusal."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


GRANTS = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")
PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")


def _acl(params: Params, caller: Caller) -> None:
    """User Guide, "Controlling ownership of objects": with ACLs disabled only
    bucket-owner-full-control is accepted."""
    bucket, acl = str(params["Bucket"]), params.get("ACL")
    if not _sets_acl(params):
        return
    if objects.owner_only(bucket):
        raise S3Error("AccessControlListNotSupported", "The bucket does not allow ACLs")
    if acl in PUBLIC_ACLS and objects.blocks(bucket, "block_public_acls"):
        raise S3Error("AccessDenied", "Access Denied", 403)


def _sets_acl(params: Params) -> bool:
    if params.get("ACL") not in (None, "bucket-owner-full-control"):
        return True
    return any(params.get(grant) for grant in GRANTS) or "AccessControlPolicy" in params


def _new_bucket(params: Params, caller: Caller) -> None:
    ownership = params.get("ObjectOwnership") or objects.OWNER_ONLY
    if ownership == objects.OWNER_ONLY and params.get("ACL") in PUBLIC_ACLS:
        raise S3Error(
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        )


def _policy(params: Params, caller: Caller) -> None:
    bucket = str(params["Bucket"])
    if objects.blocks(bucket, "block_public_policy") and objects.is_public(_text(params)):
        raise S3Error(
            "AccessDenied",
            f"User: {caller.arn} is not authorized to perform: s3:PutBucketPolicy on resource: "
            f'"arn:aws:s3:::{bucket}" because public policies are blocked by the BlockPublicPolicy '
            "block public access setting.",
            403,
        )


def _text(params: Params) -> str:
    policy = params.get("Policy") or ""
    return policy.decode("utf-8", "replace") if isinstance(policy, bytes) else str(policy)


WITH_ACLS = ("PutObject", "CopyObject", "CreateMultipartUpload", "PutObjectAcl", "PutBucketAcl")
ADMISSIONS: dict[str, Callable[[Params, Caller], None]] = {
    "CreateBucket": _new_bucket,
    "PutBucketPolicy": _policy,
    **dict.fromkeys(WITH_ACLS, _acl),
}
