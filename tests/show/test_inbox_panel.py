"""The inbox to click: every control works over `lab.inbox()`, which works by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lablib import LabError
from lablib.inbox import Inbox, Mail
from lablib.show import panel as panels
from lablib.show.inbox_panel import NONE, SHOWN, inbox_panel
from lablib.show.panel import Panel

FILE = '{"s3Bucket":"b","s3ObjectKey":["AWSLogs/1.json.gz"]}\n\n--\nunsubscribe'


def mail(number: int, subject: str, body: str = "", state: str = "") -> dict[str, Any]:
    kind = "confirmation" if state else "notification"
    return {
        "id": number,
        "time": f"2026-11-23T10:{number:02}:00.000Z",
        "from": "AWS <no-reply@sns.amazonaws.com>",
        "to": "ops@example.com",
        "subject": subject,
        "body": body,
        "topic": "arn:aws:sns:us-east-1:123456789012:t",
        "kind": kind,
        "state": state,
    }


ALARM = mail(3, 'ALARM: "stopped" in US East (N. Virginia)', "You <b>are</b> receiving this email")
NOTICE = mail(2, "AWS Notification Message", FILE)
QUESTION = mail(1, "AWS Notification - Subscription Confirmation", "click", "waiting")


class FakeControl:
    def __init__(self, *mails: dict[str, Any]) -> None:
        self.mails = list(mails)
        self.error: Exception | None = None

    def get(self, path: str, **asked: Any) -> dict[str, Any]:
        assert path == "inbox"
        if self.error:
            raise self.error
        return {"mails": self.mails}

    def post(self, path: str, change: dict[str, Any]) -> dict[str, Any]:
        assert (path, change) == ("inbox", {"confirm": True})
        self.mails = [{**m, "state": m["state"] and "confirmed"} for m in self.mails]
        return {}


class FakeLab:
    def __init__(self, *mails: dict[str, Any]) -> None:
        self.control = FakeControl(*mails)

    def inbox(self, to: str | None = None) -> Inbox:
        return Inbox(self.control, to)  # type: ignore[arg-type]


@pytest.fixture
def lab() -> Iterator[Any]:
    yield FakeLab(ALARM, NOTICE, QUESTION)
    for panel in list(panels._open.values()):
        panel.close()


def controls(panel: Panel) -> dict[str, Any]:
    found = [w for w in panels._tree(panel.box) if getattr(w, "description", "")]
    return {widget.description: widget for widget in found}


def shown(panel: Panel) -> str:
    return " ".join(w.value for w in panels._tree(panel.box) if type(w).__name__ == "HTML")


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (ALARM, "alarm"),
        (NOTICE, "log file"),
        (QUESTION, "confirmation"),
        (mail(4, "Greetings", "hello"), "message"),
        (
            mail(5, "AWS Notification Message", '{\n "Message": "{\\"s3ObjectKey\\":[]}"'),
            "log file",
        ),
    ],
)
def test_a_notice_of_a_file_and_an_alarm_are_told_apart(facts: Any, kind: str) -> None:
    assert Mail(facts).kind == kind


def test_the_list_is_newest_first_with_the_kind_of_each(lab: Any) -> None:
    lines = inbox_panel(lab).text().splitlines()
    assert lines[0] == "Inbox: 3 mails"
    assert [line.split("  ")[2] for line in lines[1:4]] == [
        "alarm",
        "log file",
        "confirmation (waiting)",
    ]
    assert lines[4] == "1 to be confirmed: lab.inbox().confirm()"


def test_one_mail_is_read_and_nothing_in_it_is_markup(lab: Any) -> None:
    panel = inbox_panel(lab)
    choice = controls(panel)["Mail"]
    choice.value = 0
    assert "You &lt;b&gt;are&lt;/b&gt; receiving" in shown(panel)
    choice.value = NONE
    assert "receiving" not in shown(panel)


def test_one_kind_alone_is_shown(lab: Any) -> None:
    panel = inbox_panel(lab)
    controls(panel)["Show"].value = "log file"
    assert panel.text().splitlines()[0] == "Inbox, log file: 1 mail"
    controls(panel)["Show"].value = "message"
    assert "no mail yet" in shown(panel)


def test_the_button_confirms_what_waits_and_then_rests(lab: Any) -> None:
    panel = inbox_panel(lab)
    button = controls(panel)["Confirm 1 waiting"]
    button.click()
    assert button.disabled and button.description == "Nothing to confirm"
    assert "waiting" not in panel.text()


def test_new_mail_is_seen_after_refresh_and_a_long_list_says_so(lab: Any) -> None:
    panel = inbox_panel(lab)
    lab.control.mails = [mail(n, "AWS Notification Message", FILE) for n in range(20, 0, -1)]
    controls(panel)["Refresh"].click()
    assert panel.text().splitlines()[0] == f"Inbox: 20 mails, the newest {SHOWN} shown"


def test_an_error_is_a_sentence_on_the_face(lab: Any) -> None:
    panel = inbox_panel(lab)
    lab.control.error = LabError("The account is gone.")
    controls(panel)["Refresh"].click()
    assert "✖ Error: The account is gone." in shown(panel)


def test_every_control_has_words_and_a_tip(lab: Any) -> None:
    active = [w for w in panels._tree(inbox_panel(lab).box) if type(w).__name__ in ACTIVE]
    assert len(active) == 4
    assert all(widget.description and widget.tooltip for widget in active)


ACTIVE = ("Button", "Dropdown")
