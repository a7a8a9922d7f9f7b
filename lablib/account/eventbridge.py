"""EventBridge of one account: what CloudTrail logs comes to the default bus seconds later, and goes
to the targets of the rules that take it.

moto keeps the rules; `eventbridge` decides; `targets` carries out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any

from ..cloudtrail.event import Event
from ..cloudtrail.latency import sample
from ..cloudtrail.trail import Trail
from ..cloudtrail.world import Schedule
from ..eventbridge import envelope as envelopes
from ..eventbridge.envelope import Envelope
from ..eventbridge.errors import EventBridgeError
from ..eventbridge.pattern import compiled
from ..eventbridge.rule import Rule
from . import targets
from .moto_adapter import eventrules
from .own import Asked, Operation, OwnError, lately
from .targets import NotSent, Sending

if TYPE_CHECKING:
    from ..compliance.rule import Resource, Result
    from ..compliance.rule import Rule as ConfigRule
    from ..monitoring.alarm import Alarm, State
    from .watching import Region

KEPT = 5_000  # invocations that a look back can find


@dataclass(frozen=True, slots=True)
class Invocation:
    """A rule took an event and one of its targets was sent something, or was not."""

    time: datetime
    rule: str  # ARN
    target: str  # ARN
    event: str  # the CloudTrail event's id, or the id on the bus of another event
    what: str
    failure: str = ""

    def shown(self) -> dict[str, Any]:
        name = self.rule.rpartition("/")[2]
        return {
            "time": f"{self.time:%Y-%m-%dT%H:%M:%S}.{self.time.microsecond // 1000:03}Z",
            "rule": name,
            "target": self.target,
            "event": self.event,
            "what": self.what,
            "failure": self.failure,
        }


class EventBridge:
    """`watching(account, region)` is CloudWatch there, which is told AWS/Events metrics."""

    def __init__(
        self, schedule: Schedule, rng: Random, watching: Callable[[str, str], Region]
    ) -> None:
        self._schedule, self._rng, self._watching = schedule, rng, watching
        self.invocations: list[Invocation] = []
        self.operations: Mapping[str, Mapping[str, Operation]] = {
            "events": lately(("TestEventPattern",), lambda: {"TestEventPattern": _test_pattern})
        }
        eventrules.mend()
        eventrules.listen(self)

    # -- what comes to the bus ------------------------------------------------------------

    def announce(self, event: Event, takers: Sequence[Trail], now: datetime) -> None:
        """CloudTrail has an event. EventBridge hears of it when a trail logs it (User Guide, "AWS
        service events delivered via AWS CloudTrail"), in the Region of the event, soon after."""
        account = str(event.record.get("recipientAccountId"))
        rules = eventrules.rules(account, event.region) if takers else []
        if not rules:
            return
        id = str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
        found = envelopes.of_record(event.record, id)
        if found is not None and any(rule.takes(found).taken for rule in rules):
            self._schedule.at(
                now + sample("events", self._rng),
                f"{found.name} comes to EventBridge",
                lambda at: self._arrive(account, event.region, found, at),
            )

    def alarm_changed(self, alarm: Alarm, old: State, new: State) -> None:
        """An alarm is in another state."""
        from ..monitoring import change

        detail = change.detail(alarm, old, new)
        kind, source = change.DETAIL_TYPE, change.SOURCE
        place = (alarm.account, alarm.region)
        self._tell(place, kind, source, detail, new.updated, [alarm.arn])

    def changed(
        self, rule: ConfigRule, resource: Resource, old: Result | None, new: Result, time: datetime
    ) -> None:
        """A resource complies with a rule of AWS Config, or no longer does."""
        from ..compliance import notice
        from ..compliance.rule import Change

        detail = notice.detail(Change(rule, resource, old, new, time))
        kind, source = notice.DETAIL_TYPE, notice.SOURCE
        self._tell((rule.account, rule.region), kind, source, detail, time)

    def _tell(
        self,
        place: tuple[str, str],
        detail_type: str,
        source: str,
        detail: Mapping[str, Any],
        now: datetime,
        resources: Sequence[str] = (),
    ) -> None:
        """Another service's event comes to the default bus of a Region, now."""
        account, region = place
        if not eventrules.rules(account, region):
            return
        event = {
            "version": "0",
            "id": str(uuid.UUID(int=self._rng.getrandbits(128), version=4)),
            "detail-type": detail_type,
            "source": source,
            "account": account,
            "time": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "region": region,
            "resources": list(resources),
            "detail": detail,
        }
        self._arrive(account, region, Envelope(event), now)

    def _arrive(self, account: str, region: str, envelope: Envelope, now: datetime) -> None:
        for rule in eventrules.rules(account, region):
            self._offer(account, region, rule, envelope, now)

    def routed(
        self,
        account: str,
        region: str,
        rule: Rule,
        event: Mapping[str, Any],
        now: datetime,
        handed_on: bool = False,
    ) -> None:
        """An event that somebody put on a bus, at one of its rules."""
        self._offer(account, region, rule, Envelope(event, handed_on=handed_on), now)

    # -- what leaves it -------------------------------------------------------------------

    def _offer(
        self, account: str, region: str, rule: Rule, envelope: Envelope, now: datetime
    ) -> None:
        if not rule.takes(envelope).taken:
            return
        failures = [self._send(rule, target, envelope, now) for target in rule.targets]
        self._count(account, region, rule, failures, now)

    def _send(
        self, rule: Rule, target: Mapping[str, Any], envelope: Envelope, now: datetime
    ) -> bool:
        """Whether it failed. Whatever a target does, the clock goes on."""
        event = envelope.event
        sending = Sending(rule, target, event, now, self._rng, envelope.handed_on)
        failure = ""
        try:
            targets.send(sending)
        except NotSent as problem:
            failure = str(problem)
            self._bury(sending, problem)
        except Exception as error:
            failure = f"SDK_CLIENT_ERROR: {type(error).__name__}: {error}"
            self._bury(sending, NotSent("SDK_CLIENT_ERROR", str(error)))
        id = str(event["detail"].get("eventID") or event["id"])
        self.invocations.append(Invocation(now, rule.arn, sending.arn, id, envelope.name, failure))
        del self.invocations[:-KEPT]
        return bool(failure)

    @staticmethod
    def _bury(sending: Sending, problem: NotSent) -> None:
        try:
            targets.bury(sending, problem)
        except Exception:  # a dead-letter queue that is not there, or lets nobody in: AWS drops it
            return

    def _count(
        self, account: str, region: str, rule: Rule, failures: Sequence[bool], now: datetime
    ) -> None:
        """EventBridge User Guide, "Monitoring Amazon EventBridge": metrics by RuleName."""
        from ..monitoring.metrics import Datum, Metric

        counted = {
            "MatchedEvents": 1,
            "TriggeredRules": 1,
            "Invocations": len(failures),
            "FailedInvocations": sum(failures),
        }
        self._watching(account, region).cloudwatch.publish(
            [
                Datum(
                    Metric("AWS/Events", name, (("RuleName", rule.name),)),
                    now,
                    ((float(count), 1.0),),
                    unit="Count",
                )
                for name, count in counted.items()
                if count
            ],
            now,
        )

    # -- looking at it --------------------------------------------------------------------

    def stages(self, record: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What EventBridge did with a CloudTrail event, and why its rules left it."""
        found = [one for one in self.invocations if one.event == record["eventID"]]
        told: list[dict[str, Any]] = [
            {
                "stage": "EventBridge",
                "time": one.shown()["time"],
                "what": f"rule {one.shown()['rule']}: {'not ' if one.failure else ''}sent to "
                f"{one.target}",
                "why": one.failure or "The event is as the rule's pattern says.",
                "arrived": not one.failure,
            }
            for one in found
        ]
        return told + self._left(record, {one.rule for one in found})

    def _left(self, record: Mapping[str, Any], took: set[str]) -> list[dict[str, Any]]:
        envelope = envelopes.of_record(record, "")
        if envelope is None:
            return []
        rules = eventrules.rules(str(record.get("recipientAccountId")), str(record["awsRegion"]))
        decided = [(rule, rule.takes(envelope)) for rule in rules if rule.arn not in took]
        return [
            {
                "stage": "EventBridge",
                "time": str(record["eventTime"]),
                "what": f"rule {rule.name}: does not take it",
                "why": f"{matched.why}.",
                "arrived": False,
            }
            for rule, matched in decided
            if not matched.taken
        ]

    def shown(self, start: datetime | None, end: datetime | None) -> list[dict[str, Any]]:
        """The invocations of a stretch of time, oldest first."""
        return [
            one.shown()
            for one in self.invocations
            if (start is None or one.time >= start) and (end is None or one.time <= end)
        ]


def _test_pattern(asked: Asked) -> dict[str, Any]:
    """API Reference, TestEventPattern: the event needs all the fields of an event."""
    import json

    try:
        pattern = compiled(str(asked.params["EventPattern"]))
        event = json.loads(asked.params["Event"])
    except EventBridgeError as error:
        raise OwnError(error.code, error.message) from None
    except ValueError:
        raise OwnError("ValidationException", "Parameter Event is not valid.") from None
    missing = [name for name in NEEDED if not isinstance(event, dict) or name not in event]
    if missing:
        raise OwnError(
            "ValidationException",
            f"Parameter Event is not valid. Reason: {missing[0]} is a required argument.",
        )
    return {"Result": pattern.match(event).taken}


# "The event, in JSON format … the following fields are required".
NEEDED = ("id", "account", "source", "time", "region", "resources", "detail-type")
