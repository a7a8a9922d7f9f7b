"""Parameters drawn from a service's model: some that fit, some that do not."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape

# Every Unicode plane, and what trips parsers up.
TEXTS = (
    "", "a", "ops", "ops-bucket", "0", "-1", "*", "../../etc", "%00", "a b", "<b>&amp;\"'",
    "\u00e9", "\u4e2d\u6587", "\U0001f600", "\U00020000", "\U000e0041", "\U0010fffd", "\ufeff",
    "\u202e",
    "arn:aws:iam::123456789012:role/ops", "arn:aws:s3:::ops-bucket/*", "i-0123456789abcdef0",
    '{"Version":"2012-10-17","Statement":[]}', "{", "[]", "null", "true", "x" * 300, "alias/x",
    "https://sqs.us-east-1.amazonaws.com/123456789012/q", "2026-11-23T10:00:00Z", "us-east-1",
)  # fmt: skip
NUMBERS = (0, 1, -1, 2, 5, 100, 2**31 - 1, -(2**31))
LARGE = (2**63 - 1, -(2**63))
DEEPEST = 5


def drawn(shape: Shape, rng: random.Random, depth: int = 0) -> Any:
    """A value for a shape. Now and then what is optional is there, seldom what is required is
    not."""
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, rng, depth)
    if kind == "list":
        count = 0 if depth > DEEPEST else rng.choice((0, 1, 1, 2, 3))
        return [drawn(shape.member, rng, depth + 1) for _ in range(count)]
    if kind == "map":
        count = 0 if depth > DEEPEST else rng.choice((0, 1, 2))
        return {
            str(drawn(shape.key, rng, depth + 1)): drawn(shape.value, rng, depth + 1)
            for _ in range(count)
        }
    return _scalar(shape, kind, rng)


def _structure(shape: Any, rng: random.Random, depth: int) -> dict[str, Any]:
    chance = 0.35 if depth < 2 else 0.15
    names = [
        name
        for name in shape.members
        if (rng.random() < 0.97 if name in shape.required_members else rng.random() < chance)
    ]
    if depth > DEEPEST:
        names = [name for name in names if name in shape.required_members and depth < 2 * DEEPEST]
    if getattr(shape, "is_tagged_union", False):
        names = rng.sample(sorted(shape.members), 1)
    return {name: drawn(shape.members[name], rng, depth + 1) for name in names}


def _scalar(shape: Any, kind: str, rng: random.Random) -> Any:
    if kind in ("integer", "long"):
        return rng.choice(NUMBERS + (LARGE if kind == "long" else ()))
    if kind in ("float", "double"):
        return rng.choice((0.0, 1.5, -2.25, 1e300))
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "timestamp":
        return datetime.fromtimestamp(rng.choice((0, 1, 1_700_000_000, 4_000_000_000)), UTC)
    if kind == "blob":
        return rng.choice((b"", b"x", b"\x00\xff\xfe", b"{}", b"<a/>", b"PK\x03\x04"))
    allowed = shape.metadata.get("enum")
    if allowed and rng.random() < 0.85:
        return rng.choice(allowed)
    return rng.choice(TEXTS)
