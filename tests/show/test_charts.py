"""Pictures with their twins."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from lablib import delays, timeline
from lablib.cloudtrail.latency import MEASURED, PATHS
from lablib.show.alarm import alarm_chart
from lablib.show.alarm_board import alarm_board
from lablib.show.arrivals import arrivals
from lablib.show.chart import Chart
from lablib.show.style import DARK, LIGHT, LOOKS, Palette, duration
from tests.show import alarm_samples as samples

TRAIL = "arn:aws:cloudtrail:us-east-1:123456789012:trail/sap-trail"
START = datetime(2026, 11, 23, 10, 1, tzinfo=UTC)


def at(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def call(number: int, seconds: float, name: str, *trails: str) -> dict[str, Any]:
    return {
        "time": at(seconds),
        "name": name,
        "source": "ec2.amazonaws.com",
        "id": str(number),
        "read_only": name.startswith("Describe"),
        "category": "Management",
        "user": "learner",
        "trails": list(trails),
    }


def file(put: float, events: list[int], first: float, last: float) -> dict[str, Any]:
    return {
        "trail": TRAIL,
        "bucket": "sap-logs",
        "key": f"AWSLogs/{put}.json.gz",
        "label": "2026-11-23T10:05:00Z",
        "time": at(put),
        "region": "us-east-1",
        "category": "Management",
        "events": [str(event) for event in events],
        "oldest": at(first),
        "newest": at(last),
        "bytes": 900,
    }


TOPIC = "arn:aws:sns:us-east-1:123456789012:new-file"
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:ct:*"
DATA = {
    "calls": [
        call(0, 0, "CreateTrail"),
        call(1, 60, "DescribeInstances", TRAIL),
        call(2, 90, "StopInstances", TRAIL),
    ],
    "files": [file(300, [1, 2], 60, 90)],
    "notifications": [{"time": at(301), "topic": TOPIC, "trail": TRAIL, "key": "k"}],
    "logs": [{"time": at(180), "group": GROUP, "stream": "s", "events": ["1"]}],
    "events": [
        {
            "time": at(95),
            "rule": "stops",
            "target": TOPIC,
            "event": "2",
            "what": "StopInstances",
            "failure": "",
        }
    ],
    "errors": [{"time": at(400), "trail": TRAIL, "what": "log file", "code": "AccessDenied"}],
}

TRACE = {
    "event": {"eventTime": at(0), "eventName": "StopInstances"},
    "stages": [
        {"stage": "record", "time": at(0), "what": "a record", "why": ""},
        {"stage": "EventBridge", "time": at(1), "what": "left", "why": "", "arrived": False},
        {"stage": "EventBridge", "time": at(5), "what": "sent", "why": "", "arrived": True},
        {"stage": "CloudWatch Logs", "time": at(110), "what": "in a group", "why": ""},
        {"stage": "log file", "time": at(300), "what": "will be", "why": "", "due": True},
    ],
}

CHARTS = {
    "timeline": lambda: timeline(DATA),
    "empty": lambda: timeline({}),
    "delays": delays,
    "arrivals": lambda: arrivals([TRACE]),
    "no arrivals": lambda: arrivals([]),
    "alarm": lambda: alarm_chart(samples.rung()),
    "alarm without data": lambda: alarm_chart(samples.silent()),
    "composite alarm": lambda: alarm_chart(samples.composite()),
    "alarms": lambda: alarm_board(samples.BOARD),
    "no alarms": lambda: alarm_board([]),
}


@pytest.fixture(params=CHARTS)
def chart(request: pytest.FixtureRequest) -> Chart:
    made: Chart = CHARTS[request.param]()
    return made


def test_a_chart_shows_itself_in_both_themes_with_alt_text_and_a_table(chart: Chart) -> None:
    html = chart._repr_mimebundle_()["text/html"]
    alts = [unescape(alt) for alt in re.findall(r"<img[^>]*? alt='([^']*)'", html)]
    assert alts == [chart.alt, chart.alt]
    assert re.findall(r"class='lab-chart-(\w+)'", html) == ["light", "dark"]
    assert "<details>" in html and "<table" in html


def test_a_charts_text_twin_has_all_its_rows(chart: Chart) -> None:
    text = chart._repr_mimebundle_()["text/plain"]
    assert chart.alt in text
    assert all(str(value) in text for value in chart.table.iloc[:, 0])


def test_a_chart_leaves_no_figure_open(chart: Chart) -> None:
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    assert chart.png().startswith(b"\x89PNG")
    assert plt.get_fignums() == before


def test_a_chart_drawn_on_given_axes_is_not_shown_twice() -> None:
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    drawn = timeline(DATA, ax=axes)
    assert axes.lines and "text/html" not in drawn._repr_mimebundle_()


def test_the_two_themes_are_two_pictures(chart: Chart) -> None:
    assert chart.png(LIGHT) != chart.png(DARK)


def test_the_timelines_table_tells_everything_in_order() -> None:
    table = timeline(DATA).table
    assert list(table["Kind"]) == [
        "API call",
        "API call",
        "API call",
        "EventBridge",
        "CloudWatch Logs",
        "Log file in S3",
        "SNS message",
        "Refused delivery",
    ]
    assert table["Detail"].iloc[0].endswith("no trail")
    assert table["What"].iloc[5] == "10:05Z, 2 events"
    assert table["Time (UTC)"].iloc[5] == "2026-11-23 10:06:00"


def test_arrivals_are_told_place_by_place_from_the_quickest() -> None:
    table = arrivals([TRACE]).table
    assert list(table["Place"]) == ["EventBridge", "CloudWatch Logs", "Log file in S3"]
    assert list(table["After (s)"]) == [5, 110, 300]
    assert "StopInstances will be at Log file in S3 after 5 min" in arrivals([TRACE]).alt


def test_arrivals_that_are_a_day_late_have_few_ticks() -> None:
    from matplotlib.figure import Figure

    late = {**TRACE, "stages": [{**TRACE["stages"][-1], "time": at(86_400)}]}
    axes = Figure().add_subplot()
    arrivals([late], ax=axes)
    assert len(axes.get_xticks()) < 25


def test_the_timelines_alt_text_says_what_is_to_be_seen() -> None:
    assert (
        "API call 3" in timeline(DATA).alt and "Last file: 10:05Z, 2 events" in timeline(DATA).alt
    )
    assert timeline({}).alt == "An empty timeline: nothing happened in this time."


def test_the_delays_come_from_the_simulations_own_table() -> None:
    table = delays().table.set_index("Path")
    assert table.loc["Log file in S3", "Half within (s)"] == PATHS["s3"].at(0.5)
    assert table.loc["CloudWatch Logs", "95 % within (s)"] == PATHS["logs"].at(0.95)
    assert len(table) == 5


def test_the_delays_mark_what_aws_states_and_what_real_files_show() -> None:
    assert {mark.seconds for mark in MEASURED if mark.path == "label"} >= {191, 455}
    words = _words_drawn(delays())
    assert "AWS states: about 5 minutes on average" in words
    assert any("median 191 s" in word for word in words)
    assert any("95 % 455 s" in word for word in words)


def _words_drawn(chart: Chart) -> list[str]:
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    chart.draw(axes, LIGHT)
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_can_be_read_on_its_page(palette: Palette) -> None:
    """WCAG 2.2, 1.4.3: text needs a contrast of 4.5:1."""
    colours = [palette.ink, palette.faint, *(look.colour(palette) for look in LOOKS.values())]
    assert min(_contrast(colour, palette.page) for colour in colours) >= 4.5


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_no_two_kinds_are_told_apart_by_colour_alone() -> None:
    shapes = [(look.marker, look.hatch, look.filled) for look in LOOKS.values()]
    words = [look.word for look in LOOKS.values()]
    assert len(set(words)) == len(words)
    assert len(set(shapes)) == len(shapes)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(4.9, "4.9 s"), (45, "45 s"), (191, "3 min 11 s"), (300, "5 min"), (3900, "1 h 5 min")],
)
def test_durations_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_chart_can_be_kept_as_a_picture(tmp_path: Any) -> None:
    from PIL import Image

    path = delays().save(tmp_path / "delays.png")
    picture = Image.open(io.BytesIO(path.read_bytes()))
    assert picture.width == 1440 and picture.getpixel((0, 0))[:3] == (255, 255, 255)
