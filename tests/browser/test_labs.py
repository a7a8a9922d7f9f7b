"""Labs in JupyterLab, in a browser: what a learner sees and presses."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lablib import desk
from tests.browser.jupyter import (
    PATIENCE,
    Jupyter,
    browser,
    jupyter,
    open_notebook,
    run_all,
    solved,
)

pytestmark = pytest.mark.browser
LAB_01 = "01-create-a-trail.ipynb"


@pytest.fixture(scope="module")
def lab() -> Iterator[Jupyter]:
    """JupyterLab with lab 01 already worked through by the learner."""
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        work = desk.lay_out(Path(folder) / "work")
        solved(work / LAB_01)
        with jupyter(Path(folder)) as running:
            yield running


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 1400, "height": 1000})
        yield page


def objects(lab: Jupyter) -> int:
    """How many log files the account has delivered."""
    from lablib.connection import Control, running

    return len(Control(running(lab.state)).get("timeline")["files"])


def test_the_command_opens_jupyterlab_on_lab_00(lab: Jupyter, page: Page) -> None:
    page.goto(lab.address, timeout=PATIENCE)
    expect(page.locator(".jp-Notebook h1").first).to_contain_text("Start here", timeout=PATIENCE)


def test_lab_01_runs_and_its_clock_delivers_a_log_file(lab: Jupyter, page: Page) -> None:
    open_notebook(page, lab, LAB_01)
    run_all(page)
    outputs = page.locator(".jp-Notebook .jp-OutputArea-output")
    expect(outputs.filter(has_text="Traceback")).to_have_count(0)

    # A call that the trail takes, then time: the learner presses until the file is there.
    from lablib.connection import join
    from lablib.lab import Lab

    Lab(join(lab.state)).client("ec2").describe_instances()
    before = objects(lab)
    wind = page.get_by_role("button", name="Wind 5 minutes").last
    wind.scroll_into_view_if_needed()
    for _ in range(4):
        wind.click()
        expect(wind).to_be_enabled(timeout=PATIENCE)
        if objects(lab) > before:
            break
    assert objects(lab) > before
    happened = page.locator('[role="status"]', has_text="log file").last
    expect(happened).to_be_visible(timeout=PATIENCE)
