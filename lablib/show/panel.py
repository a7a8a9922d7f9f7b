"""A panel: widgets with a twin in words. A new one of a kind closes the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

import ipywidgets as widgets

_open: dict[str, Panel] = {}

# Theme variables only, so that the panel is at home in light and dark.
_STYLE = """<style>
.lab-panel table {border-collapse: collapse; margin: 4px 0; line-height: 1.4}
.lab-panel th, .lab-panel td {text-align: left; padding: 2px 12px 2px 0; vertical-align: top;
  color: var(--jp-content-font-color1); border-bottom: 1px solid var(--jp-border-color2);
  font-size: var(--jp-ui-font-size1); overflow-wrap: anywhere}
.lab-panel th {font-weight: 600; overflow-wrap: normal}
.lab-panel p, .lab-panel pre {margin: 4px 0; color: var(--jp-content-font-color1)}
.lab-panel .lab-whole {white-space: nowrap}
.lab-panel .lab-time {font-size: 150%; font-variant-numeric: tabular-nums}
.lab-panel .lab-faint {color: var(--jp-content-font-color2)}
.lab-panel .lab-error {color: var(--jp-error-color1); font-weight: 600}
.lab-panel .lab-json {max-height: 340px; overflow: auto; padding: 6px;
  background: var(--jp-layout-color2); font-family: var(--jp-code-font-family);
  font-size: var(--jp-code-font-size); line-height: 1.3}
.lab-panel .lab-scroll {overflow-x: auto}
.lab-panel button:focus-visible, .lab-panel select:focus-visible, .lab-panel input:focus-visible
  {outline: 2px solid var(--jp-brand-color1); outline-offset: 1px}
</style>"""


class Panel:
    """What a notebook shows: `box` in a live page, `text()` anywhere else."""

    def __init__(
        self,
        kind: str,
        children: Sequence[Any],
        text: Callable[[], str],
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        self.kind, self.text, self._on_close = kind, text, on_close
        style = widgets.HTML(_STYLE, layout={"display": "none"})
        frame = {"border": "1px solid var(--jp-border-color1)", "padding": "8px 12px"}
        self.box = widgets.VBox([style, *children], layout={**frame, "max_width": "1000px"})
        self.box.add_class("lab-panel")
        if earlier := _open.pop(kind, None):
            earlier.close()
        _open[kind] = self

    def close(self) -> None:
        """Takes the widgets off the page; does no harm twice."""
        self._on_close()
        for widget in _tree(self.box):
            for part in (widget.layout, getattr(widget, "style", None), widget):
                if part is not None:
                    part.close()
        if _open.get(self.kind) is self:
            del _open[self.kind]

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        shown = self.box._repr_mimebundle_(**options)
        data = shown[0] if isinstance(shown, tuple) else shown
        return {**(data or {}), "text/plain": self.text()}


def _tree(widget: Any) -> Iterable[Any]:
    for child in getattr(widget, "children", ()):
        yield from _tree(child)
    yield widget


# small makers, so that no control comes without a description and a tooltip


def button(words: str, tip: str, action: Callable[[], None], icon: str = "") -> Any:
    made = widgets.Button(description=words, tooltip=tip, icon=icon)
    made.layout.width = "max-content"
    made.on_click(lambda _: action())
    return made


def choice(words: str, tip: str, options: Iterable[Any], value: Any) -> Any:
    return widgets.Dropdown(
        description=words,
        tooltip=tip,
        options=list(options),
        value=value,
        style={"description_width": "initial"},
        layout={"width": "max-content"},
    )


def field(words: str, tip: str, value: str, placeholder: str = "") -> Any:
    return widgets.Text(
        description=words,
        tooltip=tip,
        value=value,
        placeholder=placeholder,
        style={"description_width": "initial"},
        layout={"width": "300px"},
    )


def row(*children: Any) -> Any:
    return widgets.HBox(list(children), layout={"flex_flow": "row wrap", "align_items": "center"})


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], caption: str) -> str:
    """An HTML table with a caption and column heads, its cells escaped."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join(f"<tr>{''.join(map(_cell, cells))}</tr>" for cells in rows)
    return (
        f'<div class="lab-scroll"><table><caption style="text-align:left">{escape(caption)}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(value: Any) -> str:
    words = str(value)
    whole = ' class="lab-whole"' if len(words) <= 26 else ""
    return f"<td{whole}>{escape(words)}</td>"


def error_line(error: BaseException) -> str:
    """An error inside a panel: a sign, the word, the sentence."""
    from lablib.polite import sentence

    words = escape(sentence(error)).replace("\n", "<br>")
    return f'<p role="alert" class="lab-error">✖ Error: {words}</p>'
