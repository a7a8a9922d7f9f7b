"""Which parameters a real caller must have sent: every member of a shape, tried one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape

from tests.shapes.paths import paths

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_BY_NAME: dict[str, Any] = {"KeyId": KEY, "Bucket": "amzn-s3-demo-bucket"}
_BY_TYPE: dict[str, Any] = {
    "string": "text",
    "integer": 7,
    "long": 7,
    "float": 0.5,
    "double": 0.5,
    "bigdecimal": 7,
    "boolean": True,
    "timestamp": datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
    "blob": b"bytes",
}
_DEEPEST = 8


def leaves(shape: Shape | None, keys: list[str], seen: tuple[str, ...] = ()) -> Iterator[Any]:
    """Values of the shape with one leaf each: `{"Tags": [{"Key": "text"}]}`, `{"Tags": []}`, …
    Maps get the `keys` that the real paths could hold."""
    if shape is None or len(seen) > _DEEPEST or seen.count(shape.name) > 2:
        return
    below = (*seen, shape.name)
    if shape.type_name == "structure":
        if seen:
            yield {}
        for name, member in shape.members.items():
            if name in _BY_NAME and member.type_name == "string":
                yield {name: _BY_NAME[name]}
            else:
                yield from ({name: value} for value in leaves(member, keys, below))
    elif shape.type_name == "list":
        yield []
        yield from ([value] for value in leaves(shape.member, keys, below))
    elif shape.type_name == "map":
        yield {}
        for key in keys:
            yield from ({key: value} for value in leaves(shape.value, keys, below))
    else:
        yield _BY_TYPE.get(shape.type_name, "text")


def merge(one: Any, other: Any) -> Any:
    """Two values of one shape as one."""
    if isinstance(one, dict) and isinstance(other, dict):
        both = dict(one)
        for name, value in other.items():
            both[name] = merge(both[name], value) if name in both else value
        return both
    if isinstance(one, list) and isinstance(other, list) and one and other:
        return [merge(one[0], other[0])]
    return one or other


def doubled(value: Any, from_depth: int, depth: int = 0) -> Any:
    """The value with every list deeper than `from_depth` lists holding its entry twice."""
    if isinstance(value, dict):
        return {name: doubled(part, from_depth, depth) for name, part in value.items()}
    if isinstance(value, list):
        parts = [doubled(part, from_depth, depth + 1) for part in value]
        return parts * 2 if depth >= from_depth else parts
    return value


def sent(shape: Shape | None, render: Callable[[dict[str, Any]], Any], real: set[str]) -> Any:
    """The value of the shape whose rendering comes nearest to the real paths. Lists hold one
    entry, or two: the records of some services tell the difference."""
    ways: list[Callable[[Any], Any]] = [
        lambda value: value,
        lambda value: doubled(value, 1),
        lambda value: doubled(value, 0),
    ]
    found = [_sent(shape, lambda value, way=way: render(way(value)), real) for way in ways]
    made = [way(value) for way, value in zip(ways, found, strict=True)]
    return max(made, key=lambda value: len(set(paths(render(value))) & real))


def _sent(shape: Shape | None, render: Callable[[Any], Any], real: set[str]) -> Any:
    base = set(paths(render({})))
    found: Any = {}
    for value in leaves(shape, _keys(real)):
        new = set(paths(render(value))) - base
        if new and new <= real:
            found = merge(found, value)
    return found


def _keys(real: set[str]) -> list[str]:
    """Everything that may be a key of a map: the ends of the real paths."""
    ends = {".".join(path.split(".")[at:]) for path in real for at in range(1, 9)}
    return sorted(end for end in ends if end and "[" not in end)[:40] or ["text"]
