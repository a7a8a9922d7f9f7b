"""Logs Insights from a notebook."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from lablib import Lab, LabError
from lablib.connection import running
from lablib.search.logs import groups_of, rows_frame
from tests.conftest import Served


@pytest.fixture(scope="module")
def lab(shared_account: Served) -> Lab:
    """A lab with a log group of three events, an hour ago."""
    lab = Lab(running(shared_account.state))
    logs = lab.client("logs")
    logs.create_log_group(logGroupName="insights")
    logs.create_log_stream(logGroupName="insights", logStreamName="s")
    before = int(lab.clock.now.timestamp() * 1000) - 3_600_000
    events: list[dict[str, Any]] = [
        {"timestamp": before + n, "message": json.dumps({"eventName": name, "n": n, "id": "007"})}
        for n, name in enumerate(["StopInstances", "GetObject", "StopInstances"])
    ]
    logs.put_log_events(logGroupName="insights", logStreamName="s", logEvents=events)
    return lab


def test_a_query_gives_a_table_with_numbers_and_times(lab: Lab) -> None:
    found = lab.insights(
        "stats count(*) as calls, avg(n) as mean by eventName, bin(1d) as day | sort calls desc",
        group="insights",
    )
    assert list(found.columns) == ["eventName", "day", "calls", "mean"]
    assert found.iloc[0].tolist()[::2] == ["StopInstances", 2]
    assert isinstance(found["day"].dtype, pd.DatetimeTZDtype)
    assert found["mean"].tolist() == [1, 1]


def test_pointers_stay_out_and_names_of_digits_stay_texts(lab: Lab) -> None:
    found = lab.insights("fields id, missing | limit 1", group=["insights"])
    assert list(found.columns) == ["id"] and found["id"].tolist() == ["007"]


def test_nothing_found_is_an_empty_table(lab: Lab) -> None:
    assert lab.insights('filter eventName = "none"', group="insights").empty


def test_a_malformed_query_is_shown_with_its_place(lab: Lab) -> None:
    with pytest.raises(LabError) as refused:
        lab.insights("fields a | bogus b", group="insights")
    assert "unexpected symbol found bogus" in refused.value.what
    assert refused.value.found == "fields a | ▸bogus◂ b"


def test_without_a_group_those_of_the_trails_are_asked() -> None:
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/trail:*"
    assert groups_of([{"Name": "a"}, {"CloudWatchLogsLogGroupArn": arn}]) == ["/trail"]
    with pytest.raises(LabError, match="No trail writes to CloudWatch Logs"):
        groups_of([{"Name": "a"}])


def test_a_column_that_lacks_values_is_still_of_numbers() -> None:
    found = rows_frame([{"n": "1"}, {"m": "x"}, {"n": "2.5"}])
    assert found["n"].sum() == 3.5


def test_columns_keep_the_querys_order_though_a_first_row_lacks_some() -> None:
    found = rows_frame([{"calls": "1"}, {"tool": "aws-cli", "calls": "2"}])
    assert list(found.columns) == ["tool", "calls"]
