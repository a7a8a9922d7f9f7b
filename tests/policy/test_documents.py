"""Documents of every kind of wrongness: a message, never a hang or a traceback."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lablib.account.policy import MalformedPolicy, parse, service_verdict, validate
from lablib.account.policy.document import LARGEST
from lablib.account.policy.validation import KINDS
from tests.fakes import bucket_policy, key_policy, logs_policy, topic_policy, trust_policy

NOT_JSON = "Policies must be valid JSON and the first byte must be '{'"
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def document(*statements: Any, **elements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements), **elements}


def complaint(written: Any, kind: str | None = None, **more: Any) -> str:
    with pytest.raises(MalformedPolicy) as caught:
        parse(written) if kind is None else validate(written, kind, **more)
    return caught.value.message


SHORT = ("", " ", "{not json", "[]", '"text"', "null", "NaN", b"\xff\xfe{")
DEEP = ("[" * 60_000, '{"a":' * 10_000, '{"Statement":[' * 4_000, "1" * 5_000)


@pytest.mark.parametrize("text", [*SHORT, *DEEP, '{"Version":1,"Version":2}'])
def test_what_is_no_json_object_is_told_in_s3_s_words(text: str | bytes) -> None:
    assert complaint(text) == NOT_JSON


def test_megabytes_are_too_much() -> None:
    assert "maximum" in complaint(json.dumps(document(ALLOW)) + " " * LARGEST)


WRONG: dict[str, Any] = {
    "Missing required field Statement": {"Version": "2012-10-17"},
    "The policy must contain a valid version string": document(ALLOW, Version="2013-01-01"),
    "Unknown field Statment": document(ALLOW, Statment=[]),
    "Unknown field Actions": document({**ALLOW, "Actions": "s3:*"}),
    "Statement must be an object": document("Allow"),
    "Missing required field Effect": document({"Action": "*", "Resource": "*"}),
    "Missing required field Action": document({"Effect": "Allow", "Resource": "*"}),
    "Invalid effect: allow": document({**ALLOW, "Effect": "allow"}),
    "Invalid effect: list": document({**ALLOW, "Effect": [["x"] * 9]}),
    "Policy has invalid action": document({**ALLOW, "Action": [1]}),
    "Policy has invalid resource": document({**ALLOW, "Resource": {"a": 1}}),
    "Statement contains both Action and NotAction": document({**ALLOW, "NotAction": "s3:*"}),
    "Statement contains both Resource and NotResource": document({**ALLOW, "NotResource": "*"}),
    "Invalid principal in policy": document({**ALLOW, "Principal": {"Human": "me"}}),
    "Condition must be an object": document({**ALLOW, "Condition": []}),
    "Invalid Condition block : Bool": document({**ALLOW, "Condition": {"Bool": "x"}}),
    "Invalid Condition type : Equals": document({**ALLOW, "Condition": {"Equals": {"a": "b"}}}),
    "Sid must be a string": document({**ALLOW, "Sid": 5}),
    "Policy has an invalid condition value for key a": document(
        {**ALLOW, "Condition": {"Bool": {"a": {"b": 1}}}}
    ),
}


@pytest.mark.parametrize("message", WRONG)
def test_a_wrong_element_is_named(message: str) -> None:
    assert complaint(WRONG[message]) == message


def test_a_message_never_repeats_megabytes() -> None:
    assert len(complaint(document({**ALLOW, "Effect": "x" * 1_000_000}))) < 200


def test_numbers_and_booleans_of_conditions_count_as_their_text() -> None:
    block = {"Bool": {"aws:SecureTransport": True}, "NumericLessThan": {"s3:max-keys": 10}}
    made = parse(document({**ALLOW, "Condition": block}))
    assert len(made.allows[0].conditions) == 2


def test_a_single_statement_needs_no_list() -> None:
    assert parse({"Statement": ALLOW}).allows[0].name == "#1"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
elements = st.sampled_from(["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource"])
elements |= st.sampled_from(["Principal", "NotPrincipal", "Condition"])
likely = st.sampled_from(
    ["Allow", "Deny", "*", "s3:*", {"AWS": "*"}, {"Service": ["a", 1]}, {"Bool": {"a": [True]}}]
)
statements = st.dictionaries(elements, likely | json_values)


@settings(max_examples=400)
@given(st.lists(statements, max_size=3) | json_values, st.sampled_from([*KINDS]))
def test_any_document_is_taken_or_malformed(statement: Any, kind: str) -> None:
    written = {"Version": "2012-10-17", "Statement": statement}
    for check in (lambda: parse(written), lambda: validate(written, kind)):
        message = "taken"
        try:
            check()
        except MalformedPolicy as problem:
            message = problem.message
        assert message


def is_object(text: str | bytes) -> bool:
    """JSON by chance, such as {} or {"": []}."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


@example('{"": []}')
@example("{}")
@given(st.text() | st.binary())
def test_any_text_is_malformed_and_lets_nobody_in(text: str | bytes) -> None:
    said = complaint(text)
    assert said == NOT_JSON if not is_object(text) else said not in ("", NOT_JSON)
    verdict = service_verdict(text, "s3:PutObject", "arn:aws:s3:::b/k")
    assert not verdict.allowed
    assert "cannot be read" in verdict.why


# -- what each service stores ---------------------------------------------------------------------

GOOD = {
    "s3": bucket_policy("logs"),
    "kms": key_policy(),
    "sns": topic_policy(),
    "trust": trust_policy(),
    "identity": logs_policy(),
}


@pytest.mark.parametrize("kind", GOOD)
def test_the_policies_of_the_user_guide_are_stored(kind: str) -> None:
    validate(json.dumps(GOOD[kind]), kind)


def on_bucket(**elements: Any) -> dict[str, Any]:
    return document({**GOOD["s3"]["Statement"][1], **elements})


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("[]", NOT_JSON),
        (document(), "Could not parse the policy: Statement is empty!"),
        (document(ALLOW), "Missing required field Principal"),
        (on_bucket(Principal={"AWS": "arn:aws:iam::1:user/x"}), "Invalid principal in policy"),
        (on_bucket(Principal={"AWS": "arn:aws:iam::123456789012:user/*"}), None),
        (on_bucket(Principal={"Service": "cloudtrail"}), "Invalid principal in policy"),
        (on_bucket(Action="PutObject"), "Policy has invalid action"),
        (on_bucket(Action="sns:Publish"), "Policy has invalid action"),
        (on_bucket(Resource="*"), "Policy has invalid resource"),
        (on_bucket(Resource="arn:aws:s3:::other/*"), "Policy has invalid resource"),
        (
            on_bucket(Resource="arn:aws:s3:::logs"),
            "Action does not apply to any resource(s) in statement",
        ),
        (
            on_bucket(Action="s3:GetBucketAcl", Resource="arn:aws:s3:::logs/*"),
            "Action does not apply to any resource(s) in statement",
        ),
        (" " * 20_481, "Policy exceeds the maximum allowed document size."),
    ],
)
def test_s3_refuses_what_is_no_policy_for_the_bucket(written: Any, message: str | None) -> None:
    expected = message or "Invalid principal in policy"
    assert complaint(written, "s3", resource="arn:aws:s3:::logs") == expected


def test_s3_takes_actions_and_resources_of_both_sorts_together() -> None:
    both = ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]
    validate(on_bucket(Action="s3:*", Resource=both[0]), "s3", resource=both[0])
    validate(on_bucket(Action=["s3:ListBucket", "s3:GetObject"], Resource=both), "s3")
    validate(on_bucket(Action="s3:PutBucketObjectLockConfiguration", Resource=both[0]), "s3")


def test_a_user_that_does_not_exist_is_an_invalid_principal() -> None:
    written = on_bucket(Principal={"AWS": "arn:aws:iam::123456789012:user/gone"})
    validate(written, "s3", exists=lambda arn: True)
    assert complaint(written, "s3", exists=lambda arn: False) == "Invalid principal in policy"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{", "Syntax errors in policy."),
        (document({**ALLOW, "Principal": "*"}), "Policy document should not specify a principal."),
        (document({"Effect": "Allow", "Resource": "*"}), "Policy statement must contain actions."),
        (
            document({"Effect": "Allow", "Action": "s3:*"}),
            "Policy statement must contain resources.",
        ),
        (
            document({**ALLOW, "Action": "GetObject"}),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (
            document({**ALLOW, "Resource": "bucket"}),
            'Resource bucket must be in ARN format or "*".',
        ),
        (
            document({**ALLOW, "Sid": "a"}, {**ALLOW, "Sid": "a"}),
            "Statement IDs (SID) in a single policy must be unique.",
        ),
        ({"Statement": ALLOW}, "Policy document must be version 2012-10-17 or greater."),
    ],
)
def test_iam_refuses_in_its_own_words(written: Any, message: str) -> None:
    assert complaint(written, "identity") == message


def test_a_trust_policy_speaks_of_sts_alone_and_of_no_resource() -> None:
    statement = trust_policy()["Statement"][0]
    assert complaint(document({**statement, "Resource": "*"}), "trust") == (
        "Has prohibited field Resource"
    )
    assert "STS AssumeRole" in complaint(document({**statement, "Action": "s3:*"}), "trust")


@pytest.mark.parametrize(("kind", "code"), [(kind, rules.code) for kind, rules in KINDS.items()])
def test_every_service_refuses_with_its_own_code(kind: str, code: str) -> None:
    with pytest.raises(MalformedPolicy) as caught:
        validate("{", kind)
    assert caught.value.code == code
