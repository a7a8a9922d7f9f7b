"""The picture of the chain of digests, from proofs made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from matplotlib.figure import Figure

from lablib.proof import Chain, Checked, Proof
from lablib.show.chain import HOURS, chain
from lablib.show.style import LIGHT, LOOKS

HOUR = timedelta(hours=1)
FIRST = datetime(2032, 3, 1, 10, 0, 7, tzinfo=UTC)
ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/sap-trail"


def proof(hours: int, digests: dict[int, str], files: dict[int, str]) -> Proof:
    """A chain of so many hours with two log files in each; verdicts by the hour's number."""
    ends = [FIRST + number * HOUR for number in range(hours)]
    links = [checked(f"digest-{n}", digests.get(n), end) for n, end in enumerate(ends)]
    listed = [
        checked(f"log-{n}-{m}", files.get(n) if m == 0 else None, ends[n])
        for n in range(hours)
        if n not in digests
        for m in range(2)
    ]
    return Proof(ARN, (Chain("123456789012", "us-east-1", tuple(links), tuple(listed)),))


def checked(name: str, verdict: str | None, end: datetime) -> Checked:
    return Checked("logs", f"AWSLogs/{name}.json.gz", verdict or "valid", "Why.", end - HOUR, end)


def drawn(told: Proof) -> Figure:
    figure = Figure()
    chain(told).draw(figure.add_subplot(), LIGHT)
    return figure


def links(figure: Figure, kind: str) -> int:
    """How many lines between two digests have that kind's colour."""
    colour = LOOKS[kind].light
    return sum(
        line.get_color() == colour and len(line.get_xdata()) == 2 for line in figure.axes[0].lines
    )


def test_a_whole_chain_has_a_line_between_all_neighbours_and_says_so() -> None:
    told = proof(6, {}, {})
    figure = drawn(told)
    assert (links(figure, "digest"), links(figure, "error")) == (5, 0)
    assert "is whole" in chain(told).alt and "whole" in figure.axes[0].get_title()


def test_a_changed_digest_breaks_the_links_on_both_its_sides() -> None:
    figure = drawn(proof(6, {3: "signature verification failed"}, {}))
    assert (links(figure, "digest"), links(figure, "error")) == (3, 2)
    assert "signature verification failed" in {text.get_text() for text in figure.axes[0].texts}


def test_a_changed_log_file_leaves_the_chain_whole_and_is_marked_under_its_hour() -> None:
    told = proof(6, {}, {2: "hash value doesn't match"})
    figure = drawn(told)
    assert links(figure, "error") == 0
    crosses = [line for line in figure.axes[0].lines if line.get_marker() == "X"]
    assert len(crosses) == 1
    assert "log-2-0.json.gz hash value doesn't match" in chain(told).alt


@pytest.mark.parametrize("number", [1, 20, 39])
def test_the_broken_link_is_inside_the_picture_wherever_it_is(number: int) -> None:
    figure = drawn(proof(40, {number: "not found"}, {}))
    low, high = figure.axes[0].get_xlim()
    from matplotlib.dates import date2num

    assert low < date2num(FIRST + number * HOUR) < high
    assert f"{40 - HOURS} more digests" in figure.axes[0].get_xlabel() or number == 1


def test_the_table_twin_has_a_row_for_every_file() -> None:
    table = chain(proof(40, {20: "not found"}, {})).table
    assert len(table) == 40 + 2 * 39
    assert list(table[table["Verdict"] != "valid"]["Verdict"]) == ["not found"]


def test_a_trail_without_digests_is_a_picture_that_says_so() -> None:
    empty = Proof(ARN, (Chain("123456789012", "us-east-1", (), ()),))
    assert "nothing can be proved" in chain(empty).alt
    assert "no digest files" in drawn(empty).axes[0].get_xlabel()
    assert chain(empty).png().startswith(b"\x89PNG")


def test_a_proof_shows_itself_with_picture_table_and_words() -> None:
    shown = proof(6, {3: "not found"}, {})._repr_mimebundle_()
    assert "INVALID: not found" in shown["text/plain"]
    assert "<img" in shown["text/html"] and "<table" in shown["text/html"]
