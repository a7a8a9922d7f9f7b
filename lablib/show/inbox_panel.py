"""The inbox to click: mails newest first, one to read, subscriptions to confirm."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as widgets

from lablib.clock import spoken
from lablib.inbox import KINDS, WRAPPED, Inbox, Mail
from lablib.show.panel import Panel, button, choice, error_line, row, table

if TYPE_CHECKING:
    from lablib.lab import Lab

SHOWN = 16  # mails in the list; the choice below it holds the same
ALL = "all mail"
NONE = -1
NO_MAIL = ("– read one mail –", NONE)
COLUMNS = ("No.", "Time (UTC)", "Kind", "To", "Subject")


def inbox_panel(lab: Lab, to: str | None = None) -> Panel:
    """A panel over `lab.inbox()`: each control is one of its words, which work by hand too."""
    desk = _Desk(lab, to)
    desk.refresh()
    return Panel("inbox", desk.children, desk.text)


class _Desk:
    """The widgets and what they do. `mails` are those in the list."""

    def __init__(self, lab: Lab, to: str | None) -> None:
        self.lab, self.to = lab, to
        self.inbox: Inbox | None = None
        self.mails: list[Mail] = []
        self.kind = choice("Show", "Mails of one kind, or all", [ALL, *KINDS], ALL)
        self.again = button("Refresh", "Look for new mail", self.refresh, "refresh")
        self.yes = button(
            "Confirm",
            "Follow the links in the confirmation mails, as the people they went to would",
            self._confirm,
            "check",
        )
        self.read = choice("Mail", "Show one mail's whole text", [NO_MAIL], NONE)
        self.list, self.mail = widgets.HTML(), widgets.HTML()
        self.kind.observe(lambda _: self._guard(self._show), "value")
        self.read.observe(lambda _: self._guard(self._open), "value")
        self.children = [
            row(self.kind, self.again, self.yes),
            self.list,
            row(self.read),
            self.mail,
        ]

    def refresh(self) -> None:
        """Look again."""
        self._guard(self._look)

    def _look(self) -> None:
        self.inbox = self.lab.inbox(self.to)
        self._show()

    def _confirm(self) -> None:
        def answer() -> None:
            assert self.inbox is not None
            self.inbox = self.inbox.confirm()
            self._show()

        self._guard(answer)

    def _show(self) -> None:
        self.mails = self._wanted()[:SHOWN]
        rows = [(n, *_cells(mail)) for n, mail in enumerate(self.mails, 1)]
        none = f'<p role="status">{escape(self._caption())}</p>'
        self.list.value = table(COLUMNS, rows, self._caption()) if rows else none
        waiting = len(self.inbox.waiting) if self.inbox else 0
        self.yes.description = f"Confirm {waiting} waiting" if waiting else "Nothing to confirm"
        self.yes.disabled = not waiting
        labels = [
            f"{n}. {mail.time:%H:%M:%S} {mail.subject}" for n, mail in enumerate(self.mails, 1)
        ]
        self.read.options = [NO_MAIL, *((label, n) for n, label in enumerate(labels))]
        self.read.value = NONE
        self.mail.value = ""

    def _wanted(self) -> list[Mail]:
        return [m for m in self.inbox or () if self.kind.value in (ALL, m.kind)]

    def _open(self) -> None:
        chosen = self.read.value
        self.mail.value = "" if chosen == NONE else _whole(self.mails[chosen])

    def _caption(self) -> str:
        count = len(self._wanted())
        whose = f" to {self.to}" if self.to else ""
        what = "" if self.kind.value == ALL else f", {self.kind.value}"
        if not count:
            return f"Inbox{whose}{what}: no mail yet."
        more = f", the newest {SHOWN} shown" if count > SHOWN else ""
        return f"Inbox{whose}{what}: {count} mail{'s' * (count != 1)}{more}"

    def _guard(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            self.list.value = error_line(error)

    def text(self) -> str:
        """The panel in words: how many mails, and their list."""
        lines = [f"  {'  '.join(_cells(mail))}" for mail in self.mails]
        waits = self.inbox.told() if self.inbox and self.inbox.waiting else ""
        return "\n".join(filter(None, [self._caption(), *lines, waits]))


def _cells(mail: Mail) -> tuple[str, str, str, str]:
    waits = " (waiting)" if mail.waiting else ""
    return spoken(mail.time).removesuffix(" UTC"), f"{mail.kind}{waits}", mail.to, mail.subject


def _whole(mail: Mail) -> str:
    head = "<br>".join(f"<b>{name}:</b> {escape(value)}" for name, value in mail.head())
    body = escape(mail.body)
    return (
        f'<p style="line-height:1.5">{head}</p>'
        f'<pre class="lab-json" style="{WRAPPED}" tabindex="0" '
        f'aria-label="The mail\'s text">{body}</pre>'
    )
