"""The log events that a query reads, by column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogEvent:
    """Times in milliseconds since 1970; `log` is "account:group"."""

    time: int
    message: str
    stream: str = "stream"
    log: str = "123456789012:group"
    ingested: int = 0


@dataclass(frozen=True, slots=True)
class Log:
    """Columns rather than events: a hundred thousand of them go into DuckDB as they are."""

    time: Sequence[int]
    message: Sequence[str]
    stream: Sequence[str]
    log: Sequence[str]
    ingested: Sequence[int]

    @classmethod
    def of(cls, events: Iterable[LogEvent]) -> Log:
        kept = list(events)
        return cls(
            time=[event.time for event in kept],
            message=[event.message for event in kept],
            stream=[event.stream for event in kept],
            log=[event.log for event in kept],
            ingested=[event.ingested for event in kept],
        )

    def __len__(self) -> int:
        return len(self.time)

    @property
    def bytes(self) -> int:
        """The messages' size in UTF-8."""
        return sum(len(m) if m.isascii() else len(m.encode()) for m in self.message)
