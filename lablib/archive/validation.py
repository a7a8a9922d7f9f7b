"""What S3 refuses to store as a lifecycle configuration.

Sources: S3 API Reference, PutBucketLifecycleConfiguration and LifecycleRule (1,000 rules, ID of at
most 255 characters, schema); User Guide, "Transitioning objects using Amazon S3 Lifecycle" (the
30 days) and "Lifecycle configuration elements". Messages as observed in public reports; where none
is known, in AWS's style.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from itertools import pairwise
from typing import Any

from lablib.archive.classes import CLASSES, TARGETS, WATERFALL
from lablib.archive.rules import MINIMUMS, aware

MOST_RULES = 1000
LONGEST_ID = 255
ACTIONS = (
    "Expiration",
    "Transitions",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransitions",
    "AbortIncompleteMultipartUpload",
)
Given = Mapping[str, Any]


class Invalid(Exception):
    """S3's refusal of a configuration."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


def malformed() -> Invalid:
    return Invalid(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )


def argument(message: str) -> Invalid:
    return Invalid("InvalidArgument", message)


def request(message: str) -> Invalid:
    return Invalid("InvalidRequest", message)


def check(rules: Sequence[Given], minimum: str | None = None) -> None:
    """Raises Invalid for the first thing that S3 would not store."""
    if minimum is not None and minimum not in MINIMUMS:
        raise argument(f"Value: {minimum} is not valid for TransitionDefaultMinimumObjectSize")
    if not 1 <= len(rules) <= MOST_RULES:
        raise malformed()
    ids = [rule["ID"] for rule in rules if rule.get("ID")]
    if any(len(one) > LONGEST_ID for one in ids):
        raise argument(f"ID length should not exceed allowed limit of {LONGEST_ID}")
    if len(set(ids)) < len(ids):
        raise argument("Rule ID must be unique. Found same ID for more than one rule")
    for rule in rules:
        for part in CHECKS:
            part(rule)
    _one_style(rules)


def _one_style(rules: Sequence[Given]) -> None:
    """Observed: rules with Filter and rules with the older Prefix do not go together."""
    if len({"Filter" in rule for rule in rules}) > 1:
        raise request("Base level prefix cannot be used in Lifecycle V2, prefixes are only "
                      "supported in the Filter.")  # fmt: skip


# --- one rule -----------------------------------------------------------------------------------


def _frame(rule: Given) -> None:
    if rule.get("Status") not in ("Enabled", "Disabled"):
        raise malformed()
    if ("Prefix" in rule) == ("Filter" in rule):
        raise malformed()
    if not any(rule.get(action) for action in ACTIONS):
        raise request("At least one action needs to be specified in a rule")


def _filter(rule: Given) -> None:
    chosen = rule.get("Filter") or {}
    if len(chosen) > 1:
        raise malformed()
    both = chosen.get("And")
    if both is not None and len(both) + max(len(both.get("Tags") or ()) - 1, 0) < 2:
        raise malformed()
    parts = both or chosen
    names = [tag.get("Key") for tag in parts.get("Tags") or ()]
    if len(set(names)) < len(names):
        raise request("Duplicate Tag Keys are not allowed.")
    low, high = parts.get("ObjectSizeGreaterThan"), parts.get("ObjectSizeLessThan")
    if low is not None and high is not None and low >= high:
        raise request("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'")


def _expiration(rule: Given) -> None:
    given = rule.get("Expiration")
    if given is None:
        return
    if len({"Days", "Date", "ExpiredObjectDeleteMarker"} & set(given)) != 1:
        raise malformed()
    if given.get("Days", 1) < 1:
        raise argument("'Days' for Expiration action must be a positive integer")
    _midnight(given)
    if "ExpiredObjectDeleteMarker" in given:
        if has_tags(rule):
            raise request("ExpiredObjectDeleteMarker cannot be specified with Tags.")
        if has_size(rule):
            raise malformed()


def _transitions(rule: Given) -> None:
    given = rule.get("Transitions") or ()
    for one in given:
        if one.get("StorageClass") not in TARGETS or ("Days" in one) == ("Date" in one):
            raise malformed()
        if one.get("Days", 0) < 0:
            raise argument("'Days' in Transition action must be nonnegative")
        _midnight(one)
        _wait("Days", "Transition", one)
    _different("Transition", given, rule)
    if len({"Days" in one for one in given}) > 1:
        raise request(
            "Found mixed 'Date' and 'Days' based Transition actions in lifecycle rule for filter "
            f"'{shown(rule)}'"
        )
    for unit in ("Days", "Date"):
        _rising(unit, "Transition", given, rule)


def _expiration_after_transitions(rule: Given) -> None:
    expiration, given = rule.get("Expiration") or {}, rule.get("Transitions") or ()
    for unit, other in (("Days", "Date"), ("Date", "Days")):
        if unit in expiration and any(other in one for one in given):
            raise request(
                "Found mixed 'Date' and 'Days' based Expiration and Transition actions in "
                f"lifecycle rule for filter '{shown(rule)}'"
            )
        if unit in expiration and any(expiration[unit] <= one[unit] for one in given):
            compared = "greater" if unit == "Days" else "later"
            raise argument(
                f"'{unit}' in the Expiration action for filter '{shown(rule)}' must be {compared} "
                f"than '{unit}' in the Transition action"
            )


def _noncurrent(rule: Given) -> None:
    given = rule.get("NoncurrentVersionTransitions") or ()
    for one in given:
        if one.get("StorageClass") not in TARGETS or "NoncurrentDays" not in one:
            raise malformed()
        if one["NoncurrentDays"] < 0:
            raise argument("'NoncurrentDays' in NoncurrentVersionTransition action must be "
                           "nonnegative")  # fmt: skip
        _wait("NoncurrentDays", "NoncurrentVersionTransition", one)
        _newer("NoncurrentVersionTransition", one)
    _different("NoncurrentVersionTransition", given, rule)
    _rising("NoncurrentDays", "NoncurrentVersionTransition", given, rule)
    kept = rule.get("NoncurrentVersionExpiration")
    if kept is None:
        return
    if "NoncurrentDays" not in kept:
        raise malformed()
    if kept["NoncurrentDays"] < 1:
        raise argument("'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive "
                       "integer")  # fmt: skip
    _newer("NoncurrentVersionExpiration", kept)
    if any(kept["NoncurrentDays"] <= one["NoncurrentDays"] for one in given):
        raise argument(
            f"'NoncurrentDays' in the NoncurrentVersionExpiration action for filter "
            f"'{shown(rule)}' must be greater than 'NoncurrentDays' in the "
            "NoncurrentVersionTransition action"
        )


def _uploads(rule: Given) -> None:
    given = rule.get("AbortIncompleteMultipartUpload")
    if given is None:
        return
    if "DaysAfterInitiation" not in given:
        raise malformed()
    if given["DaysAfterInitiation"] < 1:
        raise argument("'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a "
                       "positive integer")  # fmt: skip
    if has_tags(rule):
        raise request("AbortIncompleteMultipartUpload cannot be specified with Tags.")
    if has_size(rule):
        raise request("AbortIncompleteMultipartUpload cannot be specified with Object Size.")


CHECKS: tuple[Callable[[Given], None], ...] = (
    _frame,
    _filter,
    _expiration,
    _transitions,
    _expiration_after_transitions,
    _noncurrent,
    _uploads,
)


# --- parts --------------------------------------------------------------------------------------


def _midnight(one: Given) -> None:
    date = one.get("Date")
    if isinstance(date, datetime) and aware(date).time() != time(0):
        raise argument("'Date' must be at midnight GMT")


def _wait(unit: str, action: str, one: Given) -> None:
    fewest = CLASSES[one["StorageClass"]].waits
    if unit in one and one[unit] < fewest:
        raise argument(
            f"'{unit}' in {action} action must be greater than or equal to {fewest} for "
            f"storageClass '{one['StorageClass']}'"
        )


def _newer(action: str, one: Given) -> None:
    if not 1 <= one.get("NewerNoncurrentVersions", 1) <= 100:
        raise argument(f"'NewerNoncurrentVersions' for {action} action must be between 1 and 100")


def _different(action: str, given: Sequence[Given], rule: Given) -> None:
    classes = [one["StorageClass"] for one in given]
    if len(set(classes)) < len(classes):
        raise request(
            f"'StorageClass' must be different for '{action}' actions in same 'Rule' with filter "
            f"'{shown(rule)}'"
        )


def _rising(unit: str, action: str, given: Sequence[Given], rule: Given) -> None:
    """The colder class has to come later; after infrequent access, 30 days later (User Guide,
    "Minimum 30-day storage charge for S3 Standard-IA and S3 One Zone-IA")."""
    ranked = sorted(
        (one for one in given if unit in one), key=lambda one: WATERFALL.index(one["StorageClass"])
    )
    for warm, cold in pairwise(ranked):
        if cold[unit] <= warm[unit]:
            more = "greater than"
        elif unit != "Date" and _too_soon(warm, cold, cold[unit] - warm[unit]):
            more = f"{CLASSES['STANDARD_IA'].waits} days more than"
        else:
            continue
        raise argument(
            f"'{unit}' in the {action} action for StorageClass '{cold['StorageClass']}' for filter "
            f"'{shown(rule)}' must be {more} '{unit}' in the {action} action for StorageClass "
            f"'{warm['StorageClass']}' for filter '{shown(rule)}'"
        )


def _too_soon(warm: Given, cold: Given, days: int) -> bool:
    """Whether an object would be too short in infrequent access."""
    target = CLASSES[cold["StorageClass"]]
    infrequent = warm["StorageClass"] in ("STANDARD_IA", "ONEZONE_IA")
    return infrequent and (target.archived or target.waits > 0) and days < 30


def has_tags(rule: Given) -> bool:
    parts = rule.get("Filter") or {}
    return bool(parts.get("Tag") or (parts.get("And") or {}).get("Tags"))


def has_size(rule: Given) -> bool:
    parts = rule.get("Filter") or {}
    return any(name.startswith("ObjectSize") for name in {*parts, *(parts.get("And") or {})})


def shown(rule: Given) -> str:
    """The rule's filter as S3's messages show it: (prefix=logs/)."""
    chosen = rule.get("Filter") or {}
    parts = chosen.get("And") or chosen
    tags = list(parts.get("Tags") or ()) + ([parts["Tag"]] if parts.get("Tag") else [])
    said = [f"prefix={parts.get('Prefix') or rule.get('Prefix') or ''}"]
    said += [f"tag={{key={tag['Key']}, value={tag.get('Value') or ''}}}" for tag in tags]
    said += [
        f"{name.lower()}={parts[name]}"
        for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
        if name in parts
    ]
    return f"({' and '.join(said)})"
