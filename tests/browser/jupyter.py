"""JupyterLab as a learner has it: opened by our command, looked at in chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import clean_environment, stop

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 90_000  # milliseconds; a slow machine is not a failure

# JupyterLab draws only the cells in sight unless told otherwise; tests look at all of them.
SETTINGS: dict[str, dict[str, Any]] = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/themes": {"theme": "JupyterLab Light"},
}


@dataclass(frozen=True, slots=True)
class Jupyter:
    """A running JupyterLab: its address with the token, its work folder, its account's folder."""

    address: str
    work: Path
    state: Path

    def page_of(self, notebook: str) -> str:
        base, token = re.fullmatch(r"(http://[^/]+)/.*\?(token=\w+)", self.address).groups()  # type: ignore[union-attr]
        return f"{base}/lab/tree/{notebook}?{token}&reset"


@contextmanager
def jupyter(folder: Path, theme: str = "JupyterLab Light") -> Iterator[Jupyter]:
    """`cloudtrail-lab --no-browser` with folders of its own; ends JupyterLab and its account."""
    work, state, log = folder / "work", folder / "state", folder / "log"
    env = clean_environment() | _own_settings(folder, theme)
    command = [sys.executable, "-m", "lablib", "--no-browser", "--port", str(_free_port())]
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, "--work", str(work), "--state", str(state)],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=env,
            text=True,
        )
    try:
        yield Jupyter(_address(process, log), work, state)
    finally:
        stop(process)
        _stop_account(state)


def _own_settings(folder: Path, theme: str) -> dict[str, str]:
    """Settings, workspaces and kernels' files in our folder, not in the developer's home."""
    settings = folder / "settings"
    for name, values in {**SETTINGS, "apputils-extension/themes": {"theme": theme}}.items():
        path = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    return {
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _address(process: subprocess.Popen[str], log: Path) -> str:
    for _ in range(600):
        said = log.read_text()
        if found := re.search(r"http://(?:127\.0\.0\.1|localhost):\d+/\S+\?token=\w+", said):
            return found[0]
        assert process.poll() is None, said
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab said no address:\n{log.read_text()}")


def _stop_account(state: Path) -> None:
    from lablib.connection import Control, find

    if account := find(state):
        Control(account).post("stop")


@contextmanager
def browser() -> Iterator[Browser]:
    """The chromium or Chrome of this machine."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.fail("no chromium or Chrome here: apt-get install chromium, or the like")
    with sync_playwright() as playwright:
        # No sandbox for root only: chromium refuses to start there.
        arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        started = playwright.chromium.launch(executable_path=program, args=arguments)
        yield started
        started.close()


def solved(notebook: Path, *more: str) -> None:
    """Write the reference solutions into the cells that wait for the learner, and `more` cells
    that a learner adds at the end."""
    from lablib.exercises import find

    content = nbformat.read(notebook, as_version=4)
    for cell in content.cells:
        if "exercise" in cell.metadata.get("tags", ()):
            cell.source = find(cell.metadata["exercise"]).solution_cell()
    content.cells += [nbformat.v4.new_code_cell(source) for source in more]
    nbformat.write(content, notebook)


def open_notebook(page: Page, lab: Jupyter, name: str) -> None:
    """Show one notebook, with its kernel ready."""
    page.goto(lab.page_of(name), timeout=PATIENCE)
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=PATIENCE)
    # "Idle" is also shown before there is a kernel: its name has to stand beside the word.
    kernel = page.locator(".jp-StatusBar-Right-Item, .jp-StatusBar-Left").filter(has_text="| Idle")
    kernel.first.wait_for(timeout=PATIENCE)
    page.wait_for_function(CONNECTED, timeout=PATIENCE)


def run_all(page: Page) -> None:
    """Run All Cells, and wait until the last one has its number; a failing cell fails the test."""
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$")).click()
    page.wait_for_function(FINISHED, timeout=2 * PATIENCE)
    assert not page.locator(ERRORS).all_inner_texts()


# The server knows of a kernel that this page is connected to.
CONNECTED = """async () => {
    const token = new URLSearchParams(location.search).get('token');
    const kernels = await (await fetch(`/api/kernels?token=${token || ''}`)).json();
    return kernels.some(k => k.connections > 0 && k.execution_state === 'idle');
}"""
ERRORS = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]'
ERRORS += ', .jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]'
FINISHED = f"""() => {{
    const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
    const numbered = prompts.length > 0 && prompts.every(p => /\\[\\d+\\]/.test(p.textContent));
    return numbered || document.querySelector('{ERRORS}');
}}"""
