"""A trail with a chain of digests, the bucket it wrote into, and ways to tamper with it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from lablib.cloudtrail.verification import Report, Subject, verify
from lablib.cloudtrail.world import ObjectPut, Refused
from tests.cloudtrail.delivering import Bench, a_trail, signers
from tests.fakes import ACCOUNT, NOON, REGION

TEN_DAYS = timedelta(days=10)


class Storage:
    """The objects of all buckets: bytes, metadata and when they were written."""

    def __init__(self, bench: Bench) -> None:
        written = {file.key: file.time for file in bench.delivery.done.files}
        written |= {digest.key: digest.time for digest in bench.delivery.done.digests}
        self.objects = {
            (put.bucket, put.key): (put.body, dict(put.metadata), written[put.key])
            for put in bench.world.puts
        }

    def read(self, bucket: str, key: str) -> tuple[bytes, Mapping[str, str]]:
        if (bucket, key) not in self.objects:
            raise Refused("NoSuchKey", "The specified key does not exist.")
        body, metadata, _ = self.objects[bucket, key]
        return body, metadata

    def list_keys(self, bucket: str, prefix: str) -> Iterator[tuple[str, datetime | None]]:
        for (where, key), (_, _, time) in sorted(self.objects.items()):
            if where == bucket and key.startswith(prefix):
                yield key, time

    def keys(self, digests: bool) -> list[tuple[str, str]]:
        """Bucket and key of all digests, or of all log files, in the order of their names."""
        return sorted(at for at in self.objects if ("/CloudTrail-Digest/" in at[1]) is digests)

    # --- tampering -----------------------------------------------------------------------------

    def delete(self, at: tuple[str, str]) -> None:
        del self.objects[at]

    def append(self, at: tuple[str, str], more: bytes) -> None:
        body, metadata, time = self.objects[at]
        self.objects[at] = body + more, metadata, time

    def edit(self, at: tuple[str, str], old: str, new: str) -> None:
        """Replace a text inside, keeping the metadata."""
        body, metadata, time = self.objects[at]
        text = gzip.decompress(body).decode()
        assert old in text
        self.objects[at] = gzip.compress(text.replace(old, new).encode()), metadata, time

    def strip(self, at: tuple[str, str]) -> None:
        body, _, time = self.objects[at]
        self.objects[at] = body, {}, time

    def move(self, at: tuple[str, str], to: tuple[str, str]) -> None:
        self.objects[to] = self.objects.pop(at)


def chained(hours: int = 4, **settings: Any) -> Bench:
    """A trail that was started at noon and saw an event in every hour but the second."""
    bench = Bench(a_trail(validate=True, logging=False, **settings))
    bench.start()
    for hour in range(hours):
        bench.run(minutes=10)
        if hour != 1:
            bench.happen()
            bench.happen()
        bench.run(minutes=50)
    bench.run(minutes=40)
    return bench


def subject(bench: Bench, region: str = REGION, latest: bool = True) -> Subject:
    keys = signers().public_keys(region, NOON - TEN_DAYS, NOON + TEN_DAYS)
    status = bench.delivery.status(bench.trail.arn, region)
    return Subject(
        bench.trail.arn,
        bench.trail.s3_bucket,
        region,
        ACCOUNT,
        {key.fingerprint: key.value for key in keys},
        bench.trail.s3_prefix,
        latest=status.digests.time if latest else None,
    )


def verified(bench: Bench, storage: Storage, **facts: Any) -> Report:
    start, end = NOON - TEN_DAYS, max(bench.now, NOON + timedelta(hours=1))
    return verify(subject(bench, **facts), start, end, storage.read, storage.list_keys)


def content(put: ObjectPut) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress(put.body))
    return found
