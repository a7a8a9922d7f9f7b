"""Calls for tests, made by hand from a service model."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel

from lablib.cloudtrail.call import ApiCall, Caller

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
