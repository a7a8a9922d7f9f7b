"""The learner's desk: notebooks laid out and never overwritten, JupyterLab on the first lab."""

from __future__ import annotations

import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lablib import desk
from lablib.errors import LabError

ROOT = Path(__file__).parent.parent.parent


def test_every_notebook_is_laid_out(tmp_path: Path) -> None:
    folder = desk.lay_out(tmp_path / "new" / "folder")
    assert {page.name for page in folder.glob("*.ipynb")} == {
        page.name for page in (ROOT / "labs").glob("*.ipynb")
    }


def test_what_the_learner_has_written_stays(tmp_path: Path) -> None:
    desk.lay_out(tmp_path)
    first, second, *_ = sorted(tmp_path.glob("*.ipynb"))
    first.write_text("mine")
    second.unlink()
    desk.lay_out(tmp_path)
    assert first.read_text() == "mine"
    assert second.exists()


def test_a_link_that_leads_nowhere_is_the_learner_s_too(tmp_path: Path) -> None:
    name = min(page.name for page in desk.notebooks().glob("*.ipynb"))
    (tmp_path / name).symlink_to(tmp_path / "gone")
    desk.lay_out(tmp_path)
    assert (tmp_path / name).is_symlink()


def test_without_a_folder_they_are_laid_out_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert desk.lay_out() == tmp_path / "cloudtrail-labs"


def test_jupyterlab_opens_on_the_first_lab_and_asks_the_network_nothing(tmp_path: Path) -> None:
    folder = desk.lay_out(tmp_path)
    command = desk.jupyter_command(folder, browser=False, port=8123)
    assert any(word.startswith("--LabApp.default_url=/lab/tree/00-") for word in command)
    assert f"--ServerApp.root_dir={folder}" in command
    assert "--LabApp.news_url=None" in command
    assert "--ServerApp.port=8123" in command
    assert "--no-browser" in command


def test_a_port_in_use_is_said_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LabError, match=f"Port {port} is in use"):
            desk.refuse_taken_port(port)
    desk.refuse_taken_port(None)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "save"
    desk.write(path, b"first")
    with pytest.raises(TypeError):
        desk.write(path, None)  # type: ignore[arg-type]
    assert path.read_bytes() == b"first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["save"]


def test_an_installed_copy_brings_the_notebooks_along(tmp_path: Path) -> None:
    """`pip install .`, then `cloudtrail-lab open` without the source tree."""
    tree, wheels, place = tmp_path / "tree", tmp_path / "wheels", tmp_path / "place"
    names = subprocess.run(
        ["git", "ls-files", "lablib", "labs", "pyproject.toml", "README.md", "LICENSE"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    for name in names:  # a copy, so that the build leaves nothing in the tree
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes((ROOT / name).read_bytes())
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(tree)]
    built = subprocess.run(pip, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr[-2000:]
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
        wheel.extractall(place)
    code = "from lablib.desk import notebooks as n; print(n(), len(list(n().glob('*.ipynb'))))"
    said = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(place), "PATH": ""},
        capture_output=True,
        text=True,
    )
    count = len([name for name in names if name.endswith(".ipynb")])
    assert said.stdout.split() == [str(place / "lablib" / "labs"), str(count)], said.stderr
