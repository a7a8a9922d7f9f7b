"""Advanced event selectors on the wire: read, checked, shown again.

Sources: API Reference, AdvancedFieldSelector and AdvancedEventSelector; User Guide, "Filtering
data events", "Logging network activity events". Observed (radkawar/stackd): the messages on the
number of selectors, on required fields and on resources.type; the others say the rule in AWS's
manner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lablib.cloudtrail.errors import invalid_selectors
from lablib.cloudtrail.selectors.types import DATA_TYPES
from lablib.cloudtrail.trail import AdvancedSelector, FieldSelector

MOST_SELECTORS = MOST_VALUES = 500
OPERATORS = {
    "Equals": "equals",
    "StartsWith": "starts_with",
    "EndsWith": "ends_with",
    "NotEquals": "not_equals",
    "NotStartsWith": "not_starts_with",
    "NotEndsWith": "not_ends_with",
}
TRUTH = frozenset({"true", "false"})


@dataclass(frozen=True, slots=True)
class Rule:
    """What a trail's selector may say of a field: with which operators, with which values, and
    whether it must say it, with exactly one value. None allows all."""

    operators: frozenset[str] | None = None
    values: frozenset[str] | None = None
    required: bool = False


ANY = Rule()
EQUALS = frozenset({"Equals"})
READ_ONLY = Rule(EQUALS, TRUTH)
CATEGORIES = frozenset({"Management", "Data", "NetworkActivity"})
CATEGORY = Rule(EQUALS, CATEGORIES, required=True)
RULES: dict[str, dict[str, Rule]] = {
    "Management": {
        "eventCategory": CATEGORY,
        "eventSource": Rule(
            frozenset({"NotEquals"}), frozenset({"kms.amazonaws.com", "rdsdata.amazonaws.com"})
        ),
        "readOnly": READ_ONLY,
    },
    "Data": {
        "eventCategory": CATEGORY,
        "resources.type": Rule(EQUALS, DATA_TYPES, required=True),
        "resources.ARN": ANY,
        "eventName": ANY,
        "eventSource": ANY,
        "eventType": ANY,
        "readOnly": READ_ONLY,
        "sessionCredentialFromConsole": Rule(
            frozenset({"Equals", "NotEquals"}), frozenset({"true"})
        ),
        "userIdentity.arn": ANY,
    },
    "NetworkActivity": {
        "eventCategory": CATEGORY,
        "eventSource": Rule(EQUALS, required=True),
        "eventName": ANY,
        "errorCode": Rule(EQUALS, frozenset({"VpceAccessDenied"})),
        "vpcEndpointId": ANY,
    },
}


def parsed(given: Sequence[Mapping[str, Any]]) -> tuple[AdvancedSelector, ...]:
    """The selectors, or InvalidEventSelectorsException."""
    if not 1 <= len(given) <= MOST_SELECTORS:
        raise invalid_selectors(f"Specify between 1 and {MOST_SELECTORS} selectors for your trail.")
    selectors = tuple(selector(one) for one in given)
    if sum(number(field) for one in selectors for field in one.fields) > MOST_VALUES:
        raise invalid_selectors(
            f"Specify at most {MOST_VALUES} values for all conditions of all your selectors."
        )
    return selectors


def number(field: FieldSelector) -> int:
    return sum(len(getattr(field, attribute)) for attribute in OPERATORS.values())


def selector(given: Mapping[str, Any]) -> AdvancedSelector:
    fields = tuple(field_selector(one) for one in given["FieldSelectors"])
    category = next((one.equals for one in fields if one.field == "eventCategory"), ())
    if not any(one.field == "eventCategory" for one in fields):
        raise invalid_selectors("The following fields are required: [eventCategory].")
    if len(category) != 1 or category[0] not in CATEGORIES:
        raise invalid_selectors("The eventCategory field value is not valid.")
    rules = RULES[category[0]]
    missing = [name for name in rules if rules[name].required and not said(name, fields)]
    if missing:
        raise invalid_selectors(f"The following fields are required: [{', '.join(missing)}].")
    for one in fields:
        check(one, rules.get(one.field), fields, category[0])
    return AdvancedSelector(fields, given.get("Name"))


def said(name: str, fields: Sequence[FieldSelector]) -> int:
    return sum(one.field == name for one in fields)


def check(
    one: FieldSelector, rule: Rule | None, fields: Sequence[FieldSelector], category: str
) -> None:
    if rule is None:
        raise invalid_selectors(
            f"The {one.field} field is not valid for the {category} event category of a trail."
        )
    used = {word: getattr(one, attr) for word, attr in OPERATORS.items() if getattr(one, attr)}
    if not used:
        raise invalid_selectors(f"Specify at least one operator for the {one.field} field.")
    wrong = [word for word in used if rule.operators is not None and word not in rule.operators]
    if wrong:
        raise invalid_selectors(f"The {wrong[0]} operator is not valid for the {one.field} field.")
    values = [value for group in used.values() for value in group]
    if rule.values is not None and not rule.values.issuperset(values):
        raise invalid_selectors(f"The {one.field} field value is not valid.")
    if rule.required and (len(values) > 1 or said(one.field, fields) > 1):
        raise invalid_selectors(f"Specify exactly one value for the {one.field} field.")


def field_selector(given: Mapping[str, Any]) -> FieldSelector:
    values = {attr: tuple(given.get(word) or ()) for word, attr in OPERATORS.items()}
    return FieldSelector(given["Field"], **values)


def shown(selector: AdvancedSelector) -> dict[str, Any]:
    named = {"Name": selector.name} if selector.name is not None else {}
    return named | {"FieldSelectors": [shown_field(one) for one in selector.fields]}


def shown_field(field: FieldSelector) -> dict[str, Any]:
    used = {word: list(getattr(field, attr)) for word, attr in OPERATORS.items()}
    return {"Field": field.field} | {word: values for word, values in used.items() if values}
