"""The fields that Logs Insights discovers in a log event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

AT_MOST = 200  # source: User Guide, "parse": events with "no more than 200 log event fields"


def discovered(message: str) -> dict[str, str]:
    """Dotted names and values: `requestParameters.instancesSet.items.0.instanceId`; empty for a
    message that is no JSON object. true is 1; null and empty lists are no fields."""
    try:
        tree = json.loads(message)
    except ValueError:
        return {}
    if not isinstance(tree, dict):
        return {}
    found: dict[str, str] = {}
    for name, value in _leaves(tree, ""):
        if len(found) == AT_MOST:
            break
        found[f"@{name}" if name.startswith("@") else name] = value
    return found


def _leaves(tree: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(tree, (dict, list)):
        parts = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for key, part in parts:
            yield from _leaves(part, f"{name}.{key}" if name else str(key))
    elif tree is not None:
        yield name, str(int(tree)) if isinstance(tree, bool) else str(tree)
