"""Is the signature right? Signature version 4 in headers and presigned URLs, and S3's version 2
URLs, which boto3 still makes for endpoints of one's own. botocore's own signers do the sums.

Sources: IAM User Guide, "AWS Signature Version 4 for API requests"; S3 API reference,
"Authenticating requests (AWS Signature Version 4)", "Signing and authenticating REST requests".
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import HmacV1QueryAuth, S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from .identity import Scope, Unknown
from .messages import Request

TOLERANCE = timedelta(minutes=15)  # IAM User Guide, "Troubleshoot signed requests"
LabAt = Callable[[datetime], datetime]


class Times:
    """The moments that a signature is held against: real time, lab time, and what lab time it was
    when a client's clock, which goes with real time, showed a given moment."""

    def __init__(self, real: datetime, lab: datetime, lab_at: LabAt) -> None:
        self.real, self.lab, self._lab_at = real, lab, lab_at

    def near(self, signed: datetime) -> bool:
        return any(abs(signed - now) <= TOLERANCE for now in (self.real, self.lab))

    def in_lab(self, signed: datetime) -> datetime:
        """A client that lives in real time signs with real time; one in the lab with lab time."""
        return signed if signed > self.real + TOLERANCE else self._lab_at(signed)


def verify(request: Request, scope: Scope, secret: str, times: Times) -> None:
    """Raises Unknown("wrong signature" | "skewed" | "expired url" | "wrong payload hash")."""
    query = dict(request.query)
    credentials = ReadOnlyCredentials(scope.key_id, secret, scope.token or None)
    if "X-Amz-Signature" in query:
        _verify_url(request, scope, credentials, times, query)
    elif "AWSAccessKeyId" in query:
        _verify_old_url(request, credentials, times, query)
    else:
        _verify_header(request, scope, credentials, times)


def _verify_header(request: Request, scope: Scope, credentials: Any, times: Times) -> None:
    parts = _authorization(request.header("Authorization"))
    date = request.header("X-Amz-Date")
    if not times.near(_moment(date)):
        raise Unknown("skewed")
    _payload_fits(request)
    signer_class = S3SigV4Auth if scope.service == "s3" else SigV4Auth
    signer = signer_class(credentials, scope.service, scope.region)
    made = _sign(signer, _signed_part(request, parts.get("SignedHeaders", ""), request.url), date)
    _same(made, parts.get("Signature", ""))


def _verify_url(
    request: Request, scope: Scope, credentials: Any, times: Times, query: dict[str, str]
) -> None:
    date = query.get("X-Amz-Date", "")
    try:
        ends = times.in_lab(_moment(date)) + timedelta(seconds=int(query["X-Amz-Expires"]))
    except (KeyError, ValueError, OverflowError):
        raise Unknown("wrong signature") from None
    if times.lab > ends:
        raise Unknown("expired url")
    signer: Any
    if scope.service == "s3":
        signer = S3SigV4QueryAuth(credentials, scope.service, scope.region)
    else:
        signer = SigV4Auth(credentials, scope.service, scope.region)
    url = _without(request.url, "X-Amz-Signature")
    made = _sign(signer, _signed_part(request, query.get("X-Amz-SignedHeaders", ""), url), date)
    _same(made, query["X-Amz-Signature"])


def _verify_old_url(
    request: Request, credentials: Any, times: Times, query: dict[str, str]
) -> None:
    """Signature version 2 says when the URL ends on the client's clock, not when it was made, so
    winding lab time does not end it (the lab's environment asks boto3 for version 4)."""
    try:
        ends = datetime.fromtimestamp(int(query["Expires"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        raise Unknown("wrong signature") from None
    signer = _OldUrl(credentials, query["Expires"])
    headers = AWSRequest(headers=_plain(request)).headers
    made = signer.get_signature(request.method, urlsplit(request.url), headers)
    _same(made, query.get("Signature", ""))
    if min(times.real, times.lab) > ends:
        raise Unknown("expired url")


class _OldUrl(HmacV1QueryAuth):  # type: ignore[misc]  # botocore has no types
    """botocore would write its own moment; ours is the one in the URL."""

    def __init__(self, credentials: Any, ends: str) -> None:
        super().__init__(credentials)
        self._ends = ends

    def _get_date(self) -> str:
        return self._ends


def _sign(signer: Any, request: AWSRequest, date: str) -> str:
    request.context["timestamp"] = date
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    return str(signer.signature(to_sign, request))


def _signed_part(request: Request, names: str, url: str) -> AWSRequest:
    """The request as far as it was signed: the headers that the signature names."""
    headers = _plain(request)
    signed = {name: headers.get(name, "") for name in names.lower().split(";") if name}
    return AWSRequest(request.method, url, signed, request.body)


def _plain(request: Request) -> dict[str, str]:
    """WSGI hands headers over as Latin-1; clients sign what they sent, UTF-8."""
    return {
        name: value.encode("latin-1", "replace").decode("utf-8", "replace")
        for name, value in request.headers().items()
    }


def _payload_fits(request: Request) -> None:
    told = request.header("X-Amz-Content-SHA256")
    if len(told) == 64 and told != hashlib.sha256(request.body).hexdigest():
        raise Unknown("wrong payload hash")


def _authorization(header: str) -> dict[str, str]:
    fields = header.partition(" ")[2].split(",")
    return dict(field.strip().partition("=")[::2] for field in fields)


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Unknown("wrong signature") from None


def _without(url: str, name: str) -> str:
    head, _, query = url.partition("?")
    return head + "?" + "&".join(p for p in query.split("&") if not p.startswith(name + "="))


def _same(made: str, given: str) -> None:
    if not hmac.compare_digest(made.encode(), given.encode()):
        raise Unknown("wrong signature")
