"""HTTP as the account speaks it: one request read to its end, one answer in one piece."""

from __future__ import annotations

import sys
from collections.abc import Callable
from email.utils import formatdate
from http.client import responses
from typing import Any, Protocol

from .frozen import Frozen
from .messages import Answer
from .moto_adapter.wire import Handler as MotoHandler

LARGEST_BODY = 512 * 2**20


class Application(Protocol):
    """What the handler asks: the answer, and what is left to do once it has gone out."""

    def answer(self, environ: dict[str, Any]) -> tuple[Answer, Callable[[], None]]: ...


class Handler(MotoHandler):
    """HTTP/1.1 with keep-alive: each request is read to its end, each answer goes out in one
    piece. (werkzeug's own way closes every connection after one request.)"""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 600

    def run_wsgi(self) -> None:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        application: Application = self.server.app  # type: ignore[assignment]
        answer, afterwards = application.answer(self.make_environ())
        if answer is TOO_LARGE:
            self.close_connection = True  # its body still stands unread in the connection
        # Real time, not lab time: SDKs that see another clock than theirs set theirs after it and
        # try again (the JavaScript SDK's clock skew correction).
        date = formatdate(Frozen.real().timestamp(), usegmt=True)
        self.wfile.write(_on_the_wire(answer, date, self.close_connection))
        afterwards()

    def log_request(self, *args: Any, **kwargs: Any) -> None:
        pass

    def log(self, type: str, message: str, *args: Any) -> None:
        if type == "error":
            print(message % args, file=sys.stderr)


def nothing() -> None:
    pass


OURS = {"content-length", "date", "server", "connection"}  # headers that are written here


def _on_the_wire(answer: Answer, date: str, close: bool) -> bytes:
    declared = answer.header("content-length")  # of a HEAD's body, which is not sent
    length = declared if declared and not answer.body else str(len(answer.body))
    head = [
        f"HTTP/1.1 {answer.status} {responses.get(answer.status, 'Unknown')}",
        f"Server: cloudtrail-lab\r\nDate: {date}\r\nContent-Length: {length}",
        *(f"{k}: {_one_line(v)}" for k, v in answer.headers if k.lower() not in OURS),
        *(["Connection: close"] if close else []),
    ]
    return "\r\n".join(head).encode("latin-1", "replace") + b"\r\n\r\n" + answer.body


def _one_line(value: str) -> str:
    """What a client chose (response-content-disposition) cannot start a header of its own."""
    return value.replace("\r", " ").replace("\n", " ")


TOO_LARGE = Answer.make(
    413,
    [("Content-Type", "application/xml")],
    b"<Error><Code>EntityTooLarge</Code><Message>Your proposed upload exceeds the maximum allowed "
    b"size of the lab (512 MiB).</Message></Error>",
)


def read_body(environ: dict[str, Any]) -> bytes | None:
    """The request's body; None when it is larger than the lab takes."""
    length = environ.get("CONTENT_LENGTH")
    if length:
        size = int(length) if length.isdigit() else 0
        return None if size > LARGEST_BODY else bytes(environ["wsgi.input"].read(size))
    if not environ.get("wsgi.input_terminated"):
        return b""
    body = bytes(environ["wsgi.input"].read(LARGEST_BODY + 1))
    return None if len(body) > LARGEST_BODY else body
