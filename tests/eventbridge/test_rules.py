"""What comes to the bus, which rules take it, and what their targets are sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lablib.eventbridge import envelope, template
from lablib.eventbridge.errors import EventBridgeError
from lablib.eventbridge.rule import Rule

RECORD = {
    "eventTime": "2026-11-27T10:00:00Z",
    "eventSource": "ec2.amazonaws.com",
    "eventName": "StopInstances",
    "awsRegion": "eu-west-1",
    "readOnly": False,
    "eventType": "AwsApiCall",
    "eventCategory": "Management",
    "recipientAccountId": "123456789012",
}
ARN = "arn:aws:events:eu-west-1:123456789012:rule/watch"


def rule(pattern: dict[str, Any], state: str = "ENABLED") -> Rule:
    return Rule(ARN, "watch", state, json.dumps(pattern))


def sent(**changes: Any) -> envelope.Envelope:
    found = envelope.of_record({**RECORD, **changes}, "id")
    assert found is not None
    return found


def test_a_record_comes_as_the_detail_of_an_event() -> None:
    event = sent().event
    assert list(event) == [
        "version", "id", "detail-type", "source", "account", "time", "region", "resources",
        "detail",
    ]  # fmt: skip
    assert event["detail-type"] == "AWS API Call via CloudTrail"
    assert (event["source"], event["region"]) == ("aws.ec2", "eu-west-1")
    assert (event["time"], event["resources"]) == ("2026-11-27T10:00:00Z", [])
    assert event["detail"] == RECORD


@pytest.mark.parametrize(
    ("changes", "detail_type", "source"),
    [
        (
            {"eventType": "AwsConsoleSignIn", "eventSource": "signin.amazonaws.com"},
            "AWS Console Sign In via CloudTrail",
            "aws.signin",
        ),
        ({"eventType": "AwsServiceEvent"}, "AWS Service Event via CloudTrail", "aws.ec2"),
        ({"eventType": "AwsCloudTrailInsight"}, "AWS Insight via CloudTrail", "aws.cloudtrail"),
    ],
)
def test_other_events_have_detail_types_of_their_own(
    changes: dict[str, str], detail_type: str, source: str
) -> None:
    event = sent(**changes).event
    assert (event["detail-type"], event["source"]) == (detail_type, source)


def test_an_event_of_more_than_256_kb_does_not_come() -> None:
    assert envelope.of_record({**RECORD, "requestParameters": "x" * 262_144}, "id") is None


def test_a_read_management_event_comes_only_to_rules_that_ask_for_all() -> None:
    pattern = {"source": ["aws.ec2"]}
    read = sent(readOnly=True)
    assert rule(pattern).takes(sent()).taken
    assert not rule(pattern).takes(read).taken
    assert "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" in rule(pattern).takes(read).why
    asks = rule(pattern, "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
    assert asks.takes(read).taken
    assert rule(pattern).takes(sent(readOnly=True, eventCategory="Data")).taken


def test_a_disabled_rule_takes_nothing() -> None:
    assert rule({"source": ["aws.ec2"]}, "DISABLED").takes(sent()).why == "the rule is disabled"


EVENT = {
    "id": "7bf7",
    "account": "123456789012",
    "detail": {"instance": "i-1", "state": 'say "hi"', "list": [{"a": 1}, {"a": 2}], "flag": True},
}
TRANSFORMED = [  # (paths, template, what comes)
    ({"i": "$.detail.instance"}, '"instance <i>"', '"instance i-1"'),
    ({"i": "$.detail.instance"}, '{"instance": <i>}', '{"instance": "i-1"}'),
    ({"s": "$.detail.state"}, '{"said": "so: <s>"}', '{"said": "so: say \\"hi\\""}'),
    ({"l": "$.detail.list[1].a"}, '{"second": <l>}', '{"second": 2}'),
    ({"l": "$.detail.list[*].a"}, '{"all": <l>}', '{"all": [1,2]}'),
    ({"f": "$.detail.flag"}, '{"flag": <f>}', '{"flag": true}'),
    ({"f": "$.detail.flag[*]"}, '{"flag": <f>}', '{"flag": []}'),
    ({"f": "$.detail.instance[*]"}, '{"flag": <f>}', '{"flag": []}'),
    ({"no": "$.detail.none"}, '{"none": <no>}', '{"none": ""}'),
    ({}, '{"rule": <aws.events.rule-name>}', '{"rule": "watch"}'),
    ({}, '"by <aws.events.rule-arn>"', f'"by {ARN}"'),
    ({}, "<aws.events.event.ingestion-time>", '"2026-11-27T10:00:05Z"'),
    ({}, "<aws.events.event>", '{"id":"7bf7","account":"123456789012"}'),
]


@pytest.mark.parametrize(("paths", "text", "comes"), TRANSFORMED)
def test_an_input_transformer_fills_its_template(
    paths: dict[str, str], text: str, comes: str
) -> None:
    target = {"Id": "1", "InputTransformer": {"InputPathsMap": paths, "InputTemplate": text}}
    template.check(target)
    made = template.made(target, EVENT, rule({"a": ["b"]}), "2026-11-27T10:00:05Z")
    assert made == comes or json.loads(made) == json.loads(comes)


def test_a_target_may_get_a_constant_or_a_part_of_the_event() -> None:
    made = [
        template.made(target, EVENT, rule({"a": ["b"]}), "")
        for target in (
            {"Input": '{"stop": 1}'},
            {"InputPath": "$.detail.instance"},
            {"InputPath": "$.detail.list"},
        )
    ]
    assert made == ['{"stop": 1}', '"i-1"', '[{"a":1},{"a":2}]']


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ({"Id": "1", "Input": "{}", "InputPath": "$"}, "Only one of Input"),
        ({"Id": "1", "InputPath": "detail"}, "Invalid InputPath for target 1"),
        ({"Id": "1", "Input": "{"}, "Invalid JSON in Input for target 1"),
        ({"Id": "1", "InputPath": 5}, "Invalid InputPath for target 1"),
        ({"Id": "1", "InputTransformer": {"InputPathsMap": {}}}, "InputTemplate is required"),
        (
            {"Id": "1", "InputTransformer": {"InputTemplate": '"<who>"', "InputPathsMap": {}}},
            "unknown variable who",
        ),
    ],
)
def test_a_target_that_could_get_nothing_is_refused(target: dict[str, Any], says: str) -> None:
    with pytest.raises(EventBridgeError) as refused:
        template.check(target)
    assert refused.value.code == "ValidationException"
    assert says in refused.value.message
