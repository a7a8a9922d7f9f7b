"""Who works with the landscape, from where, with which tool, and what each may do.

Addresses are of the ranges that RFC 5737 keeps for documentation, so they are nobody's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

ACCOUNT = "123456789012"
OPERATOR = "SAPOperator"
BACKUPS = "sap-backint-123456789012"


@dataclass(frozen=True, slots=True)
class Person:
    """An IAM user: `job` in words, `address` and `agent` as their records show them."""

    name: str
    job: str
    address: str
    agent: str
    allowed: tuple[str, ...]  # IAM actions


CLI = "aws-cli/2.34.4 md/awscrt#0.31.2 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.14.3"
_BOTO3 = "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#5.14.21 md/arch#x86_64 lang/python#3.11.7"
_JAVA = "aws-sdk-java/2.46.7 md/io#sync md/http#Apache ua/2.1 os/Linux#5.14.21 lang/java#21.0.8"

OFFICE = "203.0.113.10"
PARTNER = "198.51.100.7"

PEOPLE: dict[str, Person] = {
    person.name: person
    for person in (
        Person(
            "anna",
            "SAP Basis administrator",
            OFFICE,
            CLI,
            ("ec2:Describe*", "ec2:CreateTags", "ssm:*", "sts:*", "cloudtrail:LookupEvents"),
        ),
        Person("ben", "backups with AWS Backint Agent", "203.0.113.44", _BOTO3, ("s3:*",)),
        Person(
            "carla",
            "auditor",
            OFFICE,
            CLI,
            ("cloudtrail:Get*", "cloudtrail:Describe*", "cloudtrail:List*",
             "cloudtrail:LookupEvents", "iam:Get*", "iam:List*"),
        ),
        Person(
            "marco",
            "monitoring, at a partner; runs the Data Provider for SAP",
            PARTNER,
            _JAVA,
            ("ec2:Describe*", "cloudwatch:*", "sts:*"),
        ),
    )
}  # fmt: skip

# From where the landscape's people call. The night's address is another.
ADDRESSES = frozenset(person.address for person in PEOPLE.values())


def hire(lab: Any) -> None:
    """Creates the IAM users and the role that operators assume. Does nothing the second time."""
    iam, eye = lab.client("iam"), lab.observer("iam")
    known = {user["UserName"] for user in eye.list_users()["Users"]}
    for person in PEOPLE.values():
        if person.name not in known:
            iam.create_user(UserName=person.name)
            iam.put_user_policy(
                UserName=person.name, PolicyName="job", PolicyDocument=_policy(person.allowed)
            )
    if OPERATOR not in {role["RoleName"] for role in eye.list_roles()["Roles"]}:
        _make_role(iam)


def _make_role(iam: Any) -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }
    iam.create_role(
        RoleName=OPERATOR,
        Description="Starts and stops SAP systems. Wider than it should be.",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    actions = ("ec2:*", "s3:ListAllMyBuckets", "s3:DeleteBucket", "iam:CreateAccessKey")
    iam.put_role_policy(RoleName=OPERATOR, PolicyName="job", PolicyDocument=_policy(actions))


def _policy(actions: tuple[str, ...]) -> str:
    allow = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})
