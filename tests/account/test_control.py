"""The account's own interface, when something in it fails."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lablib.account.control import Control
from lablib.account.messages import Request


class Failing:
    """A process that cannot do what it is asked for."""

    account: Any = None
    endpoint, token = "http://127.0.0.1:8080", "token"

    def reset(self) -> None:
        raise RuntimeError("the disk is full")

    status = journal = load = stop = reset


def test_a_failure_is_an_answer_with_a_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/_lab/reset",
        "HTTP_HOST": "127.0.0.1:8080",
        "HTTP_X_LAB_TOKEN": "token",
    }
    answer = Control(Failing()).answer(Request.of(environ, b"{}"))
    assert answer.status == 500
    said = json.loads(answer.body)["error"]
    assert said == "The lab failed at POST /_lab/reset (RuntimeError: the disk is full)."
    assert "Traceback" in capfd.readouterr().err
