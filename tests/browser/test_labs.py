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
SUBSCRIBE = """topic = lab.client("sns").create_topic(Name="news")["TopicArn"]
lab.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="me@example.com")
lab.inbox_panel()"""
PANEL = "lab.clock_panel()"


@pytest.fixture(scope="module")
def lab() -> Iterator[Jupyter]:
    """JupyterLab with lab 01 already worked through by the learner."""
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        work = desk.lay_out(Path(folder) / "work")
        call = 'lab.client("ec2").describe_instances()["Reservations"]'
        solved(work / LAB_01, SUBSCRIBE, call, PANEL)
        with jupyter(Path(folder)) as running:
            yield running


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 1400, "height": 1000})
        yield page


def files(lab: Jupyter) -> list[str]:
    """The names of all log files that the account has delivered."""
    from lablib.connection import Control, running

    told = Control(running(lab.state)).get("timeline")["files"]
    return [file["key"].rpartition("/")[2] for file in told]


def test_the_command_opens_jupyterlab_on_lab_00(lab: Jupyter, page: Page) -> None:
    page.goto(lab.address, timeout=PATIENCE)
    title = page.locator(".jp-Notebook h1").first
    expect(title).to_contain_text("Start here", timeout=PATIENCE)


def confirm_and_read(page: Page) -> None:
    """The inbox panel: its button confirms what waits, its choice opens a mail."""
    inbox = page.locator(".jp-OutputArea-output", has_text="Subscription Confirmation").last
    inbox.get_by_role("button", name="Confirm 1 waiting").click()
    expect(inbox.get_by_role("button", name="Nothing to confirm")).to_be_disabled(timeout=PATIENCE)
    inbox.get_by_label("Mail").select_option(index=1)
    expect(inbox).to_contain_text("You have chosen to subscribe", timeout=PATIENCE)


def test_lab_01_runs_and_its_clock_delivers_a_log_file(lab: Jupyter, page: Page) -> None:
    open_notebook(page, lab, LAB_01)
    run_all(page)
    expect(page.get_by_text("Watch every Region: passed")).to_be_visible(timeout=PATIENCE)
    confirm_and_read(page)
    before = files(lab)

    panel = page.locator(".jp-OutputArea-output", has_text="Wind 5 minutes").last
    wind = panel.get_by_role("button", name="Wind 5 minutes")
    happened = panel.get_by_role("status")
    for _ in range(3):  # a call's log file comes within ten minutes of lab time
        wind.click()
        expect(wind).to_be_enabled(timeout=PATIENCE)
        expect(happened).to_contain_text("✔", timeout=PATIENCE)
        if new := set(files(lab)) - set(before):
            expect(happened).to_contain_text("og file", timeout=PATIENCE)
            break
    assert new
