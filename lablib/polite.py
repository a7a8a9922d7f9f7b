"""Errors in a notebook as one sentence; the traceback waits behind `lab.why()`."""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Any

from lablib.errors import LabError, aws_sentence

# What to try for codes whose own message does not say it.
NEXT = {
    "InvalidClientTokenId": "the key is not of this account (any more); Lab.open() again, and "
    "remove ~/.aws/cli/cache if the AWS CLI v2 keeps a role from an older lab.",
    "UnrecognizedClientException": "the key is not of this account (any more); Lab.open() again.",
    "ExpiredToken": "the role's session is over in lab time; assume the role again.",
    "ExpiredTokenException": "the role's session is over in lab time; assume the role again.",
    "NoSuchBucket": "look at the name's spelling, or create the bucket first.",
    "NotImplemented": "this call is not part of the lab; docs/differences.md lists what is.",
}

_last: BaseException | None = None


def sentence(error: BaseException) -> str:
    """The error in words: who says what, and what to try."""
    from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError

    if isinstance(error, ClientError):
        said = aws_sentence(error.response, error.operation_name, _service(error.__traceback__))
        try_next = NEXT.get(str(error.response.get("Error", {}).get("Code")))
        return f"{said}\nTry: {try_next}" if try_next else said
    if isinstance(error, (ConnectionError, HTTPClientError)):
        return (
            f"The account did not answer: {error}\n"
            "Try: Lab.open() again; it starts the account as it was, nothing is lost."
        )
    if isinstance(error, BotoCoreError):
        return f"boto3 says: {error}"
    return str(error)


def _service(tb: TracebackType | None) -> str:
    """The service that was called, read from boto3's own frame of the traceback."""
    for frame, _ in traceback.walk_tb(tb):
        if frame.f_code.co_name == "_make_api_call" and "self" in frame.f_locals:
            return str(frame.f_locals["self"].meta.service_model.service_name)
    return ""


def install(shell: Any) -> None:
    """Let an IPython shell show our errors and boto3's as one sentence. Does no harm twice."""
    from botocore.exceptions import BotoCoreError, ClientError

    shell.set_custom_exc((LabError, ClientError, BotoCoreError), _show)


def _show(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    tb: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    global _last
    _last = error.with_traceback(tb)
    # _showtraceback sends an ordinary error output, so "Run All" stops here as it should.
    shell._showtraceback(kind, error, [sentence(error), "(lab.why() shows the traceback)"])


def why() -> str:
    """The full traceback of the last error that was shown as a sentence."""
    if _last is None:
        return "No error has been shown as a sentence yet."
    return "".join(traceback.format_exception(_last))
