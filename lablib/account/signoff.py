"""Request ids, in each service's form: the one the client gets is the one in the record.

Forms: counted over 28,671 real records — 16 upper-case alphanumerics for S3, 52 for DynamoDB, a
UUID elsewhere. S3 adds an extended id (S3 User Guide, "Getting request IDs").
"""

from __future__ import annotations

import base64
import random
import re
import string
import uuid

from .messages import Answer

UPPER = string.ascii_uppercase + string.digits
LENGTHS = {"s3": 16, "dynamodb": 52, "dynamodbstreams": 52, "sqs": 0}
ID_HEADERS = {"x-amzn-requestid", "x-amz-request-id", "x-amz-id-2", "x-amzn-request-id"}
ID_IN_BODY = re.compile(rb"(<(?:RequestId|RequestID|requestId)>)[^<]*(</)")
HOST_ID_IN_BODY = re.compile(rb"(<HostId>)[^<]*(</)")


def draw_request_id(service: str, rng: random.Random) -> str:
    length = LENGTHS.get(service)
    if length:
        return "".join(rng.choices(UPPER, k=length))
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def sign_off(answer: Answer, service: str, request_id: str, rng: random.Random) -> Answer:
    """The answer with AWS's request id in its headers, and in its body where XML carries one."""
    headers = [(k, v) for k, v in answer.headers if k.lower() not in ID_HEADERS]
    body = answer.body
    if service == "s3":
        extended = base64.b64encode(rng.randbytes(56)).decode()
        headers += [("x-amz-request-id", request_id), ("x-amz-id-2", extended)]
        if answer.status >= 400:
            body = HOST_ID_IN_BODY.sub(rb"\g<1>" + extended.encode() + rb"\g<2>", body, count=1)
            body = _with_id(body, request_id)
    else:
        headers.append(("x-amzn-RequestId", request_id))
        if body[:1] == b"<":
            body = _with_id(body, request_id)
    return Answer.make(answer.status, headers, body)


def labelled(answer: Answer, protocol: str, json_version: str) -> Answer:
    """moto's web framework calls an answer a web page when nobody says what it is; AWS says it
    (Smithy, "AWS JSON 1.1 protocol", "AWS restJson1 protocol")."""
    label = LABELS.get(protocol, "").format(json_version)
    kinds = [value for name, value in answer.headers if name.lower() == "content-type"]
    if not label or not any(kind == "text" or kind.startswith("text/html") for kind in kinds):
        return answer
    headers = [(k, v) for k, v in answer.headers if k.lower() != "content-type"]
    return Answer.make(answer.status, [*headers, ("Content-Type", label)], answer.body)


LABELS = {
    "json": "application/x-amz-json-{}",
    "rest-json": "application/json",
    "query": "text/xml",
    "ec2": "text/xml;charset=UTF-8",
}


def _with_id(body: bytes, request_id: str) -> bytes:
    """XML answers carry the id near one of their ends; what lies between is not searched."""
    put = rb"\g<1>" + request_id.encode() + rb"\g<2>"
    head, changed = ID_IN_BODY.subn(put, body[:600], count=1)
    if changed:
        return head + body[600:]
    return body[:-600] + ID_IN_BODY.sub(put, body[-600:], count=1) if len(body) > 600 else head
