"""S3's storage classes: what each costs to wait for, and where an object can go from it.

Sources: S3 User Guide, "Transitioning objects using Amazon S3 Lifecycle" (supported transitions,
the 30 days before infrequent access, 128 KB), "How Amazon S3 handles conflicts in lifecycle
configurations" (which class wins), "Understanding archive retrieval options".
"""

from __future__ import annotations

from dataclasses import dataclass

SMALL = 128 * 1024  # bytes; smaller objects are not transitioned unless somebody asks for it


@dataclass(frozen=True, slots=True)
class StorageClass:
    """`next` are the classes a lifecycle rule can move an object to. `wins` orders classes that
    are due at the same time: the highest is taken. `takes_small` is what a configuration with
    varies_by_storage_class lets in. `waits` is the fewest days in a warmer class before."""

    name: str
    wins: int
    next: tuple[str, ...]
    waits: int = 0
    takes_small: bool = False
    archived: bool = False  # unreadable until restored


_COLD = ("GLACIER", "DEEP_ARCHIVE")
_EVERY = ("STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", *_COLD)

# The waterfall, warm to cold: transitions never go up.
CLASSES = {
    one.name: one
    for one in (
        StorageClass("STANDARD", 0, _EVERY),
        StorageClass("REDUCED_REDUNDANCY", 0, _EVERY),
        StorageClass("STANDARD_IA", 1, _EVERY[1:], waits=30),
        StorageClass("INTELLIGENT_TIERING", 4, _EVERY[2:]),
        StorageClass("ONEZONE_IA", 2, _COLD, waits=30),
        StorageClass("GLACIER_IR", 3, _COLD),
        StorageClass("GLACIER", 5, ("DEEP_ARCHIVE",), takes_small=True, archived=True),
        StorageClass("DEEP_ARCHIVE", 6, (), takes_small=True, archived=True),
    )
}
TARGETS = frozenset(_EVERY)
WATERFALL = _EVERY


def is_archived(storage_class: str) -> bool:
    """Whether an object of this class has to be restored before it can be read."""
    found = CLASSES.get(storage_class)
    return found is not None and found.archived


def can_go(source: str, target: str) -> bool:
    """Whether a lifecycle rule can move an object from one class to the other."""
    return source in CLASSES and target in CLASSES[source].next
