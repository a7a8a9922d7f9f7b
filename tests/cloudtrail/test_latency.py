"""How long things take: the table, and that the simulation is what the table says."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from random import Random

import pytest

from lablib.cloudtrail import latency
from tests.cloudtrail.delivering import Bench

ALL = {**latency.PATHS, **latency.STEPS}


@cache
def busy_day() -> tuple[list[float], list[float]]:
    """Seconds from event to label and from event to log file, an event every nine seconds."""
    bench, times = Bench(seed=3), {}
    for _ in range(9600):
        bench.run(seconds=9)
        event = bench.happen()
        times[event.id] = event.time
    bench.run(hours=1)
    pairs = [(file, times[id_]) for file in bench.delivery.done.files for id_ in file.events]
    to_label = sorted((file.label - time).total_seconds() for file, time in pairs)
    to_file = sorted((file.time - time).total_seconds() for file, time in pairs)
    return to_label, to_file


def share(seconds: list[float], part: float) -> float:
    return seconds[min(int(len(seconds) * part), len(seconds) - 1)]


@pytest.mark.parametrize("path", ALL)
def test_each_distribution_grows_from_none_to_all_and_names_its_source(path: str) -> None:
    shares, seconds = zip(*ALL[path].quantiles, strict=True)
    assert shares[0] == 0 and shares[-1] == 1
    assert list(shares) == sorted(set(shares)) and list(seconds) == sorted(seconds)
    assert ALL[path].what and ALL[path].source


@pytest.mark.parametrize("path", ["s3", "logs", "history", "events", "digest"])
def test_every_path_of_the_chart_is_in_the_table(path: str) -> None:
    assert path in latency.PATHS


def test_between_two_quantiles_the_delay_lies_on_a_straight_line() -> None:
    line = latency.Latency("", ((0.0, 0.0), (0.5, 100.0), (1.0, 300.0)), "")
    assert [line.at(p) for p in (0, 0.25, 0.5, 0.75, 1)] == [0, 50, 100, 200, 300]


def test_a_sample_lies_within_the_table_and_follows_the_seed() -> None:
    drawn = [latency.sample("logs", Random(seed)) for seed in range(200)]
    assert min(drawn) >= timedelta(seconds=60) and max(drawn) <= timedelta(seconds=180)
    assert drawn == [latency.sample("logs", Random(seed)) for seed in range(200)]


def test_quantiles_answer_in_the_order_of_the_question() -> None:
    assert latency.quantiles("label", [0.95, 0.5]) == [455.0, 191.0]


def test_in_a_busy_account_the_labels_are_as_far_from_the_events_as_in_real_files() -> None:
    to_label, _ = busy_day()
    assert share(to_label, 0.5) == pytest.approx(191, abs=15)
    assert share(to_label, 0.95) == pytest.approx(455, abs=30)
    assert to_label[-1] <= 608


def test_the_simulation_delivers_to_s3_as_the_table_for_the_chart_says() -> None:
    _, to_file = busy_day()
    for part in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert share(to_file, part) == pytest.approx(latency.PATHS["s3"].at(part), abs=20)


def test_log_files_arrive_five_minutes_after_the_event_on_average_and_never_after_ten() -> None:
    _, to_file = busy_day()
    assert sum(to_file) / len(to_file) == pytest.approx(300, abs=30)
    assert to_file[0] >= 30 and to_file[-1] <= 600
