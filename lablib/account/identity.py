"""Who calls: from the access key of a request to a `Caller`, or AWS's refusal.

Long-term keys are IAM's; temporary keys are the account's own (sts.py makes them), because moto's
do not expire and two of its operations hand out the same pair to everybody.
"""

from __future__ import annotations

import random
import re
import string
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote

from ..cloudtrail.call import Caller
from .messages import Request
from .moto_adapter import facts

KEY_ALPHABET = string.ascii_uppercase + "234567"  # access key ids are base 32
ANONYMOUS = "anonymous"  # accountId of a caller who has not signed, as S3's records show it
SECRET_ALPHABET = string.ascii_letters + string.digits + "+/"


@dataclass(frozen=True, slots=True)
class KeyPair:
    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class TemporaryKey:
    """Credentials with an end, made by STS."""

    pair: KeyPair
    token: str
    expires: datetime
    caller: Caller
    policies: tuple[str, ...] | None = None  # session policies; None without any


@dataclass(frozen=True, slots=True)
class Scope:
    """What a signature says: whose key, for which Region and service (SigV4's credential scope)."""

    key_id: str
    region: str
    service: str
    token: str = ""


class Unknown(Exception):
    """The caller cannot be known. `reason` is a row of the refusals table in refusals.py."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def draw_key(rng: random.Random, prefix: str) -> KeyPair:
    """A key pair in AWS's form: AKIA (long-term) or ASIA (temporary), 40 characters of secret."""
    return KeyPair(
        prefix + "".join(rng.choices(KEY_ALPHABET, k=16)),
        "".join(rng.choices(SECRET_ALPHABET, k=40)),
    )


HEADER = re.compile(r"Credential=([^/,\s]+)/\d+/([^/]+)/([^/]+)/aws4_request")


def scope_of(request: Request) -> Scope | None:
    """From the Authorization header or a presigned URL; None for an unsigned request."""
    if found := HEADER.search(request.header("Authorization")):
        key_id, region, service = found.groups()
        return Scope(key_id, region, service, request.header("X-Amz-Security-Token"))
    query = dict(request.query)
    parts = unquote(query.get("X-Amz-Credential", "")).split("/")
    if len(parts) == 5:
        return Scope(parts[0], parts[2], parts[3], query.get("X-Amz-Security-Token", ""))
    if query.get("AWSAccessKeyId"):  # a presigned URL of signature version 2
        return Scope(query["AWSAccessKeyId"], "us-east-1", "s3")
    return None


class Identities:
    """All keys of the account: root's, IAM's (in moto) and the temporary ones."""

    def __init__(self, account: str, root: KeyPair) -> None:
        self.account = account
        self.root = root
        self.temporary: dict[str, TemporaryKey] = {}

    def who(self, scope: Scope, now: datetime) -> Caller:
        """Raises Unknown."""
        if scope.key_id == self.root.id:
            return self._root()
        if scope.key_id in self.temporary:
            return self._holder(self.temporary[scope.key_id], scope, now)
        key = facts.iam_key(scope.key_id)
        if key is None or not key.active:
            raise Unknown("unknown key")
        return Caller(
            type="IAMUser",
            account=key.account,
            principal_id=key.user_id,
            arn=key.user_arn,
            access_key_id=scope.key_id,
            user_name=key.user_name,
        )

    def root_user(self) -> Caller:
        """The root user, as it signs in: without a key."""
        return replace(self._root(), access_key_id=None)

    def _root(self) -> Caller:
        return Caller(
            type="Root",
            account=self.account,
            principal_id=self.account,
            arn=f"arn:aws:iam::{self.account}:root",
            access_key_id=self.root.id,
        )

    def _holder(self, key: TemporaryKey, scope: Scope, now: datetime) -> Caller:
        if scope.token != key.token:
            raise Unknown("wrong token")
        if now >= key.expires:
            raise Unknown("expired token")
        return key.caller

    def secret_of(self, key_id: str) -> str:
        """The secret that signatures by this key are made with; "" for an unknown key."""
        if key_id == self.root.id:
            return self.root.secret
        if key_id in self.temporary:
            return self.temporary[key_id].pair.secret
        key = facts.iam_key(key_id)
        return "" if key is None else key.secret

    def session_policies(self, caller: Caller) -> tuple[str, ...] | None:
        """What cuts the caller's permissions for this session; None without session policies."""
        key = self.temporary.get(caller.access_key_id or "")
        return None if key is None else key.policies

    def credentials(self, user: str, id: str = "") -> KeyPair | None:
        """A key pair for this user ("root" too): the first, or the one with this id. KeyError when
        there is no such user; None when the user has no such active key."""
        if user == "root":
            return self.root
        keys = facts.user_keys(self.account, user)
        if keys is None:
            raise KeyError(user)
        return next((KeyPair(*key) for key in keys if id in ("", key[0])), None)
