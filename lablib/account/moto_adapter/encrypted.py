"""How objects and buckets in moto are encrypted."""

from __future__ import annotations

from typing import Any


def _bucket(name: str) -> Any:
    from moto.s3.models import s3_backends

    found = s3_backends.bucket_accounts.get(name)
    return None if found is None else s3_backends[found[1]][found[0]].buckets.get(name)


def of_object(bucket: str, key: str, version: str | None) -> str | None:
    """The KMS key of a stored object, as it was named; "" for S3's own; None without SSE-KMS."""
    found = _bucket(bucket)
    if found is None:
        return None
    if version is None:
        stored = found.keys.get(key)
    else:
        versions = found.keys.getlist(key, default=[])
        stored = next((v for v in versions if str(v.version_id) == str(version)), None)
    return _of(stored, "encryption")


def of_upload(bucket: str, upload: str) -> str | None:
    """The same for an unfinished multipart upload."""
    return _of(getattr(_bucket(bucket), "multiparts", {}).get(upload), "sse_encryption")


def _of(stored: Any, attribute: str) -> str | None:
    if not str(getattr(stored, attribute, None) or "").startswith("aws:kms"):
        return None
    return str(stored.kms_key_id or "")


def by_default(bucket: str) -> str | None:
    """The same for what is stored without a word about encryption."""
    encryption = getattr(_bucket(bucket), "encryption", None) or {}
    rule = encryption.get("Rule") or {}
    default = (rule[0] if isinstance(rule, list) else rule).get(
        "ApplyServerSideEncryptionByDefault"
    )
    if not default or not str(default.get("SSEAlgorithm", "")).startswith("aws:kms"):
        return None
    return str(default.get("KMSMasterKeyID") or "")
