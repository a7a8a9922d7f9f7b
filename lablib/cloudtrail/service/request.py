"""One request to CloudTrail, and what its handlers work with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from lablib.cloudtrail.history import History
    from lablib.cloudtrail.status import Status
    from lablib.cloudtrail.trail import Trail, Trails
    from lablib.cloudtrail.world import World

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: `params` in botocore's names, by `account`, in `region`, at `now` (UTC)."""

    operation: str
    params: Mapping[str, Any]
    account: str
    region: str
    now: datetime


class DeliveryPort(Protocol):
    """What delivery is told of trails, and what it knows of them."""

    def status(self, trail_arn: str, region: str | None = None) -> Status: ...
    def trail_started(self, trail: Trail, now: datetime) -> None: ...
    def trail_stopped(self, trail: Trail, now: datetime) -> None: ...
    def trail_updated(self, trail: Trail, now: datetime) -> None: ...
    def trail_deleted(self, trail: Trail, now: datetime) -> None: ...


class PublicKey(Protocol):
    """A key that checks digests' signatures, valid from `start` to `end`."""

    @property
    def value(self) -> bytes: ...  # PKCS#1, DER
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...
    @property
    def fingerprint(self) -> str: ...


class KeysPort(Protocol):
    def public_keys(self, region: str, start: datetime, end: datetime) -> Iterable[PublicKey]: ...


@dataclass(slots=True)
class Parts:
    """What the handlers work with. `lookups` holds the times of LookupEvents calls, for throttling
    when `lookups_per_second` is set."""

    world: World
    trails: Trails
    history: History
    delivery: DeliveryPort
    keys: KeysPort | None = None
    lookups_per_second: int | None = None
    lookups: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)


Handler = Callable[[Parts, Request], Answer]
