"""The part of a file of shapes that the comparison needs: names, types and shares alone."""

from __future__ import annotations

import json
from typing import Any

from tests.shapes.top import OF_THE_CALL, PARTS, VALUES

NULLS = tuple(f"{part}_null_share_ok" for part in PARTS)


def kept(shapes: dict[str, Any]) -> str:
    """One line of JSON."""
    found = {key: _kept(real) for key, real in shapes.items() if not key.startswith("_")}
    return json.dumps(found, sort_keys=True, separators=(",", ":"))


def _kept(real: dict[str, Any]) -> dict[str, Any]:
    names = ("basis", "ok_count", *PARTS, *(name for name in NULLS if real.get(name)))
    top = {name: share for name, share in real["top_level"].items() if name in OF_THE_CALL}
    return {
        **{name: real[name] for name in names if name in real},
        "errorCodes": sorted(real["errorCodes"]),
        **{name: sorted(real[name]) for name in VALUES if name in real},
        "top_level": top,
    }
