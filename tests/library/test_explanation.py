"""A record that explains itself, in text and on a page."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from html import escape
from typing import Any

import pytest

from lablib.cloudtrail.call import Caller
from lablib.cloudtrail.event import describe
from lablib.cloudtrail.sign_in import SignIn, events
from lablib.search.event import Event
from lablib.search.explanation import FIELDS, Explanation
from tests.cloudtrail.calls import call

MOMENT = datetime(2026, 11, 23, 10, tzinfo=UTC)


def of_call(service: str, operation: str, **members: Any) -> dict[str, Any]:
    return describe(call(service, operation, **members), "0" * 8).record


def of_sign_in(**asked: Any) -> dict[str, Any]:
    user = Caller("IAMUser", "123456789012", "AIDA", "arn:aws:iam::123456789012:user/a", None, "a")
    numbers = itertools.count()
    given = SignIn(MOMENT, "123456789012", user, **asked)
    return events(given, lambda: str(next(numbers)))[-1].record


RECORDS = {
    "an EC2 call": of_call("ec2", "DescribeInstances"),
    "an S3 call": of_call("s3", "ListBuckets"),
    "an IAM call": of_call("iam", "ListUsers"),
    "a sign-in": of_sign_in(),
    "a failed sign-in": of_sign_in(ok=False),
    "a sign-in with MFA": of_sign_in(mfa=True, devices=("arn:aws:iam::123456789012:mfa/a",)),
}


@pytest.mark.parametrize("name", RECORDS)
def test_every_field_of_a_record_is_explained(name: str) -> None:
    record = RECORDS[name]
    explained = [line.field for line in Explanation(record).lines()]
    assert [field for field in explained if "." not in field] == list(record)
    who = {f"userIdentity.{part}" for part in record["userIdentity"]}
    assert who <= set(explained)


@pytest.mark.parametrize("name", RECORDS)
def test_the_text_and_the_page_say_the_same(name: str) -> None:
    explanation = Event(RECORDS[name]).explain()
    text, page = repr(explanation), explanation._repr_html_()
    for line in explanation.lines():
        assert f"{line.field} = {line.value}" in text
        for part in (line.field, line.value, line.meaning, line.here, line.source):
            assert part in text
            assert escape(part) in page


def test_what_is_said_depends_on_the_call() -> None:
    def here(name: str, field: str) -> str:
        lines = {line.field: line.here for line in Explanation(RECORDS[name]).lines()}
        return lines[field]

    assert "global service" in here("an IAM call", "awsRegion")
    assert "square brackets" in here("an S3 call", "userAgent")
    assert "no errorCode" in here("a failed sign-in", "errorMessage")
    assert here("an EC2 call", "eventType") == "An API call."
    assert "sign-in page" in here("a sign-in", "eventName")


def test_a_long_value_is_shortened_and_marked() -> None:
    record = {**RECORDS["an EC2 call"], "userAgent": "x" * 500}
    (line,) = (one for one in Explanation(record).lines() if one.field == "userAgent")
    assert len(line.value) == 60
    assert line.value.endswith("…")


def test_markup_in_a_record_stays_text() -> None:
    record = {**RECORDS["an EC2 call"], "userAgent": "<script>alert(1)</script>"}
    assert "<script>" not in Event(record)._repr_html_()


def test_every_row_says_its_meaning_and_its_source() -> None:
    for field in FIELDS.values():
        assert field.meaning.endswith(".")
        assert field.source
