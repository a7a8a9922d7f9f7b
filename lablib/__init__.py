"""What a learner imports. `from lablib import Lab`, then `lab = Lab.open("03")`.

The names are fetched when they are first used (PEP 562), so that `import lablib` and
`python -m lablib` cost nothing: no boto3, no pandas, no matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lablib.errors import LabError as LabError
    from lablib.lab import Lab as Lab
    from lablib.search.event import Event as Event
    from lablib.search.frames import records_frame as records_frame
    from lablib.search.trace import Trace as Trace
    from lablib.show.clock_panel import clock_panel as clock_panel
    from lablib.show.delays import delays as delays
    from lablib.show.search_panel import search_panel as search_panel
    from lablib.show.timeline import timeline as timeline

__version__ = "0.1.0"

WORDS = {
    "Lab": "lablib.lab",
    "LabError": "lablib.errors",
    "Event": "lablib.search.event",
    "Trace": "lablib.search.trace",
    "records_frame": "lablib.search.frames",
    "timeline": "lablib.show.timeline",
    "delays": "lablib.show.delays",
    "clock_panel": "lablib.show.clock_panel",
    "search_panel": "lablib.show.search_panel",
}

__all__ = list(WORDS)


def __getattr__(name: str) -> Any:
    if name not in WORDS:
        raise AttributeError(f"module 'lablib' has no attribute {name!r}")
    # A module of the same name (lablib.show.timeline) is not in the way: the word is the function.
    word = getattr(import_module(WORDS[name]), name)
    globals()[name] = word
    return word


def __dir__() -> list[str]:
    return sorted([*globals(), *WORDS])
