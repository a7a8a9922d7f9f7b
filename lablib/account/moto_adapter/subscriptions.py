"""Subscriptions by e-mail in moto's SNS: they wait for their confirmation, then get their mail.

Source: Amazon SNS API Reference, Subscribe, ConfirmSubscription, GetTopicAttributes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

MAIL = ("email", "email-json")
PENDING = "PendingConfirmation"
KEPT_DAYS = 2  # "confirmation tokens are valid for two days"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What goes to an address: a message, or (with a token) the question whether it is wanted."""

    account: str
    protocol: str
    address: str
    topic: str
    sender: str  # the topic's display name
    subscription: str
    message_id: str
    message: str = ""
    subject: str | None = None
    token: str | None = None


class Listener(Protocol):
    def mailed(self, envelope: Envelope) -> None: ...


_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """From here on `listener`, and it alone, is told."""
    _listeners[:] = [listener]


def mend() -> None:
    """Once per process."""
    from moto.sns import models, responses

    if getattr(models.SNSBackend.subscribe, "_lab", False):
        return
    _ask_for_confirmation(models)
    _deliver_mail(models)
    _count_deleted(models)
    _show(responses.SNSResponse)


def _send(subscription: Any, **more: Any) -> None:
    topic = subscription.topic
    envelope = Envelope(
        account=subscription.account_id,
        protocol=subscription.protocol,
        address=subscription.endpoint,
        topic=topic.arn,
        sender=topic.display_name or "AWS Notifications",
        subscription=subscription.arn,
        **more,
    )
    for listener in _listeners:
        listener.mailed(envelope)


def is_pending(subscription: Any) -> bool:
    return bool(subscription.attributes.get(PENDING))


def _ask_for_confirmation(models: Any) -> None:
    from moto.moto_api._internal import mock_random

    original: Callable[..., Any] = models.SNSBackend.subscribe

    @functools.wraps(original)
    def subscribe(self: Any, topic_arn: str, endpoint: str, protocol: str) -> Any:
        if protocol in MAIL and "@" not in endpoint:
            raise models.SNSInvalidParameter("Invalid parameter: Email address")
        subscription = original(self, topic_arn, endpoint, protocol)
        if protocol in MAIL and not hasattr(subscription, "lab_token"):
            subscription.attributes[PENDING] = True
            subscription.attributes["ConfirmationWasAuthenticated"] = False
            subscription.lab_token = f"{mock_random.getrandbits(1024):0256x}"
        if protocol in MAIL and is_pending(subscription):
            id = str(mock_random.uuid4())
            _send(subscription, message_id=id, token=subscription.lab_token)
        return subscription

    subscribe._lab = True  # type: ignore[attr-defined]
    models.SNSBackend.subscribe = subscribe


def _deliver_mail(models: Any) -> None:
    original: Callable[..., None] = models.Subscription.publish

    @functools.wraps(original)
    def publish(
        self: Any,
        message: str,
        message_id: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> None:
        if self.protocol not in MAIL:
            original(
                self,
                message,
                message_id,
                subject=subject,
                message_attributes=message_attributes,
                group_id=group_id,
                deduplication_id=deduplication_id,
                message_structure=message_structure,
            )
            return
        matcher = self._filter_policy_matcher
        unwanted = matcher is not None and not matcher.matches(message_attributes, message)
        if is_pending(self) or unwanted:
            return
        if message_structure == "json":
            message = self._parse_message_structure(message, self.protocol)
        _send(self, message_id=message_id, message=message, subject=subject)

    models.Subscription.publish = publish


def _count_deleted(models: Any) -> None:
    original: Callable[..., None] = models.SNSBackend.unsubscribe

    @functools.wraps(original)
    def unsubscribe(self: Any, subscription_arn: str) -> None:
        subscription = self.subscriptions.get(subscription_arn)
        if subscription is not None:
            subscription.topic.subscriptions_deleted += 1
        original(self, subscription_arn)

    models.SNSBackend.unsubscribe = unsubscribe


# -- answers ------------------------------------------------------------------------------


def _show(cls: Any) -> None:
    _answered(cls, "subscribe", _subscribed)
    _answered(cls, "list_subscriptions", _listed)
    _answered(cls, "list_subscriptions_by_topic", _listed)
    _answered(cls, "get_topic_attributes", _counted)
    _answered(cls, "get_subscription_attributes", _told)
    cls.confirm_subscription = _confirm


def _answered(cls: Any, name: str, change: Callable[[Any, dict[str, Any]], None]) -> None:
    original: Callable[..., Any] = getattr(cls, name)

    @functools.wraps(original)
    def answer(self: Any) -> Any:
        told = original(self)
        change(self, told.result)
        return told

    setattr(cls, name, answer)


def _subscribed(response: Any, result: dict[str, Any]) -> None:
    """ "The response includes the ARN … if the subscription is already confirmed", or if it is
    asked for."""
    subscription = response.backend.subscriptions[result["SubscriptionArn"]]
    asked = str(response._get_param("ReturnSubscriptionArn")).lower() == "true"
    if is_pending(subscription) and not asked:
        result["SubscriptionArn"] = "pending confirmation"


def _listed(response: Any, result: dict[str, Any]) -> None:
    result["Subscriptions"] = [
        {
            "SubscriptionArn": PENDING if is_pending(one) else one.arn,
            "Owner": one.owner,
            "Protocol": one.protocol,
            "Endpoint": one.endpoint,
            "TopicArn": one.topic.arn,
        }
        for one in result["Subscriptions"]
    ]


def _counted(response: Any, result: dict[str, Any]) -> None:
    attributes = result["Attributes"]
    topic = response.backend.get_topic(attributes["TopicArn"])
    waiting = [is_pending(s) for s in response.backend._get_topic_subscriptions(topic)]
    attributes["SubscriptionsPending"] = sum(waiting)
    attributes["SubscriptionsConfirmed"] = len(waiting) - sum(waiting)


def _told(response: Any, result: dict[str, Any]) -> None:
    """Truth as SNS writes it: true, false."""
    attributes: Mapping[str, Any] = result["Attributes"]
    result["Attributes"] = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in attributes.items()
    }


def _confirm(response: Any) -> Any:
    from moto.core.responses import ActionResult
    from moto.sns.exceptions import SNSInvalidParameter, TopicNotFound

    backend, topic = response.backend, response._get_param("TopicArn")
    if topic not in backend.topics:
        raise TopicNotFound
    for subscription in _of_topic(backend, topic):
        if getattr(subscription, "lab_token", None) == response._get_param("Token"):
            confirm(subscription)
            return ActionResult({"SubscriptionArn": subscription.arn})
    raise SNSInvalidParameter("Invalid token")


def confirm(subscription: Any) -> None:
    subscription.attributes[PENDING] = False
    subscription.confirmed = True


def _of_topic(backend: Any, topic: str) -> Iterator[Any]:
    return (s for s in backend.subscriptions.values() if s.topic.arn == topic)


def confirm_by_arn(arn: str) -> bool:
    """The link in a confirmation mail is followed; False when the subscription is gone."""
    from moto.sns.models import sns_backends

    _, _, _, region, account, _ = arn.split(":", 5)
    subscription = sns_backends[account][region].subscriptions.get(arn)
    if subscription is None:
        return False
    confirm(subscription)
    return True


# -- topics -------------------------------------------------------------------------------


def publish(arn: str, by_protocol: str, subject: str) -> None:
    """Publishes with MessageStructure=json."""
    from .facts import _topic

    _topic(arn).publish(by_protocol, subject=subject, message_structure="json")


def topic_key(arn: str) -> str | None:
    """The KMS key that encrypts a topic, as it was named."""
    from .facts import _topic

    return str(_topic(arn).kms_master_key_id) or None
