"""Comparing with many values at once says the same as comparing with each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lablib.cloudtrail.selectors.values import Values

TEXT = st.text("ab/", max_size=5)
MANY = st.lists(TEXT, max_size=6)


@given(MANY, MANY, MANY, TEXT)
def test_many_values_at_once_say_what_one_by_one_would(
    exact: list[str], beginnings: list[str], endings: list[str], text: str
) -> None:
    one_by_one = (
        text in exact
        or any(text.startswith(value) for value in beginnings)
        or any(text.endswith(value) for value in endings)
    )
    assert Values(exact, beginnings, endings).hit(text) is one_by_one


def test_no_values_hit_nothing_and_count_as_none() -> None:
    assert not Values()
    assert not Values().hit("")
