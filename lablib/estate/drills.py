"""Fire drills: for each control of the benchmark the harmless call that should light its alarm.

What a drill makes it takes away again. Some calls are refused on purpose: an attempt is an event,
too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lablib.estate.callers import as_user
from lablib.estate.night import ELSEWHERE
from lablib.estate.people import ACCOUNT, BACKUPS
from lablib.estate.systems import build

if TYPE_CHECKING:
    from lablib.search.table import Table

TRAIL = "sap-trail"
NAME = "fire-drill"


def _denied(lab: Any) -> None:
    lab.client("iam", user="marco").list_users()


def _iam(lab: Any) -> None:
    iam, who = lab.client("iam"), {"UserName": "carla", "PolicyName": NAME}
    allow = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_user_policy(**who, PolicyDocument=document)
    iam.delete_user_policy(**who)


def _key(lab: Any) -> None:
    kms = lab.client("kms")
    key = kms.create_key(Description=NAME)["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


def _bucket(lab: Any) -> None:
    s3, rule = lab.client("s3"), {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    s3.put_bucket_cors(Bucket=BACKUPS, CORSConfiguration={"CORSRules": [rule]})
    s3.delete_bucket_cors(Bucket=BACKUPS)


def _group(lab: Any) -> None:
    ec2 = lab.client("ec2")
    group = ec2.create_security_group(GroupName=NAME, Description=NAME)["GroupId"]
    ec2.delete_security_group(GroupId=group)


def _acl(lab: Any) -> None:
    ec2 = lab.client("ec2")
    acl = ec2.create_network_acl(VpcId=_vpc(lab))["NetworkAcl"]["NetworkAclId"]
    ec2.delete_network_acl(NetworkAclId=acl)


def _gateway(lab: Any) -> None:
    ec2 = lab.client("ec2")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.delete_internet_gateway(InternetGatewayId=gateway)


def _routes(lab: Any) -> None:
    ec2 = lab.client("ec2")
    table = ec2.create_route_table(VpcId=_vpc(lab))["RouteTable"]["RouteTableId"]
    ec2.delete_route_table(RouteTableId=table)


def _network(lab: Any) -> None:
    """Sets what is set already."""
    lab.client("ec2").modify_vpc_attribute(VpcId=_vpc(lab), EnableDnsSupport={"Value": True})


def _vpc(lab: Any) -> str:
    return str(lab.observer("ec2").describe_vpcs()["Vpcs"][0]["VpcId"])


# Control → what is done, in words, and the calls.
DRILLS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "4.1": ("marco asks IAM for its users, and may not", _denied),
    "4.2": ("learner signs in without a code", lambda lab: lab.sign_in(mfa=False)),
    "4.3": ("root looks at the buckets", lambda lab: lab.client("s3", user="root").list_buckets()),
    "4.4": ("a policy for carla, and away again", _iam),
    "4.5": (
        "StartLogging, though the trail is on",
        lambda lab: lab.client("cloudtrail").start_logging(Name=TRAIL),
    ),
    "4.6": ("anna mistypes her password", lambda lab: lab.sign_in("anna", ok=False)),
    "4.7": ("a new key, disabled and to be deleted", _key),
    "4.8": ("a CORS rule on the backups' bucket, and away again", _bucket),
    "4.9": (
        "StopConfigurationRecorder on one that is not there",
        lambda lab: lab.client("config").stop_configuration_recorder(
            ConfigurationRecorderName=NAME
        ),
    ),
    "4.10": ("a security group, and away again", _group),
    "4.11": ("a network ACL, and away again", _acl),
    "4.12": ("an internet gateway, and away again", _gateway),
    "4.13": ("a route table, and away again", _routes),
    "4.14": ("a VPC is set to what it is", _network),
    "4.15": (
        "MoveAccount to a unit that is not there",
        lambda lab: lab.client("organizations").move_account(
            AccountId=ACCOUNT, SourceParentId="r-0000", DestinationParentId="ou-0000-00000000"
        ),
    ),
}


def drill(lab: Any, *numbers: str) -> Table:
    """Does what should light these controls, or all of them; a table of what was done."""
    from lablib.search.table import Table

    build(lab)
    wanted = numbers or tuple(DRILLS)
    for number in wanted:
        with suppress(ClientError):
            DRILLS[number][1](lab)
    rows = [(number, DRILLS[number][0]) for number in wanted]
    return Table(rows, columns=["Control", "What was done"])


MEDDLER = "marco"


def meddling(lab: Any) -> None:
    """Ten minutes in which somebody tries something at the trail.

    Reading on spoils an exercise of lab 11.
    """
    build(lab)
    somebody = as_user(lab, MEDDLER, ELSEWHERE)
    ec2, cloudtrail = somebody.client("ec2"), somebody.client("cloudtrail")
    ec2.describe_instances()
    lab.clock.advance(minutes=1)
    with suppress(ClientError):
        cloudtrail.stop_logging(Name=TRAIL)
    lab.clock.advance(minutes=1)
    ec2.describe_security_groups()
    lab.clock.advance(minutes=8)
