"""Logs Insights QL: log events in, rows out.

`reading` and `grammar` know the language, `syntax` what it says, `plan`, `expressions`, `functions`
and `values` how DuckDB says it, `engine` runs it. DuckDB itself is loaded at the first query.
"""

from __future__ import annotations

from .engine import Engine, Limits
from .errors import MalformedQuery, QueryFailed, QueryTimeout
from .log import Log, LogEvent
from .outcome import Outcome, Row, run
from .reading import read

__all__ = [
    "Engine",
    "Limits",
    "Log",
    "LogEvent",
    "MalformedQuery",
    "Outcome",
    "QueryFailed",
    "QueryTimeout",
    "Row",
    "read",
    "run",
]
