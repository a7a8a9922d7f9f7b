"""The lab's inbox: what Amazon SNS has sent to e-mail addresses.

All addresses of the account end here. The texts follow the mails that Amazon SNS sends (observed).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .moto_adapter import subscriptions
from .moto_adapter.subscriptions import Envelope

SENDER = "no-reply@sns.amazonaws.com"
CONFIRM, NOTICE = "AWS Notification - Subscription Confirmation", "AWS Notification Message"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. `state` of a confirmation mail: "waiting" or "confirmed"; of others: ""."""

    id: int
    time: datetime
    sender: str
    to: str
    subject: str
    body: str
    topic: str
    subscription: str
    state: str = ""

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "time": _iso(self.time),
            "from": self.sender,
            "to": self.to,
            "subject": self.subject,
            "body": self.body,
            "topic": self.topic,
            "kind": "confirmation" if self.state else "notification",
            "state": self.state,
        }


class NothingToConfirm(Exception):
    """What was asked for cannot be confirmed: one sentence."""


class Inbox:
    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def receive(self, envelope: Envelope, now: datetime) -> None:
        asks = envelope.token is not None
        mail = Mail(
            id=len(self.mails) + 1,
            time=now,
            sender=f"{envelope.sender} <{SENDER}>",
            to=envelope.address,
            subject=CONFIRM if asks else envelope.subject or NOTICE,
            body=_as_json(envelope, now) if envelope.protocol == "email-json" else _text(envelope),
            topic=envelope.topic,
            subscription=envelope.subscription,
            state="waiting" if asks else "",
        )
        self.mails.append(mail)

    def shown(self, to: str | None = None, topic: str | None = None) -> list[dict[str, Any]]:
        """Newest first."""
        return [
            mail.shown()
            for mail in reversed(self.mails)
            if to in (None, mail.to) and (topic is None or mail.topic.endswith(topic))
        ]

    def confirm(self, wanted: object) -> list[dict[str, Any]]:
        """Follows the links in confirmation mails: of one mail by its id, of an address, or of all
        (True). The mails that were waiting. Raises NothingToConfirm."""
        fits = _fitting(wanted)
        if fits is None:
            raise NothingToConfirm("Say which: a mail's id, an address, or true for all.")
        waiting = [mail for mail in self.mails if mail.state == "waiting" and fits(mail)]
        if not waiting and wanted is not True:
            raise NothingToConfirm(f"No mail is waiting for a confirmation that fits {wanted!r}.")
        done = [mail for mail in waiting if subscriptions.confirm_by_arn(mail.subscription)]
        for mail in done:
            self.mails[mail.id - 1] = replace(mail, state="confirmed")
        return [self.mails[mail.id - 1].shown() for mail in done]


def _fitting(wanted: object) -> Callable[[Mail], bool] | None:
    if isinstance(wanted, bool):
        return lambda mail: bool(wanted)
    if isinstance(wanted, int):
        return lambda mail: mail.id == wanted
    if isinstance(wanted, str):
        return lambda mail: mail.to == wanted
    return None


def _iso(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"


def _host(envelope: Envelope) -> str:
    return f"https://sns.{envelope.topic.split(':')[3]}.amazonaws.com"


def _text(envelope: Envelope) -> str:
    if envelope.token is None:
        return f"{envelope.message}\n\n--\n{_unsubscribe(envelope)}\n"
    link = (
        f"{_host(envelope)}/confirmation.html?TopicArn={envelope.topic}&Token={envelope.token}"
        f"&Endpoint={envelope.address}"
    )
    return (
        f"You have chosen to subscribe to the topic:\n{envelope.topic}\n\n"
        "To confirm this subscription, click or visit the link below (If this was in error no "
        f"action is necessary):\n{link}\n\n"
        "Please do not reply directly to this email.\n"
    )


def _unsubscribe(envelope: Envelope) -> str:
    link = (
        f"{_host(envelope)}/unsubscribe.html?SubscriptionArn={envelope.subscription}"
        f"&Endpoint={envelope.address}"
    )
    return (
        "If you wish to stop receiving notifications from this topic, please click or visit the "
        f"link below to unsubscribe:\n{link}\n\nPlease do not reply directly to this email."
    )


def _as_json(envelope: Envelope, now: datetime) -> str:
    """The envelope that JSON subscribers get, without the signature."""
    told: dict[str, Any] = {
        "Type": "Notification" if envelope.token is None else "SubscriptionConfirmation",
        "MessageId": envelope.message_id,
        "TopicArn": envelope.topic,
    }
    if envelope.token is not None:
        told["Token"] = envelope.token
        told["SubscribeURL"] = (
            f"{_host(envelope)}/?Action=ConfirmSubscription&TopicArn={envelope.topic}"
            f"&Token={envelope.token}"
        )
    if envelope.subject is not None:
        told["Subject"] = envelope.subject
    told |= {"Message": envelope.message, "Timestamp": _iso(now)}
    return json.dumps(told, indent=2)
