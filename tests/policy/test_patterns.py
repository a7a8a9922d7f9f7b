"""Stars, question marks and variables, and that no pattern takes forever."""

from __future__ import annotations

import re
from fnmatch import translate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lablib.account.policy.glob import Context, choice, pattern

NOTHING = Context({})
LEARNER = Context({"aws:UserName": "learner", "aws:TagKeys": ["a", "b"], "aws:Odd": "a*b"})


@pytest.mark.parametrize(
    ("written", "fits", "not_"),
    [
        ("abc", ["abc"], ["ab", "abcd", "ABC", ""]),
        ("*", ["", "a", "a\nb"], []),
        ("a*", ["a", "abc"], ["ba", ""]),
        ("*c", ["c", "abc"], ["cb", ""]),
        ("a*c", ["ac", "abc", "acc"], ["a", "ab"]),
        ("a*a", ["aa", "aba"], ["a"]),
        ("a?c", ["abc", "a\nc"], ["ac", "abbc"]),
        ("?", ["x"], ["", "xy"]),
        ("*?", ["x", "xy"], [""]),
        ("*b*d*", ["abcde", "bd"], ["db"]),
        ("*a?c*e", ["xxabcye", "aacace"], ["ac e", "abce!"]),
        ("**a**", ["a", "bab"], ["b"]),
        ("a.c", ["a.c"], ["abc"]),
        ("[ab]", ["[ab]"], ["a"]),
    ],
)
def test_a_pattern_fits_what_it_says(written: str, fits: list[str], not_: list[str]) -> None:
    made = pattern(written)
    assert [text for text in fits if not made.matches(text)] == []
    assert [text for text in not_ if made.matches(text)] == []


@given(st.text("ab*?"), st.text("ab"))
@example("*a*b*", "ab")
def test_patterns_agree_with_the_shell_s(written: str, text: str) -> None:
    expected = re.fullmatch(translate(written), text) is not None
    assert pattern(written).matches(text) == expected


@given(st.text(), st.text())
def test_any_text_fits_itself_and_its_beginning_with_a_star(text: str, more: str) -> None:
    assert pattern(text, wild=False, variables=False).matches(text)
    assert pattern("*", variables=False).matches(text + more)
    if not set(text) & set("*?"):
        assert pattern(text + "*", variables=False).matches(text + more)


@pytest.mark.parametrize(
    "written", ["*a" * 20_000 + "b", "*?a" * 20_000, "a?" * 10_000 + "*b", "?" * 20_000 + "*"]
)
def test_a_catastrophic_pattern_is_decided_all_the_same(written: str) -> None:
    assert not pattern(written).matches("a" * 8_000)


def test_a_pattern_of_many_stars_still_finds_its_text() -> None:
    assert pattern("*a" * 5_000 + "*").matches("ba" * 5_000)


# -- variables ------------------------------------------------------------------------------------


def test_a_variable_takes_its_value_from_the_request_in_any_case_of_its_key() -> None:
    home = pattern("arn:aws:s3:::home/${aws:username}/*")
    assert home.matches("arn:aws:s3:::home/learner/x", LEARNER)
    assert not home.matches("arn:aws:s3:::home/other/x", LEARNER)


def test_a_variable_without_a_value_fits_nothing_unless_it_has_a_default() -> None:
    assert not pattern("${aws:username}").matches("${aws:username}", NOTHING)
    assert not pattern("*${aws:username}*").matches("anything", NOTHING)
    assert pattern("${aws:username, 'guest'}").matches("guest", NOTHING)
    assert pattern("${aws:username, 'guest'}").matches("learner", LEARNER)


def test_a_multivalued_key_is_no_value_for_a_variable() -> None:
    assert not pattern("${aws:TagKeys}").matches("a", LEARNER)


def test_a_star_inside_a_value_is_a_star_and_no_wildcard() -> None:
    assert pattern("${aws:odd}").matches("a*b", LEARNER)
    assert not pattern("${aws:odd}").matches("axb", LEARNER)


def test_escaped_characters_stand_for_themselves() -> None:
    assert pattern("a${*}b").matches("a*b")
    assert not pattern("a${*}b").matches("axb")
    assert pattern("a${?}b").matches("a?b")
    assert pattern("${$}{x}").matches("${x}")


def test_an_old_policy_has_no_variables() -> None:
    assert pattern("${aws:username}", variables=False).matches("${aws:username}", LEARNER)


@pytest.mark.parametrize("written", ["${", "${}", "${a", "$", "${,}", "${a, b}", "${ }"])
def test_what_is_no_variable_is_text(written: str) -> None:
    assert pattern(written).matches(written, LEARNER)


def test_a_choice_finds_texts_patterns_and_everything() -> None:
    some = choice(map(pattern, ["abc", "x*", "${aws:username}"]))
    fits = [text for text in ("abc", "xyz", "learner", "ab") if some.matches(text, LEARNER)]
    assert fits == ["abc", "xyz", "learner"]
    assert choice(map(pattern, ["a", "*"])).everything
