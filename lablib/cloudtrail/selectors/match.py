"""Does this trail take this event? The questions in their order, each answered in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from lablib.cloudtrail.selectors import advanced, basic
from lablib.cloudtrail.trail import DEFAULT_SELECTORS, Trail

if TYPE_CHECKING:
    from lablib.cloudtrail.event import Event

CLOUDTRAIL = "cloudtrail.amazonaws.com"
RECURSIVE = frozenset({"PutObject", "PutLogEvents"})


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a trail takes an event; `why` is one sentence for a learner."""

    trail_arn: str
    taken: bool
    why: str


def match(trail: Trail, event: Event, members: Collection[str] | None = None) -> Match:
    """Whether the trail takes the event.

    `members` are the accounts of the trail's organization; None counts every account as one.
    """
    for question in QUESTIONS:
        why_not = question(trail, event)
        if why_not:
            return Match(trail.arn, False, why_not)
    if event.account != trail.account:
        why_not = stranger(trail, event, members)
        if why_not:
            return Match(trail.arn, False, why_not)
    taken, why = decision(trail)(event)
    return Match(trail.arn, taken, why)


def decision(trail: Trail) -> basic.Decide:
    """The trail's selectors as a function, worked out once for this very trail."""
    decide: basic.Decide | None = trail.memo.get("decide")
    if decide is None:
        decide = trail.memo["decide"] = with_insights(trail, of_selectors(trail))
    return decide


def of_selectors(trail: Trail) -> basic.Decide:
    if trail.advanced_selectors is not None:
        return advanced.compiled(trail.advanced_selectors)
    return basic.compiled(trail.event_selectors or DEFAULT_SELECTORS)


def with_insights(trail: Trail, decide: basic.Decide) -> basic.Decide:
    types = frozenset(one.type for one in trail.insight_selectors)

    def decide_also_insights(event: Event) -> basic.Decision:
        if event.category != "Insight":
            return decide(event)
        kind = str((event.record.get("insightDetails") or {}).get("insightType"))
        if kind in types:
            return True, f"the trail asks for {kind} events"
        return False, f"the trail does not ask for {kind} events"

    return decide_also_insights


# --- the questions before the selectors ---------------------------------------------------------


def off(trail: Trail, event: Event) -> str | None:
    """A trail records from StartLogging to StopLogging; the call that stops it is its last.
    Source: User Guide, "Validating log files", digest files after StopLogging."""
    if trail.logging or stops(trail, event):
        return None
    if trail.stopped is None:
        return "logging has not been started for this trail"
    return f"logging has been stopped since {trail.stopped:%Y-%m-%d %H:%M:%S} UTC"


def stops(trail: Trail, event: Event) -> bool:
    if event.name != "StopLogging" or event.source != CLOUDTRAIL or trail.stopped is None:
        return False
    if abs(event.time - trail.stopped) > timedelta(seconds=1) or event.record.get("errorCode"):
        return False
    asked = (event.record.get("requestParameters") or {}).get("name")
    return asked in (trail.name, trail.arn)


def elsewhere(trail: Trail, event: Event) -> str | None:
    """IAM, global STS and CloudFront are recorded in us-east-1 only, since 2021-11-22.
    Source: User Guide, "CloudTrail concepts", global service events."""
    if trail.multi_region:
        return None
    if trail.home_region != event.region:
        if event.global_service:
            return (
                f"single-Region trail in {trail.home_region}; calls of the global service "
                f"{event.source} are recorded in {event.region}"
            )
        return f"single-Region trail in {trail.home_region}; this call was in {event.region}"
    if event.global_service and not trail.include_global:
        return f"the trail leaves out global services; {event.source} is one"
    return None


def recursive(trail: Trail, event: Event) -> str | None:
    """Source: User Guide, "Recursive logging": CloudTrail's own deliveries as data events."""
    if trail.recursive_logging or event.category != "Data" or event.name not in RECURSIVE:
        return None
    if (event.record.get("userIdentity") or {}).get("invokedBy") != CLOUDTRAIL:
        return None
    return "CloudTrail's own delivery; recursive logging is switched off for this trail"


QUESTIONS: tuple[Callable[[Trail, Event], str | None], ...] = (off, elsewhere, recursive)


def stranger(trail: Trail, event: Event, members: Collection[str] | None) -> str | None:
    if not trail.organization:
        return f"the call was in account {event.account}; the trail is of {trail.account}"
    if members is not None and event.account not in members:
        return f"account {event.account} is not a member of the trail's organization"
    return None
