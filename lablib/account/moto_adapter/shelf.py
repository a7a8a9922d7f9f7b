"""Objects as they lie in moto's S3: read without an API call, for whoever has to prove them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .objects import _bucket, _find, _is_marker

META = "x-amz-meta-"


@dataclass(frozen=True, slots=True)
class Stored:
    """A current version. `readable` is False for an archived object that was not restored."""

    body: bytes
    metadata: dict[str, str]  # bare names
    readable: bool
    kms_key: str | None


def read(bucket: str, key: str) -> Stored | None:
    """None when there is no such object, or a delete marker lies on top."""
    stored = _find(_bucket(bucket), key, None)
    if stored is None or _is_marker(stored):
        return None
    metadata = {
        name.lower().removeprefix(META): str(value)
        for name, value in stored.metadata.items()
        if name.lower().startswith(META)
    }
    return Stored(stored.value, metadata, _is_readable(stored), stored.kms_key_id)


def _is_readable(stored: Any) -> bool:
    from moto.s3.utils import ARCHIVE_STORAGE_CLASSES

    if stored.storage_class not in ARCHIVE_STORAGE_CLASSES:
        return True
    return 'ongoing-request="false"' in stored.response_dict.get("x-amz-restore", "")


def keys(bucket: str, prefix: str) -> Iterator[tuple[str, datetime]]:
    """Key and time of writing of all current objects under the prefix."""
    found = _bucket(bucket)
    if found is None:
        return
    for key in [name for name in found.keys if name.startswith(prefix)]:
        stored = _find(found, key, None)
        if stored is not None and not _is_marker(stored):
            written = stored.last_modified
            yield key, written.replace(tzinfo=UTC) if written.tzinfo is None else written
