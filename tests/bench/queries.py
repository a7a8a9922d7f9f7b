"""What is measured of Logs Insights: a query's whole way, and DuckDB's own time for its SQL."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace
from typing import Any

from lablib.account.moto_adapter import logs
from lablib.monitoring.insights import Engine, Limits, Log, read, run
from lablib.monitoring.insights.engine import connect
from lablib.monitoring.insights.plan import plan
from tests.bench.measures import Pair

EVENTS = 100_000
START = 1_961_748_000_000
NAMES = ("StopInstances", "StartInstances", "GetObject", "PutObject", "CreateUser", "AssumeRole")
QUERIES = (
    "stats count(*) as n by eventSource, eventName, awsRegion | sort n desc",
    'filter eventName in ["StopInstances", "CreateUser"] and readOnly = 0 '
    "| fields @timestamp, userIdentity.userName, @message | sort @timestamp desc | limit 100",
    r'filter @message like /i-\d+(7|9)00"/ | stats count(*) by bin(1h)',
    "stats count_distinct(userIdentity.userName), pct(duration, 95), max(duration) by eventName",
)


def insights(rounds: int = 3) -> list[Pair]:
    """Seconds from the stored events to the rows, and of the same SQL on a table of the same
    events in a DuckDB that is set up alike: for each query, the two taking turns."""
    stream = _stream()
    engine, plain = Engine(), connect(Limits())
    _load(plain, stream)
    found = []
    for _ in range(rounds):
        for text in QUERIES:
            sql = plan(read(text), START // 1000).sql
            found.append((_ours(engine, text, stream), _seconds(plain, sql)))
    plain.close()
    return found[len(QUERIES) :]  # the first round warms up


def _ours(engine: Engine, text: str, stream: Any) -> float:
    began = time.perf_counter()
    log = _log(stream)
    outcome = run(read(text), log, engine, START // 1000)
    seconds = time.perf_counter() - began
    assert outcome.rows and outcome.scanned == EVENTS
    return seconds


def _seconds(plain: Any, sql: str) -> float:
    began = time.perf_counter()
    assert plain.execute(sql).fetchall()
    return time.perf_counter() - began


def _log(stream: Any) -> Log:
    log = Log(time=[], message=[], stream=[], log=[], ingested=[])
    logs._add(log, stream, "123456789012:trail", START, START + EVENTS * 1000)
    return log


def _load(plain: Any, stream: Any) -> None:
    import numpy

    log = _log(stream)
    columns = {
        "number": numpy.arange(EVENTS),
        "time": numpy.array(log.time),
        "message": numpy.array(log.message, dtype=object),
    }
    plain.register("given", columns)
    plain.execute("CREATE TABLE log AS SELECT * FROM given")


def _stream() -> Any:
    """Events as moto keeps them."""
    return SimpleNamespace(
        log_stream_name="123456789012_CloudTrail_us-east-1",
        events=[
            SimpleNamespace(
                timestamp=START + number * 1000,
                ingestion_time=START + number * 1000 + 90_000,
                message=json.dumps(_record(number), separators=(",", ":")),
            )
            for number in range(EVENTS)
        ],
    )


def _record(number: int) -> dict[str, Any]:
    """About as long as a record of CloudTrail: 1,200 characters."""
    name = NAMES[number % len(NAMES)]
    user = f"user{number % 97}"
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": f"AIDA{number:017d}",
            "arn": f"arn:aws:iam::123456789012:user/{user}",
            "accountId": "123456789012",
            "accessKeyId": f"AKIA{number % 97:016d}",
            "userName": user,
        },
        "eventTime": "2032-03-01T10:00:00Z",
        "eventSource": "ec2.amazonaws.com" if "Inst" in name else "s3.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": f"10.0.{number % 250}.7",
        "userAgent": "aws-cli/1.46.3 md/Botocore#1.44.5 " + "ua/2.1 os/linux#6.1 " * 6,
        "requestParameters": {"instancesSet": {"items": [{"instanceId": f"i-{number:017d}"}]}},
        "responseElements": {"instancesSet": {"items": [{"currentState": {"name": "stopping"}}]}},
        "duration": number % 1013,
        "requestID": f"{number:036d}",
        "eventID": f"{number:036d}",
        "readOnly": name == "GetObject",
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"},
    }
