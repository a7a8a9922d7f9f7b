"""A digest file: which log files were delivered in an hour, their hashes, and the signature.

User Guide, "CloudTrail digest file structure" and "Custom implementations of CloudTrail log file
integrity validation"; the names of the JSON members and the text that is signed are those that
`aws cloudtrail validate-logs` reads.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lablib.cloudtrail.logfile import root_of
from lablib.cloudtrail.trail import Trail

ALGORITHM = "SHA256withRSA"
VALID = timedelta(days=30)  # of a public key, as observed
_FIRST_KEY = datetime(2013, 11, 1, tzinfo=UTC)  # from here on, every 30 days


class Signer(Protocol):
    """Whoever signs a Region's digests."""

    fingerprint: str  # MD5 of `public_key`, as hex
    public_key: bytes  # DER, PKCS#1 RSAPublicKey

    def sign(self, text: bytes) -> str:
        """The signature as lower-case hex."""
        ...


class RsaSigner:
    """RSA with PKCS #1 v1.5 and SHA-256."""

    def __init__(self, key: RSAPrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
        self.fingerprint = hashlib.md5(self.public_key, usedforsecurity=False).hexdigest()

    def sign(self, text: bytes) -> str:
        return self._key.sign(text, padding.PKCS1v15(), hashes.SHA256()).hex()


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A row of ListPublicKeys."""

    value: bytes
    start: datetime
    end: datetime
    fingerprint: str


class Signers:
    """One signer a Region, made when it is first needed."""

    def __init__(self, signing_key: Callable[[str], RSAPrivateKey] | None = None) -> None:
        self._key = signing_key or (lambda region: generate_private_key(65537, 2048))
        self._signers: dict[str, RsaSigner] = {}

    def __getitem__(self, region: str) -> RsaSigner:
        if region not in self._signers:
            self._signers[region] = RsaSigner(self._key(region))
        return self._signers[region]

    def public_keys(self, region: str, start: datetime, end: datetime) -> list[PublicKey]:
        """The Region's public keys that were valid at some time from start to end.

        AWS changes the key each time; here the same key is listed again for the next 30 days.
        """
        signer = self[region]
        first, last = ((time - _FIRST_KEY) // VALID for time in (start, end))
        begins = [_FIRST_KEY + number * VALID for number in range(first, last + 1)]
        return [
            PublicKey(signer.public_key, begin, begin + VALID, signer.fingerprint)
            for begin in begins
        ]


@dataclass(frozen=True, slots=True)
class Listed:
    """A log file as a digest lists it. `sha256` is of the uncompressed contents."""

    bucket: str
    key: str
    sha256: str
    newest: datetime
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the next digest must know of this one. `sha256` is of the uncompressed contents."""

    bucket: str
    key: str
    sha256: str
    signature: str


@dataclass(frozen=True, slots=True)
class Digest:
    """An hour of one trail, account and Region. A starting digest has no `previous`."""

    account: str
    bucket: str
    key: str
    start: datetime
    end: datetime
    files: tuple[Listed, ...]
    previous: Sealed | None

    def content(self, fingerprint: str) -> bytes:
        """The digest file before compression."""
        previous = self.previous
        text = {
            "awsAccountId": self.account,
            "digestStartTime": iso(self.start),
            "digestEndTime": iso(self.end),
            "digestS3Bucket": self.bucket,
            "digestS3Object": self.key,
            "digestPublicKeyFingerprint": fingerprint,
            "digestSignatureAlgorithm": ALGORITHM,
            "newestEventTime": iso(max((f.newest for f in self.files), default=None)),
            "oldestEventTime": iso(min((f.oldest for f in self.files), default=None)),
            "previousDigestS3Bucket": previous and previous.bucket,
            "previousDigestS3Object": previous and previous.key,
            "previousDigestHashValue": previous and previous.sha256,
            "previousDigestHashAlgorithm": previous and "SHA-256",
            "previousDigestSignature": previous and previous.signature,
            "logFiles": [_listed(file) for file in self.files],
        }
        return json.dumps(text, separators=(",", ":")).encode()


def _listed(file: Listed) -> dict[str, Any]:
    return {
        "s3Bucket": file.bucket,
        "s3Object": file.key,
        "hashValue": file.sha256,
        "hashAlgorithm": "SHA-256",
        "newestEventTime": iso(file.newest),
        "oldestEventTime": iso(file.oldest),
    }


def iso(time: datetime | None) -> str | None:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else None


def folder_of(trail: Trail, account: str, region: str, organization: str | None) -> str:
    root = root_of(trail.s3_prefix, organization, account)
    return f"{root}/CloudTrail-Digest/{region}"


def key_of(
    trail: Trail, account: str, region: str, end: datetime, organization: str | None = None
) -> str:
    """The object key of the digest whose hour ends then."""
    stem = f"{account}_CloudTrail-Digest_{region}_{trail.name}_{trail.home_region}"
    folder = folder_of(trail, account, region, organization)
    return f"{folder}/{end:%Y/%m/%d}/{stem}_{end:%Y%m%dT%H%M%SZ}.json.gz"


def text_to_sign(
    end: str, bucket: str, key: str, content: bytes, previous_signature: str | None
) -> bytes:
    """Four lines: the end, the place, the hash, and the signature of the digest before."""
    content_hash = hashlib.sha256(content).hexdigest()
    return "\n".join((end, f"{bucket}/{key}", content_hash, previous_signature or "null")).encode()


def seal(digest: Digest, signer: Signer) -> tuple[bytes, dict[str, str], Sealed]:
    """The object's bytes, its metadata, and what the next digest has to know."""
    content = digest.content(signer.fingerprint)
    before = digest.previous.signature if digest.previous else None
    text = text_to_sign(iso(digest.end) or "", digest.bucket, digest.key, content, before)
    signature = signer.sign(text)
    metadata = {"signature": signature, "signature-algorithm": ALGORITHM}
    sealed = Sealed(digest.bucket, digest.key, hashlib.sha256(content).hexdigest(), signature)
    return gzip.compress(content, mtime=0), metadata, sealed


def hash_of(body: bytes) -> str:
    """SHA-256, as hex, of what the gzip bytes hold."""
    return hashlib.sha256(gzip.decompress(body)).hexdigest()


def time_in(key: str) -> str:
    """`YYYYMMDDTHHMMSSZ` in a digest's key."""
    return key.removesuffix(".json.gz").removesuffix("_backfill").rpartition("_")[2]
