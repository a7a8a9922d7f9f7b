"""The journal: what is written is read back; what is cut is left, and nothing else is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.account.clock import Setting
from lablib.account.journal import (
    Birth,
    CallEntry,
    ClockEntry,
    JournalDamaged,
    JournalFile,
    LateEntry,
    read,
    write_birth,
    write_entry,
)
from lablib.account.messages import Request

TEN = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)
BIRTH = Birth(seed=2**127 + 1, start=TEN, frozen=True, account="123456789012", made_by="0.1.0")
ENVIRON = {"REQUEST_METHOD": "PUT", "PATH_INFO": "/bücket/key", "HTTP_X_AMZ_ACL": "private"}


def call(number: int, body: bytes) -> CallEntry:
    return CallEntry(number, TEN, Request(ENVIRON, body), "200:00000000")


CLOCK = ClockEntry(Setting(TEN, TEN, 60.0, True))
LATE = LateEntry(TEN, TEN + timedelta(hours=1), "SERVICE_OUTAGE")


def test_what_is_written_is_read_back() -> None:
    entries = (call(1, b"x"), CLOCK, LATE)
    data = write_birth(BIRTH) + b"".join(map(write_entry, entries))
    contents = read(data)
    assert contents.birth == BIRTH
    assert contents.entries == entries
    assert contents.unread == b""


@given(st.binary(max_size=200))
def test_any_body_is_read_back(body: bytes) -> None:
    assert read(write_birth(BIRTH) + write_entry(call(1, body))).entries == (call(1, body),)


@given(st.data())
def test_a_journal_cut_anywhere_loses_only_what_was_cut(data: st.DataObject) -> None:
    lines = [write_birth(BIRTH)] + [write_entry(call(n, b"body\n")) for n in range(1, 5)]
    whole = b"".join(lines)
    cut = data.draw(st.integers(len(lines[0]), len(whole)))
    contents = read(whole[:cut])
    kept = sum(1 for n in range(1, 5) if len(b"".join(lines[: n + 1])) <= cut)
    assert len(contents.entries) == kept
    assert whole[: contents.length] + contents.unread == whole[:cut]


def test_behind_a_broken_line_nothing_is_taken() -> None:
    data = write_birth(BIRTH) + write_entry(call(1, b"")) + b"{broken\n" + write_entry(call(2, b""))
    contents = read(data)
    assert [e.number for e in contents.entries if isinstance(e, CallEntry)] == [1]
    assert contents.unread.startswith(b"{broken")


@pytest.mark.parametrize("data", [b"", b"hello\n", b"[]\n", b"{}\n", b'{"cloudtrail-lab":99}\n'])
def test_something_else_is_no_save_file(data: bytes) -> None:
    with pytest.raises(JournalDamaged):
        read(data)


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    journal = JournalFile(tmp_path / "journal.jsonl")
    journal.append(b"one\n")
    journal.replace(b"two\n")
    journal.append(b"three\n")
    journal.close()
    assert journal.path.read_bytes() == b"two\nthree\n"
    assert journal.path.stat().st_mode & 0o777 == 0o600
