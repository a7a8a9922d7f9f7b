"""Ratios, measured side by side: `python -m tests.bench [WORD …]`, only those with a WORD in them.

Our account is held against plain moto_server, our validator against `aws cloudtrail validate-logs`,
idle days against busy ones, matching against the microseconds that it may take, a query of Logs
Insights against DuckDB's own time for the same SQL. Where rounds are
cheap, the ratio is the median over several in which the two take turns. Exits with 1 when one is
above what was asked for.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterator

from tests.bench import measures, queries, trails, watching

ASKED = dict.fromkeys(measures.CALLS, 1.25) | {
    measures.MACHINES: 1.5,
    "ready line": 1.5,
    "memory after the flow": 1.3,
    "match, 5 trails": 1.0,
    "verify a month": 0.25,
    "wind 90 idle days": 0.02,
    "insights, 100,000 events": 2.0,
    "filters, 100,000 events": 1.0,
    "wind 30 days, 50 alarms": 2.0,
}
SINGLE: dict[str, Callable[[], list[measures.Pair]]] = {
    measures.MACHINES: measures.machines,
    "ready line": measures.ready,
    "memory after the flow": measures.memory,
    "match, 5 trails": trails.match,
    "verify a month": trails.verify,
    "wind 90 idle days": trails.wind,
    "insights, 100,000 events": queries.insights,
    "filters, 100,000 events": watching.filters,
    "wind 30 days, 50 alarms": watching.wind,
}


def rows(words: list[str]) -> Iterator[tuple[str, list[measures.Pair]]]:
    """Each measure that is asked for, as soon as it is there."""
    if any(_asked(name, words) for name in measures.CALLS):
        yield from measures.calls().items()
    for name, measure in SINGLE.items():
        if _asked(name, words):
            yield name, measure()


def _asked(name: str, words: list[str]) -> bool:
    return not words or any(word in name for word in words)


def main() -> int:
    print(f"{'':<26}{'ours':>14}{'held against':>14}{'ratio':>8} | asked for")
    above = False
    for name, pairs in rows(sys.argv[1:]):
        ours, plain = (statistics.median(side) for side in zip(*pairs, strict=True))
        line = f"{_shown(name, ours):>14}{_shown(name, plain):>14}{_ratio(pairs):>8.3f}"
        print(f"{name:<26}{line} | {ASKED[name]}", flush=True)
        above |= _ratio(pairs) > ASKED[name]
    return int(above)


def _ratio(pairs: list[measures.Pair]) -> float:
    return statistics.median(ours / plain for ours, plain in pairs)


def _shown(name: str, value: float) -> str:
    return f"{value / 1e6:.0f} MB" if name.startswith("memory") else f"{value * 1000:.3f} ms"


if __name__ == "__main__":
    sys.exit(main())
