"""Counted rows as bars: over time, or name by name. What the Visualization tab is to Logs Insights.

Times take the lower axis, names become colours with a hatch and a word; without times each row is a
bar of its own. (CloudWatch Logs User Guide, "Visualize log data in graphs".)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd

from lablib.errors import LabError
from lablib.monitoring.insights import periods
from lablib.show.chart import Chart
from lablib.show.style import LOOKS, Look, Palette

SERIES = ("batch", "stated", "write", "sns", "s3")  # looks, in this order: grey is context
HATCHES = ("///", "", "xxx", "...", "\\\\\\")
BARS_AT_MOST = 20
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Counted:
    """The table, sorted out: what is counted, over which times, under which names."""

    what: str
    rows: pd.DataFrame  # columns: name, value, and time if there are times
    timed: bool
    bin: timedelta | None = None

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(self.rows["name"]))


def bars(table: pd.DataFrame, ax: Any = None) -> Chart:
    """A chart of the table's first column of numbers. LabError when it has none, or no rows."""
    counted = _counted(table)
    height = 3.2 if counted.timed else 0.9 + 0.32 * len(counted.rows)
    return Chart(
        title=_title(counted),
        alt=_alt(counted),
        table=pd.DataFrame(table),
        draw=lambda axes, palette: _draw(axes, palette, counted),
        size=(9.6, height),
    ).on(ax)


def _counted(table: pd.DataFrame) -> Counted:
    kinds = {name: table[name].dtype for name in table.columns}
    numbers = [name for name, kind in kinds.items() if pd.api.types.is_numeric_dtype(kind)]
    times = [name for name, kind in kinds.items() if isinstance(kind, pd.DatetimeTZDtype)]
    if table.empty or not numbers:
        raise LabError(
            "There is nothing to draw.",
            expected="rows with a column of numbers",
            found=f"{len(table)} rows with {', '.join(map(str, table.columns)) or 'no columns'}",
            next='lab.insights("stats count(*) by bin(1h)").chart()',
        )
    texts = [name for name in table.columns if name not in (*numbers, *times)]
    rows = pd.DataFrame({"name": _names(table, texts, numbers[0]), "value": table[numbers[0]]})
    if times:
        rows["time"] = table[times[0]]
        return Counted(str(numbers[0]), _few(rows), True, _bin(times[0]))
    return Counted(str(numbers[0]), rows.head(BARS_AT_MOST), False)


def _names(table: pd.DataFrame, texts: list[Any], number: Any) -> list[str]:
    """A row's name: its texts, or what is counted when it has none."""
    if not texts:
        return [str(number)] * len(table)
    rows = table[texts].fillna("–").astype(str).itertuples(index=False, name=None)
    return [" · ".join(row) for row in rows]


def _few(rows: pd.DataFrame) -> pd.DataFrame:
    """As many names as there are looks: the smaller ones together."""
    totals = rows.groupby("name")["value"].sum().sort_values(ascending=False, kind="stable")
    if len(totals) <= len(SERIES):
        return rows
    kept = set(totals.index[: len(SERIES) - 1])
    named = rows["name"].where(rows["name"].isin(kept), OTHERS)
    return rows.assign(name=named).groupby(["time", "name"], as_index=False)["value"].sum()


def _title(counted: Counted) -> str:
    return f"{counted.what} over time" if counted.timed else counted.what


def _alt(counted: Counted) -> str:
    if not counted.timed:
        listed = "; ".join(f"{row.name}: {row.value:g}" for row in _each(counted.rows))
        return f"{counted.what}, a bar for each. {listed}."
    parts = []
    for name in counted.names:
        own = counted.rows[counted.rows["name"] == name]
        most = own.loc[own["value"].idxmax()]
        parts.append(
            f"{name}: {own['value'].sum():g} in all, most ({most['value']:g}) at "
            f"{most['time']:%Y-%m-%d %H:%M}."
        )
    first, last = counted.rows["time"].min(), counted.rows["time"].max()
    span = f"from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
    return f"{counted.what} over time, {span}. {' '.join(parts)}"


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    value: float


def _each(rows: pd.DataFrame) -> list[_Row]:
    return [_Row(str(n), float(v)) for n, v in zip(rows["name"], rows["value"], strict=True)]


def _draw(axes: Any, palette: Palette, counted: Counted) -> None:
    if counted.timed:
        _over_time(axes, palette, counted)
    else:
        _side_by_side(axes, palette, counted)
    axes.set_axisbelow(True)
    axes.set_title(_title(counted))


def _side_by_side(axes: Any, palette: Palette, counted: Counted) -> None:
    rows = _each(counted.rows)[::-1]
    look = LOOKS[SERIES[0]]
    places = range(len(rows))
    colour = look.colour(palette)
    axes.barh(places, [row.value for row in rows], height=0.62, color=colour)
    for place, row in zip(places, rows, strict=True):
        axes.annotate(
            f"{row.value:g}",
            (row.value, place),
            (4, 0),
            textcoords="offset points",
            va="center",
            color=palette.ink,
        )
    axes.set_yticks(list(places), [row.name for row in rows])
    axes.set_xlabel(counted.what)
    axes.grid(axis="x")
    axes.margins(x=0.08)


def _over_time(axes: Any, palette: Palette, counted: Counted) -> None:
    from matplotlib import dates

    width = _width(counted)
    below = pd.Series(0.0, index=sorted(set(counted.rows["time"])))
    for number, name in enumerate(counted.names):
        own = counted.rows[counted.rows["name"] == name].groupby("time")["value"].sum()
        look = LOOKS[SERIES[number]]
        _stack(axes, palette, own, below, width, look, HATCHES[number], name)
        below = below.add(own, fill_value=0)
    if counted.names != [counted.what]:
        axes.legend(
            loc="lower right",
            bbox_to_anchor=(1, 1),
            ncols=len(SERIES),
            labelcolor=palette.ink,
            frameon=False,
            fontsize="small",
            borderaxespad=0.2,
            handlelength=1.4,
            columnspacing=1.2,
        )
    kit: Any = dates
    locator = kit.AutoDateLocator(maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(kit.ConciseDateFormatter(locator))
    axes.set_xlabel("lab time (UTC)")
    axes.set_ylabel(counted.what)
    axes.grid(axis="y")


def _stack(
    axes: Any,
    palette: Palette,
    own: pd.Series[float],
    below: pd.Series[float],
    width: timedelta,
    look: Look,
    hatch: str,
    name: str,
) -> None:
    colour = look.colour(palette)
    axes.bar(
        [time.to_pydatetime() for time in own.index],
        own.to_numpy(),
        bottom=below.reindex(own.index).to_numpy(),
        width=width,
        align="edge",
        facecolor=colour if not hatch else "none",
        edgecolor=colour,
        hatch=hatch,
        label=name,
    )


def _width(counted: Counted) -> timedelta:
    """Of a bar: its bin, or the smallest step between two times; no thinner than can be seen."""
    times: list[datetime] = sorted(set(counted.rows["time"]))
    step = counted.bin or min((b - a for a, b in pairwise(times)), default=timedelta(hours=1))
    return max(step, (times[-1] - times[0]) / 80)


def _bin(column: Any) -> timedelta | None:
    """The length of the bins that a column is called after, such as "bin(30m)"."""
    named = re.fullmatch(r"bin\((.+)\)", str(column))
    try:
        milliseconds, _months = periods.read(named[1]) if named else (0, 0)
    except ValueError:
        return None
    return timedelta(milliseconds=milliseconds) if milliseconds else None
