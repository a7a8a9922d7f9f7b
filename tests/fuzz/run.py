"""The account in this process, called with drawn requests, each answer looked at."""

from __future__ import annotations

import io
import json
import random
import sys
import time
from collections import Counter
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from botocore.credentials import ReadOnlyCredentials
from botocore.parsers import ResponseParserError, create_parser

from tests import inside

SLOW = 20.0  # seconds: a call that takes longer hangs
NEVER_RECORDED_TWICE = 1

# What moto answers by starting containers, which is not asked of a test.
LEFT_OUT = {("lambda", "Invoke"), ("lambda", "InvokeAsync"), ("batch", "SubmitJob")}


@dataclass(slots=True)
class Outcome:
    """What came of all calls: counts, and a sentence for each thing that went wrong."""

    calls: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        shown = ", ".join(f"{status}: {n}" for status, n in sorted(self.statuses.items()))
        return f"{self.calls} calls ({shown}); {len(self.complaints)} went wrong"


def run(calls: int, seed: int, names: list[str]) -> Outcome:
    """Only once in a process: moto's world is one."""
    account, services = _account(seed)
    from tests.fuzz.requests import requests
    from tests.fuzz.requests import services as models

    key = account.identities.credentials("learner")
    rng = random.Random(seed)
    outcome, written = Outcome(), _Written(account)
    drawn = requests(models(names or services), ReadOnlyCredentials(key.id, key.secret, None), rng)
    while outcome.calls < calls:
        made = next(drawn)
        if (made.service, made.operation) in LEFT_OUT:
            continue
        outcome.calls += 1
        _call(account, made, written, outcome)
    return outcome


def _account(seed: int) -> tuple[Any, list[str]]:
    account = inside.account(seed, "fuzz")
    from moto.backends import list_of_moto_modules

    from lablib.account.moto_adapter import wire

    services = []
    for backend in list_of_moto_modules():
        try:
            services.append(wire._service(backend)[0])
        except Exception:
            continue  # moto's own, not a service of AWS
    return account, sorted(set(services))


class _Written:
    """How many records a call has left, apart from those of services on its behalf."""

    def __init__(self, account: Any) -> None:
        self.count = 0
        record = account.cloudtrail.record

        def counted(call: Any) -> Any:
            self.count += not call.caller.invoked_by
            return record(call)

        account.cloudtrail.record = counted


def _call(account: Any, made: Any, written: _Written, outcome: Outcome) -> None:
    from lablib.account.messages import Request

    what = f"{made.service} {made.operation}" + (f" ({made.spoilt})" if made.spoilt else "")
    said = io.StringIO()
    written.count = 0
    began = time.perf_counter()
    with redirect_stderr(said):
        try:
            answer = account.call(Request.of(made.environ, made.body))
            account.settle()
        except Exception as error:
            outcome.complaints.append(f"{what}: raised {type(error).__name__}: {error}")
            return
    outcome.statuses[answer.status] += 1
    problems = [
        _too_slow(time.perf_counter() - began),
        _traceback(said.getvalue()),
        _web_page(answer),
        _unreadable(answer, made),
        _blames_the_server(answer),
        None if written.count <= NEVER_RECORDED_TWICE else f"left {written.count} records",
        _undecoded(account.gateway.last_name, made, answer),
    ]
    outcome.complaints += [f"{what}: {problem}" for problem in problems if problem]


def _blames_the_server(answer: Any) -> str | None:
    """Clients try again what ends in 5xx, for half a minute."""
    return f"{answer.status}: {answer.body[:120]!r}" if answer.status >= 500 else None


def _too_slow(seconds: float) -> str | None:
    return None if seconds < SLOW else f"took {seconds:.0f} s"


def _traceback(said: str) -> str | None:
    if "Traceback (most recent call last)" not in said:
        return None
    return "a traceback: " + " | ".join(said.strip().splitlines()[-3:])[-300:]


def _web_page(answer: Any) -> str | None:
    start = answer.body[:200].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return f"a web page ({answer.status})"
    return None


def _unreadable(answer: Any, made: Any) -> str | None:
    """Every error can be read by the client that asked: XML or JSON with a code."""
    if answer.status < 400 or made.environ["REQUEST_METHOD"] == "HEAD" or not answer.body:
        return None if answer.body or answer.status < 400 or _no_body(made) else "an empty error"
    if made.spoilt:
        return _readable_at_all(answer)
    told = {
        "status_code": answer.status,
        "headers": {k.lower(): v for k, v in answer.headers},
        "body": answer.body,
    }
    try:
        parsed = create_parser(made.protocol).parse(told, None)
    except ResponseParserError:
        return f"an error in another protocol ({made.protocol}): {answer.body[:200]!r}"
    code = (parsed.get("Error") or {}).get("Code")
    return None if code else f"an error without a code: {answer.body[:200]!r}"


def _no_body(made: Any) -> bool:
    return made.environ["REQUEST_METHOD"] == "HEAD" or made.protocol in ("rest-xml", "rest-json")


def _readable_at_all(answer: Any) -> str | None:
    try:
        ElementTree.fromstring(answer.body)
    except ElementTree.ParseError:
        try:
            json.loads(answer.body)
        except ValueError:
            return f"neither XML nor JSON ({answer.status}): {answer.body[:120]!r}"
    return None


def _undecoded(name: str, made: Any, answer: Any) -> str | None:
    """A sound request reaches an operation, of its own service."""
    if made.spoilt:
        return None
    if " " not in name:
        request = f"{made.environ['REQUEST_METHOD']} {made.environ['RAW_URI'][:80]}"
        return f"was not decoded ({name}): {request} {answer.status} {answer.body[:120]!r}"
    return None if _is_the_same(made, *name.split()) else f"was taken for {name}"


def _is_the_same(made: Any, service: str, operation: str) -> bool:
    """The very operation, or one with the same address (S3's GetBucketLifecycle and its
    successor)."""
    from moto.core.utils import get_service_model

    meant = get_service_model(made.service).operation_model(made.operation)
    found = get_service_model(service).operation_model(operation)
    return made.operation == operation or ("rest" in made.protocol and meant.http == found.http)


if __name__ == "__main__":
    sys.exit("Call python -m tests.fuzz")
