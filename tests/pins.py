"""The pins: which version of which package the tests ran with, and what Binder's image needs.

`python -m tests.pins` writes constraints.txt and binder/requirements.txt from the venv it runs in,
which has to hold the `dev` extra. No addresses, no hashes: plain names and versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
BINDER = ROOT / "binder" / "requirements.txt"
OURS = "cloudtrail-lab"

# What a learner's image needs: the kit's own requirements, and the AWS CLI for its terminals.
BINDER_EXTRAS = frozenset({"cli"})

# Part of every venv, or of the machine, and no requirement of ours.
NOT_PINNED = frozenset({OURS, "pip", "setuptools", "wheel"})


def installed() -> dict[str, str]:
    """Name to version of all packages of this venv but our own."""
    found = {canonicalize_name(d.metadata["Name"]): d.version for d in distributions()}
    return {name: found[name] for name in sorted(found) if name not in NOT_PINNED}


def needed(package: str, extras: frozenset[str], python: str) -> set[str]:
    """All packages that `package` needs under that Python, near and far."""
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = [(canonicalize_name(package), extras)]
    while todo:
        item = todo.pop()
        if item not in seen:
            seen.add(item)
            todo += _requirements(*item, python)
    return {name for name, _ in seen} - NOT_PINNED


def _requirements(
    package: str, extras: frozenset[str], python: str
) -> Iterator[tuple[str, frozenset[str]]]:
    try:
        lines = distribution(package).requires or []
    except PackageNotFoundError:  # needed only elsewhere than in this venv
        return
    for line in lines:
        requirement = Requirement(line)
        if _applies(requirement, extras, python):
            yield canonicalize_name(requirement.name), frozenset(requirement.extras)


def _applies(requirement: Requirement, extras: frozenset[str], python: str) -> bool:
    marker = requirement.marker
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    return marker is None or any(
        marker.evaluate({**environment, "extra": extra}) for extra in extras | {""}
    )


def read(path: Path) -> dict[str, str]:
    """Name to version of a file of pins. ValueError at a line that is anything else."""
    pins = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            match = re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.!+_-]+)", line)
            if match is None:
                raise ValueError(f"{path.name}: not a plain pin: {line!r}")
            pins[match[1]] = match[2]
    return pins


def write() -> None:
    """Write both files anew."""
    pins = installed()
    image = needed(OURS, BINDER_EXTRAS, _binder_python())
    _write(CONSTRAINTS, "What the tests ran with; written by `python -m tests.pins`.", pins)
    _write(
        BINDER,
        "The part of constraints.txt that a learner's image needs; written by the same.",
        {name: version for name, version in pins.items() if name in image},
    )


def _binder_python() -> str:
    return (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip().split("-")[1]


def _write(path: Path, head: str, pins: dict[str, str]) -> None:
    lines = [f"# {head}", *(f"{name}=={version}" for name, version in pins.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
