"""An account of dictionaries: `FakeWorld` is what CloudTrail meets in fast tests.

Its verdicts come from policies as learners write them, through the real evaluator; its effects are
lists that a test can read. `Agenda` is lab time's agenda.

    world = FakeWorld()
    world.add_bucket("logs", bucket_policy("logs"))
    admit(world, a_trail(), now=NOON)
    assert world.puts[0].key == "AWSLogs/123456789012/CloudTrail/"
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lablib.account.policy import role_verdict, service_verdict, trust_verdict
from lablib.cloudtrail.trail import Trail, trail_arn
from lablib.cloudtrail.world import Bucket, Key, ObjectPut, Organization, Refused, Verdict

ACCOUNT = "123456789012"
REGION = "us-east-1"
SERVICE = "cloudtrail.amazonaws.com"
ACL = "bucket-owner-full-control"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

TRAIL_ARN = trail_arn("audit", REGION, ACCOUNT)
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}"
TOPIC_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:deliveries"
GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:CloudTrail/audit:*"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/CloudTrail_CloudWatchLogs_Role"

Document = Mapping[str, Any]


@dataclass
class FakeWorld:
    """See `World` for what each method promises. Everything is a dictionary to fill or a list to
    read; policies are documents as Python has them."""

    account: str = ACCOUNT
    buckets: dict[str, Bucket] = field(default_factory=dict)
    bucket_policies: dict[str, Document | None] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)  # by ARN
    key_policies: dict[str, Document] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)  # "alias/x" -> key ARN
    topics: dict[str, Document] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)  # ARNs, with :*
    roles: dict[str, tuple[Document, list[Document]]] = field(default_factory=dict)
    own_organization: Organization | None = None

    # what was done, in order; `did` has a line for each trial and effect
    puts: list[ObjectPut] = field(default_factory=list)
    messages: list[tuple[str, str, str | None]] = field(default_factory=list)
    streams: list[tuple[str, str]] = field(default_factory=list)
    log_events: list[tuple[str, str, str, datetime]] = field(default_factory=list)
    did: list[str] = field(default_factory=list)

    # -- to fill it -----------------------------------------------------------------------

    def add_bucket(self, name: str, policy: Document | None, region: str = REGION) -> None:
        self.buckets[name] = Bucket(name, region, self.account)
        self.bucket_policies[name] = policy

    def add_key(
        self,
        policy: Document,
        arn: str = KEY_ARN,
        state: str = "Enabled",
        symmetric: bool = True,
        alias: str | None = None,
    ) -> None:
        self.keys[arn] = Key(arn, arn.split(":")[3], state, symmetric)
        self.key_policies[arn] = policy
        if alias:
            self.aliases[alias] = arn

    def add_role(self, trust: Document, *policies: Document, arn: str = ROLE_ARN) -> None:
        self.roles[arn] = (trust, list(policies))

    # -- facts ----------------------------------------------------------------------------

    def bucket(self, name: str) -> Bucket | None:
        return self.buckets.get(name)

    def key(self, key_id: str, region: str) -> Key | None:
        name = key_id
        if key_id.startswith("arn:"):
            region, name = key_id.split(":")[3], key_id.split(":", 5)[5].removeprefix("key/")
        arn = self.aliases.get(name, f"arn:aws:kms:{region}:{self.account}:key/{name}")
        found = self.keys.get(arn)
        return found if found and found.region == region else None

    def topic_exists(self, arn: str) -> bool:
        return arn in self.topics

    def log_group_exists(self, arn: str) -> bool:
        return arn in self.groups

    def role_id(self, arn: str) -> str | None:
        return "AROADBQP57FF2AEXAMPLE" if arn in self.roles else None

    def organization(self) -> Organization | None:
        return self.own_organization

    # -- verdicts -------------------------------------------------------------------------

    def service_may(self, action: str, resource: str, context: Mapping[str, str]) -> Verdict:
        self.did.append(f"ask {action}")
        return self._service_may(action, resource, context)

    def _service_may(self, action: str, resource: str, context: Mapping[str, str]) -> Verdict:
        document = self._policy_of(action, resource)
        said = service_verdict(document, action, resource, context, service=SERVICE)
        return Verdict(said.allowed, said.why)

    def _policy_of(self, action: str, resource: str) -> Document | None:
        match action.split(":")[0]:
            case "s3":
                return self.bucket_policies.get(resource.split(":::")[1].split("/")[0])
            case "kms":
                return self.key_policies.get(resource)
            case _:
                return self.topics.get(resource)

    def service_may_assume(self, role_arn: str) -> Verdict:
        self.did.append("ask sts:AssumeRole")
        trust = self.roles[role_arn][0] if role_arn in self.roles else None
        said = trust_verdict(trust, service=SERVICE)
        return Verdict(said.allowed, said.why)

    def role_may(self, role_arn: str, action: str, resource: str) -> Verdict:
        self.did.append(f"ask {action}")
        _, policies = self.roles.get(role_arn, ({}, []))
        said = role_verdict(policies, action, resource, role_arn=role_arn)
        return Verdict(said.allowed, said.why)

    # -- effects --------------------------------------------------------------------------

    def put_object(self, put: ObjectPut) -> None:
        if put.bucket not in self.buckets:
            raise Refused("NoSuchBucket", "The specified bucket does not exist")
        context = {**_source(put.source_arn), "s3:x-amz-acl": ACL}
        self._allow("s3:PutObject", f"arn:aws:s3:::{put.bucket}/{put.key}", context, "AccessDenied")
        if put.kms_key:
            self._encrypt(put, put.kms_key)
        self.did.append(f"put {put.key}")
        self.puts.append(put)

    def _encrypt(self, put: ObjectPut, key_arn: str) -> None:
        key = self.keys.get(key_arn)
        if key is None:
            raise Refused("KMS.NotFoundException", f"Key '{key_arn}' does not exist")
        if key.state != "Enabled":
            raise Refused("KMS.DisabledException", f"{key_arn} is {key.state.lower()}.")
        context = {
            **_source(put.source_arn),
            "kms:EncryptionContext:aws:cloudtrail:arn": put.source_arn,
            "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{put.bucket}/{put.key}",
        }
        self._allow("kms:GenerateDataKey", key_arn, context, "AccessDenied")

    def publish(
        self, topic_arn: str, message: str, source_arn: str, subject: str | None = None
    ) -> None:
        if topic_arn not in self.topics:
            raise Refused("NotFound", "Topic does not exist")
        self._allow("sns:Publish", topic_arn, _source(source_arn), "AuthorizationError")
        self.did.append(f"publish {message}")
        self.messages.append((topic_arn, message, subject))

    def put_log_events(
        self, group_arn: str, role_arn: str, stream: str, messages: Sequence[str], time: datetime
    ) -> None:
        if group_arn not in self.groups:
            raise Refused("ResourceNotFoundException", "The specified log group does not exist.")
        if not self.service_may_assume(role_arn).allowed:
            raise Refused("AccessDenied", "Access denied. Check the trust relationships.")
        arn = f"{group_arn.removesuffix(':*')}:log-stream:{stream}"
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            verdict = self.role_may(role_arn, action, arn)
            if not verdict.allowed:
                raise Refused("AccessDenied", verdict.why)
        if (group_arn, stream) not in self.streams:
            self.did.append(f"stream {stream}")
            self.streams.append((group_arn, stream))
        self.log_events += [(group_arn, stream, message, time) for message in messages]

    def _allow(self, action: str, resource: str, context: Mapping[str, str], code: str) -> None:
        verdict = self._service_may(action, resource, context)
        if not verdict.allowed:
            raise Refused(code, verdict.why)


def _source(arn: str) -> dict[str, str]:
    return {"aws:SourceArn": arn, "aws:SourceAccount": arn.split(":")[4]}


@dataclass
class Agenda:
    """`Schedule` in a test: `run(until)` visits what is due, each at its own time."""

    now: datetime = NOON
    _queue: list[tuple[datetime, int, str, Callable[[datetime], None]]] = field(
        default_factory=list
    )
    _count: int = 0
    visited: list[tuple[datetime, str]] = field(default_factory=list)

    def at(self, when: datetime, label: str, action: Callable[[datetime], None]) -> None:
        self._count += 1
        heapq.heappush(self._queue, (when, self._count, label, action))

    def run(self, until: datetime) -> None:
        while self._queue and self._queue[0][0] <= until:
            when, _, label, action = heapq.heappop(self._queue)
            self.now = max(self.now, when)
            self.visited.append((when, label))
            action(self.now)
        self.now = max(self.now, until)


# -- policies as the User Guide has them ------------------------------------------------------


def policy(*statements: Document) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [dict(each) for each in statements]}


def allow_service(action: str | list[str], resource: str, **more: Any) -> dict[str, Any]:
    """A statement that lets CloudTrail do something; `more` has its other elements."""
    statement = {"Effect": "Allow", "Principal": {"Service": SERVICE}}
    return {**statement, "Action": action, "Resource": resource, **more}


def bucket_policy(
    bucket: str, prefix: str = "", source_arn: str | None = TRAIL_ARN, account: str = ACCOUNT
) -> dict[str, Any]:
    """User Guide, "Amazon S3 bucket policy for CloudTrail"."""
    source = {"aws:SourceArn": source_arn} if source_arn else {}
    folder = f"{prefix}/" if prefix else ""
    acl = allow_service("s3:GetBucketAcl", f"arn:aws:s3:::{bucket}", Sid="AclCheck")
    path = f"arn:aws:s3:::{bucket}/{folder}AWSLogs/{account}/*"
    write = allow_service("s3:PutObject", path, Sid="Write")
    if source:
        acl["Condition"] = {"StringEquals": source}
    write["Condition"] = {"StringEquals": {"s3:x-amz-acl": ACL, **source}}
    return policy(acl, write)


def key_policy() -> dict[str, Any]:
    """User Guide, "Configure AWS KMS key policies for CloudTrail"."""
    context = {
        "kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"
    }
    condition = {"StringEquals": {"aws:SourceArn": TRAIL_ARN}, "StringLike": context}
    return policy(allow_service("kms:GenerateDataKey*", "*", Condition=condition))


def topic_policy(topic: str = TOPIC_ARN) -> dict[str, Any]:
    """User Guide, "Amazon SNS topic policy for CloudTrail"."""
    condition = {"StringEquals": {"aws:SourceArn": TRAIL_ARN}}
    return policy(allow_service("SNS:Publish", topic, Condition=condition))


def trust_policy(service: str = SERVICE) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}}
    return policy({**statement, "Action": "sts:AssumeRole"})


def logs_policy(*actions: str) -> dict[str, Any]:
    """User Guide, "Role policy document for CloudTrail to use CloudWatch Logs for monitoring"."""
    stream = f"{GROUP_ARN.removesuffix(':*')}:log-stream:{ACCOUNT}_CloudTrail_{REGION}*"
    wanted = actions or ("logs:CreateLogStream", "logs:PutLogEvents")
    return policy(*({"Effect": "Allow", "Action": a, "Resource": [stream]} for a in wanted))


def a_trail(**settings: Any) -> Trail:
    """The trail `audit` of the learner's account, with a bucket `logs`."""
    return Trail("audit", TRAIL_ARN, REGION, ACCOUNT, settings.pop("s3_bucket", "logs"), **settings)


def a_world() -> FakeWorld:
    """A world in which everything that a trail may want is there and lets CloudTrail in."""
    world = FakeWorld()
    world.add_bucket("logs", bucket_policy("logs"))
    world.add_key(key_policy(), alias="alias/logs")
    world.topics[TOPIC_ARN] = topic_policy()
    world.groups.add(GROUP_ARN)
    world.add_role(trust_policy(), logs_policy())
    return world


def text(document: Document) -> str:
    return json.dumps(document)
