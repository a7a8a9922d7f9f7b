"""Callers with a session: second factors, chains of roles, other accounts, other providers."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import Served

ONCE: dict[str, Any] = {"retries": {"total_max_attempts": 1}, "proxies": {}}
ACCOUNT = "123456789012"


def keys(credentials: dict[str, str]) -> dict[str, str]:
    return {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }


def client(account: Served, service: str, config: Any = None, **given: str) -> Any:
    return boto3.Session().client(
        service,
        region_name="us-east-1",
        endpoint_url=account.endpoint,
        config=config or Config(**ONCE),
        **given,
    )


def unsigned(account: Served, service: str) -> Any:
    return client(account, service, Config(signature_version=UNSIGNED, **ONCE))


def events(account: Served, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = account.control("events", name=name, limit=100)["events"]
    return found


def refusal(call: Any, **params: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    error: dict[str, Any] = caught.value.response["Error"]
    return error


def allow(principal: Any, action: str | list[str] = "sts:AssumeRole", **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def may(*actions: str, resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


OURS = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def role(account: Served, name: str, trust: str) -> str:
    made = account.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    arn: str = made["Role"]["Arn"]
    account.client("iam").put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=may("*"))
    return arn


# -- the second factor --------------------------------------------------------------------


@pytest.fixture
def device(account: Served) -> str:
    iam = account.client("iam")
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName="learner")
    serial: str = made["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="learner",
        SerialNumber=serial,
        AuthenticationCode1="123456",
        AuthenticationCode2="654321",
    )
    return serial


def test_a_session_with_mfa_says_so_in_its_records(account: Served, device: str) -> None:
    sts = account.client("sts")
    made = sts.get_session_token(SerialNumber=device, TokenCode="123456")["Credentials"]
    client(account, "iam", **keys(made)).list_users()
    (record,) = events(account, "ListUsers")
    who = record["userIdentity"]
    assert who["type"] == "IAMUser"
    assert who["accessKeyId"] == made["AccessKeyId"]
    assert who["sessionContext"]["attributes"]["mfaAuthenticated"] == "true"


def test_a_session_without_mfa_says_so_too(account: Served) -> None:
    made = account.client("sts").get_session_token()["Credentials"]
    client(account, "ec2", **keys(made)).describe_vpcs()
    (record,) = events(account, "DescribeVpcs")
    attributes = record["userIdentity"]["sessionContext"]["attributes"]
    assert attributes["mfaAuthenticated"] == "false"


def test_a_code_needs_a_device_of_the_caller_and_six_digits(account: Served, device: str) -> None:
    sts = account.client("sts")
    wrong = refusal(sts.get_session_token, SerialNumber=device, TokenCode="12345x")
    assert wrong["Code"] == "AccessDenied"
    assert "invalid MFA one time pass code" in wrong["Message"]
    foreign = refusal(sts.get_session_token, SerialNumber=device + "2", TokenCode="123456")
    assert "verify your MFA serial number" in foreign["Message"]


def test_a_role_that_asks_for_mfa_gets_it(account: Served, device: str) -> None:
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    arn = role(account, "careful", allow(OURS, Condition=condition))
    sts = account.client("sts")
    asked = {"RoleArn": arn, "RoleSessionName": "one"}
    assert refusal(sts.assume_role, **asked)["Code"] == "AccessDenied"
    made = sts.assume_role(**asked, SerialNumber=device, TokenCode="123456")["Credentials"]
    client(account, "sts", **keys(made)).get_caller_identity()
    (record,) = events(account, "GetCallerIdentity")
    attributes = record["userIdentity"]["sessionContext"]["attributes"]
    assert attributes["mfaAuthenticated"] == "true"


# -- chains -------------------------------------------------------------------------------

BOTH = ["sts:AssumeRole", "sts:SetSourceIdentity"]


def test_a_source_identity_stays_in_a_chain_of_roles(account: Served) -> None:
    first, second = (role(account, name, allow(OURS, BOTH)) for name in ("first", "second"))
    sts = account.client("sts")
    made = sts.assume_role(RoleArn=first, RoleSessionName="one", SourceIdentity="anna")
    chained = client(account, "sts", **keys(made["Credentials"])).assume_role(
        RoleArn=second, RoleSessionName="two"
    )
    assert chained["SourceIdentity"] == "anna"
    client(account, "iam", **keys(chained["Credentials"])).list_roles()
    (record,) = events(account, "ListRoles")
    assert record["userIdentity"]["sessionContext"]["sourceIdentity"] == "anna"
    assert record["userIdentity"]["principalId"].endswith(":two")
    again = client(account, "sts", **keys(chained["Credentials"])).assume_role
    other = refusal(again, RoleArn=first, RoleSessionName="six", SourceIdentity="bert")
    assert other["Code"] == "AccessDenied"


def test_a_chained_session_lasts_an_hour_at_most(account: Served) -> None:
    arn = role(account, "short", allow(OURS))
    made = account.client("sts").assume_role(RoleArn=arn, RoleSessionName="one")["Credentials"]
    again = client(account, "sts", **keys(made)).assume_role
    error = refusal(again, RoleArn=arn, RoleSessionName="two", DurationSeconds=7200)
    assert error["Code"] == "ValidationError"
    assert "role chaining" in error["Message"]


def test_a_source_identity_needs_a_trust_policy_that_allows_it(account: Served) -> None:
    arn = role(account, "plain", allow(OURS))
    error = refusal(
        account.client("sts").assume_role,
        RoleArn=arn,
        RoleSessionName="one",
        SourceIdentity="anna",
    )
    assert "sts:SetSourceIdentity" in error["Message"]


# -- federated users ----------------------------------------------------------------------


def test_a_federated_user_has_what_its_policy_leaves(account: Served) -> None:
    made = account.client("sts").get_federation_token(
        Name="guest", Policy=may("s3:ListAllMyBuckets")
    )
    guest = keys(made["Credentials"])
    client(account, "s3", **guest).list_buckets()
    (record,) = events(account, "ListBuckets")
    assert record["userIdentity"]["type"] == "FederatedUser"
    assert record["userIdentity"]["principalId"] == f"{ACCOUNT}:guest"
    assert record["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "learner"
    error = refusal(client(account, "ec2", **guest).describe_vpcs)
    assert error["Code"] == "UnauthorizedOperation"
    assert "no session policy allows" in error["Message"]


# -- other providers ----------------------------------------------------------------------

ISSUER = "token.actions.example.com"


def jwt(**claims: Any) -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    given = {"iss": f"https://{ISSUER}", "sub": "repo:sap/ops", "aud": "sts.amazonaws.com"}
    return f"{part({'alg': 'RS256'})}.{part(given | claims)}.c2lnbmVk"


@pytest.fixture
def deployer(account: Served) -> str:
    account.client("iam").create_open_id_connect_provider(
        Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
    )
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
    condition = {"StringLike": {f"{ISSUER}:sub": "repo:sap/*"}}
    trust = allow({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", Condition=condition)
    return role(account, "deployer", trust)


def test_a_web_identity_becomes_a_session_and_both_are_recorded(
    account: Served, deployer: str
) -> None:
    made = unsigned(account, "sts").assume_role_with_web_identity(
        RoleArn=deployer, RoleSessionName="build-7", WebIdentityToken=jwt()
    )
    assert made["SubjectFromWebIdentityToken"] == "repo:sap/ops"
    client(account, "ec2", **keys(made["Credentials"])).describe_vpcs()
    (asked,) = events(account, "AssumeRoleWithWebIdentity")
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
    assert asked["userIdentity"] == {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:sts.amazonaws.com:repo:sap/ops",
        "userName": "repo:sap/ops",
        "identityProvider": provider,
    }
    assert asked["recipientAccountId"] == ACCOUNT
    assert "webIdentityToken" not in asked["requestParameters"]
    (used,) = events(account, "DescribeVpcs")
    context = used["userIdentity"]["sessionContext"]
    assert used["userIdentity"]["type"] == "AssumedRole"
    assert context["webIdFederationData"] == {"federatedProvider": provider, "attributes": {}}


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (jwt(sub="repo:evil/ops"), "AccessDenied"),
        (jwt(aud="somebody"), "InvalidIdentityToken"),
        (jwt(iss="https://elsewhere.example.com"), "InvalidIdentityToken"),
        (jwt(exp=1), "ExpiredTokenException"),
        ("no token at all", "InvalidIdentityToken"),
    ],
)
def test_a_token_that_is_not_trusted_gets_no_session(
    account: Served, deployer: str, token: str, code: str
) -> None:
    error = refusal(
        unsigned(account, "sts").assume_role_with_web_identity,
        RoleArn=deployer,
        RoleSessionName="build",
        WebIdentityToken=token,
    )
    assert error["Code"] == code
    recorded = events(account, "AssumeRoleWithWebIdentity")
    assert len(recorded) == (code == "AccessDenied")


def saml(role_arn: str, provider: str) -> str:
    attributes = "https://aws.amazon.com/SAML/Attributes/"

    def attribute(name: str, value: str) -> str:
        return (
            f'<saml:Attribute Name="{attributes}{name}">'
            f"<saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>"
        )

    text = (
        '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a1b2">'
        "<saml:Issuer>https://idp.example.com</saml:Issuer><saml:Subject>"
        '<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">anna'
        "</saml:NameID></saml:Subject><saml:AttributeStatement>"
        + attribute("Role", f"{role_arn},{provider}")
        + attribute("RoleSessionName", "anna@example.com")
        + "</saml:AttributeStatement></saml:Assertion>"
    )
    return base64.b64encode(text.encode()).decode()


def test_a_saml_user_becomes_a_session_and_both_are_recorded(account: Served) -> None:
    document = "<EntityDescriptor>" + "x" * 1000 + "</EntityDescriptor>"
    provider = account.client("iam").create_saml_provider(
        Name="corp", SAMLMetadataDocument=document
    )["SAMLProviderArn"]
    condition = {"StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml"}}
    trust = allow({"Federated": provider}, "sts:AssumeRoleWithSAML", Condition=condition)
    arn = role(account, "staff", trust)
    made = unsigned(account, "sts").assume_role_with_saml(
        RoleArn=arn, PrincipalArn=provider, SAMLAssertion=saml(arn, provider)
    )
    assert made["Subject"] == "anna"
    assert made["AssumedRoleUser"]["Arn"].endswith("assumed-role/staff/anna@example.com")
    (asked,) = events(account, "AssumeRoleWithSAML")
    who = asked["userIdentity"]
    assert who["type"] == "SAMLUser"
    assert who["principalId"] == f"{made['NameQualifier']}:anna"
    assert who["identityProvider"] == made["NameQualifier"]
    assert asked["requestParameters"]["sAMLAssertionID"] == "_a1b2"
    assert asked["requestParameters"]["roleSessionName"] == "anna@example.com"
    assert "sAMLAssertion" not in asked["requestParameters"]
    assert client(account, "sts", **keys(made["Credentials"])).get_caller_identity()["Arn"]


def test_an_assertion_must_offer_the_role(account: Served) -> None:
    document = "<EntityDescriptor>" + "x" * 1000 + "</EntityDescriptor>"
    provider = account.client("iam").create_saml_provider(
        Name="corp", SAMLMetadataDocument=document
    )["SAMLProviderArn"]
    error = refusal(
        unsigned(account, "sts").assume_role_with_saml,
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/staff",
        PrincipalArn=provider,
        SAMLAssertion=saml(f"arn:aws:iam::{ACCOUNT}:role/other", provider),
    )
    assert error["Code"] == "AccessDenied"


# -- a second account ---------------------------------------------------------------------


@pytest.fixture
def member(account: Served) -> str:
    organizations = account.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    status = organizations.create_account(AccountName="sap-dev", Email="dev@example.com")
    found: str = status["CreateAccountStatus"]["AccountId"]
    return found


@pytest.fixture
def inside(account: Served, member: str) -> dict[str, str]:
    made = account.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole", RoleSessionName="ops"
    )
    return keys(made["Credentials"])


def test_a_role_of_another_account_is_recorded_on_both_sides(
    account: Served, member: str, inside: dict[str, str]
) -> None:
    theirs, ours = sorted(
        events(account, "AssumeRole"), key=lambda record: record["userIdentity"]["type"]
    )
    learner = ours["userIdentity"]
    assert (ours["recipientAccountId"], theirs["recipientAccountId"]) == (ACCOUNT, member)
    assert theirs["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": learner["principalId"],
        "accountId": ACCOUNT,
    }
    assert ours["sharedEventID"] == theirs["sharedEventID"]
    assert ours["eventID"] != theirs["eventID"]
    assert ours["requestID"] == theirs["requestID"]
    assert ours["resources"][0]["accountId"] == member


def test_what_happens_in_a_member_is_not_in_the_managers_history(
    account: Served, member: str, inside: dict[str, str]
) -> None:
    client(account, "ec2", **inside).describe_vpcs()
    (record,) = events(account, "DescribeVpcs")
    assert record["recipientAccountId"] == member
    attribute = {"AttributeKey": "EventName", "AttributeValue": "DescribeVpcs"}
    search = {"LookupAttributes": [attribute]}
    assert account.client("cloudtrail").lookup_events(**search)["Events"] == []
    theirs = client(account, "cloudtrail", **inside).lookup_events(**search)["Events"]
    assert [event["EventId"] for event in theirs] == [record["eventID"]]


def test_a_bucket_can_let_in_another_account(
    account: Served, member: str, inside: dict[str, str]
) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="shared-files")
    s3.put_object(Bucket="shared-files", Key="k", Body=b"hello")
    theirs = client(account, "s3", **inside)
    denied = refusal(theirs.get_object, Bucket="shared-files", Key="k")
    assert denied == {"Code": "AccessDenied", "Message": "Access Denied"} | {
        k: v for k, v in denied.items() if k not in ("Code", "Message")
    }
    policy = allow(
        {"AWS": f"arn:aws:iam::{member}:root"},
        "s3:GetObject",
        Resource="arn:aws:s3:::shared-files/*",
    )
    s3.put_bucket_policy(Bucket="shared-files", Policy=policy)
    assert theirs.get_object(Bucket="shared-files", Key="k")["Body"].read() == b"hello"
    done = [e for e in events(account, "GetObject") if "errorCode" not in e]
    assert {e["recipientAccountId"]: e["userIdentity"]["type"] for e in done} == {
        ACCOUNT: "AWSAccount",
        member: "AssumedRole",
    }
    assert len({e["sharedEventID"] for e in done}) == 1
    assert all(e["resources"][0]["accountId"] == ACCOUNT for e in done)


def test_a_queue_can_let_in_another_account(
    account: Served, member: str, inside: dict[str, str]
) -> None:
    sqs = account.client("sqs")
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:inbox"
    theirs = client(account, "sqs", **inside)
    assert refusal(theirs.send_message, QueueUrl=queue, MessageBody="hi")["Code"] in (
        "AccessDenied",
        "AWS.SimpleQueueService.AccessDenied",
    )
    policy = allow({"AWS": member}, "sqs:SendMessage", Resource=arn)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    theirs.send_message(QueueUrl=queue, MessageBody="hi")
    assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "hi"


def test_a_service_control_policy_binds_a_member_and_not_the_manager(
    account: Served, member: str, inside: dict[str, str]
) -> None:
    organizations = account.client("organizations")
    deny = {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}
    made = organizations.create_policy(
        Name="no-ec2",
        Description="",
        Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps({"Version": "2012-10-17", "Statement": [deny]}),
    )
    identifier = made["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=identifier, TargetId=member)
    error = refusal(client(account, "ec2", **inside).describe_vpcs)
    assert error["Code"] == "UnauthorizedOperation"
    assert "with an explicit deny in a service control policy" in error["Message"]
    assert account.client("ec2").describe_vpcs()["Vpcs"]
    assert datetime.fromisoformat(events(account, "DescribeVpcs")[0]["eventTime"])
