"""From a pattern's text to what can be asked: the form is told by its first character."""

from __future__ import annotations

import functools

from .jsonterms import JsonPattern
from .pattern import InvalidPattern, Pattern
from .spaced import SpacedPattern
from .textterms import TextPattern

LONGEST = 1024  # characters (API Reference, PutMetricFilter: filterPattern)
REGEXES = 2  # of one pattern ("Quotas" in the syntax page)

FORMS: dict[str, type[JsonPattern] | type[SpacedPattern]] = {
    "{": JsonPattern,
    "[": SpacedPattern,
}


@functools.lru_cache(maxsize=4096)
def compiled(text: str) -> Pattern:
    """The pattern, ready to be asked. Raises InvalidPattern."""
    if len(text) > LONGEST:
        raise InvalidPattern(
            f"it is longer than {LONGEST} characters",
            f"1 validation error detected: Value '{text}' at 'filterPattern' failed to satisfy "
            f"constraint: Member must have length less than or equal to {LONGEST}",
        )
    bare = text.strip()
    pattern: Pattern = FORMS.get(bare[:1], TextPattern)(bare)
    if pattern.regexes > REGEXES:
        raise InvalidPattern(f"a pattern has at most {REGEXES} regular expressions")
    return pattern
