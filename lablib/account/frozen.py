"""The process's own clock, and real time behind it."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

# time-machine looks for pytest when it is imported; loading it would take as long as all of Flask.
_pytest = sys.modules.get("pytest")
sys.modules["pytest"] = _pytest  # type: ignore[assignment]  # None: "there is none"
import time_machine  # noqa: E402

if _pytest is None:
    del sys.modules["pytest"]


class Frozen:
    """The process's own clock, standing still at the lab time of what is happening (time-machine
    moves every clock that moto reads); real time stays readable behind it."""

    def __init__(self, start: datetime) -> None:
        self._travel = time_machine.travel(start, tick=False)
        self._traveller = self._travel.start()

    def move_to(self, moment: datetime) -> None:
        self._traveller.move_to(moment, tick=False)

    @staticmethod
    def real() -> datetime:
        hatch = time_machine.escape_hatch
        return datetime.fromtimestamp(
            hatch.time.time() if hatch.is_travelling() else time.time(), UTC
        )


def default_start(real: datetime) -> datetime:
    """Now, in whole milliseconds (what journals and answers can carry)."""
    return real - timedelta(microseconds=real.microsecond % 1000)
