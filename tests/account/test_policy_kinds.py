"""Each kind of policy decides calls that come over HTTP: with it the answer is another one."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.account.test_authority import ACCOUNT, client, lets, may, policy, refusal, user
from tests.conftest import Served

DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation")
TRUSTED = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


@pytest.fixture(scope="module")
def account(serve: Callable[..., Served]) -> Iterator[Served]:
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        yield serve(Path(folder) / "state")


def named(name: str) -> dict[str, str]:
    return {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{name}"}


def why_not(call: Any, **params: Any) -> str:
    """What the refusal of the call says; the record of it says the same."""
    code, message, _ = refusal(call, **params)
    assert code in DENIED
    return message


def everything_but(*actions: str) -> list[dict[str, Any]]:
    return [may("*"), {"Effect": "Deny", "Action": list(actions), "Resource": "*"}]


# -- of identities ------------------------------------------------------------------------


def test_a_group_gives_its_members_what_it_has(account: Served) -> None:
    iam = account.client("iam")
    ec2 = client(account, "ec2", user(account, "in-a-group"))
    assert "no identity-based policy allows" in why_not(ec2.describe_vpcs)
    iam.create_group(GroupName="operators")
    document = policy(may("ec2:Describe*"))
    iam.put_group_policy(GroupName="operators", PolicyName="see", PolicyDocument=document)
    iam.add_user_to_group(GroupName="operators", UserName="in-a-group")
    assert ec2.describe_vpcs()["Vpcs"]


def test_an_explicit_deny_wins_over_administrators(account: Served) -> None:
    ec2 = client(account, "ec2", user(account, "denied", *everything_but("ec2:DescribeVpcs")))
    assert "with an explicit deny in an identity-based policy" in why_not(ec2.describe_vpcs)
    assert ec2.describe_subnets()["Subnets"]


def test_a_boundary_limits_a_user(account: Served) -> None:
    iam = account.client("iam")
    ec2 = client(account, "ec2", user(account, "bounded", may("ec2:*")))
    assert ec2.describe_vpcs()["Vpcs"]
    made = iam.create_policy(PolicyName="only-subnets", PolicyDocument=policy(may("ec2:*Subnets")))
    iam.put_user_permissions_boundary(UserName="bounded", PermissionsBoundary=made["Policy"]["Arn"])
    assert "no permissions boundary allows the ec2:DescribeVpcs action" in why_not(
        ec2.describe_vpcs
    )
    assert ec2.describe_subnets()["Subnets"]
    iam.delete_user_permissions_boundary(UserName="bounded")
    assert ec2.describe_vpcs()["Vpcs"]


def test_a_user_may_be_made_with_a_boundary(account: Served) -> None:
    iam = account.client("iam")
    arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    iam.create_user(UserName="born-bounded", PermissionsBoundary=arn)
    iam.put_user_policy(
        UserName="born-bounded", PolicyName="own", PolicyDocument=policy(may("ec2:*", "s3:*"))
    )
    told = iam.get_user(UserName="born-bounded")["User"]["PermissionsBoundary"]
    assert told["PermissionsBoundaryArn"] == arn
    key = iam.create_access_key(UserName="born-bounded")["AccessKey"]
    keys = {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }
    assert "no permissions boundary" in why_not(client(account, "ec2", keys).describe_vpcs)
    client(account, "s3", keys).list_buckets()


def test_a_boundary_must_be_a_policy_that_is_there(account: Served) -> None:
    iam = account.client("iam")
    user(account, "unbounded")
    absent = f"arn:aws:iam::{ACCOUNT}:policy/absent"
    for call in (iam.put_user_permissions_boundary, iam.create_user):
        given = {"UserName": "unbounded", "PermissionsBoundary": absent}
        given["UserName"] += "" if call == iam.put_user_permissions_boundary else "-new"
        assert refusal(call, **given)[0] == "NoSuchEntity"
    code, _, status = refusal(iam.delete_user_permissions_boundary, UserName="unbounded")
    assert (code, status) == ("NoSuchEntity", 404)
    assert refusal(iam.get_user, UserName="unbounded-new")[0] == "NoSuchEntity"


def test_a_boundary_gives_nothing(account: Served) -> None:
    iam = account.client("iam")
    keys = user(account, "only-bounded")
    all_of_it = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.put_user_permissions_boundary(UserName="only-bounded", PermissionsBoundary=all_of_it)
    assert "no identity-based policy" in why_not(client(account, "ec2", keys).describe_vpcs)


def session(account: Served, role: str, **given: Any) -> dict[str, str]:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    made = account.client("sts").assume_role(RoleArn=arn, RoleSessionName="night", **given)
    return {
        "aws_access_key_id": made["Credentials"]["AccessKeyId"],
        "aws_secret_access_key": made["Credentials"]["SecretAccessKey"],
        "aws_session_token": made["Credentials"]["SessionToken"],
    }


@pytest.fixture(scope="module")
def role(account: Served) -> str:
    iam = account.client("iam")
    trust = policy({"Effect": "Allow", "Principal": TRUSTED, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust)
    document = policy(may("ec2:*", "s3:*"))
    iam.put_role_policy(RoleName="worker", PolicyName="own", PolicyDocument=document)
    return "worker"


def test_a_boundary_limits_a_roles_sessions(account: Served, role: str) -> None:
    iam = account.client("iam")
    read = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=read)
    try:
        ec2 = client(account, "ec2", session(account, role))
        assert "no permissions boundary allows" in why_not(ec2.describe_vpcs)
    finally:
        iam.delete_role_permissions_boundary(RoleName=role)
    assert ec2.describe_vpcs()["Vpcs"]


@pytest.mark.parametrize(
    "given",
    [
        {"Policy": policy(may("s3:*"))},
        {"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}]},
    ],
    ids=["a document", "a managed policy"],
)
def test_a_session_policy_limits_one_session_of_a_role(
    account: Served, role: str, given: dict[str, Any]
) -> None:
    limited = session(account, role, **given)
    assert "no session policy allows" in why_not(client(account, "ec2", limited).describe_vpcs)
    client(account, "s3", limited).list_buckets()
    whole = session(account, role)
    assert client(account, "ec2", whole).describe_vpcs()["Vpcs"]


def test_a_session_policy_gives_nothing(account: Served, role: str) -> None:
    keys = session(account, role, Policy=policy(may("*")))
    assert "no identity-based policy allows" in why_not(client(account, "iam", keys).list_users)


# -- of resources -------------------------------------------------------------------------


def test_a_topics_policy_lets_in_and_keeps_out(account: Served) -> None:
    sns = account.client("sns")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    theirs = client(account, "sns", user(account, "publisher"))
    message = {"TopicArn": topic, "Message": "hello"}
    assert "sns:Publish" in why_not(theirs.publish, **message)

    def say(*statements: dict[str, Any]) -> None:
        document = policy(*statements)
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document)

    say(lets(named("publisher"), "sns:Publish", resource=topic))
    assert theirs.publish(**message)["MessageId"]
    deny = {**lets("*", "sns:Publish", resource=topic), "Effect": "Deny"}
    say(lets(named("publisher"), "sns:Publish", resource=topic), deny)
    assert "explicit deny in a resource-based policy" in why_not(theirs.publish, **message)
    assert "explicit deny in a resource-based policy" in why_not(sns.publish, **message)


def test_a_queues_policy_lets_in_and_keeps_out(account: Served) -> None:
    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs"
    theirs = client(account, "sqs", user(account, "sender"))
    message = {"QueueUrl": url, "MessageBody": "hello"}
    assert "sqs:sendmessage" in why_not(theirs.send_message, **message).lower()
    allow = policy(lets(named("sender"), "sqs:SendMessage", resource=arn))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": allow})
    assert theirs.send_message(**message)["MessageId"]
    deny = policy({**lets("*", "sqs:SendMessage", resource=arn), "Effect": "Deny"})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": deny})
    assert "explicit deny in a resource-based policy" in why_not(sqs.send_message, **message)


def test_a_buckets_policy_lets_in_and_keeps_out(account: Served) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="kinds-of-policies")
    s3.put_object(Bucket="kinds-of-policies", Key="k", Body=b"hello")
    theirs = client(account, "s3", user(account, "fetcher"))
    place = {"Bucket": "kinds-of-policies", "Key": "k"}
    objects = "arn:aws:s3:::kinds-of-policies/*"
    assert "s3:GetObject" in why_not(theirs.get_object, **place)
    allow = lets(named("fetcher"), "s3:GetObject", resource=objects)
    s3.put_bucket_policy(Bucket="kinds-of-policies", Policy=policy(allow))
    assert theirs.get_object(**place)["Body"].read() == b"hello"
    assert "s3:PutObject" in why_not(theirs.put_object, **place, Body=b"")
    deny = {**lets("*", "s3:GetObject", resource=objects), "Effect": "Deny"}
    s3.put_bucket_policy(Bucket="kinds-of-policies", Policy=policy(allow, deny))
    for one in (theirs, s3):
        assert "explicit deny in a resource-based policy" in why_not(one.get_object, **place)


def test_a_keys_policy_decides_alone(account: Served) -> None:
    """KMS Developer Guide, "Default key policy": IAM's policies count only where it says so."""
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    keys = user(account, "crypter", may("kms:*"))
    theirs = client(account, "kms", keys)
    assert theirs.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    only_learner = lets(named("learner"), "kms:*")
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(only_learner))
    assert "no resource-based policy allows" in why_not(theirs.encrypt, KeyId=key, Plaintext=b"x")
    bare = client(account, "kms", user(account, "bare-crypter"))
    both = policy(only_learner, lets(named("bare-crypter"), "kms:Encrypt"))
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=both)
    assert bare.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]


def test_a_secrets_policy_keeps_out(account: Served) -> None:
    secrets = account.client("secretsmanager")
    secrets.create_secret(Name="kept", SecretString="s3cr3t")
    deny = {**lets("*", "secretsmanager:GetSecretValue"), "Effect": "Deny"}
    secrets.put_resource_policy(SecretId="kept", ResourcePolicy=policy(deny))
    message = why_not(secrets.get_secret_value, SecretId="kept")
    assert "explicit deny in a resource-based policy" in message


# -- of the organization ------------------------------------------------------------------


@pytest.fixture(scope="module")
def member(account: Served) -> tuple[str, dict[str, str]]:
    organizations = account.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    made = organizations.create_account(AccountName="dev", Email="dev@example.com")
    number = made["CreateAccountStatus"]["AccountId"]
    arn = f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole"
    key = account.client("sts").assume_role(RoleArn=arn, RoleSessionName="ops")["Credentials"]
    return number, {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
        "aws_session_token": key["SessionToken"],
    }


def test_a_service_control_policy_limits_a_member_at_every_level(
    account: Served, member: tuple[str, dict[str, str]]
) -> None:
    """What no policy of a level allows is not allowed, without any deny."""
    number, keys = member
    organizations = account.client("organizations")
    ec2, s3 = client(account, "ec2", keys), client(account, "s3", keys)
    root = organizations.list_roots()["Roots"][0]["Id"]
    made = organizations.create_policy(
        Name="only-s3",
        Description="",
        Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps({"Version": "2012-10-17", "Statement": [may("s3:*")]}),
    )["Policy"]["PolicySummary"]["Id"]
    whole = "p-FullAWSAccess"
    for target in (root, number):
        assert ec2.describe_vpcs()["Vpcs"]
        organizations.attach_policy(PolicyId=made, TargetId=target)
        assert ec2.describe_vpcs()["Vpcs"]
        organizations.detach_policy(PolicyId=whole, TargetId=target)
        message = why_not(ec2.describe_vpcs)
        assert "no service control policy allows the ec2:DescribeVpcs action" in message
        s3.list_buckets()
        organizations.attach_policy(PolicyId=whole, TargetId=target)
        organizations.detach_policy(PolicyId=made, TargetId=target)
    assert account.client("ec2").describe_vpcs()["Vpcs"]
