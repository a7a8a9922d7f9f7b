"""What happened to one event, stage by stage, and why each trail took it or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from lablib.search.event import Event
from lablib.search.table import Table

TAKEN = {True: "✔ taken", False: "– not taken"}


@dataclass(frozen=True, slots=True, repr=False)
class Trace:
    """The account's answer to "what became of this event?"."""

    answer: Mapping[str, Any]

    @property
    def event(self) -> Event:
        return Event(self.answer["event"])

    @property
    def stages(self) -> list[Mapping[str, Any]]:
        return list(self.answer["stages"])

    @property
    def matches(self) -> list[Mapping[str, Any]]:
        return list(self.answer["matches"])

    @property
    def taken_by(self) -> list[str]:
        """Names of the trails that took the event."""
        return [_trail(match) for match in self.matches if match["taken"]]

    def to_frame(self) -> Table:
        """One row a stage: Stage, Time, What, Why."""
        rows = [
            (s["stage"], _time(s), s.get("what") or "", s.get("why") or "") for s in self.stages
        ]
        return Table(rows, columns=pd.Index(["Stage", "Time", "What", "Why"]))

    def trails(self) -> Table:
        """One row a trail: Trail, Taken, Why."""
        rows = [(_trail(m), TAKEN[bool(m["taken"])], m["why"]) for m in self.matches]
        return Table(rows, columns=pd.Index(["Trail", "Taken", "Why"]))

    def __repr__(self) -> str:
        lines = [repr(self.event), ""]
        for stage in self.to_frame().to_dict("records"):
            why = f" — {stage['Why']}" if stage["Why"] else ""
            lines.append(f"  {stage['Stage']:<12} {_clock(stage['Time'])}  {stage['What']}{why}")
        lines += [""] if self.matches else ["", "  No trail was there to take it."]
        lines += [f"  {TAKEN[bool(m['taken'])]}: {_trail(m)} — {m['why']}" for m in self.matches]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        found = self.trails().html() if self.matches else "<p>No trail was there.</p>"
        return (
            f"<p><strong>Stage by stage:</strong> {escape(repr(self.event))}</p>"
            f"{self.to_frame().html()}"
            f"<p><strong>Which trails took it, and why</strong></p>{found}"
        )


def _trail(match: Mapping[str, Any]) -> str:
    return str(match["trail"]).rpartition("/")[2]


def _time(stage: Mapping[str, Any]) -> pd.Timestamp | None:
    return pd.Timestamp(stage["time"]) if stage.get("time") else None


def _clock(time: Any) -> str:
    return "" if time is None or pd.isna(time) else f"{time:%H:%M:%S}"
