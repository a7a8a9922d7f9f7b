"""Lifecycle rules as values, read from a bucket's configuration as boto3 shows it.

Source: S3 API Reference, LifecycleRule, LifecycleRuleFilter, Transition, LifecycleExpiration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SINCE_2024 = "all_storage_classes_128K"  # the default of each new configuration since 2024-09
BY_CLASS = "varies_by_storage_class"
MINIMUMS = (SINCE_2024, BY_CLASS)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which objects a rule is for; what is not asked is None or empty. All parts must hold."""

    prefix: str = ""
    tags: frozenset[tuple[str, str]] = frozenset()
    larger_than: int | None = None  # bytes
    smaller_than: int | None = None

    @property
    def asks_size(self) -> bool:
        return self.larger_than is not None or self.smaller_than is not None

    def takes(self, key: str, size: int, tags: frozenset[tuple[str, str]]) -> bool:
        return (
            key.startswith(self.prefix)
            and self.tags <= tags
            and (self.larger_than is None or size > self.larger_than)
            and (self.smaller_than is None or size < self.smaller_than)
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """When: so many days after something, or on a date. Exactly one is set."""

    days: int | None = None
    date: datetime | None = None

    def __str__(self) -> str:
        if self.date is not None:
            return f"{self.date:%Y-%m-%d}"
        return "1 day" if self.days == 1 else f"{self.days} days"


@dataclass(frozen=True, slots=True)
class Transition:
    to: str  # a storage class
    when: Moment
    newer: int = 0  # noncurrent versions only: so many newer ones stay as they are


@dataclass(frozen=True, slots=True)
class Retention:
    """How long noncurrent versions are kept, and how many of them in any case."""

    days: int
    newer: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    filter: Filter = Filter()
    enabled: bool = True
    transitions: tuple[Transition, ...] = ()
    expiration: Moment | None = None
    expired_markers: bool = False
    noncurrent_transitions: tuple[Transition, ...] = ()
    noncurrent_expiration: Retention | None = None
    abort_after: int | None = None  # days after a multipart upload was begun


@dataclass(frozen=True, slots=True)
class Configuration:
    """A bucket's rules. `minimum` says what becomes of small objects (see SINCE_2024)."""

    rules: tuple[Rule, ...]
    minimum: str = SINCE_2024

    @property
    def active(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.enabled)


def read(rules: Sequence[Mapping[str, Any]], minimum: str | None = None) -> Configuration:
    """From `LifecycleConfiguration["Rules"]` as boto3 has it, each rule with its ID."""
    return Configuration(tuple(_rule(one) for one in rules), minimum or SINCE_2024)


def _rule(given: Mapping[str, Any]) -> Rule:
    expiration = given.get("Expiration") or {}
    abort = given.get("AbortIncompleteMultipartUpload") or {}
    return Rule(
        id=str(given.get("ID") or ""),
        filter=read_filter(given),
        enabled=given.get("Status") == "Enabled",
        transitions=tuple(
            Transition(one["StorageClass"], _moment(one)) for one in given.get("Transitions") or ()
        ),
        expiration=_moment(expiration) if {"Days", "Date"} & set(expiration) else None,
        expired_markers=bool(expiration.get("ExpiredObjectDeleteMarker")),
        noncurrent_transitions=tuple(
            Transition(
                one["StorageClass"],
                Moment(days=int(one["NoncurrentDays"])),
                int(one.get("NewerNoncurrentVersions") or 0),
            )
            for one in given.get("NoncurrentVersionTransitions") or ()
        ),
        noncurrent_expiration=_retention(given.get("NoncurrentVersionExpiration")),
        abort_after=int(abort["DaysAfterInitiation"]) if abort else None,
    )


def read_filter(given: Mapping[str, Any]) -> Filter:
    """The rule's filter, wherever it stands: in And, alone, or as the Prefix of old rules."""
    chosen = given.get("Filter") or {}
    parts = chosen.get("And") or chosen
    tags = list(parts.get("Tags") or ()) + ([parts["Tag"]] if parts.get("Tag") else [])
    return Filter(
        prefix=str(parts.get("Prefix") or given.get("Prefix") or ""),
        tags=frozenset((tag["Key"], tag.get("Value") or "") for tag in tags),
        larger_than=parts.get("ObjectSizeGreaterThan"),
        smaller_than=parts.get("ObjectSizeLessThan"),
    )


def _moment(given: Mapping[str, Any]) -> Moment:
    if given.get("Days") is not None:
        return Moment(days=int(given["Days"]))
    return Moment(date=aware(given["Date"]))


def aware(date: datetime) -> datetime:
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def _retention(given: Mapping[str, Any] | None) -> Retention | None:
    if not given:
        return None
    return Retention(int(given["NoncurrentDays"]), int(given.get("NewerNoncurrentVersions") or 0))
