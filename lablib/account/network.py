"""The VPC endpoint that a call says it came through: all the lab's calls come from one machine.

Who says so shows the account's token, as it stands in its private state folder: policies decide by
aws:SourceVpce, and nobody may talk themselves in. The token goes no further than this.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .messages import Request
from .moto_adapter import names

HEADER = "X-Lab-Vpc-Endpoint"  # "TOKEN vpce-…"; to the account itself it is only "vpce-…"
_VARIABLE = "HTTP_X_LAB_VPC_ENDPOINT"
_ID = re.compile(r"vpce-[0-9a-f]{8,17}")


@dataclass(frozen=True, slots=True)
class Entrance:
    id: str
    account: str  # its owner
    vpc: str | None  # None for an endpoint that is not of this lab


def admit(environ: dict[str, Any], knows: Callable[[str], bool]) -> None:
    """Keeps what is said of an endpoint only if it is said with the token."""
    token, _, endpoint = str(environ.pop(_VARIABLE, "")).partition(" ")
    if token and knows(token) and _ID.fullmatch(endpoint):
        environ[_VARIABLE] = endpoint


def entrance(request: Request, account: str) -> Entrance | None:
    """The endpoint; one that is not of this lab is taken for this account's own."""
    endpoint = request.header(HEADER)
    if not endpoint:
        return None
    owner, vpc = names.vpc_endpoint(endpoint) or (account, None)
    return Entrance(endpoint, owner, vpc)
