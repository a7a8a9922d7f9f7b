"""Rules of composite alarms: ALARM("a") AND NOT (OK(b) OR TRUE).

Source: API Reference, PutCompositeAlarm, AlarmRule.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lark import Lark, UnexpectedInput

GRAMMAR = r"""
    ?start: either
    ?either: both ("OR" both)*
    ?both: unit ("AND" unit)*
    ?unit: "NOT" unit -> negated
         | "(" either ")"
         | STATE "(" alarm ")" -> state
         | TRUTH -> truth
    ?alarm: QUOTED | BARE

    STATE: "ALARM" | "OK" | "INSUFFICIENT_DATA"
    TRUTH: "TRUE" | "FALSE"
    QUOTED: /"[^"]+"/
    BARE: /[^\s()"]+/
    %import common.WS
    %ignore WS
"""

LONGEST = 10_240
MOST_CHILDREN = 100


class InvalidRule(ValueError):
    pass


@functools.cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


@dataclass(frozen=True, slots=True)
class Rule:
    text: str
    children: tuple[str, ...]  # alarm names, in order of mention

    def holds(self, state_of: Callable[[str], str]) -> bool:
        """Whether the rule is met, given what state each alarm is in."""
        return _holds(_parser().parse(self.text), state_of)


def read(text: str) -> Rule:
    """Raises InvalidRule."""
    if not 1 <= len(text) <= LONGEST:
        raise InvalidRule(f"AlarmRule must have between 1 and {LONGEST} characters")
    try:
        tree: Any = _parser().parse(text)
    except UnexpectedInput:
        raise InvalidRule("Invalid AlarmRule syntax") from None
    mentioned = [
        _name(node.children[1]) for node in tree.iter_subtrees_topdown() if node.data == "state"
    ]
    children = tuple(dict.fromkeys(mentioned))
    if len(children) > MOST_CHILDREN:
        raise InvalidRule(f"AlarmRule must not mention more than {MOST_CHILDREN} alarms")
    return Rule(text, children)


def _name(token: Any) -> str:
    """The alarm's name; rules may name alarms by ARN, too."""
    text = str(token).strip('"')
    return text.split(":", 6)[6] if text.startswith("arn:") else text


def _holds(node: Any, state_of: Callable[[str], str]) -> bool:
    if node.data == "state":
        return state_of(_name(node.children[1])) == str(node.children[0])
    if node.data == "truth":
        return str(node.children[0]) == "TRUE"
    parts = [_holds(child, state_of) for child in node.children]
    if node.data == "negated":
        return not parts[0]
    return any(parts) if node.data == "either" else all(parts)
