"""Buckets and their objects as S3 Lifecycle sees them in moto, and what it does to them.

moto stores lifecycle rules without sizes and never acts on them; restores are finished at once; new
buckets have none of today's defaults; without versioning, deleting takes all versions along. The
account does these things itself: what it needs of moto is here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from ...archive.lifecycle import Action
from ...archive.objects import Stack, Upload, Version
from ...archive.restoring import Restore
from ...archive.rules import Configuration

Stored = Callable[[str, str, datetime], None]  # told of (bucket, key, when)
_listeners: list[Stored] = []

OWNER_ONLY = "BucketOwnerEnforced"
SSE_S3 = {
    "Rule": {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": "false",
    }
}


def mend() -> None:
    """Once per process: new buckets as today, and word of each object that is stored."""
    from moto.s3 import models

    if getattr(models.S3Backend.put_object, "_lab", False):
        return
    _give_new_buckets_their_defaults(models)
    _keep_encryption(models)
    _tell_of_objects(models)
    _tell_when_uploads_begin(models)


def listen(listener: Stored) -> None:
    """From here on `listener`, and it alone, is told of each object that is stored."""
    _listeners[:] = [listener]


def _give_new_buckets_their_defaults(models: Any) -> None:
    """S3 User Guide: SSE-S3 for every object since 2023-01-05; Block Public Access on and ACLs
    disabled for new buckets since April 2023."""
    original: Callable[..., None] = models.FakeBucket.__init__

    @functools.wraps(original)
    def init(self: Any, *args: Any, **named: Any) -> None:
        original(self, *args, **named)
        self.encryption = dict(SSE_S3)
        self.public_access_block = models.PublicAccessBlock(True, True, True, True)
        self.ownership_rule = OWNER_ONLY

    models.FakeBucket.__init__ = init


def _keep_encryption(models: Any) -> None:
    """DeleteBucketEncryption goes back to SSE-S3 (API Reference)."""

    def delete(self: Any, bucket_name: str) -> None:
        self.get_bucket(bucket_name).encryption = dict(SSE_S3)

    models.S3Backend.delete_bucket_encryption = delete


def _tell_of_objects(models: Any) -> None:
    """Also of those that services put there themselves: log files, exports, access logs."""
    original = models.S3Backend.put_object

    @functools.wraps(original)
    def put(self: Any, bucket_name: str, key_name: str, *args: Any, **named: Any) -> Any:
        stored = original(self, bucket_name, key_name, *args, **named)
        for listener in _listeners:
            listener(bucket_name, key_name, _utc(stored.last_modified))
        return stored

    put._lab = True  # type: ignore[attr-defined]
    models.S3Backend.put_object = put


def _tell_when_uploads_begin(models: Any) -> None:
    """moto does not keep when a multipart upload was begun."""
    original: Callable[..., None] = models.FakeMultipart.__init__

    @functools.wraps(original)
    def init(self: Any, *args: Any, **named: Any) -> None:
        original(self, *args, **named)
        self.lab_begun = datetime.now(UTC)  # the account's clock stands at lab time

    models.FakeMultipart.__init__ = init


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


# -- buckets ------------------------------------------------------------------------------


def _bucket(name: str) -> Any:
    from moto.s3.models import s3_backends

    found = s3_backends.bucket_accounts.get(name)
    return None if found is None else s3_backends[found[1]][found[0]].buckets.get(name)


def _backend(bucket: Any) -> Any:
    from moto.s3.models import s3_backends

    return s3_backends[bucket.account_id][bucket.partition]


def exists(bucket: str) -> bool:
    return _bucket(bucket) is not None


def configuration(bucket: str) -> Configuration | None:
    """The bucket's lifecycle configuration; None when it has none, or there is no such bucket."""
    found: Configuration | None = getattr(_bucket(bucket), "lab_lifecycle", None)
    return found


def written_rules(bucket: str) -> list[dict[str, Any]]:
    """The rules as they were put."""
    return list(getattr(_bucket(bucket), "lab_lifecycle_rules", ()))


def configure(
    bucket: str, new: Configuration | None, written: list[dict[str, Any]] | None = None
) -> None:
    """Puts or, with None, removes a lifecycle configuration. It goes with its bucket."""
    found = _bucket(bucket)
    found.lab_lifecycle, found.lab_lifecycle_rules = new, written or []


def owner_only(bucket: str) -> bool:
    """Whether the bucket's ACLs are disabled (BucketOwnerEnforced)."""
    rule = getattr(_bucket(bucket), "ownership_rule", None)
    if isinstance(rule, dict):  # as moto keeps what PutBucketOwnershipControls says
        rule = (rule.get("Rule") or rule).get("ObjectOwnership")
    return bool(rule == OWNER_ONLY)


def blocks(bucket: str, setting: str) -> bool:
    """A setting of Block Public Access: "block_public_policy", "block_public_acls"."""
    block = getattr(_bucket(bucket), "public_access_block", None)
    return bool(block is not None and getattr(block, setting))


def is_public(policy: str) -> bool:
    """Whether a bucket policy lets everybody in, without any condition."""
    from moto.s3.utils import bucket_policy_is_public

    try:
        return bool(bucket_policy_is_public(policy))
    except (AttributeError, TypeError):  # no policy at all
        return False


def is_public_object(bucket: str, key: str) -> bool:
    """Whether an object's ACL lets everybody read it, and the bucket still heeds ACLs."""
    found = _bucket(bucket)
    stored = None if found is None else found.keys.get(key)
    if stored is None or owner_only(bucket) or blocks(bucket, "ignore_public_acls"):
        return False
    return bool(stored.acl is not None and stored.acl.public_read)


# -- objects ------------------------------------------------------------------------------


def keys(bucket: str) -> Iterator[str]:
    """Every key with a version, a delete marker or an unfinished upload."""
    found = _bucket(bucket)
    yield from sorted({*found.keys, *(one.key_name for one in found.multiparts.values())})


def stack(bucket: str, key: str) -> Stack:
    """All that lies under the key, the current version first."""
    found = _bucket(bucket)
    return Stack(
        key,
        tuple(_version(found, one) for one in reversed(found.keys.getlist(key, []))),
        tuple(
            Upload(one.id, one.lab_begun)
            for one in found.multiparts.values()
            if one.key_name == key
        ),
        found.versioning_status,
    )


def current(bucket: str, key: str) -> Stack:
    """Only the current version of what lies under the key."""
    found = _bucket(bucket)
    top = _find(found, key, None)
    versions = () if top is None else (_version(found, top),)
    return Stack(key, versions, versioning=found.versioning_status)


def _version(bucket: Any, stored: Any) -> Version:
    created = _utc(stored.last_modified)
    if _is_marker(stored):
        return Version(str(stored.version_id), created, marker=True)
    tags = _backend(bucket).tagger.get_tag_dict_for_resource(stored.arn)
    return Version(
        str(stored.version_id),
        created,
        stored.size,
        stored.storage_class or "STANDARD",
        frozenset(tags.items()) if tags else frozenset(),
        locked=bool(stored.lock_mode or stored.lock_legal_status)
        and stored.is_locked(governance_bypass=False),
    )


def _is_marker(stored: Any) -> bool:
    from moto.s3.models import FakeDeleteMarker

    return isinstance(stored, FakeDeleteMarker)


def _find(bucket: Any, key: str, version: str | None) -> Any:
    """The version with that id, the current one without; None when it is not there."""
    versions = [] if bucket is None else bucket.keys.getlist(key, []) or []
    if version is None:
        return versions[-1] if versions else None
    return next((one for one in versions if str(one.version_id) == version), None)


# -- what lifecycle does ------------------------------------------------------------------


def carry_out(bucket: str, action: Action) -> None:
    found = _bucket(bucket)
    if action.kind == "abort":
        del found.multiparts[action.id]
    elif action.kind == "transition":
        _find(found, action.key, action.id).set_storage_class(action.to)
    elif action.kind == "mark":
        _mark(found, action.key)
    else:
        _remove(found, action.key, action.id)


def _remove(bucket: Any, key: str, version: str) -> None:
    stays = [one for one in bucket.keys.getlist(key) if str(one.version_id) != version]
    if stays:
        bucket.keys.setlist(key, stays)
    else:
        dict.pop(bucket.keys, key)


def _mark(bucket: Any, key: str) -> None:
    """A delete marker on top. Where versioning is suspended it takes the place of the version
    "null" (User Guide, "Deleting objects from versioning-suspended buckets")."""
    from moto.s3.models import FakeDeleteMarker

    marker = FakeDeleteMarker(key=bucket.keys[key])
    stays = list(bucket.keys.getlist(key))
    if bucket.versioning_status == "Suspended":
        marker._version_id = "null"
        stays = [one for one in stays if str(one.version_id) != "null"]
    bucket.keys.setlist(key, [*stays, marker])


# -- archived objects ---------------------------------------------------------------------


class Archived:
    """A stored version, held by whoever waits for its restore: it may be replaced meanwhile."""

    def __init__(self, stored: Any) -> None:
        self._stored = stored

    @property
    def storage_class(self) -> str:
        return str(self._stored.storage_class or "STANDARD")

    @property
    def restore(self) -> Restore | None:
        found: Restore | None = getattr(self._stored, "lab_restore", None)
        return found

    def begin(self, restore: Restore) -> None:
        """HeadObject says ongoing-request="true" from here on."""
        self._stored.lab_restore = restore
        self._stored._transitions = [(None, "IN_PROGRESS")]
        self._stored._status = None
        if self._stored._expiry is None:
            self._stored.restore(restore.days)  # tells who wants to know of restores
        self._show(restore)

    def finish(self, restore: Restore) -> None:
        """The copy can be read, until the restore's expiry date."""
        self._show(restore)
        self._stored._transitions = [(None, "IN_PROGRESS"), ("IN_PROGRESS", "RESTORED")]
        assert self._stored.status == "RESTORED"

    def prolong(self, restore: Restore) -> None:
        self._stored.lab_restore = restore
        self._show(restore)

    def end(self) -> None:
        """The copy is gone."""
        self._stored.lab_restore = None
        self._stored.set_expiry(None)
        self._stored._status = None

    def _show(self, restore: Restore) -> None:
        self._stored.set_expiry(restore.expires.replace(tzinfo=None))


def archived(bucket: str, key: str, version: str | None) -> Archived | None:
    """The object's version as something that can be restored; None for none, or a marker."""
    stored = _find(_bucket(bucket), key, version)
    return None if stored is None or _is_marker(stored) else Archived(stored)
