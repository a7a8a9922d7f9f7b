"""Is this object what CloudTrail delivered? The verdict on one digest or one log file.

User Guide, "Custom implementations of CloudTrail log file integrity validation"; verdicts in the
words of `aws cloudtrail validate-logs`.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from lablib.cloudtrail.digest import text_to_sign
from lablib.cloudtrail.world import Refused

_GZIP = zlib.MAX_WBITS | 16
_REQUIRED = (
    "digestPublicKeyFingerprint",
    "digestS3Bucket",
    "digestS3Object",
    "previousDigestSignature",
    "digestEndTime",
    "digestStartTime",
)

Read = Callable[[str, str], tuple[bytes, Mapping[str, str]]]
"""`read(bucket, key)`: the object's bytes and metadata; raises Refused with S3's error code."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One object and its verdict: "valid", or what is wrong, in AWS's words where there are some.

    `start` and `end` are the hour of a digest; a log file has that of the digest that lists it.
    """

    bucket: str
    key: str
    verdict: str
    why: str
    start: datetime | None = None
    end: datetime | None = None
    log_files: int = 0

    @property
    def valid(self) -> bool:
        return self.verdict == "valid"


class Invalid(Exception):
    """A digest is not what CloudTrail delivered: the verdict, and why in one sentence."""

    def __init__(self, verdict: str, why: str) -> None:
        super().__init__(verdict)
        self.verdict, self.why = verdict, why


def open_digest(
    read: Read, bucket: str, key: str, region: str, public_keys: Mapping[str, bytes]
) -> Mapping[str, Any]:
    """The digest, if it is what CloudTrail delivered; else Invalid."""
    body, metadata = _read(read, bucket, key)
    try:
        content = zlib.decompress(body, _GZIP)
        digest = json.loads(content)
    except (ValueError, zlib.error, RecursionError):
        raise Invalid("invalid format", "It is not JSON compressed with gzip.") from None
    if "signature" not in metadata or "signature-algorithm" not in metadata:
        raise Invalid("signature verification failed", "The object has lost its signature.")
    if not isinstance(digest, dict) or any(name not in digest for name in _REQUIRED):
        raise Invalid("invalid format", "Members of a digest are missing.")
    if (digest["digestS3Bucket"], digest["digestS3Object"]) != (bucket, key):
        at = f"s3://{digest['digestS3Bucket']}/{digest['digestS3Object']}"
        raise Invalid("has been moved from its original location", f"It was delivered to {at}.")
    _check_signature(digest, content, metadata["signature"], region, public_keys)
    return digest


def _read(read: Read, bucket: str, key: str) -> tuple[bytes, Mapping[str, str]]:
    try:
        return read(bucket, key)
    except Refused as error:
        if error.code in ("NoSuchKey", "NoSuchBucket", "404"):
            raise Invalid("not found", "The next one in the chain names it.") from None
        raise Invalid(f"could not be read: {error.code}", error.message or error.code) from None


def _check_signature(
    digest: Mapping[str, Any],
    content: bytes,
    signature: str,
    region: str,
    public_keys: Mapping[str, bytes],
) -> None:
    fingerprint = str(digest["digestPublicKeyFingerprint"])
    if fingerprint not in public_keys:
        verdict = f"public key not found in region {region} for fingerprint {fingerprint}"
        raise Invalid(verdict, "ListPublicKeys does not know the key that it names.")
    key = _public_key(public_keys[fingerprint])
    if key is None:
        verdict = f"Unable to load PKCS #1 key with fingerprint {fingerprint}"
        raise Invalid(verdict, "The public key is not one.")
    end, previous = digest["digestEndTime"], digest["previousDigestSignature"]
    try:
        text = text_to_sign(
            end, digest["digestS3Bucket"], digest["digestS3Object"], content, previous
        )
        key.verify(bytes.fromhex(signature), text, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, TypeError, ValueError):
        why = "The digest was changed after CloudTrail had signed it."
        raise Invalid("signature verification failed", why) from None


@lru_cache(maxsize=64)
def _public_key(der: bytes) -> RSAPublicKey | None:
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def check_file(listed: Mapping[str, Any], read: Read) -> Checked:
    """The verdict on a log file that a valid digest lists."""
    bucket, key = listed["s3Bucket"], listed["s3Object"]
    try:
        body, _ = _read(read, bucket, key)
        _check_hash(body, listed["hashValue"])
    except Invalid as error:
        why = "A digest lists it." if error.verdict == "not found" else error.why
        return Checked(bucket, key, error.verdict, why)
    return Checked(bucket, key, "valid", "Its hash is the one that the digest lists.")


def _check_hash(body: bytes, expected: str) -> None:
    inflater = zlib.decompressobj(_GZIP)
    try:
        content = inflater.decompress(body) + inflater.flush()
    except zlib.error:
        raise Invalid("invalid format", "It is not compressed with gzip.") from None
    if inflater.unused_data:
        why = f"{len(inflater.unused_data)} bytes were appended to it."
        raise Invalid("unexpected data after end of compressed stream", why)
    if hashlib.sha256(content).hexdigest() != expected:
        why = "Its contents are not those that the digest lists."
        raise Invalid("hash value doesn't match", why)
