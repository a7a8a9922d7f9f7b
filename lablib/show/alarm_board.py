"""All alarms as a board of lights: a shape, a word and a colour each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from lablib.search.alarms import SIGNS
from lablib.search.table import Table
from lablib.show.chart import Chart
from lablib.show.style import LOOKS, SIGN, WORD, Palette

COLUMNS, FEWER = 5, 4  # beside one another; fewer where names are long
NAME, ABOUT = 13, 24  # letters that fit beside a light, in bold and in small, of five
EMPTY = "There is no alarm yet: put_metric_alarm makes one."

Alarms = Sequence[Mapping[str, Any]]  # as DescribeAlarms shows them


def alarm_board(alarms: Alarms, ax: Any = None) -> Chart:
    """A chart with a light for each alarm, in the order of their names as people count them."""
    ordered = sorted(alarms, key=lambda alarm: _counted(alarm["AlarmName"]))
    rows = _rows(ordered, _columns(ordered))
    return Chart(
        title="The alarms",
        alt=_alt(ordered),
        table=_table(ordered),
        draw=lambda axes, palette: _draw(axes, palette, ordered),
        size=(9.6, 0.6 + 0.95 * rows),
    ).on(ax)


def _counted(name: str) -> list[tuple[int, str]]:
    """cis-4.2 before cis-4.10."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _columns(alarms: Alarms) -> int:
    return FEWER if any(len(alarm["AlarmName"]) > NAME for alarm in alarms) else COLUMNS


def _rows(alarms: Alarms, columns: int) -> int:
    return max(1, -(-len(alarms) // columns))


def _draw(axes: Any, palette: Palette, alarms: Alarms) -> None:
    columns = _columns(alarms)
    rows = _rows(alarms, columns)
    axes.set_axis_off()
    axes.set_xlim(0, columns)
    axes.set_ylim(-rows + 0.05, 0.05)
    axes.set_title(_title(alarms))
    if not alarms:
        axes.text(0.05, -0.4, EMPTY, color=palette.faint)
        return
    newest = max(map(_since, alarms))
    for number, alarm in enumerate(alarms):
        place = (number % columns, -(number // columns))
        _light(axes, palette, place, alarm, newest)
    for text in axes.texts:  # they have their places: the layout need not measure them
        text.set_in_layout(False)


def _light(
    axes: Any,
    palette: Palette,
    place: tuple[int, int],
    alarm: Mapping[str, Any],
    newest: datetime,
) -> None:
    (x, y), where = place, (place[0] + 0.13, place[1] - 0.36)
    state = alarm["StateValue"]
    look = LOOKS[state]
    colour = look.colour(palette)
    face = colour if state == "ALARM" else "none"
    style = ":" if state == "INSUFFICIENT_DATA" else "-"
    axes.scatter(
        *where,
        s=420,
        marker="o",
        facecolors=face,
        edgecolors=colour,
        linestyles=style,
        linewidths=2.2,
    )
    if state == "ALARM":
        axes.annotate("!", where, ha="center", va="center", color=palette.page, weight="bold")
    left = x + 0.27
    axes.text(left, y - 0.2, _cut(alarm["AlarmName"], 20), weight="bold", va="center")
    axes.text(left, y - 0.45, _state(alarm, newest), va="center", color=colour)
    about = _cut(_about(alarm), ABOUT)
    axes.text(left, y - 0.68, about, va="center", fontsize="small", color=palette.faint)


def _state(alarm: Mapping[str, Any], newest: datetime) -> str:
    """The word, and since when: the hour, or the day when it is another one."""
    since, word = _since(alarm), WORD[alarm["StateValue"]]
    if alarm["StateValue"] == "INSUFFICIENT_DATA":
        return word
    return (
        f"{word} since {since:%H:%M}" if since.date() == newest.date() else f"{word} {since:%d %b}"
    )


def _title(alarms: Alarms) -> str:
    counts = {state: sum(a["StateValue"] == state for a in alarms) for state in WORD}
    said = [f"{SIGN[state]} {count} {WORD[state]}" for state, count in counts.items() if count]
    return "   ".join(said) or "No alarms"


def _about(alarm: Mapping[str, Any]) -> str:
    """What it is for, in its owner's words, or else what it compares."""
    return str(alarm.get("AlarmDescription") or alarm.get("AlarmRule") or _compared(alarm))


def _compared(alarm: Mapping[str, Any]) -> str:
    sign = SIGNS.get(alarm.get("ComparisonOperator", ""), "?")
    return f"{alarm.get('MetricName', 'metric math')} {sign} {alarm.get('Threshold', 0):g}"


def _since(alarm: Mapping[str, Any]) -> datetime:
    since: datetime = alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]
    return since.astimezone(UTC)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _table(alarms: Alarms) -> Table:
    rows = [
        (
            alarm["AlarmName"],
            f"{SIGN[alarm['StateValue']]} {alarm['StateValue']}",
            pd.Timestamp(_since(alarm)),
            _about(alarm),
            alarm.get("StateReason", ""),
        )
        for alarm in alarms
    ]
    return Table(rows, columns=pd.Index(["Alarm", "State", "Since", "About", "Reason"]))


def _alt(alarms: Alarms) -> str:
    if not alarms:
        return EMPTY
    lights = "; ".join(f"{alarm['AlarmName']} {WORD[alarm['StateValue']]}" for alarm in alarms)
    count = len(alarms)
    return f"A board of {count} light{'s' * (count != 1)}: {lights}."
