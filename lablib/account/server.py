"""The process: one account on one loopback port, found again through its state folder."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from .chance import SystemRandomness, draw_seed
from .clock import parse_time, show_time
from .journal import Birth, Contents, JournalDamaged, JournalFile, read, write_birth
from .messages import Answer, Request
from .state_folder import StateFolder, StateInUse

RANDOMNESS = SystemRandomness()
RANDOMNESS.install()  # before moto is imported: its modules bind os.urandom when they load

from werkzeug.serving import BaseWSGIServer, make_server  # noqa: E402

from . import network  # noqa: E402
from .frozen import Frozen, default_start  # noqa: E402
from .http import TOO_LARGE, Handler, nothing, read_body  # noqa: E402
from .long_poll import wait_for_messages  # noqa: E402
from .moto_adapter.wire import Moto  # noqa: E402

if TYPE_CHECKING:
    from .account import Account
    from .control import Control

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
PREFIX = "/_lab/"
OBSERVER = "HTTP_X_LAB_OBSERVER"

NO_MOTO_API = Answer.make(
    403,
    [("Content-Type", "application/json")],
    b'{"error":"The lab has its own commands: cloudtrail-lab clock, reset, save, load."}',
)


class ServeError(Exception):
    """The account cannot be served: one sentence, with the next step."""


class Server:
    """The process around the account (`control.Host`).

    A new account's port is open before its parts are loaded: a first request waits for them. An
    account with a past is replayed first, so that `ready` means that it is as it was.
    """

    account: Account
    _control: Control

    def __init__(self, state: StateFolder, birth: Birth, port: int) -> None:
        self.state = state
        self.notes: list[str] = []
        self._frozen = Frozen(Frozen.real())
        self._moto = Moto(RANDOMNESS)
        self._kept = state.kept()
        self.token = str(self._kept["token"])
        self._stopped = threading.Event()
        self._contents = self._open_journal(birth)
        self.birth = self._contents.birth
        self.journal_file = JournalFile(state.journal)
        if self._contents.entries:
            self.assemble()
        self._http = self._listen(port)
        self.endpoint = f"http://127.0.0.1:{self._http.port}"

    def assemble(self) -> None:
        """Makes the account, once."""
        if not hasattr(self, "account"):
            from .control import Control

            self.account = self._make(self._contents)
            self._control = Control(self)

    # -- the journal ----------------------------------------------------------------------

    def _open_journal(self, new: Birth) -> Contents:
        path = self.state.journal
        if not path.exists() or path.stat().st_size == 0:
            JournalFile(path).append(write_birth(new))
            return Contents(new, (), 0, b"")
        data = path.read_bytes()
        try:
            contents = read(data)
        except JournalDamaged as error:
            aside = self.state.set_aside("journal-damaged", data)
            raise ServeError(
                f"{error} It was copied to {aside}; remove {path} to start anew."
            ) from None
        if contents.unread:
            aside = self.state.set_aside("journal-damaged", data)
            os.truncate(path, contents.length)
            self._note(
                f"The journal's end could not be read (a cut line): {len(contents.entries)} "
                f"entries were taken, the whole file is kept as {aside.name}."
            )
        return contents

    def _make(self, contents: Contents) -> Account:
        from .account import Account

        account = Account(contents.birth, self._moto, RANDOMNESS, self._frozen, lambda line: None)
        account.replay(contents.entries)
        account.write_to(self.journal_file.append)
        self.notes += account.notes
        for note in account.notes:
            print(note, file=sys.stderr)
        return account

    def _note(self, sentence: str) -> None:
        self.notes.append(sentence)
        print(sentence, file=sys.stderr)

    # -- control.Host ---------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        return {
            "account": self.account.birth.account,
            "region": REGION,
            "seed": self.account.birth.seed,
            "version": __version__,
            "pid": os.getpid(),
            "time": show_time(self.account.clock.now()),
            "endpoint": self.endpoint,
            "notes": self.notes,
        }

    def journal(self) -> bytes:
        with self.account.lock:
            return self.state.journal.read_bytes()

    def load(self, data: bytes) -> None:
        """Replaces the account by a saved one; what was there is kept beside the journal."""
        contents = read(data)
        if contents.unread:
            raise JournalDamaged(
                f"The save file is damaged after {len(contents.entries)} entries; nothing was "
                "changed."
            )
        self._replace(contents, data, "journal-before-load")

    def reset(self) -> None:
        """A new account from the same seed, beginning now; the old journal is kept."""
        old = self.account.birth
        start = old.start if old.frozen else default_start(Frozen.real())
        birth = new_birth(old.seed, start, old.frozen, old.propagation)
        self._replace(Contents(birth, (), 0, b""), write_birth(birth), "journal-before-reset")

    def _replace(self, contents: Contents, data: bytes, name: str) -> None:
        with self.account.lock:
            self.state.set_aside(name, self.state.journal.read_bytes())
            self.journal_file.replace(data)
            self.account, self.birth = self._make(contents), contents.birth

    def stop(self) -> None:
        self._stopped.set()
        # A moment later, so that who asked for it still gets the answer.
        threading.Timer(0.2, self._http.shutdown).start()

    # -- HTTP -----------------------------------------------------------------------------

    def answer(self, environ: dict[str, Any]) -> tuple[Answer, Callable[[], None]]:
        """The answer to a request, and what is left to do once it has gone out."""
        body = read_body(environ)
        if body is None:
            return TOO_LARGE, nothing
        token = str(environ.pop(OBSERVER, ""))
        network.admit(environ, self._control.knows)
        request = Request.of(environ, body)
        if request.path.startswith(PREFIX):
            return self._control.answer(request), nothing
        if request.path.startswith("/moto-api"):
            return NO_MOTO_API, nothing
        account = self.account
        if token and self._control.knows(token):
            return account.call(request, observer=True), nothing
        wait_for_messages(request, account.peek)
        return account.call(request), account.settle

    def _listen(self, port: int) -> BaseWSGIServer:
        app: Any = self  # werkzeug passes it through to the handler
        for wanted in [port] if port else [int(self._kept["port"]), 0]:
            listening = socket.socket()
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name != "nt")
            try:
                listening.bind(("127.0.0.1", wanted))
            except (OSError, OverflowError):
                listening.close()
                continue
            listening.listen(128)
            taken = listening.getsockname()[1]
            self.state.keep({"port": taken, "token": self.token})
            fd = listening.detach()
            return make_server("127.0.0.1", taken, app, True, request_handler=Handler, fd=fd)
        raise ServeError(
            f"Port {port} is in use. Choose another with --port, or leave it out for a free one."
        )

    def announce(self) -> None:
        told = {
            "endpoint": self.endpoint,
            "port": self._http.port,
            "pid": os.getpid(),
            "token": self.token,
            "account": self.birth.account,
            "region": REGION,
            "seed": self.birth.seed,
            "started": show_time(Frozen.real()),
            "version": __version__,
        }
        self.state.announce(told)

    def run(self) -> None:
        self.assemble()
        gc.freeze()  # models and modules stay for good: looking through them costs every call
        gc.set_threshold(20_000, 20, 20)
        threading.Thread(target=self._tick, daemon=True, name="lab clock").start()
        threading.Thread(target=self.account.settle, daemon=True, name="warming up").start()
        try:
            self._http.serve_forever(poll_interval=0.1)
        finally:
            self._stopped.set()
            self.state.withdraw()
            with self.account.lock:
                self.account.settle()
                self.journal_file.close()

    def _tick(self) -> None:
        """Lets due things happen while lab time runs by itself."""
        while True:
            wait = self.account.clock.wait()
            if self._stopped.wait(1.0 if wait is None else min(1.0, wait.total_seconds())):
                return
            if wait is not None and self.account.clock.wait() is not None:
                self.account.tick()


def new_birth(
    seed: int | None, start: datetime | None, frozen: bool, propagation: bool = False
) -> Birth:
    return Birth(
        seed=draw_seed() if seed is None else seed,
        start=start or default_start(Frozen.real()),
        frozen=frozen,
        propagation=propagation,
        real=Frozen.real(),
        account=ACCOUNT_ID,
        made_by=__version__,
    )


def serve(
    port: int = 0,
    state: Path = Path("."),
    seed: int | None = None,
    start: str | None = None,
    clock: str | None = None,
    propagation: str | None = None,
) -> None:
    """Serves the account of a state folder until it is told to stop.

    Prints `ready http://127.0.0.1:PORT` on stdout when it answers, and nothing more there. Raises
    ServeError when the folder is in use, the port is taken, or what is asked does not fit.
    """
    folder = StateFolder(state)
    try:
        folder.take()
    except StateInUse:
        raise ServeError(_in_use(folder)) from None
    try:
        moment = parse_time(start) if start else None
    except ValueError:
        raise ServeError(
            f"--start {start!r} is not a time in ISO 8601, such as 2026-11-23T10:00:00Z."
        ) from None
    birth = new_birth(seed, moment, clock == "frozen", propagation == "aws")
    warnings.filterwarnings("ignore", module="moto")
    server = Server(folder, birth, port)
    _compare(server.birth, seed, moment, clock, propagation, folder)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    signal.signal(signal.SIGINT, lambda *_: server.stop())
    server.announce()
    print(f"ready {server.endpoint}", flush=True)
    server.run()


def _in_use(folder: StateFolder) -> str:
    running = folder.running() or {}
    return (
        f"An account already runs on the state folder {folder.path}"
        + (f" (process {running['pid']}, {running['endpoint']})" if "pid" in running else "")
        + ". Use that one, or name another folder with --state."
    )


def _compare(
    birth: Birth,
    seed: int | None,
    start: datetime | None,
    clock: str | None,
    propagation: str | None,
    folder: StateFolder,
) -> None:
    """An account that stands already keeps its seed, start and kind of clock."""
    told = []
    if seed is not None and seed != birth.seed:
        told.append(f"seed {birth.seed}, not {seed}")
    if start is not None and start != birth.start:
        told.append(f"start {show_time(birth.start)}, not {show_time(start)}")
    if clock is not None and (clock == "frozen") != birth.frozen:
        told.append(f"a {'frozen' if birth.frozen else 'running'} clock")
    if propagation is not None and (propagation == "aws") != birth.propagation:
        told.append(f"propagation {'aws' if birth.propagation else 'none'}")
    if told:
        raise ServeError(
            f"The state folder {folder.path} holds an account with {' and '.join(told)}. "
            "Name another folder with --state, or leave these options out."
        )
