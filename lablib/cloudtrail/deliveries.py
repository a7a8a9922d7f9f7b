"""What was delivered, in the order in which it was: facts for the trace and the timeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FilePut:
    """A log file arrived in a bucket."""

    time: datetime
    trail: str  # ARN
    bucket: str
    key: str
    label: datetime
    region: str
    category: str
    events: tuple[str, ...]  # ids
    oldest: datetime
    newest: datetime
    bytes: int


@dataclass(frozen=True, slots=True)
class Notified:
    """A topic was told of a log file."""

    time: datetime
    topic: str
    trail: str
    key: str


@dataclass(frozen=True, slots=True)
class LogsPut:
    """Events arrived in a log stream."""

    time: datetime
    trail: str
    group: str
    stream: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DigestPut:
    """A digest file arrived in a bucket."""

    time: datetime
    trail: str
    bucket: str
    key: str
    start: datetime
    end: datetime
    region: str
    files: tuple[str, ...]  # keys


@dataclass(frozen=True, slots=True)
class Failed:
    """A target refused, or (`code` "Expired") was given up after 30 days."""

    time: datetime
    trail: str
    what: str
    code: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deliveries:
    files: list[FilePut] = field(default_factory=list)
    notifications: list[Notified] = field(default_factory=list)
    logs: list[LogsPut] = field(default_factory=list)
    digests: list[DigestPut] = field(default_factory=list)
    errors: list[Failed] = field(default_factory=list)
