"""S3 where moto does less than AWS: lifecycle configurations and restores.

Lifecycle configurations are kept and checked here, since moto drops parts of them. A restore takes
the time of its tier.
"""

from __future__ import annotations

import base64
import urllib.parse
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from ..archive import lifecycle as rules_at_work
from ..archive import restoring, rules, validation
from ..archive.restoring import NotRestored, Restore
from ..cloudtrail.call import Caller
from ..cloudtrail.world import Schedule
from .buckets import ADMISSIONS, Params, S3Error
from .lifecycle import Lifecycle
from .messages import Answer
from .moto_adapter import objects


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that is answered here."""

    params: Params
    now: datetime
    rng: Random

    @property
    def bucket(self) -> str:
        return str(self.params["Bucket"])


@dataclass(frozen=True, slots=True)
class Told:
    """The result in botocore's names, and the HTTP status."""

    result: dict[str, Any]
    status: int


class Storage:
    """S3 of one account, as far as it is ours. `operations` are answered here; all others pass
    `admit` before moto answers them and `changed` afterwards."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self.lifecycle = Lifecycle(schedule)
        self.operations: dict[str, Callable[[Asked], Told]] = {
            "PutBucketLifecycleConfiguration": self._put_lifecycle,
            "GetBucketLifecycleConfiguration": self._get_lifecycle,
            "DeleteBucketLifecycle": self._delete_lifecycle,
            "RestoreObject": self._restore,
        }
        objects.listen(self.lifecycle.changed)

    # -- lifecycle configurations ---------------------------------------------------------

    def _put_lifecycle(self, asked: Asked) -> Told:
        _must_exist(asked.bucket)
        given = (asked.params.get("LifecycleConfiguration") or {}).get("Rules") or []
        minimum = asked.params.get("TransitionDefaultMinimumObjectSize")
        try:
            validation.check(given, minimum)
        except validation.Invalid as invalid:
            raise S3Error(invalid.code, invalid.message) from None
        written = [
            rule if rule.get("ID") else {**rule, "ID": _rule_id(asked.rng)} for rule in given
        ]
        configuration = rules.read(written, minimum)
        objects.configure(asked.bucket, configuration, written)
        self.lifecycle.changed(asked.bucket, None, asked.now)
        return Told({"TransitionDefaultMinimumObjectSize": configuration.minimum}, 200)

    def _get_lifecycle(self, asked: Asked) -> Told:
        _must_exist(asked.bucket)
        configuration = objects.configuration(asked.bucket)
        if configuration is None:
            message = "The lifecycle configuration does not exist"
            raise S3Error("NoSuchLifecycleConfiguration", message, 404)
        written = objects.written_rules(asked.bucket)
        shown = {
            "Rules": written,
            "TransitionDefaultMinimumObjectSize": configuration.minimum,
        }
        return Told(shown, 200)

    def _delete_lifecycle(self, asked: Asked) -> Told:
        _must_exist(asked.bucket)
        objects.configure(asked.bucket, None)
        return Told({}, 204)

    # -- restores -------------------------------------------------------------------------

    def _restore(self, asked: Asked) -> Told:
        _must_exist(asked.bucket)
        version, wanted = asked.params.get("VersionId"), asked.params.get("RestoreRequest") or {}
        found = objects.archived(asked.bucket, str(asked.params["Key"]), version)
        if found is None:
            raise _no_such_object(version)
        before = found.restore
        tier = (wanted.get("GlacierJobParameters") or {}).get("Tier") or wanted.get("Tier")
        try:
            restore = restoring.ask(
                found.storage_class, before, tier, wanted.get("Days"), asked.now, asked.rng
            )
        except NotRestored as refusal:
            raise S3Error(refusal.code, refusal.message, refusal.status) from None
        if restore.state(asked.now) == "restored":
            found.prolong(restore)
            self._expire(found, restore, f"{asked.bucket}/{asked.params['Key']}")
            return Told({}, 200)
        found.begin(restore)
        self._finish(found, restore, f"{asked.bucket}/{asked.params['Key']}")
        return Told({}, 202)

    def _finish(self, found: objects.Archived, restore: Restore, name: str) -> None:
        def finish(now: datetime) -> None:
            if found.restore == restore:  # it was not hurried meanwhile
                found.finish(restore)
                self._expire(found, restore, name)

        self._schedule.at(restore.ready, f"restore of {name}", finish)

    def _expire(self, found: objects.Archived, restore: Restore, name: str) -> None:
        def expire(now: datetime) -> None:
            if found.restore == restore:  # it was not prolonged meanwhile
                found.end()

        self._schedule.at(restore.expires, f"end of the restored copy of {name}", expire)

    # -- what moto answers ----------------------------------------------------------------

    def admit(self, operation: str, params: Params, caller: Caller) -> None:
        """Raises S3Error for what a bucket of today refuses."""
        check = ADMISSIONS.get(operation)
        if check is not None:
            check(params, caller)

    def changed(self, operation: str, params: Params, now: datetime) -> None:
        """After a call that was answered: rules will look again at what it may have changed."""
        if operation in CHANGES_KEY:
            self.lifecycle.changed(str(params["Bucket"]), str(params["Key"]), now)
        elif operation in CHANGES_ALL:
            self.lifecycle.changed(str(params["Bucket"]), None, now)
        elif operation == "DeleteObjects":
            for one in (params.get("Delete") or {}).get("Objects") or ():
                self.lifecycle.changed(str(params["Bucket"]), str(one.get("Key")), now)

    def with_expiration(self, operation: str, params: Params, answer: Answer) -> Answer:
        """The answer with x-amz-expiration, when a rule will expire the object."""
        if operation not in TELLS_EXPIRATION or params.get("VersionId"):
            return answer
        configuration = objects.configuration(str(params["Bucket"]))
        if configuration is None or not any(rule.expiration for rule in configuration.active):
            return answer
        stack = objects.current(str(params["Bucket"]), str(params["Key"]))
        expires = [
            action
            for rule in configuration.active
            for action in rules_at_work.expire(stack, rule, configuration.minimum)
        ]
        if not expires:
            return answer
        return Answer.make(
            answer.status,
            [*answer.headers, ("x-amz-expiration", _expiration(expires))],
            answer.body,
        )


CHANGES_KEY = frozenset(
    {
        "CopyObject", "PutObject", "CompleteMultipartUpload", "CreateMultipartUpload",
        "DeleteObject", "PutObjectTagging", "DeleteObjectTagging", "PutObjectRetention",
        "PutObjectLegalHold",
    }
)  # fmt: skip
CHANGES_ALL = frozenset({"PutBucketVersioning"})
TELLS_EXPIRATION = frozenset(
    {"PutObject", "GetObject", "HeadObject", "CopyObject", "CompleteMultipartUpload"}
)


def _expiration(expires: list[rules_at_work.Action]) -> str:
    """API Reference, HeadObject: expiry-date="…", rule-id="…" (URL-encoded)."""
    first = min(expires, key=lambda action: action.due)
    rule = urllib.parse.quote(first.rule, safe="")
    return f'expiry-date="{first.due:%a, %d %b %Y %H:%M:%S} GMT", rule-id="{rule}"'


def _rule_id(rng: Random) -> str:
    """For a rule without an ID (observed: the base64 of a UUID's text)."""
    text = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    return base64.b64encode(text.encode()).decode()


def _must_exist(bucket: str) -> None:
    if not objects.exists(bucket):
        raise S3Error("NoSuchBucket", "The specified bucket does not exist", 404)


def _no_such_object(version: str | None) -> S3Error:
    if version is not None:
        return S3Error("NoSuchVersion", "The specified version does not exist.", 404)
    return S3Error("NoSuchKey", "The specified key does not exist.", 404)
