"""Finding the account, and talking to it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lablib import connection
from lablib.connection import Account, Control
from lablib.errors import LabError


def test_the_account_is_found_through_its_state_folder(account: Account) -> None:
    assert connection.find(account.state) == account


def test_a_state_folder_without_an_account_finds_none(tmp_path: Path) -> None:
    assert connection.find(tmp_path) is None


def test_an_account_that_was_killed_is_not_found(account: Account, fake: Any) -> None:
    fake.shutdown()
    fake.server_close()
    assert connection.find(account.state) is None


def test_another_program_on_the_old_port_is_not_taken_for_the_account(account: Account) -> None:
    facts = json.loads((account.state / "account.json").read_text())
    (account.state / "account.json").write_text(json.dumps({**facts, "token": "another"}))
    assert connection.find(account.state) is None


def test_a_damaged_account_file_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "account.json").write_text('{"endpoint": "http')
    assert connection.find(tmp_path) is None


def test_the_state_folder_is_the_one_named_then_the_variable_then_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDTRAIL_LAB_STATE", str(tmp_path / "from-variable"))
    assert connection.state_folder(tmp_path / "named") == tmp_path / "named"
    assert connection.state_folder() == tmp_path / "from-variable"
    monkeypatch.delenv("CLOUDTRAIL_LAB_STATE")
    assert connection.state_folder().name == "cloudtrail-lab"


def test_a_refusal_of_the_account_is_a_lab_error_in_its_words(account: Account) -> None:
    with pytest.raises(LabError, match="Nothing is due"):
        Control(account).clock(next=True)


def test_a_dead_account_is_said_in_a_sentence_with_the_next_step(
    account: Account, fake: Any
) -> None:
    fake.shutdown()
    fake.server_close()
    with pytest.raises(LabError, match="does not answer") as caught:
        Control(account).clock()
    assert caught.value.next is not None


def test_the_token_is_in_no_text_form_of_the_account(account: Account) -> None:
    assert account.token not in repr(account)


def test_a_proxy_in_the_environment_never_sees_the_token(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert Control(account).clock()["mode"] == "running"


def test_importing_the_package_imports_no_heavy_library() -> None:
    script = (
        "import sys, lablib, lablib.connection, lablib.errors; "
        "print([m for m in ('boto3', 'botocore', 'pandas', 'matplotlib', 'ipywidgets', 'moto') "
        "if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert told.stdout.strip() == "[]", told.stderr


def test_every_word_of_the_package_can_be_fetched() -> None:
    import lablib

    assert all(callable(getattr(lablib, word)) for word in lablib.WORDS)
    with pytest.raises(AttributeError):
        _ = lablib.nothing_of_the_kind
