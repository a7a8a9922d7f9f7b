"""Finding the account through its state folder, starting it, and talking to its control side.

Only the standard library is used here, so that the command line stays quick.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from lablib.errors import LabError
from lablib.fence import environment as environment  # the words `env` and `open` look for here
from lablib.fence import forget_expired_sessions, forget_sessions

STATE_VARIABLE = "CLOUDTRAIL_LAB_STATE"
READY_SECONDS = 180.0  # a long journal is replayed before the account answers
BUSY_SECONDS = 60.0  # winding the clock by months keeps the account busy


def state_folder(given: str | os.PathLike[str] | None = None) -> Path:
    """The folder that names the account: as given, or from the environment, or the user's own."""
    chosen = given or os.environ.get(STATE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_state_dir("cloudtrail-lab", appauthor=False))


@dataclass(frozen=True, slots=True)
class Account:
    """A running account, as its `account.json` tells."""

    state: Path
    endpoint: str
    port: int
    pid: int
    token: str
    account: str
    region: str
    seed: int | None = None

    @classmethod
    def read(cls, state: Path) -> Account | None:
        """The account that `account.json` names, or None; it may be long dead."""
        try:
            facts = json.loads((state / "account.json").read_text(encoding="utf-8"))
            names = ("endpoint", "port", "pid", "token", "account", "region")
            return cls(state=state, seed=facts.get("seed"), **{n: facts[n] for n in names})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def __repr__(self) -> str:  # the token stays out of notebooks and logs
        return f"Account({self.account}, {self.region}, {self.endpoint})"


@dataclass(frozen=True, slots=True)
class Control:
    """The account's own endpoints. Answers are decoded JSON; a refusal is a LabError."""

    account: Account

    def get(self, path: str, *, timeout: float = BUSY_SECONDS, **query: Any) -> Any:
        given = {name: str(value) for name, value in query.items() if value is not None}
        tail = f"?{urlencode(given)}" if given else ""
        return _decoded(self._send("GET", f"/_lab/{path}{tail}", b"", timeout), path)

    def post(self, path: str, body: Any = None, *, timeout: float = 600.0) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        return _decoded(self._send("POST", f"/_lab/{path}", raw, timeout), path)

    def clock(self, **change: Any) -> dict[str, Any]:
        """The clock's state, after a change if one is given (advance, to, next, play, pause)."""
        state: dict[str, Any] = self.post("clock", change) if change else self.get("clock")
        if change:
            forget_expired_sessions(self.account.state, state["time"])
        return state

    def save(self) -> bytes:
        """The save file: the account's journal."""
        return self._send("GET", "/_lab/journal", b"", 60.0)[1]

    def load(self, journal: bytes) -> Any:
        """Replace the account's content by a save file's."""
        forget_sessions(self.account.state)
        return self.post("journal", journal)

    def reset(self) -> Any:
        """Back to the account's birth, with the same seed."""
        forget_sessions(self.account.state)
        return self.post("reset")

    def _send(self, method: str, path: str, body: bytes, timeout: float) -> tuple[int, bytes]:
        # http.client knows no proxies: a proxy in the environment never sees the token.
        link = http.client.HTTPConnection("127.0.0.1", self.account.port, timeout=timeout)
        try:
            link.request(method, path, body, {"X-Lab-Token": self.account.token})
            answer = link.getresponse()
            return answer.status, answer.read()
        except TimeoutError:
            raise Busy() from None
        except (OSError, http.client.HTTPException):
            raise Gone() from None
        finally:
            link.close()


class Gone(LabError):
    def __init__(self) -> None:
        super().__init__(
            "The account does not answer: its process has ended.",
            next="Lab.open() again; it starts the account as it was, nothing is lost.",
        )


class Busy(LabError):
    def __init__(self) -> None:
        super().__init__(
            "The account is busy and did not answer in time.",
            next="wait a moment and run the cell again.",
        )


class Refused(LabError):
    """The account's own interface refused; `status` is HTTP's."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


def _decoded(answer: tuple[int, bytes], path: str) -> Any:
    status, body = answer
    try:
        content = json.loads(body or b"{}")
    except ValueError:
        raise LabError(f"The account's answer to /_lab/{path} is not JSON.") from None
    if status < 400:
        return content
    said = content.get("error") if isinstance(content, dict) else None
    raise Refused(str(said or f"The account refused /_lab/{path} (HTTP {status})."), status)


def find(state: Path) -> Account | None:
    """The running account of this state folder, or None. A busy account is waited for."""
    account = Account.read(state)
    if account is None:
        return None
    try:
        status = Control(account).get("status")
    except Busy:
        raise
    except LabError:  # nobody there, or somebody else on that port
        return None
    return account if status.get("account") == account.account else None


def start(state: Path, *, options: tuple[str, ...] = ()) -> Account:
    """Start the account in the background and wait until it answers.

    `options` are further options of `serve`, such as ("--seed", "7").
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    # -P: a learner's own json.py beside the notebook must not stand in for Python's.
    command = [sys.executable, "-P", "-m", "lablib", "serve", "--state", str(state), *options]
    with open(state / "account.log", "ab") as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=_own_surroundings(),
            **_detached(),
        )
    account = _wait(state, child)
    _tell_notes(account)
    return account


def _tell_notes(account: Account) -> None:
    """What the account found odd when it started (the journal's end could not be read)."""
    with contextlib.suppress(LabError):
        for note in Control(account).get("status").get("notes", []):
            print(note, file=sys.stderr)


def join(state: Path, *, options: tuple[str, ...] = ()) -> Account:
    """The running account of this state folder, started if need be."""
    if account := find(state):
        return account
    try:
        return start(state, options=options)
    except LabError:  # one that was just ending may still have held the folder
        return start(state, options=options)


def running(state: Path) -> Account:
    """The running account of this state folder; a LabError when there is none."""
    account = find(state)
    if account is None:
        raise LabError(
            "No account is running here.",
            found=f"nothing answers for {state}",
            next="cloudtrail-lab serve, or Lab.open() in a notebook.",
        )
    return account


def _wait(state: Path, child: subprocess.Popen[bytes]) -> Account:
    deadline = time.monotonic() + READY_SECONDS
    grace: float | None = None
    while time.monotonic() < deadline:
        if account := find(state):
            return account
        if child.poll() is not None:
            # Another notebook may have won the race for the lock: its account serves us too.
            grace = grace or time.monotonic() + 5.0
            if time.monotonic() > grace:
                break
        time.sleep(0.05)
    raise LabError(
        "The account did not start.", found=_last_words(state), next="cloudtrail-lab doctor"
    )


def _last_words(state: Path) -> str:
    with contextlib.suppress(OSError):
        lines = (state / "account.log").read_text(errors="replace").strip().splitlines()
        if lines:
            return lines[-1]
    return f"nothing in {state / 'account.log'}"


def _own_surroundings() -> dict[str, str]:
    """The child's environment: ours, and the folder that this very kit was imported from."""
    home = str(Path(__file__).parent.parent)
    path = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}


def _detached() -> dict[str, Any]:
    """The account outlives the kernel or terminal that happened to start it."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
        return {"creationflags": flags}
    return {"start_new_session": True}
