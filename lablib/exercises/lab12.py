"""Lab 12, ask the logs: keys of one address, what one of them deleted, and taking it away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from lablib.estate.plunder import DELETION, OWNER, THEIRS, plunder, plundered, seen
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Standing, Step, equal, holds, there, unset

NIGHT = "Run the cell with estate.plunder(lab): without those nights there is nothing to find."
NOT_PLAYED = there("The nights", None, "in the log group", NIGHT)
KEY = "userIdentity.accessKeyId"


def the_nights(lab: Any) -> Step | None:
    """What is missing before the questions about the nights make sense."""
    return None if plundered(lab) else NOT_PLAYED


# --- which keys? --------------------------------------------------------------------------------


def keys_of_the_address(lab: Any) -> dict[str, Any]:
    stop = lab.insights("""
        filter eventName = "StopInstances" and not ispresent(errorCode)
        | filter userIdentity.arn like "/maintenance"
        | fields sourceIPAddress
    """)
    address = stop["sourceIPAddress"].iloc[0]
    found = lab.insights(f"""
        filter sourceIPAddress = "{address}"
        | stats count(*) as calls by userIdentity.accessKeyId
    """)
    return {"keys": list(found["userIdentity.accessKeyId"])}


def wrong_session_only(lab: Any) -> dict[str, Any]:
    """What one key did is what LookupEvents tells; the address had more."""
    plunder(lab)
    return {"keys": [key for key in _keys(lab) if key.startswith("ASIA")][:1]}


def wrong_names(lab: Any) -> dict[str, Any]:
    plunder(lab)
    return {"keys": ["marco", "SAPOperator", "ben"]}


def wrong_bens_own_too(lab: Any) -> dict[str, Any]:
    """By the names of the people, and so with the key of Ben's agent."""
    plunder(lab)
    own = lab.control.get("credentials", user=OWNER)["AccessKeyId"]
    return {"keys": [*_keys(lab), own]}


def look_at_keys(lab: Any, answers: Answers) -> Iterator[Step]:
    if not plundered(lab):
        yield NOT_PLAYED
        return
    yield _keys_step(_keys(lab), answers.get("keys"))


def _keys_step(right: set[str], answer: Any) -> Step:
    what, wanted = "keys", f"each {KEY} of that address"
    hint = f'filter sourceIPAddress = "…" | stats count(*) by {KEY}.'
    several = isinstance(answer, Iterable) and not isinstance(answer, str)
    given = set(map(str, answer if several else filter(None, [answer])))
    if not given:
        return Step(what, wanted, "no answer", Standing.MISSING, hint)
    missing, extra = right - given, given - right
    found = ", ".join(sorted(given))
    if not missing and not extra:
        return Step(what, wanted, found, Standing.OK)
    if not any(key.startswith(("AKIA", "ASIA")) for key in given):
        hint = "Those are no access keys: they begin with AKIA (a user's) or ASIA (a session's)."
    elif extra:
        hint = "One of them never called from that address: filter by it, not by users' names."
    elif len(given) == 1:
        hint = f"That is one of them. The address had others, too: count by {KEY}."
    said = f"{found} ({len(missing)} missing, {len(extra)} too many)"
    return Step(what, wanted, said, Standing.WRONG, hint)


def _keys(lab: Any) -> set[str]:
    """Sign-ins, which may come from there too, are made without a key."""
    rows = seen(lab, f"filter {THEIRS} | stats count(*) by {KEY}")
    return {row[KEY] for row in rows if row.get(KEY)}


# --- what did one of them delete? ---------------------------------------------------------------


def what_was_deleted(lab: Any) -> dict[str, Any]:
    found = lab.insights("""
        filter eventName = "DeleteObject" and sourceIPAddress = "192.0.2.146"
        | filter requestParameters.bucketName = "sap-backint-123456789012"
        | stats count(*) as objects by userIdentity.accessKeyId
        | sort objects desc
    """)
    worst = found.iloc[0]
    return {"key": worst["userIdentity.accessKeyId"], "objects": int(worst["objects"])}


def wrong_all_deletions(lab: Any) -> dict[str, Any]:
    """With the housekeeping of Ben's own agent."""
    return {**_deleted(lab), "objects": _all_deletions(lab)}


def wrong_session_key(lab: Any) -> dict[str, Any]:
    truth = _deleted(lab)
    return {**truth, "key": next(key for key in _keys(lab) if key.startswith("ASIA"))}


def wrong_from_history(lab: Any) -> dict[str, Any]:
    """What Event history says of it."""
    return {**_deleted(lab), "objects": 0}


def look_at_deletions(lab: Any, answers: Answers) -> Iterator[Step]:
    if not plundered(lab):
        yield NOT_PLAYED
        return
    truth = _deletions(lab)
    key = answers.get("key")
    hint = "That key deleted nothing from the address. Count the deletions by key."
    if str(key or "").startswith("ASIA"):
        hint = "That session deleted no object. It made another key, and that one did."
    what, wanted = "key", "the key with which the backups were deleted"
    if not key:
        yield Step(what, wanted, "no answer", Standing.MISSING, f"Count DeleteObject by {KEY}.")
    else:
        yield holds(what, key == truth["key"], wanted, key, hint)
    yield _objects_step(lab, truth["objects"], answers.get("objects"))


def _objects_step(lab: Any, right: int, given: Any) -> Step:
    what, wanted = "objects", "how many backups were deleted with it"
    hint = "DeleteObject is the event; it is a data event, and the log group has it."
    if given is None:
        return Step(what, wanted, "no answer", Standing.MISSING, hint)
    number = _number(given)
    if number == right:
        return Step(what, wanted, str(given), Standing.OK)
    if number == _all_deletions(lab):
        hint = "That counts the housekeeping of Ben's own agent, too: add a second condition."
    elif number == 0:
        hint = "Event history has no data events. Ask the log group."
    return Step(what, wanted, str(given), Standing.WRONG, hint)


def _number(given: Any) -> float | None:
    try:
        return float(given)
    except (TypeError, ValueError):
        return None


def _deletions(lab: Any) -> dict[str, Any]:
    """The key that deleted most from the address, and how many objects it was."""
    counted = f"stats count(*) as objects by {KEY} | sort objects desc"
    first = seen(lab, f"filter {DELETION} and {THEIRS} | {counted}")[0]
    return {"key": first[KEY], "objects": int(first["objects"])}


def _all_deletions(lab: Any) -> int:
    return int(seen(lab, 'filter eventName = "DeleteObject" | stats count(*) as n')[0]["n"])


def _deleted(lab: Any) -> dict[str, Any]:
    plunder(lab)
    return _deletions(lab)


# --- take it away -------------------------------------------------------------------------------


def take_the_key_away(lab: Any) -> None:
    found = lab.insights("""
        filter eventName = "DeleteObject" and sourceIPAddress = "192.0.2.146"
        | stats count(*) as objects by userIdentity.accessKeyId, userIdentity.userName
        | sort objects desc
    """)
    stolen = found.iloc[0]
    lab.client("iam").update_access_key(
        UserName=stolen["userIdentity.userName"],
        AccessKeyId=stolen["userIdentity.accessKeyId"],
        Status="Inactive",
    )


def wrong_both_keys(lab: Any) -> None:
    """The agent's key, too: no backup tonight."""
    plunder(lab)
    for key in _bens_keys(lab):
        _switch(lab, key, "Inactive")


def wrong_agents_key(lab: Any) -> None:
    stolen = _deleted(lab)["key"]
    for key in _bens_keys(lab):
        if key != stolen:
            _switch(lab, key, "Inactive")


def undo_key(lab: Any) -> None:
    for key in _bens_keys(lab):
        _switch(lab, key, "Active")


def look_at_key(lab: Any, answers: Answers) -> Iterator[Step]:
    if not plundered(lab):
        yield NOT_PLAYED
        return
    stolen, keys = _deletions(lab)["key"], _bens_keys(lab)
    what, state = f"Key …{stolen[-4:]}, which deleted the backups", keys.get(stolen, "deleted")
    others = [key for key, state in keys.items() if key != stolen and state != "Active"]
    if state == "Active":
        hint = "iam.update_access_key(UserName=…, AccessKeyId=…, Status='Inactive')."
        if others:
            yield holds(what, False, "Inactive", state, f"You took away another one. {hint}")
        else:
            yield unset(what, "Inactive", state, hint)
    else:
        yield equal(what, state, state)
    hint = "It is what Ben's agent writes backups with. Make it Active again."
    for key in others:
        yield holds(f"Ben's own key …{key[-4:]}", False, "Active", keys[key], hint)


def _bens_keys(lab: Any) -> dict[str, str]:
    """The status of each of his keys, by id."""
    try:
        known = lab.observer("iam").list_access_keys(UserName=OWNER)["AccessKeyMetadata"]
    except ClientError:
        return {}
    return {key["AccessKeyId"]: key["Status"] for key in known}


def _switch(lab: Any, key: str, status: str) -> None:
    iam = lab.client("iam")
    iam.update_access_key(UserName=OWNER, AccessKeyId=key, Status=status)


EXERCISES = (
    Exercise(
        id="12.keys",
        title="Whose keys came from there?",
        minutes=5,
        given="an address, from which somebody stopped the production database",
        goal="list all access keys under which calls came from that address: `keys=[…]`",
        look=look_at_keys,
        needs=the_nights,
        solve=keys_of_the_address,
        hints=(
            "The record of the stop holds the address: sourceIPAddress.",
            f"Then ask for everything from there, and count it by {KEY}.",
            "`list(found['userIdentity.accessKeyId'])` makes a list of a table's column.",
        ),
        wrong=(
            Wrong(wrong_session_only, "That is one of them"),
            Wrong(wrong_names, "Those are no access keys"),
            Wrong(wrong_bens_own_too, "0 missing, 1 too many"),
        ),
        asks=("keys",),
        console="CloudWatch › Logs Insights › sap-trail-events › the query › Run query",
        cli="aws logs start-query --log-group-name sap-trail-events --start-time … --end-time … "
        f"--query-string 'filter sourceIPAddress = \"…\" | stats count(*) by {KEY}'",
    ),
    Exercise(
        id="12.deleted",
        title="What did the new key do?",
        minutes=4,
        given="the keys of that address, one of which was made in the first night",
        goal="`key`: the access key with which backups were deleted; `objects`: how many",
        look=look_at_deletions,
        needs=the_nights,
        solve=what_was_deleted,
        hints=(
            "Two conditions: the event's name, and the address. `and` joins them.",
            f"`stats count(*) by {KEY}` counts for each key.",
        ),
        wrong=(
            Wrong(wrong_all_deletions, "housekeeping of Ben's own agent"),
            Wrong(wrong_session_key, "It made another key"),
            Wrong(wrong_from_history, "Event history has no data events"),
        ),
        asks=("key", "objects"),
        console="CloudWatch › Logs Insights › sap-trail-events › the query › Run query",
        cli="aws logs start-query --log-group-name sap-trail-events --start-time … --end-time … "
        '--query-string \'filter eventName = "DeleteObject" and sourceIPAddress = "…" | '
        f"stats count(*) by {KEY}'",
    ),
    Exercise(
        id="12.off",
        title="Take the key away",
        minutes=3,
        given="a stolen access key of `ben`, whose other key his backup agent works with",
        goal="the stolen key works no more, and the agent's still does",
        look=look_at_key,
        needs=the_nights,
        solve=take_the_key_away,
        hints=(
            "A key is switched off, not only deleted: evidence stays. It is a call of IAM.",
            "`update_access_key` takes UserName, AccessKeyId and Status.",
        ),
        wrong=(
            Wrong(wrong_both_keys, "It is what Ben's agent writes backups with"),
            Wrong(wrong_agents_key, "You took away another one"),
        ),
        undo=undo_key,
        console="IAM › Users › ben › Security credentials › Access keys › Actions › Deactivate",
        cli="aws iam update-access-key --user-name ben --access-key-id AKIA… --status Inactive",
    ),
)
