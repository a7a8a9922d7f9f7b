"""XML as JSON, the way S3 and the newer EC2 operations write it into their records.

Observed: attributes (xmlns, tag) stand beside the children under their own names, text beside
attributes is `content`, a repeated element is a list and a single one is not, an empty element is
"", and text that looks like a boolean or a number is one.
"""

from __future__ import annotations

import re
from typing import Any, Final
from xml.parsers import expat

_NUMBER: Final = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d{1,15})?")
_LARGEST: Final = 512 * 1024  # bytes of XML that are still worth reading for a 100 KB field


def typed(text: str) -> Any:
    """`"true"` → True, `"16"` → 16; anything that would not print the same stays text."""
    lowered = text.lower()
    if lowered in ("true", "false"):
        return lowered == "true"
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def parse(body: bytes) -> dict[str, Any] | None:
    """`{root name: content}`, or None when the body is no XML document that we would read.

    Document types are refused: with them a few bytes can expand to gigabytes.
    """
    if not body or len(body) > _LARGEST or not body.lstrip().startswith(b"<"):
        return None
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError):
        return None
    return reader.root


class _Reader:
    _DEEPEST: Final = 50

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []

    def doctype(self, *_: object) -> None:
        raise ValueError("document types are refused")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > self._DEEPEST:
            raise ValueError("nested too deeply")
        self._open.append((name, {key: typed(value) for key, value in attributes.items()}, []))

    def text(self, data: str) -> None:
        self._open[-1][2].append(data)

    def end(self, name: str) -> None:
        _, members, pieces = self._open.pop()
        text = "".join(pieces).strip()
        if members and text:
            members["content"] = typed(text)
        value: Any = members or typed(text)
        add(self._open[-1][1] if self._open else self.root, name, value)


def add(members: dict[str, Any], name: str, value: Any) -> None:
    """Put a child beside its siblings: the second of a name makes a list."""
    if name not in members:
        members[name] = value
    elif isinstance(members[name], list):
        members[name].append(value)
    else:
        members[name] = [members[name], value]
