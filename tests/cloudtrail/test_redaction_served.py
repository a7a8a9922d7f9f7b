"""Secrets on their way through a served account: they stand in no file, history row, log event,
trace or error text that anybody is shown."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lablib import Lab
from tests.cloudtrail.test_regions_served import ACCOUNT
from tests.conftest import Served

SECRET = "Sesame-0pen-Correct-Horse"
LOGS, DATA, GROUP = "redaction-logs", "redaction-data", "redaction"
TRUST = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
IMAGE = "ami-12c6146b"
ABSENT = f"arn:aws:sns:us-east-1:{ACCOUNT}:absent"
DATABASE = {
    "DBInstanceIdentifier": "hana-copy",
    "DBInstanceClass": "db.t3.micro",
    "Engine": "postgres",
    "AllocatedStorage": 20,
    "MasterUsername": "admin1",
    "MasterUserPassword": SECRET,
}

# service, operation, parameters; some are done, some refused.
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("iam", "create_user", {"UserName": "sesame"}),
    ("iam", "create_login_profile", {"UserName": "sesame", "Password": SECRET}),
    ("iam", "create_login_profile", {"UserName": "nobody", "Password": SECRET}),
    ("secretsmanager", "create_secret", {"Name": "hana", "SecretString": SECRET}),
    ("secretsmanager", "create_secret", {"Name": "hana", "SecretString": SECRET}),
    ("secretsmanager", "put_secret_value", {"SecretId": "absent", "SecretString": SECRET}),
    ("secretsmanager", "get_secret_value", {"SecretId": "hana"}),
    ("ssm", "put_parameter", {"Name": "/hana", "Value": SECRET, "Type": "SecureString"}),
    ("ssm", "put_parameter", {"Name": "/hana", "Value": SECRET, "Type": "SecureString"}),
    ("ssm", "get_parameter", {"Name": "/hana", "WithDecryption": True}),
    ("rds", "create_db_instance", DATABASE),
    ("rds", "create_db_instance", DATABASE),
    ("rds", "modify_db_instance", {"DBInstanceIdentifier": "no", "MasterUserPassword": SECRET}),
    ("ec2", "run_instances",
     {"ImageId": IMAGE, "MinCount": 1, "MaxCount": 1, "UserData": SECRET}),
    ("ec2", "run_instances",
     {"ImageId": "ami-00000000", "MinCount": 1, "MaxCount": 1, "UserData": SECRET}),
    ("kms", "encrypt", {"KeyId": "absent", "Plaintext": SECRET.encode()}),
    ("s3", "put_object",
     {"Bucket": DATA, "Key": "k", "Body": b"x", "SSECustomerAlgorithm": "AES256",
      "SSECustomerKey": (SECRET * 2)[:32]}),
    ("sns", "publish", {"TopicArn": ABSENT, "Message": SECRET, "Subject": SECRET}),
    ("cognito-idp", "admin_set_user_password",
     {"UserPoolId": "us-east-1_absent", "Username": "u", "Password": SECRET}),
]  # fmt: skip


REFUSALS: list[str] = []  # what was told to who was refused


@pytest.fixture(scope="module")
def account(serve: Callable[..., Served]) -> Iterator[Served]:
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        served = serve(Path(folder) / "state")
        _record_everything(served)
        for service, operation, params in CALLS:
            try:
                getattr(served.client(service), operation)(**params)
            except ClientError as refused:
                REFUSALS.append(str(refused.response))
        served.advance(minutes=30)
        yield served


def _record_everything(served: Served) -> None:
    s3, logs, iam = (served.client(name) for name in ("s3", "logs", "iam"))
    for bucket in (LOGS, DATA):
        s3.create_bucket(Bucket=bucket)
    delivery = [
        {**TRUST, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{LOGS}"},
        {**TRUST, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{LOGS}/*"},
    ]
    s3.put_bucket_policy(Bucket=LOGS, Policy=_policy(*delivery))
    logs.create_log_group(logGroupName=GROUP)
    trust = _policy({**TRUST, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName="to-logs", AssumeRolePolicyDocument=trust)
    write = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    iam.put_role_policy(RoleName="to-logs", PolicyName="write", PolicyDocument=_policy(write))
    cloudtrail = served.client("cloudtrail")
    cloudtrail.create_trail(
        Name="all",
        S3BucketName=LOGS,
        CloudWatchLogsLogGroupArn=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{GROUP}:*",
        CloudWatchLogsRoleArn=f"arn:aws:iam::{ACCOUNT}:role/to-logs",
    )
    objects = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}
    everything = {
        "ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [objects]
    }  # fmt: skip
    cloudtrail.put_event_selectors(TrailName="all", EventSelectors=[everything])
    cloudtrail.start_logging(Name="all")


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _files(account: Served) -> Iterator[str]:
    s3 = account.client("s3")
    for entry in s3.list_objects_v2(Bucket=LOGS)["Contents"]:
        if entry["Key"].endswith(".gz"):
            body = s3.get_object(Bucket=LOGS, Key=entry["Key"])["Body"].read()
            yield gzip.decompress(body).decode()


def _log_events(account: Served) -> Iterator[str]:
    pages = account.client("logs").get_paginator("filter_log_events").paginate(logGroupName=GROUP)
    yield from (event["message"] for page in pages for event in page["events"])


def _history(account: Served) -> Iterator[str]:
    pages = account.client("cloudtrail").get_paginator("lookup_events").paginate()
    yield from (str(event) for page in pages for event in page["Events"])


def _errors(account: Served) -> Iterator[str]:
    yield from REFUSALS


def _lab(account: Served) -> Iterator[str]:
    lab = Lab.join(account.state)
    yield lab.events(limit=500).to_string()
    for record in account.control("events", limit=500)["events"]:
        yield json.dumps(record)
        yield json.dumps(account.control("trace", event=record["eventID"]))
        trace = lab.trace(record["eventID"])
        yield trace.event._repr_html_() + repr(trace.event.explain()) + repr(trace)
    yield json.dumps(account.control("timeline"))


SHOWN: dict[str, tuple[Callable[[Served], Iterator[str]], str]] = {
    "log files in S3": (_files, "CreateLoginProfile"),
    "CloudWatch Logs": (_log_events, "CreateLoginProfile"),
    "Event history": (_history, "CreateLoginProfile"),
    "the lab's own words": (_lab, "CreateLoginProfile"),
    "error texts": (_errors, "ResourceExistsException"),
}


@pytest.mark.parametrize("place", SHOWN)
def test_no_secret_is_shown(account: Served, place: str) -> None:
    look, known = SHOWN[place]
    texts = list(look(account))
    assert any(known in text for text in texts), "there is something to look at"
    for text in texts:
        assert SECRET not in text, text[:2000]


def test_every_call_with_a_secret_was_recorded(account: Served) -> None:
    names = {r["eventName"] for r in account.control("events", limit=500)["events"]}
    asked = {operation.replace("_", "") for _, operation, _ in CALLS}
    assert {name.lower() for name in names} >= asked
