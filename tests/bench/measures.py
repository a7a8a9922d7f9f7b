"""What is measured: each returns pairs of numbers, ours and plain moto_server's, from one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from tests.bench.servers import Server, account, bucket_policy, plain

LOGS, DATA = "bench-logs", "bench-data"
BODY = b"x" * 1024

Pair = tuple[float, float]  # ours, plain

CALLS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "sts get_caller_identity": ("sts", lambda c: c.get_caller_identity()),
    "s3 put_object 1 KB": ("s3", lambda c: c.put_object(Bucket=DATA, Key="key", Body=BODY)),
    "ec2 describe_instances": ("ec2", lambda c: c.describe_instances()),
}
MACHINES = "ec2, 100 instances"


def calls(rounds: int = 7, each: int = 60) -> dict[str, list[Pair]]:
    """Median seconds of a call, round by round, the two servers taking turns."""
    with ExitStack() as stack:
        ours, theirs = stack.enter_context(account()), stack.enter_context(plain())
        for server in (ours, theirs):
            _prepare(server)
        found: dict[str, list[Pair]] = {}
        for what, (service, call) in CALLS.items():
            clients = [server.client(service) for server in (ours, theirs)]
            for client in clients:
                _median(call, client, 20)  # models loaded, connections open
            found[what] = [_turn(call, clients, each, number) for number in range(rounds)]
        return found


def machines(rounds: int = 5, each: int = 20) -> list[Pair]:
    """The same for an answer with 100 instances, which are long to write."""
    with ExitStack() as stack:
        servers = stack.enter_context(account()), stack.enter_context(plain())
        for server in servers:
            _prepare(server)
            ec2 = server.client("ec2")
            image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
            ec2.run_instances(ImageId=image, MinCount=100, MaxCount=100)
        clients = [server.client("ec2") for server in servers]

        def call(client: Any) -> None:
            found = client.describe_instances()["Reservations"]
            assert len(found[0]["Instances"]) == 100

        for client in clients:
            _median(call, client, 5)
        return [_turn(call, clients, each, number) for number in range(rounds)]


def _turn(call: Callable[[Any], Any], clients: list[Any], each: int, number: int) -> Pair:
    """One round; who begins alternates."""
    order = (0, 1) if number % 2 == 0 else (1, 0)
    seconds = {index: _median(call, clients[index], each) for index in order}
    return seconds[0], seconds[1]


def _median(call: Callable[[Any], Any], client: Any, times: int) -> float:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        call(client)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def _prepare(server: Server) -> None:
    """A bucket for data, and a trail that takes every call that is measured."""
    s3, cloudtrail = server.client("s3"), server.client("cloudtrail")
    for bucket in (LOGS, DATA):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket=LOGS, Policy=bucket_policy(LOGS))
    cloudtrail.create_trail(Name="bench", S3BucketName=LOGS)
    cloudtrail.put_event_selectors(
        TrailName="bench",
        EventSelectors=[
            {
                "ReadWriteType": "All",
                "IncludeManagementEvents": True,
                "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}],
            }
        ],
    )
    cloudtrail.start_logging(Name="bench")


def ready(rounds: int = 7) -> list[Pair]:
    """Seconds from the start of the process: to our ready line, to moto_server's open port."""
    found = []
    for _ in range(rounds):
        with account() as ours:
            pass
        with plain() as theirs:
            pass
        found.append((ours.ready_after, theirs.ready_after))
    return found


def memory() -> list[Pair]:
    """Resident bytes after the flow of the lecture, the same calls made to both."""
    with account() as ours, plain() as theirs:
        for server in (ours, theirs):
            _flow(server)
        _deliver(ours)
        return [(ours.memory, theirs.memory)]


def _flow(server: Server) -> None:
    """The lecture: trail, key, topic, log group, selectors, tags, and calls worth recording."""
    _prepare(server)
    kms, sns, logs, iam = (server.client(name) for name in ("kms", "sns", "logs", "iam"))
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/trail", TargetKeyId=key["KeyId"])
    sns.create_topic(Name="trail")
    logs.create_log_group(logGroupName="trail")
    for user in ("basis", "auditor"):
        iam.create_user(UserName=user)
        iam.create_access_key(UserName=user)
    server.client("cloudtrail").add_tags(
        ResourceId="arn:aws:cloudtrail:us-east-1:123456789012:trail/bench",
        TagsList=[{"Key": "project", "Value": "sap"}],
    )
    _work(server)


def _work(server: Server) -> None:
    ec2, s3, sts = (server.client(name) for name in ("ec2", "s3", "sts"))
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    machines = ec2.run_instances(ImageId=image, MinCount=2, MaxCount=2)["Instances"]
    ec2.stop_instances(InstanceIds=[machine["InstanceId"] for machine in machines])
    for number in range(300):
        s3.put_object(Bucket=DATA, Key=f"backint/{number}", Body=BODY)
        sts.get_caller_identity()
        ec2.describe_instances()


def _deliver(server: Server) -> None:
    """What plain moto cannot: files delivered, history searched."""
    from lablib.connection import Control, running

    assert server.state is not None
    Control(running(server.state)).clock(advance=600)
    found = server.client("cloudtrail").get_paginator("lookup_events").paginate()
    assert sum(len(page["Events"]) for page in found) > 600
    files = server.client("s3").list_objects_v2(Bucket=LOGS)["KeyCount"]
    assert files > 1, "the trail has delivered nothing"
