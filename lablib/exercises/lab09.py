"""Lab 09, prove it: a chain of digests, a file that is gone, what it said, and its return."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from lablib.estate.cover_up import cover_up, hidden
from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Standing, Step, equal, holds, there, unset
from lablib.exercises.tidy import as_delivered
from lablib.proof import Checked

TRAIL = "sap-trail"
BUCKET = "sap-trail-logs-123456789012"
KEPT = "Enabled"
GONE, UNREADABLE = "not found", "could not be read"  # verdicts
NIGHT = "Run the cell with estate.cover_up(lab): without that night there is nothing to find."
NOT_PLAYED = there("The night", None, "to have been played", NIGHT)


def make_it_provable(lab: Any) -> None:
    from lablib.exercises.lab09 import damage
    from lablib.exercises.tidy import as_delivered

    s3, cloudtrail = lab.client("s3"), lab.client("cloudtrail")
    s3.put_bucket_versioning(
        Bucket="sap-trail-logs-123456789012", VersioningConfiguration={"Status": "Enabled"}
    )
    cloudtrail.update_trail(Name="sap-trail", EnableLogFileValidation=True)
    # Whatever was laid on top of a file since CloudTrail delivered it comes off.
    for _digests_then_what_they_list in range(2):
        for spoilt in damage(lab):
            as_delivered(lab, spoilt.bucket, spoilt.key)


def wrong_no_versions(lab: Any) -> None:
    """Validation alone tells that a file is gone, and cannot bring it back."""
    lab.client("cloudtrail").update_trail(Name=TRAIL, EnableLogFileValidation=True)


def wrong_stopped(lab: Any) -> None:
    make_it_provable(lab)
    lab.client("cloudtrail").stop_logging(Name=TRAIL)


def wrong_forged(lab: Any) -> None:
    """One byte of a delivered file is another, and the forged version was left in place."""
    import gzip

    make_it_provable(lab)
    lab.client("ec2").describe_instances()
    lab.clock.advance(hours=2)
    s3, key = lab.client("s3"), lab.verify(TRAIL).chains[0].files[0].key
    body = gzip.decompress(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    forged = gzip.compress(body.replace(b"us-east-1", b"us-east-2", 1))
    s3.put_object(Bucket=BUCKET, Key=key, Body=forged)


def undo_chain(lab: Any) -> None:
    as_delivered(lab, BUCKET)
    if BUCKET in looks.buckets(lab) and looks.versioning(lab, BUCKET):
        suspended = {"Status": "Suspended"}  # never is over once a bucket has kept versions
        lab.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=suspended)
    if looks.trail(lab, TRAIL):
        lab.client("cloudtrail").update_trail(Name=TRAIL, EnableLogFileValidation=False)
        lab.client("cloudtrail").start_logging(Name=TRAIL)


def look_at_chain(lab: Any, answers: Answers) -> Iterator[Step]:
    trail = looks.trail(lab, TRAIL)
    if not trail:
        yield there(f"Trail {TRAIL}", None, hint="Lab 01 makes it; Lab.open('09') catches up.")
        return
    on = trail["LogFileValidationEnabled"]
    hint = f"update_trail(Name='{TRAIL}', EnableLogFileValidation=True)."
    what = "LogFileValidationEnabled"
    yield equal(what, True, True) if on else unset(what, "True", False, hint)
    state = looks.versioning(lab, BUCKET)
    hint = "put_bucket_versioning: without versions, what is changed or deleted is lost."
    what = f"Versioning of {BUCKET}"
    yield equal(what, KEPT, KEPT) if state == KEPT else unset(what, KEPT, state, hint)
    if on:
        logging = looks.status(lab, TRAIL)["IsLogging"]
        hint = "No logging, no digests: start_logging begins a new chain."
        yield holds("IsLogging", logging, "True", logging, hint)
        yield _wholeness(damage(lab))


def damage(lab: Any) -> tuple[Checked, ...]:
    """What is not as CloudTrail delivered it, without the loss of the night: 09.back asks for it.

    What lies in the archive or was taken by a rule of the bucket (lab 10) is nobody's damage, nor
    is what was delivered to an earlier bucket of that name (a reset of lab 01).
    """
    if not looks.trail(lab, TRAIL):
        return ()
    found = hidden(lab)
    lost = found.key if found else ""
    born = _born(lab)
    rules, _ = looks.lifecycle(lab, BUCKET)
    ends = any("Expiration" in rule for rule in rules)
    return tuple(
        checked
        for checked in lab.verify(TRAIL).broken
        if not checked.verdict.startswith(UNREADABLE)
        and not (checked.verdict == GONE and (ends or checked.key == lost))
        and not (born and checked.end and checked.end <= born)
    )


def _born(lab: Any) -> datetime | None:
    """When the log bucket was made."""
    known = lab.observer("s3").list_buckets()["Buckets"]
    return next((one["CreationDate"] for one in known if one["Name"] == BUCKET), None)


def _wholeness(broken: tuple[Checked, ...]) -> Step:
    what = f"lab.verify('{TRAIL}')"
    if not broken:
        return equal(what, "all valid", "all valid")
    named = [f"{checked.name} ({checked.verdict})" for checked in broken[:2]]
    more = [f"{len(broken) - 2} more"] if len(broken) > 2 else []
    hint = (
        "The delivered file lies under it, if the bucket kept versions: list_object_versions, then "
        "delete_object with the VersionId of each newer one. lab.exercise('09.chain').reset() "
        "does it for all."
    )
    return holds(what, False, "all valid", "; ".join([*named, *more]), hint)


def the_night(lab: Any) -> Step | None:
    """What is missing before the two questions about the night make sense."""
    return None if hidden(lab) else NOT_PLAYED


def find_what_is_gone(lab: Any) -> dict[str, Any]:
    import gzip
    import json
    from datetime import datetime

    s3 = lab.client("s3")
    logs = "sap-trail-logs-123456789012"
    table = lab.verify("sap-trail").table()
    gone = table[(table["File"] == "log file") & (table["Verdict"] == "not found")].iloc[0]
    # The digest of that hour still knows when the file's events happened.
    digests = table[(table["File"] == "digest") & (table["Until"] == gone["Until"])]
    body = s3.get_object(Bucket=logs, Key=digests.iloc[0]["Key"])["Body"].read()
    listed = json.loads(gzip.decompress(body))["logFiles"]
    entry = next(file for file in listed if file["s3Object"] == gone["Key"])
    start, end = entry["oldestEventTime"], entry["newestEventTime"]
    # Event history has a memory of its own.
    search = {"StartTime": datetime.fromisoformat(start), "EndTime": datetime.fromisoformat(end)}
    found = lab.client("cloudtrail").lookup_events(**search)["Events"]
    records = [json.loads(event["CloudTrailEvent"]) for event in found]
    deeds = [r for r in records if not r["readOnly"] and r["userIdentity"]["type"] == "IAMUser"]
    return {"file": gone["Key"], "event": deeds[0]["eventName"]}


def wrong_digest(lab: Any) -> dict[str, Any]:
    """The digest that tells of the loss is not what is lost."""
    truth = _truth(lab)
    digests = lab.verify(TRAIL).chains[0].digests
    return {**truth, "file": digests[0].key}


def wrong_file(lab: Any) -> dict[str, Any]:
    truth = _truth(lab)
    whole = next(file for file in lab.verify(TRAIL).chains[0].files if file.valid)
    return {**truth, "file": whole.key}


def wrong_no_such_file(lab: Any) -> dict[str, Any]:
    """A name with a slip of the keyboard in it."""
    truth = _truth(lab)
    return {**truth, "file": truth["file"].replace(".json.gz", "x.json.gz")}


def wrong_forged_file(lab: Any) -> dict[str, Any]:
    """A file that is broken, too, and still there."""
    import gzip

    truth = _truth(lab)
    whole = next(file for file in lab.verify(TRAIL).chains[0].files if file.valid)
    body = gzip.compress(b'{"Records":[]}')
    lab.client("s3").put_object(Bucket=BUCKET, Key=whole.key, Body=body)
    return {**truth, "file": whole.key}


def wrong_deletion(lab: Any) -> dict[str, Any]:
    """The deletion of the file is a data event, which no file of this trail ever held."""
    return {**_truth(lab), "event": "DeleteObject"}


def _truth(lab: Any) -> dict[str, Any]:
    cover_up(lab)
    found = hidden(lab)
    assert found is not None
    return {"file": found.key, "event": found.event}


def undo_search(lab: Any) -> None:
    """Only what the night took is missing."""
    for spoilt in damage(lab):
        as_delivered(lab, spoilt.bucket, spoilt.key)


def look_for_what_is_gone(lab: Any, answers: Answers) -> Iterator[Step]:
    found = hidden(lab)
    if found is None:
        yield NOT_PLAYED
        return
    truth = found.key.rpartition("/")[2]
    file = str(answers.get("file") or "").rpartition("/")[2]
    hint = _file_hint(lab, file) if file != truth else ""
    yield _named("File", truth, file, "the log file that is gone", hint)
    event = str(answers.get("event") or "")
    hint = "Digests list each file with its oldestEventTime: what does Event history have there?"
    if event == "DeleteObject":
        hint = "That took the file away. What stood in the file, that was to be hidden?"
    yield _named("Event", found.event, event, "the eventName that was to be hidden", hint)


def _file_hint(lab: Any, file: str) -> str:
    """What fits a file that isn't the one, by what the proof says of it."""
    if not file:
        return "lab.verify('sap-trail') names it, and the picture shows under which digest it hung."
    proof = lab.verify(TRAIL)
    known = {one.name: one for chain in proof.chains for one in (*chain.digests, *chain.files)}
    if file not in known:
        return "No digest lists a file of that name. The table of lab.verify has the keys to copy."
    if "CloudTrail-Digest" in file:
        return "That is a digest: it says what is missing. Which log file does it say it of?"
    checked = known[file]
    if checked.valid:
        return "That file is as it was delivered. lab.verify('sap-trail').broken lists what is not."
    if checked.verdict == GONE:
        return "That file is gone, too, but the night didn't take it. Which other one is not found?"
    return f"That file is broken ({checked.verdict}), but not gone. Which one is not found?"


def _named(what: str, truth: str, given: str, wanted: str, hint: str) -> Step:
    """An answer, without giving the truth away."""
    if given == truth:
        return Step(what, wanted, given, Standing.OK)
    standing = Standing.WRONG if given else Standing.MISSING
    return Step(what, wanted, given or "nothing", standing, hint)


def bring_it_back(lab: Any) -> None:
    s3 = lab.client("s3")
    logs = "sap-trail-logs-123456789012"
    broken = lab.verify("sap-trail").broken
    gone = next(file.key for file in broken if file.verdict == "not found")
    markers = s3.list_object_versions(Bucket=logs, Prefix=gone)["DeleteMarkers"]
    for marker in markers:
        s3.delete_object(Bucket=logs, Key=gone, VersionId=marker["VersionId"])


def wrong_new_chain(lab: Any) -> None:
    """A new chain begins clean; the old one stays broken."""
    cover_up(lab)
    cloudtrail = lab.client("cloudtrail")
    cloudtrail.stop_logging(Name=TRAIL)
    cloudtrail.start_logging(Name=TRAIL)


def wrong_empty_file(lab: Any) -> None:
    """A file of the right name with nothing in it."""
    import gzip

    cover_up(lab)
    found = hidden(lab)
    if found:
        body = gzip.compress(b'{"Records":[]}')
        lab.client("s3").put_object(Bucket=BUCKET, Key=found.key, Body=body)


def wrong_half_whole(lab: Any) -> None:
    """The file is back, and a digest is gone instead."""
    cover_up(lab)
    bring_it_back(lab)
    digest = lab.verify(TRAIL).chains[0].digests[1].key
    lab.client("s3").delete_object(Bucket=BUCKET, Key=digest)


def undo_return(lab: Any) -> None:
    """All files as the night left them: a delete marker over one, nothing over the others."""
    as_delivered(lab, BUCKET)
    found = hidden(lab)
    if found:
        lab.client("s3").delete_object(Bucket=BUCKET, Key=found.key)


def look_at_return(lab: Any, answers: Answers) -> Iterator[Step]:
    found = hidden(lab)
    if found is None:
        yield NOT_PLAYED
        return
    what = f"Log file …{found.key[-29:]}"
    current = _head(lab, found.key)
    if not current:
        hint = "A delete marker is a version, too: delete_object with its VersionId takes it off."
        yield unset(what, "as delivered", "a delete marker over it", hint)
        yield from _what_else(lab, found.key)
        return
    original = _head(lab, found.key, VersionId=found.original)
    same = current.get("ETag") == original.get("ETag")
    hint = (
        "A file of that name is there, but it isn't the one that was delivered: the original lies "
        "under it, as an older version."
    )
    hash_ = "as delivered" if same else "hash value doesn't match"
    yield holds(what, same, "as delivered", hash_, hint)
    yield from _what_else(lab, found.key, say_whole=same)


def _what_else(lab: Any, key: str, say_whole: bool = False) -> Iterator[Step]:
    """The step for what is broken besides the night's file, if anything is."""
    others = _others(lab, key)
    if others or say_whole:
        yield _wholeness(others)


def _others(lab: Any, key: str) -> tuple[Checked, ...]:
    return tuple(checked for checked in damage(lab) if checked.key != key)


def _head(lab: Any, key: str, **version: str) -> dict[str, Any]:
    """What HeadObject says of a version, or of the current one; empty where a delete marker is."""
    try:
        head: dict[str, Any] = lab.observer("s3").head_object(Bucket=BUCKET, Key=key, **version)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            return {}
        raise
    return head


EXERCISES = (
    Exercise(
        id="09.chain",
        title="The files can be proved",
        minutes=3,
        given=f"`{TRAIL}`, whose files anybody with access to the bucket can change unseen",
        goal=f"`{TRAIL}` has log file validation on, `{BUCKET}` keeps versions, and every file "
        "is valid",
        look=look_at_chain,
        solve=make_it_provable,
        hints=(
            "Validation is a switch of the trail: `update_trail`.",
            "Versions are kept by the bucket: `put_bucket_versioning`.",
        ),
        wrong=(
            Wrong(wrong_no_versions, f"Versioning of {BUCKET}: expected Enabled, found nothing"),
            Wrong(wrong_stopped, "IsLogging: expected True, found False"),
            Wrong(wrong_forged, "hash value doesn't match"),
        ),
        undo=undo_chain,
        console=f"CloudTrail › Trails › {TRAIL} › General details › Edit › Log file validation; "
        f"S3 › {BUCKET} › Properties › Bucket Versioning › Edit",
        cli=f"aws cloudtrail update-trail --name {TRAIL} --enable-log-file-validation && "
        f"aws s3api put-bucket-versioning --bucket {BUCKET} "
        "--versioning-configuration Status=Enabled",
        checkpoint=True,
    ),
    Exercise(
        id="09.gone",
        title="What is gone, and what did it say?",
        minutes=8,
        given="a night after which the chain is broken",
        goal="`file`: the log file that is gone (its key); `event`: the name of the event in it "
        "that somebody wanted to hide",
        look=look_for_what_is_gone,
        needs=the_night,
        solve=find_what_is_gone,
        hints=(
            "`lab.verify('sap-trail').table()` has a row for each file, and its verdict.",
            "The digest of that hour lists the file with `oldestEventTime` and `newestEventTime`.",
            "`lab.history(start=…, end=…)` shows what happened between the two.",
        ),
        wrong=(
            Wrong(wrong_digest, "That is a digest: it says what is missing"),
            Wrong(wrong_file, "That file is as it was delivered"),
            Wrong(wrong_no_such_file, "No digest lists a file of that name"),
            Wrong(wrong_forged_file, "broken (hash value doesn't match), but not gone"),
            Wrong(wrong_deletion, "That took the file away"),
        ),
        console="no console shows it: CloudTrail validates on the command line only; then "
        "CloudTrail › Event history › custom range",
        cli="aws cloudtrail validate-logs --trail-arn ARN --start-time …; "
        "aws cloudtrail lookup-events --start-time … --end-time …",
        undo=undo_search,
        asks=("file", "event"),
    ),
    Exercise(
        id="09.back",
        title="Bring it back",
        minutes=4,
        given=f"a log file that was deleted in `{BUCKET}`, which keeps versions",
        goal="the file is there again, as CloudTrail delivered it, and the chain is whole",
        look=look_at_return,
        needs=the_night,
        solve=bring_it_back,
        hints=(
            "In a bucket with versions, `delete_object` only lays a delete marker on top.",
            "`list_object_versions(Bucket=…, Prefix=key)` shows versions and `DeleteMarkers`.",
            "Delete the marker by its VersionId, and what lay beneath is the current one again.",
        ),
        wrong=(
            Wrong(wrong_new_chain, "expected as delivered, found a delete marker over it"),
            Wrong(wrong_empty_file, "expected as delivered, found hash value doesn't match"),
            Wrong(wrong_half_whole, "json.gz (not found)"),
        ),
        undo=undo_return,
        console=f"S3 › {BUCKET} › Show versions › the delete marker › Delete",
        cli=f"aws s3api delete-object --bucket {BUCKET} --key KEY --version-id VERSION",
    ),
)
