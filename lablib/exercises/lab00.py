"""Lab 00, start here: a first call, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Standing, Step, equal

BUCKET = "hello-cloudtrail-123456789012"


def make_a_call(lab: Any) -> None:
    s3 = lab.client("s3")
    s3.create_bucket(Bucket="hello-cloudtrail-123456789012")


def wrong_name(lab: Any) -> None:
    lab.client("s3").create_bucket(Bucket="hello-cloudtrail")


def undo_call(lab: Any) -> None:
    held = looks.buckets(lab)
    for name in (BUCKET, "hello-cloudtrail"):
        if name in held:
            lab.client("s3").delete_bucket(Bucket=name)


def look_for_call(lab: Any, answers: Answers) -> Iterator[Step]:
    held = looks.buckets(lab)
    near = [name for name in held if name.startswith("hello") and name != BUCKET]
    if BUCKET not in held:
        hint = "The name must fit to the letter: bucket names are shared by the whole world."
        yield equal("Bucket name", BUCKET, ", ".join(near), hint if near else "Call create_bucket.")
        return
    yield equal("Bucket name", BUCKET, BUCKET)
    record = _creation(lab)
    yield equal("eventName in Event history", "CreateBucket", record.get("eventName"))
    yield equal("userIdentity.userName", "learner", record.get("userIdentity", {}).get("userName"))


def read_the_record(lab: Any) -> dict[str, Any]:
    import json

    cloudtrail = lab.client("cloudtrail")
    lookup = [{"AttributeKey": "EventName", "AttributeValue": "GetCallerIdentity"}]
    found = cloudtrail.lookup_events(LookupAttributes=lookup)["Events"]
    if not found:  # nobody has asked yet: then we do
        lab.client("sts").get_caller_identity()
        found = cloudtrail.lookup_events(LookupAttributes=lookup)["Events"]
    record = json.loads(found[0]["CloudTrailEvent"])
    return {"service": record["eventSource"], "read_only": record["readOnly"]}


def wrong_short_service(lab: Any) -> dict[str, Any]:
    return {"service": "sts", "read_only": True}


def wrong_writes(lab: Any) -> dict[str, Any]:
    return {"service": "sts.amazonaws.com", "read_only": False}


def look_at_reading(lab: Any, answers: Answers) -> Iterator[Step]:
    service, read_only = answers.get("service"), answers.get("read_only")
    hint = "Copy the value of eventSource as it stands; it is a host name."
    yield _answer("eventSource", "sts.amazonaws.com", service, "the record's eventSource", hint)
    hint = (
        "Asking who you are changes nothing. readOnly is a JSON boolean: True or False in Python."
    )
    yield _answer("readOnly", True, read_only, "the record's readOnly", hint)


def _answer(what: str, right: Any, given: Any, expected: str, hint: str) -> Step:
    """A step over an answer, which never says the right one aloud."""
    if given is None:
        return Step(what, expected, "no answer", Standing.MISSING, hint)
    good = Standing.OK if given == right and type(given) is type(right) else Standing.WRONG
    return Step(what, expected, repr(given), good, hint)


def _creation(lab: Any) -> dict[str, Any]:
    made = looks.records(lab, "EventName", "CreateBucket")
    wanted = (r for r in made if (r.get("requestParameters") or {}).get("bucketName") == BUCKET)
    return next(wanted, {})


EXERCISES = (
    Exercise(
        id="00.call",
        title="Leave a trace of your own",
        minutes=3,
        given="an account in which you are the IAM user `learner`",
        goal=f"create the S3 bucket `{BUCKET}`, and let Event history know of it",
        look=look_for_call,
        solve=make_a_call,
        hints=(
            'You need an S3 client: `s3 = lab.client("s3")`.',
            "The call is `create_bucket`, its one parameter is `Bucket`.",
        ),
        wrong=(Wrong(wrong_name, f"Bucket name: expected {BUCKET}, found hello-cloudtrail"),),
        undo=undo_call,
        console=f"S3 › Buckets › Create bucket › Bucket name {BUCKET} › Create bucket",
        cli=f"aws s3api create-bucket --bucket {BUCKET}",
    ),
    Exercise(
        id="00.read",
        title="Read a record",
        minutes=3,
        given="the record of your first call, GetCallerIdentity",
        goal="say which service answered (`eventSource`), and whether the call only read "
        "(`readOnly`)",
        look=look_at_reading,
        solve=read_the_record,
        hints=(
            "Both answers stand in the record that you printed above.",
            "Write `eventSource` in full; CloudTrail names services by host.",
        ),
        wrong=(
            Wrong(
                wrong_short_service, "eventSource: expected the record's eventSource, found 'sts'"
            ),
            Wrong(wrong_writes, "readOnly: expected the record's readOnly, found False"),
        ),
        asks=("service", "read_only"),
        console="CloudTrail › Event history › Event name = GetCallerIdentity › open the event",
        cli="aws cloudtrail lookup-events --lookup-attributes "
        "AttributeKey=EventName,AttributeValue=GetCallerIdentity",
    ),
)
