"""Requests that do not say which service they are for: an answer that any client can read.

Without a service there is no model to write by. Who sends X-Amz-Target reads JSON, others read XML;
the status is never one that clients try again.
"""

from __future__ import annotations

import json
import string
import uuid

from .identity import scope_of
from .messages import Answer, Request

SAFE = string.ascii_letters + string.digits + "-_./"
REQUEST_ID = str(uuid.UUID(int=0))


def is_garbled(request: Request) -> bool:
    """There is an Authorization header, but no credential can be read from it."""
    return bool(request.header("Authorization")) and scope_of(request) is None


def garbled(request: Request) -> Answer:
    """IAM User Guide, "Troubleshoot signed requests" (IncompleteSignature); S3 API reference,
    "List of error codes" (AuthorizationHeaderMalformed)."""
    if request.header("X-Amz-Target"):
        return _json("IncompleteSignatureException", "Authorization header is not complete.")
    what = "The authorization header that you provided is not valid."
    return _xml("AuthorizationHeaderMalformed", what)


def no_such_service(request: Request) -> Answer:
    scope = scope_of(request)
    name = "".join(c for c in (scope.service if scope else request.path) if c in SAFE)[:60]
    what = f"The lab's AWS has no service {name}."
    if request.header("X-Amz-Target") or request.header("Content-Type").endswith("json"):
        return _json("UnsupportedOperationException", what)
    return _xml("UnsupportedOperation", what)


def _json(code: str, message: str) -> Answer:
    headers = [
        ("Content-Type", "application/x-amz-json-1.1"),
        ("x-amzn-ErrorType", code),
        ("x-amzn-RequestId", REQUEST_ID),
    ]
    return Answer.make(400, headers, json.dumps({"__type": code, "message": message}).encode())


def _xml(code: str, message: str) -> Answer:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message>"
        f"<RequestId>{REQUEST_ID}</RequestId></Error>"
    )
    headers = [("Content-Type", "application/xml"), ("x-amzn-ErrorType", code)]
    return Answer.make(400, headers, body.encode())
