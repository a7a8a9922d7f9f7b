"""S3's records, written from the HTTP request itself: bucket, key, host, query, some headers, body.

Source: S3 User Guide, "Amazon S3 CloudTrail events" and its log file examples; observed over 26
operations.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from botocore.serialize import create_serializer

from lablib.cloudtrail.call import ApiCall, Wire
from lablib.cloudtrail.record import dates, readonly, redact, xmljson
from lablib.cloudtrail.record.redact import HIDDEN

CIPHER: Final = "TLS_AES_128_GCM_SHA256"

# Request headers that S3 repeats in requestParameters: what the caller asked of the object or
# bucket. Signing, checksums and SDK bookkeeping are not among them.
_HEADERS: Final = (
    "x-amz-acl", "x-amz-grant-", "x-amz-storage-class", "x-amz-server-side-encryption",
    "x-amz-copy-source", "x-amz-metadata-directive", "x-amz-tagging-directive",
    "x-amz-object-lock-", "x-amz-bucket-object-lock-", "x-amz-object-ownership",
    "x-amz-website-redirect-location", "x-amz-bypass-governance-retention",
    "x-amz-request-payer", "x-amz-expected-bucket-owner", "x-amz-create-session-mode",
)  # fmt: skip

# Keys of the caller's own, and a context that may name anything: never shown.
_SECRET_HEADERS: Final = frozenset(
    (
        "x-amz-server-side-encryption-customer-key",
        "x-amz-copy-source-server-side-encryption-customer-key",
        "x-amz-server-side-encryption-context",
    )
)
_KMS_HEADER: Final = "x-amz-server-side-encryption-aws-kms-key-id"

# A presigned URL's own parameters that records leave out.
_SIGNING: Final = frozenset(("x-amz-signature", "x-amz-credential", "x-amz-security-token"))

# Answer headers that object writes keep in responseElements (S3 User Guide, example of PutObject).
_ANSWERED: Final = (
    "x-amz-server-side-encryption", "x-amz-version-id", "x-amz-delete-marker", "x-amz-expiration",
    "x-amz-copy-source-version-id",
)  # fmt: skip

# Bodies that are not the bucket's or object's configuration: left out of the record.
_NO_BODY: Final = frozenset(
    ("DeleteObjects", "CompleteMultipartUpload", "SelectObjectContent", "PutObject", "UploadPart")
)
_OBJECT_WRITES: Final = frozenset(
    ("PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload")
)


def wire_of(call: ApiCall) -> Wire:
    """The call's HTTP request; made again from the parameters when it is not at hand."""
    if call.wire.host or call.wire.path != "/" or call.wire.query:
        return call.wire
    try:
        return _made_again(call)
    except Exception:  # parameters that no request could carry
        return call.wire


def _made_again(call: ApiCall) -> Wire:
    serializer = create_serializer("rest-xml", include_validation=False)
    serial = serializer.serialize_to_request(dict(call.params), call.model)
    query = serial["query_string"]
    path, _, extra = str(serial["url_path"]).partition("?")
    pairs = list(query.items()) if isinstance(query, Mapping) else list(query)
    pairs = parse_qsl(extra, keep_blank_values=True) + pairs
    body = serial["body"]
    return Wire(
        method=serial["method"],
        path=urlsplit(path).path,
        query=tuple((str(name), str(value)) for name, value in pairs),
        headers={str(name).lower(): str(value) for name, value in serial["headers"].items()},
        body=body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b"",
        status=call.wire.status,
        response_headers=call.wire.response_headers,
    )


def host(call: ApiCall) -> str:
    """AWS's own name for the bucket's endpoint (or the account's, for S3 Control)."""
    suffix = "amazonaws.com" if call.region == "us-east-1" else f"{call.region}.amazonaws.com"
    if call.service == "s3control":
        return f"{call.account}.s3-control.{call.region}.amazonaws.com"
    bucket = call.params.get("Bucket")
    if not isinstance(bucket, str) or not bucket or bucket.startswith("arn:"):
        return f"s3.{suffix}"
    if "." in bucket:  # a dot would not match the certificate: clients take the path style
        return f"s3.{suffix}"
    return f"{bucket}.s3.{suffix}"


def request(call: ApiCall, wire: Wire) -> dict[str, Any]:
    """requestParameters."""
    written: dict[str, Any] = dict(_query(wire))
    written.update(_headers(wire))
    if call.operation not in _NO_BODY:
        written.update(_body(call, wire))
    if isinstance(call.params.get("Bucket"), str):
        name = "bucket" if call.service == "s3control" else "bucketName"
        written[name] = call.params["Bucket"]
    written["Host"] = host(call)
    if isinstance(call.params.get("Key"), str) and call.service == "s3":
        written["key"] = call.params["Key"]
    return written


def _query(wire: Wire) -> Iterator[tuple[str, Any]]:
    for name, value in wire.query:
        if name.lower() not in _SIGNING:
            yield name, value


def _headers(wire: Wire) -> Iterator[tuple[str, str]]:
    for name, value in wire.headers.items():
        if name.startswith(_HEADERS) and name not in _SECRET_HEADERS:
            hidden = name == _KMS_HEADER and not redact.is_kms_key(value)
            yield name, HIDDEN if hidden else value


def _body(call: ApiCall, wire: Wire) -> dict[str, Any]:
    if call.operation == "PutBucketPolicy":
        return {"bucketPolicy": _json(wire.body or call.params.get("Policy", ""))}
    document = xmljson.parse(wire.body)
    return _without_keys(document, _marked(call)) if document else {}


_MARKED: dict[str, frozenset[str]] = {}


def _marked(call: ApiCall) -> frozenset[str]:
    known = _MARKED.get(call.operation)
    if known is None:
        known = _MARKED[call.operation] = redact.marked_names(call.model.input_shape)
    return known


def _json(text: Any) -> Any:
    try:
        return json.loads(text)
    except (ValueError, TypeError):
        return text if isinstance(text, str) else ""


def _without_keys(value: Any, marked: frozenset[str]) -> Any:
    """What the model marks sensitive is hidden; the name of a KMS key, in an encryption or a
    replication rule, is shown if it is one."""
    if isinstance(value, dict):
        return {
            name: HIDDEN
            if name in marked and not redact.is_kms_key(part)
            else _without_keys(part, marked)
            for name, part in value.items()
        }
    return [_without_keys(part, marked) for part in value] if isinstance(value, list) else value


def response(call: ApiCall, data: bool) -> dict[str, Any] | None:
    """responseElements: null but for writes of objects, which keep some of the answer's headers
    (observed: readOnly goes with null)."""
    if not data or readonly.is_read_only("s3", call.operation):
        return None
    headers = call.wire.response_headers
    kept = {name: headers[name] for name in _ANSWERED if name in headers}
    if call.operation in _OBJECT_WRITES:
        # Since 2023-01-05 every new object is encrypted, with SSE-S3 unless asked otherwise.
        kept.setdefault("x-amz-server-side-encryption", "AES256")
    key = headers.get(_KMS_HEADER, "")
    if key:
        kept[_KMS_HEADER] = key if redact.is_kms_key(key) else HIDDEN
    return kept or None


def additional(call: ApiCall, wire: Wire, data: bool) -> dict[str, Any]:
    """additionalEventData."""
    signed = any(name.lower() == "x-amz-signature" for name, _ in wire.query)
    written: dict[str, Any] = {
        "SignatureVersion": "SigV4",
        "CipherSuite": CIPHER,
        "bytesTransferredIn": _bytes_in(wire),
    }
    if data and call.operation in _OBJECT_WRITES and not call.error:
        written["SSEApplied"] = _encryption(wire)
    written["AuthenticationMethod"] = "QueryString" if signed else "AuthHeader"
    written["x-amz-id-2"] = wire.response_headers.get("x-amz-id-2") or _id_2(call.request_id)
    written["bytesTransferredOut"] = _bytes_out(wire)
    if data and "Key" in call.params:
        written.update(_timing(call, wire))
    return written


def _timing(call: ApiCall, wire: Wire) -> dict[str, int]:
    """Observed in object events of 2026. The turn-around time is a plausible figure, not a measured
    one: 10 ms and a millisecond for each 64 KiB."""
    took = 10 + (_bytes_in(wire) + _bytes_out(wire)) // 65536
    end = dates.millis(call.time)
    return {
        "startTime": end - took,
        "endTime": end,
        "turnAroundTime": took,
        "httpStatusCode": call.error.status if call.error else wire.status,
    }


def _encryption(wire: Wire) -> str:
    asked = wire.headers.get("x-amz-server-side-encryption")
    applied = wire.response_headers.get("x-amz-server-side-encryption", "AES256")
    if wire.headers.get("x-amz-server-side-encryption-customer-algorithm"):
        return "SSE_C"
    kind = "SSE_KMS" if applied.startswith("aws:kms") else "SSE_S3"
    return kind if asked else f"Default_{kind}"


def _bytes_in(wire: Wire) -> int:
    return (
        _length(wire.headers.get("x-amz-decoded-content-length"))
        or len(wire.body)
        or _length(wire.headers.get("content-length"))
    )


def _bytes_out(wire: Wire) -> int:
    if wire.method == "HEAD":
        return 0
    return len(wire.response_body) or _length(wire.response_headers.get("content-length"))


def _length(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


def _id_2(request_id: str) -> str:
    """S3's second request id: 76 characters of base64, here from the first one."""
    digest = hashlib.sha512(request_id.encode("utf-8", "replace")).digest()
    return base64.b64encode(digest[:56]).decode()
