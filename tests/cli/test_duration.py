"""Durations on the command line."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib import duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        ("2h", timedelta(hours=2)),
        ("90d", timedelta(days=90)),
        ("1w", timedelta(weeks=1)),
        ("1h30m", timedelta(minutes=90)),
        ("1.5h", timedelta(minutes=90)),
        ("PT5M", timedelta(minutes=5)),
        ("pt5m", timedelta(minutes=5)),
        ("P1DT12H", timedelta(hours=36)),
        ("P2W", timedelta(weeks=2)),
        (" 5m ", timedelta(minutes=5)),
    ],
)
def test_a_duration_says_how_long(text: str, expected: timedelta) -> None:
    assert duration.parse(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("5", "'5' is not a duration; write for example 90s, 5m, 2h, 90d, 1h30m or PT5M"),
        ("", "'' is not a duration"),
        ("m", "'m' is not a duration"),
        ("P", "'P' is not a duration"),
        ("PT", "'PT' is not a duration"),
        ("P1M", "'P1M' is not a duration"),  # how long is a month?
        ("five minutes", "is not a duration"),
        ("-5m", "lab time never goes backwards: '-5m'"),
        ("0s", "must be longer than nothing"),
        ("99999999999999999d", "at most 3660 days"),
        ("1e9d", "is not a duration"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError) as refused:
        duration.parse(text)
    assert sentence in str(refused.value)


@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=3000)))
def test_whole_seconds_are_read_back_as_written(wanted: timedelta) -> None:
    whole = timedelta(seconds=int(wanted.total_seconds()))
    days, seconds = whole.days, whole.seconds
    assert duration.parse(f"{days}d{seconds}s") == whole
    assert duration.parse(f"P{days}DT{seconds}S") == whole


@given(st.text(max_size=20))
def test_no_text_at_all_makes_another_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert duration.parse(text) > timedelta(0)
