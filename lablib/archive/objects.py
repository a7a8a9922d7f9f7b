"""What a lifecycle rule sees: all versions of one key, and the uploads that were never finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object, or a delete marker. `created` is UTC."""

    id: str  # "null" where versions are not kept
    created: datetime
    size: int = 0  # bytes
    storage_class: str = "STANDARD"
    tags: frozenset[tuple[str, str]] = frozenset()
    marker: bool = False
    locked: bool = False  # object lock: may not be deleted for good


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart upload that was begun and not completed."""

    id: str
    begun: datetime


@dataclass(frozen=True, slots=True)
class Stack:
    """All versions of one key, the current one first. `versioning` is "Enabled", "Suspended" or
    None for a bucket that never kept versions."""

    key: str
    versions: tuple[Version, ...] = ()
    uploads: tuple[Upload, ...] = ()
    versioning: str | None = None
