"""A small account that answers the control interface, and says what AWS clients asked of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from lablib.connection import Account

TOKEN = "only-this-account-knows"
RECORD = {
    "eventVersion": "1.10",
    "userIdentity": {"type": "IAMUser", "userName": "learner"},
    "eventTime": "2026-11-23T10:01:00Z",
    "eventSource": "cloudtrail.amazonaws.com",
    "eventName": "CreateTrail",
    "awsRegion": "us-east-1",
    "requestParameters": {"name": "sap-trail", "s3BucketName": "sap-logs"},
    "responseElements": None,
    "eventID": "11111111-1111-4111-8111-111111111111",
    "readOnly": False,
}
CLOCK = {
    "time": "2026-11-23T10:02:00.000Z",
    "mode": "running",
    "speed": 1.0,
    "paused": False,
    "due": [{"time": "2026-11-23T10:06:12.000Z", "what": "a log file of sap-trail"}],
}
USERS = {"learner": "AKIALEARNER", "root": "AKIAROOT"}


class FakeAccount(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str, Any]] = []  # method, path, body of control requests
        self.calls: list[dict[str, str]] = []  # headers and body of every other request
        self.clock: dict[str, Any] = dict(CLOCK)
        self.awsanswer, self.awsstatus = b"{}", 200

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeAccount

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        if path.startswith("/_lab/"):
            status, answer = self._control(path.removeprefix("/_lab/"), query, body)
            raw = json.dumps(answer).encode()
        else:
            self.server.calls.append(
                {**{k.lower(): v for k, v in self.headers.items()}, "body": body.decode("latin-1")}
            )
            status, raw = self.server.awsstatus, self.server.awsanswer
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = _answer

    def _control(self, name: str, query: str, body: bytes) -> tuple[int, Any]:
        if self.headers.get("X-Lab-Token") != TOKEN:
            return 403, {"error": "A wrong token."}
        self.server.asked.append((self.command, name + ("?" + query if query else ""), body))
        if name == "credentials":
            user = query.removeprefix("user=")
            if user == "keyless":
                return 409, {"error": "The IAM user 'keyless' has no active access key."}
            if user not in USERS:
                return 404, {"error": f"The account has no IAM user {user!r}."}
            return 200, {
                "UserName": user,
                "AccessKeyId": USERS[user],
                "SecretAccessKey": "secret",
            }
        if name == "clock" and body:
            change = json.loads(body)
            if change.get("next"):
                return 409, {"error": "Nothing is due."}
            self.server.clock["time"] = "2026-11-23T10:07:00.000Z"
            return 200, {**self.server.clock, "happened": CLOCK["due"]}
        answers = {
            "status": {"account": "123456789012", "region": "us-east-1"},
            "clock": self.server.clock,
            "events": {"events": [RECORD]},
            "trace": {
                "event": RECORD,
                "stages": [
                    {
                        "stage": "record",
                        "time": RECORD["eventTime"],
                        "what": "became a record",
                        "why": "each call becomes one",
                    }
                ],
                "matches": [
                    {
                        "trail": "arn:aws:cloudtrail:us-east-1:1:trail/a",
                        "taken": True,
                        "why": "yes",
                    },
                    {
                        "trail": "arn:aws:cloudtrail:us-east-1:1:trail/b",
                        "taken": False,
                        "why": "no",
                    },
                ],
            },
            "reset": {},
        }
        if name in answers:
            return 200, answers[name]
        return 404, {"error": f"There is no /_lab/{name}."}

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def fake() -> Iterator[FakeAccount]:
    server = FakeAccount()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def account(fake: FakeAccount, tmp_path: Path) -> Account:
    """The fake account, announced in a state folder as the real one does."""
    facts = {
        "endpoint": fake.endpoint,
        "port": fake.server_port,
        "pid": 1,
        "token": TOKEN,
        "account": "123456789012",
        "region": "us-east-1",
        "seed": 7,
    }
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / "account.json").write_text(json.dumps(facts))
    found = Account.read(state)
    assert found is not None
    return found
