"""Imports point one way: the journey of an event knows nobody, and only the account knows moto."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FILES = sorted((ROOT / "lablib").rglob("*.py"))

# Part of the tree → what of ours it may import beside itself.
MAY_IMPORT = {
    "lablib.cloudtrail": set[str](),
    "lablib.monitoring": set[str](),
    "lablib.archive": set[str](),
    "lablib.eventbridge": set[str](),
    "lablib.compliance": set[str](),
    "lablib.account": {
        "lablib.cloudtrail",
        "lablib.compliance",
        "lablib.monitoring",
        "lablib.archive",
        "lablib.eventbridge",
        "lablib.__version__",
    },
}

# The process alone knows these; the course meets AWS through APIs only.
OF_THE_ACCOUNT = {"moto", "werkzeug", "flask", "time_machine", "lablib.account"}
OPENS_THE_ACCOUNT = {"lablib.cli"}  # `serve` is the account's front door

# What the journey of an event may not even know of.
NOT_PURE = {"moto", "boto3", "werkzeug", "flask", "socket", "subprocess", "time", "threading"}
NOT_PURE_CALLS = ("datetime.now", "datetime.utcnow", "datetime.today", "uuid.uuid4", "os.urandom")


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Full names of everything that a file imports, wherever in it."""
    module = module_of(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")
            start = above[: len(above) + 1 - node.level] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def offences(path: Path, parts: set[str]) -> list[str]:
    return [name for name in imports(path) if any(within(name, part) for part in parts)]


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_a_part_imports_only_what_stands_below_it(part: str) -> None:
    allowed = MAY_IMPORT[part] | {part}
    wrong = {
        f"{module_of(path)} imports {name}"
        for path in FILES
        if within(module_of(path), part)
        for name in imports(path)
        if within(name, "lablib") and not any(within(name, known) for known in allowed)
    }
    assert not wrong


def test_the_course_knows_neither_moto_nor_the_account_s_inside() -> None:
    wrong = {
        f"{module_of(path)} imports {name}"
        for path in FILES
        if not within(module_of(path), "lablib.account")
        and module_of(path) not in OPENS_THE_ACCOUNT
        for name in offences(path, OF_THE_ACCOUNT)
    }
    assert not wrong


def test_only_the_adapter_touches_moto() -> None:
    wrong = {
        f"{module_of(path)} imports {name}"
        for path in FILES
        if not within(module_of(path), "lablib.account.moto_adapter")
        for name in offences(path, {"moto"})
    }
    assert not wrong


@pytest.mark.parametrize("part", [part for part in MAY_IMPORT if part != "lablib.account"])
def test_the_journey_of_an_event_is_pure(part: str) -> None:
    files = [path for path in FILES if within(module_of(path), part)]
    wrong = {
        f"{module_of(path)} imports {name}" for path in files for name in offences(path, NOT_PURE)
    }
    wrong |= {
        f"{module_of(path)} calls {ast.unparse(node.func)}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _reads_the_world(ast.unparse(node.func))
    }
    assert not wrong


def _reads_the_world(call: str) -> bool:
    unseeded = call.startswith("random.") and call != "random.Random"
    return unseeded or call.removeprefix("datetime.") in NOT_PURE_CALLS or call in NOT_PURE_CALLS


def test_the_command_line_and_the_account_wait_for_nothing_heavy() -> None:
    """`serve` has to print its ready line as soon as moto allows."""
    import subprocess
    import sys

    heavy = ["pandas", "matplotlib", "ipywidgets", "IPython", "jupyterlab", "boto3"]
    code = (
        "import sys, lablib.cli, lablib.account.server\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    # moto itself imports boto3 at its very top; nothing else of the list is anybody's need.
    assert said.stdout.strip() in ("[]", "['boto3']"), said.stdout + said.stderr
