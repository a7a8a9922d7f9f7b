"""A line of things that one target must get: what is refused waits, and is tried again.

User Guide, "Amazon S3 bucket policy for CloudTrail": CloudTrail tries for 30 days to deliver to a
bucket that refuses. How often it tries is not published; here after 5 minutes, then twice as long
each time, at most an hour.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from lablib.cloudtrail.world import Refused, Schedule

KEEPS_TRYING = timedelta(days=30)
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=1)

T = TypeVar("T")


class Line(Generic[T]):
    """Things in the order in which they came.

    `deliver(thing, now)` raises Refused; `refused(thing, error, now)` and `lost(thing, now)` are
    told about it. `wanted()` is False once nothing is to be tried a second time.
    """

    def __init__(
        self,
        schedule: Schedule,
        label: str,
        deliver: Callable[[T, datetime], None],
        refused: Callable[[T, Refused, datetime], None],
        lost: Callable[[T, datetime], None],
        wanted: Callable[[], bool],
    ) -> None:
        self._schedule = schedule
        self._label = label
        self._deliver = deliver
        self._refused = refused
        self._lost = lost
        self._wanted = wanted
        self._things: deque[tuple[T, datetime]] = deque()
        self._pause = FIRST_PAUSE
        self._next: datetime | None = None

    def __len__(self) -> int:
        return len(self._things)

    def send(self, thing: T, now: datetime) -> None:
        """Deliver the thing, after those that are still waiting."""
        self._things.append((thing, now))
        self._try(now)

    def hurry(self, now: datetime) -> None:
        """Try again soon: something has changed."""
        if self._things:
            self._again(now + timedelta(seconds=30))

    def _try(self, now: datetime) -> None:
        while self._things:
            thing, since = self._things[0]
            try:
                self._deliver(thing, now)
            except Refused as error:
                self._refused(thing, error, now)
                if not self._wanted() or now - since >= KEEPS_TRYING:
                    self._lost(self._things.popleft()[0], now)
                    continue
                self._wait(now)
                return
            self._things.popleft()
            self._pause = FIRST_PAUSE

    def _wait(self, now: datetime) -> None:
        if self._next is None or self._next <= now:
            self._again(now + self._pause)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _again(self, when: datetime) -> None:
        self._next = when
        self._schedule.at(when, self._label, self._try)
