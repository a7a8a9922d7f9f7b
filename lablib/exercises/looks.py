"""How checks look at the account: through AWS APIs, read-only, and without leaving an event."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError


def trail(lab: Any, name: str) -> dict[str, Any]:
    """The trail as GetTrail shows it; empty when there is none."""
    return _found(lambda: lab.observer("cloudtrail").get_trail(Name=name)["Trail"])


def status(lab: Any, name: str) -> dict[str, Any]:
    return _found(lambda: lab.observer("cloudtrail").get_trail_status(Name=name))


def trails(lab: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lab.observer("cloudtrail").describe_trails()["trailList"]
    return found


def buckets(lab: Any) -> list[str]:
    return [bucket["Name"] for bucket in lab.observer("s3").list_buckets()["Buckets"]]


def versioning(lab: Any, bucket: str) -> str:
    """Whether the bucket keeps versions: "Enabled", "Suspended", or "" (never, or no bucket)."""
    answer = _found(lambda: lab.observer("s3").get_bucket_versioning(Bucket=bucket))
    return str(answer.get("Status", ""))


def lifecycle(lab: Any, bucket: str) -> tuple[list[dict[str, Any]], str | None]:
    """The bucket's lifecycle rules, and what they do with small objects; nothing without rules."""
    ask = lab.observer("s3").get_bucket_lifecycle_configuration
    answer = _found(lambda: ask(Bucket=bucket))
    return answer.get("Rules", []), answer.get("TransitionDefaultMinimumObjectSize")


def key(lab: Any, key_id: str) -> dict[str, Any]:
    """The KMS key as DescribeKey shows it, by id, ARN or alias; empty when there is none."""
    return _found(lambda: lab.observer("kms").describe_key(KeyId=key_id)["KeyMetadata"])


def tags(lab: Any, arn: str) -> dict[str, str]:
    answer = _found(lambda: lab.observer("cloudtrail").list_tags(ResourceIdList=[arn]))
    listed = answer.get("ResourceTagList", [])
    return {tag["Key"]: tag.get("Value", "") for one in listed for tag in one["TagsList"]}


def records(lab: Any, attribute: str, value: str) -> list[dict[str, Any]]:
    """The records that Event history holds for one lookup attribute, newest first."""
    pages = lab.observer("cloudtrail").get_paginator("lookup_events")
    lookup = [{"AttributeKey": attribute, "AttributeValue": value}]
    found = [e for page in pages.paginate(LookupAttributes=lookup) for e in page["Events"]]
    return [json.loads(event["CloudTrailEvent"]) for event in found]


def subscriptions(lab: Any, topic_arn: str) -> dict[str, str]:
    """Who listens to a topic: subscription ARN by endpoint."""
    answer = _found(lambda: lab.observer("sns").list_subscriptions_by_topic(TopicArn=topic_arn))
    return {s["Endpoint"]: s["SubscriptionArn"] for s in answer.get("Subscriptions", [])}


def topic_policy(lab: Any, topic_arn: str) -> str:
    """The policy of a topic; empty when there is no such topic."""
    found = _found(lambda: lab.observer("sns").get_topic_attributes(TopicArn=topic_arn))
    return str(found.get("Attributes", {}).get("Policy", ""))


def log_group(lab: Any, name: str) -> dict[str, Any]:
    """The log group as DescribeLogGroups shows it; empty when there is none."""
    answer = lab.observer("logs").describe_log_groups(logGroupNamePrefix=name)
    named = (group for group in answer["logGroups"] if group["logGroupName"] == name)
    found: dict[str, Any] = next(named, {})
    return found


def metric_filters(lab: Any, group: str) -> list[dict[str, Any]]:
    """The metric filters of a log group; none when there is no such group."""
    pages = lab.observer("logs").get_paginator("describe_metric_filters")
    answer = _found(lambda: pages.paginate(logGroupName=group).build_full_result())
    found: list[dict[str, Any]] = answer.get("metricFilters", [])
    return found


def takes(lab: Any, pattern: str, records: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Which records a filter pattern matches, as TestMetricFilter says."""
    messages = [json.dumps(record) for record in records]
    answer = lab.observer("logs").test_metric_filter(
        filterPattern=pattern, logEventMessages=messages
    )
    taken = {match["eventNumber"] for match in answer["matches"]}
    return [number in taken for number in range(1, len(records) + 1)]


def alarm(lab: Any, name: str) -> dict[str, Any]:
    """The metric alarm as DescribeAlarms shows it; empty when there is none."""
    found: list[dict[str, Any]] = lab.observer("cloudwatch").describe_alarms(AlarmNames=[name])[
        "MetricAlarms"
    ]
    return found[0] if found else {}


def role(lab: Any, name: str) -> dict[str, Any]:
    return _found(lambda: lab.observer("iam").get_role(RoleName=name)["Role"])


def active(lab: Any, user: str) -> bool:
    """Has this user made a call that Event history knows of?"""
    lookup = [{"AttributeKey": "Username", "AttributeValue": user}]
    found = lab.observer("cloudtrail").lookup_events(LookupAttributes=lookup, MaxResults=1)
    return bool(found["Events"])


def instances(lab: Any) -> dict[str, dict[str, Any]]:
    """EC2 instances that still exist, by their Name tag."""
    answer = lab.observer("ec2").describe_instances()
    return {
        _name(instance): instance
        for reservation in answer["Reservations"]
        for instance in reservation["Instances"]
        if instance["State"]["Name"] != "terminated"
    }


def allows(policy: Any, service: str, action: str) -> bool:
    """Does some statement of a resource policy allow the service the action?"""
    document = json.loads(policy) if isinstance(policy, str) else policy or {}
    return any(_grants(statement, service, action) for statement in _listed(document, "Statement"))


def _grants(statement: dict[str, Any], service: str, action: str) -> bool:
    principal = statement.get("Principal", {})
    who = ["*"] if principal == "*" else _listed(principal, "Service") + _listed(principal, "AWS")
    verbs = [verb.lower() for verb in _listed(statement, "Action")]
    wanted = action.lower()
    may = any(
        verb == wanted or (verb.endswith("*") and wanted.startswith(verb[:-1])) for verb in verbs
    )
    everybody = "*" in who and not statement.get("Condition")  # a new topic's: its owner only
    return statement.get("Effect") == "Allow" and may and (service in who or everybody)


def _listed(holder: Any, name: str) -> list[Any]:
    value = holder.get(name, []) if isinstance(holder, dict) else []
    return value if isinstance(value, list) else [value]


def _found(ask: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = ask()
    except ClientError as error:
        if _is_absence(error.response["Error"]["Code"]):
            return {}
        raise
    return answer


def _is_absence(code: str) -> bool:
    return "NotFound" in code or code in ABSENT


ABSENT = (
    "NoSuchBucket",
    "NoSuchEntity",
    "NonExistentQueue",
    "NoSuchLifecycleConfiguration",
)


def _name(instance: dict[str, Any]) -> str:
    tags: Iterator[str] = (t["Value"] for t in instance.get("Tags", []) if t["Key"] == "Name")
    return next(tags, str(instance["InstanceId"]))
