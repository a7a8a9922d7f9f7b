"""The journal: every call, sign-in and winding of the clock, one JSON line each.

It is the save file. Replayed from the first line, it makes the same account again. A line is
written before its answer leaves, without a buffer of ours, so a killed process loses nothing that
a client has seen.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .clock import Setting
from .messages import Request

VERSION = 1


@dataclass(frozen=True, slots=True)
class Birth:
    """The first line: what an account follows from."""

    seed: int
    start: datetime
    frozen: bool
    account: str
    made_by: str  # the kit's version
    propagation: bool = False  # changes of trails take effect with AWS's delay
    real: datetime | None = None  # real time at the birth: a running clock goes on from there


@dataclass(frozen=True, slots=True)
class CallEntry:
    number: int
    time: datetime
    request: Request
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ClockEntry:
    setting: Setting


@dataclass(frozen=True, slots=True)
class SignInEntry:
    """Somebody signed in at the console; `asked` is the body of the lab's own request."""

    time: datetime
    asked: dict[str, Any]


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """Subscriptions were confirmed in the lab's inbox; `wanted` says which."""

    time: datetime
    wanted: bool | int | str


@dataclass(frozen=True, slots=True)
class LateEntry:
    """CloudTrail is late with its events from `time` until then."""

    time: datetime
    until: datetime
    reason: str


Entry = CallEntry | ClockEntry | SignInEntry | InboxEntry | LateEntry


class JournalDamaged(Exception):
    """A journal that cannot be read: the message says where and what was done about it."""


def write_birth(birth: Birth) -> bytes:
    return _line(
        {
            "cloudtrail-lab": VERSION,
            "seed": birth.seed,
            "start": birth.start.isoformat(),
            "frozen": birth.frozen,
            "account": birth.account,
            "made_by": birth.made_by,
            "propagation": birth.propagation,
            "real": birth.real.isoformat() if birth.real else None,
        }
    )


def write_entry(entry: Entry) -> bytes:
    if isinstance(entry, SignInEntry):
        return _line({"sign_in": entry.asked, "t": entry.time.isoformat()})
    if isinstance(entry, LateEntry):
        until = entry.until.isoformat()
        return _line({"late": entry.reason, "until": until, "t": entry.time.isoformat()})
    if isinstance(entry, InboxEntry):
        return _line({"confirm": entry.wanted, "t": entry.time.isoformat()})
    if isinstance(entry, ClockEntry):
        setting = entry.setting
        return _line(
            {
                "clock": setting.lab.isoformat(),
                "real": setting.real.isoformat(),
                "speed": setting.speed,
            }
        )
    request = entry.request
    try:
        body = {"body": request.body.decode()}
    except UnicodeDecodeError:
        body = {"base64": base64.b64encode(request.body).decode()}
    return _line(
        {
            "n": entry.number,
            "t": entry.time.isoformat(),
            "answer": entry.fingerprint,
            "request": request.environ,
            **body,
        }
    )


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def read_birth(line: bytes) -> Birth:
    try:
        value = json.loads(line)
        if value["cloudtrail-lab"] != VERSION:
            raise JournalDamaged(
                f"This save file has version {value['cloudtrail-lab']}; this kit reads version "
                f"{VERSION}. Use the kit's version that made it ({value.get('made_by')})."
            )
        return Birth(
            seed=int(value["seed"]),
            start=datetime.fromisoformat(value["start"]),
            frozen=bool(value["frozen"]),
            account=str(value["account"]),
            made_by=str(value["made_by"]),
            propagation=bool(value.get("propagation", False)),
            real=datetime.fromisoformat(value["real"]) if value.get("real") else None,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise JournalDamaged(
            "This is not a save file of the lab: its first line does not describe an account."
        ) from error


def read_entry(line: bytes, frozen: bool) -> Entry:
    """One line after the first. Raises ValueError, KeyError or TypeError when it is no entry."""
    value = json.loads(line)
    if "sign_in" in value:
        return SignInEntry(datetime.fromisoformat(value["t"]), dict(value["sign_in"]))
    if "late" in value:
        time, until = (datetime.fromisoformat(value[name]) for name in ("t", "until"))
        return LateEntry(time, until, str(value["late"]))
    if "confirm" in value:
        return InboxEntry(datetime.fromisoformat(value["t"]), value["confirm"])
    if "clock" in value:
        return ClockEntry(
            Setting(
                datetime.fromisoformat(value["clock"]),
                datetime.fromisoformat(value["real"]),
                float(value["speed"]),
                frozen,
            )
        )
    body = base64.b64decode(value["base64"]) if "base64" in value else value["body"].encode()
    return CallEntry(
        int(value["n"]),
        datetime.fromisoformat(value["t"]),
        Request(dict(value["request"]), body),
        str(value["answer"]),
    )


@dataclass(frozen=True, slots=True)
class Contents:
    """A journal, read: `unread` is what stands behind the first line that makes no sense."""

    birth: Birth
    entries: tuple[Entry, ...]
    length: int  # bytes that were understood
    unread: bytes


def read(data: bytes) -> Contents:
    """Reads as far as the lines make sense. A last line cut in its middle (a power cut) is left
    unread; so is everything behind a broken line, because later calls build on earlier ones."""
    head, separator, rest = data.partition(b"\n")
    if not separator:
        raise JournalDamaged("The save file is cut in its first line; nothing can be read from it.")
    birth = read_birth(head)
    entries: list[Entry] = []
    length = len(head) + 1
    for line in _whole_lines(rest):
        try:
            entries.append(read_entry(line, birth.frozen))
        except (ValueError, KeyError, TypeError):
            break
        length += len(line) + 1
    return Contents(birth, tuple(entries), length, data[length:])


def _whole_lines(data: bytes) -> Iterator[bytes]:
    *whole, _torn = data.split(b"\n")
    yield from whole


class JournalFile:
    """The journal on disk, open for appending. Mode 0600: requests can carry secrets."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def append(self, line: bytes) -> None:
        while line:
            line = line[os.write(self._descriptor, line) :]

    def replace(self, data: bytes) -> None:
        """The file holds `data` from now on, and is appended to behind it."""
        os.ftruncate(self._descriptor, 0)
        self.append(data)

    def close(self) -> None:
        os.close(self._descriptor)
