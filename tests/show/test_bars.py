"""Counted rows as bars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from lablib.errors import LabError
from lablib.search.table import Table
from lablib.show.bars import OTHERS, SERIES
from lablib.show.style import DARK, LIGHT

START = datetime(2026, 11, 23, 10, tzinfo=UTC)


def timed(*rows: tuple[int, str, int], column: str = "bin(30m)") -> Table:
    """Rows of hours after START, a name and a count."""
    times = pd.to_datetime([START + timedelta(hours=hours) for hours, _, _ in rows])
    names, counts = [name for _, name, _ in rows], [count for _, _, count in rows]
    return Table({column: times, "sourceIPAddress": names, "deletions": counts})


def drawn(table: Table) -> bytes:
    chart = table.chart()
    assert chart.png(DARK)[:4] == b"\x89PNG"
    return chart.png(LIGHT)


def test_bars_over_time_say_how_many_and_when_most() -> None:
    chart = timed((0, "a", 1), (1, "a", 2), (5, "b", 11)).chart()
    assert "a: 3 in all, most (2) at 2026-11-23 11:00." in chart.alt
    assert "b: 11 in all, most (11) at 2026-11-23 15:00." in chart.alt
    assert list(chart.table) == ["bin(30m)", "sourceIPAddress", "deletions"]
    assert "deletions over time: as a table" in chart.html()


@pytest.mark.parametrize("column", ["bin(30m)", "bin(1mo)", "bin(nonsense)", "hour"])
def test_bars_are_drawn_whatever_their_bins_are_called(column: str) -> None:
    assert drawn(timed((0, "a", 1), (3, "b", 4), column=column))


def test_a_single_bar_is_drawn() -> None:
    assert drawn(timed((0, "a", 1)))


def test_more_names_than_looks_are_told_together() -> None:
    table = timed(*((hour, f"name{hour}", 10 - hour) for hour in range(9)))
    alt = table.chart().alt
    assert alt.count(" in all") == len(SERIES)
    assert f"{OTHERS}: 20 in all" in alt  # the five smallest: 6 + 5 + 4 + 3 + 2


def test_without_times_each_row_is_a_bar_and_a_missing_name_a_dash() -> None:
    table = Table({"eventName": ["StopInstances", None], "who": ["anna", "ben"], "n": [3, 1]})
    chart = table.chart()
    assert chart.alt == "n, a bar for each. StopInstances · anna: 3; – · ben: 1."
    assert drawn(table)


@pytest.mark.parametrize("table", [Table(), Table({"eventName": ["StopInstances"]})])
def test_a_table_without_numbers_is_said_so(table: Table) -> None:
    with pytest.raises(LabError, match="nothing to draw"):
        table.chart()
