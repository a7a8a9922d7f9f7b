"""A rule: does it take an event?

Source: EventBridge API Reference, PutRule (State); User Guide, "Receiving read-only management
events from AWS services".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .envelope import Envelope
from .pattern import Matched, compiled

ENABLED, DISABLED = "ENABLED", "DISABLED"
ALL_MANAGEMENT = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
STATES = (ENABLED, DISABLED, ALL_MANAGEMENT)


@dataclass(frozen=True, slots=True)
class Rule:
    """`targets` are as PutTargets took them."""

    arn: str
    name: str
    state: str
    pattern: str | None
    targets: Sequence[Mapping[str, Any]] = field(default=(), compare=False)

    def takes(self, envelope: Envelope) -> Matched:
        if self.state == DISABLED:
            return Matched(False, "the rule is disabled")
        if self.pattern is None:
            return Matched(False, "the rule has a schedule and no pattern")
        if envelope.read_only_management and self.state != ALL_MANAGEMENT:
            return Matched(
                False,
                "a read-only management event, and the rule's state is ENABLED: only "
                f"{ALL_MANAGEMENT} takes those",
            )
        return compiled(self.pattern).match(envelope.event)
