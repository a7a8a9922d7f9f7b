"""Calls for tests: made by hand from a service model, or captured from boto3 against moto."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.model import ServiceModel
from moto import mock_aws

from lablib.cloudtrail.call import ApiCall, ApiError, Caller, Wire

ACCOUNT = "123456789012"
NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
EVENT_ID = "8d1f6b8e-7a53-4c1b-9a1e-0f3a52a1c0de"
REQUEST_ID = "5f3b0c1e-4b7d-4a52-8a0e-2f4f6f1f9c11"
LEARNER = Caller(
    type="IAMUser",
    account=ACCOUNT,
    principal_id="AIDACKCEVSQ6C2EXAMPLE",
    arn=f"arn:aws:iam::{ACCOUNT}:user/learner",
    access_key_id="AKIAIOSFODNN7EXAMPLE",
    user_name="learner",
)


@cache
def model_of(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def call(service: str, operation: str, **members: Any) -> ApiCall:
    """A completed call; `params`, `output`, `error` and the rest as ApiCall has them."""
    model = model_of(service)
    given = {
        "params": {},
        "caller": LEARNER,
        "region": "us-east-1",
        "time": NOON,
        "request_id": REQUEST_ID,
        "user_agent": "aws-cli/2.31.0 md/awscrt#0.27.6",
        "source_ip": "198.51.100.7",
    }
    return ApiCall(
        service=service,
        operation=operation,
        model=model.operation_model(operation),
        protocol=model.protocol,
        **{**given, **members},
    )


class Recorder:
    """Every call of a boto3 session, as ApiCalls, refused ones too."""

    def __init__(self, region: str = "us-east-1") -> None:
        self.calls: list[ApiCall] = []
        self._region = region
        self._session = boto3.Session("testing", "testing", region_name=region)
        events = self._session.events
        events.register("before-parameter-build", self._build)
        events.register_first("before-send", self._send)
        events.register_last("after-call", self._after)
        self._params: dict[str, Any] = {}
        self._request: Any = None

    def client(self, service: str, region: str | None = None) -> Any:
        config = Config(parameter_validation=False, retries={"max_attempts": 1})
        return self._session.client(service, region_name=region, config=config)

    def _build(self, params: dict[str, Any], **_: Any) -> None:
        self._params = params

    def _send(self, request: Any, **_: Any) -> None:
        self._request = request

    def _after(self, http_response: Any, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        failed = parsed.get("Error") if http_response.status_code >= 300 else None
        error = (
            ApiError(
                str(failed.get("Code", "")), failed.get("Message", ""), http_response.status_code
            )
            if failed is not None
            else None
        )
        service = model.service_model.service_name
        self.calls.append(
            call(
                service,
                model.name,
                params=dict(self._params),
                output=None if error else parsed,
                error=error,
                wire=self._wire(http_response),
                request_id="4C5J9XN2J0T1B8QA" if service == "s3" else REQUEST_ID,
            )
        )

    def _wire(self, response: Any) -> Wire:
        request = self._request
        url = urlsplit(request.url)
        body = request.body
        return Wire(
            method=request.method,
            host="127.0.0.1:5000",
            path=unquote(url.path),
            query=tuple(parse_qsl(url.query, keep_blank_values=True)),
            headers={name.lower(): _text(value) for name, value in request.headers.items()},
            body=body
            if isinstance(body, bytes)
            else body.encode()
            if isinstance(body, str)
            else b"",
            status=response.status_code,
            response_headers={name.lower(): value for name, value in response.headers.items()},
            response_body=response.content if isinstance(response.content, bytes) else b"",
        )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@contextmanager
def recorded(region: str = "us-east-1") -> Iterator[Recorder]:
    """A recorder inside moto."""
    with mock_aws():
        yield Recorder(region)
