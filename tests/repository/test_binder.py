"""What repo2docker, the builder of Binder's images, makes of binder/."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Served, clean_environment

ROOT = Path(__file__).parent.parent.parent
BINDER = ROOT / "binder"


@pytest.fixture(scope="module")
def said() -> str:
    """The whole log of a dry run, which needs no Docker."""
    run = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout[-2000:]
    return run.stdout


@pytest.mark.referee
def test_binder_takes_the_python_that_we_name(said: str) -> None:
    assert "python=3.13" in said
    assert "Version unspecified" not in said
    assert "version unspecified" not in said


@pytest.mark.referee
def test_binder_installs_our_pins_before_it_copies_the_tree(said: str) -> None:
    """So that an edited sentence does not install all packages anew."""
    install = re.search(r"pip install .*-r \"?binder/requirements\.txt", said)
    whole_tree = re.search(r"^COPY --chown=\S+ src/ ", said, re.MULTILINE)
    assert install
    assert whole_tree
    assert install.start() < whole_tree.start()


@pytest.mark.referee
@pytest.mark.parametrize("script", ["postBuild", "start"])
def test_binder_runs_our_script(said: str, script: str) -> None:
    assert f"binder/{script}" in said


@pytest.mark.parametrize("script", ["postBuild", "start"])
def test_a_script_is_bash_and_may_be_run(script: str) -> None:
    path = BINDER / script
    assert path.read_text(encoding="utf-8").startswith("#!/bin/bash\n")
    assert path.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", str(path)]).returncode == 0


def test_a_failing_post_build_fails_the_build() -> None:
    assert "set -euo pipefail" in (BINDER / "postBuild").read_text(encoding="utf-8")


def test_start_ends_in_the_command_it_was_given() -> None:
    assert (BINDER / "start").read_text(encoding="utf-8").splitlines()[-1] == 'exec "$@"'


def test_start_hands_the_account_to_kernels_and_terminals(account: Served, tmp_path: Path) -> None:
    bare = clean_environment() | {"CLOUDTRAIL_LAB_STATE": str(account.state)}
    done = account.run(str(BINDER / "start"), "env", env=bare, cwd=tmp_path)
    assert f"AWS_ENDPOINT_URL={account.endpoint}" in done.stdout.splitlines()


def test_start_opens_jupyterlab_even_without_an_account(tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    nowhere = clean_environment() | {"CLOUDTRAIL_LAB_STATE": str(tmp_path / "a-file" / "state")}
    command = [str(BINDER / "start"), "echo", "JupyterLab"]
    done = subprocess.run(command, env=nowhere, capture_output=True, text=True, timeout=120)
    assert done.stdout == "JupyterLab\n"


def test_the_requirements_hold_nothing_local() -> None:
    lines = (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line.startswith(("-", "."))]
