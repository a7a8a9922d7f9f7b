"""Are the log files as CloudTrail delivered them? Our own validator of digests and log files.

User Guide, "Custom implementations of CloudTrail log file integrity validation". It walks as
`aws cloudtrail validate-logs` does, from the newest digest backwards along the chain, and says its
words. It says more in two cases: when the newest digests of a chain were deleted, which a walk that
begins at the newest can't see (the trail remembers what it delivered), and when objects can't be
read, where the other gives up. Backfill digests are left out: the kit has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lablib.cloudtrail.digest import time_in
from lablib.cloudtrail.inspection import Checked, Invalid, Read, check_file, open_digest
from lablib.cloudtrail.logfile import root_of

__all__ = ["Checked", "Report", "Subject", "verify"]

HOUR = timedelta(hours=1)
List = Callable[[str, str], Iterable[tuple[str, datetime | None]]]
"""`list_keys(bucket, prefix)`: keys, each with its time of writing when that is known."""
Check = Callable[[Mapping[str, Any]], "Checked"]
Map = Callable[[Check, Iterable[Mapping[str, Any]]], Iterable["Checked"]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be verified: one trail's files of one account and Region.

    `latest` is when the newest digest was delivered (LatestDigestDeliveryTime of GetTrailStatus in
    that Region). `delivered`, where it is known, says it better: the keys of all digests that were
    put there, with the ends of their hours. `public_keys` are those of ListPublicKeys there, by
    fingerprint, as DER.
    """

    trail_arn: str
    bucket: str
    region: str
    account: str
    public_keys: Mapping[str, bytes]
    prefix: str | None = None
    organization: str | None = None
    latest: datetime | None = None
    delivered: Mapping[str, datetime] | None = None

    @property
    def folder(self) -> str:
        root = root_of(self.prefix, self.organization, self.account)
        return f"{root}/CloudTrail-Digest/{self.region}"

    @property
    def stem(self) -> str:
        """What a digest's file name begins with."""
        parts = self.trail_arn.split(":")
        trail = f"{parts[5].removeprefix('trail/')}_{parts[3]}"
        return f"{self.account}_CloudTrail-Digest_{self.region}_{trail}_"


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts, newest first. `gaps` are stretches without digests: not an error in itself,
    logging or validation was off."""

    start: datetime
    end: datetime
    digests: tuple[Checked, ...]
    files: tuple[Checked, ...]
    gaps: tuple[tuple[datetime, datetime], ...]

    @property
    def valid(self) -> bool:
        return all(checked.valid for checked in (*self.digests, *self.files))

    @property
    def broken(self) -> tuple[Checked, ...]:
        return tuple(c for c in (*self.digests, *self.files) if not c.valid)


def verify(
    subject: Subject, start: datetime, end: datetime, read: Read, list_keys: List, map_: Map = map
) -> Report:
    """The verdicts on all digests from start to end, and on the log files that they list.

    `map_` checks the log files; a thread pool's `map` reads several at a time.
    """
    walk = _Walk(subject, start, end, read, list_keys)
    digests = [*walk.missing_newest(), *walk.digests()]
    digests = walk.with_missing(digests)
    files = map_(lambda listed: check_file(listed, read), walk.listed)
    files = (replace(file, start=a, end=b) for file, (a, b) in zip(files, walk.hours, strict=True))
    return Report(start, end, tuple(digests), tuple(files), tuple(walk.gaps))


class _Walk:
    """From the newest digest backwards."""

    def __init__(
        self, subject: Subject, start: datetime, end: datetime, read: Read, list_keys: List
    ) -> None:
        self.subject, self.start, self.end = subject, start, end
        self.read, self.list_keys = read, list_keys
        self.listed: list[Mapping[str, Any]] = []
        self.hours: list[tuple[datetime, datetime]] = []  # of the digests that list them
        self.gaps: list[tuple[datetime, datetime]] = []
        self.keys = self._keys(subject.bucket)

    def _keys(self, bucket: str) -> list[tuple[str, datetime | None]]:
        """The trail's digests up to an hour after the end, oldest first, and when they arrived."""
        name = re.escape(f"{self.subject.folder}/") + r"\d+/\d+/\d+/"
        pattern = re.compile(name + re.escape(self.subject.stem) + r"\d{8}T\d{6}Z\.json\.gz")
        found = self.list_keys(bucket, self.subject.folder + "/")
        ours = [(key, time) for key, time in found if pattern.fullmatch(key)]
        low, high = stamp(self.start), stamp(self.end + HOUR)
        return sorted((k, t) for k, t in ours if low <= time_in(k) <= high)

    def missing_newest(self) -> Iterator[Checked]:
        """The digests that the trail's status knows of and the bucket no longer has."""
        latest = self.subject.latest
        if self.subject.delivered is not None:
            return
        if latest is None or latest > self.end + HOUR or self._has_arrived(latest):
            return
        why = (
            f"A digest was delivered at {latest:%Y-%m-%d %H:%M:%S} UTC, and the bucket has none "
            "that new. `aws cloudtrail validate-logs` cannot see this."
        )
        for end in self._ends_after_newest(latest):
            key = f"{self.subject.folder}/{end:%Y/%m/%d}/{self.subject.stem}{stamp(end)}.json.gz"
            yield Checked(self.subject.bucket, key, "not found", why, end - HOUR, end)

    def with_missing(self, found: list[Checked]) -> list[Checked]:
        """The verdicts, and those on digests that were delivered and that no chain led to."""
        seen = {checked.key for checked in found}
        gone = [
            Checked(self.subject.bucket, key, "not found", UNSEEN, end - HOUR, end)
            for key, end in (self.subject.delivered or {}).items()
            if key not in seen and self.start <= end <= self.end
        ]
        return sorted(gone + found, key=_ended, reverse=True) if gone else found

    def _has_arrived(self, latest: datetime) -> bool:
        """Whether the newest digest is not older than the latest delivery."""
        if not self.keys:
            return False
        key, arrived = self.keys[-1]
        if arrived is not None and arrived >= latest - timedelta(minutes=1):
            return True
        return moment(time_in(key)) + HOUR > latest

    def _ends_after_newest(self, latest: datetime) -> list[datetime]:
        """The ends of the missing hours, newest first; digests end at the same minute each hour."""
        if not self.keys:
            return [(latest - timedelta(minutes=30)).replace(microsecond=0)]
        newest = moment(time_in(self.keys[-1][0]))
        hours = (latest - newest) // HOUR
        return [newest + number * HOUR for number in range(hours, 0, -1)]

    def digests(self) -> Iterator[Checked]:
        subject = self.subject
        bucket, key = subject.bucket, self._older(None)
        last_start = moment(time_in(key)) if key else self.end
        while key and self.start <= last_start:
            try:
                digest = open_digest(self.read, bucket, key, subject.region, subject.public_keys)
            except Invalid as error:
                end = moment(time_in(key))
                yield Checked(bucket, key, error.verdict, error.why, end - HOUR, end)
                key = self._older(key)
                continue
            last_start = parse(digest["digestStartTime"])
            files = digest.get("logFiles") or []
            end = parse(digest["digestEndTime"])
            self.listed += files
            self.hours += [(last_start, end)] * len(files)
            why = "The signature is CloudTrail's, and covers the digest before."
            yield Checked(bucket, key, "valid", why, last_start, end, len(files))
            bucket, key = self._previous(digest, bucket, key, last_start)

    def _previous(
        self, digest: Mapping[str, Any], bucket: str, key: str, last_start: datetime
    ) -> tuple[str, str | None]:
        """The digest before: along the chain, or where the chain begins, the next older one."""
        previous = digest.get("previousDigestS3Bucket"), digest.get("previousDigestS3Object")
        if None in previous:
            older = self._older(key)
            if older:
                self.gaps.append((moment(time_in(older)), last_start))
            return bucket, older
        if previous[0] != bucket:
            self.keys = self._keys(str(previous[0]))
        return str(previous[0]), str(previous[1])

    def _older(self, key: str | None) -> str | None:
        """The newest digest that is listed and older than `key`."""
        while self.keys:
            found, _ = self.keys.pop()
            if key is None or time_in(found) < time_in(key):
                return found
        return None


UNSEEN = "It was delivered, and is gone. `aws cloudtrail validate-logs` cannot see this."


def _ended(checked: Checked) -> datetime:
    assert checked.end is not None
    return checked.end


def stamp(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def parse(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
