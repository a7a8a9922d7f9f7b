"""Alarms: when they change their state, what they say, and that idle days cost nothing."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from lablib.monitoring.alarm import StateValue, Watch
from lablib.monitoring.errors import MonitoringError
from lablib.monitoring.evaluation import judge
from lablib.monitoring.metrics import Datum, Metric, Metrics
from lablib.monitoring.query import Query
from tests.monitoring.watched import START, TOPIC, Watched

METRIC = Metric("N", "M")

# CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data": 0 is a data point
# within the threshold, X a breaching one, - a missing one; the right one is the newest.
# (datapoints to alarm, points, missing, ignore, breaching, notBreaching); "" keeps the state.
TABLE = [
    (3, "0-X-X", "OK", "OK", "OK", "OK"),
    (3, "0----", "OK", "OK", "OK", "OK"),
    (3, "-----", "INSUFFICIENT_DATA", "", "ALARM", "OK"),
    (3, "0XX-X", "ALARM", "ALARM", "ALARM", "ALARM"),
    (3, "----X", "INSUFFICIENT_DATA", "", "ALARM", "OK"),
    (3, "X----", "ALARM", "", "ALARM", "OK"),
    (3, "--X--", "ALARM", "", "ALARM", "OK"),
    (2, "0-X-X", "ALARM", "ALARM", "ALARM", "ALARM"),
    (2, "00X0X", "ALARM", "ALARM", "ALARM", "ALARM"),
    (2, "0-X--", "OK", "OK", "ALARM", "OK"),
    (2, "----0", "OK", "OK", "ALARM", "OK"),
    (2, "----X", "INSUFFICIENT_DATA", "", "ALARM", "OK"),
    (2, "---X-", "ALARM", "", "ALARM", "OK"),
]
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
CASES = [
    (needed, points, treatment, expected)
    for needed, points, *by_treatment in TABLE
    for treatment, expected in zip(TREATMENTS, by_treatment, strict=True)
]


@pytest.mark.parametrize(("needed", "points", "treatment", "expected"), CASES)
@pytest.mark.parametrize("state", ["OK", "ALARM"])
def test_missing_data_are_treated_as_the_tables_of_the_documentation_say(
    needed: int, points: str, treatment: str, expected: str, state: StateValue
) -> None:
    metrics, period = Metrics(), 300
    for place, sign in enumerate(points):
        at = START - timedelta(seconds=period * (len(points) - place))
        if sign != "-":
            metrics.add([Datum(METRIC, at, ((9.0 if sign == "X" else 0.0, 1.0),))])
    query = Query("m1", METRIC, "Sum", period)
    watch = Watch(
        (query,), period, "GreaterThanThreshold", 5.0, 3, None if needed == 3 else needed, treatment
    )
    judged = judge(watch, metrics, START, state)
    assert (judged.value or "") == expected


def test_a_new_alarm_has_insufficient_data_until_something_is_measured() -> None:
    watched = Watched()
    watched.alarm()
    assert watched.state() == "INSUFFICIENT_DATA"
    assert watched.reason() == "Unchecked: Initial alarm creation"
    watched.agenda.wind(hours=5)
    assert watched.state() == "INSUFFICIENT_DATA"
    watched.measure()
    assert watched.state() == "INSUFFICIENT_DATA"
    watched.agenda.wind(minutes=1)
    assert watched.state() == "ALARM"


def test_an_alarm_rings_at_the_whole_minute_and_says_so_in_awss_words() -> None:
    watched = Watched()
    watched.alarm(DatapointsToAlarm=1, TreatMissingData="notBreaching")
    watched.agenda.wind(minutes=3, seconds=20)
    watched.measure()
    watched.agenda.wind(minutes=2)
    assert watched.reason() == (
        "Threshold Crossed: 1 out of the last 1 datapoints [1.0 (23/11/26 09:59:00)] was greater "
        "than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    times = [(time, said.subject) for time, _, said in watched.said]
    assert times == [
        (START + timedelta(minutes=1), 'OK: "a" in US East (N. Virginia)'),
        (START + timedelta(minutes=4), 'ALARM: "a" in US East (N. Virginia)'),
    ]
    message = json.loads(watched.said[-1][2].message)
    assert message["StateChangeTime"] == "2026-11-23T10:04:00.000+0000"
    assert message["OldStateValue"] == "OK"
    assert message["Trigger"]["Statistic"] == "SUM"
    assert message["Trigger"]["Dimensions"] == []
    watched.agenda.wind(hours=1)
    assert watched.state() == "OK"


def test_history_tells_configuration_states_and_actions() -> None:
    watched = Watched()
    watched.alarm()
    watched.measure()
    watched.failure = "no"
    watched.agenda.wind(minutes=2)
    items = watched.call("DescribeAlarmHistory", AlarmName="a")["AlarmHistoryItems"]
    assert [(item["HistoryItemType"], item["HistorySummary"]) for item in items] == [
        ("Action", f'Failed to execute action {TOPIC}. Received error: "no"'),
        ("StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"),
        ("ConfigurationUpdate", 'Alarm "a" created'),
    ]
    update = json.loads(items[1]["HistoryData"])
    assert update["newState"]["stateReasonData"]["recentDatapoints"] == [1.0]
    watched.agenda.wind(days=31)
    assert watched.call("DescribeAlarmHistory")["AlarmHistoryItems"] == []


def test_a_set_state_lasts_until_the_next_evaluation() -> None:
    watched = Watched()
    watched.alarm(TreatMissingData="notBreaching")
    watched.agenda.wind(minutes=5)
    watched.call("SetAlarmState", AlarmName="a", StateValue="ALARM", StateReason="a test")
    assert watched.state() == "ALARM"
    assert watched.said[-1][2].subject.startswith("ALARM")
    watched.agenda.wind(minutes=1)
    assert watched.state() == "OK"


def test_two_of_three_points_ring_and_one_does_not() -> None:
    watched = Watched()
    watched.alarm(Period=60, EvaluationPeriods=3, DatapointsToAlarm=2, Threshold=5.0)
    for value in (9.0, 0.0, 0.0, 9.0, 0.0, 9.0):
        watched.measure(value)
        watched.agenda.wind(minutes=1)
        before = watched.state()
    assert before == "ALARM"
    assert "2 out of the last 3 datapoints" in watched.reason()


def test_a_disabled_alarm_changes_its_state_in_silence() -> None:
    watched = Watched()
    watched.alarm(ActionsEnabled=False)
    watched.measure()
    watched.agenda.wind(minutes=2)
    assert watched.state() == "ALARM"
    assert watched.said == []
    watched.call("EnableAlarmActions", AlarmNames=["a"])
    watched.call("SetAlarmState", AlarmName="a", StateValue="OK", StateReason="r")
    assert len(watched.said) == 1


def test_a_composite_alarm_follows_its_children_at_once() -> None:
    watched = Watched()
    watched.alarm("one", AlarmActions=[], OKActions=[], TreatMissingData="notBreaching")
    watched.alarm("two", AlarmActions=[], OKActions=[], MetricName="M2")
    rule = 'ALARM(one) AND NOT ALARM("two")'
    watched.call("PutCompositeAlarm", AlarmName="c", AlarmRule=rule, AlarmActions=[TOPIC])
    assert watched.state("c") == "OK"
    watched.measure()
    watched.agenda.wind(minutes=2)
    assert watched.state("c") == "ALARM"
    message = json.loads(watched.said[-1][2].message)
    assert message["AlarmRule"] == rule
    assert (
        "alarm:one transitioned to ALARM at Monday 23 November, 2026 10:01:00 UTC"
        in (message["NewStateReason"])
    )
    watched.measure(name="M2")
    watched.agenda.wind(minutes=1)
    assert watched.state("c") == "OK"
    with pytest.raises(MonitoringError) as refused:
        watched.call("DeleteAlarms", AlarmNames=["one"])
    assert "depending on it" in refused.value.message


def test_an_alarm_on_metric_math_watches_all_its_metrics() -> None:
    watched = Watched()

    def stat(id: str, name: str) -> dict[str, object]:
        metric = {"Namespace": "N", "MetricName": name}
        of = {"Metric": metric, "Period": 60, "Stat": "Sum"}
        return {"Id": id, "MetricStat": of, "ReturnData": False}

    share = {"Id": "e", "Expression": "100 * bad / FILL(all, 1)", "ReturnData": True}
    watched.call(
        "PutMetricAlarm",
        AlarmName="a",
        Metrics=[stat("bad", "Bad"), stat("all", "All"), share],
        EvaluationPeriods=1,
        Threshold=50.0,
        ComparisonOperator="GreaterThanThreshold",
    )
    watched.measure(10.0, "All")
    watched.measure(6.0, "Bad")
    watched.agenda.wind(minutes=1)
    assert watched.state() == "ALARM"
    assert "[60.0 (" in watched.reason()


def test_extended_statistics_look_at_the_single_values() -> None:
    watched = Watched()
    watched.alarm(Statistic=None, ExtendedStatistic="p90", Period=60, Threshold=9.0)
    for value in range(1, 11):
        watched.measure(float(value))
    watched.agenda.wind(minutes=1)
    assert watched.state() == "ALARM"


def test_several_alarms_ring_in_order_on_one_winding() -> None:
    watched = Watched()
    watched.alarm("five", Threshold=2.0)
    watched.alarm("one", Period=60)
    watched.measure()
    watched.agenda.wind(minutes=1, seconds=30)
    watched.measure()
    watched.agenda.wind(hours=2)
    said = [(time - START, said.subject) for time, _, said in watched.said]
    rung = [(at, subject[7:12]) for at, subject in said if subject.startswith("ALARM")]
    assert rung[:2] == [(timedelta(minutes=1), '"one"'), (timedelta(minutes=2), '"five')]
    assert [at for at, _ in said] == sorted(at for at, _ in said)


def test_idle_days_happen_without_a_single_evaluation() -> None:
    watched = Watched()
    for number in range(50):
        watched.alarm(f"alarm {number}", TreatMissingData="notBreaching")
    watched.agenda.wind(hours=1)
    assert watched.agenda.wind(days=30) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Period": 301}, "Period must be 10, 20, 30 or a multiple of 60"),
        ({"Period": 300, "EvaluationPeriods": 300}, "must be <= 86400"),
        ({"DatapointsToAlarm": 2}, "DatapointsToAlarm"),
        ({"TreatMissingData": "maybe"}, "TreatMissingData"),
        ({"AlarmActions": ["ops"]}, "Invalid arn syntax: ops"),
        ({"AlarmActions": ["arn:aws:sns:eu-west-1:1:t"]}, "Invalid region eu-west-1 specified"),
        ({"ComparisonOperator": "Like"}, "comparisonOperator"),
        ({"ExtendedStatistic": "p90"}, "Exactly one of"),
        ({"Statistic": "Median"}, "Median"),
    ],
)
def test_what_aws_would_refuse_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(MonitoringError) as refused:
        Watched().alarm(**change)
    assert refused.value.code == "ValidationError"
    assert words in refused.value.message
