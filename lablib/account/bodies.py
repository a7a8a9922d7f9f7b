"""Is a body what its headers say? Compressed ones are unpacked, checksums are tried.

Sources: AWS SDKs and Tools Reference Guide, "Request compression" (gzip, from 10 KB on); S3 API
reference, "List of error codes" (BadDigest, InvalidDigest, InvalidRequest); S3 User Guide,
"Checking object integrity".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable
from dataclasses import replace

from .buckets import S3Error
from .messages import Request
from .refusals import Refusal, Refuse

LARGEST = 64 * 2**20  # of what comes out of a compressed body
GZIP = 31  # zlib's word for gzip's format


def inflated(request: Request, service: str) -> Request:
    """The request with its body unpacked. S3 keeps what is sent: there it is the object. Raises
    Refuse."""
    if service == "s3" or request.header("Content-Encoding").strip().lower() != "gzip":
        return request
    unpacking = zlib.decompressobj(GZIP)
    try:
        body = unpacking.decompress(request.body, LARGEST)
    except zlib.error:
        raise _unreadable("its Content-Encoding is gzip, its body is not") from None
    if not unpacking.eof:
        raise _unreadable("its compressed body is cut, or too large")
    environ = {k: v for k, v in request.environ.items() if k != "HTTP_CONTENT_ENCODING"}
    return replace(request, environ={**environ, "CONTENT_LENGTH": str(len(body))}, body=body)


def _unreadable(why: str) -> Refuse:
    return Refuse(Refusal("SerializationException", f"The request could not be read: {why}.", 400))


Digest = Callable[[bytes], bytes]

# CRC32C and CRC64NVME are not tried: the standard library cannot compute them.
CHECKSUMS: dict[str, Digest] = {
    "crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "sha256": lambda body: hashlib.sha256(body).digest(),
}


def check(request: Request, operation: str) -> None:
    """The checksums that an S3 request brings with it. Raises S3Error."""
    if "aws-chunked" in request.header("Content-Encoding") or _is_signed_in_chunks(request):
        return  # the sums of such a body stand inside it, chunk by chunk
    given = request.header("Content-MD5")
    if given and (digest := _decoded(given, 16)) is None:
        raise S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.")
    if given and hashlib.md5(request.body, usedforsecurity=False).digest() != digest:
        raise S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.")
    if operation in OF_THE_OBJECT:
        return
    for name, compute in CHECKSUMS.items():
        said = request.header(f"X-Amz-Checksum-{name}")
        if said:
            _compare(name, said, compute(request.body))


# API Reference, CompleteMultipartUpload: the checksum headers tell of the whole object, of which
# this request's body is no part.
OF_THE_OBJECT = {"CompleteMultipartUpload"}


def _is_signed_in_chunks(request: Request) -> bool:
    """S3 API Reference, "Signature calculations … transferring payload in multiple chunks". Not all
    clients name the encoding, too."""
    return request.header("X-Amz-Content-Sha256").startswith("STREAMING-")


def _compare(name: str, said: str, computed: bytes) -> None:
    told = _decoded(said, len(computed))
    if told is None:
        raise S3Error("InvalidRequest", f"Value for x-amz-checksum-{name} header is invalid.")
    if told != computed:
        what = f"The {name.upper()} you specified did not match the calculated checksum."
        raise S3Error("BadDigest", what)


def _decoded(text: str, length: int) -> bytes | None:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(found) == length else None
