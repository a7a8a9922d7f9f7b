"""What a trail's selectors choose, basic or advanced, in one form that a check can compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

S3_OBJECT = "AWS::S3::Object"


@dataclass(frozen=True, slots=True)
class Selection:
    """`management` and each value of `data` (by ARN as it stands in the selector) are ReadOnly,
    WriteOnly, All, or, for management only, None. `selectors` is how many said so."""

    management: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    selectors: int = 1


def selection(answer: Mapping[str, Any]) -> Selection:
    """What GetEventSelectors answered, as a Selection of management events and S3 objects."""
    parts = [_basic(selector) for selector in answer.get("EventSelectors", [])]
    parts += [_advanced(selector) for selector in answer.get("AdvancedEventSelectors", [])]
    management: str | None = None
    data: dict[str, str] = {}
    for part in parts:
        management = _both(management, part.management)
        for arn, kind in part.data.items():
            data[arn] = _both(data.get(arn), kind) or kind
    return Selection(management, data, len(parts))


def _basic(selector: Mapping[str, Any]) -> Selection:
    kind = selector.get("ReadWriteType", "All")
    management = kind if selector.get("IncludeManagementEvents", True) else None
    resources = [r for r in selector.get("DataResources", []) if r["Type"] == S3_OBJECT]
    return Selection(management, {arn: kind for r in resources for arn in r["Values"]})


def _advanced(selector: Mapping[str, Any]) -> Selection:
    fields = {f["Field"]: f for f in selector["FieldSelectors"]}
    kind = {"true": "ReadOnly", "false": "WriteOnly"}.get(_first(fields.get("readOnly")), "All")
    if _first(fields.get("eventCategory")) == "Management":
        return Selection(kind)
    if _first(fields.get("resources.type")) != S3_OBJECT:
        return Selection()
    if _only_writes(fields.get("eventName", {})):
        kind = "WriteOnly"
    arns = fields.get("resources.ARN", {})
    values = arns.get("StartsWith") or arns.get("Equals") or ["arn:aws:s3"]
    return Selection(None, dict.fromkeys(values, kind))


def _only_writes(names: Mapping[str, Any]) -> bool:
    """Do all event names that are asked for change something?"""
    asked = [*names.get("Equals", ()), *names.get("StartsWith", ())]
    return bool(asked) and all(name.startswith(WRITING) for name in asked)


WRITING = ("Abort", "Complete", "Copy", "Create", "Delete", "Put", "Restore", "Upload")


def _first(field_selector: Mapping[str, Any] | None) -> str:
    return str((field_selector or {}).get("Equals", [""])[0])


def _both(one: str | None, other: str | None) -> str | None:
    """Selectors are joined by "or": reads and writes together are all."""
    if one is None or other is None or one == other:
        return one or other
    return "All"
