"""Lab 13, EventBridge: seconds instead of minutes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Standing, Step, equal, holds, there

TOPIC = "on-call"
TOPIC_ARN = "arn:aws:sns:us-east-1:123456789012:on-call"
SERVICE = "events.amazonaws.com"


# -- the trail is stopped -----------------------------------------------------------------


def watch_the_trail(lab: Any) -> None:
    import json

    sns, events = lab.client("sns"), lab.client("events")
    topic = sns.create_topic(Name="on-call")["TopicArn"]
    rules_may_publish = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [rules_may_publish]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)

    pattern = {
        "source": ["aws.cloudtrail"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"eventName": ["StopLogging", "DeleteTrail"]},
    }
    events.put_rule(Name="trail-stopped", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="trail-stopped", Targets=[{"Id": "on-call", "Arn": topic}])


def wrong_every_call(lab: Any) -> None:
    watch_the_trail(lab)
    _put(lab, "trail-stopped", {"source": ["aws.cloudtrail"]})


def wrong_stop_only(lab: Any) -> None:
    watch_the_trail(lab)
    _put(lab, "trail-stopped", {"detail": {"eventName": ["StopLogging"]}})


def wrong_asleep(lab: Any) -> None:
    watch_the_trail(lab)
    lab.client("events").disable_rule(Name="trail-stopped")


def wrong_nobody_told(lab: Any) -> None:
    watch_the_trail(lab)
    lab.client("events").remove_targets(Rule="trail-stopped", Ids=["on-call"])


def wrong_closed_topic(lab: Any) -> None:
    watch_the_trail(lab)
    sns = lab.client("sns")
    sns.delete_topic(TopicArn=TOPIC_ARN)
    sns.create_topic(Name=TOPIC)  # its policy is as it was born: no service may publish


def look_at_watching(lab: Any, answers: Answers) -> Iterator[Step]:
    yield from _rule_steps(
        lab,
        wanted={name: _call(name) for name in ("StopLogging", "DeleteTrail")},
        unwanted={"StartLogging": _call("StartLogging")},
        hint='detail: {"eventName": ["StopLogging", "DeleteTrail"]}, and nothing wider.',
    )


def undo_watching(lab: Any) -> None:
    _drop(lab, _taking(lab, {"": _call("StopLogging")}))


# -- root signs in ------------------------------------------------------------------------


def tell_of_root(lab: Any) -> None:
    import json

    sns, events = lab.client("sns"), lab.client("events")
    topic = sns.create_topic(Name="on-call")["TopicArn"]
    rules_may_publish = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [rules_may_publish]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)

    pattern = {
        "detail-type": ["AWS Console Sign In via CloudTrail"],
        "detail": {"userIdentity": {"type": ["Root"]}},
    }
    words = {
        "InputPathsMap": {"address": "$.detail.sourceIPAddress", "time": "$.time"},
        "InputTemplate": '"Root signed in from <address> at <time>."',
    }
    events.put_rule(Name="root-signs-in", EventPattern=json.dumps(pattern))
    target = {"Id": "on-call", "Arn": topic, "InputTransformer": words}
    events.put_targets(Rule="root-signs-in", Targets=[target])


def wrong_api_call(lab: Any) -> None:
    """A sign-in is no API call, so such a rule would wait for ever."""
    tell_of_root(lab)
    of_root = {"userIdentity": {"type": ["Root"]}}
    kind = ["AWS API Call via CloudTrail"]
    _put(lab, "root-signs-in", {"detail-type": kind, "detail": of_root})


def wrong_everybody(lab: Any) -> None:
    tell_of_root(lab)
    _put(lab, "root-signs-in", {"detail-type": ["AWS Console Sign In via CloudTrail"]})


def wrong_raw(lab: Any) -> None:
    tell_of_root(lab)
    target = {"Id": "on-call", "Arn": TOPIC_ARN}
    lab.client("events").put_targets(Rule="root-signs-in", Targets=[target])


def look_at_root(lab: Any, answers: Answers) -> Iterator[Step]:
    kind = 'Sign-ins have the detail-type "AWS Console Sign In via CloudTrail".'
    steps = list(
        _rule_steps(
            lab,
            wanted={"a sign-in of root": _sign_in("Root")},
            unwanted={"a sign-in of an IAM user": _sign_in("IAMUser")},
            hint=f"{kind} Root's userIdentity.type is Root.",
        )
    )
    if steps[0].standing is Standing.MISSING and _for_calls_of_root(lab):
        found = "one for API calls of root"
        yield holds("Rule", False, "to take a sign-in of root", found, kind)
        return
    yield from steps
    if all(step.standing is Standing.OK for step in steps):
        yield _in_words(lab)


def _for_calls_of_root(lab: Any) -> list[dict[str, Any]]:
    """Rules that wait for calls of root, and of root alone."""
    rules = _taking(lab, {"": _call("StopLogging", "Root")})
    return [rule for rule in rules if not _also(lab, rule, {"": _call("StopLogging")})]


def _in_words(lab: Any) -> Step:
    """Whether the target gets a sentence with the address in it."""
    hint = (
        'InputTransformer: InputPathsMap {"address": "$.detail.sourceIPAddress"}, and an '
        "InputTemplate that holds <address>."
    )
    for target in _targets(lab, _taking(lab, {"": _sign_in("Root")})):
        made = target.get("InputTransformer", {})
        paths = made.get("InputPathsMap", {})
        names = [name for name, path in paths.items() if path == "$.detail.sourceIPAddress"]
        if any(f"<{name}>" in made["InputTemplate"] for name in names):
            return holds("Words", True, "a sentence", made["InputTemplate"])
    expected = "an InputTransformer with the address in its template"
    return holds("Words", False, expected, "the event as it is", hint)


def undo_root(lab: Any) -> None:
    _drop(lab, _taking(lab, {"": _sign_in("Root")}) + _for_calls_of_root(lab))


# -- what both look at --------------------------------------------------------------------


def _event(kind: str, source: str, detail: dict[str, Any]) -> str:
    event = {
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
    return json.dumps(event)


def _call(name: str, who: str = "IAMUser") -> str:
    detail = {
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": name,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "readOnly": False,
        "requestParameters": {"name": "sap-trail"},
        "userIdentity": {"type": who, "accountId": "123456789012"},
    }
    return _event("AWS API Call via CloudTrail", "aws.cloudtrail", detail)


def _sign_in(who: str) -> str:
    detail = {
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "eventType": "AwsConsoleSignIn",
        "responseElements": {"ConsoleLogin": "Success"},
        "userIdentity": {"type": who, "accountId": "123456789012"},
    }
    return _event("AWS Console Sign In via CloudTrail", "aws.signin", detail)


def _taking(lab: Any, samples: dict[str, str]) -> list[dict[str, Any]]:
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


def _rule_steps(
    lab: Any, wanted: dict[str, str], unwanted: dict[str, str], hint: str
) -> Iterator[Step]:
    first = dict([next(iter(wanted.items()))])
    some = _taking(lab, first)
    said = " and ".join(wanted)
    yield there("Rule", _names(some), f"to take {said}", hint)
    if not some:
        return
    rules = _taking(lab, wanted)
    first_only = f"only {next(iter(wanted))}"
    yield _pattern(bool(rules), f"to take {said}", first_only, hint)
    narrow = [rule for rule in rules if not _also(lab, rule, unwanted)]
    left = " and ".join(unwanted)
    yield _pattern(not rules or bool(narrow), f"to leave {left}", f"{left} taken", hint)
    awake = [rule for rule in narrow or rules or some if rule["State"] != "DISABLED"]
    state = "ENABLED" if awake else "DISABLED"
    yield holds("State", bool(awake), "ENABLED", state, "enable_rule(Name=…).")
    yield from _target_steps(lab, awake or some)


def _pattern(good: bool, expected: str, otherwise: str, hint: str) -> Step:
    return holds("Pattern", good, expected, expected if good else otherwise, hint)


def _also(lab: Any, rule: dict[str, Any], unwanted: dict[str, str]) -> bool:
    ask = lab.observer("events").test_event_pattern
    pattern = rule["EventPattern"]
    return any(ask(EventPattern=pattern, Event=one)["Result"] for one in unwanted.values())


def _target_steps(lab: Any, rules: list[dict[str, Any]]) -> Iterator[Step]:
    found = [target["Arn"] for target in _targets(lab, rules)]
    topic = TOPIC_ARN if TOPIC_ARN in found else next(iter(found), None)
    yield equal("Target", TOPIC_ARN, topic, "put_targets(Rule=…, Targets=[{'Id': …, 'Arn': …}]).")
    expected = f"{SERVICE} may sns:Publish"
    known = looks.topic_policy(lab, TOPIC_ARN)
    good = looks.allows(known, SERVICE, "sns:Publish")
    says = expected if good else "it may not" if known else "no topic"
    hint = "A statement with this service as Principal, as for CloudTrail in lab 03."
    yield holds("Topic's policy", good, expected, says, hint)


def _targets(lab: Any, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ask = lab.observer("events").list_targets_by_rule
    return [target for rule in rules for target in ask(Rule=rule["Name"])["Targets"]]


def _names(rules: list[dict[str, Any]]) -> list[str]:
    return [rule["Name"] for rule in rules]


def _put(lab: Any, name: str, pattern: dict[str, Any]) -> None:
    lab.client("events").put_rule(Name=name, EventPattern=json.dumps(pattern))


def _drop(lab: Any, rules: list[dict[str, Any]]) -> None:
    events = lab.client("events")
    for rule in rules:
        ids = [target["Id"] for target in _targets(lab, [rule])]
        if ids:
            events.remove_targets(Rule=rule["Name"], Ids=ids)
        events.delete_rule(Name=rule["Name"])


EXERCISES = (
    Exercise(
        id="13.stopped",
        title="Be woken when the trail is stopped",
        minutes=6,
        given="the topic `on-call`, and a trail that somebody may want to silence",
        goal="a rule that takes StopLogging and DeleteTrail, leaves StartLogging, and sends to "
        "`on-call`",
        look=look_at_watching,
        solve=watch_the_trail,
        hints=(
            "The pattern has the shape of the event: source, detail-type, detail.eventName.",
            'detail: {"eventName": ["StopLogging", "DeleteTrail"]}: a list means "one of".',
            "Two calls: put_rule(Name=…, EventPattern=json.dumps(…)) and put_targets(Rule=…, "
            "Targets=[…]).",
        ),
        wrong=(
            Wrong(wrong_every_call, "to leave StartLogging, found StartLogging taken"),
            Wrong(wrong_stop_only, "to take StopLogging and DeleteTrail, found only StopLogging"),
            Wrong(wrong_asleep, "State: expected ENABLED, found DISABLED"),
            Wrong(wrong_nobody_told, "Target: expected arn:aws:sns"),
            Wrong(wrong_closed_topic, "may sns:Publish, found it may not"),
        ),
        undo=undo_watching,
        console="EventBridge › Rules › Create rule › Event pattern › AWS services › CloudTrail › "
        "AWS API Call via CloudTrail › Specific operation(s)",
        cli="aws events put-rule --name trail-stopped --event-pattern '…'; aws events put-targets "
        "--rule trail-stopped --targets Id=on-call,Arn=…",
    ),
    Exercise(
        id="13.root",
        title="A sentence when root signs in",
        minutes=6,
        given="the topic `on-call`; console sign-ins are events, too, but no API calls",
        goal="a rule for sign-ins of root alone, whose target gets a sentence with the address",
        look=look_at_root,
        solve=tell_of_root,
        hints=(
            'The detail-type is "AWS Console Sign In via CloudTrail".',
            'detail: {"userIdentity": {"type": ["Root"]}}.',
            'The target has an InputTransformer: {"InputPathsMap": {"address": '
            '"$.detail.sourceIPAddress"}, "InputTemplate": "\\"… <address> …\\""}.',
        ),
        wrong=(
            Wrong(wrong_api_call, "found one for API calls of root"),
            Wrong(wrong_everybody, "to leave a sign-in of an IAM user"),
            Wrong(wrong_raw, "with the address in its template, found the event as it is"),
        ),
        undo=undo_root,
        console="EventBridge › Rules › Create rule › AWS services › AWS Console Sign In; "
        "Target › Additional settings › Input transformer",
        cli="aws events put-rule --name root-signs-in --event-pattern '…'; aws events put-targets "
        "--rule root-signs-in --targets file://target.json",
    ),
)
