"""What a query says, and how it is refused: the words are AWS's."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.monitoring.insights import MalformedQuery, read
from lablib.monitoring.insights.groups import of_glob, of_regex
from lablib.monitoring.insights.periods import read as read_period
from lablib.monitoring.insights.syntax import Fields, Filter, Limit, Parse, Sort, Stats
from tests.monitoring.events import ask

GOOD = [
    "fields @timestamp, @message | sort @timestamp desc | limit 20",
    "FIELDS a AS b | SORT b DESC | LIMIT 5",
    "fields `foo-bar`, action, abs(f3-f4)",
    "fields limit, by, sort, count | filter as = 1",
    "filter (duration>2000)",
    'filter not a =~ /^(?i)Exception$/ and b like "x" or c not like /y/',
    "filter a in ['x', \"y\"] and b not in [1, 2]",
    'filter requestParameters.`x-amz-acl` = "private"',
    "filter a.b[0].c = 1 # the first\n| limit 1 # enough",
    "# first\nfields a",
    "stats count(*), count() as n, pct(d, 99.9) by bin(30s) as t, a.b",
    "stats sum(a) / 1024 as kb, kb * 2 by b | sort kb desc, b",
    "fields -a + 2 * (b ^ 2) % 3 as c",
    'parse "user=*, *" as @user, rest',
    "parse @message /(?<time>[0-9]{10}) (.*)\\/(?<code>\\d+)/ as middle",
    "fields jsonParse(@message) as js | unnest js.accounts into account",
    "sort a | dedup b, c | limit 3",
    'filter a = "a | b # c"',
]


@pytest.mark.parametrize("query", GOOD)
def test_a_query_of_the_language_is_read(query: str) -> None:
    assert read(query).commands


BAD = [
    ("", "<EOF>", 1, 0),
    ("fields", "<EOF>", 1, 6),
    ("bogus a", "bogus", 1, 0),
    ("fields a | pattern @message", "pattern", 1, 11),
    ("fields a\n| count()", "count", 2, 2),
    ("fields a b", "b", 1, 9),
    ("fields a | | limit 1", "|", 1, 11),
    ("fields a |", "<EOF>", 1, 10),
    ("filter a like /x/i", "i", 1, 17),
    ("filter a == 1", "=", 1, 10),
    ('filter a = "x', '"', 1, 11),
    ("fields a | sort bin(5m)", "(", 1, 19),
    ("sort a | dedup b | sort b", "sort", 1, 19),
    ("limit many", "many", 1, 6),
    ("stats count(*) by", "<EOF>", 1, 17),
    ('parse @message "a * b" as x, y', '"a * b"', 1, 15),
    ("parse @message /no groups/", "/no groups/", 1, 15),
    ("fields bin(0m)", "0m", 1, 11),
]


@pytest.mark.parametrize(("query", "symbol", "line", "position"), BAD)
def test_a_symbol_out_of_place_is_named_with_its_place(
    query: str, symbol: str, line: int, position: int
) -> None:
    with pytest.raises(MalformedQuery) as refused:
        read(query)
    said = f"unexpected symbol found {symbol} at line {line} and position {position}"
    assert refused.value.message == said


MEANINGLESS = [
    ("fields nosuch(a)", "unexpected symbol found nosuch at line 1 and position 7"),
    ("fields count(a)", "unexpected symbol found count at line 1 and position 7"),
    ("fields abs(a, b)", "unexpected symbol found abs at line 1 and position 7"),
    ("fields concat()", "unexpected symbol found concat at line 1 and position 7"),
    ("fields bin(a)", "unexpected symbol found bin at line 1 and position 7"),
    ("fields 5m", "unexpected symbol found 5m at line 1 and position 7"),
    ("stats pct(a, 101)", "unexpected symbol found pct at line 1 and position 6"),
    ("stats eventName by eventName", "Unknown symbols found in or after stats: eventName"),
    ("stats count(*) as c | filter d = 1", "Unknown symbols found in or after stats: d"),
    ("stats count(*) | stats count(*) by bin(1m)", "unexpected symbol found bin at line 1 and"),
    ("filter a like /(?=x)/", "invalid perl operator: (?="),
]


@pytest.mark.parametrize(("query", "said"), MEANINGLESS)
def test_what_has_no_meaning_is_refused(query: str, said: str) -> None:
    with pytest.raises(MalformedQuery) as refused:
        ask(query)
    assert said in refused.value.message


@pytest.mark.parametrize(
    "query",
    [
        "fields " + "(" * 3000 + "a" + ")" * 3000,
        "filter " + "not " * 2000 + "a = 1",
        "fields " + "+".join("a" * 4000),
        "filter " + " or ".join(["a=1"] * 900),
        "fields " + "-" * 5000 + "1",
        "fields " + "a" * 10_001,
        "fields a\0b",
    ],
    ids=["brackets", "not", "sum", "or", "minus", "long", "NUL"],
)
def test_a_monster_is_refused_or_answered_but_never_crashes(query: str) -> None:
    with suppress(MalformedQuery):
        assert ask(query)


@given(st.text(alphabet="fields| @a.()\"'/*,=<>5mbylike#`\\[]-\n", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(MalformedQuery):
        assert read("fields a | filter " + text)


def test_commands_keep_their_order_and_their_names() -> None:
    query = read("fields a.b as c | filter d | sort e desc | limit 7")
    fields, condition, sort, limit = query.commands
    assert isinstance(fields, Fields) and fields.items[0].name == "c"
    assert isinstance(condition, Filter)
    assert isinstance(sort, Sort) and sort.keys[0].descending
    assert limit == Limit(7)


def test_a_column_without_an_alias_is_called_as_it_is_written() -> None:
    (stats,) = read("stats max( a / 2 ),\n count(*) by bin( 5m )").commands
    assert isinstance(stats, Stats)
    assert [item.name for item in stats.items] == ["max( a / 2 )", "count(*)"]
    assert stats.by[0].name == "bin( 5m )"


def test_parse_without_a_field_reads_the_message() -> None:
    (parse,) = read('parse "a*" as x').commands
    assert isinstance(parse, Parse)
    assert parse.source.name == "@message"


@pytest.mark.parametrize(
    ("glob", "regex"),
    [("a=*", "a=(.*)"), ("*: *", "(.*?):\\ (.*)"), ("[*] done", "\\[(.*?)\\]\\ done")],
)
def test_the_last_star_of_a_glob_takes_the_rest(glob: str, regex: str) -> None:
    assert of_glob(glob) == regex


def test_groups_are_counted_as_a_regular_expression_counts_them() -> None:
    found = of_regex(r"\((a)(?:b)[(](?<name>c)(?i)(?P<other>d)[]()](e)")
    assert found == (None, "name", "other", None)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("5m", (300_000, 0)),
        ("1h", (3_600_000, 0)),
        ("30secs", (30_000, 0)),
        ("2weeks", (1_209_600_000, 0)),
        ("1mo", (0, 1)),
        ("2qtrs", (0, 6)),
        ("1y", (0, 12)),
        ("100ms", (100, 0)),
    ],
)
def test_periods_have_units(text: str, length: tuple[int, int]) -> None:
    assert read_period(text) == length
