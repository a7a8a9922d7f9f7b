"""Who may not is told so in each service's words, and the refusal is recorded."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import Served

ACCOUNT = "123456789012"
ONCE = Config(retries={"total_max_attempts": 1}, proxies={})


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def may(*actions: str, resource: str | list[str] = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def lets(principal: Any, *actions: str, resource: str = "*") -> dict[str, Any]:
    return {"Principal": principal, **may(*actions, resource=resource)}


def user(account: Served, name: str, *statements: dict[str, Any]) -> dict[str, str]:
    """A new IAM user with these permissions, as keys for a client."""
    iam = account.client("iam")
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy(*statements))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }


def client(account: Served, service: str, keys: dict[str, str]) -> Any:
    return boto3.Session().client(
        service, region_name="us-east-1", endpoint_url=account.endpoint, config=ONCE, **keys
    )


def refusal(call: Any, **params: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    answer = caught.value.response
    error = answer["Error"]
    return error["Code"], error["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


def last(account: Served, name: str) -> dict[str, Any]:
    found: dict[str, Any] = account.control("events", name=name, limit=1)["events"][0]
    return found


@pytest.fixture(scope="module")
def nobody(shared_account: Served) -> dict[str, str]:
    return user(shared_account, "nobody")


BARE = "User: arn:aws:iam::123456789012:user/nobody is not authorized to perform: "
# One of each protocol: service, call, parameters, code, status, action, resource, recorded code.
PROTOCOLS = [
    ("iam", "list_users", {}, "AccessDenied", 403, "iam:ListUsers", "", "AccessDenied"),
    (
        "ec2",
        "describe_vpcs",
        {},
        "UnauthorizedOperation",
        403,
        "ec2:DescribeVpcs",
        "",
        "Client.UnauthorizedOperation",
    ),
    ("kms", "list_keys", {}, "AccessDeniedException", 400, "kms:ListKeys", "", "AccessDenied"),
    (
        "lambda",
        "list_functions",
        {},
        "AccessDeniedException",
        403,
        "lambda:ListFunctions",
        "",
        "AccessDenied",
    ),
    (
        "s3",
        "create_bucket",
        {"Bucket": "not-for-nobody"},
        "AccessDenied",
        403,
        "s3:CreateBucket",
        ' on resource: "arn:aws:s3:::not-for-nobody"',
        "AccessDenied",
    ),
    (
        "cloudtrail",
        "stop_logging",
        {"Name": "ops"},
        "AccessDeniedException",
        400,
        "cloudtrail:StopLogging",
        f" on resource: arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/ops",
        "AccessDenied",
    ),
    (
        "sns",
        "create_topic",
        {"Name": "alarms"},
        "AuthorizationError",
        403,
        "SNS:CreateTopic",
        f" on resource: arn:aws:sns:us-east-1:{ACCOUNT}:alarms",
        "AccessDenied",
    ),
]


@pytest.mark.parametrize(
    ("service", "call", "params", "code", "status", "action", "resource", "recorded"),
    PROTOCOLS,
    ids=[row[0] for row in PROTOCOLS],
)
def test_a_refusal_says_who_what_and_why(
    shared_account: Served,
    nobody: dict[str, str],
    service: str,
    call: str,
    params: dict[str, Any],
    code: str,
    status: int,
    action: str,
    resource: str,
    recorded: str,
) -> None:
    found = refusal(getattr(client(shared_account, service, nobody), call), **params)
    because = f" because no identity-based policy allows the {action} action"
    assert (found[0], found[2]) == (code, status)
    assert found[1].lower().endswith(f"{BARE}{action}{resource}{because}".lower())
    name = "".join(word.title() for word in call.split("_"))
    if service == "lambda":  # its events carry the version of the API
        name += "20150331"
    record = last(shared_account, name)
    assert record["errorCode"] == recorded
    assert record["errorMessage"] == found[1]
    assert record["responseElements"] is None
    assert record["userIdentity"]["userName"] == "nobody"


# -- policies of resources ----------------------------------------------------------------


def test_a_secret_lets_in_whom_its_policy_names(account: Served) -> None:
    keys = user(account, "reader")
    secrets = account.client("secretsmanager")
    secrets.create_secret(Name="hana/system", SecretString="s3cr3t")
    theirs = client(account, "secretsmanager", keys)
    message = refusal(theirs.get_secret_value, SecretId="hana/system")[1]
    assert "secret:hana/system-" in message  # the ARN with its random end
    named = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/reader"}
    secrets.put_resource_policy(
        SecretId="hana/system",
        ResourcePolicy=policy(lets(named, "secretsmanager:GetSecretValue")),
    )
    assert theirs.get_secret_value(SecretId="hana/system")["SecretString"] == "s3cr3t"


def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("main.py", "def handle(event, context): return event")
    return packed.getvalue()


def function(account: Served, keys: dict[str, str] | None = None) -> Any:
    iam = account.client("iam")
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust)
    given = account.client("lambda") if keys is None else client(account, "lambda", keys)
    return given.create_function(
        FunctionName="stop-sap",
        Runtime="python3.11",
        Role=f"arn:aws:iam::{ACCOUNT}:role/worker",
        Handler="main.handle",
        Code={"ZipFile": archive()},
    )


def test_a_function_lets_in_whom_its_policy_names(account: Served) -> None:
    function(account)
    keys = user(account, "caller")
    theirs = client(account, "lambda", keys)
    assert refusal(theirs.get_function, FunctionName="stop-sap")[0] == "AccessDeniedException"
    account.client("lambda").add_permission(
        FunctionName="stop-sap",
        StatementId="caller",
        Action="lambda:GetFunction",
        Principal=f"arn:aws:iam::{ACCOUNT}:user/caller",
    )
    assert theirs.get_function(FunctionName="stop-sap")["Configuration"]["Runtime"]


# -- passing roles ------------------------------------------------------------------------


def test_who_gives_a_role_to_a_service_must_be_allowed_to_pass_it(account: Served) -> None:
    keys = user(account, "builder", may("lambda:*"))
    with pytest.raises(ClientError) as caught:
        function(account, keys)
    role = f"arn:aws:iam::{ACCOUNT}:role/worker"
    message = caught.value.response["Error"]["Message"]
    assert f"iam:PassRole on resource: {role} because" in message
    only_lambda = may("iam:PassRole", resource=role) | {
        "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    }
    account.client("iam").put_user_policy(
        UserName="builder", PolicyName="pass", PolicyDocument=policy(only_lambda)
    )
    assert function(account, keys)["FunctionName"] == "stop-sap"


def test_an_instance_profile_is_passed_by_its_role(account: Served) -> None:
    iam = account.client("iam")
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )
    iam.create_role(RoleName="hana", Path="/sap/", AssumeRolePolicyDocument=trust)
    iam.create_instance_profile(InstanceProfileName="hana-profile")
    iam.add_role_to_instance_profile(InstanceProfileName="hana-profile", RoleName="hana")
    ec2 = client(account, "ec2", user(account, "runner", may("ec2:*")))
    asked = {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1}
    message = refusal(ec2.run_instances, **asked, IamInstanceProfile={"Name": "hana-profile"})[1]
    assert f"iam:PassRole on resource: arn:aws:iam::{ACCOUNT}:role/sap/hana" in message
    assert ec2.run_instances(**asked)["Instances"]


# -- policies on their way in -------------------------------------------------------------

NO_EFFECT = '{"Version":"2012-10-17","Statement":[{"Action":"*","Resource":"*"}]}'


def test_what_is_no_policy_is_not_stored(account: Served) -> None:
    iam, s3, kms, sns = (account.client(s) for s in ("iam", "s3", "kms", "sns"))
    s3.create_bucket(Bucket="some-bucket")
    topic = sns.create_topic(Name="topic")["TopicArn"]
    refused = {
        "iam": refusal(iam.create_policy, PolicyName="p", PolicyDocument=NO_EFFECT),
        "trust": refusal(
            iam.create_role, RoleName="r", AssumeRolePolicyDocument=policy(may("sts:AssumeRole"))
        ),
        "s3": refusal(s3.put_bucket_policy, Bucket="some-bucket", Policy="{not json"),
        "kms": refusal(kms.create_key, Policy=NO_EFFECT),
        "sns": refusal(
            sns.set_topic_attributes,
            TopicArn=topic,
            AttributeName="Policy",
            AttributeValue=NO_EFFECT,
        ),
    }
    assert {name: found[0] for name, found in refused.items()} == {
        "iam": "MalformedPolicyDocument",
        "trust": "MalformedPolicyDocument",
        "s3": "MalformedPolicy",
        "kms": "MalformedPolicyDocumentException",
        "sns": "InvalidParameter",
    }
    assert all(found[2] == 400 for found in refused.values())
    assert last(account, "PutBucketPolicy")["errorCode"] == "MalformedPolicy"


def test_a_policy_may_name_only_users_that_are_there(account: Served) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="some-bucket")
    ghost = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/ghost"}
    statement = lets(ghost, "s3:GetObject", resource="arn:aws:s3:::some-bucket/*")
    found = refusal(s3.put_bucket_policy, Bucket="some-bucket", Policy=policy(statement))
    assert found[:2] == ("MalformedPolicy", "Invalid principal in policy")


def test_a_key_policy_that_locks_everybody_out_is_refused(account: Served) -> None:
    kms = account.client("kms")
    locked = policy(lets({"Service": "cloudtrail.amazonaws.com"}, "kms:GenerateDataKey*"))
    found = refusal(kms.create_key, Policy=locked)
    assert found[0] == "MalformedPolicyDocumentException"
    assert "will not allow you to update the key policy in the future" in found[1]
    assert kms.create_key(Policy=locked, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]


# -- strangers ----------------------------------------------------------------------------


def fetch(url: str) -> tuple[int, bytes]:
    try:
        with urlopen(url) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def test_a_stranger_reads_what_a_bucket_policy_opens_and_nothing_else(account: Served) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="web-site")
    s3.put_object(Bucket="web-site", Key="index.html", Body=b"hello")
    url = f"{account.endpoint}/web-site/index.html"
    status, body = fetch(url)
    assert (status, b"<Code>AccessDenied</Code>" in body) == (403, True)
    denied = last(account, "GetObject")
    assert denied["errorCode"] == "AccessDenied"
    s3.delete_public_access_block(Bucket="web-site")
    opened = lets("*", "s3:GetObject", resource="arn:aws:s3:::web-site/*")
    s3.put_bucket_policy(Bucket="web-site", Policy=policy(opened))
    assert fetch(url) == (200, b"hello")
    record = last(account, "GetObject")
    assert record["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": "",
        "accountId": "anonymous",
    }
    assert record["recipientAccountId"] == ACCOUNT
    assert fetch(f"{account.endpoint}/web-site?list-type=2")[0] == 403


def test_what_is_missing_is_told_only_to_who_may_list(account: Served) -> None:
    account.client("s3").create_bucket(Bucket="some-bucket")
    reading = may("s3:GetObject")
    s3 = client(account, "s3", user(account, "reader", reading))
    found = refusal(s3.get_object, Bucket="some-bucket", Key="missing")
    assert (found[0], found[2]) == ("AccessDenied", 403)
    assert "s3:ListBucket" in found[1]
    lists = client(account, "s3", user(account, "lister", reading, may("s3:ListBucket")))
    assert refusal(lists.get_object, Bucket="some-bucket", Key="missing")[0] == "NoSuchKey"


def test_policies_that_aws_manages_are_decided_by_ones_own_permissions(
    shared_account: Served,
) -> None:
    iam = shared_account.client("iam")
    managed = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert iam.get_policy(PolicyArn=managed)["Policy"]["DefaultVersionId"] == "v1"
    assert iam.get_policy_version(PolicyArn=managed, VersionId="v1")["PolicyVersion"]["Document"]
    users = iam.list_entities_for_policy(PolicyArn=managed)["PolicyUsers"]
    assert "learner" in [one["UserName"] for one in users]


def test_a_predefined_alias_names_no_key_before_there_is_one(shared_account: Served) -> None:
    kms = shared_account.client("kms")
    made = kms.create_key()["KeyMetadata"]
    assert made["MultiRegion"] is False
    for alias in kms.list_aliases()["Aliases"]:
        if "TargetKeyId" in alias:
            kms.describe_key(KeyId=alias["TargetKeyId"])
