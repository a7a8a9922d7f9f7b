"""All fifteen CIS alarms, set up by the AWS CLI: each rings after the call that it is about."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lablib.estate.cis import PATTERNS
from tests.cloudtrail.cli_driver import Cli, cli
from tests.conftest import Served

pytestmark = pytest.mark.referee

ACCOUNT = "123456789012"
GROUP, TRAIL, BUCKET, ROLE = "cis-trail", "cis", "cis-logs", "cis-logs-writer"
MAIL = "security@example.com"


@dataclass(frozen=True, slots=True)
class Watched:
    """An account with a trail into a log group, fifteen filters, alarms, and who is told."""

    served: Served
    topic: str
    queue: str

    def client(self, service: str, user: str = "learner") -> Any:
        return self.served.client(service, user=user)

    def alarms(self) -> dict[str, str]:
        found = self.client("cloudwatch").describe_alarms()["MetricAlarms"]
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}

    def ringing(self) -> set[str]:
        return {name for name, state in self.alarms().items() if state == "ALARM"}

    def messages(self) -> Iterator[dict[str, Any]]:
        """What the topic's queue got, as SNS messages."""
        sqs = self.client("sqs")
        while found := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in found:
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                yield json.loads(message["Body"])


def statement(**parts: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **parts}]})


def make_trail(served: Served) -> None:
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    s3, iam, logs = served.client("s3"), served.client("iam"), served.client("logs")
    s3.create_bucket(Bucket=BUCKET)
    where = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    s3.put_bucket_policy(
        Bucket=BUCKET,
        Policy=statement(
            Principal=cloudtrail, Action=["s3:GetBucketAcl", "s3:PutObject"], Resource=where
        ),
    )
    trust = statement(Principal=cloudtrail, Action="sts:AssumeRole")
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)
    may = statement(Action=["logs:CreateLogStream", "logs:PutLogEvents"], Resource="*")
    iam.put_role_policy(RoleName=ROLE, PolicyName="write", PolicyDocument=may)
    logs.create_log_group(logGroupName=GROUP)
    trails = served.client("cloudtrail")
    trails.create_trail(
        Name=TRAIL,
        S3BucketName=BUCKET,
        IsMultiRegionTrail=True,
        CloudWatchLogsLogGroupArn=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{GROUP}:*",
        CloudWatchLogsRoleArn=f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
    )
    trails.start_logging(Name=TRAIL)


def prepare(served: Served) -> dict[str, str]:
    """What the calls need that will trip alarms: made before anybody watches."""
    iam = served.client("iam")
    iam.create_user(UserName="nobody")
    iam.create_access_key(UserName="nobody")
    served.client("organizations").create_organization(FeatureSet="ALL")
    key = served.client("kms").create_key()["KeyMetadata"]["KeyId"]
    vpc = served.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    root = served.client("organizations").list_roots()["Roots"][0]["Id"]
    return {"key": key, "vpc": vpc, "root": root}


def watch(aws: Cli, topic: str) -> None:
    """The benchmark's recipe, with `aws` commands."""
    for name, pattern in PATTERNS.items():
        metric = f"metricName=cis-{name},metricNamespace=CISBenchmark,metricValue=1"
        told = aws(
            "logs", "put-metric-filter", "--log-group-name", GROUP, "--filter-name", name,
            "--filter-pattern", pattern, "--metric-transformations", metric,
        )  # fmt: skip
        assert told.exit == 0, told.err
        told = aws(
            "cloudwatch", "put-metric-alarm", "--alarm-name", name, "--namespace", "CISBenchmark",
            "--metric-name", f"cis-{name}", "--statistic", "Sum", "--period", "300",
            "--evaluation-periods", "1", "--threshold", "1", "--comparison-operator",
            "GreaterThanOrEqualToThreshold", "--treat-missing-data", "notBreaching",
            "--alarm-actions", topic, "--ok-actions", topic,
        )  # fmt: skip
        assert told.exit == 0, told.err


@pytest.fixture(scope="module")
def made(serve: Callable[..., Served]) -> Iterator[tuple[Watched, dict[str, str]]]:
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        served = serve(Path(folder) / "state")
        make_trail(served)
        things = prepare(served)
        sns, sqs = served.client("sns"), served.client("sqs")
        topic = sns.create_topic(Name="cis-alarms")["TopicArn"]
        queue = sqs.create_queue(QueueName="cis-alarms")["QueueUrl"]
        arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:cis-alarms"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        pending = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=MAIL)
        assert pending["SubscriptionArn"] == "pending confirmation"
        served.control("inbox", {"confirm": MAIL})
        served.advance(minutes=30)  # what was set up is in the log before anybody watches
        with cli(served) as aws:
            watch(aws, topic)
        served.advance(minutes=5)
        yield Watched(served, topic, queue), things


def exclude(watched: Watched, things: dict[str, str]) -> None:
    """Calls near to those that the controls are about, but not of them."""
    with contextlib.suppress(ClientError):
        watched.client("s3", user="nobody").head_bucket(Bucket=BUCKET)
    watched.served.control("sign-in", {"user": "learner", "mfa": True})
    watched.client("iam").create_user(UserName="another")
    watched.client("cloudtrail").get_trail_status(Name=TRAIL)
    watched.client("cloudtrail").put_event_selectors(
        TrailName=TRAIL, EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True}]
    )
    watched.client("kms").describe_key(KeyId=things["key"])
    watched.client("s3").get_bucket_policy(Bucket=BUCKET)
    watched.client("config").describe_configuration_recorders()
    ec2 = watched.client("ec2")
    ec2.describe_security_groups()
    ec2.describe_network_acls()
    ec2.describe_internet_gateways()
    ec2.describe_route_tables()
    ec2.describe_vpcs()
    watched.client("organizations").describe_organization()


def denied(watched: Watched, things: dict[str, str]) -> None:
    with pytest.raises(ClientError):
        watched.client("iam", user="nobody").list_users()


Trip = Callable[[Watched, dict[str, str]], Any]

# Control → the one call, and which alarms it rings.
TRIPS: dict[str, tuple[Trip, set[str]]] = {
    "4.1": (denied, {"4.1"}),
    "4.2": (
        lambda w, t: w.served.control("sign-in", {"user": "learner", "mfa": False}),
        {"4.2"},
    ),
    "4.3": (lambda w, t: w.client("s3", user="root").list_buckets(), {"4.3"}),
    "4.4": (
        lambda w, t: w.client("iam").put_user_policy(
            UserName="nobody",
            PolicyName="p",
            PolicyDocument=statement(Action="s3:ListAllMyBuckets", Resource="*"),
        ),
        {"4.4"},
    ),
    "4.5": (lambda w, t: w.client("cloudtrail").start_logging(Name=TRAIL), {"4.5"}),
    "4.6": (
        # A failed sign-in used no MFA either.
        lambda w, t: w.served.control("sign-in", {"user": "learner", "ok": False}),
        {"4.2", "4.6"},
    ),
    "4.7": (lambda w, t: w.client("kms").disable_key(KeyId=t["key"]), {"4.7"}),
    "4.8": (
        lambda w, t: w.client("s3").put_bucket_cors(
            Bucket=BUCKET,
            CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
        ),
        {"4.8"},
    ),
    "4.9": (
        lambda w, t: w.client("config").put_configuration_recorder(
            ConfigurationRecorder={
                "name": "default",
                "roleARN": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
            }
        ),
        {"4.9"},
    ),
    "4.10": (
        lambda w, t: w.client("ec2").create_security_group(GroupName="g", Description="d"),
        {"4.10"},
    ),
    "4.11": (lambda w, t: w.client("ec2").create_network_acl(VpcId=t["vpc"]), {"4.11"}),
    "4.12": (lambda w, t: w.client("ec2").create_internet_gateway(), {"4.12"}),
    "4.13": (lambda w, t: w.client("ec2").create_route_table(VpcId=t["vpc"]), {"4.13"}),
    "4.14": (lambda w, t: w.client("ec2").create_vpc(CidrBlock="10.7.0.0/16"), {"4.14"}),
    "4.15": (
        lambda w, t: w.client("organizations").create_organizational_unit(
            ParentId=t["root"], Name="sap"
        ),
        {"4.15"},
    ),
}


def test_every_control_has_an_alarm_that_is_quiet(made: tuple[Watched, dict[str, str]]) -> None:
    watched, things = made
    exclude(watched, things)
    watched.served.advance(minutes=20)
    assert watched.alarms() == dict.fromkeys(PATTERNS, "OK")
    history = watched.client("cloudwatch").describe_alarm_history(HistoryItemType="StateUpdate")
    summaries = {item["HistorySummary"] for item in history["AlarmHistoryItems"]}
    assert summaries == {"Alarm updated from INSUFFICIENT_DATA to OK"}


@pytest.mark.parametrize("control", TRIPS)
def test_the_one_call_rings_the_alarm_and_is_told(
    made: tuple[Watched, dict[str, str]], control: str
) -> None:
    watched, things = made
    call, rings = TRIPS[control]
    list(watched.messages())
    call(watched, things)
    watched.served.advance(minutes=6)
    assert watched.ringing() == rings
    told = list(watched.messages())
    assert {json.loads(m["Message"])["AlarmName"] for m in told} == rings
    for message in told:
        check_times(watched, message)
    watched.served.advance(minutes=20)
    assert watched.ringing() == set()


def check_times(watched: Watched, envelope: dict[str, Any]) -> None:
    """History, message and mail tell the same time; the subject names the alarm."""
    message = json.loads(envelope["Message"])
    name = message["AlarmName"]
    assert envelope["Subject"] == f'ALARM: "{name}" in US East (N. Virginia)'
    assert message["NewStateReason"].startswith("Threshold Crossed: 1 datapoint [1.0 (")
    changed = datetime.strptime(message["StateChangeTime"], "%Y-%m-%dT%H:%M:%S.%f%z")
    history = watched.client("cloudwatch").describe_alarm_history(AlarmName=name)
    items = history["AlarmHistoryItems"]
    acted, updated = items[0], items[1]
    assert acted["HistorySummary"] == f"Successfully executed action {watched.topic}"
    assert updated["HistorySummary"] == "Alarm updated from OK to ALARM"
    assert acted["Timestamp"] == updated["Timestamp"] == changed
    mails = watched.served.control("inbox", to=MAIL)["mails"]
    mail = next(one for one in mails if one["subject"] == envelope["Subject"])
    assert datetime.fromisoformat(mail["time"]) == changed
    assert message["NewStateReason"] in mail["body"]
