"""The pins: plain, complete, and the same everywhere."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import pins

ROOT = Path(__file__).parent.parent.parent


def requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(line) for lines in lists for line in lines]


@pytest.mark.parametrize("path", [pins.CONSTRAINTS, pins.BINDER], ids=lambda path: path.name)
def test_a_file_of_pins_holds_names_and_versions_and_nothing_else(path: Path) -> None:
    assert pins.read(path)


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_what_the_kit_asks_for_is_pinned_to_a_version_that_fits(requirement: Requirement) -> None:
    pinned = pins.read(pins.CONSTRAINTS)[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(pinned)


def test_binder_gets_the_very_versions_of_the_tests() -> None:
    constraints = pins.read(pins.CONSTRAINTS)
    differing = {
        name: version
        for name, version in pins.read(pins.BINDER).items()
        if constraints.get(name) != version
    }
    assert not differing


def test_binder_gets_all_that_a_learner_needs_and_no_more() -> None:
    python = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    needed = pins.needed(pins.OURS, pins.BINDER_EXTRAS, python.removeprefix("python-"))
    assert needed, "cloudtrail-lab is not installed here: pip install -e '.[dev]'"
    pinned = set(pins.read(pins.CONSTRAINTS))
    assert set(pins.read(pins.BINDER)) == needed & pinned
