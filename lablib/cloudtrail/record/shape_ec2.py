"""EC2's records: two generations of operations, two ways of writing.

The older generation has sets of items (`instancesSet.items[].instanceId`), empty sets where nothing
was sent, dates in epoch milliseconds and `_return` for a plain success. The newer one is the
query and the XML answer turned into JSON, under `<Operation>Request` and `<Operation>Response`.
Observed over 67 operations; botocore's model tells the generations apart by how it spells DryRun.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from botocore.model import OperationModel, Shape

from lablib.cloudtrail.record import dates, ec2_words, redact, xmljson
from lablib.cloudtrail.record.redact import ABSENT
from lablib.cloudtrail.record.shape import Render, lower_first, plain, unknown

_XMLNS: Final = "http://ec2.amazonaws.com/doc/2016-11-15/"

Answer = Callable[[Any, str], dict[str, Any]]


def is_older(model: OperationModel) -> bool:
    """Does the operation write sets of items (True) or its XML turned into JSON (False)?"""
    if model.name in ec2_words.OLDER:
        return True
    dry_run = model.input_shape.members.get("DryRun") if model.input_shape else None
    return dry_run is not None and dry_run.serialization.get("name") == "dryRun"


def request(model: OperationModel) -> Render:
    """The function from parameters to requestParameters."""
    shape = model.input_shape
    if is_older(model):
        return _OlderRequest(model).render
    write = _XmlRequest().of(shape) if shape else lambda _: ""
    return lambda params: {f"{model.name}Request": write(params)}


def response(model: OperationModel) -> Answer:
    """The function from (answer, request id) to responseElements."""
    if is_older(model):
        return _OlderResponse(model).render
    write = _XmlResponse().of(model.output_shape) if model.output_shape else lambda _: {}

    def render(output: Any, request_id: str) -> dict[str, Any]:
        body = write(output) or {}
        return {f"{model.name}Response": {"xmlns": _XMLNS, "requestId": request_id, **body}}

    return render


def _wire(name: str, shape: Shape) -> str:
    return str(shape.serialization.get("name", name))


def _upper(wire: str) -> str:
    return wire[:1].upper() + wire[1:]


def _query_name(name: str, shape: Shape) -> str:
    """The parameter's name in the query: queryName, else the location name, capitalised."""
    wire = str(shape.serialization.get("queryName") or _wire(name, shape))
    return _upper(wire)


def _scalar(shape: Shape, date: Callable[[datetime], Any]) -> Render:
    if shape.type_name == "timestamp":
        return lambda value: date(value) if isinstance(value, datetime) else plain(value)
    if shape.type_name == "blob":
        return lambda _: ABSENT
    return plain


class _Ec2Shaper:
    """What both generations share: structures member by member, secrets replaced."""

    def of(self, shape: Shape) -> Render:
        if shape.type_name == "structure":
            return self.structure(shape)
        if shape.type_name == "list":
            return self.list(shape)
        return self.scalar(shape)

    def scalar(self, shape: Shape) -> Render:
        raise NotImplementedError

    def list(self, shape: Shape) -> Render:
        raise NotImplementedError

    def name(self, member: str, shape: Shape) -> str:
        raise NotImplementedError

    def member(self, member: str, shape: Shape) -> tuple[str, Render]:
        mark = redact.stand_in("ec2", member, shape)
        name = self.name(member, shape)
        return (name, self.of(shape)) if mark is None else (name, lambda _: mark)

    def structure(self, shape: Shape) -> Render:
        members: Mapping[str, Shape] = shape.members
        compiled: dict[str, tuple[str, Render]] = {}

        def render(value: Any) -> Any:
            if not isinstance(value, Mapping):
                return plain(value)
            result: dict[str, Any] = {}
            for member, item in value.items():
                if item is None or member == "ResponseMetadata":
                    continue
                known = compiled.get(member)
                if known is None:
                    if member in members:
                        known = compiled[member] = self.member(member, members[member])
                    else:
                        known = unknown("ec2", member)
                written = known[1](item)
                if written is not ABSENT:
                    result[known[0]] = written
            return self.finished(result, shape)

        return render

    def finished(self, result: dict[str, Any], shape: Shape) -> Any:
        return result


# --- the older generation ------------------------------------------------------------------------


class _Older(_Ec2Shaper):
    def __init__(self, operation: str) -> None:
        self.operation = operation

    def scalar(self, shape: Shape) -> Render:
        return _scalar(shape, dates.millis)

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


class _OlderRequest(_Older):
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
        wire = _wire(member, shape)
        if shape.type_name != "list" or _upper(wire) in ec2_words.PLAIN_CONTAINERS:
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
        wire = _wire(member, shape)
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
        own = ec2_words.SETS_OF.get((self.operation, _upper(wire)))
        return own or ec2_words.SETS.get(_upper(wire))

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


class _OlderResponse(_Older):
    def __init__(self, model: OperationModel) -> None:
        super().__init__(model.name)
        self._write = self.structure(model.output_shape) if model.output_shape else None

    def render(self, output: Any, request_id: str) -> dict[str, Any]:
        if self._write is None:  # observed: DeleteSubnet and the like
            return {"requestId": request_id, "_return": True}
        return {"requestId": request_id, **self._write(output or {})}

    def name(self, member: str, shape: Shape) -> str:
        return self.renamed(_wire(member, shape))

    def member(self, member: str, shape: Shape) -> tuple[str, Render]:
        name, render = super().member(member, shape)
        if shape.type_name == "list" and redact.stand_in("ec2", member, shape) is None:
            return name, self.items(name, self.of(shape.member))
        return name, render


# --- the newer generation ------------------------------------------------------------------------


class _XmlRequest(_Ec2Shaper):
    """The query as elements: a list parameter's entries are numbered by the attribute `tag`."""

    def name(self, member: str, shape: Shape) -> str:
        return _query_name(member, shape)

    def finished(self, result: dict[str, Any], shape: Shape) -> Any:
        return result or ""

    def scalar(self, shape: Shape) -> Render:
        write = _scalar(shape, dates.iso_millis)
        return lambda value: _element(write(value))

    def list(self, shape: Shape) -> Render:
        write = self.of(shape.member)

        def render(value: Any) -> Any:
            if not isinstance(value, list | tuple):
                return plain(value)
            parts = [_tagged(write(part), number) for number, part in enumerate(value, 1)]
            return ABSENT if not parts else parts[0] if len(parts) == 1 else parts

        return render


def _tagged(value: Any, number: int) -> dict[str, Any]:
    return {**(value if isinstance(value, dict) else {"content": value}), "tag": number}


def _element(value: Any) -> Any:
    return xmljson.typed(value) if isinstance(value, str) else value


class _XmlResponse(_Ec2Shaper):
    def name(self, member: str, shape: Shape) -> str:
        return _wire(member, shape)

    def finished(self, result: dict[str, Any], shape: Shape) -> Any:
        return result or ""

    def scalar(self, shape: Shape) -> Render:
        write = _scalar(shape, dates.iso_millis)
        return lambda value: _element(write(value))

    def list(self, shape: Shape) -> Render:
        write = self.of(shape.member)
        name = str(shape.member.serialization.get("name", "item"))

        def render(value: Any) -> Any:
            if not isinstance(value, list | tuple):
                return plain(value)
            parts = [write(part) for part in value]
            return "" if not parts else {name: parts[0] if len(parts) == 1 else parts}

        return render
