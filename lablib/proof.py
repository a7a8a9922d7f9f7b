"""The proof of a trail's log files: each digest and log file with its verdict, and the chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lablib.connection import Control
    from lablib.search.table import Table
    from lablib.show.chart import Chart

SECONDS = 600.0  # the account reads years of log files, if it has to


@dataclass(frozen=True, slots=True)
class Checked:
    """One digest or log file and its verdict: "valid", or what is wrong, in AWS's words.

    `start` and `end` are the hour of the digest; a log file has that of the digest that lists it.
    """

    bucket: str
    key: str
    verdict: str
    why: str
    start: datetime | None
    end: datetime | None
    log_files: int = 0

    @property
    def valid(self) -> bool:
        return self.verdict == "valid"

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Chain:
    """The digests of one account and Region with their log files, newest first. `gaps` are
    stretches without digests, when logging or validation was off."""

    account: str
    region: str
    digests: tuple[Checked, ...]
    files: tuple[Checked, ...]
    gaps: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def broken(self) -> tuple[Checked, ...]:
        return tuple(checked for checked in (*self.digests, *self.files) if not checked.valid)


@dataclass(frozen=True, slots=True, repr=False)
class Proof:
    """The verdicts on all files of a trail."""

    trail_arn: str
    chains: tuple[Chain, ...]

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Proof:
        """From the account's words."""
        return cls(told["trail"], tuple(_chain(report) for report in told["reports"]))

    @property
    def trail(self) -> str:
        return self.trail_arn.rpartition("/")[2]

    @property
    def valid(self) -> bool:
        return not self.broken

    @property
    def broken(self) -> tuple[Checked, ...]:
        """What is not as CloudTrail delivered it."""
        return tuple(checked for chain in self.chains for checked in chain.broken)

    def __str__(self) -> str:
        """What is broken, with the reason, and two lines of counts as `validate-logs` ends in."""
        digests = [checked for chain in self.chains for checked in chain.digests]
        files = [checked for chain in self.chains for checked in chain.files]
        if not digests:
            return f"{self.trail_arn}: no digests found. Is log file validation on?"
        lines = [_broken("Digest file", checked) for checked in digests if not checked.valid]
        lines += [_broken("Log file", checked) for checked in files if not checked.valid]
        return "\n".join([*lines, _count("digest", digests), _count("log", files)])

    def __repr__(self) -> str:
        return str(self)

    def table(self) -> Table:
        """A row for each digest and log file, the newest first: what it is, and its verdict."""
        from lablib.search.table import Table

        return Table([_row(*found) for found in self._all()], columns=COLUMNS)

    def _all(self) -> Iterator[tuple[Chain, str, Checked]]:
        for chain in self.chains:
            yield from ((chain, "digest", digest) for digest in chain.digests)
            yield from ((chain, "log file", file) for file in chain.files)

    def plot(self, ax: Any = None) -> Chart:
        """A picture of the chain of digests, with the broken link if there is one."""
        from lablib.show.chain import chain

        return chain(self, ax=ax)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from html import escape

        text = f"<pre>{escape(str(self))}</pre>"
        return {"text/plain": str(self), "text/html": text + self.plot().html()}


COLUMNS = ["Region", "File", "Until", "Verdict", "Why", "Key"]


def _row(chain: Chain, kind: str, checked: Checked) -> Sequence[Any]:
    return (chain.region, kind, checked.end, checked.verdict, checked.why, checked.key)


def _broken(kind: str, checked: Checked) -> str:
    return f"{kind}  s3://{checked.bucket}/{checked.key}  INVALID: {checked.verdict}. {checked.why}"


def _count(kind: str, checked: list[Checked]) -> str:
    valid = sum(one.valid for one in checked)
    return f"{valid} of {len(checked)} {kind} files valid"


def prove(control: Control, trail: str) -> Proof:
    """The verdict on every digest and log file of the trail, given by its name or ARN.

    Leaves no events. Raises LabError when there is no such trail.
    """
    return Proof.read(control.get("verify", trail=trail, timeout=SECONDS))


def _chain(report: Mapping[str, Any]) -> Chain:
    return Chain(
        report["account"],
        report["region"],
        tuple(_checked(one) for one in report["digests"]),
        tuple(_checked(one) for one in report["files"]),
        tuple((_time(start), _time(end)) for start, end in report["gaps"]),
    )


def _checked(told: Mapping[str, Any]) -> Checked:
    start, end = told["start"], told["end"]
    times = {"start": start and _time(start), "end": end and _time(end)}
    return Checked(**{**told, **times})


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
