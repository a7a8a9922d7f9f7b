"""Lab 08, search events: who stopped the production database, from where, and what else?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Standing, Step

DATABASE = "hana-prd"


def who_stopped_it(lab: Any) -> dict[str, Any]:
    import json

    pages = lab.client("cloudtrail").get_paginator("lookup_events").paginate
    named = [{"Name": "tag:Name", "Values": ["hana-prd"]}]
    database = lab.client("ec2").describe_instances(Filters=named)["Reservations"][0]["Instances"][
        0
    ]
    by_resource = [{"AttributeKey": "ResourceName", "AttributeValue": database["InstanceId"]}]
    found = [event for page in pages(LookupAttributes=by_resource) for event in page["Events"]]
    touched = [json.loads(event["CloudTrailEvent"]) for event in found]
    stops = [r for r in touched if r["eventName"] == "StopInstances" and "errorCode" not in r]
    stop = stops[0]
    key = stop["userIdentity"]["accessKeyId"]

    by_name = [{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}]
    found = [event for page in pages(LookupAttributes=by_name) for event in page["Events"]]
    grants = [json.loads(event["CloudTrailEvent"]) for event in found]
    granted = (g for g in grants if "errorCode" not in g)
    grant = next(g for g in granted if g["responseElements"]["credentials"]["accessKeyId"] == key)
    return {"user": grant["userIdentity"]["userName"], "address": stop["sourceIPAddress"]}


def wrong_role(lab: Any) -> dict[str, Any]:
    return {**_truth(lab), "user": "SAPOperator"}


def wrong_session_name(lab: Any) -> dict[str, Any]:
    return {**_truth(lab), "user": "maintenance"}


def wrong_office(lab: Any) -> dict[str, Any]:
    return {**_truth(lab), "address": "198.51.100.7"}


def look_for_culprit(lab: Any, answers: Answers) -> Iterator[Step]:
    truth = _truth(lab)
    user, address = answers.get("user"), answers.get("address")
    known_as = _stop(lab).get("userIdentity", {}).get("arn", "")
    hint = "Search all events of that time once more: who got the session's key?"
    if user and user in known_as:
        hint = (
            f"{user} is what the session is called. A role is worn by somebody: find the "
            "AssumeRole event whose answer holds the accessKeyId of the StopInstances event."
        )
    yield _answer("User", truth["user"], user, "the IAM user behind the session", hint)
    hint = "sourceIPAddress stands in the StopInstances record itself."
    yield _answer("Address", truth["address"], address, "the record's sourceIPAddress", hint)


def what_else(lab: Any) -> dict[str, Any]:
    import json

    pages = lab.client("cloudtrail").get_paginator("lookup_events").paginate
    named = [{"Name": "tag:Name", "Values": ["hana-prd"]}]
    database = lab.client("ec2").describe_instances(Filters=named)["Reservations"][0]["Instances"][
        0
    ]
    by_resource = [{"AttributeKey": "ResourceName", "AttributeValue": database["InstanceId"]}]
    found = [event for page in pages(LookupAttributes=by_resource) for event in page["Events"]]
    touched = [json.loads(event["CloudTrailEvent"]) for event in found]
    stops = [r for r in touched if r["eventName"] == "StopInstances" and "errorCode" not in r]
    key = stops[0]["userIdentity"]["accessKeyId"]

    by_key = [{"AttributeKey": "AccessKeyId", "AttributeValue": key}]
    found = [event for page in pages(LookupAttributes=by_key) for event in page["Events"]]
    session = [json.loads(event["CloudTrailEvent"]) for event in found]
    writes = [r for r in session if not r["readOnly"] and r["eventName"] != "StopInstances"]
    return {
        "changed": sorted({r["eventName"] for r in writes if "errorCode" not in r}),
        "refused": sorted({r["eventName"] for r in writes if "errorCode" in r}),
    }


def wrong_only_first(lab: Any) -> dict[str, Any]:
    return {**_rest(lab), "changed": ["CreateSnapshot"]}


def wrong_mixed(lab: Any) -> dict[str, Any]:
    rest = _rest(lab)
    return {"changed": rest["changed"] + rest["refused"], "refused": rest["refused"]}


def look_for_rest(lab: Any, answers: Answers) -> Iterator[Step]:
    truth = _rest(lab)
    yield _names("changed", truth["changed"], answers.get("changed"), "no errorCode")
    yield _names("refused", truth["refused"], answers.get("refused"), "an errorCode")


def _truth(lab: Any) -> dict[str, str]:
    """The right answers, found in Event history as a learner would find them."""
    stop = _stop(lab)
    key = stop.get("userIdentity", {}).get("accessKeyId")
    for record in looks.records(lab, "EventName", "AssumeRole"):
        answer = record.get("responseElements") or {}
        if answer.get("credentials", {}).get("accessKeyId") == key:
            user = record["userIdentity"]["userName"]
            return {"user": user, "address": stop["sourceIPAddress"]}
    return {"user": "", "address": ""}


def _rest(lab: Any) -> dict[str, list[str]]:
    key = _stop(lab).get("userIdentity", {}).get("accessKeyId", "none")
    session = looks.records(lab, "AccessKeyId", key)
    writes = [r for r in session if not r["readOnly"] and r["eventName"] != "StopInstances"]
    return {
        "changed": sorted({r["eventName"] for r in writes if "errorCode" not in r}),
        "refused": sorted({r["eventName"] for r in writes if "errorCode" in r}),
    }


def _stop(lab: Any) -> dict[str, Any]:
    """The record of the night: the production database stopped, in a role."""
    from lablib import estate

    return estate.night_record(lab)


def _answer(what: str, right: str, given: Any, expected: str, hint: str) -> Step:
    """A step over an answer, which never says the right one aloud."""
    if not given:
        return Step(what, expected, "no answer", Standing.MISSING, hint)
    good = bool(right) and str(given).strip().lower() == right.lower()
    return Step(what, expected, str(given), Standing.OK if good else Standing.WRONG, hint)


def _names(what: str, right: Iterable[str], given: Any, mark: str) -> Step:
    expected = f"the session's other writes with {mark}"
    hint = f"Look up AccessKeyId = the session's key; keep readOnly false, and records with {mark}."
    if given is None:
        return Step(what, expected, "no answer", Standing.MISSING, hint)
    names = {given} if isinstance(given, str) else set(map(str, given))
    found = ", ".join(sorted(names)) or "none"
    missing, extra = set(right) - names, names - set(right)
    if not missing and not extra:
        return Step(what, expected, found, Standing.OK)
    said = f"{len(missing)} missing, {len(extra)} too many"
    return Step(what, expected, f"{found} ({said})", Standing.WRONG, hint)


EXERCISES = (
    Exercise(
        id="08.who",
        title="Who stopped the production database?",
        minutes=8,
        given=f"the morning after: `{DATABASE}` is stopped, and Event history has kept the night",
        goal="name the IAM `user` behind the session, and the `address` the call came from",
        look=look_for_culprit,
        solve=who_stopped_it,
        hints=(
            "Look up EventName = StopInstances; one of the records has no errorCode.",
            "Its userIdentity is a session of a role. Note the accessKeyId: it begins with ASIA.",
            "AssumeRole's responseElements say which key was given out; its userIdentity, to whom.",
        ),
        wrong=(
            Wrong(wrong_role, "SAPOperator is what the session is called"),
            Wrong(wrong_session_name, "maintenance is what the session is called"),
            Wrong(
                wrong_office, "Address: expected the record's sourceIPAddress, found 198.51.100.7"
            ),
        ),
        asks=("user", "address"),
        console="CloudTrail › Event history › Event name = StopInstances; then AWS access "
        "key = the session's key",
        cli="aws cloudtrail lookup-events --lookup-attributes "
        "AttributeKey=EventName,AttributeValue=StopInstances",
    ),
    Exercise(
        id="08.rest",
        title="And what else did they touch?",
        minutes=7,
        given="the access key of the session that stopped the database",
        goal="list the other writes of that session: what was `changed`, and what was `refused`",
        look=look_for_rest,
        solve=what_else,
        hints=(
            "One attribute finds everything a session did: AccessKeyId.",
            "Writes have readOnly false. A refused call has an errorCode.",
            "Answer with lists of event names: changed=[…], refused=[…].",
        ),
        wrong=(
            Wrong(wrong_only_first, "1 missing, 0 too many"),
            Wrong(wrong_mixed, "0 missing, 2 too many"),
        ),
        asks=("changed", "refused"),
        console="CloudTrail › Event history › AWS access key = the session's key › Download events",
        cli="aws cloudtrail lookup-events --lookup-attributes "
        "AttributeKey=AccessKeyId,AttributeValue=ASIA…",
    ),
)
