"""The groups of a `parse` pattern: which parts of a text it takes, and what they are called."""

from __future__ import annotations

import re

# A bracket that captures: not escaped, not in a character class, and not `(?:` or `(?i)`.
_TOKENS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?P?<(?P<name>[A-Za-z_]\w*)>|(?!\?))")


def of_regex(pattern: str) -> tuple[str | None, ...]:
    """The names of a regular expression's groups, in order; None for one without a name."""
    found = _TOKENS.finditer(pattern)
    return tuple(match["name"] for match in found if match[0].startswith("("))


def of_glob(glob: str) -> str:
    """A glob as a regular expression: each * takes as little as it can, the last one at the end
    of the glob takes the rest (User Guide, "parse")."""
    parts = [re.escape(part) for part in glob.split("*")]
    pattern = "(.*?)".join(parts)
    return pattern.removesuffix("(.*?)") + "(.*)" if glob.endswith("*") else pattern


def as_re2(pattern: str) -> str:
    """Java's `(?<name>…)` as RE2 spells it."""
    return re.sub(r"\(\?<([A-Za-z_]\w*)>", r"(?P<\1>", pattern)
