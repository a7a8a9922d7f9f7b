"""The targets of EventBridge's rules: may EventBridge send there, and the sending.

Source: EventBridge User Guide, "Using resource-based policies for Amazon EventBridge": Lambda, SNS,
SQS and CloudWatch Logs decide by their own policies; `aws:SourceArn` is the rule.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from ..eventbridge import template
from ..eventbridge.rule import Rule
from . import policy, topics
from .moto_adapter import eventrules, facts, policies

SERVICE = "events.amazonaws.com"
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sending:
    """One event on its way to one target of a rule."""

    rule: Rule
    target: Params
    event: Params
    now: datetime
    rng: Random
    handed_on: bool = False  # from another bus

    @property
    def text(self) -> str:
        return template.made(self.target, self.event, self.rule, f"{self.now:%Y-%m-%dT%H:%M:%SZ}")

    @property
    def arn(self) -> str:
        return str(self.target["Arn"])

    @property
    def account(self) -> str:
        return self.rule.arn.split(":")[4]

    def context(self) -> dict[str, str]:
        return {"aws:SourceArn": self.rule.arn, "aws:SourceAccount": self.account}


class NotSent(Exception):
    """Why nothing arrived: the code that a dead-letter queue is told, and a sentence."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code, self.why = code, why


NO_PERMISSIONS, NO_RESOURCE = "NO_PERMISSIONS", "NO_RESOURCE"


def send(sending: Sending) -> None:
    """Carries it out; raises NotSent."""
    service = sending.arn.split(":")[2] if sending.arn.count(":") >= 5 else ""
    carry = CARRIERS.get(service)
    if carry is None:
        raise NotSent(
            "NO_SUCH_TARGET", f"The lab carries no events to {service or 'that'} targets."
        )
    carry(sending)


def _admit(sending: Sending, document: str | None, action: str, resource: str) -> None:
    verdict = policy.service_verdict(
        document, action=action, resource=resource, context=sending.context(), service=SERVICE
    )
    if not verdict.allowed:
        raise NotSent(NO_PERMISSIONS, f"{SERVICE} may not {action} on {resource}: {verdict.why}")


def _to_topic(sending: Sending) -> None:
    document = facts.topic_policy(sending.arn)
    if document is None:
        raise NotSent(NO_RESOURCE, f"There is no topic {sending.arn}.")
    _admit(sending, document, "sns:Publish", sending.arn)
    if topics.is_sealed(sending.arn, SERVICE, sending.context()):
        raise NotSent(NO_PERMISSIONS, f"{SERVICE} may not use the key of topic {sending.arn}.")
    facts.publish(sending.arn, sending.text, None)


def _to_queue(sending: Sending) -> None:
    group = (sending.target.get("SqsParameters") or {}).get("MessageGroupId")
    document = policies.of_resource(sending.arn, sending.account)
    _admit(sending, document, "sqs:SendMessage", sending.arn)
    if topics.is_sealed_queue(sending.arn, SERVICE, sending.context()):
        raise NotSent(NO_PERMISSIONS, f"{SERVICE} may not use the key of queue {sending.arn}.")
    eventrules.send_to_queue(sending.arn, sending.text, group)


def _to_log_group(sending: Sending) -> None:
    """ "When CloudWatch Logs is the target of a rule, EventBridge creates log streams": here one
    for each event, with a name of its own (unverified)."""
    if not facts.log_group_exists(sending.arn):
        raise NotSent(NO_RESOURCE, f"There is no log group {sending.arn}.")
    region = sending.arn.split(":")[3]
    stream = str(uuid.UUID(int=sending.rng.getrandbits(128), version=4))
    resource = f"{sending.arn.removesuffix(':*')}:log-stream:{stream}"
    documents = eventrules.log_policies(sending.account, region)
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        if not any(
            policy.service_verdict(
                one, action=action, resource=resource, context=sending.context(), service=who
            ).allowed
            for one in documents
            for who in (SERVICE, "delivery.logs.amazonaws.com")
        ):
            why = f"No resource policy of CloudWatch Logs lets {SERVICE} do {action} on {resource}."
            raise NotSent(NO_PERMISSIONS, why)
    facts.put_log_events(sending.arn, stream, [sending.text], sending.now)


def _to_function(sending: Sending) -> None:
    """Invoked as an event. No container runs here, so the function's code does not."""
    if not eventrules.function_exists(sending.arn):
        raise NotSent(NO_RESOURCE, f"There is no function {sending.arn}.")
    document = policies.of_resource(sending.arn, sending.account)
    _admit(sending, document, "lambda:InvokeFunction", sending.arn)


def _to_bus(sending: Sending) -> None:
    """Another bus of this account gets the event as it was, with its id and time. User Guide,
    "Sending events between event buses in the same account and Region": never to a third bus."""
    if sending.handed_on:
        raise NotSent("NO_SUCH_TARGET", "EventBridge hands an event on to one other bus only.")
    if sending.arn.split(":")[4] != sending.account:
        raise NotSent("NO_SUCH_TARGET", "The lab hands events on within the account only.")
    eventrules.put_on_bus(sending.arn, sending.event)


CARRIERS: Mapping[str, Callable[[Sending], None]] = {
    "sns": _to_topic,
    "sqs": _to_queue,
    "logs": _to_log_group,
    "lambda": _to_function,
    "events": _to_bus,
}


def bury(sending: Sending, failure: NotSent) -> None:
    """What did not arrive goes to the target's dead-letter queue, if it has one that lets it in.
    EventBridge User Guide, "Using dead-letter queues to process undelivered events": the reason in
    attributes; no retries where they cannot help. What a target with an input of its own would
    have got goes there, not the event before it (unverified)."""
    queue = (sending.target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    document = policies.of_resource(str(queue), sending.account)
    _admit(sending, document, "sqs:SendMessage", str(queue))
    attributes = {
        "RULE_ARN": sending.rule.arn,
        "TARGET_ARN": sending.arn,
        "ERROR_CODE": failure.code,
        "ERROR_MESSAGE": failure.why,
    }
    eventrules.send_to_queue(str(queue), sending.text, None, attributes)
