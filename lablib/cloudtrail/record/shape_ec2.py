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
    known = ec2_words.OLDER.get(model.name)
    if known is not None:
        return known
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
            wire = _wire(member, shape)
            if shape.type_name == "list" and _upper(wire) not in ec2_words.ONLY_WHEN_SENT:
                empty[self.name(member, shape)] = {}
        if self.operation == "DescribeRegions":  # observed: regionSet alone
            empty.pop("filterSet")
        return empty

    def render(self, params: Any) -> dict[str, Any]:
        written: dict[str, Any] = {**self._empty, **self._write(params)}
        return _run_instances(written) if self.operation == "RunInstances" else written

    def name(self, member: str, shape: Shape) -> str:
        wire = _wire(member, shape)
        if shape.type_name != "list" or wire in ec2_words.PLAIN_CONTAINERS:
            return self.renamed(wire)
        if _upper(wire) in ec2_words.SETS:
            return ec2_words.SETS[_upper(wire)][0]
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
        item = ec2_words.SETS.get(_upper(wire), ("", self._item_name(wire)))[1]
        write = self.of(inner)
        return name, self.items(name, lambda part: {item: write(part)})

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
