"""What may not stand in the repository, and what has to agree with what."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
NOTEBOOKS = sorted((ROOT / "labs").glob("*.ipynb"))

# Download addresses and places of one machine. Written with a gap, so that this file is clean too.
FORBIDDEN = {
    "a registry's host": r"(pypi|pythonhosted|npmjs|anaconda)\.(org|com)/\S",
    "an index address": r"--(extra-)?" + r"index-url|--find" + r"-links|\"resolved\": \"http",
    "a path of one machine": r"(?<![\w.])/(work|farm|root|home/\w+)/[A-Za-z.]",
}
LOCK_FILES = re.compile(r"(^|/)(uv\.lock|poetry\.lock|pdm\.lock|pixi\.lock|pylock.*\.toml)$")


def tracked() -> list[str]:
    """Every file that belongs to the tree: known to git, or new and not ignored."""
    said = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in said.stdout.splitlines() if (ROOT / name).is_file()]


def text_of(name: str) -> str:
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:  # a picture
        return ""


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [name for name in tracked() if pattern.search(text_of(name))]
    assert not found


def test_there_is_no_lock_file_since_those_record_addresses() -> None:
    assert not [name for name in tracked() if LOCK_FILES.search(name)]


def test_there_are_notebooks_at_all() -> None:
    assert len(NOTEBOOKS) >= 9


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_clean(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert "widgets" not in notebook["metadata"]
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    for cell in notebook["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_has_a_name_of_its_own(path: Path) -> None:
    names = [cell["id"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    assert len(set(names)) == len(names)


def test_the_license_is_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_folder_of_the_library_is_in_the_distribution() -> None:
    listed = set(project()["tool"]["setuptools"]["packages"]) - {"lablib.labs"}
    there = {
        ".".join((ROOT / name).parent.relative_to(ROOT).parts)
        for name in tracked()
        if name.startswith("lablib/") and name.endswith(".py")
    }
    assert listed == there


def test_every_data_file_of_the_library_is_in_the_distribution() -> None:
    data = project()["tool"]["setuptools"]["package-data"]
    covered = {
        path
        for package, patterns in data.items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    missed = [
        name
        for name in tracked()
        if name.startswith("lablib/") and not name.endswith(".py") and ROOT / name not in covered
    ]
    assert not missed


def test_the_readme_lists_every_lab_with_its_minutes() -> None:
    from lablib.exercises.registry import LABS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d\d) ([^|]+?) \|[^|]+\| (\d+) \|$", readme, re.MULTILINE)
    assert rows == [(page.number, page.title, str(page.minutes)) for page in LABS.values()]


def test_the_command_page_names_every_command() -> None:
    from lablib.cli import cli

    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    unnamed = [name for name in cli.commands if f"`{name}" not in page and f"{name}`" not in page]
    assert not unnamed


@pytest.mark.parametrize(
    "page", [name for name in tracked() if name.endswith(".md")], ids=lambda name: name
)
def test_a_link_inside_the_tree_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text_of(page))
    dead = [link for link in links if not ((ROOT / page).parent / link).exists()]
    assert not dead
