"""Selectors that are put together for speed say the same as each of them asked alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lablib.cloudtrail.event import Resource
from lablib.cloudtrail.selectors import match
from lablib.cloudtrail.trail import AdvancedSelector, FieldSelector
from tests.cloudtrail.samples import a_trail, an_event

TYPES = ("AWS::S3::Object", "AWS::SQS::Queue")
TEXTS = st.sampled_from(["a", "ab", "abc", "b", "ba"])
VALUES = st.lists(TEXTS, max_size=2).map(tuple)


def conditions(name: str) -> st.SearchStrategy[FieldSelector]:
    words = ("equals", "starts_with", "ends_with", "not_equals", "not_starts_with")
    return st.builds(FieldSelector, st.just(name), **dict.fromkeys(words, VALUES))


def selectors() -> st.SearchStrategy[AdvancedSelector]:
    kind = st.sampled_from(TYPES[:1] * 3 + TYPES[1:]).map(
        lambda kind: FieldSelector("resources.type", (kind,))
    )
    first = st.just(FieldSelector("eventCategory", equals=("Data",)))
    name, arn = conditions("eventName"), conditions("resources.ARN")
    more = st.one_of(st.tuples(name), st.tuples(arn), st.tuples(name, arn))
    return st.builds(lambda one, two, rest: AdvancedSelector((one, two, *rest)), first, kind, more)


def holds(one: FieldSelector, text: str) -> bool:
    """API Reference, AdvancedFieldSelector, word by word."""
    wanted = (
        text in one.equals
        or any(text.startswith(value) for value in one.starts_with)
        or any(text.endswith(value) for value in one.ends_with)
    )
    unwanted = text in one.not_equals or any(text.startswith(v) for v in one.not_starts_with)
    return (wanted or not (one.equals or one.starts_with or one.ends_with)) and not unwanted


@given(st.lists(selectors(), min_size=1, max_size=12), st.sampled_from(TYPES), TEXTS, TEXTS)
def test_many_selectors_together_take_what_one_of_them_takes(
    given_: list[AdvancedSelector], kind: str, name: str, arn: str
) -> None:
    event = an_event(name, category="Data", resources=(Resource(kind, arn),))
    facts = {
        "eventCategory": "Data",
        "resources.type": kind,
        "eventName": name,
        "resources.ARN": arn,
    }
    alone = any(all(holds(one, facts[one.field]) for one in each.fields) for each in given_)
    assert match(a_trail(advanced_selectors=tuple(given_)), event).taken is alone
