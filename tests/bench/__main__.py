"""Ratios of our account to plain moto_server, measured side by side: `python -m tests.bench`.

Each ratio is the median over several rounds in which the two take turns. Exits with 1 when one is
above what was asked for.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator

from tests.bench import measures

ASKED = dict.fromkeys(measures.CALLS, 1.25) | {"ready line": 1.5, "memory after the flow": 1.3}


def rows() -> Iterator[tuple[str, list[measures.Pair]]]:
    """Each measure as soon as it is there."""
    yield from measures.calls().items()
    yield "ready line", measures.ready()
    yield "memory after the flow", measures.memory()


def main() -> int:
    print(f"{'':<26}{'ours':>12}{'plain moto':>12}{'ratio':>8} | asked for")
    above = False
    for name, pairs in rows():
        ours, plain = (statistics.median(side) for side in zip(*pairs, strict=True))
        line = f"{_shown(name, ours):>12}{_shown(name, plain):>12}{_ratio(pairs):>8.2f}"
        print(f"{name:<26}{line} | {ASKED[name]}", flush=True)
        above |= _ratio(pairs) > ASKED[name]
    return int(above)


def _ratio(pairs: list[measures.Pair]) -> float:
    return statistics.median(ours / plain for ours, plain in pairs)


def _shown(name: str, value: float) -> str:
    return f"{value / 1e6:.0f} MB" if name.startswith("memory") else f"{value * 1000:.2f} ms"


if __name__ == "__main__":
    sys.exit(main())
