"""What an account of the lab records, beside real records of the same calls: over 300 of them.

What differs stands in docs/differences.md with its reason; a row there explains a difference if it
names the call or the field, or both.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import ROOT, clean_environment
from tests.shapes.top import ALWAYS, IDENTITY_ORDER, ORDER, in_order

REAL = ROOT / "tests" / "shapes" / "real.json"
SECTION = "## Records, field by field"
Verdict = dict[str, Any]


@pytest.fixture(scope="module")
def found() -> dict[str, list[dict[str, Any]]]:
    """In a process of its own: moto's world is one."""
    command = [sys.executable, "-m", "tests.shapes", str(REAL), "--moto", "--json"]
    done = subprocess.run(
        command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def verdicts(found: dict[str, list[dict[str, Any]]]) -> list[Verdict]:
    return found["verdicts"]


def test_nearly_all_fields_of_the_real_records_are_there_with_their_types(
    verdicts: list[Verdict],
) -> None:
    met = sum(len(verdict["met"]) for verdict in verdicts)
    missed = sum(len(verdict["missing"]) + len(verdict["wrong"]) for verdict in verdicts)
    assert len(verdicts) >= 310
    assert met / (met + missed) > 0.98


def test_every_top_level_field_is_there(verdicts: list[Verdict]) -> None:
    assert [(verdict["key"], verdict["top_missing"]) for verdict in verdicts if _top(verdict)] == []
    assert sum(verdict["top_wanted"] for verdict in verdicts) > 5000


def _top(verdict: Verdict) -> list[str]:
    missing: list[str] = verdict["top_missing"]
    return missing


def test_the_fields_stand_in_the_order_of_real_log_files(
    found: dict[str, list[dict[str, Any]]],
) -> None:
    for record in found["records"]:
        assert in_order(list(record), ORDER), list(record)
        assert in_order(list(record["userIdentity"]), IDENTITY_ORDER)
        by_service = record["userIdentity"]["type"] == "AWSService"
        assert set(ALWAYS) <= set(record) or by_service


# --- what differs is told ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def section() -> str:
    page = (ROOT / "docs" / "differences.md").read_text(encoding="utf-8")
    return page.partition(SECTION)[2].partition("\n## ")[0]


@pytest.fixture(scope="module")
def rows(section: str) -> list[set[str]]:
    """The words in backticks of each row's first cell."""
    cells = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| ")]
    return [words for cell in cells if (words := set(re.findall(r"`([^`]+)`", cell)))]


def _differences(verdicts: list[Verdict]) -> Iterator[tuple[str, str]]:
    """(event name, path) of each field that differs."""
    for verdict in verdicts:
        event = verdict["key"].rpartition(":")[2]
        for word in ("missing", "wrong", "extra", "top_wrong", "top_extra"):
            yield from ((event, path) for path in verdict[word])


def _explains(row: set[str], event: str, path: str) -> bool:
    events = {word for word in row if word[0].isupper()}
    fields = row - events
    parts = set(re.split(r"\.|\[\]", path))
    return (not events or event in events) and (not fields or bool(fields & parts))


def test_what_differs_stands_in_the_list_of_differences(
    verdicts: list[Verdict], rows: list[set[str]]
) -> None:
    differ = list(_differences(verdicts))
    untold = [one for one in differ if not any(_explains(row, *one) for row in rows)]
    assert untold == []


def test_the_figures_there_are_those_that_are_counted(
    verdicts: list[Verdict], section: str
) -> None:
    met = sum(len(verdict["met"]) for verdict in verdicts)
    missed = sum(len(verdict["missing"]) + len(verdict["wrong"]) for verdict in verdicts)
    assert f"For {len(verdicts)} calls" in section
    assert f"{100 * met / (met + missed):.1f} %" in section


def test_the_list_of_differences_has_nothing_that_does_not_differ(
    verdicts: list[Verdict], rows: list[set[str]]
) -> None:
    differ = list(_differences(verdicts))
    stale = [row for row in rows if not any(_explains(row, *one) for one in differ)]
    names = {event for event, _ in differ}
    parts = {part for _, path in differ for part in re.split(r"\.|\[\]", path)}
    unknown = [word for row in rows for word in row if word not in names | parts]
    assert (stale, unknown) == ([], [])
