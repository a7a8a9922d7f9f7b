"""Pandas frames that show themselves for reading: left-aligned, short, nothing cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from lablib.show.chart import Chart

ROWS_AT_MOST = 60
LINE = 26  # letters that stay on one line: cloudtrail.amazonaws.com and shorter
HIDDEN = {"Record"}  # whole records: they are in the frame, not on the page


def _key(key: Any) -> str:
    return f"…/{str(key).rpartition('/')[2]}"


# Columns whose values a page shows shortened; the frame and the tooltip have them whole.
SHORT: Mapping[str, Callable[[Any], str]] = {
    "Event ID": lambda id: f"{str(id)[:8]}…" if len(str(id)) == 36 else str(id),
    "Key": _key,
    "Label": lambda time: f"{time[11:16]}Z" if time.endswith(":00") else time,
}
_LEFT = "text-align:left;vertical-align:top"


def shown(value: Any) -> str:
    """A cell's text: times to the second (UTC), truth as AWS spells it, nothing for nothing."""
    if isinstance(value, (list, tuple, dict)):
        return str(value)
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, timedelta):
        return str(timedelta(seconds=int(value.total_seconds())))
    if isinstance(value, (bool,)) or type(value).__name__ == "bool_":
        return str(bool(value)).lower()
    return str(value)


class Table(pd.DataFrame):  # type: ignore[misc]
    """A pandas frame like any other; only its way of showing itself is ours."""

    @property
    def _constructor(self) -> type[Table]:
        return Table

    def _plain(self) -> bool:
        return bool(self.columns.nlevels == 1 and self.index.nlevels == 1)

    def _visible(self) -> list[Any]:
        return [name for name in self.columns if name not in HIDDEN]

    def _repr_html_(self) -> str | None:
        if not self._plain():
            return str(super()._repr_html_())
        names = self._visible()
        rows = zip(self.index, self[names].itertuples(index=False, name=None), strict=True)
        cells = [(index, *row) for index, row in rows]
        return html_table(["", *names], cells[:ROWS_AT_MOST]) + _more(len(cells))

    def chart(self, ax: Any = None) -> Chart:
        """Counted rows as bars: over time if a column holds times, of one colour per name.

        As the Visualization tab of Logs Insights. LabError for a table without numbers.
        """
        from lablib.show.bars import bars

        return bars(self, ax=ax)

    def html(self) -> str:
        """All rows as an HTML table, without their numbers."""
        names = self._visible()
        return html_table(names, self[names].itertuples(index=False, name=None))

    def __repr__(self) -> str:
        if not self._plain():
            return str(super().__repr__())
        if self.empty:
            return f"Nothing. (Columns: {', '.join(map(str, self._visible()))})"
        columns = {name: _padded(self[name]) for name in self._visible()}
        plain = pd.DataFrame(columns, index=self.index)
        return str(plain.to_string(max_rows=ROWS_AT_MOST, justify="left"))


def _padded(values: Iterable[Any]) -> list[str]:
    """Texts of one width, so that they stand left-aligned."""
    texts = [shown(value) for value in values]
    width = max(map(len, texts))
    return [text.ljust(width) for text in texts]


def _more(count: int) -> str:
    if count == 0:
        return "<p>Nothing.</p>"
    return f"<p>… and {count - ROWS_AT_MOST} more rows</p>" if count > ROWS_AT_MOST else ""


def html_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """An HTML table with column heads; cells escaped, left-aligned, times and ids unbroken."""
    head = "".join(f"<th scope='col' style='{_LEFT}'>{escape(str(name))}</th>" for name in columns)
    body = "".join(
        f"<tr>{''.join(_cell(name, value) for name, value in zip(columns, row, strict=True))}</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(name: str, value: Any) -> str:
    whole = shown(value)
    short = SHORT[name](whole) if name in SHORT and whole else whole
    title = f" title='{escape(whole, quote=True)}'" if short != whole else ""
    whole_line = name in SHORT or isinstance(value, pd.Timestamp) or len(short) <= LINE
    wrap = "white-space:nowrap" if whole_line else "overflow-wrap:anywhere"
    return f"<td style='{_LEFT};{wrap}'{title}>{escape(short)}</td>"
