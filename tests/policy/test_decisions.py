"""Who may do what: the evaluation logic of the User Guide, one sentence a rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.account.policy import (
    Decision,
    Policies,
    Policy,
    Request,
    evaluate,
    parse,
    refusal,
    role_verdict,
    service_verdict,
    trust_verdict,
)
from tests.fakes import SERVICE, bucket_policy, policy, trust_policy
from tests.referee.policy_cases import Case, cases

HOME, AWAY = "123456789012", "210987654321"
USER = f"arn:aws:iam::{HOME}:user/learner"
ROLE = f"arn:aws:iam::{HOME}:role/ops/Operator"
SESSION = f"arn:aws:sts::{HOME}:assumed-role/Operator/morning"
FEDERATED = f"arn:aws:sts::{HOME}:federated-user/learner"
ROOT = f"arn:aws:iam::{HOME}:root"
STRANGER = f"arn:aws:iam::{AWAY}:user/learner"
OBJECT = "arn:aws:s3:::logs/key"


def allow(action: str = "s3:*", resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str = "s3:*", resource: str = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def made(*statements: Mapping[str, Any], name: str = "made") -> Policy:
    return parse(policy(*statements), name)


ALL = made(allow("*"), name="AdministratorAccess")
NOTHING = made(allow("ec2:*"))


def asked(
    who: str = USER,
    action: str = "s3:GetObject",
    arn: str = OBJECT,
    owner: str | None = HOME,
    context: Mapping[str, Any] | None = None,
    **policies: Any,
) -> Decision:
    request = Request(who, action, arn, context or {})
    return evaluate(request, Policies(**policies), resource_account=owner)


def to(*names: str, action: str = "s3:*") -> Policy:
    """A resource's policy that allows the action to AWS principals."""
    return made(allow(action, Principal={"AWS": list(names)}), name="of the bucket")


# -- identity policies -----------------------------------------------------------------------------


def test_nothing_is_allowed_by_default() -> None:
    decision = asked()
    assert not decision.allowed and not decision.explicit_deny
    assert decision.why == (f"No identity-based policy allows the s3:GetObject action on {OBJECT}.")


def test_an_allow_is_named_by_its_sid_or_its_place_and_its_policy() -> None:
    reader = made(allow("ec2:*"), allow("s3:Get*"), name="Reader")
    assert asked(identity=[reader]).why == (
        "Statement #2 of the identity-based policy Reader allows it."
    )
    assert "ReadAll" in asked(identity=[made(allow(Sid="ReadAll"))]).why


def test_a_group_s_policy_is_one_more_identity_policy() -> None:
    assert asked(identity=[NOTHING, ALL]).allowed


def test_an_explicit_deny_wins_over_every_allow() -> None:
    decision = asked(identity=[ALL, made(deny(Sid="Never"), name="Guard")], resource=to(USER))
    assert (decision.allowed, decision.explicit_deny) == (False, True)
    assert decision.why == "Statement Never of the identity-based policy Guard denies it."


def test_not_action_and_not_resource_cover_all_the_rest() -> None:
    but_iam = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    assert asked(identity=[made(but_iam)]).allowed
    assert not asked(action="iam:GetUser", identity=[made(but_iam)]).allowed
    others = {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::logs/*"}
    assert not asked(identity=[made(others)]).allowed
    assert asked(arn="arn:aws:s3:::data/x", identity=[made(others)]).allowed


def test_actions_are_found_in_any_case_resources_only_in_their_own() -> None:
    assert asked(identity=[made(allow("S3:getOBJECT"))]).allowed
    assert not asked(identity=[made(allow("s3:*", OBJECT.upper()))]).allowed


def test_conditions_must_all_hold() -> None:
    block = {"Bool": {"aws:SecureTransport": "true"}, "StringLike": {"aws:UserAgent": ["*boto*"]}}
    guarded = [made(allow(Condition=block))]
    secure = {"aws:SecureTransport": "true"}
    assert not asked(identity=guarded, context=secure).allowed
    assert asked(identity=guarded, context={**secure, "aws:useragent": "boto3"}).allowed


def test_a_home_folder_belongs_to_the_user_of_that_name() -> None:
    home = made(allow("s3:*", "arn:aws:s3:::home/${aws:username}/*"))
    mine = {"arn": "arn:aws:s3:::home/learner/x", "identity": [home]}
    assert asked(context={"aws:username": "learner"}, **mine).allowed
    assert not asked(context={"aws:username": "intern"}, **mine).allowed
    assert not asked(**mine).allowed


# -- what limits: boundary, session, organization --------------------------------------------------


def test_a_boundary_allows_nothing_and_limits_everything() -> None:
    assert not asked(boundary=ALL).allowed
    assert asked(identity=[ALL], boundary=ALL).allowed
    decision = asked(identity=[ALL], boundary=NOTHING)
    assert (decision.allowed, decision.kind) == (False, "permissions boundary")


def test_a_session_policy_limits_what_the_role_may() -> None:
    assert asked(SESSION, identity=[ALL], session=[ALL]).allowed
    assert asked(SESSION, identity=[ALL], session=[NOTHING]).kind == "session policy"


def test_every_level_of_the_organization_must_allow() -> None:
    assert asked(identity=[ALL], scps=[[ALL], [NOTHING, ALL]]).allowed
    decision = asked(identity=[ALL], scps=[[ALL], [NOTHING]])
    assert (decision.allowed, decision.kind) == (False, "service control policy")


# -- resource policies inside the account ----------------------------------------------------------


@pytest.mark.parametrize("named", [USER, "*"])
def test_a_resource_policy_that_names_the_user_is_enough(named: str) -> None:
    assert asked(resource=to(named)).allowed
    assert asked(resource=to(named), boundary=NOTHING).allowed


@pytest.mark.parametrize("account", [HOME, ROOT])
def test_a_resource_policy_that_names_the_account_leaves_it_to_the_account(account: str) -> None:
    assert not asked(resource=to(account)).allowed
    assert asked(resource=to(account), identity=[ALL]).allowed


def test_what_is_given_to_the_role_is_limited_by_boundary_and_session() -> None:
    given = to(f"arn:aws:iam::{HOME}:role/Operator")
    assert asked(SESSION, resource=given).allowed
    assert asked(SESSION, resource=given, boundary=NOTHING).kind == "permissions boundary"
    assert asked(SESSION, resource=given, session=[NOTHING]).kind == "session policy"


@pytest.mark.parametrize("named", [SESSION, "*"])
def test_what_is_given_to_the_session_itself_is_not_limited(named: str) -> None:
    assert asked(SESSION, resource=to(named), boundary=NOTHING, session=[NOTHING]).allowed


def test_a_role_with_a_path_is_known_by_the_context() -> None:
    context = {"aws:PrincipalArn": ROLE}
    assert asked(SESSION, resource=to(ROLE), context=context).allowed
    other = to(f"arn:aws:iam::{HOME}:role/Operator")
    assert not asked(SESSION, resource=other, context=context).allowed


def test_a_federated_session_has_what_its_user_is_given_within_the_session_policy() -> None:
    assert asked(FEDERATED, resource=to(USER), session=[ALL]).allowed
    assert not asked(FEDERATED, resource=to(USER), session=[NOTHING]).allowed
    assert asked(FEDERATED, resource=to(FEDERATED), session=[NOTHING]).allowed


def test_the_root_user_may_everything_but_what_is_denied() -> None:
    assert asked(ROOT).allowed
    assert not asked(ROOT, resource=made(deny(Principal="*"))).allowed
    assert not asked(ROOT, scps=[[NOTHING]]).allowed


def test_a_statement_without_principal_gives_nothing_in_a_resource_policy() -> None:
    assert not asked(resource=made(allow())).allowed


# -- from one account to another -------------------------------------------------------------------


def test_across_accounts_both_sides_must_allow() -> None:
    assert not asked(STRANGER, identity=[ALL]).allowed
    assert not asked(STRANGER, resource=to(STRANGER)).allowed
    assert asked(STRANGER, identity=[ALL], resource=to(STRANGER)).allowed
    assert asked(STRANGER, identity=[ALL], resource=to(AWAY)).allowed
    assert asked(STRANGER, identity=[ALL], resource=to("*")).allowed


def test_across_accounts_the_message_says_which_side_is_missing() -> None:
    assert asked(STRANGER, identity=[ALL]).kind == "resource-based policy"
    assert asked(STRANGER, resource=to(AWAY)).kind == "identity-based policy"


def test_the_arn_tells_the_owner_when_nobody_else_does() -> None:
    topic = f"arn:aws:sns:us-east-1:{AWAY}:t"
    assert not asked(action="sns:Publish", arn=topic, owner=None, identity=[ALL]).allowed
    assert asked(owner=None, identity=[ALL]).allowed  # S3's ARNs have no account


# -- keys and roles --------------------------------------------------------------------------------

KEY = {"action": "kms:Decrypt", "resource": f"arn:aws:kms:us-east-1:{HOME}:key/k"}


def test_a_key_s_policy_decides_even_inside_the_account() -> None:
    silent = evaluate(Request(USER, **KEY), Policies([ALL], resource_decides=True))
    assert (silent.allowed, silent.kind) == (False, "resource-based policy")


def key_decision(key_policy: Policy, *identity: Policy) -> bool:
    policies = Policies(identity, resource=key_policy, resource_decides=True)
    return evaluate(Request(USER, **KEY), policies).allowed


def test_a_key_s_policy_may_leave_it_to_the_account() -> None:
    account = to(ROOT, action="kms:*")
    assert key_decision(account, ALL)
    assert not key_decision(account)
    assert key_decision(to(USER, action="kms:Decrypt"))
    assert not key_decision(to(STRANGER, action="kms:*"), ALL)


def test_nobody_needs_a_permission_to_ask_who_they_are() -> None:
    assert asked(action="sts:GetCallerIdentity", identity=[made(deny("*"))]).allowed


# -- services, providers, everybody ----------------------------------------------------------------


def test_a_service_is_let_in_by_its_name_alone() -> None:
    named = made(allow(Principal={"Service": [SERVICE]}))
    assert asked(SERVICE, resource=named).allowed
    assert not asked("config.amazonaws.com", resource=named).allowed
    assert asked(SERVICE, resource=to("*")).allowed
    assert not asked(SERVICE, identity=[ALL]).allowed


def test_a_stranger_without_signature_is_let_in_by_everybody_alone() -> None:
    assert asked("*", resource=to("*")).allowed
    assert not asked("*", resource=to(USER, HOME)).allowed


@pytest.mark.parametrize(
    "provider",
    [
        f"arn:aws:iam::{HOME}:saml-provider/corp",
        f"arn:aws:iam::{HOME}:oidc-provider/token.example.com",
        "cognito-identity.amazonaws.com",
        "accounts.google.com",
    ],
)
def test_a_provider_is_let_in_as_federated(provider: str) -> None:
    trusted = made(allow("sts:*", Principal={"Federated": provider}))
    request = {"action": "sts:AssumeRoleWithWebIdentity", "resource": ROLE}
    assert evaluate(Request(provider, **request), Policies(resource=trusted)).allowed
    service = made(allow("sts:*", Principal={"Service": provider}))
    assert not evaluate(Request(provider, **request), Policies(resource=service)).allowed


# -- NotPrincipal ----------------------------------------------------------------------------------


def all_but(*names: str) -> Policy:
    return made(deny(NotPrincipal={"AWS": list(names)}))


def test_not_principal_spares_who_is_named_with_account_and_role() -> None:
    mine = {"identity": [ALL]}
    assert asked(resource=all_but(USER, ROOT), **mine).allowed
    assert not asked(resource=all_but(USER), **mine).allowed
    assert not asked(resource=all_but(ROOT), **mine).allowed
    role = f"arn:aws:iam::{HOME}:role/Operator"
    assert asked(SESSION, resource=all_but(SESSION, role, ROOT), **mine).allowed
    assert not asked(SESSION, resource=all_but(role, ROOT), **mine).allowed


def test_not_principal_never_spares_who_has_a_boundary() -> None:
    assert not asked(resource=all_but(USER, ROOT), identity=[ALL], boundary=ALL).allowed


def test_not_principal_denies_services_too_unless_named() -> None:
    statement = deny(NotPrincipal={"Service": SERVICE})
    document = made(statement, allow(Principal="*"))
    assert asked(SERVICE, resource=document).allowed
    assert not asked("config.amazonaws.com", resource=document).allowed


# -- messages, and the short questions -------------------------------------------------------------


def test_a_refusal_has_aws_s_words() -> None:
    request = Request(USER, "s3:GetObject", OBJECT)
    start = f"User: {USER} is not authorized to perform: s3:GetObject on resource: {OBJECT} "
    implicit, explicit = Policies(), Policies([made(deny())])
    assert refusal(request, evaluate(request, implicit)) == (
        start + "because no identity-based policy allows the s3:GetObject action"
    )
    assert refusal(request, evaluate(request, explicit)) == (
        start + "with an explicit deny in an identity-based policy"
    )
    assert "a service control policy" in refusal(
        request, evaluate(request, Policies([ALL], scps=[[made(deny())]]))
    )


def test_a_refusal_without_a_resource_names_none() -> None:
    request = Request(USER, "ec2:DescribeInstances", "*")
    assert refusal(request, evaluate(request, Policies())) == (
        f"User: {USER} is not authorized to perform: ec2:DescribeInstances because no "
        "identity-based policy allows the ec2:DescribeInstances action"
    )


def test_a_resource_without_a_policy_lets_no_service_in() -> None:
    verdict = service_verdict(None, "s3:PutObject", OBJECT)
    assert not verdict.allowed and "no policy" in verdict.why


def test_a_bucket_policy_is_asked_with_the_context_of_the_call() -> None:
    acl = {"s3:x-amz-acl": "bucket-owner-full-control"}
    path = f"arn:aws:s3:::logs/AWSLogs/{HOME}/x"
    document = bucket_policy("logs", source_arn=None)
    assert service_verdict(document, "s3:PutObject", path, acl).allowed
    assert not service_verdict(document, "s3:PutObject", path).allowed


def test_a_role_trusts_the_service_that_its_policy_names() -> None:
    assert trust_verdict(trust_policy()).allowed
    assert not trust_verdict(trust_policy(), service="ec2.amazonaws.com").allowed
    assert not trust_verdict(None).allowed
    assert not trust_verdict("{").allowed


def test_a_role_s_policies_come_by_name_or_in_a_row() -> None:
    document = policy(allow("logs:*"))
    assert role_verdict([document], "logs:PutLogEvents", "arn:x").allowed
    assert "Writer" in role_verdict({"Writer": document}, "logs:PutLogEvents", "arn:x").why
    assert not role_verdict([], "logs:PutLogEvents", "arn:x").allowed
    assert not role_verdict([document], "logs:PutLogEvents", "x", boundary=policy()).allowed
    assert not role_verdict(["{"], "logs:PutLogEvents", "arn:x").allowed


# -- what holds for all policies -------------------------------------------------------------------

MANY = cases(300, seed=7)
some_case = st.sampled_from(MANY)


def decide(case: Case, **changes: Any) -> Decision:
    policies: dict[str, Any] = {
        "identity": [parse(document) for document in case.identity],
        "boundary": None if case.boundary is None else parse(case.boundary),
        "session": None if case.session is None else [parse(case.session)],
        "scps": [[parse(document) for document in level] for level in case.scps],
        "resource": None if case.resource_policy is None else parse(case.resource_policy),
        "resource_decides": case.resource_decides,
    }
    request = Request(case.principal, case.action, case.resource, case.context)
    return evaluate(request, Policies(**{**policies, **changes}), resource_account=case.owner)


def identities(case: Case) -> list[Policy]:
    return [parse(document) for document in case.identity]


@given(some_case)
def test_every_decision_says_why_in_one_sentence(case: Case) -> None:
    why = decide(case).why
    assert why.endswith(".")
    assert why[0].isupper()


@given(some_case)
def test_denying_everything_denies_everybody(case: Case) -> None:
    everything = made(deny("*", Principal="*"))
    assert decide(case, resource=everything).explicit_deny


@given(some_case)
def test_another_allow_never_takes_away(case: Case) -> None:
    more = [*identities(case), parse({"Version": "2012-10-17", "Statement": [allow("*")]})]
    assert decide(case, identity=more).allowed >= decide(case).allowed


@given(some_case, some_case)
def test_another_limit_never_gives(case: Case, other: Case) -> None:
    limit = parse(other.identity[0]) if other.identity else NOTHING
    levels = [[parse(document) for document in level] for level in case.scps]
    limited = decide(case, scps=[*levels, [limit]])
    if not case.is_stranger:
        assert limited.allowed <= decide(case).allowed
    assert decide(case, boundary=limit).allowed <= decide(case, boundary=None).allowed


@given(some_case)
def test_the_order_of_statements_changes_no_verdict(case: Case) -> None:
    turned = [
        parse({**document, "Statement": document["Statement"][::-1]}) for document in case.identity
    ]
    assert decide(case, identity=turned).allowed == decide(case).allowed
