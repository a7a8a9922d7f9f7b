"""How checks look at EventBridge's rules: which events does a pattern take, and who is told?

Patterns are tried with TestEventPattern, so any pattern that does the same is right.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lablib.eventbridge.pattern import compiled
from lablib.exercises.outcomes import Step, equal, holds, there

Rules = list[dict[str, Any]]
Samples = dict[str, str]  # events as JSON, by what they are in words


def event(kind: str, source: str, detail: dict[str, Any]) -> str:
    made = {
        "version": "0",
        "id": "6f87d04b-9f74-4f04-a780-7acf4b0a9b38",
        "detail-type": kind,
        "source": source,
        "account": "123456789012",
        "time": "2026-11-27T02:14:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {"awsRegion": "us-east-1", "sourceIPAddress": "192.0.2.146", **detail},
    }
    return json.dumps(made)


def call(name: str, who: str = "IAMUser") -> str:
    detail = {
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": name,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "readOnly": False,
        "requestParameters": {"name": "sap-trail"},
        "userIdentity": {"type": who, "accountId": "123456789012"},
    }
    return event("AWS API Call via CloudTrail", "aws.cloudtrail", detail)


def sign_in(who: str) -> str:
    detail = {
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "eventType": "AwsConsoleSignIn",
        "responseElements": {"ConsoleLogin": "Success"},
        "userIdentity": {"type": who, "accountId": "123456789012"},
    }
    return event("AWS Console Sign In via CloudTrail", "aws.signin", detail)


def taking(lab: Any, samples: Samples) -> Rules:
    """The rules with a pattern that takes all of these events, enabled or not."""
    eye = lab.observer("events")
    return [
        rule
        for rule in eye.list_rules()["Rules"]
        if (pattern := rule.get("EventPattern"))
        and all(
            eye.test_event_pattern(EventPattern=pattern, Event=sample)["Result"]
            for sample in samples.values()
        )
    ]


def meant(lab: Any, words: tuple[str, ...]) -> Rules:
    """The rules whose patterns speak of it, whether they take anything or not."""
    found = lab.observer("events").list_rules()["Rules"]
    return [rule for rule in found if any(word in rule.get("EventPattern", "") for word in words)]


def rule_steps(
    lab: Any,
    wanted: Samples,
    unwanted: Samples,
    target: str,
    hint: str,
    words: tuple[str, ...],
) -> Iterator[Step]:
    """A rule that takes what is wanted and leaves what is not, is on, and sends to the target.

    `words`: a rule whose pattern has one of them was meant for it, and is told why it fails.
    """
    what, sample = next(iter(wanted.items()))
    some = taking(lab, {what: sample})
    said = " and ".join(wanted)
    if not some and (tried := meant(lab, words)):
        why = compiled(tried[-1]["EventPattern"]).match(json.loads(sample)).why
        found = f"{tried[-1]['Name']}, which does not: {why}"
        yield holds("Rule", False, f"to take {what}", found, hint)
        return
    yield there("Rule", _names(some), f"to take {said}", hint)
    if not some:
        return
    rules = taking(lab, wanted)
    first_only = f"only {next(iter(wanted))}"
    yield _pattern(bool(rules), f"to take {said}", first_only, hint)
    narrow = [rule for rule in rules if not also_takes(lab, rule, unwanted)]
    left = " and ".join(unwanted)
    yield _pattern(not rules or bool(narrow), f"to leave {left}", f"{left} taken", hint)
    awake = [rule for rule in narrow or rules or some if rule["State"] != "DISABLED"]
    state = "ENABLED" if awake else "DISABLED"
    yield holds("State", bool(awake), "ENABLED", state, "enable_rule(Name=…).")
    yield _target(lab, awake or some, target)


def _pattern(good: bool, expected: str, otherwise: str, hint: str) -> Step:
    return holds("Pattern", good, expected, expected if good else otherwise, hint)


def also_takes(lab: Any, rule: dict[str, Any], unwanted: Samples) -> bool:
    ask = lab.observer("events").test_event_pattern
    pattern = rule["EventPattern"]
    return any(ask(EventPattern=pattern, Event=one)["Result"] for one in unwanted.values())


def _target(lab: Any, rules: Rules, wanted: str) -> Step:
    arns = [target["Arn"] for target in targets(lab, rules)]
    found = wanted if wanted in arns else next(iter(arns), None)
    hint = "put_targets(Rule=…, Targets=[{'Id': …, 'Arn': …}])."
    return equal("Target", wanted, found, hint)


def targets(lab: Any, rules: Rules) -> Rules:
    ask = lab.observer("events").list_targets_by_rule
    return [target for rule in rules for target in ask(Rule=rule["Name"])["Targets"]]


def _names(rules: Rules) -> list[str]:
    return [rule["Name"] for rule in rules]


def put(lab: Any, name: str, pattern: dict[str, Any]) -> None:
    lab.client("events").put_rule(Name=name, EventPattern=json.dumps(pattern))


def drop(lab: Any, rules: Rules) -> None:
    events = lab.client("events")
    for rule in rules:
        ids = [target["Id"] for target in targets(lab, [rule])]
        if ids:
            events.remove_targets(Rule=rule["Name"], Ids=ids)
        events.delete_rule(Name=rule["Name"])
