"""KMS means something: S3 asks it for every object under SSE-KMS, and it can say no.

Sources: S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)" (permissions,
encryption context); KMS Developer Guide, "Key states of AWS KMS keys" and "Logging AWS KMS API
calls" (the caller's identity, invokedBy "AWS Internal"); S3's codes for KMS's refusals begin with
"KMS." (observed in answers that users quote).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..cloudtrail.call import ApiError
from .asking import Asking
from .authority import refused_need
from .moto_adapter import encrypted, facts
from .moto_adapter.facts import KmsKey
from .policy import Need
from .recording import Follow

AWS_INTERNAL = "AWS Internal"
READ, WRITE = "Decrypt", "GenerateDataKey"
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Use:
    """One object that a call reads or writes under a KMS key. `key` is as it was named; "" is
    S3's own key (alias/aws/s3)."""

    operation: str
    key: str
    bucket: str
    object_key: str


@dataclass(frozen=True, slots=True)
class KmsRefusal(Exception):
    """KMS's no, in S3's words."""

    code: str
    message: str
    status: int


def uses(operation: str, params: Params) -> Iterator[Use]:
    """What an S3 call asks KMS for."""
    told = USES.get(operation)
    if told is not None:
        yield from told(params)


def _read(params: Params) -> Iterator[Use]:
    bucket, key = str(params.get("Bucket")), str(params.get("Key"))
    yield from _reading(bucket, key, params.get("VersionId"))


def _reading(bucket: str, key: str, version: Any) -> Iterator[Use]:
    found = encrypted.of_object(bucket, key, version)
    if found is not None:
        yield Use(READ, found, bucket, key)


def _write(params: Params) -> Iterator[Use]:
    bucket = str(params.get("Bucket"))
    asked = params.get("ServerSideEncryption")
    if asked is None:
        key = encrypted.by_default(bucket)
    else:
        named = params.get("SSEKMSKeyId") or encrypted.by_default(bucket) or ""
        key = str(named) if str(asked).startswith("aws:kms") else None
    if key is not None:
        yield Use(WRITE, key, bucket, str(params.get("Key")))


def _copy(params: Params) -> Iterator[Use]:
    yield from _source(params)
    yield from _write(params)


def _source(params: Params) -> Iterator[Use]:
    source = params.get("CopySource")
    if isinstance(source, str):
        path, _, version = source.lstrip("/").partition("?versionId=")
        bucket, _, key = path.partition("/")
        yield from _reading(bucket, key, version or None)


def _part(params: Params) -> Iterator[Use]:
    """S3 User Guide, "Multipart upload API and permissions": an encrypted upload needs
    kms:GenerateDataKey for its parts, and kms:Decrypt to be put together."""
    bucket = str(params.get("Bucket"))
    key = encrypted.of_upload(bucket, str(params.get("UploadId")))
    if key is not None:
        yield Use(READ, key, bucket, str(params.get("Key")))


USES: Mapping[str, Callable[[Params], Iterator[Use]]] = {
    "GetObject": _read,
    "SelectObjectContent": _read,
    "PutObject": _write,
    "CreateMultipartUpload": _write,
    "CopyObject": _copy,
    "UploadPartCopy": _source,
    "UploadPart": _part,
    "CompleteMultipartUpload": _part,
}


def ask(use: Use, asking: Asking, follows: list[Follow]) -> None:
    """Asks KMS; its record goes into `follows`. Raises KmsRefusal."""
    owner = facts.bucket_owner(use.bucket) or asking.account
    region = facts.bucket_region(use.bucket) or asking.region
    if use.key == "" or use.key.startswith("alias/aws/"):
        return  # S3's own key: its policy lets in everybody who may use S3 in the account
    key = facts.kms_key(use.key, owner, region)
    refusal = _refusal(use, key, replace(asking, region=region))
    if key is not None:
        follows.append(_follow(use, key, asking, refusal))
    if refusal is not None:
        raise refusal


def _refusal(use: Use, key: KmsKey | None, asking: Asking) -> KmsRefusal | None:
    if key is None:
        return KmsRefusal("KMS.NotFoundException", f"Key '{use.key}' does not exist", 400)
    conditions = (
        ("kms:ViaService", f"s3.{asking.region}.amazonaws.com"),
        ("kms:CallerAccount", asking.account),
        ("kms:EncryptionContext:aws:s3:arn", _object(use)),
        ("aws:ViaAWSService", "true"),
    )
    denied = refused_need(asking, Need(f"kms:{use.operation}", key.arn, conditions))
    if denied is not None:
        return KmsRefusal("AccessDenied", denied, 403)
    state = of_state(key)
    return None if state is None else KmsRefusal(f"KMS.{state[0]}", state[1], 400)


def of_state(key: KmsKey) -> tuple[str, str] | None:
    """KMS's code and message for a key that cannot be used now; None for one that can."""
    if key.state == "Enabled":
        return None
    if key.state == "Disabled":
        return "DisabledException", f"{key.arn} is disabled."
    words = {"PendingDeletion": "pending deletion", "PendingImport": "pending import"}
    return "KMSInvalidStateException", f"{key.arn} is {words.get(key.state, key.state)}."


def _object(use: Use) -> str:
    return f"arn:aws:s3:::{use.bucket}/{use.object_key}"


def _follow(use: Use, key: KmsKey, asking: Asking, refusal: KmsRefusal | None) -> Follow:
    context = {"EncryptionContext": {"aws:s3:arn": _object(use)}}
    params = (
        context if use.operation == READ else {"KeyId": key.arn, "KeySpec": "AES_256"} | context
    )
    return Follow(
        service="kms",
        operation=use.operation,
        params=params,
        caller=replace(asking.caller, invoked_by=AWS_INTERNAL),
        account=asking.account,
        region=key.region,
        output={"KeyId": key.arn},
        error=None if refusal is None else _of_kms(refusal),
    )


def _of_kms(refusal: KmsRefusal) -> ApiError:
    return ApiError(refusal.code.removeprefix("KMS."), refusal.message, 400)


# -- KMS's own operations -----------------------------------------------------------------

# KMS Developer Guide, "Key states of AWS KMS keys", table: what a key in another state refuses.
NEEDS_ENABLED = frozenset(
    {
        "CreateGrant", "Decrypt", "DeriveSharedSecret", "DisableKeyRotation", "EnableKeyRotation",
        "Encrypt", "GenerateDataKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext", "GenerateMac", "GetPublicKey", "ReEncrypt",
        "ReplicateKey", "RotateKeyOnDemand", "Sign", "Verify", "VerifyMac",
    }
)  # fmt: skip
NOT_WHEN_PENDING = frozenset(
    {
        "CreateAlias", "DisableKey", "EnableKey", "ScheduleKeyDeletion", "TagResource",
        "UntagResource", "UpdateAlias", "UpdateKeyDescription", "UpdatePrimaryRegion",
    }
)  # fmt: skip


def refused_by_state(operation: str, params: Params, asking: Asking) -> tuple[str, str] | None:
    """KMS's code and message when the key's state does not allow the call. `params` has ARNs."""
    for name in ("KeyId", "SourceKeyId", "DestinationKeyId", "TargetKeyId"):
        key_id = params.get(name)
        key = facts.kms_key(str(key_id), asking.account, asking.region) if key_id else None
        if key is None:
            continue
        state = of_state(key)
        if state is None:
            continue
        pending = operation in NOT_WHEN_PENDING and key.state == "PendingDeletion"
        if operation in NEEDS_ENABLED or pending:
            return state
    return None
