"""Lab 10, archive: a file read back from Glacier, and rules that end in nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from lablib.archive.forecast import GONE, HIDDEN, Stage, at, life
from lablib.archive.rules import read
from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Step, equal, holds, there, unset

BUCKET = "sap-trail-logs-123456789012"
LOG_FILES = "AWSLogs/123456789012/CloudTrail/"
DIGESTS = "AWSLogs/123456789012/CloudTrail-Digest/"
ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")
WEEK = timedelta(days=7)


# --- read one again -----------------------------------------------------------------------------


def read_it_again(lab: Any) -> None:
    s3 = lab.client("s3")
    oldest = lab.log_files("sap-trail-logs-123456789012").iloc[0]
    s3.restore_object(
        Bucket=oldest["Bucket"],
        Key=oldest["Key"],
        RestoreRequest={"Days": 7, "GlacierJobParameters": {"Tier": "Standard"}},
    )
    lab.clock.advance(hours=5)


def wrong_impatient(lab: Any) -> None:
    """Asked for with the slow tier, and not waited for."""
    put_away(lab)
    _restore(lab, days=7, tier="Bulk")


def wrong_one_day(lab: Any) -> None:
    put_away(lab)
    lab.clock.advance(hours=12)
    _restore(lab, days=1, tier="Standard")
    lab.clock.advance(hours=5)


def put_away(lab: Any) -> None:
    """The oldest log file archived, as the lab's own cells do it. Nothing, if it is already."""
    if _oldest(lab).get("StorageClass") in ARCHIVED:
        return
    _put(lab, _rule("archive", LOG_FILES, [(30, "GLACIER")]))
    lab.clock.advance(days=31)


def _restore(lab: Any, days: int, tier: str) -> None:
    request = {"Days": days, "GlacierJobParameters": {"Tier": tier}}
    key = _oldest(lab)["Key"]
    lab.client("s3").restore_object(Bucket=BUCKET, Key=key, RestoreRequest=request)


def _oldest(lab: Any) -> dict[str, Any]:
    """The entry of the oldest log file in the bucket; empty when there is none."""
    try:
        pages = lab.observer("s3").get_paginator("list_objects_v2")
        found = [
            entry
            for page in pages.paginate(Bucket=BUCKET, Prefix=LOG_FILES)
            for entry in page.get("Contents", [])
            if entry["Size"]  # not the empty object that stands for the folder
        ]
    except ClientError:  # no such bucket
        return {}
    return min(found, key=lambda entry: entry["LastModified"], default={})


def look_at_restore(lab: Any, answers: Answers) -> Iterator[Step]:
    oldest = _oldest(lab)
    if oldest.get("StorageClass") not in ARCHIVED:
        hint = "The cells above archive the log files; run them first."
        yield there("The oldest log file", None, "to be archived", hint)
        return
    name = f"Restore of …{oldest['Key'][-29:]}"
    head = lab.observer("s3").head_object(Bucket=BUCKET, Key=oldest["Key"])
    said = str(head.get("Restore", ""))
    if not said:
        hint = "restore_object(Bucket=…, Key=…, RestoreRequest={'Days': …}) asks for a copy."
        yield unset(name, 'ongoing-request="false"', "nothing", hint)
        return
    if 'ongoing-request="true"' in said:
        hint = "It was asked for and takes hours, by its tier: wind the clock, then check again."
        yield equal("RestoreObject", "asked for", "asked for")
        yield unset(name, 'ongoing-request="false"', said, hint)
        return
    yield equal(name, 'ongoing-request="false"', 'ongoing-request="false"')
    stays = _expiry(said) - lab.clock.now
    hint = "Days says how long the copy stays. Asked again with more Days, it stays longer."
    found = f"{stays.total_seconds() / 86_400:.1f} days"
    # Counted from now: a learner may look a little later than the copy came.
    yield holds("The copy stays", stays > WEEK - timedelta(days=1), "7 days", found, hint)


def _expiry(restore: str) -> datetime:
    """The moment in `ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"`."""
    text = restore.partition('expiry-date="')[2].rstrip('"')
    return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)


# --- a rule for a year --------------------------------------------------------------------------


def keep_a_year(lab: Any) -> None:
    gone = {
        "Expiration": {"Days": 365},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }
    rules = [
        {
            "ID": "log-files",
            "Status": "Enabled",
            "Filter": {"Prefix": "AWSLogs/123456789012/CloudTrail/"},
            "Transitions": [{"Days": 90, "StorageClass": "DEEP_ARCHIVE"}],
            **gone,
        },
        {
            "ID": "digests",
            "Status": "Enabled",
            "Filter": {"Prefix": "AWSLogs/123456789012/CloudTrail-Digest/"},
            **gone,
        },
    ]
    lab.client("s3").put_bucket_lifecycle_configuration(
        Bucket="sap-trail-logs-123456789012",
        LifecycleConfiguration={"Rules": rules},
        TransitionDefaultMinimumObjectSize="varies_by_storage_class",
    )


def wrong_too_small(lab: Any) -> None:
    """The rules are right, and not for files of a kilobyte."""
    _put(lab, *_year_rules(), minimum="all_storage_classes_128K")


def wrong_digests_too(lab: Any) -> None:
    """One rule for everything: the proof goes into the archive, too."""
    _put(lab, _rule("all", "AWSLogs/", [(90, "DEEP_ARCHIVE")], end=365))


def wrong_versions_stay(lab: Any) -> None:
    """In a bucket that keeps versions, expiry only hides."""
    rules = [
        {k: v for k, v in r.items() if k != "NoncurrentVersionExpiration"} for r in _year_rules()
    ]
    _put(lab, *rules)


def wrong_glacier(lab: Any) -> None:
    digests = _rule("digests", DIGESTS, [], end=365)
    _put(lab, _rule("log-files", LOG_FILES, [(90, "GLACIER")], end=365), digests)


def undo_year(lab: Any) -> None:
    """The rule that the lab's own cells leave behind."""
    if BUCKET in looks.buckets(lab):
        _put(lab, _rule("archive", LOG_FILES, [(30, "GLACIER")]))


def look_at_year(lab: Any, answers: Answers) -> Iterator[Step]:
    rules, minimum = looks.lifecycle(lab, BUCKET)
    if not _begun(rules):
        hint = "put_bucket_lifecycle_configuration replaces all rules of the bucket."
        yield unset("Log file after 90 days", "DEEP_ARCHIVE", _first_class(rules), hint)
        return
    versioning = looks.versioning(lab, BUCKET) or None
    born = lab.clock.now
    lives = {
        name: life(read(rules, minimum), f"{folder}us-east-1/x.json.gz", 700, born, versioning)
        for name, folder in (("Log file", LOG_FILES), ("Digest", DIGESTS))
    }
    yield from _while_kept(lives, born)
    for name, stages in lives.items():
        yield _in_the_end(name, stages, born)


def _begun(rules: list[dict[str, Any]]) -> bool:
    """Has the learner written rules of their own? The lab's cells name neither of these."""
    named = {one["StorageClass"] for rule in rules for one in rule.get("Transitions", [])}
    return "DEEP_ARCHIVE" in named or any("Expiration" in rule for rule in rules)


def _first_class(rules: list[dict[str, Any]]) -> str:
    named = [one["StorageClass"] for rule in rules for one in rule.get("Transitions", [])]
    return named[0] if named else ""


def _while_kept(lives: dict[str, tuple[Stage, ...]], born: datetime) -> Iterator[Step]:
    early, late = born + timedelta(days=89), born + timedelta(days=92)
    found = at(lives["Log file"], early)
    hint = "The auditors want to read the last 90 days at once: no archive before that."
    yield holds("Log file in its first 90 days", found == "STANDARD", "STANDARD", found, hint)
    found = at(lives["Log file"], late)
    hint = "Transitions: Days 90, StorageClass DEEP_ARCHIVE, for the folder of the log files."
    if found == "STANDARD":
        hint = (
            "700 bytes are under 128 KB, and stay where they are unless the configuration says "
            "TransitionDefaultMinimumObjectSize='varies_by_storage_class'."
        )
    yield holds("Log file after 90 days", found == "DEEP_ARCHIVE", "DEEP_ARCHIVE", found, hint)
    found = at(lives["Digest"], late)
    hint = "A digest in the archive can't be read, and nothing can be proved: mind the prefix."
    yield holds("Digest after 90 days", found == "STANDARD", "STANDARD", found, hint)


def _in_the_end(name: str, stages: tuple[Stage, ...], born: datetime) -> Step:
    early = at(stages, born + timedelta(days=364))
    late = at(stages, born + timedelta(days=369))
    hint = "Expiration: Days 365, in a rule whose prefix takes it in."
    if late == HIDDEN:
        hint = (
            "The bucket keeps versions: expiry puts a delete marker on top, and what is under it "
            "needs NoncurrentVersionExpiration."
        )
    good = late == GONE and early not in (GONE, HIDDEN)
    found = late if early not in (GONE, HIDDEN) else f"{early} too early"
    return holds(f"{name} after 365 days", good, GONE, found, hint)


def _year_rules() -> list[dict[str, Any]]:
    log_files = _rule("log-files", LOG_FILES, [(90, "DEEP_ARCHIVE")], end=365)
    return [log_files, _rule("digests", DIGESTS, [], end=365)]


def _rule(
    name: str, prefix: str, moves: list[tuple[int, str]], end: int | None = None
) -> dict[str, Any]:
    rule: dict[str, Any] = {"ID": name, "Status": "Enabled", "Filter": {"Prefix": prefix}}
    if moves:
        rule["Transitions"] = [{"Days": days, "StorageClass": to} for days, to in moves]
    if end:
        rule["Expiration"] = {"Days": end}
        rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": 1}
    return rule


def _put(lab: Any, *rules: dict[str, Any], minimum: str = "varies_by_storage_class") -> None:
    lab.client("s3").put_bucket_lifecycle_configuration(
        Bucket=BUCKET,
        LifecycleConfiguration={"Rules": list(rules)},
        TransitionDefaultMinimumObjectSize=minimum,
    )


EXERCISES = (
    Exercise(
        id="10.restore",
        title="Read one again",
        minutes=5,
        given=f"log files of `{BUCKET}` in the storage class GLACIER",
        goal="the oldest log file is readable again, for seven days",
        look=look_at_restore,
        solve=read_it_again,
        hints=(
            "`restore_object` with a RestoreRequest asks for a readable copy.",
            "`Days` says how long the copy stays, `GlacierJobParameters` with `Tier` how soon it "
            "comes: Expedited in minutes, Standard in 3 to 5 hours, Bulk in 5 to 12.",
            "`head_object(…)['Restore']` says whether it is there yet. Wind the clock.",
        ),
        wrong=(
            Wrong(wrong_impatient, 'found ongoing-request="true"'),
            Wrong(wrong_one_day, "The copy stays: expected 7 days, found 1"),
        ),
        console=f"S3 › {BUCKET} › the object › Actions › Initiate restore › 7 days › Standard",
        cli=f"aws s3api restore-object --bucket {BUCKET} --key KEY --restore-request Days=7",
    ),
    Exercise(
        id="10.year",
        title="A year, and no day longer",
        minutes=8,
        given=f"`{BUCKET}`, which keeps versions, and a rule that archives log files for ever",
        goal="log files lie in STANDARD for 90 days, then in DEEP_ARCHIVE, small as they are; "
        "digests stay in STANDARD, so that the chain can be proved; after 365 days both are gone, "
        "older versions too",
        look=look_at_year,
        solve=keep_a_year,
        hints=(
            "Two rules, one for each folder: `CloudTrail/` and `CloudTrail-Digest/`.",
            "A rule may have Transitions, Expiration and NoncurrentVersionExpiration together.",
            "TransitionDefaultMinimumObjectSize belongs to the whole configuration.",
        ),
        wrong=(
            Wrong(wrong_too_small, "Log file after 90 days: expected DEEP_ARCHIVE, found STANDARD"),
            Wrong(wrong_digests_too, "Digest after 90 days: expected STANDARD, found DEEP_ARCHIVE"),
            Wrong(wrong_versions_stay, "an older version is kept"),
            Wrong(wrong_glacier, "expected DEEP_ARCHIVE, found GLACIER"),
        ),
        undo=undo_year,
        console=f"S3 › {BUCKET} › Management › Lifecycle rules › Create lifecycle rule",
        cli=f"aws s3api put-bucket-lifecycle-configuration --bucket {BUCKET} "
        "--lifecycle-configuration file://rules.json "
        "--transition-default-minimum-object-size varies_by_storage_class",
    ),
)
