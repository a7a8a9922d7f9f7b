"""How an answer is brought to AWS's shape: a patch says what to write, and what to leave out."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lablib.cloudtrail.call import ApiCall
from lablib.cloudtrail.record.redact import ABSENT

Value = Callable[[ApiCall, dict[str, Any]], Any]  # of the call, and the object to write into


@dataclass(frozen=True, slots=True)
class Patch:
    """Paths are those of the record (`items[].name`). `add` writes what is missing, `put` writes
    anyway, `drop` removes, `drop_empty` removes what holds nothing. A value that is ABSENT for a
    call is not written, and what stood there goes."""

    source: str
    add: Mapping[str, Any] = field(default_factory=dict)
    put: Mapping[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    drop_empty: tuple[str, ...] = ()

    def apply(self, made: dict[str, Any], call: ApiCall) -> None:
        for path, value in self.put.items():
            for holder, name in _holders(made, path):
                _write(holder, name, _made(value, call, holder))
        for path, value in self.add.items():
            for holder, name in _holders(made, path):
                if name not in holder:
                    _write(holder, name, _made(value, call, holder))
        for path in self.drop:
            for holder, name in _holders(made, path):
                holder.pop(name, None)
        for path in self.drop_empty:
            for holder, name in _holders(made, path):
                if name in holder and holder[name] in ({}, [], ""):
                    del holder[name]


def param(name: str, otherwise: Any) -> Value:
    """What the caller sent, or AWS's default."""
    return lambda call, _: call.params.get(name) or otherwise


def token(call: ApiCall, _: dict[str, Any]) -> str:
    return str(call.params.get("ClientToken") or uuid.uuid5(uuid.NAMESPACE_OID, call.request_id))


def _write(holder: dict[str, Any], name: str, value: Any) -> None:
    if value is ABSENT:
        holder.pop(name, None)
    else:
        holder[name] = value


def _made(value: Any, call: ApiCall, holder: dict[str, Any]) -> Any:
    """A fresh value: records must not share what the table holds."""
    if callable(value):
        return value(call, holder)
    return (
        dict(value)
        if isinstance(value, dict)
        else list(value)
        if isinstance(value, list)
        else value
    )


def _holders(value: Any, path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The objects in which the path's last name stands, or would stand."""
    step, dot, rest = path.partition(".")
    if not isinstance(value, dict):
        return
    if not dot:
        yield value, step
        return
    inner = value.get(step.removesuffix("[]"))
    for part in inner if step.endswith("[]") and isinstance(inner, list) else [inner]:
        yield from _holders(part, rest)
