"""One HTTP request and its answer, as plain values that the journal can keep."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl

# What of a WSGI environment matters for answering a request again.
KEPT = {
    "REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "RAW_URI", "REQUEST_URI",
    "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "REMOTE_ADDR", "CONTENT_TYPE",
    "CONTENT_LENGTH", "wsgi.url_scheme", "moto.preserved_header_names",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """`environ` holds the kept WSGI variables and all HTTP_ headers."""

    environ: dict[str, Any]
    body: bytes

    @classmethod
    def of(cls, environ: dict[str, Any], body: bytes) -> Request:
        kept = {k: v for k, v in environ.items() if k in KEPT or k.startswith("HTTP_")}
        kept["CONTENT_LENGTH"] = str(len(body))
        return cls(kept, body)

    def wsgi(self) -> dict[str, Any]:
        """A fresh WSGI environment, ready for an application."""
        return {
            **self.environ,
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.input_terminated": True,
            "wsgi.errors": io.StringIO(),
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @property
    def path(self) -> str:
        return str(self.environ.get("PATH_INFO", "/"))

    @property
    def url(self) -> str:
        """The URL as it was sent, percent signs and all."""
        sent = str(self.environ.get("RAW_URI") or self.environ.get("REQUEST_URI") or self.path)
        if sent.startswith("http"):
            return sent
        return f"http://{self.header('Host')}{sent}"

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(str(self.environ.get("QUERY_STRING", "")), keep_blank_values=True)

    @property
    def source_address(self) -> str:
        """Where the call says it comes from: on one machine all would come from 127.0.0.1, so the
        lab's people carry the address they call from in a header."""
        told = self.header("X-Lab-Source-Address")
        try:
            return str(ip_address(told))
        except ValueError:
            return str(self.environ.get("REMOTE_ADDR", "127.0.0.1"))

    def header(self, name: str) -> str:
        key = name.upper().replace("-", "_")
        prefix = "" if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_"
        return str(self.environ.get(prefix + key, ""))

    def headers(self) -> dict[str, str]:
        """Lower-case header names with their values."""
        named = {
            k[5:].replace("_", "-").lower(): str(v)
            for k, v in self.environ.items()
            if k.startswith("HTTP_")
        }
        if self.environ.get("CONTENT_TYPE"):
            named["content-type"] = str(self.environ["CONTENT_TYPE"])
        named["content-length"] = str(self.environ.get("CONTENT_LENGTH", len(self.body)))
        return named


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @classmethod
    def make(cls, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        return cls(status, tuple(headers), body)

    def fingerprint(self) -> str:
        """Tells two answers apart: the status and a checksum of the body."""
        return f"{self.status}:{zlib.crc32(self.body):08x}"

    def header(self, name: str) -> str:
        wanted = name.lower()
        return next((v for k, v in self.headers if k.lower() == wanted), "")
