"""AWS Config's verdicts as a picture with its table and its words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lablib.show.compliance import compliance
from lablib.show.style import DARK, LIGHT

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/sap-trail"


def change(time: str, verdict: str, rule: str = "validated") -> dict[str, Any]:
    return {
        "rule": rule,
        "region": "us-east-1",
        "resource_type": "AWS::CloudTrail::Trail",
        "resource": ARN,
        "time": f"2026-11-{time}:00Z",
        "compliance": verdict,
        "annotation": f"because of {verdict}",
    }


def call(time: str, name: str = "StopLogging", **more: Any) -> dict[str, Any]:
    who = {"type": "IAMUser", "userName": "rollout"}
    at = f"2026-11-{time}:00Z"
    return {"eventName": name, "eventTime": at, "userIdentity": who, "readOnly": False, **more}


CHANGES = [
    change("27T10:00", "COMPLIANT"),
    change("28T10:00", "NON_COMPLIANT"),
    change("29T10:00", "COMPLIANT"),
]


def test_verdicts_and_the_calls_between_them_stand_in_one_table() -> None:
    calls = [
        call("28T03:15"),
        call("26T03:15"),  # before the first verdict
        call("28T04:00", "GetTrail", readOnly=True),
        call("28T05:00", "DeleteTrail", errorCode="AccessDenied"),
    ]
    table = compliance(CHANGES, calls, NOW).table
    assert list(table["Kind"]) == ["COMPLIANT", "API call", "NON_COMPLIANT", "COMPLIANT"]
    assert list(table["Why"])[1:3] == ["by rollout", "because of NON_COMPLIANT"]


def test_a_rule_that_was_deleted_ends() -> None:
    chart = compliance([*CHANGES[:1], change("27T11:00", "NOT_APPLICABLE")], [], NOW)
    assert list(chart.table["Kind"]) == ["COMPLIANT"]


def test_the_picture_is_said_in_words_and_drawn_in_both_themes() -> None:
    chart = compliance(CHANGES, [call("28T03:15"), call("28T03:15", "UpdateTrail")], NOW)
    assert chart.alt == (
        "validated on trail sap-trail: COMPLIANT from 2026-11-27 10:00, NON_COMPLIANT from "
        "2026-11-28 10:00, COMPLIANT from 2026-11-29 10:00."
    )
    assert chart.png(LIGHT) != chart.png(DARK)


def test_before_the_first_evaluation_the_picture_says_so() -> None:
    chart = compliance([], [call("28T03:15")], NOW)
    assert chart.alt == "No rule has been evaluated yet."
    assert chart.png(LIGHT)
