"""What a target is sent: the event, a part of it, a constant, or a text made from it.

Source: EventBridge User Guide, "Amazon EventBridge input transformation"; API Reference, Target
(Input, InputPath, InputTransformer).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from .errors import EventBridgeError, invalid
from .rule import Rule

_STEP = re.compile(r"\.([\w\-/]+)|\[(\d+|\*)\]|\.(\*)")
_WHOLE = re.compile(rf"\$(?:{_STEP.pattern})*")
_PLACE = re.compile(r"<([A-Za-z0-9_.\-]+)>")
_CHOICES = ("Input", "InputPath", "InputTransformer")
_AWAY = object()


def check(target: Mapping[str, Any]) -> None:
    """Refuses a target that could never be sent anything, with PutTargets' code. AWS publishes
    the rules, not the messages: these are ours."""
    if sum(1 for name in _CHOICES if target.get(name) is not None) > 1:
        raise invalid(
            "Only one of Input, InputPath, or InputTransformer must be provided for target "
            f"{target.get('Id')}."
        )
    transformer = target.get("InputTransformer") or {}
    if target.get("InputTransformer") is not None and not transformer.get("InputTemplate"):
        raise invalid(f"InputTemplate is required in InputTransformer of {target.get('Id')}.")
    paths = {"": target.get("InputPath") or "$", **(transformer.get("InputPathsMap") or {})}
    for name, path in paths.items():
        if not _WHOLE.fullmatch(str(path)):
            raise invalid(f"Invalid InputPath for target {target.get('Id')}: {path}")
        if name.lower().startswith("aws."):
            raise invalid(f"InputPathsMap keys cannot start with AWS: {name}")
    known = {*paths, *PREDEFINED}
    for name in _PLACE.findall(str(transformer.get("InputTemplate") or "")):
        if name not in known:
            raise invalid(
                f"InputTemplate for target {target.get('Id')} has unknown variable {name}"
            )
    if target.get("Input") is not None:
        _json(str(target["Input"]), target)


def _json(text: str, target: Mapping[str, Any]) -> None:
    try:
        json.loads(text)
    except ValueError:
        raise EventBridgeError(
            "ValidationException", f"Invalid JSON in Input for target {target.get('Id')}."
        ) from None


def made(target: Mapping[str, Any], event: Mapping[str, Any], rule: Rule, ingested: str) -> str:
    """The text that the target gets. `ingested` is when EventBridge had the event."""
    if target.get("Input") is not None:
        return str(target["Input"])
    if target.get("InputTransformer"):
        return _filled(target["InputTransformer"], event, rule, ingested)
    return _written(at(event, target.get("InputPath") or "$"))


Variable = Callable[[Mapping[str, Any], Rule, str], Any]
PREDEFINED: Mapping[str, Variable] = {  # the variables that need no path
    "aws.events.rule-arn": lambda event, rule, ingested: rule.arn,
    "aws.events.rule-name": lambda event, rule, ingested: rule.name,
    "aws.events.event.ingestion-time": lambda event, rule, ingested: ingested,
    "aws.events.event": lambda event, rule, ingested: {
        name: part for name, part in event.items() if name != "detail"
    },
    "aws.events.event.json": lambda event, rule, ingested: event,
}


def _filled(
    transformer: Mapping[str, Any], event: Mapping[str, Any], rule: Rule, ingested: str
) -> str:
    values = {name: make(event, rule, ingested) for name, make in PREDEFINED.items()}
    paths: Mapping[str, str] = transformer.get("InputPathsMap") or {}
    values |= {name: at(event, path) for name, path in paths.items()}
    template = str(transformer["InputTemplate"])

    def fill(place: re.Match[str]) -> str:
        value = values.get(place.group(1), _AWAY)
        quoted = _is_quoted(template[: place.start()])
        if value is _AWAY:
            return "" if quoted else '""'  # unverified: "it won't appear in the output"
        if quoted and isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)[1:-1]
        return _written(value)  # inside a string, too: "its contents are not escaped"

    return _PLACE.sub(fill, template)


def _is_quoted(before: str) -> bool:
    """Whether a text ends inside a JSON string."""
    return len(re.findall(r'(?<!\\)"', before)) % 2 == 1


def at(event: Any, path: str) -> Any:
    """The part of the event at a JSON path (dots, dashes, indices, wildcards)."""
    found = [event]
    several = False
    for name, index, star in _STEP.findall(path):
        several = several or index == "*" or bool(star)
        found = [one for value in found for one in _step(value, name, index or star)]
    if several:
        return found
    return found[0] if found else _AWAY


def _step(value: Any, name: str, index: str) -> list[Any]:
    if name:
        return [value[name]] if isinstance(value, dict) and name in value else []
    if index == "*":
        held = value.values() if isinstance(value, dict) else value
        return [] if isinstance(value, str | int | float | None) else list(held)
    inside = isinstance(value, list) and int(index) < len(value)
    return [value[int(index)]] if inside else []


def _written(value: Any) -> str:
    return "" if value is _AWAY else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
