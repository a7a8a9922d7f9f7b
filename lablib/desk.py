"""The learner's desk: the work folder with the notebooks, and JupyterLab on it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from lablib.errors import LabError

WORK = "cloudtrail-labs"  # in the home folder: visible, and no repository's
FIRST = "00-"
LAID_OUT = (".ipynb", ".svg", ".png")

# Defaults of JupyterLab's own settings: no question about news on a learner's first screen. What
# the learner has chosen for themselves goes before them.
CONFIG = Path(str(files("lablib"))) / "jupyter"


def notebooks() -> Path:
    """The folder of the notebooks: inside the installed package, or labs/ of the source tree."""
    package = Path(str(files("lablib")))
    for folder in (package / "labs", package.parent / "labs"):
        if any(folder.glob("*.ipynb")):
            return folder
    raise LabError(
        "The notebooks are missing from this installation.",
        next="install cloudtrail-lab again.",
    )


def lay_out(work: Path | None = None) -> Path:
    """The work folder with every notebook in it. What is there already is never touched."""
    folder = work or Path.home() / WORK
    folder.mkdir(parents=True, exist_ok=True)
    for page in sorted(notebooks().iterdir()):
        if page.suffix in LAID_OUT and not os.path.lexists(folder / page.name):
            shutil.copyfile(page, folder / page.name)
    return folder


def jupyter_command(folder: Path, browser: bool, port: int | None) -> list[str]:
    """How JupyterLab is started on the first lab: quietly, and asking nothing of the network."""
    first = next(page.name for page in sorted(folder.glob(f"{FIRST}*.ipynb")))
    options = {
        "ServerApp.root_dir": str(folder),
        "LabApp.default_url": f"/lab/tree/{first}",
        "LabApp.news_url": "None",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "Application.log_level": "WARN",
    }
    if port is not None:
        options |= {"ServerApp.port": str(port), "ServerApp.port_retries": "0"}
    command = [sys.executable, "-m", "jupyterlab"]
    command += [f"--{name}={value}" for name, value in options.items()]
    command += [] if browser else ["--no-browser"]
    # JupyterLab refuses root unless told; containers and classroom images often have nobody else.
    return command + (["--allow-root"] if _is_root() else [])


def open_jupyter(
    folder: Path, environment: Mapping[str, str], *, browser: bool, port: int | None
) -> None:
    """Become JupyterLab, with kernels and terminals that reach the account. Returns on Windows."""
    command = jupyter_command(folder, browser, port)
    surroundings = {**os.environ, **environment, "PATH": _path(), **_config_path()}
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(command[0], command, surroundings)
    subprocess.run(command, env=surroundings, check=False)


def refuse_taken_port(port: int | None) -> None:
    """A LabError if that port is asked for and somebody listens there."""
    if port is None:
        return
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise LabError(f"Port {port} is in use.", next="another --port, or none.")


def write(path: Path, content: bytes) -> None:
    """Write a file in one piece: a full disk or a lost power leaves the old one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _path() -> str:
    """PATH with this venv's commands first, so that terminals find `aws` and `cloudtrail-lab`."""
    here = str(Path(sys.executable).parent)
    rest = [part for part in os.environ.get("PATH", "").split(os.pathsep) if part != here]
    return os.pathsep.join([here, *rest])


def _config_path() -> dict[str, str]:
    theirs = os.environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep)
    return {"JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, [*theirs, str(CONFIG)]))}


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
