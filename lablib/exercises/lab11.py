"""Lab 11, the fifteen alarms: what lit one of them, and two patterns with a gap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lablib.estate.cis import PATTERNS
from lablib.estate.drills import MEDDLER
from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Standing, Step, equal, there, unset

GROUP = "sap-trail-events"
NAMESPACE = "CISBenchmark"


# --- which call lit 4.5? -------------------------------------------------------------------------


def find_what_lit_it(lab: Any) -> dict[str, Any]:
    import json

    from lablib import estate

    pattern = next(control.pattern for control in estate.CONTROLS if control.number == "4.5")
    logs = lab.client("logs")
    found = logs.filter_log_events(logGroupName="sap-trail-events", filterPattern=pattern)
    records = [json.loads(event["message"]) for event in found["events"]]
    strange = [r for r in records if r["userIdentity"].get("userName") != "learner"]
    newest = max(strange, key=lambda record: record["eventTime"])
    return {
        "call": newest["eventName"],
        "who": newest["userIdentity"]["userName"],
        "worked": "errorCode" not in newest,
    }


def wrong_own_drill(lab: Any) -> dict[str, Any]:
    return {"call": "StartLogging", "who": "learner", "worked": True}


def wrong_stopped(lab: Any) -> dict[str, Any]:
    return {**_truth(lab), "worked": True}


def wrong_person(lab: Any) -> dict[str, Any]:
    return {**_truth(lab), "who": "anna"}


def look_at_what_lit_it(lab: Any, answers: Answers) -> Iterator[Step]:
    truth = _truth(lab)
    if missing := the_meddling(lab):
        yield missing
        return
    hint = "filter_log_events takes the pattern of 4.5, and shows the events that it counted."
    yield _answer("Call", "an event name that 4.5 counts", truth["call"], answers, "call", hint)
    hint = "userIdentity of that very record; you know which of its events were your own drill."
    yield _answer("Who", "the userName in its record", truth["who"], answers, "who", hint)
    hint = "An event tells of a call, not of a success: a record with an errorCode was refused."
    expected = "True without an errorCode, else False"
    yield _answer("Worked", expected, truth["worked"], answers, "worked", hint)


def the_meddling(lab: Any) -> Step | None:
    """What comes first: somebody has to have tried something."""
    if _truth(lab):
        return None
    return there("A try at the trail", None, hint="Run the cell above: estate.meddling(lab).")


def _answer(what: str, expected: str, right: Any, answers: Answers, name: str, hint: str) -> Step:
    """A step over an answer, which never says the right one aloud."""
    given = answers.get(name)
    if given is None:
        return Step(what, expected, "no answer", Standing.MISSING, hint)
    good = str(given).strip().lower() == str(right).lower()
    return Step(what, expected, str(given), Standing.OK if good else Standing.WRONG, hint)


def _truth(lab: Any) -> dict[str, Any]:
    """The newest try at the trail by the one who meddles, as Event history has it."""
    records = looks.records(lab, "Username", MEDDLER)
    tries = (r for r in records if r["eventName"] in PATTERNS["4.5"])
    record = next(tries, None)
    if record is None:
        return {}
    return {"call": record["eventName"], "who": MEDDLER, "worked": "errorCode" not in record}


# --- patterns, tried on records ------------------------------------------------------------------

# In words: what it is, its record, whether it should count, and what to say if it doesn't.
Sample = tuple[str, dict[str, str], bool, str]

_LOGS = "delivery.logs.amazonaws.com"
_DENIED = "Who is refused has an errorCode that ends in UnauthorizedOperation or begins with Access"
_TRAP = "&& binds tighter than ||: put the two error codes, with their ||, in parentheses."
DENIED: tuple[Sample, ...] = (
    (
        "Client.UnauthorizedOperation of a person",
        {"errorCode": "Client.UnauthorizedOperation", "sourceIPAddress": "192.0.2.146"},
        True,
        f"{_DENIED}Denied.",
    ),
    (
        "AccessDenied of a person",
        {"errorCode": "AccessDenied", "sourceIPAddress": "192.0.2.146"},
        True,
        f"{_DENIED}Denied.",
    ),
    (
        "AccessDenied for HeadBucket",
        {"errorCode": "AccessDenied", "eventName": "HeadBucket", "sourceIPAddress": "192.0.2.1"},
        False,
        "The benchmark leaves HeadBucket out: programs ask it all day.",
    ),
    (
        f"Client.UnauthorizedOperation from {_LOGS}",
        {"errorCode": "Client.UnauthorizedOperation", "sourceIPAddress": _LOGS},
        False,
        _TRAP,
    ),
    (
        f"AccessDenied from {_LOGS}",
        {"errorCode": "AccessDenied", "sourceIPAddress": _LOGS},
        False,
        "The exclusions are for both error codes.",
    ),
    (
        "NoSuchBucket of a person",
        {"errorCode": "NoSuchBucket", "sourceIPAddress": "192.0.2.146"},
        False,
        "Not every error is a refusal.",
    ),
)


def _of_cloudtrail(name: str) -> dict[str, str]:
    return {"eventSource": "cloudtrail.amazonaws.com", "eventName": name}


_FIVE = "The five calls of the benchmark have to stay: the same filter name replaces its pattern."
_TRAILS = ("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging")
SELECTORS: tuple[Sample, ...] = (
    *((name, _of_cloudtrail(name), True, _FIVE) for name in _TRAILS),
    (
        "PutEventSelectors",
        _of_cloudtrail("PutEventSelectors"),
        True,
        "One more name, joined by ||.",
    ),
    (
        "GetEventSelectors",
        _of_cloudtrail("GetEventSelectors"),
        False,
        "Looking is no change: a * takes too much here.",
    ),
)


def _look(lab: Any, number: str, samples: tuple[Sample, ...], wanted: str) -> Iterator[Step]:
    if missing := _no_filter(lab, number):
        yield missing
        return
    patterns = [one["filterPattern"] for one in _filters(lab, number)]
    if patterns == [PATTERNS[number]]:
        hint = f"put_metric_filter with the name cis-{number} replaces the pattern."
        yield unset(f"Pattern of {number}", wanted, "the benchmark's own", hint)
        return
    records = [{"eventName": "ListUsers", **record} for _, record, _, _ in samples]
    asked = [looks.takes(lab, pattern, records) for pattern in patterns]
    taken = [any(answers) for answers in zip(*asked, strict=True)]
    for (what, _, counts, hint), found in zip(samples, taken, strict=True):
        yield equal(what, _word(counts), _word(found), hint)


def _no_filter(lab: Any, number: str) -> Step | None:
    if _filters(lab, number):
        return None
    hint = "Run the cells above first; they make fifteen filters."
    return there(f"Metric filter for cis-{number}", None, hint=hint)


def _word(counts: bool) -> str:
    return "counted" if counts else "not counted"


def _filters(lab: Any, number: str) -> list[dict[str, Any]]:
    """The filters that feed the metric of a control, whatever their names."""
    metric = (NAMESPACE, f"cis-{number}")
    return [
        one
        for one in looks.metric_filters(lab, GROUP)
        if any(
            (t["metricNamespace"], t["metricName"]) == metric for t in one["metricTransformations"]
        )
    ]


def _put(lab: Any, number: str, pattern: str) -> None:
    counted = {"metricNamespace": NAMESPACE, "metricName": f"cis-{number}", "metricValue": "1"}
    lab.client("logs").put_metric_filter(
        logGroupName=GROUP,
        filterName=f"cis-{number}",
        filterPattern=pattern,
        metricTransformations=[counted],
    )


def _back(lab: Any, number: str) -> None:
    """The benchmark's pattern, and it alone. Nothing, where the lab's cells have not run."""
    filters = _filters(lab, number)
    for one in filters:
        lab.client("logs").delete_metric_filter(logGroupName=GROUP, filterName=one["filterName"])
    if filters:
        _put(lab, number, PATTERNS[number])


# --- 4.1, as it was meant ------------------------------------------------------------------------


def leave_out_for_both(lab: Any) -> None:
    refused = '($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")'
    service = '$.sourceIPAddress != "delivery.logs.amazonaws.com"'
    lab.client("logs").put_metric_filter(
        logGroupName="sap-trail-events",
        filterName="cis-4.1",
        filterPattern=f'{{ ({refused}) && ({service}) && ($.eventName != "HeadBucket") }}',
        metricTransformations=[
            {"metricNamespace": "CISBenchmark", "metricName": "cis-4.1", "metricValue": "1"}
        ],
    )


def wrong_other_half(lab: Any) -> None:
    """Parentheses where they change nothing."""
    _put(
        lab,
        "4.1",
        '{ ($.errorCode = "*UnauthorizedOperation") || (($.errorCode = "AccessDenied*") && '
        f'($.sourceIPAddress != "{_LOGS}") && ($.eventName != "HeadBucket")) }}',
    )


def wrong_only_denied(lab: Any) -> None:
    _put(
        lab,
        "4.1",
        f'{{ ($.errorCode = "AccessDenied*") && ($.sourceIPAddress != "{_LOGS}") && '
        '($.eventName != "HeadBucket") }',
    )


def wrong_every_error(lab: Any) -> None:
    _put(
        lab,
        "4.1",
        f'{{ ($.errorCode = "*") && ($.sourceIPAddress != "{_LOGS}") && '
        '($.eventName != "HeadBucket") }',
    )


def undo_denied(lab: Any) -> None:
    _back(lab, "4.1")


def look_at_denied(lab: Any, answers: Answers) -> Iterator[Step]:
    yield from _look(lab, "4.1", DENIED, "one whose exceptions hold for both error codes")


# --- 4.5, without its gap ------------------------------------------------------------------------


def close_the_gap(lab: Any) -> None:
    from lablib import estate

    pattern = next(control.pattern for control in estate.CONTROLS if control.number == "4.5")
    lab.client("logs").put_metric_filter(
        logGroupName="sap-trail-events",
        filterName="cis-4.5",
        filterPattern=pattern.replace("}", "|| ($.eventName = PutEventSelectors) }"),
        metricTransformations=[
            {"metricNamespace": "CISBenchmark", "metricName": "cis-4.5", "metricValue": "1"}
        ],
    )


def wrong_replaced(lab: Any) -> None:
    _put(lab, "4.5", "{ $.eventName = PutEventSelectors }")


def wrong_wildcard(lab: Any) -> None:
    _put(lab, "4.5", PATTERNS["4.5"].replace("}", "|| ($.eventName = *EventSelectors) }"))


def undo_gap(lab: Any) -> None:
    _back(lab, "4.5")


def look_at_gap(lab: Any, answers: Answers) -> Iterator[Step]:
    yield from _look(lab, "4.5", SELECTORS, "one that counts PutEventSelectors, too")


EXERCISES = (
    Exercise(
        id="11.which",
        title="Which call lit 4.5?",
        minutes=5,
        given="a light at 4.5 that you did not cause",
        goal="name the `call`, `who` made it, and whether it `worked` (True or False)",
        look=look_at_what_lit_it,
        needs=the_meddling,
        solve=find_what_lit_it,
        hints=(
            "The pattern that rang is also the search that finds what it counted.",
            "`logs.filter_log_events(logGroupName=…, filterPattern=…)`: 4.5's own pattern.",
            "Leave your own drill out. The record that is left says who, and whether it worked.",
        ),
        wrong=(
            Wrong(wrong_own_drill, "Call: expected an event name that 4.5 counts, found Start"),
            Wrong(wrong_stopped, "a record with an errorCode was refused"),
            Wrong(wrong_person, "Who: expected the userName in its record, found anna"),
        ),
        asks=("call", "who", "worked"),
        console=f"CloudWatch › Log groups › {GROUP} › Search all log streams › the filter pattern",
        cli=f"aws logs filter-log-events --log-group-name {GROUP} --filter-pattern "
        "'{ $.eventName = *Logging }'",
    ),
    Exercise(
        id="11.refused",
        title="4.1, as it was meant",
        minutes=5,
        given="the pattern of 4.1, whose exceptions hold for one of its two error codes",
        goal="`cis-4.1` counts both error codes, and leaves out the exceptions for both",
        look=look_at_denied,
        needs=lambda lab: _no_filter(lab, "4.1"),
        solve=leave_out_for_both,
        hints=(
            "`A || B && C` is read as `A || (B && C)`. What you want is `(A || B) && C`.",
            "`put_metric_filter` with the same filterName replaces the pattern.",
            "`test_metric_filter` tries a pattern on records before you trust it.",
        ),
        wrong=(
            Wrong(wrong_other_half, f"from {_LOGS}: expected not counted, found counted"),
            Wrong(wrong_only_denied, "Client.UnauthorizedOperation of a person: expected counted"),
            Wrong(wrong_every_error, "NoSuchBucket of a person: expected not counted"),
        ),
        undo=undo_denied,
        console=f"CloudWatch › Log groups › {GROUP} › Metric filters › cis-4.1 › Edit",
        cli=f"aws logs put-metric-filter --log-group-name {GROUP} --filter-name cis-4.1 …",
    ),
    Exercise(
        id="11.selectors",
        title="Close the gap of 4.5",
        minutes=4,
        given="`cis-4.5`, which stays dark when somebody changes what a trail records",
        goal="`cis-4.5` counts PutEventSelectors beside its five calls",
        look=look_at_gap,
        needs=lambda lab: _no_filter(lab, "4.5"),
        solve=close_the_gap,
        hints=(
            "Take the pattern of 4.5 and add one name, joined by `||`.",
            "The same filterName replaces the pattern: give all six names.",
        ),
        wrong=(
            Wrong(wrong_replaced, "CreateTrail: expected counted, found not counted"),
            Wrong(wrong_wildcard, "GetEventSelectors: expected not counted, found counted"),
        ),
        undo=undo_gap,
        console=f"CloudWatch › Log groups › {GROUP} › Metric filters › cis-4.5 › Edit",
        cli=f"aws logs put-metric-filter --log-group-name {GROUP} --filter-name cis-4.5 …",
    ),
)
