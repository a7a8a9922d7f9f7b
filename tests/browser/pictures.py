"""Pictures of labs in JupyterLab, worked through, in both themes.

`python -m tests.browser.pictures [NN …]` writes build/pictures/NN-light-1.png and so on, screen by
screen, to be looked at; and docs/images/lab01.png, the screen of lab 01 that the README shows.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from lablib import desk
from tests.browser.jupyter import browser, jupyter, open_notebook, run_all, solved

ROOT = Path(__file__).parent.parent.parent
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
SCROLLED = "document.querySelector('.jp-NotebookPanel .jp-WindowedPanel-outer')"
SCREEN = {"width": 1400, "height": 900}


def main(numbers: list[str]) -> None:
    folder = ROOT / "build" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        for word, theme in THEMES.items():
            _theme(chromium, theme, numbers, folder, word)


def _theme(chromium: Browser, theme: str, numbers: list[str], folder: Path, word: str) -> None:
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as place:
        work = desk.lay_out(Path(place) / "work")
        names = [path for path in sorted(work.glob("*.ipynb")) if path.name[:2] in numbers]
        for notebook in names:
            solved(notebook)
        with jupyter(Path(place), theme) as lab:
            for notebook in names:
                page = chromium.new_page(viewport=SCREEN)
                open_notebook(page, lab, notebook.name)
                run_all(page)
                if (notebook.name[:2], word) == ("01", "light"):
                    _readme(page)
                _whole(page, folder / f"{notebook.name[:2]}-{word}.png")
                page.close()


def _whole(page: Page, path: Path) -> None:
    """The whole notebook, in screens that follow one another."""
    page.set_viewport_size({"width": SCREEN["width"], "height": 2 * SCREEN["height"]})
    page.wait_for_timeout(1_000)
    height, step = page.evaluate(f"[{SCROLLED}.scrollHeight, {SCROLLED}.clientHeight]")
    for number, top in enumerate(range(0, height, step), start=1):
        page.evaluate(f"{SCROLLED}.scrollTop = {top}")
        page.wait_for_timeout(500)
        page.screenshot(path=path.with_stem(f"{path.stem}-{number}"))
    print(path.with_stem(f"{path.stem}-…"))


def _readme(page: Page) -> None:
    """Where the trail has delivered: the part of lab 01 with its picture."""
    pictures = page.locator(".jp-OutputArea-output img, .jp-OutputArea-output svg")
    picture = pictures.filter(visible=True).last
    picture.scroll_into_view_if_needed()
    page.wait_for_timeout(1_000)
    path = ROOT / "docs" / "images" / "lab01.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
    print(path)


if __name__ == "__main__":
    main(sys.argv[1:] or ["00", "01", "08"])
