"""From drawn parameters to signed HTTP requests, as an SDK would send them, and then spoiled."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest, prepare_request_dict
from botocore.credentials import ReadOnlyCredentials
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.serialize import create_serializer

from tests.fuzz.members import TEXTS, drawn
from tests.inside import HOST, environ

SPOILT = 0.15  # the share of requests that are garbled after they were made


@dataclass(frozen=True, slots=True)
class Drawn:
    """One request: which operation it was meant to be, and its WSGI environment and body."""

    service: str
    operation: str
    protocol: str
    environ: dict[str, Any]
    body: bytes
    spoilt: str = ""


def services(names: list[str]) -> list[ServiceModel]:
    loader = Loader()
    known = set(loader.list_available_services("service-2"))
    return [
        ServiceModel(loader.load_service_model(name, "service-2"), name)
        for name in names
        if name in known
    ]


def requests(
    models: list[ServiceModel], key: ReadOnlyCredentials, rng: random.Random
) -> Iterator[Drawn]:
    """Endless."""
    while True:
        model = rng.choice(models)
        operation = model.operation_model(rng.choice(model.operation_names))
        made = _request(operation, key, rng)
        if made is not None:
            yield spoil(made, rng) if rng.random() < SPOILT else made


def _request(
    operation: OperationModel, key: ReadOnlyCredentials, rng: random.Random
) -> Drawn | None:
    shape = operation.input_shape
    params = {} if shape is None else _with_a_path(drawn(shape, rng), shape, rng)
    protocol = operation.service_model.resolved_protocol
    try:
        made = create_serializer(protocol, False).serialize_to_request(params, operation)
        prepare_request_dict(made, f"http://{HOST}", context={}, user_agent="fuzz/1.0")
    except Exception:
        return None  # botocore itself cannot send it
    body = made["body"]
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, bytes):
        body = _form(body) if isinstance(body, dict) else b""
    headers = {
        name: str(value)
        for name, value in made["headers"].items()
        if NAME.fullmatch(name) and name != "Content-Length"  # the client counts it itself
    }
    if isinstance(made["body"], dict):
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
    # A client puts an operation's host prefix before the name; an address has no names before it.
    url = urlsplit(made["url"])._replace(netloc=HOST).geturl()
    request = AWSRequest(made["method"], url, headers, body)
    if operation.auth_type != "none":
        _sign(request, operation.service_model.signing_name, key)
    name = operation.service_model.service_name
    return Drawn(name, operation.name, protocol, environ(request), body)


NAME = re.compile(r"[A-Za-z0-9_-]+")  # what a client can send as a header's name
PRESENT: dict[str, Any] = {"list": ["a"], "string": "a", "boolean": True}


def _with_a_path(params: dict[str, Any], shape: Any, rng: random.Random) -> dict[str, Any]:
    """What stands in the URL is not empty, and what is required there is: it would be another."""
    for name, member in shape.members.items():
        asked = name in shape.required_members and not params.get(name)
        if asked and member.serialization.get("location") in ("querystring", "header"):
            params[name] = PRESENT.get(member.type_name, params.get(name, 1))
        if member.serialization.get("location") == "uri" and params.get(name, "") in ("", "/"):
            params[name] = rng.choice(TEXTS[1:4]) if member.type_name == "string" else 1
    return params


def _form(body: dict[str, Any]) -> bytes:
    return urlencode(body).encode()


def _sign(request: AWSRequest, service: str, key: ReadOnlyCredentials) -> None:
    signer = (S3SigV4Auth if service == "s3" else SigV4Auth)(key, service, "us-east-1")
    signer.add_auth(request)


def spoil(made: Drawn, rng: random.Random) -> Drawn:
    """The same request, garbled in one way."""
    way = rng.choice(sorted(WAYS))
    environ, body = WAYS[way](dict(made.environ), made.body, rng)
    return Drawn(made.service, made.operation, made.protocol, environ, body, way)


def _cut_body(environ: dict[str, Any], body: bytes, rng: random.Random) -> Any:
    return environ, body[: rng.randrange(len(body) + 1)]


def _noise(environ: dict[str, Any], body: bytes, rng: random.Random) -> Any:
    return environ, rng.randbytes(rng.randrange(64))


def _other_type(environ: dict[str, Any], body: bytes, rng: random.Random) -> Any:
    environ["CONTENT_TYPE"] = rng.choice(
        ("application/x-amz-json-1.1", "text/xml", "application/cbor", "x", "multipart/form-data")
    )
    return environ, body


def _other_method(environ: dict[str, Any], body: bytes, rng: random.Random) -> Any:
    environ["REQUEST_METHOD"] = rng.choice(("GET", "PUT", "PATCH", "HEAD", "OPTIONS", "BREW"))
    return environ, body


def _no_signature(environ: dict[str, Any], body: bytes, rng: random.Random) -> Any:
    environ.pop("HTTP_AUTHORIZATION", None)
    return environ, body


def _half_signature(environ: dict[str, Any], body: bytes, rng: random.Random) -> Any:
    given = str(environ.get("HTTP_AUTHORIZATION", "AWS4-HMAC-SHA256 x"))
    environ["HTTP_AUTHORIZATION"] = given[: rng.randrange(len(given))]
    return environ, body


def _odd_header(environ: dict[str, Any], body: bytes, rng: random.Random) -> Any:
    name = rng.choice(
        ("HTTP_X_AMZ_DATE", "HTTP_X_AMZ_TARGET", "HTTP_X_AMZ_SECURITY_TOKEN", "HTTP_RANGE",
         "HTTP_X_AMZ_CONTENT_SHA256", "HTTP_CONTENT_MD5", "HTTP_X_AMZ_COPY_SOURCE")
    )  # fmt: skip
    environ[name] = rng.choice(TEXTS).encode().decode("latin-1")
    return environ, body


def _odd_query(environ: dict[str, Any], body: bytes, rng: random.Random) -> Any:
    query = rng.choice(("acl&policy", "%", "X-Amz-Signature=", "Action=", "a=%ff%fe", "=&=&=", "?"))
    environ["QUERY_STRING"] = query
    environ["RAW_URI"] = f"{environ['RAW_URI'].partition('?')[0]}?{query}"
    return environ, body


def _odd_path(environ: dict[str, Any], body: bytes, rng: random.Random) -> Any:
    path = rng.choice(("//", "/..", "/%00", "/a/b/c/d/e", "/" + "x" * 2000, "/\u00ff\u00fe"))
    environ["PATH_INFO"] = environ["RAW_URI"] = path
    return environ, body


WAYS = {
    "cut body": _cut_body,
    "half signature": _half_signature,
    "no signature": _no_signature,
    "noise": _noise,
    "odd header": _odd_header,
    "odd path": _odd_path,
    "odd query": _odd_query,
    "other method": _other_method,
    "other type": _other_type,
}
