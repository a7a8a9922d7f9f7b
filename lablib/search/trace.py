"""What happened to one event, stage by stage, and why each trail took it or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from lablib.search.event import Event

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

    def to_frame(self) -> pd.DataFrame:
        """One row a stage: Stage, Time, What, Why."""
        rows = [
            (s["stage"], _time(s), s.get("what") or "", s.get("why") or "") for s in self.stages
        ]
        return pd.DataFrame(rows, columns=pd.Index(["Stage", "Time", "What", "Why"]))

    def trails(self) -> pd.DataFrame:
        """One row a trail: Trail, Taken, Why."""
        rows = [(_trail(m), TAKEN[bool(m["taken"])], m["why"]) for m in self.matches]
        return pd.DataFrame(rows, columns=pd.Index(["Trail", "Taken", "Why"]))

    def __repr__(self) -> str:
        lines = [repr(self.event), ""]
        for stage in self.to_frame().to_dict("records"):
            why = f" — {stage['Why']}" if stage["Why"] else ""
            lines.append(f"  {stage['Stage']:<12} {_clock(stage['Time'])}  {stage['What']}{why}")
        lines += [""] if self.matches else ["", "  No trail was there to take it."]
        lines += [f"  {TAKEN[bool(m['taken'])]}: {_trail(m)} — {m['why']}" for m in self.matches]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        stages = self.to_frame()
        stages["Time"] = [_clock(time) for time in stages["Time"]]
        trails = self.trails()
        found = _table(trails) if len(trails) else "<p>No trail was there to take it.</p>"
        return (
            f"<p><strong>{escape(self.event.name)}</strong>, stage by stage: "
            f"{escape(repr(self.event))}</p>{_table(stages)}"
            f"<p><strong>Which trails took it, and why</strong></p>{found}"
        )


def _table(frame: pd.DataFrame) -> str:
    """An HTML table whose text is left-aligned and may wrap."""
    head = "".join(f"<th scope='col' style='text-align:left'>{escape(str(c))}</th>" for c in frame)
    rows = "".join(
        "<tr>" + "".join(_cell(value) for value in row) + "</tr>"
        for row in frame.itertuples(index=False)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(value: Any) -> str:
    return f"<td style='text-align:left;vertical-align:top'>{escape(str(value))}</td>"


def _trail(match: Mapping[str, Any]) -> str:
    return str(match["trail"]).rpartition("/")[2]


def _time(stage: Mapping[str, Any]) -> pd.Timestamp | None:
    return pd.Timestamp(stage["time"]) if stage.get("time") else None


def _clock(time: Any) -> str:
    return "" if time is None or pd.isna(time) else f"{time:%H:%M:%S}"
