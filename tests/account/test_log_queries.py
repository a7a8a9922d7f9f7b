"""Logs Insights over HTTP: by boto3, by the AWS CLI, and after a trail has delivered."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import START, Served, stop
from tests.monitoring.guide_queries import FOUND, MESSAGES, RUN

NOW = int(datetime.fromisoformat(START).astimezone(UTC).timestamp())
COUNT = "stats count(*) as n by eventName | sort n desc"
NAMES = ["CreateUser", "GetObject", "GetObject", "StopInstances"]


@pytest.fixture(scope="module")
def served(shared_account: Served) -> Served:
    """An account with a log group of four events."""
    fill(shared_account, "queried")
    return shared_account


def fill(account: Served, group: str) -> None:
    logs = account.client("logs")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="stream")
    now = at(account)
    events = [
        {"timestamp": now * 1000 + place, "message": json.dumps({"eventName": name, "n": place})}
        for place, name in enumerate(NAMES)
    ]
    logs.put_log_events(logGroupName=group, logStreamName="stream", logEvents=events)


def at(account: Served) -> int:
    """Lab time in seconds."""
    told = str(account.control("clock")["time"])
    return int(datetime.fromisoformat(told).timestamp())


def query(account: Served, text: str, group: str = "queried", **more: Any) -> dict[str, Any]:
    logs, now = account.client("logs"), at(account)
    wanted = {"logGroupName": group, "startTime": now - 3600, "endTime": now + 60, **more}
    id = logs.start_query(queryString=text, **wanted)["queryId"]
    answer: dict[str, Any] = logs.get_query_results(queryId=id)
    return answer


def cells(answer: dict[str, Any]) -> list[dict[str, str]]:
    return [{cell["field"]: cell["value"] for cell in row} for row in answer["results"]]


def refusal(account: Served, text: str, **more: Any) -> ClientError:
    with pytest.raises(ClientError) as refused:
        query(account, text, **more)
    return refused.value


def test_a_query_is_complete_at_the_first_look(served: Served) -> None:
    answer = query(served, COUNT)
    assert answer["status"] == "Complete" and answer["queryLanguage"] == "CWLI"
    assert cells(answer)[0] == {"eventName": "GetObject", "n": "2"}
    told = answer["statistics"]
    assert (told["recordsMatched"], told["recordsScanned"], told["logGroupsScanned"]) == (4, 4, 1)


def test_a_row_points_to_its_record(served: Served) -> None:
    (row,) = cells(query(served, 'filter eventName = "CreateUser"'))
    assert list(row) == ["@timestamp", "@message", "@ptr"]
    pointer = row["@ptr"]
    record = served.client("logs").get_log_record(logRecordPointer=pointer)["logRecord"]
    assert record["eventName"] == "CreateUser" and record["n"] == "0"
    assert record["@message"] == row["@message"] and record["@log"].endswith(":queried")


def test_the_range_is_in_seconds_and_has_both_ends(served: Served) -> None:
    (last,) = cells(query(served, "sort n desc | limit 1 | fields toMillis(@timestamp) as t"))
    second = int(last["t"]) // 1000
    inside = query(served, "stats count(*) as n", startTime=second, endTime=second)
    assert cells(inside) == [{"n": "1"}]  # the one at the very millisecond


def test_pages_follow_one_another(served: Served) -> None:
    logs, now = served.client("logs"), at(served)
    id = logs.start_query(
        logGroupNames=["queried"],
        queryString="fields n | sort n asc",
        startTime=now - 3600,
        endTime=now + 60,
        limit=3,
    )["queryId"]
    first = logs.get_query_results(queryId=id, maxItems=2)
    second = logs.get_query_results(queryId=id, maxItems=2, nextToken=first["nextToken"])
    assert [row["n"] for row in cells(first) + cells(second)] == ["0", "1", "2"]
    assert "nextToken" not in second


def test_several_groups_are_queried_together_by_name_or_arn(served: Served) -> None:
    fill(served, "second")
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:second"
    logs, now = served.client("logs"), at(served)
    id = logs.start_query(
        logGroupIdentifiers=["queried", arn],
        queryString="stats count(*) as n by @log",
        startTime=now - 3600,
        endTime=now + 60,
    )["queryId"]
    found = cells(logs.get_query_results(queryId=id))
    assert [row["@log"] for row in found] == ["123456789012:queried", "123456789012:second"]


def test_queries_are_listed_newest_first_for_their_group(served: Served) -> None:
    fill(served, "listed")
    for text in ("fields a", "fields b"):
        query(served, text, group="listed")
    logs = served.client("logs")
    listed = logs.describe_queries(logGroupName="listed")["queries"]
    assert [one["queryString"] for one in listed] == ["fields b", "fields a"]
    assert listed[0]["status"] == "Complete" and listed[0]["createTime"] >= NOW * 1000
    assert not logs.describe_queries(logGroupName="listed", status="Running")["queries"]


def test_a_query_that_has_ended_cannot_be_stopped(served: Served) -> None:
    logs, now = served.client("logs"), at(served)
    wanted = {"logGroupName": "queried", "startTime": now - 60, "endTime": now}
    id = logs.start_query(queryString="fields a", **wanted)["queryId"]
    with pytest.raises(ClientError) as refused:
        logs.stop_query(queryId=id)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_a_malformed_query_is_refused_with_its_place(served: Served) -> None:
    response: Any = refusal(served, "fields a | bogus").response
    assert response["Error"] == {
        "Code": "MalformedQueryException",
        "Message": "unexpected symbol found bogus at line 1 and position 11",
    }
    place = response["queryCompileError"]["location"]
    assert place == {"startCharOffset": 11, "endCharOffset": 15}


REFUSED = [
    ({"group": "missing"}, "ResourceNotFoundException", "Log group 'missing' does not exist"),
    ({"logGroupNames": ["queried"]}, "InvalidParameterException", "Exactly one of"),
    ({"startTime": NOW + 9, "endTime": NOW}, "InvalidParameterException", "startTime"),
    ({"startTime": 1, "endTime": 2}, "MalformedQueryException", "retention settings ([0,7])"),
    ({"limit": 100_001}, "InvalidParameterException", "limit"),
    ({"queryLanguage": "SQL"}, "InvalidParameterException", "queryLanguage"),
]


@pytest.mark.parametrize(("more", "code", "said"), REFUSED)
def test_start_query_refuses(served: Served, more: dict[str, Any], code: str, said: str) -> None:
    error = refusal(served, "fields a", **more).response["Error"]
    assert error["Code"] == code and said in error["Message"]


def test_an_unknown_query_and_a_false_pointer_are_refused(served: Served) -> None:
    logs = served.client("logs")
    for ask, code in (
        (lambda: logs.get_query_results(queryId="none"), "ResourceNotFoundException"),
        (lambda: logs.get_log_record(logRecordPointer="none"), "InvalidParameterException"),
    ):
        with pytest.raises(ClientError) as refused:
            ask()
        assert refused.value.response["Error"]["Code"] == code


def test_the_aws_cli_asks_and_reads(served: Served) -> None:
    now = at(served)
    started = served.run(
        "aws", "logs", "start-query", "--log-group-name", "queried", "--query-string", COUNT,
        "--start-time", str(now - 3600), "--end-time", str(now + 60),
    )  # fmt: skip
    assert started.returncode == 0, started.stderr
    id = json.loads(started.stdout)["queryId"]
    results = served.run("aws", "logs", "get-query-results", "--query-id", id)
    assert cells(json.loads(results.stdout))[0] == {"eventName": "GetObject", "n": "2"}


def test_a_user_without_the_permission_may_not_ask(served: Served) -> None:
    served.client("iam").create_user(UserName="curious")
    served.client("iam").create_access_key(UserName="curious")
    logs = served.client("logs", user="curious")
    with pytest.raises(ClientError) as refused:
        logs.start_query(logGroupName="queried", startTime=1, endTime=2, queryString="fields a")
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_results_are_still_there_after_a_restart(
    account: Served, serve: Callable[..., Served], tmp_path: Path
) -> None:
    fill(account, "kept")
    logs, now = account.client("logs"), at(account)
    wanted = {"logGroupName": "kept", "startTime": now - 60, "endTime": now + 60}
    id = logs.start_query(queryString=COUNT, **wanted)["queryId"]
    before = logs.get_query_results(queryId=id)
    account.process.send_signal(signal.SIGKILL)
    account.process.wait()
    back = serve(account.state, frozen=False)
    assert back.control("status")["notes"] == []
    after = back.client("logs").get_query_results(queryId=id)
    assert after["results"] == before["results"]
    stop(back.process)


@pytest.fixture(scope="module")
def guided(served: Served) -> Served:
    """The account with the messages that the guide's sample queries are asked over."""
    logs, now = served.client("logs"), at(served)
    logs.create_log_group(logGroupName="guided")
    logs.create_log_stream(logGroupName="guided", logStreamName="stream")
    events = [{"timestamp": now * 1000 + n, "message": text} for n, text in enumerate(MESSAGES)]
    logs.put_log_events(logGroupName="guided", logStreamName="stream", logEvents=events)
    return served


@pytest.mark.parametrize(("text", "found", "ordered"), FOUND)
def test_the_sample_queries_of_the_guide_find_what_they_say(
    guided: Served, text: str, found: list[dict[str, str]], ordered: bool
) -> None:
    ours = ("@ptr", "@timestamp")
    rows = cells(query(guided, text, "guided"))
    rows = [{name: row[name] for name in row if name not in ours} for row in rows]
    if ordered:
        assert rows == found
    else:
        assert all(row in rows for row in found if row)


@pytest.mark.parametrize("text", RUN)
def test_the_sample_queries_of_the_guide_for_other_logs_run(guided: Served, text: str) -> None:
    assert query(guided, text, "guided")["status"] == "Complete"
