"""Each operator, as "IAM JSON policy elements: Condition operators" describes it."""

from __future__ import annotations

from typing import Any

import pytest

from lablib.account.policy.condition import NEGATED, POSITIVE, UnknownOperator, condition
from lablib.account.policy.glob import Context

# operator, the policy's values, the request's value (None: no such key), whether it holds
ROWS: list[tuple[str, Any, Any, bool]] = [
    ("StringEquals", ["a", "b"], "b", True),
    ("StringEquals", ["a"], "A", False),
    ("StringEquals", ["a*"], "ab", False),
    ("StringEquals", ["a"], None, False),
    ("StringNotEquals", ["a", "b"], "c", True),
    ("StringNotEquals", ["a", "b"], "b", False),
    ("StringNotEquals", ["a"], None, True),
    ("StringEqualsIgnoreCase", ["Straße"], "STRAßE", True),
    ("StringNotEqualsIgnoreCase", ["A"], "a", False),
    ("StringLike", ["a*c", "x?z"], "xyz", True),
    ("StringLike", ["a*c"], "ab", False),
    ("StringNotLike", ["a*"], "b", True),
    ("StringNotLike", ["a*"], None, True),
    ("NumericEquals", ["10"], "10.0", True),
    ("NumericEquals", ["10"], "ten", False),
    ("NumericNotEquals", ["10"], "11", True),
    ("NumericLessThan", ["300"], "299", True),
    ("NumericLessThan", ["300"], "300", False),
    ("NumericLessThanEquals", ["300"], "300", True),
    ("NumericGreaterThan", ["-1"], "0", True),
    ("NumericGreaterThanEquals", ["1e3"], "1000", True),
    ("NumericEquals", ["9007199254740993"], "9007199254740992", False),
    ("DateEquals", ["2026-11-23T10:00:00Z"], "2026-11-23T11:00:00+01:00", True),
    ("DateNotEquals", ["2026-11-23"], "2026-11-24", True),
    ("DateLessThan", ["2026-11-23T10:00:00Z"], "2026-11-23T09:59:59.999Z", True),
    ("DateLessThanEquals", ["2026"], "2026-01-01T00:00:00Z", True),
    ("DateGreaterThan", ["2026-11-23"], "1795428000", True),  # 2026-11-23T10:00:00Z
    ("DateGreaterThanEquals", ["2026-11"], "2026-10-31T23:59:59Z", False),
    ("DateLessThan", ["soon"], "2026-11-23", False),
    ("DateLessThan", ["2026-13-45"], "2026-11-23", False),
    ("Bool", ["true"], "True", True),
    ("Bool", ["false"], "true", False),
    ("Bool", ["false"], None, False),
    ("BoolIfExists", ["false"], None, True),
    ("BinaryEquals", ["QmluYXJ5"], "QmluYXJ5", True),
    ("BinaryEquals", ["QmluYXJ5"], "QmluYXJ6", False),
    ("IpAddress", ["203.0.113.0/24"], "203.0.113.77", True),
    ("IpAddress", ["203.0.113.77"], "203.0.113.77", True),
    ("IpAddress", ["203.0.113.5/24"], "203.0.113.77", True),
    ("IpAddress", ["0.0.0.0/0"], "198.51.100.1", True),
    ("IpAddress", ["2001:db8::/32"], "2001:db8:1::1", True),
    ("IpAddress", ["203.0.113.0/24"], "2001:db8::1", False),
    ("IpAddress", ["203.0.113.0/24"], "cloudtrail.amazonaws.com", False),
    ("NotIpAddress", ["203.0.113.0/24"], "198.51.100.1", True),
    ("NotIpAddress", ["203.0.113.0/24"], "2001:db8::1", True),
    ("NotIpAddress", ["203.0.113.0/24", "198.51.100.0/24"], "198.51.100.1", False),
    ("ArnEquals", ["arn:aws:sns:*:1:t"], "arn:aws:sns:eu-west-1:1:t", True),
    ("ArnLike", ["arn:aws:s3:*:*:b"], "arn:aws:s3:::b", True),
    ("ArnLike", ["arn:aws:cloudtrail:*:1:trail/*"], "arn:aws:cloudtrail:x:1:trail/a:b", True),
    ("ArnLike", ["arn:aws:*:trail/a"], "arn:aws:cloudtrail:x:1:trail/a", False),
    ("ArnLike", ["*"], "arn:aws:s3:::b", False),
    ("ArnLike", ["arn:aws:s3:::b"], "b", False),
    ("ArnNotLike", ["arn:aws:s3:::b*"], "arn:aws:s3:::c", True),
    ("ArnNotEquals", ["arn:aws:s3:::b"], None, True),
    ("Null", ["true"], None, True),
    ("Null", ["true"], "x", False),
    ("Null", ["false"], "x", True),
    ("Null", ["false"], "", True),
    ("Null", ["true"], [], True),
    ("StringEqualsIfExists", ["a"], None, True),
    ("StringEqualsIfExists", ["a"], "b", False),
    ("StringNotEqualsIfExists", ["a"], None, True),
    ("ForAnyValue:StringEquals", ["a", "b"], ["x", "b"], True),
    ("ForAnyValue:StringEquals", ["a", "b"], ["x", "y"], False),
    ("ForAnyValue:StringEquals", ["a"], [], False),
    ("ForAnyValue:StringEquals", ["a"], None, False),
    ("ForAnyValue:StringEquals", ["a"], "a", True),
    ("ForAnyValue:StringNotEquals", ["a"], ["a", "b"], True),
    ("ForAnyValue:StringNotEquals", ["a"], None, False),
    ("ForAllValues:StringLike", ["a*", "b"], ["ab", "b"], True),
    ("ForAllValues:StringLike", ["a*"], ["ab", "b"], False),
    ("ForAllValues:StringEquals", ["a"], None, True),
    ("ForAllValues:StringEquals", ["a"], [], True),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["c", "d"], True),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["c", "a"], False),
    ("StringEquals", ["a"], ["a"], False),  # a multivalued key needs a set operator
    ("StringNotEquals", ["a"], ["b"], False),
    ("stringequals", ["a"], "a", True),
]


@pytest.mark.parametrize(("operator", "values", "asked", "holds"), ROWS)
def test_an_operator_holds_as_the_user_guide_says(
    operator: str, values: list[str], asked: Any, holds: bool
) -> None:
    context = Context({} if asked is None else {"AWS:Key": asked})
    assert condition(operator, "aws:key", values, True).holds(context) is holds


def test_every_operator_of_the_tables_has_a_row() -> None:
    shown = {row[0].split(":")[-1].removesuffix("IfExists").lower() for row in ROWS}
    assert {name.lower() for name in (*POSITIVE, *NEGATED)} <= shown


@pytest.mark.parametrize(
    "operator",
    ["", "Equals", "StringEqual", "ForSomeValues:StringEquals", "NullIfExists", "Bool:ForAnyValue"],
)
def test_an_unknown_operator_is_told(operator: str) -> None:
    with pytest.raises(UnknownOperator):
        condition(operator, "aws:key", ["a"], True)


def test_the_policy_s_value_may_hold_a_variable() -> None:
    context = Context({"aws:username": "learner", "s3:prefix": "home/learner/x"})
    assert condition("StringLike", "s3:prefix", ["home/${aws:username}/*"], True).holds(context)
    assert not condition("StringLike", "s3:prefix", ["home/${aws:id}/*"], True).holds(context)


def test_against_a_variable_without_a_value_the_negated_operators_hold() -> None:
    """Nothing is equal to, or like, what is not there."""
    context = Context({"s3:prefix": "x"})
    assert condition("StringNotLike", "s3:prefix", ["${aws:username}"], True).holds(context)


def test_a_variable_s_colon_does_not_cut_an_arn() -> None:
    context = Context({"aws:username": "learner", "aws:SourceArn": "arn:aws:iam::1:user/learner"})
    made = condition("ArnLike", "aws:SourceArn", ["arn:aws:iam::1:user/${aws:username}"], True)
    assert made.holds(context)
