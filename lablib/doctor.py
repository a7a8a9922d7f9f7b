"""A look at this installation: each finding is one line that says what is, and what to do."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from lablib.report import error_as_line

OK, NOTE, FAIL = " OK ", "NOTE", "FAIL"
NEEDED_DISK = 200_000_000  # bytes; an account with a busy course in it has a few tens of MB
WIDGETS = Path("@jupyter-widgets") / "jupyterlab-manager" / "package.json"


@dataclass(frozen=True, slots=True)
class Finding:
    sign: str
    what: str
    next: str = ""

    def __str__(self) -> str:
        return f"[{self.sign}] {self.what}" + (f"\n       → {self.next}" if self.next else "")


def examine(state: Path) -> list[Finding]:
    """All findings about this Python, JupyterLab, the AWS CLI and the account of `state`."""
    return [finding for look in LOOKS for finding in _safely(look, state)]


def _safely(look: Callable[[Path], Iterator[Finding]], state: Path) -> Iterator[Finding]:
    try:
        yield from look(state)
    except Exception as error:
        words = error_as_line(error)
        yield Finding(FAIL, f"{look.__name__.strip('_')} could not be examined: {words}")


def _python(_state: Path) -> Iterator[Finding]:
    yield Finding(OK, f"Python {sys.version.split()[0]} at {sys.executable}")


def _packages(_state: Path) -> Iterator[Finding]:
    from packaging.requirements import Requirement

    try:
        lines = metadata.requires("cloudtrail-lab") or []
    except metadata.PackageNotFoundError:
        yield Finding(NOTE, "cloudtrail-lab runs from its source tree", "pip install -e .")
        return
    needed = [Requirement(line) for line in lines]
    wrong = [_wrong(r) for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})]
    for words in filter(None, wrong):
        yield Finding(FAIL, words, "pip install -c constraints.txt -e . in this very venv")
    if not any(wrong):
        yield Finding(OK, f"all {len(wrong)} packages it needs are there, in versions that fit")


def _wrong(requirement: object) -> str:
    from packaging.requirements import Requirement

    assert isinstance(requirement, Requirement)
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return f"{requirement.name} is missing"
    if requirement.specifier.contains(version, prereleases=True):
        return ""
    return f"{requirement.name} is {version}, but {requirement.specifier} is needed"


def _kernel(_state: Path) -> Iterator[Finding]:
    from jupyter_client.kernelspec import KernelSpecManager

    program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    # The name alone means "the Python that JupyterLab runs in".
    if os.path.dirname(program) and not os.path.samefile(program, sys.executable):
        yield Finding(
            FAIL,
            f"notebooks would run in another Python: {program}",
            f"{sys.executable} -m ipykernel install --sys-prefix",
        )
    else:
        yield Finding(OK, "notebooks run in this Python")


def _widgets(_state: Path) -> Iterator[Finding]:
    from jupyter_core.paths import jupyter_path

    if any((Path(folder) / WIDGETS).exists() for folder in jupyter_path("labextensions")):
        yield Finding(OK, "JupyterLab can draw widgets")
    else:
        yield Finding(FAIL, "JupyterLab cannot draw widgets", "pip install jupyterlab_widgets")


def _notebooks(_state: Path) -> Iterator[Finding]:
    from lablib.desk import notebooks

    folder = notebooks()
    yield Finding(OK, f"{len(list(folder.glob('*.ipynb')))} notebooks in {folder}")


def _browser(_state: Path) -> Iterator[Finding]:
    try:
        webbrowser.get()
    except webbrowser.Error:
        yield Finding(NOTE, "no browser found", "cloudtrail-lab --no-browser prints an address")


def _aws_cli(_state: Path) -> Iterator[Finding]:
    here = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    program = shutil.which("aws", path=here)
    if program is None:
        words = 'pip install -e ".[cli]"; the labs work without it'
        yield Finding(NOTE, "the AWS CLI is not installed", words)
        return
    said = subprocess.run(
        [program, "--version"], capture_output=True, text=True, timeout=60, check=False
    )
    yield Finding(OK, f"AWS CLI: {(said.stdout or said.stderr).split()[0]} at {program}")


def _state_folder(state: Path) -> Iterator[Finding]:
    if not state.exists():
        yield Finding(OK, f"no account yet; it will keep itself in {state}")
        return
    if not os.access(state, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(FAIL, f"{state} cannot be written", "another --state, or its permissions")
    elif os.name == "posix" and stat.S_IMODE(state.stat().st_mode) & 0o077:
        words = "others on this machine can look into the account's folder"
        yield Finding(NOTE, words, f"chmod 700 {state}")
    else:
        yield Finding(OK, f"the account keeps itself in {state}")


def _disk(state: Path) -> Iterator[Finding]:
    place = next(folder for folder in (state, *state.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if free < NEEDED_DISK:
        yield Finding(FAIL, f"only {free // 1_000_000} MB free at {place}", "make room")


def _loopback(_state: Path) -> Iterator[Finding]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
    yield Finding(OK, "127.0.0.1 has free ports")


def _account(state: Path) -> Iterator[Finding]:
    from lablib.connection import Account, Control, find

    account = find(state)
    if account is not None:
        status = Control(account).get("status")
        words = f"the account answers at {account.endpoint} (process {account.pid})"
        yield Finding(OK, f"{words}; lab time is {status['time']}")
        for note in status.get("notes", []):
            yield Finding(NOTE, note)
    elif Account.read(state) is not None:
        yield Finding(NOTE, "the account was stopped hard; the next start takes it over as it was")
    else:
        yield Finding(OK, "the account is not running; whatever needs it starts it")


def _own_credentials(state: Path) -> Iterator[Finding]:
    from lablib.connection import Account
    from lablib.fence import own_credentials

    account = Account.read(state) or Account(state, "", 0, 0, "", "", "")
    for name in own_credentials(os.environ, account):
        yield Finding(NOTE, f"{name} may hold real AWS credentials; the labs never use them")


def _binder(_state: Path) -> Iterator[Finding]:
    if os.environ.get("BINDER_LAUNCH_HOST"):
        words = "this is Binder: what you do here is gone after ten idle minutes"
        yield Finding(NOTE, words, "cloudtrail-lab save my-account.jsonl, and download that file")


LOOKS: tuple[Callable[[Path], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _kernel,
    _widgets,
    _notebooks,
    _browser,
    _aws_cli,
    _state_folder,
    _disk,
    _loopback,
    _account,
    _own_credentials,
    _binder,
)
