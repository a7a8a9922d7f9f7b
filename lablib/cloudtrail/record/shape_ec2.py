"""EC2's records: two generations of operations, two ways of writing.

The older generation has sets of items (`instancesSet.items[].instanceId`), empty sets where nothing
was sent, dates in epoch milliseconds and `_return` for a plain success. The newer one is the
query and the XML answer turned into JSON, under `<Operation>Request` and `<Operation>Response`.
Observed over 67 operations; botocore's model tells the generations apart by how it spells DryRun.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from botocore.model import OperationModel, Shape

from lablib.cloudtrail.record import dates, ec2_words, xmljson
from lablib.cloudtrail.record.ec2_older import OlderRequest, OlderResponse
from lablib.cloudtrail.record.ec2_shaper import Ec2Shaper, scalar, succeeds, upper, wire_of
from lablib.cloudtrail.record.redact import ABSENT
from lablib.cloudtrail.record.shape import Render, plain

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
        return OlderRequest(model).render
    write = XmlRequest().of(shape) if shape else lambda _: ""
    return lambda params: {f"{model.name}Request": write(params)}


def response(model: OperationModel) -> Answer:
    """The function from (answer, request id) to responseElements."""
    if is_older(model):
        return OlderResponse(model).render
    write = _XmlResponse().of(model.output_shape) if model.output_shape else lambda _: {}
    succeeded = {"return": True} if succeeds(model.output_shape) else {}

    def render(output: Any, request_id: str) -> dict[str, Any]:
        body = {"xmlns": _XMLNS, "requestId": request_id, **succeeded, **(write(output) or {})}
        return {f"{model.name}Response": body}

    return render


def query_name(name: str, shape: Shape) -> str:
    """The parameter's name in the query: queryName, else the location name, capitalised."""
    wire = str(shape.serialization.get("queryName") or wire_of(name, shape))
    return upper(wire)


class XmlRequest(Ec2Shaper):
    """The query as elements: a list parameter's entries are numbered by the attribute `tag`."""

    def name(self, member: str, shape: Shape) -> str:
        return query_name(member, shape)

    def finished(self, result: dict[str, Any], shape: Shape) -> Any:
        return result or ""

    def scalar(self, shape: Shape) -> Render:
        write = scalar(shape, dates.iso_millis)
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


class _XmlResponse(Ec2Shaper):
    def name(self, member: str, shape: Shape) -> str:
        return wire_of(member, shape)

    def finished(self, result: dict[str, Any], shape: Shape) -> Any:
        return result or ""

    def scalar(self, shape: Shape) -> Render:
        write = scalar(shape, dates.iso_millis)
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
