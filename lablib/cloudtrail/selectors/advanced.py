"""Advanced event selectors: conditions on the fields of an event.

Within a field, the values of Equals, StartsWith and EndsWith are alternatives, and any hit of
NotEquals, NotStartsWith or NotEndsWith excludes. All fields of a selector must hold; one selector
is enough. Sources: API Reference, "AdvancedFieldSelector"; User Guide, "Filtering data events by
using advanced event selectors".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from lablib.cloudtrail.selectors.basic import Decide, Decision, read_or_write, resource_of
from lablib.cloudtrail.selectors.index import Index
from lablib.cloudtrail.selectors.values import Values

if TYPE_CHECKING:
    from lablib.cloudtrail.event import Event
    from lablib.cloudtrail.trail import AdvancedSelector, FieldSelector

Read = Callable[["Event", str], str]


def nothing(event: Event, arn: str) -> str:
    return ""


# How each field is read from an event and its resource; a field that is not there is "".
FIELDS: dict[str, Read] = {
    "eventName": lambda event, arn: event.name,
    "eventSource": lambda event, arn: event.source,
    "readOnly": lambda event, arn: "true" if event.read_only else "false",
    "resources.ARN": lambda event, arn: arn,
    "eventType": lambda event, arn: of_record(event, "eventType"),
    "errorCode": lambda event, arn: of_record(event, "errorCode"),
    "vpcEndpointId": lambda event, arn: of_record(event, "vpcEndpointId"),
    "sessionCredentialFromConsole": lambda event, arn: of_record(
        event, "sessionCredentialFromConsole"
    ),
    "userIdentity.arn": lambda event, arn: (event.record.get("userIdentity") or {}).get("arn", ""),
}
ORDER = {field: place for place, field in enumerate(FIELDS)}
SELECTING = {"equals": "equal", "starts_with": "start with", "ends_with": "end with"}
REJECTING = {
    "not_equals": "not equal",
    "not_starts_with": "not start with",
    "not_ends_with": "not end with",
}
INDEXED = ("eventCategory", "resources.type")  # decided before a selector is looked at


class Condition:
    """One field's condition, ready to be asked."""

    __slots__ = ("field", "read", "rejects", "selects", "wanted")

    def __init__(self, condition: FieldSelector) -> None:
        self.field = condition.field
        self.read: Read = FIELDS.get(condition.field, nothing)
        self.selects = Values(*(getattr(condition, word) for word in SELECTING))
        self.rejects = Values(*(getattr(condition, word) for word in REJECTING))
        self.wanted = in_words(condition)

    def holds(self, event: Event, arn: str) -> bool:
        text = self.read(event, arn)
        if self.selects and not self.selects.hit(text):
            return False
        return not (self.rejects and self.rejects.hit(text))

    def why_not(self, event: Event, arn: str) -> str:
        if self.field == "readOnly":
            kind = "read-only" if self.selects.hit("true") else "write"
            return f"it takes {kind} events; {event.name} is {read_or_write(event.read_only)}"
        text = self.read(event, arn)
        return f"{self.field} {self.wanted}; here it is {text or 'not there'}"


class Ready:
    """A selector, ready to be asked; `label` names it in a sentence."""

    __slots__ = ("conditions", "label")

    def __init__(self, label: str, conditions: Sequence[FieldSelector]) -> None:
        self.label = label
        # What costs least to ask comes first; the same order in every process.
        order = sorted(conditions, key=lambda one: (ORDER.get(one.field, len(ORDER)), repr(one)))
        self.conditions = tuple(Condition(one) for one in order)

    def failing(self, event: Event, arn: str) -> int:
        """The place of the first condition that does not hold, or -1."""
        for place, condition in enumerate(self.conditions):
            if not condition.holds(event, arn):
                return place
        return -1


def compiled(selectors: tuple[AdvancedSelector, ...]) -> Decide:
    """A function that says whether any of the selectors takes the event, and why."""
    groups: dict[tuple[str, str], list[AdvancedSelector]] = defaultdict(list)
    for selector in selectors:
        groups[value_of(selector, "eventCategory"), value_of(selector, "resources.type")].append(
            selector
        )
    index = {key: Index(merged(group)) for key, group in groups.items()}
    data_types = sorted(kind for category, kind in groups if category == "Data")

    def decide(event: Event) -> Decision:
        if event.category != "Data":
            ready = index.get((event.category, ""))
            if ready is None:
                return False, f"no selector is for {event.category} events; {event.name} is one"
            return among(ready.candidates(event, ""), event, "")
        found: Decision | None = None
        for resource in event.resources:
            ready = index.get(("Data", resource.type or ""))
            if ready is not None:
                candidates = ready.candidates(event, resource.arn)
                found = among(candidates, event, resource.arn)
                if found[0]:
                    return found
        return found or (False, no_type(event, data_types))

    return decide


def among(ready: Sequence[Ready], event: Event, arn: str) -> Decision:
    """Whether one of them takes the event; if none does, why the nearest one does not."""
    nearest, furthest = ready[0], -1
    for one in ready:
        failing = one.failing(event, arn)
        if failing < 0:
            return True, f"{one.label} takes {event.name}"
        if failing > furthest:
            nearest, furthest = one, failing
    why = nearest.conditions[furthest].why_not(event, arn)
    return False, f"{nearest.label} does not take {event.name}: {why}"


def merged(group: Sequence[AdvancedSelector]) -> tuple[Ready, ...]:
    """The group's selectors, ready to be asked, as few as say the same."""
    said = [Said(label_of(one), frozenset(asked(one.fields))) for one in group]
    for field in FIELDS:
        said = merged_on(field, said)
    return tuple(Ready(one.label, tuple(one.conditions)) for one in said)


class Said(NamedTuple):
    label: str
    conditions: frozenset[FieldSelector]
    stands_for: int = 1


def merged_on(field: str, said: Sequence[Said]) -> list[Said]:
    """Selectors that differ only in which values of one field they select become one: "A and f is
    x" or "A and f is y" is "A and f is x or y". Where a value is rejected this does not hold."""
    alike: dict[Any, list[Said]] = defaultdict(list)
    for place, one in enumerate(said):
        here = [condition for condition in one.conditions if condition.field == field]
        plain = len(here) == 1 and selects_only(here[0])
        alike[one.conditions.difference(here) if plain else place].append(one)
    return [same[0] if len(same) == 1 else union(field, same) for same in alike.values()]


def selects_only(condition: FieldSelector) -> bool:
    """Does it select values, and reject none? One that does neither takes every value."""
    selects, rejects = (
        any(getattr(condition, word) for word in words) for words in (SELECTING, REJECTING)
    )
    return selects and not rejects


def union(field: str, same: Sequence[Said]) -> Said:
    conditions = [one for said in same for one in said.conditions]
    here = [one for one in conditions if one.field == field]
    values: dict[str, Any] = {
        word: tuple(dict.fromkeys(v for one in here for v in getattr(one, word)))
        for word in SELECTING
    }
    number = sum(one.stands_for for one in same)
    others = same[0].conditions.difference(here)
    label = f"any of {number} selectors alike"
    return Said(label, others | {replace(here[0], **values)}, number)


def asked(fields: Sequence[FieldSelector]) -> list[FieldSelector]:
    return [one for one in fields if one.field not in INDEXED]


def value_of(selector: AdvancedSelector, field: str) -> str:
    return next((one.equals[0] for one in selector.fields if one.field == field), "")


def label_of(selector: AdvancedSelector) -> str:
    return f"selector {selector.name!r}" if selector.name else "a selector"


def in_words(condition: FieldSelector) -> str:
    """What the condition wants, at most three values of each operator."""
    selects = " or ".join(phrases(condition, SELECTING))
    rejects = phrases(condition, REJECTING)
    return "must " + " and ".join([selects, *rejects] if selects else rejects)


def phrases(condition: FieldSelector, words: Mapping[str, str]) -> list[str]:
    given = {text: getattr(condition, word) for word, text in words.items()}
    return [f"{text} {some(values)}" for text, values in given.items() if values]


def some(values: Sequence[str]) -> str:
    more = [f"{len(values) - 3} more"] if len(values) > 3 else []
    return " or ".join([*values[:3], *more])


def no_type(event: Event, types: Sequence[str]) -> str:
    if not types:
        return f"no selector is for data events; {event.name} is one"
    return f"data events are selected for {', '.join(types)}, not for {resource_of(event)}"


def of_record(event: Event, field: str) -> str:
    return str(event.record.get(field) or "")
