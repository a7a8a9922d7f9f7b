"""What is measured of CloudWatch: filters against the time they may take, alarms against none."""

from __future__ import annotations

import json
import time
from typing import Any

from lablib.estate.cis import PATTERNS
from lablib.monitoring.patterns import Line, compiled
from tests.bench.measures import Pair
from tests.bench.trails import DAY, trails

ALARMS = 50
EVALUATIONS_A_SECOND = 50_000
MORE = (
    "{ $.eventName = RunInstances }",
    '{ $.awsRegion != "us-east-1" }',
    '{ $.userIdentity.sessionContext.attributes.mfaAuthenticated = "false" }',
    '{ $.responseElements.instancesSet.items[*].instanceId = "i-0abc" }',
    "{ $.sourceIPAddress = %^10\\.% && $.readOnly IS FALSE }",
)
RECORD = {
    "eventVersion": "1.11",
    "userIdentity": {
        "type": "IAMUser",
        "arn": "arn:aws:iam::123456789012:user/learner",
        "accountId": "123456789012",
        "userName": "learner",
        "sessionContext": {"attributes": {"mfaAuthenticated": "false"}},
    },
    "eventTime": "2026-11-23T10:00:00Z",
    "eventSource": "ec2.amazonaws.com",
    "eventName": "DescribeInstances",
    "awsRegion": "us-east-1",
    "sourceIPAddress": "10.1.2.3",
    "userAgent": "x" * 120,
    "requestParameters": {"instancesSet": {}, "filterSet": {}, "ids": list(range(20))},
    "readOnly": True,
    "recipientAccountId": "123456789012",
}


def filters(events: int = 100_000) -> list[Pair]:
    """Seconds for twenty filters on so many events, and the seconds that they may take."""
    patterns = [compiled(pattern) for pattern in [*PATTERNS.values(), *MORE]]
    message = json.dumps(RECORD)
    began = time.process_time()
    for _ in range(events):
        line = Line(message)
        for pattern in patterns:
            pattern.takes(line)
    took = time.process_time() - began
    return [(took, events * len(patterns) / EVALUATIONS_A_SECOND)]


def wind(days: int = 30, rounds: int = 5) -> list[Pair]:
    """Seconds to wind so many idle days with fifty alarms, and with none, in turns."""
    with trails(1) as (plain, without), trails(1) as (watched, with_alarms):
        del plain
        _set_alarms(watched.client("cloudwatch"))
        without.wind(7200)
        with_alarms.wind(7200)
        pairs = []
        for _ in range(rounds):
            began = time.perf_counter()
            with_alarms.wind(days * DAY)
            middle = time.perf_counter()
            without.wind(days * DAY)
            pairs.append((middle - began, time.perf_counter() - middle))
        return pairs


def _set_alarms(cloudwatch: Any) -> None:
    for number in range(ALARMS):
        cloudwatch.put_metric_alarm(
            AlarmName=f"bench{number}",
            Namespace="Bench",
            MetricName=f"metric{number}",
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData=("missing", "notBreaching")[number % 2],
        )
