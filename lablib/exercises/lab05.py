"""Lab 05, event selectors: which calls a trail takes, and a choice that fits the question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Step, equal, holds, there, unset
from lablib.exercises.selection import Selection, selection
from lablib.exercises.tidy import empty

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
)
