"""What became of a trail's deliveries: the latest of each kind, as GetTrailStatus tells it.

API Reference, GetTrailStatus. Observed: an error has the target's own code ("NoSuchBucket",
"KMS.DisabledException", "AuthorizationError") and goes away with the next success.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """The latest of one kind of delivery. `error` is None unless the last attempt failed."""

    time: datetime | None = None  # of the latest success
    attempt: datetime | None = None  # of the latest attempt
    error: str | None = None

    def succeeded(self, now: datetime) -> Outcome:
        return Outcome(time=now, attempt=now)

    def failed(self, now: datetime, code: str) -> Outcome:
        return replace(self, attempt=now, error=code)


@dataclass(frozen=True, slots=True)
class Status:
    """A trail's deliveries in one Region.

    GetTrailStatus: LatestDeliveryTime is `files.time`, LatestDeliveryAttemptTime `files.attempt`,
    LatestDeliveryError `files.error`; LatestNotification… from `notifications`,
    LatestCloudWatchLogsDelivery… from `logs`, LatestDigestDelivery… from `digests`.
    """

    files: Outcome = Outcome()
    notifications: Outcome = Outcome()
    logs: Outcome = Outcome()
    digests: Outcome = Outcome()


def newest(statuses: list[Status]) -> Status:
    """Of each kind of delivery the one that was tried last; for a trail's Regions together."""
    latest = {}
    for kind in fields(Status):
        outcomes = [getattr(status, kind.name) for status in statuses]
        tried = [outcome for outcome in outcomes if outcome.attempt]
        latest[kind.name] = max(tried, key=lambda outcome: outcome.attempt, default=Outcome())
    return Status(**latest)
