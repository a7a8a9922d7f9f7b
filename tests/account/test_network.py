"""A call through a VPC endpoint: its record says so, and policies decide by it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lablib import Lab
from lablib.errors import LabError
from tests.conftest import Served

BUCKET = "only-through-the-endpoint"
STRANGE = "vpce-0123456789abcdef0"


@pytest.fixture
def account(shared_account: Served) -> Served:
    return shared_account


@pytest.fixture
def lab(account: Served) -> Lab:
    return Lab.join(account.state)


@pytest.fixture
def endpoint(account: Served) -> str:
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3")
    return str(made["VpcEndpoint"]["VpcEndpointId"])


def last(account: Served) -> dict[str, Any]:
    found: dict[str, Any] = account.control("events", limit=1)["events"][0]
    return found


def only_through(account: Served, condition: dict[str, Any]) -> None:
    """The classic: a bucket that refuses whoever does not come through the endpoint."""
    s3 = account.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="key", Body=b"x")
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
        "Condition": condition,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)


def reads(client: Any) -> bool:
    try:
        return bool(client.get_object(Bucket=BUCKET, Key="key")["Body"].read() == b"x")
    except client.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] != "AccessDenied":
            raise
        return False


def test_the_record_names_the_endpoint_its_owner_and_a_private_address(
    account: Served, lab: Lab, endpoint: str
) -> None:
    lab.client("s3", vpc_endpoint=endpoint).list_buckets()
    record = last(account)
    assert record["vpcEndpointId"] == endpoint
    assert record["vpcEndpointAccountId"] == "123456789012"
    assert record["sourceIPAddress"] == "10.0.0.10"
    order = list(record)
    place = order.index("vpcEndpointId")
    around = ["recipientAccountId", "vpcEndpointId", "vpcEndpointAccountId", "eventCategory"]
    assert order[place - 1 : place + 3] == around


def test_a_service_that_writes_an_older_version_does_not_name_the_owner(
    account: Served, lab: Lab, endpoint: str
) -> None:
    lab.client("sts", vpc_endpoint=endpoint).get_caller_identity()
    record = last(account)
    assert (record["eventVersion"], record["vpcEndpointId"]) == ("1.08", endpoint)
    assert "vpcEndpointAccountId" not in record


def test_a_bucket_policy_lets_in_only_the_endpoint(
    account: Served, lab: Lab, endpoint: str
) -> None:
    only_through(account, {"StringNotEquals": {"aws:SourceVpce": endpoint}})
    assert reads(lab.client("s3", vpc_endpoint=endpoint))
    assert not reads(lab.client("s3", vpc_endpoint=STRANGE))
    assert last(account)["errorCode"] == "AccessDenied"
    assert not reads(lab.client("s3"))


def test_a_policy_sees_the_endpoints_vpc_and_the_address_within(
    account: Served, lab: Lab, endpoint: str
) -> None:
    ec2 = account.client("ec2")
    vpc = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]["VpcId"]
    only_through(account, {"StringNotEquals": {"aws:SourceVpc": vpc}})
    assert reads(lab.client("s3", vpc_endpoint=endpoint))
    assert not reads(lab.client("s3", vpc_endpoint=STRANGE))
    only_through(account, {"NotIpAddress": {"aws:VpcSourceIp": "10.0.9.0/24"}})
    assert reads(lab.client("s3", vpc_endpoint=endpoint, source_ip="10.0.9.7"))
    assert not reads(lab.client("s3", vpc_endpoint=endpoint, source_ip="10.0.8.7"))


def test_a_public_address_is_not_seen_behind_an_endpoint(
    account: Served, lab: Lab, endpoint: str
) -> None:
    """IAM User Guide: aws:SourceIp is there except for requests through a VPC endpoint."""
    only_through(account, {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    assert reads(lab.client("s3", source_ip="203.0.113.9"))
    assert not reads(lab.client("s3", vpc_endpoint=endpoint, source_ip="203.0.113.9"))


@pytest.mark.parametrize("said", ["{endpoint}", "wrong {endpoint}", " {endpoint}", "{token} x"])
def test_nobody_talks_themselves_through_an_endpoint(
    account: Served, endpoint: str, said: str
) -> None:
    only_through(account, {"StringNotEquals": {"aws:SourceVpce": endpoint}})
    token = json.loads((account.state / "account.json").read_text())["token"]
    s3 = account.client("s3")

    def claim(request: Any, **_: Any) -> None:
        request.headers["X-Lab-Vpc-Endpoint"] = said.format(endpoint=endpoint, token=token)

    s3.meta.events.register("before-send.s3", claim)
    assert not reads(s3)
    assert "vpcEndpointId" not in last(account)


def test_the_token_does_not_get_into_the_journal(account: Served, lab: Lab, endpoint: str) -> None:
    lab.client("s3", vpc_endpoint=endpoint).list_buckets()
    journal = (account.state / "journal.jsonl").read_bytes()
    assert lab.account.token.encode() not in journal
    assert endpoint.encode() in journal


def test_an_id_that_is_none_is_told_at_once(lab: Lab) -> None:
    with pytest.raises(LabError, match="not the id of a VPC endpoint"):
        lab.client("s3", vpc_endpoint="vpc-12345678")
