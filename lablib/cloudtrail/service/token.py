"""NextToken: where a page ended, sealed together with the parameters it belongs to.

Source: API Reference, LookupEvents: a token is valid only with the parameters of its request.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct

from lablib.cloudtrail.errors import invalid_next_token
from lablib.cloudtrail.history import Place

PLACE = struct.Struct(">qq")


def write(place: Place, bound: tuple[object, ...]) -> str:
    body = PLACE.pack(place.time, place.seq)
    return base64.b64encode(body + seal(body, bound)).decode()


def read(token: str | None, bound: tuple[object, ...]) -> Place | None:
    """The place in the token; InvalidNextTokenException unless it was written for `bound`."""
    if token is None:
        return None
    try:
        raw = base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError):
        raise invalid_next_token() from None
    body, sealed = raw[: PLACE.size], raw[PLACE.size :]
    if len(body) < PLACE.size or sealed != seal(body, bound):
        raise invalid_next_token()
    return Place(*PLACE.unpack(body))


def seal(body: bytes, bound: tuple[object, ...]) -> bytes:
    return hashlib.sha256(body + repr(bound).encode()).digest()[:24]
