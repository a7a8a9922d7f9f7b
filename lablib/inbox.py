"""The lab's inbox, as a notebook holds it: mails that Amazon SNS has sent, newest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from lablib.clock import moment, spoken
from lablib.connection import Control

if TYPE_CHECKING:
    from datetime import datetime

    from lablib.search.table import Table

WAITING = "waiting"
FOOTER = "--"
WRAPPED = "white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere"  # long lines of a mail
CONFIRMATION, ALARM, LOG_FILE, MESSAGE = KINDS = ("confirmation", "alarm", "log file", "message")
# The subject that CloudWatch gives (observed).
_ALARM = re.compile(r'(ALARM|OK|INSUFFICIENT_DATA): ".*" in ')


@dataclass(frozen=True, slots=True, repr=False)
class Mail:
    """One mail: subject, body, time, and whom it went to."""

    facts: Mapping[str, Any]

    @property
    def subject(self) -> str:
        return str(self.facts["subject"])

    @property
    def body(self) -> str:
        return str(self.facts["body"])

    @property
    def message(self) -> str:
        """What was published: the body without the lines that Amazon SNS adds below it."""
        return self.body.partition(f"\n\n{FOOTER}\n")[0]

    @property
    def to(self) -> str:
        return str(self.facts["to"])

    @property
    def topic(self) -> str:
        return str(self.facts["topic"])

    @property
    def time(self) -> datetime:
        return moment(self.facts["time"])

    @property
    def waiting(self) -> bool:
        """Whether it is a question that has not been answered: confirm the subscription?"""
        return bool(self.facts["state"] == WAITING)

    @property
    def kind(self) -> str:
        """One of KINDS: CloudTrail's notice of a log file and an alarm are told apart by what they
        say, as a mail program's rules would."""
        if self.facts["kind"] == CONFIRMATION:
            return CONFIRMATION
        if '"s3ObjectKey' in self.body.replace("\\", ""):
            return LOG_FILE
        return ALARM if _ALARM.match(self.subject) else MESSAGE

    def head(self) -> list[tuple[str, str]]:
        """Its head as pairs: From, To, Subject, Date."""
        names = ("from", "to", "subject")
        head = [(name.capitalize(), str(self.facts[name])) for name in names]
        return [*head, ("Date", spoken(self.time))]

    def __repr__(self) -> str:
        head = "\n".join(f"{name}: {value}" for name, value in self.head())
        return f"{head}\n\n{self.body}"

    def _repr_html_(self) -> str:
        head = "<br>".join(f"<b>{name}:</b> {escape(value)}" for name, value in self.head())
        body = f"<pre style='{WRAPPED}'>{escape(self.body)}</pre>"
        return f"<div style='max-width:50em'>{head}{body}</div>"


class Inbox:
    """All mails of the lab. `inbox[0]` is the newest; `inbox.confirm()` answers questions."""

    def __init__(self, control: Control, to: str | None = None) -> None:
        self._control, self._to = control, to
        self.mails = [Mail(one) for one in control.get("inbox", to=to)["mails"]]

    def confirm(self) -> Inbox:
        """Follow the links in the confirmation mails, as the people they went to would.

        The inbox as it is then comes back. Where nothing waits, nothing happens.
        """
        if Inbox(self._control, self._to).waiting:
            self._control.post("inbox", {"confirm": True if self._to is None else self._to})
        return Inbox(self._control, self._to)

    @property
    def waiting(self) -> list[Mail]:
        return [mail for mail in self.mails if mail.waiting]

    def table(self) -> Table:
        """The mails as a table; their bodies are in `inbox[0].body`."""
        from lablib.search.table import Table

        rows = [
            {
                "Time": spoken(mail.time),
                "Kind": mail.kind,
                "To": mail.to,
                "Subject": mail.subject,
                "State": "to be confirmed" if mail.waiting else mail.facts["state"],
            }
            for mail in self.mails
        ]
        return Table(rows, columns=["Time", "Kind", "To", "Subject", "State"])

    def __len__(self) -> int:
        return len(self.mails)

    def __iter__(self) -> Iterator[Mail]:
        return iter(self.mails)

    def __getitem__(self, place: int) -> Mail:
        """LabError when there are not so many."""
        try:
            return self.mails[place]
        except IndexError:
            from lablib.errors import LabError

            raise LabError(
                f"There is no mail {place}.",
                found=f"{len(self)} mail{'s' * (len(self) != 1)}",
                next="lab.clock.advance(minutes=5), if one is on its way.",
            ) from None

    def told(self) -> str:
        """What there is to say beside the list: nothing, or what waits."""
        if not self.mails:
            return "No mail yet."
        count = len(self.waiting)
        return f"{count} to be confirmed: lab.inbox().confirm()" if count else ""

    def __repr__(self) -> str:
        return "\n".join(filter(None, [repr(self.table()) if self.mails else "", self.told()]))

    def _repr_html_(self) -> str:
        told = self.told()
        table = self.table()._repr_html_() or "" if self.mails else ""
        return table + (f"<p>{escape(told)}</p>" if told else "")
