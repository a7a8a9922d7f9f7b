"""What moto's services do for one another inside one call: seen where the work is done.

moto's Auto Scaling and CloudFormation call the other services' objects directly, so that no API
call is made that could be recorded. Their methods are watched while such a call is answered.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """One operation of another service, in botocore's names."""

    service: str
    operation: str
    params: Mapping[str, Any]
    output: Mapping[str, Any]
    region: str


Told = Callable[[Mapping[str, Any], Any], tuple[dict[str, Any], dict[str, Any]]]
_watching: list[list[Seen]] = []


@contextlib.contextmanager
def watched() -> Iterator[list[Seen]]:
    """Inside, what is done is gathered in the list."""
    seen: list[Seen] = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)


def note(seen: Seen) -> None:
    """Something was done by other means than the methods below."""
    if _watching:
        _watching[-1].append(seen)


@dataclass(frozen=True, slots=True)
class Method:
    """A method of moto's, the names of its arguments, and what it amounts to as an API call."""

    module: str
    owner: str
    name: str
    arguments: tuple[str, ...]
    service: str
    operation: str
    told: Told


def _run(given: Mapping[str, Any], made: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    count = int(given.get("count") or 1)
    params = {
        "ImageId": given.get("image_id"),
        "MinCount": count,
        "MaxCount": count,
        "InstanceType": given.get("instance_type"),
        "SubnetId": given.get("subnet_id"),
    }
    instances = [
        {
            "InstanceId": one.id,
            "ImageId": one.image_id,
            "InstanceType": one.instance_type,
            "State": {"Code": 0, "Name": "pending"},
            "SubnetId": one.subnet_id,
        }
        for one in made.instances
    ]
    known = {name: value for name, value in params.items() if value is not None}
    return known, {"ReservationId": made.id, "Instances": instances}


def _terminate(given: Mapping[str, Any], made: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    ids = list(given.get("instance_ids") or ())
    states = [
        {
            "InstanceId": each,
            "CurrentState": {"Code": 32, "Name": "shutting-down"},
            "PreviousState": {"Code": 16, "Name": "running"},
        }
        for each in ids
    ]
    return {"InstanceIds": ids}, {"TerminatingInstances": states}


def _named(parameter: str, argument: str) -> Told:
    def told(given: Mapping[str, Any], made: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {parameter: given.get(argument)}, {}

    return told


def _topic(given: Mapping[str, Any], made: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"Name": given.get("name")}, {"TopicArn": str(made.arn)}


METHODS = (
    Method(
        "moto.ec2.models.instances", "InstanceBackend", "run_instances",
        ("image_id", "count", "user_data", "security_group_names"), "ec2", "RunInstances", _run,
    ),
    Method(
        "moto.ec2.models.instances", "InstanceBackend", "terminate_instances", ("instance_ids",),
        "ec2", "TerminateInstances", _terminate,
    ),
    Method(
        "moto.s3.models", "S3Backend", "create_bucket", ("bucket_name", "region_name"),
        "s3", "CreateBucket", _named("Bucket", "bucket_name"),
    ),
    Method(
        "moto.s3.models", "S3Backend", "delete_bucket", ("bucket_name",),
        "s3", "DeleteBucket", _named("Bucket", "bucket_name"),
    ),
    Method(
        "moto.sns.models", "SNSBackend", "create_topic", ("name",), "sns", "CreateTopic", _topic,
    ),
    Method(
        "moto.sqs.models", "SQSBackend", "create_queue", ("name",),
        "sqs", "CreateQueue", _named("QueueName", "name"),
    ),
    Method(
        "moto.logs.models", "LogsBackend", "create_log_group", ("log_group_name",),
        "logs", "CreateLogGroup", _named("logGroupName", "log_group_name"),
    ),
)  # fmt: skip


@functools.cache
def watch() -> None:
    """Once per process, when first a service is called that does things for others."""
    for method in METHODS:
        _wrap(method)


def _wrap(method: Method) -> None:
    owner: Any = getattr(importlib.import_module(method.module), method.owner)
    original: Callable[..., Any] = getattr(owner, method.name)

    @functools.wraps(original)
    def seen(self: Any, *args: Any, **named: Any) -> Any:
        made = original(self, *args, **named)
        if _watching:
            given = {**dict(zip(method.arguments, args, strict=False)), **named}
            params, output = method.told(given, made)
            region = given.get("region_name") or getattr(self, "region_name", "us-east-1")
            _watching[-1].append(
                Seen(method.service, method.operation, params, output, str(region))
            )
        return made

    setattr(owner, method.name, seen)
