"""Lab 03, SNS: a message for each log file, and who hears it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Step, equal, holds, there, unset

TRAIL = "sap-trail"
TOPIC = "sap-trail-files"
TOPIC_ARN = "arn:aws:sns:us-east-1:123456789012:sap-trail-files"
QUEUE = "sap-trail-inbox"
SECOND = "security-inbox"
AUDITOR = "carla@example.com"


def announce_the_files(lab: Any) -> None:
    import json

    sns, sqs, cloudtrail = lab.client("sns"), lab.client("sqs"), lab.client("cloudtrail")
    topic = sns.create_topic(Name="sap-trail-files")["TopicArn"]
    cloudtrail_may_publish = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": topic,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [cloudtrail_may_publish]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)

    queue = "arn:aws:sqs:us-east-1:123456789012:sap-trail-inbox"
    sns_may_send = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [sns_may_send]})
    url = sqs.create_queue(QueueName="sap-trail-inbox")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    cloudtrail.update_trail(Name="sap-trail", SnsTopicName="sap-trail-files")


def wrong_trail_silent(lab: Any) -> None:
    announce_the_files(lab)
    lab.client("cloudtrail").update_trail(Name=TRAIL, SnsTopicName="")


def undo_announcing(lab: Any) -> None:
    if looks.trail(lab, TRAIL).get("SnsTopicARN"):
        lab.client("cloudtrail").update_trail(Name=TRAIL, SnsTopicName="")
    lab.client("sns").delete_topic(TopicArn=TOPIC_ARN)
    _drop_queue(lab, QUEUE)


def look_at_announcing(lab: Any, answers: Answers) -> Iterator[Step]:
    topics = [topic["TopicArn"] for topic in lab.observer("sns").list_topics()["Topics"]]
    topic = TOPIC_ARN if TOPIC_ARN in topics else None
    yield equal("SNS topic", TOPIC_ARN, topic, "create_topic, then its policy.")
    if not topic:
        return
    yield from _queue_steps(lab, QUEUE)
    found = looks.trail(lab, TRAIL).get("SnsTopicARN")
    hint = f"update_trail(Name='{TRAIL}', SnsTopicName='{TOPIC}')."
    yield equal("SnsTopicARN", TOPIC_ARN, found, hint)


def tell_security_too(lab: Any) -> None:
    import json

    sns, sqs = lab.client("sns"), lab.client("sqs")
    topic = "arn:aws:sns:us-east-1:123456789012:sap-trail-files"
    queue = "arn:aws:sqs:us-east-1:123456789012:security-inbox"
    sns_may_send = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [sns_may_send]})
    url = sqs.create_queue(QueueName="security-inbox")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)


def wrong_queue_only(lab: Any) -> None:
    lab.client("sqs").create_queue(QueueName=SECOND)


def wrong_closed_queue(lab: Any) -> None:
    """Subscribed, and yet nothing would arrive: the queue lets nobody in."""
    lab.client("sqs").create_queue(QueueName=SECOND)
    lab.client("sns").subscribe(TopicArn=TOPIC_ARN, Protocol="sqs", Endpoint=_arn(SECOND))


def wrong_by_mail(lab: Any) -> None:
    tell_security_too(lab)
    _unsubscribe(lab, _arn(SECOND))
    lab.client("sns").subscribe(
        TopicArn=TOPIC_ARN, Protocol="email", Endpoint="security@example.com"
    )


def undo_security(lab: Any) -> None:
    _unsubscribe(lab, _arn(SECOND))
    _unsubscribe(lab, "security@example.com")
    _drop_queue(lab, SECOND)


def look_at_security(lab: Any, answers: Answers) -> Iterator[Step]:
    yield from _queue_steps(lab, SECOND)


def mail_the_auditor(lab: Any) -> None:
    topic = "arn:aws:sns:us-east-1:123456789012:sap-trail-files"
    lab.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="carla@example.com")
    lab.inbox(to="carla@example.com").confirm()  # as she would, by the link in the mail


def wrong_unconfirmed(lab: Any) -> None:
    lab.client("sns").subscribe(TopicArn=TOPIC_ARN, Protocol="email", Endpoint=AUDITOR)


def wrong_topic(lab: Any) -> None:
    other = lab.client("sns").create_topic(Name=OTHER)["TopicArn"]
    lab.client("sns").subscribe(TopicArn=other, Protocol="email", Endpoint=AUDITOR)


def wrong_for_programs(lab: Any) -> None:
    lab.client("sns").subscribe(TopicArn=TOPIC_ARN, Protocol="email-json", Endpoint=AUDITOR)


OTHER = "carla-mail"


def undo_mail(lab: Any) -> None:
    """A subscription that waits cannot be ended: it is confirmed first."""
    if any(one["SubscriptionArn"] == PENDING for one in _hers(lab)):
        lab.inbox(to=AUDITOR).confirm()
    for one in _hers(lab):
        lab.client("sns").unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    lab.client("sns").delete_topic(TopicArn=TOPIC_ARN.replace(TOPIC, OTHER))


def look_at_mail(lab: Any, answers: Answers) -> Iterator[Step]:
    hers = sorted(_hers(lab), key=lambda one: (one["TopicArn"] == TOPIC_ARN, one["Protocol"]))
    hint = f"sns.subscribe(TopicArn=…, Protocol='email', Endpoint='{AUDITOR}')."
    yield there(f"Subscription of {AUDITOR}", [one["Endpoint"] for one in hers[:1]], hint=hint)
    if not hers:
        return
    best = next((one for one in hers if _is_wanted(one)), hers[-1])
    yield equal("TopicArn", TOPIC_ARN, best["TopicArn"], "She listens to another topic.")
    hint = "email-json is mail for programs; people get Protocol='email'."
    yield equal("Protocol", "email", best["Protocol"], hint)
    if best["SubscriptionArn"] == PENDING:
        hint = "SNS has asked her by mail: lab.inbox().confirm() follows the link."
        yield unset("Subscription", "confirmed", PENDING, hint)


PENDING = "PendingConfirmation"


def _is_wanted(one: Any) -> bool:
    return bool(one["TopicArn"] == TOPIC_ARN and one["Protocol"] == "email")


def _hers(lab: Any) -> list[dict[str, Any]]:
    pages = lab.observer("sns").get_paginator("list_subscriptions").paginate()
    return [s for page in pages for s in page["Subscriptions"] if s["Endpoint"] == AUDITOR]


def _queue_steps(lab: Any, name: str) -> Iterator[Step]:
    sqs = lab.observer("sqs")
    urls = sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    yield there(f"SQS queue {name}", urls, hint=f"sqs.create_queue(QueueName='{name}').")
    if not urls:
        return
    found = sqs.get_queue_attributes(QueueUrl=urls[0], AttributeNames=["Policy"])
    policy = found.get("Attributes", {}).get("Policy")
    hint = "On AWS a queue accepts from SNS only what its own policy allows: sqs:SendMessage."
    wanted = "to allow sns.amazonaws.com sqs:SendMessage"
    if policy:
        may = looks.allows(policy, "sns.amazonaws.com", "sqs:SendMessage")
        found = wanted if may else "a policy that does not allow it"
        yield holds("Queue policy", may, wanted, found, hint)
    else:
        yield there("Queue policy", None, wanted, hint)
    yield _subscription(lab, _arn(name))


def _subscription(lab: Any, endpoint: str) -> Step:
    known = looks.subscriptions(lab, TOPIC_ARN)
    if endpoint in known:
        return equal("Subscription Endpoint", endpoint, endpoint)
    ours = _arn(QUEUE)
    others = [e for e in known if e != ours]
    hint = "sns.subscribe(TopicArn=…, Protocol='sqs', Endpoint=the queue's ARN)."
    return equal("Subscription Endpoint", endpoint, ", ".join(others), hint)


def _arn(queue: str) -> str:
    return f"arn:aws:sqs:us-east-1:123456789012:{queue}"


def _unsubscribe(lab: Any, endpoint: str) -> None:
    known = looks.subscriptions(lab, TOPIC_ARN)
    if endpoint in known:
        lab.client("sns").unsubscribe(SubscriptionArn=known[endpoint])


def _drop_queue(lab: Any, name: str) -> None:
    for url in lab.observer("sqs").list_queues(QueueNamePrefix=name).get("QueueUrls", []):
        lab.client("sqs").delete_queue(QueueUrl=url)


EXERCISES = (
    Exercise(
        id="03.topic",
        title="Each log file is announced",
        minutes=6,
        given=f"`{TRAIL}`, which delivers in silence",
        goal=f"`{TRAIL}` announces its files on the topic `{TOPIC}`, and the queue "
        f"`{QUEUE}` listens",
        look=look_at_announcing,
        solve=announce_the_files,
        hints=(
            "The topic's policy must let cloudtrail.amazonaws.com do SNS:Publish.",
            "`update_trail` takes the topic as SnsTopicName, by name or ARN.",
        ),
        wrong=(Wrong(wrong_trail_silent, f"SnsTopicARN: expected {TOPIC_ARN}, found nothing"),),
        undo=undo_announcing,
        console=f"CloudTrail › Trails › {TRAIL} › General details › Edit › SNS notification "
        f"delivery: Enabled › {TOPIC}",
        cli=f"aws cloudtrail update-trail --name {TRAIL} --sns-topic-name {TOPIC}",
        checkpoint=True,
    ),
    Exercise(
        id="03.security",
        title="Let the security team hear it too",
        minutes=5,
        given=f"the topic `{TOPIC}` with one listener, `{QUEUE}`",
        goal=f"a second SQS queue, `{SECOND}`, gets each message as well",
        look=look_at_security,
        solve=tell_security_too,
        hints=(
            "Three calls: `create_queue`, `set_queue_attributes` with a Policy, `subscribe`.",
            "Look at how the first queue was opened to SNS; only the name differs.",
        ),
        wrong=(
            Wrong(wrong_queue_only, "Queue policy: expected to allow sns.amazonaws.com"),
            Wrong(wrong_closed_queue, "Queue policy: expected to allow sns.amazonaws.com"),
            Wrong(wrong_by_mail, f"Endpoint: expected {_arn(SECOND)}, found security@example.com"),
        ),
        undo=undo_security,
        console=f"SQS › Create queue › {SECOND} › Access policy; then SNS › Topics › {TOPIC} › "
        "Create subscription › Amazon SQS",
        cli=f"aws sns subscribe --topic-arn {TOPIC_ARN} --protocol sqs "
        f"--notification-endpoint {_arn(SECOND)}",
    ),
    Exercise(
        id="03.mail",
        title="A mail for the auditor",
        minutes=4,
        given=f"the topic `{TOPIC}`, to which queues listen",
        goal=f"`{AUDITOR}` gets a mail for each file, and has agreed to it",
        look=look_at_mail,
        solve=mail_the_auditor,
        hints=(
            "Two steps: `subscribe` with the protocol email, and the answer to SNS's question.",
            "`lab.inbox()` shows the question; `.confirm()` follows its link.",
        ),
        wrong=(
            Wrong(wrong_unconfirmed, "Subscription: expected confirmed, found PendingConfirmation"),
            Wrong(wrong_topic, "She listens to another topic."),
            Wrong(wrong_for_programs, "Protocol: expected email, found email-json"),
        ),
        undo=undo_mail,
        console=f"SNS › Topics › {TOPIC} › Create subscription › Protocol Email › {AUDITOR}; then "
        "the link in the mail",
        cli=f"aws sns subscribe --topic-arn {TOPIC_ARN} --protocol email "
        f"--notification-endpoint {AUDITOR}",
    ),
)
