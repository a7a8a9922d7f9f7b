"""Operations of moto's services that are answered here instead: what they are asked, and told."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from ..cloudtrail.call import Caller
from .messages import Answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that has been let in. `account` is the one that it acts in."""

    params: dict[str, Any]
    caller: Caller
    account: str
    region: str
    now: datetime
    rng: Random


class OwnError(Exception):
    """AWS's error. `details` are members of the error beside its message (JSON services)."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.details = code, message, status, details


def with_details(answer: Answer, details: Mapping[str, Any] | None) -> Answer:
    """A JSON error with these members, too."""
    if not details:
        return answer
    body = json.dumps({**json.loads(answer.body), **details}).encode()
    headers = tuple((k, v) for k, v in answer.headers if k.lower() != "content-length")
    return replace(answer, headers=headers, body=body)


# The result is in botocore's names. Service → operation → who answers it.
Operation = Callable[[Asked], dict[str, Any]]
Operations = Mapping[str, Mapping[str, Operation]]


def lately(
    names: Iterable[str], make: Callable[[], Mapping[str, Operation]]
) -> dict[str, Operation]:
    """Operations whose code is loaded when the first of them is called: a process is ready
    sooner, and smaller, without what few calls need."""
    made = functools.cache(make)

    def operation(name: str) -> Operation:
        return lambda asked: made()[name](asked)

    return {name: operation(name) for name in names}
