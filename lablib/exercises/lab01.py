"""Lab 01, create a trail: bucket, policy, trail, on; then one update for every Region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Step, equal, holds, there, unset
from lablib.exercises.tidy import empty

TRAIL = "sap-trail"
BUCKET = "sap-trail-logs-123456789012"
OTHER_BUCKET = "somewhere-else-123456789012"


def create_the_trail(lab: Any) -> None:
    import json

    s3, cloudtrail = lab.client("s3"), lab.client("cloudtrail")
    bucket = "sap-trail-logs-123456789012"
    arn = "arn:aws:cloudtrail:us-east-1:123456789012:trail/sap-trail"
    this_trail = {"aws:SourceArn": arn}
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AWSCloudTrailAclCheck20150319",
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "s3:GetBucketAcl",
                "Resource": f"arn:aws:s3:::{bucket}",
                "Condition": {"StringEquals": this_trail},
            },
            {
                "Sid": "AWSCloudTrailWrite20150319",
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/123456789012/*",
                "Condition": {
                    "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", **this_trail}
                },
            },
        ],
    }
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    names = [trail["Name"] for trail in cloudtrail.list_trails()["Trails"]]
    if "sap-trail" in names:
        cloudtrail.update_trail(Name="sap-trail", S3BucketName=bucket)
    else:
        cloudtrail.create_trail(Name="sap-trail", S3BucketName=bucket)
    cloudtrail.start_logging(Name="sap-trail")


def wrong_not_started(lab: Any) -> None:
    create_the_trail(lab)
    lab.client("cloudtrail").stop_logging(Name=TRAIL)


def wrong_no_policy(lab: Any) -> None:
    lab.client("s3").create_bucket(Bucket=BUCKET)


def undo_trail(lab: Any) -> None:
    if looks.trail(lab, TRAIL):
        lab.client("cloudtrail").delete_trail(Name=TRAIL)
    empty(lab, BUCKET)


def look_at_trail(lab: Any, answers: Answers) -> Iterator[Step]:
    hint = "First the bucket: a trail cannot be made without one."
    bucket = BUCKET if BUCKET in looks.buckets(lab) else None
    yield equal("S3 bucket", BUCKET, bucket, hint)
    trail = looks.trail(lab, TRAIL)
    hint = "CloudTrail tries to write before it agrees: the bucket policy must stand first."
    yield there(f"Trail {TRAIL}", trail.get("Name"), hint=hint)
    if not trail:
        return
    hint = f"update_trail(Name='{TRAIL}', S3BucketName='{BUCKET}') moves it."
    yield equal("S3BucketName", BUCKET, trail["S3BucketName"], hint)
    hint = (
        "A trail made by API or CLI is off until start_logging; the console switches it on for you."
    )
    logging = looks.status(lab, TRAIL)["IsLogging"]
    yield holds("IsLogging", logging, "True", logging, hint)


def watch_every_region(lab: Any) -> None:
    cloudtrail = lab.client("cloudtrail")
    cloudtrail.update_trail(
        Name="sap-trail",
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
    )


def wrong_second_trail(lab: Any) -> None:
    """A second trail instead of an update."""
    lab.client("s3").create_bucket(Bucket=OTHER_BUCKET)
    _open_to_cloudtrail(lab, OTHER_BUCKET)
    lab.client("cloudtrail").create_trail(
        Name="all-regions", S3BucketName=OTHER_BUCKET, IsMultiRegionTrail=True
    )


def wrong_regions_only(lab: Any) -> None:
    lab.client("cloudtrail").update_trail(Name=TRAIL, IsMultiRegionTrail=True)


def wrong_left_off(lab: Any) -> None:
    watch_every_region(lab)
    lab.client("cloudtrail").stop_logging(Name=TRAIL)


def undo_regions(lab: Any) -> None:
    cloudtrail = lab.client("cloudtrail")
    if looks.trail(lab, "all-regions"):
        cloudtrail.delete_trail(Name="all-regions")
    empty(lab, OTHER_BUCKET)
    if looks.trail(lab, TRAIL):
        cloudtrail.update_trail(Name=TRAIL, IsMultiRegionTrail=False, EnableLogFileValidation=False)
        cloudtrail.start_logging(Name=TRAIL)


def look_at_regions(lab: Any, answers: Answers) -> Iterator[Step]:
    trail = looks.trail(lab, TRAIL)
    if not trail:
        yield there(f"Trail {TRAIL}", None, hint="Run the cells above first; they make the trail.")
        return
    others = [
        t["Name"] for t in looks.trails(lab) if t["IsMultiRegionTrail"] and t["Name"] != TRAIL
    ]
    yield _switch("IsMultiRegionTrail", trail["IsMultiRegionTrail"], others)
    yield _switch("LogFileValidationEnabled", trail["LogFileValidationEnabled"], [])
    if trail["IsMultiRegionTrail"]:
        logging = looks.status(lab, TRAIL)["IsLogging"]
        yield holds(
            "IsLogging", logging, "True", logging, "An update never stops a trail; start it again."
        )


def _switch(what: str, on: bool, instead: list[str]) -> Step:
    if on:
        return equal(what, True, True)
    if instead:
        hint = f"{instead[0]} is a second trail, and a second copy to pay for. Update {TRAIL}."
        return holds(f"{what} of {TRAIL}", False, "True", f"False (but True on {instead[0]})", hint)
    return unset(what, "True", False, f"update_trail(Name='{TRAIL}', …) takes it.")


def _open_to_cloudtrail(lab: Any, bucket: str) -> None:
    """Lets CloudTrail write to a bucket, without a word on which trail."""
    import json

    who = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    acl = {**who, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"}
    put = {**who, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [acl, put]})
    lab.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)


EXERCISES = (
    Exercise(
        id="01.trail",
        title="The trail stands and is on",
        minutes=8,
        given="an account without a trail",
        goal=f"the trail `{TRAIL}` writes to the bucket `{BUCKET}`, and it is logging",
        look=look_at_trail,
        solve=create_the_trail,
        hints=(
            "The order matters: bucket, bucket policy, create_trail, start_logging.",
            "The policy lets cloudtrail.amazonaws.com do s3:GetBucketAcl and s3:PutObject.",
            "`get_trail_status` says whether the trail is on.",
        ),
        wrong=(
            Wrong(wrong_not_started, "IsLogging: expected True, found False"),
            Wrong(wrong_no_policy, f"Trail {TRAIL}: expected to be there, found nothing"),
        ),
        undo=undo_trail,
        console=f"CloudTrail › Trails › Create trail › Trail name {TRAIL} › Create new S3 bucket "
        f"{BUCKET} › Next … Create trail",
        cli=f"aws cloudtrail create-trail --name {TRAIL} --s3-bucket-name {BUCKET} && "
        f"aws cloudtrail start-logging --name {TRAIL}",
        checkpoint=True,
    ),
    Exercise(
        id="01.regions",
        title="Watch every Region",
        minutes=5,
        given=f"`{TRAIL}`, which watches us-east-1 alone",
        goal="the same trail watches every Region and has log file validation enabled",
        look=look_at_regions,
        solve=watch_every_region,
        hints=(
            "No second trail is needed: `update_trail` changes the one you have.",
            "Two parameters do it: `IsMultiRegionTrail` and `EnableLogFileValidation`.",
        ),
        wrong=(
            Wrong(
                wrong_second_trail, "IsMultiRegionTrail of sap-trail: expected True, found False"
            ),
            Wrong(wrong_regions_only, "LogFileValidationEnabled: expected True, found False"),
            Wrong(wrong_left_off, "IsLogging: expected True, found False"),
        ),
        undo=undo_regions,
        console=f"CloudTrail › Trails › {TRAIL} › General details › Edit (in the console every "
        "trail is multi-Region already; validation is a tick box)",
        cli=f"aws cloudtrail update-trail --name {TRAIL} --is-multi-region-trail "
        "--enable-log-file-validation",
    ),
)
