"""What CloudFormation calls for the resource types that the lab answers itself.

Source: CloudFormation Template Reference of each type: its properties, what `Ref` and `Fn::GetAtt`
give. moto makes the other types; of these it knows nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Properties = Mapping[str, Any]
Call = tuple[str, str, dict[str, Any]]  # service, operation, parameters in botocore's names


@dataclass(frozen=True, slots=True)
class Place:
    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


@dataclass(frozen=True, slots=True)
class ResourceType:
    """`name_property` holds the physical name; without it CloudFormation makes one. The calls are
    given the name and the properties; an update is given the old properties, too."""

    type: str
    name_property: str
    create: Callable[[str, Properties], Iterator[Call]]
    update: Callable[[str, Properties, Properties], Iterator[Call]]
    delete: Callable[[str, Properties], Iterator[Call]]
    attributes: Mapping[str, Callable[[str, Properties, Place], str]]


def _renamed(properties: Properties, names: Mapping[str, str]) -> dict[str, Any]:
    """The properties that have a name in the API, by that name."""
    return {api: properties[given] for given, api in names.items() if given in properties}


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


# -- AWS::CloudTrail::Trail ---------------------------------------------------------------

_TRAIL = {
    "S3BucketName": "S3BucketName",
    "S3KeyPrefix": "S3KeyPrefix",
    "SnsTopicName": "SnsTopicName",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail": "IsMultiRegionTrail",
    "EnableLogFileValidation": "EnableLogFileValidation",
    "CloudWatchLogsLogGroupArn": "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
    "KMSKeyId": "KmsKeyId",
    "IsOrganizationTrail": "IsOrganizationTrail",
}


def _create_trail(name: str, properties: Properties) -> Iterator[Call]:
    made = {"Name": name, **_renamed(properties, _TRAIL)}
    if properties.get("Tags"):
        made["TagsList"] = list(properties["Tags"])
    yield "cloudtrail", "CreateTrail", made
    yield from _set_trail(name, properties)


def _update_trail(name: str, properties: Properties, old: Properties) -> Iterator[Call]:
    yield "cloudtrail", "UpdateTrail", {"Name": name, **_renamed(properties, _TRAIL)}
    yield from _set_trail(name, properties)


def _set_trail(name: str, properties: Properties) -> Iterator[Call]:
    for given in ("EventSelectors", "AdvancedEventSelectors"):
        if properties.get(given):
            asked = {"TrailName": name, given: list(properties[given])}
            yield "cloudtrail", "PutEventSelectors", asked
    if properties.get("InsightSelectors"):
        asked = {"TrailName": name, "InsightSelectors": list(properties["InsightSelectors"])}
        yield "cloudtrail", "PutInsightSelectors", asked
    logging = "StartLogging" if _is_true(properties.get("IsLogging")) else "StopLogging"
    yield "cloudtrail", logging, {"Name": name}


def _topic_of(name: str, properties: Properties, place: Place) -> str:
    topic = str(properties.get("SnsTopicName", ""))
    return topic if topic.startswith("arn:") or not topic else place.arn("sns", topic)


# -- CloudWatch, CloudWatch Logs ----------------------------------------------------------


def _put_filter(name: str, properties: Properties) -> Iterator[Call]:
    yield (
        "logs",
        "PutMetricFilter",
        {
            "logGroupName": properties.get("LogGroupName"),
            "filterName": name,
            "filterPattern": properties.get("FilterPattern", ""),
            "metricTransformations": [
                _transformation(one) for one in properties.get("MetricTransformations", ())
            ],
        },
    )


def _transformation(given: Properties) -> dict[str, Any]:
    """Lower camel case, and dimensions as a map instead of pairs."""
    made = {name[0].lower() + name[1:]: value for name, value in given.items()}
    if "dimensions" in made:
        made["dimensions"] = {one["Key"]: one["Value"] for one in made["dimensions"]}
    if "metricValue" in made:
        made["metricValue"] = str(made["metricValue"])
    return made


def _drop_filter(name: str, properties: Properties) -> Iterator[Call]:
    group = properties.get("LogGroupName")
    yield "logs", "DeleteMetricFilter", {"logGroupName": group, "filterName": name}


def _put_alarm(operation: str) -> Callable[[str, Properties], Iterator[Call]]:
    """The properties of an alarm are the parameters of the API."""

    def put(name: str, properties: Properties) -> Iterator[Call]:
        yield "cloudwatch", operation, {**properties, "AlarmName": name}

    return put


def _drop_alarm(name: str, properties: Properties) -> Iterator[Call]:
    yield "cloudwatch", "DeleteAlarms", {"AlarmNames": [name]}


def _alarm_arn(name: str, properties: Properties, place: Place) -> str:
    return place.arn("cloudwatch", f"alarm:{name}")


# -- AWS Config ---------------------------------------------------------------------------


def _put_rule(name: str, properties: Properties) -> Iterator[Call]:
    rule = {**properties, "ConfigRuleName": name}
    if isinstance(rule.get("InputParameters"), Mapping):
        rule["InputParameters"] = json.dumps(rule["InputParameters"])
    yield "config", "PutConfigRule", {"ConfigRule": rule}


def _drop_rule(name: str, properties: Properties) -> Iterator[Call]:
    yield "config", "DeleteConfigRule", {"ConfigRuleName": name}


def _put_recorder(name: str, properties: Properties) -> Iterator[Call]:
    """ "AWS CloudFormation starts the recorder as soon as the delivery channel is available." """
    group = properties.get("RecordingGroup")
    recorder = {"name": name, "roleARN": properties.get("RoleARN")}
    if group:
        recorder["recordingGroup"] = {k[0].lower() + k[1:]: v for k, v in group.items()}
    yield "config", "PutConfigurationRecorder", {"ConfigurationRecorder": recorder}


def _put_channel(name: str, properties: Properties) -> Iterator[Call]:
    names = {
        "S3BucketName": "s3BucketName",
        "S3KeyPrefix": "s3KeyPrefix",
        "SnsTopicARN": "snsTopicARN",
    }
    channel = {"name": name, **_renamed(properties, names)}
    yield "config", "PutDeliveryChannel", {"DeliveryChannel": channel}


# -- policies of buckets, topics and queues -----------------------------------------------


def _document(properties: Properties) -> str:
    found = properties.get("PolicyDocument", {})
    return found if isinstance(found, str) else json.dumps(found)


def _bucket_policy(name: str, properties: Properties) -> Iterator[Call]:
    asked = {"Bucket": properties.get("Bucket"), "Policy": _document(properties)}
    yield "s3", "PutBucketPolicy", asked


def _drop_bucket_policy(name: str, properties: Properties) -> Iterator[Call]:
    yield "s3", "DeleteBucketPolicy", {"Bucket": properties.get("Bucket")}


def _topic_policy(name: str, properties: Properties) -> Iterator[Call]:
    for topic in properties.get("Topics", ()):
        yield (
            "sns",
            "SetTopicAttributes",
            {
                "TopicArn": topic,
                "AttributeName": "Policy",
                "AttributeValue": _document(properties),
            },
        )


def _queue_policy(name: str, properties: Properties) -> Iterator[Call]:
    for queue in properties.get("Queues", ()):
        attributes = {"Policy": _document(properties)}
        yield "sqs", "SetQueueAttributes", {"QueueUrl": queue, "Attributes": attributes}


def _nothing(name: str, properties: Properties) -> Iterator[Call]:
    """Policies of topics and queues go with them."""
    return iter(())


def _again(
    create: Callable[[str, Properties], Iterator[Call]],
) -> Callable[[str, Properties, Properties], Iterator[Call]]:
    """An update puts the same thing anew."""
    return lambda name, properties, old: create(name, properties)


def _put(
    type: str,
    name_property: str,
    create: Callable[[str, Properties], Iterator[Call]],
    delete: Callable[[str, Properties], Iterator[Call]] = _nothing,
    **attributes: Callable[[str, Properties, Place], str],
) -> ResourceType:
    return ResourceType(type, name_property, create, _again(create), delete, attributes)


TYPES = (
    ResourceType(
        "AWS::CloudTrail::Trail",
        "TrailName",
        _create_trail,
        _update_trail,
        lambda name, properties: iter([("cloudtrail", "DeleteTrail", {"Name": name})]),
        {
            "Arn": lambda name, properties, place: place.arn("cloudtrail", f"trail/{name}"),
            "SnsTopicArn": _topic_of,
        },
    ),
    _put("AWS::Logs::MetricFilter", "FilterName", _put_filter, _drop_filter),
    _put(
        "AWS::CloudWatch::Alarm",
        "AlarmName",
        _put_alarm("PutMetricAlarm"),
        _drop_alarm,
        Arn=_alarm_arn,
    ),
    _put(
        "AWS::CloudWatch::CompositeAlarm",
        "AlarmName",
        _put_alarm("PutCompositeAlarm"),
        _drop_alarm,
        Arn=_alarm_arn,
    ),
    _put("AWS::Config::ConfigRule", "ConfigRuleName", _put_rule, _drop_rule),
    _put("AWS::Config::ConfigurationRecorder", "Name", _put_recorder),
    _put("AWS::Config::DeliveryChannel", "Name", _put_channel),
    _put("AWS::S3::BucketPolicy", "", _bucket_policy, _drop_bucket_policy),
    _put("AWS::SNS::TopicPolicy", "", _topic_policy),
    _put("AWS::SQS::QueuePolicy", "", _queue_policy),
)
