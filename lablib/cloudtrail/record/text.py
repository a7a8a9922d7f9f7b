"""Records as text: one line of JSON, within CloudTrail's limits."""

from __future__ import annotations

import json
from typing import Any, Final

# User Guide, "CloudTrail record contents": a field above its limit (in KB) is left out.
_LIMITS: Final = {"requestParameters": 100, "responseElements": 100, "additionalEventData": 28}


def within_limits(record: dict[str, Any], text: str) -> str:
    """The record's text, after fields that are too large have been replaced by what AWS writes
    there (observed): that it was left out, why, and how large it would have been."""
    if len(text) < min(_LIMITS.values()) * 256:  # a character has at most four bytes
        return text
    for name, kilobytes in _LIMITS.items():
        size = len(minified(record.get(name)).encode())
        if size > kilobytes * 1024:
            why = f"{name} too large"
            record[name] = {"reason": why, "omitted": True, "originalSize": size}
    return minified(record)


def minified(value: Any) -> str:
    """JSON in one line without spaces, as in delivered files; always valid UTF-8 when encoded."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text if _encodable(text) else text.encode("utf-8", "replace").decode()


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def cut(text: str, size: int) -> str:
    """At most `size` bytes of text."""
    encoded = text.encode("utf-8", "replace")
    return text if len(encoded) <= size else encoded[:size].decode("utf-8", "ignore")
