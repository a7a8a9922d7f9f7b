"""EC2's older generation: sets of items, dates in epoch milliseconds, `_return`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.model import OperationModel, Shape

from lablib.cloudtrail.record import dates, ec2_words, redact
from lablib.cloudtrail.record.ec2_shaper import Ec2Shaper, scalar, succeeds, upper, wire_of
from lablib.cloudtrail.record.shape import Render, lower_first, plain


class _Older(Ec2Shaper):
    def __init__(self, operation: str) -> None:
        self.operation = operation

    def scalar(self, shape: Shape) -> Render:
        return scalar(shape, dates.millis)

    def member(self, member: str, shape: Shape) -> tuple[str, Render]:
        name, render = super().member(member, shape)
        if (self.operation, name) in ec2_words.AS_TEXT:
            return name, str
        return name, render

    def renamed(self, wire: str) -> str:
        known = ec2_words.NAMES.get((self.operation, wire)) or ec2_words.NAMES.get(("*", wire))
        return known or lower_first(wire)

    def items(self, name: str, item: Callable[[Any], Any]) -> Render:
        key = "item" if (self.operation, name) in ec2_words.ITEM else "items"

        def render(value: Any) -> Any:
            if not isinstance(value, list | tuple):
                return plain(value)
            return {key: [item(part) for part in value]} if value else {}

        return render

    def list(self, shape: Shape) -> Render:
        return self.items("", self.of(shape.member))


class OlderRequest(_Older):
    def __init__(self, model: OperationModel) -> None:
        super().__init__(model.name)
        self._shape = model.input_shape
        self._write = self.structure(self._shape) if self._shape else lambda _: {}
        self._empty = self._empty_sets()

    def _empty_sets(self) -> dict[str, Any]:
        empty: dict[str, Any] = dict(ec2_words.FILLED.get(self.operation, {}))
        for member, shape in self._shape.members.items() if self._shape else ():
            name = self.name(member, shape)
            if shape.type_name == "list" and self._is_there_if_empty(name):
                empty[name] = {}
        return empty

    def _is_there_if_empty(self, name: str) -> bool:
        if self.operation.startswith("Describe"):
            return (self.operation, name) not in ec2_words.NOT_EMPTY
        return (self.operation, name) in ec2_words.EMPTY

    def render(self, params: Any) -> dict[str, Any]:
        written: dict[str, Any] = {**self._empty, **self._write(params)}
        finish = _FINISHES.get(self.operation)
        return finish(written) if finish else written

    def name(self, member: str, shape: Shape) -> str:
        wire = wire_of(member, shape)
        if shape.type_name != "list" or upper(wire) in ec2_words.PLAIN_CONTAINERS:
            return self.renamed(wire)
        known = self._set(wire)
        if known:
            return known[0]
        name = lower_first(wire)
        return name if name.endswith(("Set", "s")) and name != "s" else f"{name}Set"

    def finished(self, result: dict[str, Any], shape: Shape) -> Any:
        if shape.name in ec2_words.WITH_EMPTY_LISTS:
            for member, part in shape.members.items():
                if part.type_name == "list":
                    result.setdefault(self.name(member, part), {})
        return result

    def member(self, member: str, shape: Shape) -> tuple[str, Render]:
        wire = wire_of(member, shape)
        if shape.type_name != "list" or redact.stand_in("ec2", member, shape) is not None:
            return super().member(member, shape)
        name = self.name(member, shape)
        inner: Shape = shape.member
        if inner.type_name in ("structure", "list"):
            if wire == "TagSpecification":
                return name, self.items(name, _tag_specification)
            return name, self.items(name, self.of(inner))
        known = self._set(wire)
        item = known[1] if known else self._item_name(wire)
        write = self.of(inner)
        return name, self.items(name, lambda part: {item: write(part)})

    def _set(self, wire: str) -> tuple[str, str] | None:
        own = ec2_words.SETS_OF.get((self.operation, upper(wire)))
        return own or ec2_words.SETS.get(upper(wire))

    @staticmethod
    def _item_name(wire: str) -> str:
        """Observed in filters: valueSet.items[].value."""
        name = lower_first(wire)
        return name[:-3] if name.endswith("Set") else name.removesuffix("s")


def _tag_specification(part: Any) -> Any:
    """Observed: tagSpecificationSet.items[] is {resourceType, tags: [{key, value}]}."""
    return {
        "resourceType": part.get("ResourceType"),
        "tags": [
            {lower_first(key): value for key, value in tag.items()}
            for tag in part.get("Tags") or []
        ],
    }


def _run_instances(written: dict[str, Any]) -> dict[str, Any]:
    """RunInstances keeps image, key and counts inside instancesSet (EC2 API reference, CloudTrail
    example; observed in records of 2024)."""
    item = {
        name: written.pop(name)
        for name in ("imageId", "keyName", "minCount", "maxCount")
        if name in written
    }
    return {"instancesSet": {"items": [item]}, **written}


def _modify_snapshot(written: dict[str, Any]) -> dict[str, Any]:
    """Whom a snapshot is shared with stands under createVolumePermission, whichever of the two
    ways of saying so was sent (Stratus Red Team, "Exfiltrate EBS Snapshot by Sharing It": log)."""
    asked = {**written}
    people = [*_taken(asked, "userIdSet", "userId"), *_taken(asked, "userGroupSet", "group")]
    verb = asked.pop("operationType", None)
    asked.pop("attribute", None)
    if people and verb:
        asked["createVolumePermission"] = {verb: {"items": people}}
    return {**asked, "attributeType": "CREATE_VOLUME_PERMISSION"}


def _taken(written: dict[str, Any], name: str, item: str) -> list[dict[str, Any]]:
    found = written.pop(name, {}).get("items", [])
    return [{item: value} for part in found for value in part.values()]


def _modify_image(written: dict[str, Any]) -> dict[str, Any]:
    """Observed: attributeType also where the caller did not say it."""
    said = "launchPermission" if "launchPermission" in written else None
    return {**({"attributeType": said} if said else {}), **written}


def _modify_instance(written: dict[str, Any]) -> dict[str, Any]:
    """Observed beside `attribute`: a value that may be user data is hidden."""
    return {**written, "value": redact.REMOVED} if "value" in written else written


_FINISHES: Final[Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "ModifyImageAttribute": _modify_image,
    "ModifyInstanceAttribute": _modify_instance,
    "ModifySnapshotAttribute": _modify_snapshot,
    "RunInstances": _run_instances,
}


class OlderResponse(_Older):
    def __init__(self, model: OperationModel) -> None:
        super().__init__(model.name)
        shape = model.output_shape
        self._write = self.structure(shape) if shape else None
        self._succeeded = {"_return": True} if succeeds(shape) else {}

    def render(self, output: Any, request_id: str) -> dict[str, Any]:
        if self._write is None:  # observed: DeleteSubnet and the like
            return {"requestId": request_id, "_return": True}
        return {"requestId": request_id, **self._succeeded, **self._write(output or {})}

    def name(self, member: str, shape: Shape) -> str:
        return self.renamed(wire_of(member, shape))

    def member(self, member: str, shape: Shape) -> tuple[str, Render]:
        name, render = super().member(member, shape)
        if shape.type_name == "list" and redact.stand_in("ec2", member, shape) is None:
            return name, self.items(name, self.of(shape.member))
        return name, render
