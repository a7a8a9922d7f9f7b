"""The state folder: where an account is kept, and how it is found again.

Mode 0700. In it: account.json (while it runs), account.lock (held by its process), journal.jsonl,
credentials and config (for AWS clients), account.log (of an account in the background).
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any, BinaryIO

ACCOUNT, LOCK, JOURNAL, KEPT = "account.json", "account.lock", "journal.jsonl", "kept.json"


class StateInUse(Exception):
    """Another process holds this folder."""


class StateFolder:
    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.chmod(0o700)
        self._lock: BinaryIO | None = None

    @property
    def journal(self) -> Path:
        return self.path / JOURNAL

    def take(self) -> None:
        """Holds the folder until this process ends, however it ends. Raises StateInUse."""
        handle = (self.path / LOCK).open("a+b")
        if not _try_lock(handle):
            handle.close()
            raise StateInUse
        self._lock = handle

    def announce(self, facts: dict[str, Any]) -> None:
        """Tells where the account answers; whoever may read the file may use the account."""
        self._write(ACCOUNT, facts)

    def running(self) -> dict[str, Any] | None:
        """What was announced; it may be left over from a process that was killed."""
        return self._read(ACCOUNT)

    def withdraw(self) -> None:
        (self.path / ACCOUNT).unlink(missing_ok=True)

    def kept(self) -> dict[str, Any]:
        """What stays the same from start to start: the port (queue URLs hold it) and the token."""
        return self._read(KEPT) or {"port": 0, "token": secrets.token_urlsafe(32)}

    def keep(self, facts: dict[str, Any]) -> None:
        self._write(KEPT, facts)

    def set_aside(self, name: str, data: bytes) -> Path:
        """Saves `data` beside the journal under a name that is still free."""
        number = 1
        while (path := self.path / f"{name}-{number}.jsonl").exists():
            number += 1
        self._write_bytes(path, data)
        return path

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            value = json.loads((self.path / name).read_bytes())
        except (OSError, ValueError):
            return None
        return value if isinstance(value, dict) else None

    def _write(self, name: str, value: dict[str, Any]) -> None:
        self._write_bytes(self.path / name, json.dumps(value, indent=1).encode() + b"\n")

    def _write_bytes(self, path: Path, data: bytes) -> None:
        """Whole or not at all: written beside its place, then moved there."""
        beside = path.with_name(path.name + ".new")
        descriptor = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        beside.replace(path)


def _try_lock(handle: BinaryIO) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
