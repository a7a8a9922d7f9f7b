"""Which of many selectors may take an event: found by its values, not by asking each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from lablib.cloudtrail.selectors.values import Values

if TYPE_CHECKING:
    from lablib.cloudtrail.event import Event
    from lablib.cloudtrail.selectors.advanced import Condition, Ready

FEW = 4  # so many are asked one after the other
Places = dict[str, list[int]]


class Table:
    """One field's values, and the places of the selectors that select them."""

    __slots__ = ("_beginnings", "_endings", "_exact", "_read")

    def __init__(self, read: Callable[[Event, str], str]) -> None:
        self._read = read
        self._exact: Places = defaultdict(list)
        self._beginnings: dict[int, Places] = {}  # by the length of the beginnings
        self._endings: dict[int, Places] = {}  # turned round

    def add(self, place: int, values: Values) -> None:
        for value in values.exact:
            self._exact[value].append(place)
        for by_length, parts in (
            (self._beginnings, values.beginnings),
            (self._endings, values.endings),
        ):
            for part in parts:
                by_length.setdefault(len(part), defaultdict(list))[part].append(place)

    def find(self, event: Event, arn: str) -> set[int]:
        """The places of the selectors whose values fit."""
        text = self._read(event, arn)
        found = set(self._exact.get(text, ()))
        for length, places in self._beginnings.items():
            found.update(places.get(text[:length], ()))
        if self._endings:
            turned = text[::-1]
            for length, places in self._endings.items():
                found.update(places.get(turned[:length], ()))
        return found


class Index:
    """A group of selectors. Each is filed under that of its fields which differs most among them;
    one that only rejects is always a candidate."""

    __slots__ = ("_always", "_ready", "_tables")

    def __init__(self, ready: Sequence[Ready]) -> None:
        self._ready = tuple(ready)
        self._tables: dict[str, Table] = {}
        variety = _variety(ready)
        always = []
        for place, one in enumerate(ready):
            selecting = [condition for condition in one.conditions if condition.selects]
            if selecting:
                self._file(place, max(selecting, key=lambda c: variety[c.field]))
            else:
                always.append(place)
        self._always = frozenset(always)

    def _file(self, place: int, condition: Condition) -> None:
        table = self._tables.setdefault(condition.field, Table(condition.read))
        table.add(place, condition.selects)

    def candidates(self, event: Event, arn: str) -> Sequence[Ready]:
        """Those that may take the event, in their order; if none may, the first of all, which can
        say why not."""
        if len(self._ready) <= FEW:
            return self._ready
        found = self._always.union(*(table.find(event, arn) for table in self._tables.values()))
        return [self._ready[place] for place in sorted(found)] or self._ready[:1]


def _variety(ready: Iterable[Ready]) -> dict[str, int]:
    """How many different values the selectors select, field by field."""
    values: dict[str, set[str]] = defaultdict(set)
    for one in ready:
        for condition in one.conditions:
            selects = condition.selects
            values[condition.field].update(selects.exact, selects.beginnings, selects.endings)
    return {field: len(found) for field, found in values.items()}
