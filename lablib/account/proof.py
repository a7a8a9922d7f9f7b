"""Log file validation of a trail where its files lie: no HTTP, no records, no policies in the way.

The verdicts are those of `cloudtrail.verification`; here is only what it reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ..cloudtrail.call import Caller
from ..cloudtrail.inspection import Checked
from ..cloudtrail.logfile import root_of
from ..cloudtrail.path import CloudTrail
from ..cloudtrail.trail import Trail
from ..cloudtrail.verification import Report, Subject, verify
from ..cloudtrail.world import Refused, World
from .clock import show_time
from .encryption import of_state
from .moto_adapter import facts, shelf

# Before the first digest of anybody (User Guide, "Document history": 2015-10-01).
BEGINNING = datetime(2015, 10, 1, tzinfo=UTC)
HOME = "us-east-1"


def prove(
    cloudtrail: CloudTrail, world: World, account: str, named: str, now: datetime
) -> dict[str, Any]:
    """The verdict on every digest and log file of the trail with that name or ARN, as JSON.

    Raises CloudTrailError as GetTrail does when there is no such trail.
    """
    region = named.split(":")[3] if named.count(":") > 3 else HOME
    caller = Caller("Root", account=account)
    arn = cloudtrail.answer("GetTrail", {"Name": named}, caller, region, now)["Trail"]["TrailARN"]
    trail = cloudtrail.trails.get(arn)
    assert trail is not None
    reports = [
        {"account": subject.account, "region": subject.region, **_shown(_verify(subject, now))}
        for subject in _subjects(cloudtrail, world, trail, now)
    ]
    return {"trail": trail.arn, "reports": reports}


def _verify(subject: Subject, now: datetime) -> Report:
    return verify(subject, BEGINNING, now, _read, shelf.keys)


def _read(bucket: str, key: str) -> tuple[bytes, Mapping[str, str]]:
    """The object, or what GetObject would answer to somebody who may read everything."""
    region = facts.bucket_region(bucket)
    if region is None:
        raise Refused("NoSuchBucket", "The specified bucket does not exist")
    found = shelf.read(bucket, key)
    if found is None:
        raise Refused("NoSuchKey", "The specified key does not exist.")
    if not found.readable:
        message = "The operation is not valid for the object's storage class"
        raise Refused("InvalidObjectState", message)
    if found.kms_key:
        _must_decrypt(bucket, found.kms_key, region)
    return found.body, found.metadata


def _must_decrypt(bucket: str, key_id: str, region: str) -> None:
    key = facts.kms_key(key_id, facts.bucket_owner(bucket) or "", region)
    if key is None:
        raise Refused("KMS.NotFoundException", f"Key '{key_id}' does not exist")
    state = of_state(key)
    if state is not None:
        raise Refused(f"KMS.{state[0]}", state[1])


def _subjects(
    cloudtrail: CloudTrail, world: World, trail: Trail, now: datetime
) -> Iterator[Subject]:
    """Each account and Region that has digests."""
    organization = world.organization() if trail.organization else None
    members = organization.accounts if organization else ()
    for account in dict.fromkeys((trail.account, *members)):
        root = root_of(trail.s3_prefix, organization.id if organization else None, account)
        for region in _regions(trail, f"{root}/CloudTrail-Digest/"):
            keys = cloudtrail.signers.public_keys(region, BEGINNING, now)
            yield Subject(
                trail_arn=trail.arn,
                bucket=trail.s3_bucket,
                region=region,
                account=account,
                public_keys={key.fingerprint: key.value for key in keys},
                prefix=trail.s3_prefix,
                organization=organization.id if organization else None,
                delivered=_delivered(cloudtrail, trail, f"{root}/CloudTrail-Digest/{region}/"),
            )


def _delivered(cloudtrail: CloudTrail, trail: Trail, folder: str) -> dict[str, datetime]:
    """The digests that were put into that folder of the trail's bucket, and when they end."""
    return {
        put.key: put.end
        for put in cloudtrail.delivery.done.digests
        if (put.trail, put.bucket) == (trail.arn, trail.s3_bucket) and put.key.startswith(folder)
    }


def _regions(trail: Trail, folder: str) -> list[str]:
    """The Regions that have digests in the folder, and the one that must."""
    found = {key[len(folder) :].split("/")[0] for key, _ in shelf.keys(trail.s3_bucket, folder)}
    if not trail.multi_region:
        return [trail.home_region]
    return sorted((found | {trail.home_region}) - {""})


# --- as JSON -------------------------------------------------------------------------------------


def _shown(report: Report) -> dict[str, Any]:
    return {
        "digests": [_checked(digest) for digest in report.digests],
        "files": [_checked(file) for file in report.files],
        "gaps": [[show_time(start), show_time(end)] for start, end in report.gaps],
    }


def _checked(checked: Checked) -> dict[str, Any]:
    return {
        "bucket": checked.bucket,
        "key": checked.key,
        "verdict": checked.verdict,
        "why": checked.why,
        "start": checked.start and show_time(checked.start),
        "end": checked.end and show_time(checked.end),
        "log_files": checked.log_files,
    }
