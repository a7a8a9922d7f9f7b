"""The picture of an alarm, the board of lights, and their twins in words."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from lablib.search.alarms import Point
from lablib.show.alarm import alarm_chart
from lablib.show.alarm_board import alarm_board
from lablib.show.chart import Chart
from lablib.show.style import LIGHT
from tests.show import alarm_samples as samples


def drawn(chart: Chart) -> tuple[Any, list[str]]:
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    chart.draw(axes, LIGHT)
    return axes, [text.get_text() for text in axes.texts]


def test_the_table_has_a_row_for_each_state_and_says_who_was_told() -> None:
    table = alarm_chart(samples.rung()).table
    assert list(table["State"]) == ["INSUFFICIENT_DATA", "OK", "ALARM", "OK"]
    assert list(table["Time"])[2] == samples.at(21)
    assert list(table["Notified"]) == [
        "nobody",
        "nobody",
        "sap-alarms",
        "sap-alarms failed: Topic does not exist",
    ]


def test_the_picture_has_the_states_as_words_the_threshold_and_the_time_of_the_message() -> None:
    axes, words = drawn(alarm_chart(samples.rung()))
    assert {"ALARM", "OK", "10:21:00 sap-alarms", "Sum of SAP stops per 5 min"} <= {
        word.strip() for word in words
    }
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert "alarm if ≥ 1" in labels and "State" in labels
    hatches = {bar.get_hatch() for bar in axes.patches}
    assert {"", "////", ".."} <= hatches


def test_the_alt_text_tells_the_whole_story() -> None:
    alt = alarm_chart(samples.rung()).alt
    assert "stopped: OK since 2026-11-23 10:36:00 UTC" in alt
    assert "2 data points, 1 of them past the threshold" in alt
    assert "10:21:00 ALARM (told: sap-alarms)" in alt


def test_an_alarm_without_data_says_so() -> None:
    chart = alarm_chart(samples.silent())
    _, words = drawn(chart)
    assert any(word.startswith("no data point in this time") for word in words)
    assert "No data point in this time: nothing was measured." in chart.alt


def test_a_composite_alarm_shows_its_children_and_its_rule() -> None:
    chart = alarm_chart(samples.composite())
    axes, words = drawn(chart)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert {"stopped", "silent", "State"} <= set(labels)
    assert any("ALARM(stopped) AND ALARM(silent)" in word for word in words)
    assert "stopped OK, silent INSUFFICIENT_DATA" in chart.alt


def test_the_board_counts_as_people_do_and_says_each_state_in_a_word() -> None:
    board = alarm_board(samples.BOARD)
    assert list(board.table["Alarm"]) == ["cis-4.1", "cis-4.2", "cis-4.10", "old"]
    assert list(board.table["State"])[:2] == ["◌ INSUFFICIENT_DATA", "● ALARM"]
    axes, words = drawn(board)
    assert {"no data", "ALARM since 10:09", "OK since 10:05", "OK 17 Nov", "!"} <= set(words)
    assert axes.get_title(loc="left") + axes.get_title() == "● 1 ALARM   ○ 2 OK   ◌ 1 no data"


def test_an_empty_board_says_what_makes_an_alarm() -> None:
    board = alarm_board([])
    assert board.table.empty and "put_metric_alarm" in board.alt
    assert board.png().startswith(b"\x89PNG")


def test_a_name_full_of_dollars_is_a_name() -> None:
    odd = [samples.light("$a\\b$ $", "OK") | {"AlarmDescription": "{ $.x = $.y_{ }"}]
    assert alarm_board(odd).png().startswith(b"\x89PNG")
    life = replace(samples.rung(), name="$\\frac$")
    assert alarm_chart(life).png().startswith(b"\x89PNG")


def test_a_week_of_data_points_is_drawn_in_no_time() -> None:
    points = tuple(Point(samples.at(5 * n), n % 3) for n in range(2016))
    life = replace(
        samples.rung(), end=samples.at(5 * 2016), measure=replace(samples.MEASURE, points=points)
    )
    began = time.perf_counter()
    assert alarm_chart(life).png().startswith(b"\x89PNG")
    assert time.perf_counter() - began < 10
