"""Errors as a learner meets them."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from lablib import LabError, polite


@pytest.fixture
def shell() -> Any:
    made = InteractiveShell()
    polite.install(made)
    return made


def _said(shell: Any, cell: str, capsys: pytest.CaptureFixture[str]) -> str:
    result = shell.run_cell(cell)
    assert not result.success  # so that "Run All" stops
    return str(capsys.readouterr().out)


def test_awss_refusal_is_one_sentence_with_who_says_it(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = (
        "from botocore.exceptions import ClientError\n"
        "raise ClientError({'Error': {'Code': 'TrailNotFoundException', "
        "'Message': 'Unknown trail: x'}}, 'GetTrail')"
    )
    said = _said(shell, cell, capsys)
    assert "TrailNotFoundException – Unknown trail: x. (GetTrail)" in said
    assert "Traceback" not in said and "raise ClientError" not in said
    assert "raise ClientError" in polite.why()


def test_the_service_that_refused_is_named(account: Any, fake: Any) -> None:
    from botocore.exceptions import ClientError

    from lablib import Lab

    fake.awsstatus = 404
    fake.awsanswer = b'{"__type": "TrailNotFoundException", "message": "Unknown trail"}'
    with pytest.raises(ClientError) as caught:
        Lab(account).client("cloudtrail").get_trail(Name="x")
    said = polite.sentence(caught.value)
    assert said == "CloudTrail says: TrailNotFoundException – Unknown trail. (GetTrail)"


def test_a_lab_error_shows_what_was_expected_and_what_to_try(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.user_ns["LabError"] = LabError
    cell = "raise LabError('No.', expected='a', found='b', next='c')"
    assert "No.\nExpected: a\nFound: b\nTry: c" in _said(shell, cell, capsys)


def test_an_account_that_is_gone_is_said_with_the_way_back() -> None:
    from botocore.exceptions import EndpointConnectionError

    said = polite.sentence(EndpointConnectionError(endpoint_url="http://127.0.0.1:1"))
    assert "did not answer" in said and "Lab.open()" in said


def test_other_errors_keep_their_traceback(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert "ZeroDivisionError" in _said(shell, "1 / 0", capsys)
