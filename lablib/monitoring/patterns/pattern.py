"""What a pattern is asked about, and what it answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

MISSING: Any = type("Missing", (), {"__repr__": lambda self: "missing"})()


class InvalidPattern(ValueError):
    """AWS would refuse the pattern: an InvalidParameterException with this message, or, where
    `message` is None, with the operation's general words. `why` says what is wrong with it."""

    def __init__(self, why: str, message: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.message = message


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a log event is taken, and one sentence that says why."""

    taken: bool
    why: str


class Line:
    """The message of one log event: parsed at most once, however many patterns look at it."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def document(self) -> Any:
        """The JSON object or array that the message is; MISSING for anything else."""
        if self.text.lstrip()[:1] not in ("{", "["):
            return MISSING
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return MISSING


class Pattern(Protocol):
    """One compiled pattern."""

    text: str
    regexes: int  # how many regular expressions are in it (quotas count them)

    def takes(self, line: Line) -> bool:
        """Whether the log event is taken: the quick answer."""
        ...

    def match(self, line: Line) -> Match:
        """The same with its reason."""
        ...

    def value(self, line: Line, selector: str) -> str | None:
        """The text at a selector ($.a.b, or $name of a space-delimited field), as metric values
        and dimensions use it; None when there is none."""
        ...

    def extracted(self, line: Line) -> dict[str, str]:
        """What TestMetricFilter shows as extractedValues: selector → text."""
        ...


def shortened(value: object) -> str:
    """A value as a sentence shows it: texts in quotes, nothing longer than a line."""
    if isinstance(value, str):
        told = f'"{value}"'
    else:
        told = json.dumps(value, ensure_ascii=False, default=str)
    return told if len(told) <= 80 else told[:77] + "…"
