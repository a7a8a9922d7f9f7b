"""Encrypted topics and queues: may a service use their key?

Source: Amazon SNS Developer Guide, "Key management", "Enable compatibility between event sources
from AWS services and encrypted topics"; Amazon SQS Developer Guide, "Key management", the same for
encrypted queues: AWS's own keys let no other service in.
"""

from __future__ import annotations

from collections.abc import Mapping

from . import policy
from .moto_adapter import eventrules, facts, subscriptions

DEFAULT_KEYS = ("alias/aws/sns", "alias/aws/sqs")
NEEDED = ("kms:Decrypt", "kms:GenerateDataKey")


def is_sealed(topic: str, service: str, context: Mapping[str, str]) -> bool:
    """Whether the topic is encrypted with a key that does not let the service publish."""
    return _is_closed(subscriptions.topic_key(topic), topic, service, context)


def is_sealed_queue(queue: str, service: str, context: Mapping[str, str]) -> bool:
    """The same of a queue."""
    return _is_closed(eventrules.queue_key(queue), queue, service, context)


def _is_closed(name: str | None, arn: str, service: str, context: Mapping[str, str]) -> bool:
    if name is None:
        return False
    parts = arn.split(":")
    key = facts.kms_key(name, parts[4], parts[3])
    if key is None or name in DEFAULT_KEYS:
        return True
    return not all(
        policy.service_verdict(
            key.policy, action=one, resource=key.arn, context=dict(context), service=service
        ).allowed
        for one in NEEDED
    )
