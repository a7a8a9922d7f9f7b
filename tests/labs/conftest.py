"""One served account for the labs' tests, made new before each test."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from _pytest.monkeypatch import MonkeyPatch

from lablib.lab import Lab

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def served(serve: Callable[..., Any]) -> Iterator[Any]:
    with tempfile.TemporaryDirectory(prefix="labs-", ignore_cleanup_errors=True) as folder:
        yield serve(Path(folder) / "state")


@pytest.fixture
def lab(served: Any, monkeypatch: MonkeyPatch) -> Lab:
    """A lab in an account as it was born, without progress."""
    for name, value in served.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CLOUDTRAIL_LAB_WORK", raising=False)
    (served.state / "progress.json").unlink(missing_ok=True)
    lab = Lab.join(served.state)
    lab.control.reset()
    return lab


@pytest.fixture(scope="session")
def build() -> ModuleType:
    """labs/src/build.py."""
    import importlib.util

    path = ROOT / "labs" / "src" / "build.py"
    spec = importlib.util.spec_from_file_location("labs_build", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
