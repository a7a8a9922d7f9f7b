"""What queries find in a small log."""

from __future__ import annotations

import json

import pytest

from lablib.monitoring.insights import Engine, Limits, Log, LogEvent, QueryTimeout, read, run
from lablib.monitoring.insights.discovery import discovered
from lablib.monitoring.insights.engine import connect
from tests.monitoring.events import ENGINE, LOG, RECORDS, TEN, ask, column, rows

# The CloudTrail queries of the User Guide, "Sample queries", with Regions and names of this log.
OF_THE_GUIDE = [
    (
        "stats count(*) by eventSource, eventName, awsRegion",
        ("cloudtrail.amazonaws.com", "UpdateTrail", "us-east-1", "1"),
    ),
    (
        'filter (eventName="StartInstances" or eventName="StopInstances") '
        'and awsRegion="us-east-1" | display eventName',
        ("StartInstances",),
    ),
    (
        'filter eventName="CreateUser" '
        "| fields awsRegion, requestParameters.userName, responseElements.user.arn",
        ("us-east-1", "eve"),
    ),
    (
        'filter eventName="UpdateTrail" and ispresent(errorCode) '
        "| stats count(*) by errorCode, errorMessage",
        ("AccessDenied", "not allowed", "1"),
    ),
]


@pytest.mark.parametrize(("query", "first"), OF_THE_GUIDE)
def test_the_guides_queries_of_cloudtrail_run(query: str, first: tuple[str, ...]) -> None:
    found = [tuple(row.values()) for row in rows(query)]
    assert first in found


def test_without_fields_there_are_the_time_and_the_message_newest_first() -> None:
    found = rows("limit 2")
    assert [row["@timestamp"] for row in found] == [
        "2032-03-01 10:10:00.001",
        "2032-03-01 10:08:00.000",
    ]
    assert json.loads(found[1]["@message"]) == RECORDS[4]


def test_a_row_knows_its_event_and_lacks_what_is_not_there() -> None:
    first, *_ = ask('filter eventName = "CreateUser" | fields eventName, errorCode').rows
    assert first.event == 1
    assert first.fields == (("eventName", "CreateUser"),)


def test_system_fields_can_be_shown() -> None:
    query = "fields @logStream, @log, @ingestionTime | sort @timestamp | limit 1"
    assert rows(query) == [
        {
            "@logStream": "trail",
            "@log": "123456789012:trail",
            "@ingestionTime": "2032-03-01 10:08:20.000",
        }
    ]


NAMES_LEFT = [
    ('eventName = "GetObject"', ["GetObject"]),
    ("readOnly = 1", ["GetObject"]),
    ("readOnly = true", []),  # no such field: observed, such a filter finds nothing
    ("userIdentity.accountId = 123456789012 and readOnly = 1", ["GetObject"]),
    ('eventName != "GetObject" and ispresent(eventName) and userIdentity.userName = "ana"',
     ["StopInstances"]),
    ('errorCode != "x" and eventName like "Trail"', ["UpdateTrail"]),
    ('errorCode not like /Denied/ and eventName like /^Up/', []),
    ("not ispresent(errorCode) and eventSource =~ /^(?i)CLOUD/", []),
    ("eventName like /(?i)instances/", ["StartInstances", "StopInstances"]),
    ('eventName in ["CreateUser", "GetObject"]', ["GetObject", "CreateUser"]),
    ('eventName not in ["CreateUser", "GetObject"] and readOnly = 0 and isempty(errorCode)',
     ["StartInstances", "StopInstances"]),
    ("additionalEventData.bytesTransferredOut > 10", ["StartInstances"]),
    ("10 > additionalEventData.bytesTransferredOut", ["GetObject"]),
    ('requestParameters.instancesSet.items.1.instanceId = "i-2"', ["StopInstances"]),
    ('requestParameters.instancesSet.items[0].instanceId = "i-1"', ["StopInstances"]),
    ('requestParameters.`x-amz-acl` = "private"', ["UpdateTrail"]),
    ('isIpv4InSubnet(sourceIPAddress, "10.0.0.0/8")', ["StopInstances"]),
    ("isValidIpv6(sourceIPAddress)", ["CreateUser"]),
    ('strcontains(eventName, "User") = 1', ["CreateUser"]),
    ("@timestamp > 1961748360000 and ispresent(eventName)", ["StartInstances"]),
    ('(eventName = "a" or errorCode = "AccessDenied") and not readOnly', ["UpdateTrail"]),
    ("eventName = \"'; DROP TABLE log; -- {}\"", []),
    ('@unknown = "x"', []),
    ('@logStream = "text"', [None]),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "names"), NAMES_LEFT)
def test_a_filter_leaves(condition: str, names: list[str | None]) -> None:
    assert column(f"filter {condition} | display eventName") == names


STOP = 'filter eventName = "StopInstances" | fields '
VALUES = [
    ("abs(2 - 5)", "3"),
    ("2 ^ 3", "8"),
    ("10 % 3", "1"),
    ("7 / 2", "3.5"),
    ("7 / 0", None),
    ("-3 + 1", "-2"),
    ("1 + 2 * 3", "7"),
    ("(1 + 2) * 3", "9"),
    ("ceil(1.2)", "2"),
    ("floor(1.8)", "1"),
    ("greatest(1, 5, 3)", "5"),
    ("least(4, 2)", "2"),
    ("sqrt(16)", "4"),
    ("sqrt(0 - 1)", None),
    ("log(1)", "0"),
    ('concat("a", eventName, 1)', "aStopInstances1"),
    ('ltrim("xyZfooxyZ", "xyZ")', "fooxyZ"),
    ('rtrim("xyZfooxyZ", "xyZ")', "xyZfoo"),
    ('trim("xyZfooxyZ", "xyZ")', "foo"),
    ('trim("  a ")', "a"),
    ('strlen("äöü")', "3"),
    ('toupper("a")', "A"),
    ('tolower("A")', "a"),
    ('substr("xyZfooxyZ", 3, 3)', "foo"),
    ('substr("xyZfoo", 3)', "foo"),
    ('replace("foo", "o", "0")', "f00"),
    ('strcontains("a", "b")', "0"),
    ("isempty(errorCode)", "1"),
    ('isblank("  ")', "1"),
    ("ispresent(readOnly)", "1"),
    ("readOnly", "0"),
    ("coalesce(errorCode, eventName)", "StopInstances"),
    ('if(readOnly = 0, "write", "read")', "write"),
    ("bin(1h)", "2032-03-01 10:00:00.000"),
    ("datefloor(@timestamp, 1d)", "2032-03-01 00:00:00.000"),
    ("dateceil(@timestamp, 1h)", "2032-03-01 10:00:00.000"),
    ("dateceil(@timestamp, 1y)", "2033-01-01 00:00:00.000"),
    ("bin(1q)", "2032-01-01 00:00:00.000"),
    ("fromMillis(0)", "1970-01-01 00:00:00.000"),
    ("toMillis(@timestamp)", str(TEN)),
    ("now()", str(TEN // 1000)),
    ("jsonStringify(jsonParse('{\"a\": [1]}'))", '{"a": [1]}'),
    ('jsonParse("no json")', None),
    ("requestParameters.instancesSet.items.7.instanceId", None),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_an_expression_gives(expression: str, value: str | None) -> None:
    assert column(STOP + expression) == [value]


def test_fields_add_up_and_display_has_the_last_word() -> None:
    query = 'filter readOnly = 1 | fields eventName as n | fields concat(n, "!") as m'
    assert rows(query) == [{"n": "GetObject", "m": "GetObject!"}]
    assert rows(f"{query} | display m, awsRegion") == [
        {"m": "GetObject!", "awsRegion": "us-east-1"}
    ]


STATS = [
    ("stats count(*)", [{"count(*)": "6"}]),
    ("stats count(errorCode) as c", [{"c": "1"}]),
    ("stats count_distinct(userIdentity.userName) as users", [{"users": "3"}]),
    (
        "stats sum(additionalEventData.bytesTransferredOut) as s, "
        "avg(additionalEventData.bytesTransferredOut) as a, s / a as n",
        [{"s": "109", "a": "54.5", "n": "2"}],
    ),
    (
        "stats max(additionalEventData.bytesTransferredOut) as most, "
        "min(additionalEventData.bytesTransferredOut) as least",
        [{"most": "100", "least": "9"}],
    ),
    ("stats max(eventName) as z, min(eventName) as a", [{"z": "UpdateTrail", "a": "CreateUser"}]),
    ("stats pct(additionalEventData.bytesTransferredOut, 50) as p", [{"p": "54.5"}]),
    (
        'filter eventSource = "ec2.amazonaws.com" '
        "| stats earliest(eventName) as first, latest(eventName) as last",
        [{"first": "StopInstances", "last": "StartInstances"}],
    ),
    ("stats earliest(@timestamp) as t", [{"t": str(TEN)}]),
    ("stats sortsLast(userIdentity.userName) as s", [{"s": "user10"}]),
    (
        "filter ispresent(eventName) | stats count(*) as n by bin(5m) as t",
        [
            {"t": "2032-03-01 10:00:00.000", "n": "3"},
            {"t": "2032-03-01 10:05:00.000", "n": "2"},
        ],
    ),
    (
        "filter ispresent(eventName) | stats count(*) as n by userIdentity.userName "
        "| sort n desc, userIdentity.userName desc | limit 2",
        [
            {"userIdentity.userName": "ben", "n": "2"},
            {"userIdentity.userName": "ana", "n": "2"},
        ],
    ),
    (
        "stats count(*) as n by userIdentity.userName | filter n > 1 | stats max(n)",
        [{"max(n)": "2"}],
    ),
    ("stats count(*) as n by errorCode | fields n * 2 as m | display m", [{"m": "2"}, {"m": "10"}]),
    ('filter eventName = "none" | stats count(*)', []),
]


@pytest.mark.parametrize(("query", "found"), STATS)
def test_stats_give(query: str, found: list[dict[str, str]]) -> None:
    assert rows(query) == found


def test_rows_of_stats_have_no_event() -> None:
    assert [row.event for row in ask("stats count(*)").rows] == [None]


def test_columns_of_stats_can_be_named_in_backticks() -> None:
    found = rows("stats count(*) by userIdentity.userName | sort `count(*)` desc | limit 1")
    assert found[0]["count(*)"] == "2"


def test_the_guides_order_of_sort() -> None:
    """User Guide, "sort": its own example, upside down at first."""
    ordered = ["!:", "#", "*%04", "0#", "5A", "111A", "2345_", "@", "@_", "A", "A9876fghj",
               "a12345hfh", "0", "1", "2", "3"]  # fmt: skip
    log = Log.of(LogEvent(TEN, json.dumps({"v": value})) for value in reversed(ordered))
    assert column("fields v | sort v asc", log) == ordered
    assert column("fields v | sort v desc", log) == ordered[::-1]


def test_dedup_keeps_the_first_of_each_and_what_lacks_the_field() -> None:
    query = "fields userIdentity.userName as u, eventName | sort @timestamp asc | dedup u"
    assert [row.get("eventName") for row in rows(query)] == [
        "StopInstances",
        "CreateUser",
        "StartInstances",
        None,
    ]


def test_parse_by_glob_takes_parts_and_leaves_the_others_alone() -> None:
    query = 'parse @message "user=*, method:*, \\"latency\\" := *" as @user, @method, ms'
    assert rows(f"{query} | filter ispresent(ms) | display @user, @method, ms") == [
        {"@user": "ana", "@method": "GET", "ms": "12"}
    ]
    assert column(f"{query} | stats avg(ms + 1) by @method | filter ispresent(@method)") == ["GET"]


def test_parse_by_regular_expression_names_its_groups() -> None:
    query = 'filter eventName like "Inst" | parse eventName /^(?<verb>St[a-z]+)(.*)/ as noun'
    assert rows(f"{query} | display verb, noun | sort verb") == [
        {"verb": "Start", "noun": "Instances"},
        {"verb": "Stop", "noun": "Instances"},
    ]


def test_unnest_makes_a_row_of_each_element() -> None:
    query = (
        "fields jsonParse(@message) as js | unnest js.requestParameters.instancesSet.items into it "
        "| filter ispresent(it.instanceId) | display it.instanceId, eventName"
    )
    assert rows(query) == [
        {"it.instanceId": "i-1", "eventName": "StopInstances"},
        {"it.instanceId": "i-2", "eventName": "StopInstances"},
    ]


def test_a_limit_comes_after_the_count_of_what_matched() -> None:
    found = ask("filter ispresent(eventName) | limit 2")
    assert (len(found.rows), found.matched, found.scanned) == (2, 5, 6)
    assert found.bytes == sum(len(message) for message in LOG.message)
    assert ask("filter ispresent(eventName) | stats count(*) by awsRegion").matched == 5


def test_a_limit_of_the_query_comes_before_that_of_the_call() -> None:
    assert len(ask("fields eventName", limit=3).rows) == 3
    assert len(ask("fields eventName | limit 4", limit=3).rows) == 4


def test_ten_thousand_rows_are_the_most_without_a_limit() -> None:
    log = Log.of(LogEvent(TEN + place, "x") for place in range(10_050))
    assert len(ask("fields @timestamp", log).rows) == 10_000
    assert len(ask("fields @timestamp | limit 10020", log).rows) == 10_020


def test_what_is_no_json_hides_nothing() -> None:
    texts = ["plain", '{"a": 1', "[1]", '"a"', "", '{"a": 1}', '{"a": null}']
    log = Log.of(LogEvent(TEN + place, text) for place, text in enumerate(texts))
    assert rows("stats count(*) as n, count(a) as a", log) == [{"n": "7", "a": "1"}]


def test_discovery_flattens_and_stops_at_two_hundred() -> None:
    message = json.dumps({"a": {"b": [True, {"c": 1.5}]}, "n": None, "@x": "y", "l": []})
    assert discovered(message) == {"a.b.0": "1", "a.b.1.c": "1.5", "@@x": "y"}
    assert len(discovered(json.dumps({f"k{n}": n for n in range(300)}))) == 200
    assert discovered("text") == {}


# -- locked


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO 'stolen.csv'",
        "ATTACH 'stolen.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "SELECT * FROM RECORDS",
    ],
)
def test_even_sql_that_slipped_through_would_find_nothing(sql: str) -> None:
    import duckdb

    connection = connect(Limits())
    with pytest.raises(duckdb.Error):
        connection.execute(sql).fetchall()
    connection.close()


def test_a_query_that_takes_too_long_is_ended() -> None:
    from collections.abc import Callable, Iterator
    from contextlib import contextmanager
    from threading import Timer

    @contextmanager
    def at_once(interrupt: Callable[[], None]) -> Iterator[None]:
        timer = Timer(0.05, interrupt)
        timer.start()
        yield
        timer.cancel()

    elements = ",".join("1" * 40)
    unnests = " | ".join(f"unnest l into l{n}" for n in range(8))
    query = f"fields jsonParse('[{elements}]') as l | {unnests} | stats count(*)"
    with pytest.raises(QueryTimeout):
        run(read(query), LOG, Engine(Limits(watch=at_once)), now=0)


def test_an_engine_answers_again_after_a_refusal() -> None:
    with pytest.raises(Exception, match="perl"):
        ask("filter a like /(?=x)/")
    assert ENGINE.run("SELECT count(*) FROM log", LOG, frozenset({"time"})) == [(6,)]
