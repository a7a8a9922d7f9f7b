"""Log file validation of a trail, Region by Region, from what its bucket holds now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lablib.cloudtrail.logfile import root_of
from lablib.cloudtrail.verification import Checked, Report, Subject, verify
from lablib.cloudtrail.world import Refused

if TYPE_CHECKING:
    from lablib.lab import Lab

# Before the first digest of anybody (User Guide, "Document history": 2015-10-01).
BEGINNING = datetime(2015, 10, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Proof:
    """The verdicts on all files of a trail, by Region."""

    trail_arn: str
    reports: Mapping[str, Report]

    @property
    def valid(self) -> bool:
        return all(report.valid for report in self.reports.values())

    def __str__(self) -> str:
        """What is broken, with the reason, and two lines of counts as `validate-logs` ends in."""
        reports = self.reports.values()
        digests = [checked for report in reports for checked in report.digests]
        files = [checked for report in reports for checked in report.files]
        if not digests:
            return f"{self.trail_arn}: no digests found. Is log file validation on?"
        lines = [_broken("Digest file", checked) for checked in digests if not checked.valid]
        lines += [_broken("Log file", checked) for checked in files if not checked.valid]
        return "\n".join([*lines, _count("digest", digests), _count("log", files)])


def _broken(kind: str, checked: Checked) -> str:
    return f"{kind}  s3://{checked.bucket}/{checked.key}  INVALID: {checked.verdict}. {checked.why}"


def _count(kind: str, checked: list[Checked]) -> str:
    valid = sum(one.valid for one in checked)
    return f"{valid} of {len(checked)} {kind} files valid"


def prove(lab: Lab, trail: str) -> Proof:
    """The verdict on every digest and log file of the trail, given by its name or ARN.

    Leaves no events. Raises botocore's ClientError when there is no such trail.
    """
    home = trail.split(":")[3] if trail.startswith("arn:") else lab.region
    found = lab.observer("cloudtrail", home).get_trail(Name=trail)["Trail"]
    root = root_of(found.get("S3KeyPrefix"), _organization(lab, found), lab.account.account)
    store = _Store(lab)
    regions = store.regions(found["S3BucketName"], f"{root}/CloudTrail-Digest/")
    multi = found["IsMultiRegionTrail"]
    checked = regions if multi else [region for region in regions if region == found["HomeRegion"]]
    return Proof(
        found["TrailARN"],
        {region: _verify(lab, store, _subject(lab, found, region)) for region in checked},
    )


def _verify(lab: Lab, store: _Store, subject: Subject) -> Report:
    return verify(subject, BEGINNING, lab.clock.now, store.read, store.list_keys)


def _subject(lab: Lab, trail: Mapping[str, Any], region: str) -> Subject:
    client = lab.observer("cloudtrail", region)
    keys = client.list_public_keys(StartTime=BEGINNING, EndTime=lab.clock.now)["PublicKeyList"]
    status = client.get_trail_status(Name=trail["TrailARN"])
    return Subject(
        trail_arn=trail["TrailARN"],
        bucket=trail["S3BucketName"],
        region=region,
        account=lab.account.account,
        public_keys={key["Fingerprint"]: key["Value"] for key in keys},
        prefix=trail.get("S3KeyPrefix"),
        organization=_organization(lab, trail),
        latest=status.get("LatestDigestDeliveryTime"),
    )


def _organization(lab: Lab, trail: Mapping[str, Any]) -> str | None:
    if not trail.get("IsOrganizationTrail"):
        return None
    return str(lab.observer("organizations").describe_organization()["Organization"]["Id"])


class _Store:
    """The bucket as the validator reads it."""

    def __init__(self, lab: Lab) -> None:
        self._s3 = lab.observer("s3")

    def regions(self, bucket: str, folder: str) -> list[str]:
        """The Regions that have digests."""
        pages = self._s3.get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=bucket, Prefix=folder, Delimiter="/")
        return [
            entry["Prefix"].removeprefix(folder).rstrip("/")
            for page in found
            for entry in page.get("CommonPrefixes", ())
        ]

    def read(self, bucket: str, key: str) -> tuple[bytes, Mapping[str, str]]:
        try:
            answer = self._s3.get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            told = error.response["Error"]
            raise Refused(str(told.get("Code")), str(told.get("Message", ""))) from None
        return answer["Body"].read(), answer["Metadata"]

    def list_keys(self, bucket: str, prefix: str) -> Iterator[tuple[str, datetime | None]]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            for entry in page.get("Contents", ()):
                yield entry["Key"], entry["LastModified"]
