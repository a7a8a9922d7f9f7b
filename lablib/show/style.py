"""The one style: colours for both themes, and a shape, a hatch and a word beside each colour.

Colours carry at least 4.5:1 against JupyterLab's page (white, or #111 in the dark theme) and stay
apart for colour-blind eyes (they are tuned from the Okabe-Ito set); no meaning hangs on them alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Palette:
    """The page's own colours in one theme."""

    theme: str
    ink: str  # words and axes
    faint: str  # context: what the sentence is not about
    grid: str
    page: str  # behind words that lie over lines


LIGHT = Palette("light", ink="#1f2328", faint="#5f6670", grid="#d9dce1", page="#ffffff")
DARK = Palette("dark", ink="#e8eaed", faint="#a2abb5", grid="#3b4046", page="#111111")


@dataclass(frozen=True, slots=True)
class Look:
    """How one kind of thing is drawn."""

    word: str
    marker: str
    hatch: str
    light: str
    dark: str
    filled: bool = True

    def colour(self, palette: Palette) -> str:
        return self.light if palette is LIGHT else self.dark


LOOKS: Mapping[str, Look] = {
    "write": Look("call that changes something", "^", "", "#0062a3", "#6cb8f0"),
    "read": Look("read-only call", "o", "", "#0062a3", "#6cb8f0", filled=False),
    "batch": Look("five minutes' events", "|", "///", "#5f6670", "#a2abb5"),
    "s3": Look("log file in S3", "s", "///", "#00704f", "#4fd0a5"),
    "label": Look("minute in the file's name", "|", "...", "#5f6670", "#a2abb5"),
    "sns": Look("SNS message", "D", "", "#8f3f75", "#e3a6c9"),
    "logs": Look("CloudWatch Logs", "P", "\\\\\\", "#0062a3", "#6cb8f0"),
    "history": Look("Event history", "o", "xxx", "#8f3f75", "#e3a6c9"),
    "events": Look("EventBridge", "*", "", "#a34700", "#ff9a5c"),
    "digest": Look("digest file", "h", "+++", "#00704f", "#4fd0a5"),
    "error": Look("refused delivery", "X", "", "#b3261e", "#ff8a80"),
    "stated": Look("AWS states", "v", "", "#a34700", "#ff9a5c"),
    # states of an alarm
    "ALARM": Look("alarm", "o", "////", "#b3261e", "#ff8a80"),
    "OK": Look("fine", "o", "", "#00704f", "#4fd0a5"),
    "INSUFFICIENT_DATA": Look("too little data", "o", "..", "#5f6670", "#a2abb5", filled=False),
    "measured": Look("measured", "d", "", "#1f2328", "#e8eaed", filled=False),
}

# The states of an alarm where a line has room for a letter, or for a word.
SIGN = {"ALARM": "●", "OK": "○", "INSUFFICIENT_DATA": "◌"}
WORD = {"ALARM": "ALARM", "OK": "OK", "INSUFFICIENT_DATA": "no data"}

FONT = 10.0  # points; a picture 9.6 inches wide is shown 960 CSS pixels wide


def settings(palette: Palette) -> Any:
    """matplotlib's settings for one theme, for `rc_context`."""
    return {
        "font.size": FONT,
        "font.family": "DejaVu Sans",  # comes with matplotlib: the same picture everywhere
        "text.color": palette.ink,
        "text.parse_math": False,  # a $ is a $: filter patterns are full of them
        "axes.labelcolor": palette.ink,
        "axes.edgecolor": palette.faint,
        "axes.titlelocation": "left",
        "axes.titlesize": FONT + 1,
        "axes.titleweight": "bold",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "xtick.color": palette.ink,
        "ytick.color": palette.ink,
        "ytick.left": False,
        "grid.color": palette.grid,
        "hatch.linewidth": 0.6,
        "savefig.facecolor": "none",
    }


def duration(seconds: float) -> str:
    """Seconds as people say them: "45 s", "3 min 11 s", "1 h 5 min"."""
    if abs(seconds) < 10 and seconds != int(seconds):
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if abs(whole) < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
