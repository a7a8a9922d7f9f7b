"""A small log of CloudTrail records for queries: a morning, five events, and a line of text."""

from __future__ import annotations

import json
from typing import Any

from lablib.monitoring.insights import Engine, Log, LogEvent, Outcome, read, run

TEN = 1_961_748_000_000  # 2032-03-01 10:00:00 UTC in milliseconds
ENGINE = Engine()
GROUP = "123456789012:trail"
BYTES = "bytesTransferredOut"


def record(name: str, user: str, source: str = "ec2", **more: Any) -> dict[str, Any]:
    return {
        "eventName": name,
        "eventSource": f"{source}.amazonaws.com",
        "awsRegion": "us-east-1",
        "readOnly": False,
        "userIdentity": {"type": "IAMUser", "userName": user, "accountId": "123456789012"},
        **more,
    }


RECORDS = [
    record(
        "StopInstances",
        "ana",
        sourceIPAddress="10.1.2.3",
        requestParameters={
            "instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}
        },
    ),
    record(
        "CreateUser", "ben", "iam", requestParameters={"userName": "eve"}, sourceIPAddress="::1"
    ),
    record("GetObject", "ana", "s3", readOnly=True, additionalEventData={"bytesTransferredOut": 9}),
    record(
        "UpdateTrail",
        "ben",
        "cloudtrail",
        errorCode="AccessDenied",
        errorMessage="not allowed",
        requestParameters={"x-amz-acl": "private", "tags": []},
    ),
    record("StartInstances", "user10", additionalEventData={BYTES: 100}),
]
# Two minutes lie between one record and the next.
LOG = Log.of(
    [
        LogEvent(TEN + place * 120_000, json.dumps(one), "trail", GROUP, TEN + 500_000)
        for place, one in enumerate(RECORDS)
    ]
    + [LogEvent(TEN + 600_001, 'user=ana, method:GET, "latency" := 12', "text")]
)


def ask(query: str, log: Log = LOG, limit: int | None = None) -> Outcome:
    return run(read(query), log, ENGINE, now=TEN // 1000, limit=limit)


def rows(query: str, log: Log = LOG) -> list[dict[str, str]]:
    return [dict(row.fields) for row in ask(query, log).rows]


def column(query: str, log: Log = LOG) -> list[str | None]:
    """The values of the only column; None for a row that lacks it."""
    return [next(iter(row.values()), None) for row in rows(query, log)]
