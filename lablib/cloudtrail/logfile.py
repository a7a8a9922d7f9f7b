"""A log file: its name, its bytes, and reading one back.

User Guide, "CloudTrail log file name format" and "CloudTrail log file examples".
"""

from __future__ import annotations

import gzip
import json
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from lablib.cloudtrail.event import Event
from lablib.cloudtrail.latency import WINDOW

MOST_BYTES = 50 * 1024 * 1024  # before compression: User Guide, "Quotas in CloudTrail"
_LETTERS = string.ascii_letters + string.digits

# Which folder beside `CloudTrail` a category has (User Guide, the pages on Insights and network
# activity events).
FOLDERS = {"Insight": "CloudTrail-Insight", "NetworkActivity": "CloudTrail-NetworkActivity"}


@dataclass(frozen=True, slots=True)
class LogFile:
    """A log file as it is before a trail's bucket and prefix are known. `body` is gzip."""

    account: str
    region: str
    category: str
    label: datetime  # the minute in the name
    unique: str
    body: bytes
    events: tuple[str, ...]  # event ids, in the file's order
    oldest: datetime
    newest: datetime

    def key(self, prefix: str | None = None, organization: str | None = None) -> str:
        """The object key. `organization` is the organization's id, for its trails."""
        folder = FOLDERS.get(self.category, "CloudTrail")
        name = f"{self.account}_{folder}_{self.region}_{self.label:%Y%m%dT%H%MZ}_{self.unique}"
        root = root_of(prefix, organization, self.account)
        return f"{root}/{folder}/{self.region}/{self.label:%Y/%m/%d}/{name}.json.gz"


def root_of(prefix: str | None, organization: str | None, account: str) -> str:
    """`[prefix/]AWSLogs/[organization/]account`, under which all of an account's files are."""
    return "/".join(part for part in (prefix, "AWSLogs", organization, account) if part)


def label_of(newest: datetime) -> datetime:
    """The end of the five minutes in which the file's newest event happened.

    Observed: the minute is the newest event's, rounded up to a multiple of 5 (the User Guide says
    "when the log file was delivered").
    """
    seconds = int(newest.timestamp())
    step = int(WINDOW.total_seconds())
    return datetime.fromtimestamp(-(-seconds // step) * step, UTC)


def write(events: Sequence[Event], rng: Random) -> Iterator[tuple[LogFile, tuple[Event, ...]]]:
    """Log files of at most 50 MB, and the events in each, all of one account, Region and category.

    The same events and the same chance give the same bytes.
    """
    for part in _parts(events):
        times = [event.time.replace(microsecond=0) for event in part]
        file = LogFile(
            account=part[0].account,
            region=part[0].region,
            category=part[0].category,
            label=label_of(max(times)),
            unique=unique_string(rng),
            body=compress(event.json for event in part),
            events=tuple(event.id for event in part),
            oldest=min(times),
            newest=max(times),
        )
        yield file, tuple(part)


def unique_string(rng: Random) -> str:
    """The 16 letters and digits that end a file's name and mean nothing."""
    return "".join(rng.choices(_LETTERS, k=16))


def _parts(events: Iterable[Event]) -> Iterator[list[Event]]:
    part: list[Event] = []
    size = 0
    for event in events:
        length = len(event.json.encode()) + 1
        if part and size + length > MOST_BYTES - 16:
            yield part
            part, size = [], 0
        part.append(event)
        size += length
    if part:
        yield part


def compress(records: Iterable[str]) -> bytes:
    """gzip of minified `{"Records":[…]}`; no time of writing inside, so it can be repeated."""
    return gzip.compress(f'{{"Records":[{",".join(records)}]}}'.encode(), mtime=0)


def read(body: bytes) -> list[dict[str, Any]]:
    """The records of a log file; ValueError if the bytes aren't one."""
    try:
        content = json.loads(gzip.decompress(body))
        records: list[dict[str, Any]] = content["Records"]
    except (OSError, EOFError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a CloudTrail log file: {error}") from error
    return records
