"""Lab 05, event selectors: which calls a trail takes, and a choice that fits the question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Step, equal, holds, there, unset
from lablib.exercises.selection import Selection, selection
from lablib.exercises.tidy import empty
from lablib.search.selecting import field, management, s3_objects, taken, would_take

TRAIL = "sap-trail"
BUCKET = "sap-backint-123456789012"
BUCKET_ARN = "arn:aws:s3:::sap-backint-123456789012/"


def watch_the_backups(lab: Any) -> None:
    lab.client("s3").create_bucket(Bucket="sap-backint-123456789012")
    lab.client("cloudtrail").put_event_selectors(
        TrailName="sap-trail",
        EventSelectors=[
            {
                "ReadWriteType": "All",
                "IncludeManagementEvents": True,
                "DataResources": [
                    {
                        "Type": "AWS::S3::Object",
                        "Values": ["arn:aws:s3:::sap-backint-123456789012/"],
                    }
                ],
            }
        ],
    )


def wrong_data_only(lab: Any) -> None:
    """Data events in, management events out: the trail goes blind for the rest."""
    watch_the_backups(lab)
    _put(lab, _basic("All", management=False, values=[BUCKET_ARN]))


def undo_backups(lab: Any) -> None:
    if looks.trail(lab, TRAIL):
        _put(lab, _basic("All"))
    empty(lab, BUCKET)


def look_at_backups(lab: Any, answers: Answers) -> Iterator[Step]:
    bucket = BUCKET if BUCKET in looks.buckets(lab) else None
    yield equal("S3 bucket", BUCKET, bucket, "create_bucket makes it; HANA's backups go there.")
    chosen = _chosen(lab)
    management = chosen.management
    values = [arn for arn in chosen.data if _covers(arn)]
    if bucket is None and not values:
        return
    hint = "IncludeManagementEvents: keep them, or nobody sees who stops an instance."
    yield holds("Management events", management == "All", "All", management or "none", hint)
    hint = f"DataResources: Type AWS::S3::Object, Values ['{BUCKET_ARN}']."
    yield there(f"Data events on {BUCKET_ARN}", values, "to be selected", hint)


def keep_only_writes_of_data(lab: Any) -> None:
    lab.client("cloudtrail").put_event_selectors(
        TrailName="sap-trail",
        EventSelectors=[
            {"ReadWriteType": "All", "IncludeManagementEvents": True},
            {
                "ReadWriteType": "WriteOnly",
                "IncludeManagementEvents": False,
                "DataResources": [
                    {
                        "Type": "AWS::S3::Object",
                        "Values": ["arn:aws:s3:::sap-backint-123456789012/"],
                    }
                ],
            },
        ],
    )


def wrong_one_selector(lab: Any) -> None:
    """One selector for both: its ReadWriteType rules management events too."""
    _put(lab, _basic("WriteOnly", values=[BUCKET_ARN]))


def wrong_management_twice(lab: Any) -> None:
    """The second selector takes management events as well; that is allowed, and says nothing new,
    but its data events were left at All."""
    _put(lab, _basic("All"), _basic("All", values=[BUCKET_ARN]))


def wrong_other_bucket(lab: Any) -> None:
    _put(
        lab,
        _basic("All"),
        _basic("WriteOnly", management=False, values=["arn:aws:s3:::sap-backup/"]),
    )


def undo_writes(lab: Any) -> None:
    watch_the_backups(lab)


def look_at_writes(lab: Any, answers: Answers) -> Iterator[Step]:
    chosen = _chosen(lab)
    if not looks.trail(lab, TRAIL):
        yield there(f"Trail {TRAIL}", None, hint="Run the cells above first; they need the trail.")
        return
    kinds = {kind for arn, kind in chosen.data.items() if _covers(arn)}
    if chosen.management == "All" and kinds == {"All"} and chosen.selectors == 1:
        hint = "ReadWriteType belongs to a whole selector, and a trail may have up to five."
        yield unset("ReadWriteType of data events", "WriteOnly", "All", hint)
        return
    hint = "A selector's ReadWriteType rules its management events too: use two selectors."
    yield holds(
        "ReadWriteType of management events",
        chosen.management == "All",
        "All",
        chosen.management or "none",
        hint,
    )
    if not kinds:
        hint = "An ARN must fit to the letter; one that ends in / means the whole bucket."
        found = ", ".join(chosen.data) or "nothing"
        yield holds("Values of DataResources", False, BUCKET_ARN, found, hint)
        return
    hint = "One selector for the bucket alone: WriteOnly, IncludeManagementEvents False."
    found = ", ".join(sorted(kinds))
    yield holds("ReadWriteType of data events", kinds == {"WriteOnly"}, "WriteOnly", found, hint)


def keep_only_deletions(lab: Any) -> None:
    management = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
    deletions = {
        "Name": "deletions of backups",
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::sap-backint-123456789012/"]},
            {"Field": "eventName", "StartsWith": ["Delete"]},
        ],
    }
    lab.client("cloudtrail").put_event_selectors(
        TrailName="sap-trail", AdvancedEventSelectors=[management, deletions]
    )


def wrong_star(lab: Any) -> None:
    """Selectors know no wildcards."""
    _put_fine(lab, management(), _deletions(field("eventName", Equals=["Delete*"])))


def wrong_everywhere(lab: Any) -> None:
    _put_fine(lab, management(), s3_objects(field("eventName", StartsWith=["Delete"])))


def wrong_management_lost(lab: Any) -> None:
    """Advanced selectors, too, replace all that was there."""
    _put_fine(lab, _deletions(field("eventName", StartsWith=["Delete"])))


def undo_deletions(lab: Any) -> None:
    watch_the_backups(lab)


def look_at_deletions(lab: Any, answers: Answers) -> Iterator[Step]:
    if not looks.trail(lab, TRAIL):
        yield there(f"Trail {TRAIL}", None, hint="Run the cells above first; they need the trail.")
        return
    chosen = lab.observer("cloudtrail").get_event_selectors(TrailName=TRAIL)
    fine = chosen.get("AdvancedEventSelectors", [])
    if not fine:
        hint = "Basic selectors know no event names: put_event_selectors(AdvancedEventSelectors=…)."
        yield unset("AdvancedEventSelectors", "one for management, one for deletions", "", hint)
        return
    for what, name, bucket, wanted, hint in ASKED:
        taken = _would_take(fine, name, bucket)
        expected, found = (TAKEN_OR_NOT[one] for one in (wanted, taken))
        yield holds(what, taken is wanted, expected, found, hint)


TAKEN_OR_NOT = {True: "taken", False: "not taken"}
_MANAGEMENT = "A selector with eventCategory Equals Management and nothing else takes them all."
_DELETIONS = "eventName StartsWith Delete: values are compared to the letter, a * is only a star."
# What would be asked of the trail: words, event name, bucket ("" for management events), and
# whether it is to be taken.
ASKED = (
    ("StopInstances", "StopInstances", "", True, _MANAGEMENT),
    ("DescribeInstances", "DescribeInstances", "", True, _MANAGEMENT),
    (f"DeleteObject in {BUCKET}", "DeleteObject", BUCKET, True, _DELETIONS),
    (f"DeleteObjectTagging in {BUCKET}", "DeleteObjectTagging", BUCKET, True, _DELETIONS),
    (f"PutObject in {BUCKET}", "PutObject", BUCKET, False, "The data selector needs eventName."),
    (
        "DeleteObject in another bucket",
        "DeleteObject",
        "scratch-123456789012",
        False,
        f"resources.ARN StartsWith {BUCKET_ARN} keeps it to the backups.",
    ),
)


def _would_take(selectors: list[dict[str, Any]], name: str, bucket: str) -> bool:
    record: dict[str, Any] = {
        "eventName": name,
        "eventSource": "s3.amazonaws.com" if bucket else "ec2.amazonaws.com",
        "eventTime": "2026-01-01T00:00:00Z",
        "eventID": "asked-by-the-check",
        "eventType": "AwsApiCall",
        "awsRegion": "us-east-1",
        "recipientAccountId": "123456789012",
        "readOnly": name.startswith("Describe"),
        "eventCategory": "Data" if bucket else "Management",
        "userIdentity": {"type": "IAMUser", "userName": "learner"},
    }
    if bucket:
        resource = {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/PRD/data"}
        record["resources"] = [resource]
    return taken(would_take(selectors, record)) == 1


def _deletions(*more: dict[str, Any]) -> dict[str, Any]:
    return s3_objects(field("resources.ARN", StartsWith=[BUCKET_ARN]), *more)


def _put_fine(lab: Any, *selectors: dict[str, Any]) -> None:
    lab.client("cloudtrail").put_event_selectors(
        TrailName=TRAIL, AdvancedEventSelectors=list(selectors)
    )


def _chosen(lab: Any) -> Selection:
    if not looks.trail(lab, TRAIL):
        return Selection()
    return selection(lab.observer("cloudtrail").get_event_selectors(TrailName=TRAIL))


def _covers(arn: str) -> bool:
    """Does a selector's ARN take in the whole backup bucket? It is a prefix."""
    return BUCKET_ARN.startswith(arn)


def _put(lab: Any, *selectors: dict[str, Any]) -> None:
    lab.client("cloudtrail").put_event_selectors(TrailName=TRAIL, EventSelectors=list(selectors))


def _basic(kind: str, management: bool = True, values: list[str] | None = None) -> dict[str, Any]:
    data = [{"Type": "AWS::S3::Object", "Values": values}] if values else []
    return {"ReadWriteType": kind, "IncludeManagementEvents": management, "DataResources": data}


EXERCISES = (
    Exercise(
        id="05.backups",
        title="The backups are watched",
        minutes=7,
        given=f"`{TRAIL}` with the selector every trail is born with: all management events",
        goal=f"`{TRAIL}` also takes the data events on the objects of `{BUCKET}`",
        look=look_at_backups,
        solve=watch_the_backups,
        hints=(
            "`put_event_selectors` replaces all selectors: say management events again.",
            "The ARN of a whole bucket's objects ends in a slash.",
        ),
        wrong=(Wrong(wrong_data_only, "Management events: expected All, found none"),),
        undo=undo_backups,
        console=f"CloudTrail › Trails › {TRAIL} › Data events › Edit › Switch to basic event "
        f"selectors › Data event source S3 › Individual bucket {BUCKET}",
        cli=f"aws cloudtrail put-event-selectors --trail-name {TRAIL} --event-selectors "
        "file://selectors.json",
        checkpoint=True,
    ),
    Exercise(
        id="05.writes",
        title="Data events: only the writes",
        minutes=7,
        given=f"`{TRAIL}`, which takes all management events, and every read and write in "
        f"`{BUCKET}`",
        goal=f"all management events as before, but of `{BUCKET}` only the writes",
        look=look_at_writes,
        solve=keep_only_writes_of_data,
        hints=(
            "One selector has one ReadWriteType, for management and data events alike.",
            "So: a first selector for management events, a second one for the bucket alone.",
            "The second needs IncludeManagementEvents False.",
        ),
        wrong=(
            Wrong(wrong_one_selector, "management events: expected All, found WriteOnly"),
            Wrong(wrong_management_twice, "data events: expected WriteOnly, found All"),
            Wrong(wrong_other_bucket, f"expected {BUCKET_ARN}, found arn:aws:s3:::sap-backup/"),
        ),
        undo=undo_writes,
        console=f"CloudTrail › Trails › {TRAIL} › Data events › Edit › Log selector template: "
        "Log writeOnly events",
        cli=f"aws cloudtrail put-event-selectors --trail-name {TRAIL} --event-selectors "
        "file://two-selectors.json",
    ),
    Exercise(
        id="05.deletes",
        title="Only what is deleted",
        minutes=7,
        given=f"`{TRAIL}` with basic selectors, which know reads and writes and nothing finer",
        goal=f"all management events as before, but of `{BUCKET}` only events whose name begins "
        "with `Delete`",
        look=look_at_deletions,
        solve=keep_only_deletions,
        hints=(
            "Advanced selectors: `put_event_selectors(TrailName=…, AdvancedEventSelectors=[…])`.",
            "Two of them: one for management events, one for data events with four conditions.",
            "`lab.would_take(…)` tells what selectors would do before any trail has them.",
        ),
        wrong=(
            Wrong(wrong_star, f"DeleteObject in {BUCKET}: expected taken, found not taken"),
            Wrong(wrong_everywhere, "DeleteObject in another bucket: expected not taken"),
            Wrong(wrong_management_lost, "StopInstances: expected taken, found not taken"),
        ),
        undo=undo_deletions,
        console=f"CloudTrail › Trails › {TRAIL} › Data events › Edit › Switch to advanced event "
        "selectors › Log selector template: Custom",
        cli=f"aws cloudtrail put-event-selectors --trail-name {TRAIL} "
        "--advanced-event-selectors file://advanced.json",
    ),
)
