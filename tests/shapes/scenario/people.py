"""Who calls in the scenario, and what they send again and again."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

Person = Callable[[str], Any]  # a service's name → a client of theirs

TAGS = [{"Key": "project", "Value": "sap"}, {"Key": "backup", "Value": "true"}]
ONE_TAG = TAGS[:1]
STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": ["ec2.amazonaws.com", "cloudtrail.amazonaws.com"]},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
ROLE = "arn:aws:iam::123456789012:role/operator"


def tagged(kind: str, tags: list[dict[str, str]] = TAGS) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": tags}]


class Polite:
    """A client that takes a refusal for an answer: refused calls leave records, too."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, operation: str) -> Any:
        return partial(self._call, operation)

    def _call(self, operation: str, **params: Any) -> Any:
        try:
            return getattr(self._client, operation)(**params)
        except ClientError as error:
            return {"Error": error.response["Error"]}
