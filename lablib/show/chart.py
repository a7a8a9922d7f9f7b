"""A picture that shows itself in either theme, with alt text and its table."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from lablib.search.table import html_table
from lablib.show.style import DARK, LIGHT, Palette, settings

Draw = Callable[[Any, Palette], None]  # draws on matplotlib axes

# Which of the two pictures is seen follows JupyterLab's own theme, not the operating system's.
_SWITCH = (
    "<style>"
    "[data-jp-theme-light='false'] .lab-chart-light{display:none!important}"
    "[data-jp-theme-light='false'] .lab-chart-dark{display:block!important}"
    "</style>"
)
_DPI = 150


@dataclass(frozen=True, slots=True, repr=False)
class Chart:
    """A drawn table. `table` is its twin in pandas, `alt` says in words what is to be seen."""

    title: str
    alt: str
    table: pd.DataFrame
    draw: Draw
    size: tuple[float, float] = (9.6, 4.4)  # inches
    ax: Any = None  # the axes of somebody else's figure that it was drawn on

    def on(self, ax: Any) -> Chart:
        """Draws on given axes, if any; the chart itself comes back."""
        if ax is None:
            return self
        self.draw(ax, LIGHT)
        return Chart(self.title, self.alt, self.table, self.draw, self.size, ax)

    def png(self, palette: Palette = LIGHT, *, page: str | None = None) -> bytes:
        """The picture as PNG; the background is clear unless `page` names a colour."""
        from matplotlib import rc_context
        from matplotlib.figure import Figure

        with rc_context(settings(palette)):
            # A Figure of our own, which pyplot doesn't know, needs no closing.
            figure = Figure(figsize=self.size, layout="constrained")
            self.draw(figure.add_subplot(), palette)
            out = io.BytesIO()
            figure.savefig(out, format="png", dpi=_DPI, facecolor=page or "none")
        return out.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write the picture on white, as for a report; returns the path."""
        place = Path(path)
        place.write_bytes(self.png(page=LIGHT.page))
        return place

    def __repr__(self) -> str:
        return f"{self.title}\n{self.alt}\n\n{self.table.to_string(index=False)}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        if self.ax is not None:  # the figure it is part of shows it
            return {"text/plain": f"{self.title}\n{self.alt}"}
        return {"text/plain": repr(self), "text/html": self.html()}

    def html(self) -> str:
        """Both pictures with alt text, of which the theme shows one, and the table below."""
        table = html_table(list(self.table), self.table.itertuples(index=False, name=None))
        return (
            f"<figure style='margin:0'>{_SWITCH}"
            f"{self._image(LIGHT)}{self._image(DARK)}"
            f"<details><summary>{escape(self.title)}: as a table</summary>{table}</details>"
            "</figure>"
        )

    def _image(self, palette: Palette) -> str:
        data = base64.b64encode(self.png(palette)).decode()
        hidden = "display:none;" if palette is DARK else ""
        width = round(self.size[0] * 100)
        return (
            f"<img class='lab-chart-{palette.theme}' alt='{escape(self.alt, quote=True)}' "
            f"style='{hidden}max-width:100%;width:{width}px;height:auto' "
            f"src='data:image/png;base64,{data}'>"
        )
