"""A trail: what it records and where it delivers. And the registry of an account's trails.

Sources: API Reference, "Trail", "EventSelector", "AdvancedFieldSelector", "InsightSelector";
User Guide, "CloudTrail concepts" (home Region, shadow trails) and "Quotas in CloudTrail".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

TRAILS_PER_REGION = 5  # User Guide, "Quotas in CloudTrail"; a multi-Region trail counts everywhere


@dataclass(frozen=True, slots=True)
class DataResource:
    """Resources of one type whose data events a basic selector takes."""

    type: str  # "AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table"
    values: tuple[str, ...] = ()  # ARNs; for S3 also the beginnings of ARNs


@dataclass(frozen=True, slots=True)
class EventSelector:
    """A basic event selector. The defaults are those of a new trail."""

    read_write: str = "All"  # "ReadOnly", "WriteOnly", "All"
    management: bool = True
    data_resources: tuple[DataResource, ...] = ()
    exclude_sources: tuple[str, ...] = ()  # "kms.amazonaws.com", "rdsdata.amazonaws.com"


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """A condition on one field of an event; an operator that is not used has no values."""

    field: str  # "eventCategory", "resources.ARN", …
    equals: tuple[str, ...] = ()
    starts_with: tuple[str, ...] = ()
    ends_with: tuple[str, ...] = ()
    not_equals: tuple[str, ...] = ()
    not_starts_with: tuple[str, ...] = ()
    not_ends_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AdvancedSelector:
    """An advanced event selector: conditions on fields, all of which must hold."""

    fields: tuple[FieldSelector, ...]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class InsightSelector:
    type: str  # "ApiCallRateInsight", "ApiErrorRateInsight"
    categories: tuple[str, ...] = ("Management",)


DEFAULT_SELECTORS = (EventSelector(),)


@dataclass(frozen=True, slots=True)
class Trail:
    """A trail as it is configured at one moment; a change makes a new one in its place.

    None means "not set". `sns_topic` is echoed as it was given (a name or an ARN); `kms_key` is
    always a key ARN. `event_selectors` and `advanced_selectors` exclude each other; when both are
    None the trail has the default selector. Times are UTC.
    """

    name: str
    arn: str
    home_region: str
    account: str
    s3_bucket: str
    s3_prefix: str | None = None
    sns_topic: str | None = None
    sns_topic_arn: str | None = None
    include_global: bool = True
    multi_region: bool = False
    kms_key: str | None = None
    validate: bool = False
    logs_group: str | None = None
    logs_role: str | None = None
    organization: bool = False
    event_selectors: tuple[EventSelector, ...] | None = None
    advanced_selectors: tuple[AdvancedSelector, ...] | None = None
    insight_selectors: tuple[InsightSelector, ...] = ()
    aggregations: tuple[str, ...] = ()  # templates of PutEventConfiguration, for data events
    recursive_logging: bool = True
    tags: tuple[tuple[str, str], ...] = ()
    logging: bool = False
    started: datetime | None = None
    stopped: datetime | None = None
    created: datetime | None = None
    # What others have worked out from this very object (compiled selectors). Never copied.
    memo: dict[str, Any] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    @property
    def has_custom_selectors(self) -> bool:
        """Whether its selectors are other than those a new trail has."""
        if self.advanced_selectors is not None:
            return True
        return self.event_selectors not in (None, DEFAULT_SELECTORS)


def trail_arn(name: str, region: str, account: str) -> str:
    return f"arn:aws:cloudtrail:{region}:{account}:trail/{name}"


class Trails:
    """All trails, in the order in which they were made.

    A multi-Region trail lives in its home Region and appears in every other Region as a shadow
    trail; an organization trail appears in the member accounts too.
    """

    def __init__(self) -> None:
        self._by_arn: dict[str, Trail] = {}

    def __iter__(self) -> Iterator[Trail]:
        return iter(tuple(self._by_arn.values()))

    def __len__(self) -> int:
        return len(self._by_arn)

    def get(self, arn: str) -> Trail | None:
        return self._by_arn.get(arn)

    def put(self, trail: Trail) -> None:
        """Add the trail, or let it take the place of the one with the same ARN."""
        self._by_arn[trail.arn] = trail

    def remove(self, arn: str) -> None:
        self._by_arn.pop(arn, None)

    def of(self, account: str, region: str, shadows: bool = True) -> tuple[Trail, ...]:
        """The trails that the account sees in the Region, shadow trails included if asked for."""
        return tuple(
            trail
            for trail in self._by_arn.values()
            if (trail.account == account or trail.organization)
            and (trail.home_region == region or (shadows and trail.multi_region))
        )

    def room_for(self, account: str, region: str, multi_region: bool, but: str = "") -> bool:
        """Whether one more trail may be made there. The trail with ARN `but` is not counted."""
        others = [t for t in self._by_arn.values() if t.account == account and t.arn != but]
        everywhere = sum(t.multi_region for t in others)
        alone = Counter(t.home_region for t in others if not t.multi_region)
        here = max(alone.values(), default=0) if multi_region else alone[region]
        return everywhere + here < TRAILS_PER_REGION
