"""Logs Insights for a notebook: which log groups, how long, and what came back as a table."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from lablib.errors import LabError
from lablib.search.table import Table

LOOK_BACK = timedelta(days=90)  # as far as Event history goes
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}")
NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?(e[+-]?\d+)?")  # "007" is no number, but a name


def groups_of(trails: Iterable[Mapping[str, Any]]) -> list[str]:
    """The log groups that trails write to. LabError when none does."""
    arns = (trail.get("CloudWatchLogsLogGroupArn") for trail in trails)
    names = dict.fromkeys(arn.split(":log-group:")[1].removesuffix(":*") for arn in arns if arn)
    if not names:
        raise LabError(
            "No trail writes to CloudWatch Logs.",
            expected="a trail with a log group, or the name of one",
            next='lab.insights("…", group="name")',
        )
    return list(names)


def asked(
    query: str, groups: Sequence[str], now: datetime, start: datetime | None, end: datetime | None
) -> dict[str, Any]:
    """What StartQuery takes: whole seconds that hold the range."""
    until = end or now
    since = start or until - LOOK_BACK
    return {
        "logGroupNames": list(groups),
        "queryString": query,
        "startTime": max(0, int(since.timestamp())),
        "endTime": int(until.timestamp()) + 1,
    }


def results(client: Any, wanted: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """All rows, page by page, as soon as the query has ended. LabError if it came to nothing."""
    id = client.start_query(**wanted)["queryId"]
    answer = client.get_query_results(queryId=id)
    while answer["status"] in ("Scheduled", "Running"):
        time.sleep(0.2)
        answer = client.get_query_results(queryId=id)
    if answer["status"] != "Complete":
        raise LabError(f"The query ended without a result: {answer['status']}.")
    rows = list(answer["results"])
    while "nextToken" in answer:
        answer = client.get_query_results(queryId=id, nextToken=answer["nextToken"])
        rows += answer["results"]
    return [{cell["field"]: cell["value"] for cell in row} for row in rows]


def rows_frame(rows: Sequence[Mapping[str, str]]) -> Table:
    """One row a row; columns in the order of the query, as the fullest row has them. Times are
    UTC, numbers are numbers. @ptr, which only programs need, is left out."""
    fullest = sorted(rows, key=len, reverse=True)
    columns = dict.fromkeys(name for row in fullest for name in row if name != "@ptr")
    frame = Table(rows, columns=pd.Index(list(columns)))
    for name in columns:
        texts = [row[name] for row in rows if name in row]
        if all(map(TIME.fullmatch, texts)):
            frame[name] = pd.to_datetime(frame[name], utc=True)
        elif all(map(NUMBER.fullmatch, texts)):
            frame[name] = pd.to_numeric(frame[name])
    return frame


def pointed_out(query: str, error: Mapping[str, Any]) -> LabError:
    """A refused query, with the place where it goes wrong."""
    said = error.get("queryCompileError", {})
    place = said.get("location", {})
    start, end = int(place.get("startCharOffset", 0)), int(place.get("endCharOffset", 0)) + 1
    marked = f"{query[:start]}▸{query[start:end]}◂{query[end:]}"
    return LabError(f"Logs Insights cannot read the query: {said.get('message')}.", found=marked)
