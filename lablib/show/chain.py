"""The chain of digests: each signed over the one before, each listing an hour's log files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from lablib.proof import Chain, Checked, Proof
from lablib.show.chart import Chart
from lablib.show.style import LOOKS, Palette

HOURS = 12  # drawn; the table has all
CHAINS = 3  # drawn, the broken ones first
HOUR = timedelta(hours=1)
WORDS_AT_MOST = 4  # verdicts written beside their marks, a row


def chain(proof: Proof, ax: Any = None) -> Chart:
    """A chart of what was proved: the digests' chain and the log files, broken ones marked.

    It shows the hours around the newest broken link, or the newest hours when nothing is broken.
    """
    shown = sorted((c for c in proof.chains if c.digests), key=lambda c: not c.broken)[:CHAINS]
    return Chart(
        title=f"The chain of {proof.trail}",
        alt=alt(proof),
        table=proof.table(),
        draw=lambda axes, palette: _Picture(axes, palette, proof, shown).draw(),
        size=(9.6, 1.3 + 1.5 * len(shown)),
    ).on(ax)


def alt(proof: Proof) -> str:
    """What is to be seen, in words."""
    digests = sum(len(chain.digests) for chain in proof.chains)
    files = sum(len(chain.files) for chain in proof.chains)
    if not digests:
        return f"Trail {proof.trail} has no digest files: nothing can be proved."
    start = f"The chain of {_many(digests, 'digest file')} and {_many(files, 'log file')} of trail "
    broken = [_said(checked) for checked in proof.broken]
    if not broken:
        return f"{start}{proof.trail} is whole: everything is as it was delivered."
    more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
    return f"{start}{proof.trail} is broken: {'; '.join(broken[:3])}{more}."


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _said(checked: Checked) -> str:
    return f"{checked.name} {checked.verdict}"


class _Picture:
    """One drawing: two rows for each chain, digests above, their log files below."""

    def __init__(self, axes: Any, palette: Palette, proof: Proof, chains: Sequence[Chain]) -> None:
        self.axes, self.palette, self.proof, self.chains = axes, palette, proof, chains
        self.start, self.end = _window(chains)
        self.top = 2 * len(chains) - 1

    def draw(self) -> None:
        self._frame()
        for number, chain in enumerate(self.chains):
            y = self.top - 2 * number
            self._links(chain, y)
            self._digests(chain, y)
            self._files(chain, y - 1)

    def _links(self, chain: Chain, y: float) -> None:
        """A line from each digest to the one whose signature it covers; dashed where it broke."""
        gaps = {end for _, end in chain.gaps}
        for older, newer in pairwise(sorted(chain.digests, key=_end)):
            if newer.start in gaps:
                continue
            whole = older.valid and newer.valid
            look = LOOKS["digest" if whole else "error"]
            self.axes.plot(
                [_end(older), _end(newer)],
                [y, y],
                linestyle="-" if whole else (0, (2, 2)),
                linewidth=3 if whole else 2,
                color=look.colour(self.palette),
                zorder=1,
            )

    def _digests(self, chain: Chain, y: float) -> None:
        inside = self._inside(chain.digests)
        for digest in inside:
            self._mark(_end(digest), y, "digest" if digest.valid else "error", 13)
        self._verdicts([digest for digest in inside if not digest.valid], y, _end)

    def _files(self, chain: Chain, y: float) -> None:
        """Under each digest what it lists: how many log files, and those that are broken."""
        inside = self._inside(chain.files)
        for end in sorted({_end(file) for file in inside}):
            listed = [file for file in inside if _end(file) == end]
            good = sum(file.valid for file in listed)
            self.axes.plot(
                [end, end], [y + 0.2, y + 0.82], color=self.palette.faint, lw=1, ls=":", zorder=0
            )
            if good:
                self._mark(end, y, "s3", 10)
                self._text(end, y, str(good), beside=True)
            if good < len(listed):
                self._mark(end, y + 0.3 if good else y, "error", 10)
        self._verdicts([file for file in inside if not file.valid], y - 0.05, _end)

    def _inside(self, found: Iterable[Checked]) -> list[Checked]:
        return [one for one in found if one.end and self.start < one.end <= self.end]

    def _verdicts(self, broken: Sequence[Checked], y: float, when: Any) -> None:
        """Words under the marks, one line each so that neighbours do not run into one another."""
        newest = sorted(broken, key=when, reverse=True)
        for line, checked in enumerate(newest[:WORDS_AT_MOST]):
            last = line == WORDS_AT_MOST - 1 and len(newest) > WORDS_AT_MOST
            words = f"and {len(newest) - line} more" if last else checked.verdict
            self._text(when(checked), y - 0.24 - 0.17 * line, words)

    def _mark(self, time: datetime, y: float, kind: str, size: float) -> None:
        look = LOOKS[kind]
        self.axes.plot(
            time, y, look.marker, color=look.colour(self.palette), markersize=size, zorder=3
        )

    def _text(self, time: datetime, y: float, words: str, *, beside: bool = False) -> None:
        late = not beside and time > self.start + (self.end - self.start) * 0.6
        self.axes.annotate(
            words,
            (time, y),
            (9 if beside else 6 if late else -6, 0),
            textcoords="offset points",
            va="center",
            ha="right" if late else "left",
            fontsize="small",
            color=self.palette.ink,
            bbox={"facecolor": self.palette.page, "edgecolor": "none", "pad": 0.5},
            zorder=4,
        )

    def _frame(self) -> None:
        from matplotlib import dates

        axes = self.axes
        axes.set_title(f"The chain of {self.proof.trail}: {_verdict(self.proof)}")
        axes.set_ylim(-0.9, max(self.top, 0) + 0.5)
        if not self.chains:
            axes.set_xticks([])
            axes.set_yticks([])
            axes.set_xlabel("no digest files: log file validation was off, or they are gone")
            return
        form: Any = dates.DateFormatter("%H:%M\n%d %b", tz=UTC)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_formatter(form)
        axes.set_xlim(self.start + HOUR / 2, self.end + HOUR / 2)
        axes.set_xticks(self._ticks())
        rows = [(self.top - 2 * n, f"Digest files\n{c.region}") for n, c in enumerate(self.chains)]
        rows += [(self.top - 2 * n - 1, "Log files") for n in range(len(self.chains))]
        axes.set_yticks([y for y, _ in rows], [words for _, words in rows])
        axes.set_xlabel(f"end of the digest's hour, lab time, UTC{self._outside()}")

    def _ticks(self) -> list[datetime]:
        ends = {_end(d) for chain in self.chains for d in self._inside(chain.digests)}
        return sorted(ends)

    def _outside(self) -> str:
        """What the picture leaves out."""
        hidden = [d for c in self.chains for d in c.digests if d not in self._inside(c.digests)]
        if not hidden:
            return ""
        broken = sum(not digest.valid for digest in hidden)
        words = f"{broken} of them broken" if broken else "all valid"
        return f" ({_many(len(hidden), 'more digest')} outside the picture, {words})"


def _verdict(proof: Proof) -> str:
    if not any(chain.digests for chain in proof.chains):
        return "nothing to prove"
    return "whole" if proof.valid else f"broken ({len(proof.broken)} not as delivered)"


def _window(chains: Sequence[Chain]) -> tuple[datetime, datetime]:
    """The hours to be shown: up to a few after the newest broken link, else up to the newest."""
    ends = [_end(digest) for chain in chains for digest in chain.digests]
    newest, oldest = max(ends, default=EPOCH), min(ends, default=EPOCH)
    broken = [_end(checked) for chain in chains for checked in chain.broken if checked.end]
    end = min(newest, max(broken) + HOUR * (HOURS // 3)) if broken else newest
    return max(oldest - HOUR, end - HOUR * HOURS), end


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _end(checked: Checked) -> datetime:
    return checked.end or EPOCH
