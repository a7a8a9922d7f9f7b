"""SQS long polling, outside the account's lock: others go on while somebody waits.

Source: SQS Developer Guide, "Amazon SQS short and long polling": the call returns as soon as a
message is there, or empty after WaitTimeSeconds (at most 20; real seconds here, since the waiting
program lives in real time).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from urllib.parse import parse_qs

from .messages import Request

TARGET = "AmazonSQS.ReceiveMessage"
LONGEST = 20.0
STEP = 0.1


def wait_for_messages(request: Request, waiting: Callable[[Request], int]) -> None:
    """Returns when the queue that `request` asks has a message, or its waiting time is over;
    `waiting(request)` counts the visible messages. Other requests return at once."""
    seconds = wait_seconds(request)
    if not seconds:
        return
    end = time.monotonic() + min(seconds, LONGEST)
    while waiting(request) == 0 and time.monotonic() < end:
        time.sleep(STEP)


def wait_seconds(request: Request) -> float:
    """WaitTimeSeconds of a ReceiveMessage call; 0 for any other."""
    if request.header("X-Amz-Target") == TARGET:
        return _number(_json(request.body).get("WaitTimeSeconds"))
    if b"Action=ReceiveMessage" in request.body:
        return _number(parse_qs(request.body.decode("utf-8", "replace")).get("WaitTimeSeconds"))
    return 0.0


def queue_name(request: Request) -> str:
    """The name of the queue a ReceiveMessage call asks (the last part of its URL)."""
    url = _json(request.body).get("QueueUrl") or parse_qs(
        request.body.decode("utf-8", "replace")
    ).get("QueueUrl", [request.path])
    return str(url[0] if isinstance(url, list) else url).rsplit("/", 1)[-1]


def _json(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _number(value: object) -> float:
    try:
        return float(value[0] if isinstance(value, list) else value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 0.0
