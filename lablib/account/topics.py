"""Encrypted topics: may a service use their key?

Source: Amazon SNS Developer Guide, "Key management", "Enable compatibility between event sources
from AWS services and encrypted topics": AWS's own key lets no other service in.
"""

from __future__ import annotations

from collections.abc import Mapping

from . import policy
from .moto_adapter import facts, subscriptions

DEFAULT_KEY = "alias/aws/sns"
NEEDED = ("kms:Decrypt", "kms:GenerateDataKey")


def is_sealed(topic: str, service: str, context: Mapping[str, str]) -> bool:
    """Whether the topic is encrypted with a key that does not let the service publish."""
    name = subscriptions.topic_key(topic)
    if name is None:
        return False
    parts = topic.split(":")
    key = facts.kms_key(name, parts[4], parts[3])
    if key is None or name == DEFAULT_KEY:
        return True
    return not all(
        policy.service_verdict(
            key.policy, action=one, resource=key.arn, context=dict(context), service=service
        ).allowed
        for one in NEEDED
    )
