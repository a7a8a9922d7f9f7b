"""How long things take on their way: one table, for the simulation and for the charts.

Each distribution is a list of quantiles with straight lines between them. `PATHS` says how long an
event travels on each path; `STEPS` are the smaller delays of which the log file's way is made (see
batches.py), so PATHS["label"] and PATHS["s3"] are their result, which a test holds together.
`MEASURED` are the figures from outside that the shapes were drawn after.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

AVERAGE = timedelta(minutes=5)  # User Guide, "Getting and viewing your CloudTrail log files"
WINDOW = timedelta(minutes=5)  # the minute in a log file's name is a multiple of 5


@dataclass(frozen=True, slots=True)
class Latency:
    """A distribution of delays. `quantiles` are pairs of (share, seconds), from 0 to 1."""

    what: str
    quantiles: tuple[tuple[float, float], ...]
    source: str

    def at(self, share: float) -> float:
        """The delay in seconds that this share of events does not exceed."""
        place = bisect_right(self.quantiles, share, key=lambda pair: pair[0])
        place = min(max(place, 1), len(self.quantiles) - 1)
        (low, a), (high, b) = self.quantiles[place - 1], self.quantiles[place]
        return a + (b - a) * (share - low) / (high - low)

    def sample(self, rng: Random) -> timedelta:
        """One delay by chance, in whole milliseconds."""
        return timedelta(milliseconds=round(self.at(rng.random()) * 1000))


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure from outside, to be marked in a chart."""

    path: str
    what: str
    seconds: float
    source: str


_FILES = "3,872 real log files of public data sets, 2017-2026: event time to the minute in the name"
_CAPTURES = "captures of real accounts, us-east-1, September 2026 (few samples)"
_STATED = "User Guide, Getting and viewing your CloudTrail log files"

STEPS: Mapping[str, Latency] = {
    "late": Latency(
        "how late an event is collected, so that it may go into the next five minutes' file",
        ((0.0, 0.0), (0.7, 1.0), (0.701, 250.0), (1.0, 300.0)),
        f"ours, shaped so that label - event is as in {_FILES}",
    ),
    "change": Latency(
        "from a change of a trail (start, stop, selectors) to the first event that it applies to",
        ((0.0, 20.0), (0.5, 60.0), (1.0, 120.0)),
        f"{_CAPTURES}: events seconds after StartLogging were missed, two minutes later not",
    ),
    "put": Latency(
        "from the minute in the log file's name to the object in S3 (often before that minute)",
        ((0.0, -60.0), (0.2, 0.0), (0.5, 130.0), (0.9, 265.0), (1.0, 300.0)),
        f"{_CAPTURES}: -66 s to +269 s",
    ),
}

PATHS: Mapping[str, Latency] = {
    "s3": Latency(
        "event to log file in S3",
        (
            (0.0, 30.0),
            (0.05, 78.0),
            (0.25, 207.0),
            (0.5, 314.0),
            (0.75, 428.0),
            (0.95, 549.0),
            (1.0, 600.0),
        ),
        f"{_STATED}: about 5 minutes on average; ours never takes more than ten",
    ),
    "label": Latency(
        "event to the minute in its log file's name",
        ((0.0, 0.0), (0.5, 191.0), (0.95, 455.0), (1.0, 600.0)),
        _FILES,
    ),
    "logs": Latency(
        "event to CloudWatch Logs",
        ((0.0, 60.0), (0.5, 110.0), (0.9, 140.0), (1.0, 180.0)),
        f"{_CAPTURES}: 105 s and 122 s",
    ),
    "history": Latency(
        "event to LookupEvents (as estimated for AWS; the kit shows events at once)",
        ((0.0, 60.0), (0.5, 120.0), (0.99, 180.0), (1.0, 900.0)),
        f"AWS states nothing; {_CAPTURES}: at most 157 s; up to 15 minutes in older documents",
    ),
    "events": Latency(
        "event to EventBridge",
        ((0.0, 4.0), (0.5, 5.5), (0.9, 6.5), (1.0, 10.0)),
        f"{_CAPTURES}: 4.9 s and 6.2 s",
    ),
    "digest": Latency(
        "end of the hour to its digest file in S3",
        ((0.0, 1740.0), (0.5, 1838.0), (1.0, 1980.0)),
        f"{_CAPTURES}: 30 m 38 s",
    ),
}

MEASURED: tuple[Mark, ...] = (
    Mark("s3", "AWS: about 5 minutes on average", 300, _STATED),
    Mark("s3", "seen, shortest", 97, _CAPTURES),
    Mark("s3", "seen, longest", 307, _CAPTURES),
    Mark("label", "real files, median", 191, _FILES),
    Mark("label", "real files, 95 %", 455, _FILES),
    Mark("label", "real files, longest", 608, _FILES),
    Mark("logs", "AWS: about 5 minutes on average", 300, "User Guide, Monitoring with CloudWatch"),
    Mark("logs", "seen", 105, _CAPTURES),
    Mark("logs", "seen, first after StartLogging", 122, _CAPTURES),
    Mark("history", "seen, at most", 157, _CAPTURES),
    Mark("events", "seen", 4.9, _CAPTURES),
    Mark("events", "seen", 6.2, _CAPTURES),
    Mark("digest", "seen", 1838, _CAPTURES),
)


def sample(path: str, rng: Random) -> timedelta:
    """One delay on this path (a name of PATHS or STEPS)."""
    return (PATHS.get(path) or STEPS[path]).sample(rng)


def quantiles(path: str, shares: Iterable[float]) -> list[float]:
    """The delays in seconds that these shares of events do not exceed."""
    latency = PATHS.get(path) or STEPS[path]
    return [latency.at(share) for share in shares]
