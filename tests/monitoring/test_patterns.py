"""Filter patterns: what they take, why, and what is refused."""

from __future__ import annotations

import contextlib
import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.monitoring.patterns import InvalidPattern, Line, compiled
from tests.monitoring.pattern_cases import CASES, PAGE, REFUSED


@pytest.mark.parametrize(("pattern", "event", "taken"), CASES)
def test_the_examples_of_the_documentation_match_as_it_says(
    pattern: str, event: str, taken: bool
) -> None:
    line = Line(event)
    match = compiled(pattern).match(line)
    assert match.taken is taken, match.why
    assert compiled(pattern).takes(line) is taken
    assert match.why


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_the_syntax_does_not_allow_is_refused_with_a_reason(pattern: str) -> None:
    with pytest.raises(InvalidPattern) as refused:
        compiled(pattern)
    assert refused.value.why


def test_a_match_names_the_comparison_that_decided() -> None:
    pattern = compiled("{ ($.eventName = StopLogging) || ($.eventName = DeleteTrail) }")
    taken = pattern.match(Line('{"eventName": "DeleteTrail"}'))
    assert taken.why.startswith('$.eventName is "DeleteTrail"')
    left = pattern.match(Line('{"eventName": "CreateTrail"}'))
    assert "is not what $.eventName = StopLogging asks for" in left.why


def test_fields_of_a_line_are_extracted_under_their_names_or_numbers() -> None:
    extracted = compiled("[..., request=*.html*, status_code=4*,]").extracted(Line(PAGE))
    assert extracted == {
        "$1": "127.0.0.1",
        "$2": "-",
        "$3": "frank",
        "$4": "10/Oct/2000:13:25:15 -0700",
        "$request": "GET /index.html HTTP/1.0",
        "$status_code": "404",
        "$7": "1534",
    }


def test_the_last_field_takes_the_rest_of_a_longer_line() -> None:
    line = Line('2032-03-01T10:00:00.000Z 3a4b-5c {"a": "b c"} and more')
    extracted = compiled('[timestamp=*Z, request_id="*-*", event]').extracted(line)
    assert extracted["$event"] == '{"a": "b c"} and more'
    assert extracted["$request_id"] == "3a4b-5c"


def test_an_exclusion_binds_to_its_own_branch_only() -> None:
    """CIS 4.1: && before ||, so that a HeadBucket with UnauthorizedOperation still counts."""
    pattern = compiled(
        '{ ($.errorCode ="*UnauthorizedOperation") || ($.errorCode ="AccessDenied*")'
        ' && ($.eventName!="HeadBucket") }'
    )
    head = {"eventName": "HeadBucket"}
    assert pattern.takes(Line(json.dumps(head | {"errorCode": "Client.UnauthorizedOperation"})))
    assert not pattern.takes(Line(json.dumps(head | {"errorCode": "AccessDenied"})))


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_a_pattern_or_is_refused_but_nothing_else(pattern: str, event: str) -> None:
    with contextlib.suppress(InvalidPattern):
        assert compiled(pattern).match(Line(event)).why


@given(st.text(alphabet=string.ascii_letters, min_size=1), st.text(alphabet="abAB*", max_size=8))
def test_equal_and_unequal_never_agree_about_a_value(value: str, term: str) -> None:
    line = Line(json.dumps({"a": value}))
    same = compiled(f'{{ $.a = "{term}" }}').takes(line)
    assert compiled(f'{{ $.a != "{term}" }}').takes(line) is not same
