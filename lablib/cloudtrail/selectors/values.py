"""Many values compared with one text at once: the same, beginning with, ending with."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable


class Values:
    """A set of exact values, beginnings and endings. `hit` costs the logarithm of their number."""

    __slots__ = ("beginnings", "endings", "exact")

    def __init__(
        self,
        exact: Iterable[str] = (),
        beginnings: Iterable[str] = (),
        endings: Iterable[str] = (),
    ) -> None:
        self.exact = frozenset(exact)
        self.beginnings = shortest(beginnings)
        self.endings = shortest(value[::-1] for value in endings)

    def __bool__(self) -> bool:
        return bool(self.exact or self.beginnings or self.endings)

    def hit(self, text: str) -> bool:
        """Whether the text is one of the values, or begins or ends with one."""
        if text in self.exact:
            return True
        if self.beginnings and begins(self.beginnings, text):
            return True
        return bool(self.endings) and begins(self.endings, text[::-1])


def shortest(values: Iterable[str]) -> list[str]:
    """The values in order, without those that begin with another: these add nothing."""
    kept: list[str] = []
    for value in sorted(values):
        if not (kept and value.startswith(kept[-1])):
            kept.append(value)
    return kept


def begins(beginnings: list[str], text: str) -> bool:
    """Whether the text begins with one of them. They are sorted, and none begins another, so only
    the last one that is not after the text can."""
    place = bisect_right(beginnings, text)
    return place > 0 and text.startswith(beginnings[place - 1])
