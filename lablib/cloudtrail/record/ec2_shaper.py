"""What both generations of EC2's records share: structures member by member, secrets replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from botocore.model import Shape

from lablib.cloudtrail.record import redact
from lablib.cloudtrail.record.redact import ABSENT
from lablib.cloudtrail.record.shape import Render, plain, unknown


def wire_of(name: str, shape: Shape) -> str:
    return str(shape.serialization.get("name", name))


def succeeds(shape: Shape | None) -> bool:
    """Does the answer say `return`? A call that was not refused did succeed."""
    members = shape.members.items() if shape else ()
    return any(wire_of(*pair) == "return" for pair in members)


def upper(wire: str) -> str:
    return wire[:1].upper() + wire[1:]


def scalar(shape: Shape, date: Callable[[datetime], Any]) -> Render:
    if shape.type_name == "timestamp":
        return lambda value: date(value) if isinstance(value, datetime) else plain(value)
    if shape.type_name == "blob":
        return lambda _: ABSENT
    return plain


class Ec2Shaper:
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
