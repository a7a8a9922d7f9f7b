"""What a notebook holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lablib import Lab, LabError, kernel
from lablib.connection import Account


@pytest.fixture(autouse=True)
def _an_environment_to_spoil(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Lab.open changes os.environ; each test gives it back. The home folder has no credentials."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(kernel, "settle", _restoring(kernel.settle, monkeypatch))


def _restoring(settle: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    from lablib.fence import environment

    def settled(account: Account) -> None:
        for name in [*environment(account), "PATH"]:
            monkeypatch.setenv(name, os.environ.get(name, ""))
        settle(account)

    return settled


@pytest.fixture
def lab(account: Account) -> Lab:
    return Lab(account)


def test_opening_a_lab_says_one_line(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    Lab.open(state=account.state)
    line = "The lab is ready: account 123456789012, us-east-1, lab time 10:02 UTC.\n"
    assert capsys.readouterr().out == line


def test_opening_a_lab_says_that_real_credentials_are_ignored(
    account: Account, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    Lab.open(state=account.state)
    said = capsys.readouterr().out
    assert "(AWS_ACCESS_KEY_ID) are neither used nor sent" in said and "AKIAREAL" not in said
    assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIALEARNER"
    Lab.open(state=account.state)
    assert "neither used nor sent" not in capsys.readouterr().out


def test_plain_boto3_reaches_the_account_after_opening(account: Account, fake: Any) -> None:
    import boto3

    boto3.setup_default_session(aws_access_key_id="AKIAREAL", aws_secret_access_key="s")
    Lab.open(state=account.state)
    boto3.client("cloudtrail").describe_trails()
    assert "AKIALEARNER" in fake.calls[-1]["authorization"]


def test_a_client_calls_as_the_user_named(lab: Lab, fake: Any) -> None:
    lab.client("cloudtrail").describe_trails()
    lab.client("cloudtrail", user="root", region="eu-central-1").describe_trails()
    learner, root = (call["authorization"] for call in fake.calls)
    assert "AKIALEARNER" in learner and "us-east-1" in learner
    assert "AKIAROOT" in root and "eu-central-1" in root


def test_an_unknown_user_is_said_with_how_to_create_one(lab: Lab) -> None:
    with pytest.raises(LabError) as caught:
        lab.client("s3", user="nobody")
    assert 'create_user(UserName="nobody")' in str(caught.value)


def test_a_user_without_a_key_gets_one_from_the_learner(lab: Lab, fake: Any) -> None:
    fake.awsanswer = (
        b"<CreateAccessKeyResponse><CreateAccessKeyResult><AccessKey><UserName>keyless</UserName>"
        b"<AccessKeyId>AKIANEW</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
        b"</AccessKey></CreateAccessKeyResult></CreateAccessKeyResponse>"
    )
    client = lab.client("cloudtrail", user="keyless")
    assert "CreateAccessKey" in fake.calls[0]["body"]
    assert client._request_signer._credentials.access_key == "AKIANEW"


def test_an_observer_marks_its_calls_and_a_client_does_not(lab: Lab, fake: Any) -> None:
    lab.observer("cloudtrail").describe_trails()
    lab.client("cloudtrail").describe_trails()
    watched, plain = fake.calls
    assert watched["x-lab-observer"] == lab.account.token and "x-lab-observer" not in plain


def test_winding_the_clock_asks_for_seconds(lab: Lab, fake: Any) -> None:
    reading = lab.clock.advance(minutes=5)
    assert fake.asked[-1] == ("POST", "clock", b'{"advance": 300.0}')
    lab.clock.advance("1h30m")
    assert fake.asked[-1][2] == b'{"advance": 5400.0}'
    assert "a log file of sap-trail" in repr(reading) and "10:07:00" in repr(reading)


@pytest.mark.parametrize("span", [{"minutes": -5}, {}, {"by": "-5m"}, {"by": "soon"}])
def test_the_clock_is_not_wound_backwards(lab: Lab, fake: Any, span: dict[str, Any]) -> None:
    with pytest.raises(LabError):
        lab.clock.advance(**span)
    assert fake.asked == []


def test_what_is_due_is_a_table(lab: Lab) -> None:
    due = lab.clock.due()
    assert list(due.columns) == ["Time", "In", "What"]
    assert due["In"].iloc[0].total_seconds() == 252


def test_events_come_in_the_consoles_columns_and_keep_their_records(lab: Lab) -> None:
    events = lab.events()
    row = events.iloc[0]
    assert (row["Event name"], row["User name"], row["Resource name"]) == (
        "CreateTrail",
        "learner",
        "sap-trail",
    )
    assert row["Record"]["eventID"] == row["Event ID"]
    assert "Record" not in repr(events) and "eventVersion" not in (events._repr_html_() or "")


@pytest.mark.parametrize("thing", ["id", "row", "event", "record", "shortened id"])
def test_an_event_is_traced_by_whatever_stands_for_it(lab: Lab, fake: Any, thing: str) -> None:
    row = lab.events().iloc[0]
    things = {
        "id": row["Event ID"],
        "shortened id": f"{row['Event ID'][:8]}…",
        "row": row,
        "event": lab.event(row["Event ID"]),
        "record": row["Record"],
    }
    trace = lab.trace(things[thing])
    assert fake.asked[-1][1] == f"trace?event={row['Event ID']}"
    assert trace.taken_by == ["a"]
    assert "– not taken: b — no" in repr(trace)
    assert list(trace.to_frame()["Stage"]) == ["record"]
    assert "✔ taken" in trace._repr_html_()


def test_what_is_no_event_is_said(lab: Lab) -> None:
    for thing in (17, None, pd.DataFrame({"Event ID": ["a", "b"]})):
        with pytest.raises(LabError, match="not one event"):
            lab.trace(thing)


def test_odd_names_spans_and_places_are_told_in_words(lab: Lab, fake: Any) -> None:
    for name, minutes in ((None, None), ("", None), ("a", -5), ("a", "5"), ("a", 1e9)):
        with pytest.raises(LabError, match=r"not the name of an alarm|not a number of minutes"):
            lab.alarm(name, minutes)  # type: ignore[arg-type]
    for span in ({"minute": 5}, {"minutes": "5"}, {"days": 1e12}):
        with pytest.raises(LabError, match="not a span of time"):
            lab.be_late(**span)  # type: ignore[arg-type]
    with pytest.raises(LabError, match="not the id of a VPC endpoint"):
        lab.client("s3", vpc_endpoint=5)  # type: ignore[arg-type]


def test_history_takes_one_attribute_as_aws_does(lab: Lab, fake: Any) -> None:
    with pytest.raises(LabError, match="one attribute at a time"):
        lab.history(name="CreateTrail", user="learner")
    with pytest.raises(LabError, match="no attribute 'colour'"):
        lab.history(colour="blue")
    fake.awsanswer = b'{"Events": []}'
    assert lab.history(read_only=False).empty
    assert '"AttributeValue": "false"' in fake.calls[-1]["body"]


@pytest.mark.parametrize("place", [("sap-logs", "a/b.json.gz"), ("s3://sap-logs/a/b.json.gz",)])
def test_a_log_file_is_read_from_s3(lab: Lab, fake: Any, place: tuple[str, ...]) -> None:
    import gzip
    import json

    fake.awsanswer = gzip.compress(json.dumps({"Records": [lab.event("x").record]}).encode())
    assert list(lab.read(*place)["Event name"]) == ["CreateTrail"]


def test_reading_without_a_key_asks_which(lab: Lab) -> None:
    with pytest.raises(LabError, match="Which file"):
        lab.read("sap-logs")
