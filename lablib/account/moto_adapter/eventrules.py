"""Rules in moto's EventBridge: who is told when an event meets them, how their patterns are read.

moto keeps buses, rules, targets, archives; what a rule takes and what its targets get is decided in
`eventbridge`, and carried out by the listener.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from ...eventbridge import template
from ...eventbridge.errors import EventBridgeError
from ...eventbridge.pattern import compiled
from ...eventbridge.rule import ENABLED, STATES, Rule
from .ingestion import lab_time


class Listener(Protocol):
    """Who carries events to the rules that they came to."""

    def routed(
        self,
        account: str,
        region: str,
        rule: Rule,
        event: Mapping[str, Any],
        now: datetime,
        handed_on: bool = False,
    ) -> None: ...


_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """From here on `listener`, and it alone, is told."""
    _listeners[:] = [listener]


def mend() -> None:
    """Once per process."""
    from moto.events import models, responses

    if getattr(models.Rule.send_to_targets, "_lab", False):
        return
    _send_by_our_decision(models)
    _read_patterns_by_our_rules(models)
    _check(models)
    _refuse_some_entries(responses.EventsHandler)


def _send_by_our_decision(models: Any) -> None:
    archive: Callable[..., None] = models.Rule.send_to_targets

    @functools.wraps(archive)
    def send(self: Any, original_event: Any, transform_input: bool = True) -> None:
        if self.managed_by:  # the rule of an archive
            archive(self, original_event, transform_input)
            return
        event = _as_aws_writes_it(original_event)
        for listener in _listeners:
            listener.routed(self.account_id, self.region_name, _rule(self), event, lab_time())

    send._lab = True  # type: ignore[attr-defined]
    models.Rule.send_to_targets = send


def _as_aws_writes_it(event: Mapping[str, Any]) -> dict[str, Any]:
    """moto's time is a number, and it keeps the time of arrival in the event."""
    time = event.get("time")
    if isinstance(time, int | float):
        time = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**{k: v for k, v in event.items() if k != "ingestion-time"}, "time": time}


def _read_patterns_by_our_rules(models: Any) -> None:
    def parse(self: Any) -> Any:
        if not self.pattern:
            return {}
        try:
            compiled(self.pattern)
        except EventBridgeError as error:
            raise _refused(error) from None
        return models.json.loads(self.pattern)

    models.EventPatternParser.parse = parse


def _refused(error: EventBridgeError) -> Exception:
    from moto.core.exceptions import JsonRESTError

    return JsonRESTError(error.code, error.message)


MOST_TARGETS = 5  # EventBridge User Guide, "Amazon EventBridge quotas": targets per rule


def _count(backend: Any, name: str, bus: Any, targets: Any) -> None:
    """Not of a rule that is not there: moto says so. The sentence is AWS's (observed)."""
    rules = backend._get_event_bus(backend._normalize_event_bus_arn(bus)).rules
    held = {target["Id"] for target in rules[name].targets} if name in rules else set()
    if name in rules and len(held | {target["Id"] for target in targets}) > MOST_TARGETS:
        what = "The requested resource exceeds the maximum number allowed."
        raise EventBridgeError("LimitExceededException", what)


def _check(models: Any) -> None:
    put_targets: Callable[..., None] = models.EventsBackend.put_targets
    put_rule: Callable[..., Any] = models.EventsBackend.put_rule

    @functools.wraps(put_targets)
    def checked_targets(self: Any, name: str, event_bus_arn: Any, targets: Any) -> None:
        try:
            for target in targets:
                template.check(target)
            _count(self, name, event_bus_arn, targets)
        except EventBridgeError as error:
            raise _refused(error) from None
        put_targets(self, name, event_bus_arn, targets)

    @functools.wraps(put_rule)
    def checked_rule(self: Any, name: str, *args: Any, **named: Any) -> Any:
        state = named.get("state")
        if state is not None and state not in STATES:
            raise models.ValidationException(
                f"1 validation error detected: Value '{state}' at 'state' failed to satisfy "
                f"constraint: Member must satisfy enum value set: [{', '.join(STATES)}]"
            )
        return put_rule(self, name, *args, **named)

    models.EventsBackend.put_targets = checked_targets
    models.EventsBackend.put_rule = checked_rule


MOST_ENTRIES = 10  # of a PutEvents; moto refuses more


def _refusal(entry: Mapping[str, Any]) -> tuple[str, str] | None:
    """API Reference, PutEvents: sources that begin with "aws." are AWS's own;
    PutEventsRequestEntry: Detail is "a valid JSON object"."""
    if str(entry.get("Source", "")).startswith("aws."):
        return "NotAuthorizedForSourceException", "Not authorized for the source."
    try:
        is_object = isinstance(json.loads(entry.get("Detail") or "{}"), dict)
    except (ValueError, RecursionError):
        is_object = False
    return None if is_object else ("MalformedDetail", "Detail is malformed.")


def _refuse_some_entries(cls: Any) -> None:
    original: Callable[..., str] = cls.put_events

    @functools.wraps(original)
    def put_events(self: Any) -> str:
        entries = self._get_param("Entries")
        refused = {n: why for n, entry in enumerate(entries) if (why := _refusal(entry))}
        if not refused or len(entries) > MOST_ENTRIES:
            return original(self)
        taken = [entry for n, entry in enumerate(entries) if n not in refused]
        told = self.events_backend.put_events(taken)
        for place, (code, message) in refused.items():
            told.insert(place, {"ErrorCode": code, "ErrorMessage": message})
        failed = sum(1 for entry in told if "ErrorCode" in entry)
        return json.dumps({"FailedEntryCount": failed, "Entries": told})

    cls.put_events = put_events


# -- what there is ------------------------------------------------------------------------


def _rule(rule: Any) -> Rule:
    return Rule(
        arn=rule.arn,
        name=rule.name,
        state=rule.state or ENABLED,
        pattern=rule.event_pattern.dump() or None,
        targets=tuple(rule.targets),
    )


def rules(account: str, region: str) -> list[Rule]:
    """The rules of the default bus, in the order in which they were put."""
    from moto.events.models import events_backends

    if account not in events_backends or region not in events_backends[account]:
        return []
    bus = events_backends[account][region].event_buses["default"]
    return [_rule(rule) for rule in bus.rules.values() if not rule.managed_by]


# -- targets ------------------------------------------------------------------------------


def send_to_queue(
    arn: str, body: str, group: str | None = None, attributes: Mapping[str, str] | None = None
) -> None:
    """Puts a message into an SQS queue. KeyError when there is none."""
    from moto.sqs.models import sqs_backends

    _, _, _, region, account, name = arn.split(":")
    _queue(arn)
    told = {
        name: {"DataType": "String", "StringValue": value}
        for name, value in (attributes or {}).items()
    }
    sqs_backends[account][region].send_message(
        queue_name=name, message_body=body, message_attributes=told, group_id=group
    )


def _queue(arn: str) -> Any:
    from moto.sqs.models import sqs_backends

    _, _, _, region, account, name = arn.split(":")
    if account not in sqs_backends or name not in sqs_backends[account][region].queues:
        raise KeyError(arn)
    return sqs_backends[account][region].queues[name]


def queue_key(arn: str) -> str | None:
    """The KMS key that encrypts an SQS queue, as it was named. KeyError when there is no queue."""
    return str(_queue(arn).kms_master_key_id or "") or None


def put_on_bus(arn: str, event: Mapping[str, Any]) -> None:
    """Hands an event on to another bus, as it is. KeyError when there is none."""
    from moto.events.models import events_backends

    parts = arn.split(":")
    region, account, name = parts[3], parts[4], arn.rpartition("/")[2]
    bus = events_backends[account][region].event_buses.get(name)
    if bus is None:
        raise KeyError(arn)
    whole: Any = dict(event)
    for rule in list(bus.rules.values()):
        if rule.managed_by:
            rule.send_to_targets(whole)
            continue
        for listener in _listeners:
            listener.routed(account, region, _rule(rule), whole, lab_time(), handed_on=True)


def log_policies(account: str, region: str) -> list[str]:
    """The resource policies of CloudWatch Logs in one Region."""
    from moto.logs.models import logs_backends

    if account not in logs_backends or region not in logs_backends[account]:
        return []
    return [
        str(p.policy_document) for p in logs_backends[account][region].resource_policies.values()
    ]


def function_exists(arn: str) -> bool:
    from moto.awslambda.models import lambda_backends

    parts = arn.split(":")
    if len(parts) < 7 or parts[4] not in lambda_backends:
        return False
    try:
        return lambda_backends[parts[4]][parts[3]].get_function(arn) is not None
    except Exception:  # moto's way to say that there is none
        return False
