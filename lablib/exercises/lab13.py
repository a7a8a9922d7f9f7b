"""Lab 13, EventBridge: seconds instead of minutes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lablib.exercises import looks, rules
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Standing, Step, holds, there

TOPIC = "on-call"
TOPIC_ARN = "arn:aws:sns:us-east-1:123456789012:on-call"
SERVICE = "events.amazonaws.com"
# What patterns of the two exercises speak of, rightly or not.
OF_THE_TRAIL = ("cloudtrail", "StopLog", "DeleteT")
OF_ROOT = ("Root", "root", "Sign In")


# -- somebody to tell ---------------------------------------------------------------------


def open_a_topic(lab: Any) -> None:
    import json

    sns = lab.client("sns")
    topic = sns.create_topic(Name="on-call")["TopicArn"]
    rules_may_publish = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [rules_may_publish]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)


def wrong_closed_topic(lab: Any) -> None:
    """Its policy is as it was born: no service may publish."""
    lab.client("sns").create_topic(Name=TOPIC)


def look_at_topic(lab: Any, answers: Answers) -> Iterator[Step]:
    known = looks.topic_policy(lab, TOPIC_ARN)
    yield there("SNS topic", known and TOPIC_ARN, TOPIC_ARN, "create_topic, then its policy.")
    if not known:
        return
    expected = f"{SERVICE} may sns:Publish"
    good = looks.allows(known, SERVICE, "sns:Publish")
    hint = "A statement with this service as Principal, as for CloudTrail in lab 03."
    yield holds("Topic's policy", good, expected, expected if good else "it may not", hint)


def undo_topic(lab: Any) -> None:
    lab.client("sns").delete_topic(TopicArn=TOPIC_ARN)


def needs_topic(lab: Any) -> Step | None:
    return next((s for s in look_at_topic(lab, {}) if s.standing is not Standing.OK), None)


# -- the trail is stopped -----------------------------------------------------------------


def watch_the_trail(lab: Any) -> None:
    import json

    events = lab.client("events")
    topic = "arn:aws:sns:us-east-1:123456789012:on-call"
    pattern = {
        "source": ["aws.cloudtrail"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"eventName": ["StopLogging", "DeleteTrail"]},
    }
    events.put_rule(Name="trail-stopped", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="trail-stopped", Targets=[{"Id": "on-call", "Arn": topic}])


def wrong_every_call(lab: Any) -> None:
    watch_the_trail(lab)
    rules.put(lab, "trail-stopped", {"source": ["aws.cloudtrail"]})


def wrong_source(lab: Any) -> None:
    watch_the_trail(lab)
    calls = {"eventName": ["StopLogging", "DeleteTrail"]}
    rules.put(lab, "trail-stopped", {"source": ["cloudtrail.amazonaws.com"], "detail": calls})


def wrong_stop_only(lab: Any) -> None:
    watch_the_trail(lab)
    rules.put(lab, "trail-stopped", {"detail": {"eventName": ["StopLogging"]}})


def wrong_asleep(lab: Any) -> None:
    watch_the_trail(lab)
    lab.client("events").disable_rule(Name="trail-stopped")


def wrong_nobody_told(lab: Any) -> None:
    watch_the_trail(lab)
    lab.client("events").remove_targets(Rule="trail-stopped", Ids=["on-call"])


def look_at_watching(lab: Any, answers: Answers) -> Iterator[Step]:
    yield from rules.rule_steps(
        lab,
        wanted={name: rules.call(name) for name in ("StopLogging", "DeleteTrail")},
        unwanted={"StartLogging": rules.call("StartLogging")},
        target=TOPIC_ARN,
        words=OF_THE_TRAIL,
        hint='source: ["aws.cloudtrail"] (not the eventSource), detail: {"eventName": '
        '["StopLogging", "DeleteTrail"]}, and nothing wider.',
    )


def undo_watching(lab: Any) -> None:
    rules.drop(lab, rules.meant(lab, OF_THE_TRAIL))


# -- root signs in ------------------------------------------------------------------------


def tell_of_root(lab: Any) -> None:
    import json

    events = lab.client("events")
    topic = "arn:aws:sns:us-east-1:123456789012:on-call"
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
    rules.put(lab, "root-signs-in", {"detail-type": kind, "detail": of_root})


def wrong_everybody(lab: Any) -> None:
    tell_of_root(lab)
    rules.put(lab, "root-signs-in", {"detail-type": ["AWS Console Sign In via CloudTrail"]})


def wrong_raw(lab: Any) -> None:
    tell_of_root(lab)
    target = {"Id": "on-call", "Arn": TOPIC_ARN}
    lab.client("events").put_targets(Rule="root-signs-in", Targets=[target])


def look_at_root(lab: Any, answers: Answers) -> Iterator[Step]:
    kind = 'Sign-ins have the detail-type "AWS Console Sign In via CloudTrail".'
    steps = list(
        rules.rule_steps(
            lab,
            wanted={"a sign-in of root": rules.sign_in("Root")},
            unwanted={"a sign-in of an IAM user": rules.sign_in("IAMUser")},
            target=TOPIC_ARN,
            hint=f"{kind} Root's userIdentity.type is Root.",
            words=OF_ROOT,
        )
    )
    yield from steps
    if all(step.standing is Standing.OK for step in steps):
        yield _in_words(lab)


def _in_words(lab: Any) -> Step:
    """Whether the target gets a sentence with the address in it."""
    hint = (
        'InputTransformer: InputPathsMap {"address": "$.detail.sourceIPAddress"}, and an '
        "InputTemplate that holds <address>."
    )
    for target in rules.targets(lab, rules.taking(lab, {"": rules.sign_in("Root")})):
        made = target.get("InputTransformer", {})
        paths = made.get("InputPathsMap", {})
        names = [name for name, path in paths.items() if path == "$.detail.sourceIPAddress"]
        if any(f"<{name}>" in made["InputTemplate"] for name in names):
            return holds("Words", True, "a sentence", made["InputTemplate"])
    expected = "an InputTransformer with the address in its template"
    return holds("Words", False, expected, "the event as it is", hint)


def undo_root(lab: Any) -> None:
    rules.drop(lab, rules.meant(lab, OF_ROOT))


EXERCISES = (
    Exercise(
        id="13.topic",
        title="A topic that rules may publish to",
        minutes=2,
        given="a topic, which at first lets only its owner publish",
        goal="`on-call` lets `events.amazonaws.com` publish",
        look=look_at_topic,
        solve=open_a_topic,
        hints=("It is the policy of lab 03, with another service as Principal.",),
        wrong=(Wrong(wrong_closed_topic, "may sns:Publish, found it may not"),),
        undo=undo_topic,
        checkpoint=True,
    ),
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
            Wrong(wrong_source, 'source is "aws.cloudtrail", and the pattern wants'),
            Wrong(wrong_stop_only, "to take StopLogging and DeleteTrail, found only StopLogging"),
            Wrong(wrong_asleep, "State: expected ENABLED, found DISABLED"),
            Wrong(wrong_nobody_told, "Target: expected arn:aws:sns"),
        ),
        undo=undo_watching,
        needs=needs_topic,
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
            Wrong(wrong_api_call, 'and the pattern wants "AWS API Call via CloudTrail"'),
            Wrong(wrong_everybody, "to leave a sign-in of an IAM user"),
            Wrong(wrong_raw, "with the address in its template, found the event as it is"),
        ),
        undo=undo_root,
        needs=needs_topic,
        console="EventBridge › Rules › Create rule › AWS services › AWS Console Sign In; "
        "Target › Additional settings › Input transformer",
        cli="aws events put-rule --name root-signs-in --event-pattern '…'; aws events put-targets "
        "--rule root-signs-in --targets file://target.json",
    ),
)
