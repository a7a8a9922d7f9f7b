"""A fast client: one signed call, sent again and again over one connection.

A signature is good for fifteen minutes of real time (IAM User Guide, "Troubleshoot signed
requests"), so that a benchmark need not pay for signing each call of a month.
"""

from __future__ import annotations

import http.client
import json
import time
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

SIGNED_ANEW = 300.0  # seconds
BODY = "Action=GetCallerIdentity&Version=2011-06-15"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


class Pulse:
    """GetCallerIdentity to a server, and its clock, over one connection."""

    def __init__(self, endpoint: str, key: str, secret: str, token: str) -> None:
        self._endpoint, self._token = endpoint, token
        self._credentials = ReadOnlyCredentials(key, secret, None)
        host, port = endpoint.removeprefix("http://").split(":")
        self._link = http.client.HTTPConnection(host, int(port), timeout=600)
        self._headers: dict[str, str] = {}
        self._signed = -SIGNED_ANEW

    def beat(self) -> None:
        """One management event."""
        if time.monotonic() - self._signed >= SIGNED_ANEW:
            self._sign()
        self._send("POST", "/", BODY, self._headers)

    def wind(self, seconds: float) -> None:
        body = json.dumps({"advance": seconds})
        self._send("POST", "/_lab/clock", body, {"X-Lab-Token": self._token})

    def _sign(self) -> None:
        request = AWSRequest("POST", f"{self._endpoint}/", {"Content-Type": FORM}, BODY)
        SigV4Auth(self._credentials, "sts", "us-east-1").add_auth(request)
        self._headers, self._signed = dict(request.headers.items()), time.monotonic()

    def _send(self, method: str, path: str, body: str, headers: dict[str, str]) -> Any:
        self._link.request(method, path, body, headers)
        answer = self._link.getresponse()
        text = answer.read()
        assert answer.status == 200, text[:300]
        return text
