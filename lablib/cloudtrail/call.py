"""One call of an AWS API, as the account saw it: who asked what, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.model import OperationModel


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose credentials a temporary session was made from (`sessionContext.sessionIssuer`)."""

    type: str  # "Role", "IAMUser", "Root"
    principal_id: str
    arn: str
    account: str
    user_name: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """What is known of temporary credentials (`userIdentity.sessionContext`)."""

    created: datetime
    mfa: bool = False
    issuer: Issuer | None = None
    source_identity: str | None = None
    ec2_role_delivery: str | None = None
    federated_provider: str | None = None
    from_console: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. The fields are those of `userIdentity`; None means that the field is not there.

    Source: User Guide, "CloudTrail userIdentity element".
    """

    type: str  # "IAMUser", "AssumedRole", "Root", "FederatedUser", "AWSService", "AWSAccount", …
    account: str | None = None
    principal_id: str | None = None
    arn: str | None = None
    access_key_id: str | None = None
    user_name: str | None = None
    session: Session | None = None
    identity_provider: str | None = None  # of SAMLUser and WebIdentityUser
    invoked_by: str | None = None


@dataclass(frozen=True, slots=True)
class VpcEndpoint:
    """The VPC endpoint that a call came through, and whose it is."""

    id: str  # vpce-…
    account: str


@dataclass(frozen=True, slots=True)
class ApiError:
    """How AWS refused: the code and message of the wire, and the HTTP status."""

    code: str
    message: str
    status: int = 400


@dataclass(frozen=True, slots=True)
class Wire:
    """The HTTP facts of a call that some services' records repeat (S3 above all).

    `headers` and `response_headers` have lower-case names; `query` keeps the order of the URL.
    """

    method: str = "POST"
    host: str = ""
    path: str = "/"
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int = 200
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: bytes = b""


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A completed call, allowed or refused.

    `params` and `output` carry botocore's names and Python types (as boto3 would show them).
    `output` is None when the call was refused, and may be None for read-only calls, whose answers
    CloudTrail does not keep. `region` is the Region the call was signed for; for S3 it is the
    bucket's Region when that is known. `time` is when the call completed (lab time, UTC).
    `event_type` is AwsServiceEvent for what a service did in the course of a call, such as the
    single deletions of a DeleteObjects. `vpc_endpoint` is the endpoint that the call came through.
    `owner` is the account of the resource where that is another than `account`; such a call is
    recorded in both, and `shared_event_id` ties the two records together.
    """

    service: str  # botocore's service name: "ec2", "s3", "lambda"
    operation: str  # botocore's operation name: "StopInstances"
    model: OperationModel
    protocol: str  # "json", "rest-json", "rest-xml", "query", "ec2"
    params: Mapping[str, Any]
    caller: Caller
    region: str
    time: datetime
    request_id: str
    account: str = "123456789012"  # the account whose record this is
    owner: str | None = None
    shared_event_id: str | None = None
    output: Mapping[str, Any] | None = None
    error: ApiError | None = None
    source_ip: str = "127.0.0.1"
    user_agent: str = ""
    event_type: str = "AwsApiCall"
    vpc_endpoint: VpcEndpoint | None = None
    wire: Wire = field(default_factory=Wire)
