"""Errors of moto that speak the wrong language: XML where JSON is asked for, or the other way."""

from __future__ import annotations

import json
from html import unescape
from re import DOTALL, compile

from ..messages import Answer

XML = ("query", "ec2", "rest-xml")
CODE = compile(r"<Code>(.*?)</Code>", DOTALL)
MESSAGE = compile(r"<[Mm]essage>(.*?)</[Mm]essage>", DOTALL)


def misspoken(answer: Answer, protocol: str) -> tuple[str, str] | None:
    """The code and message of an error that a client of this protocol could not read; None for
    one that it can."""
    if answer.status < 400 or not answer.body:
        return None
    start = answer.body[:1]
    if protocol in XML:
        return None if start == b"<" else _from_json(answer)
    return _from_xml(answer) if start == b"<" else _odd_json(answer)


def _odd_json(answer: Answer) -> tuple[str, str] | None:
    """JSON without a code, or no JSON at all."""
    try:
        said = json.loads(answer.body)
        named = answer.header("x-amzn-errortype") or said.get("__type") or said.get("code")
    except (ValueError, AttributeError):
        return _plain(answer)
    return None if named else _plain(answer)


def _from_json(answer: Answer) -> tuple[str, str]:
    try:
        said = json.loads(answer.body)
        code = str(said.get("__type") or said.get("code") or "").rpartition("#")[2]
        message = str(said.get("message") or said.get("Message") or "")
    except (ValueError, AttributeError):
        return _plain(answer)
    return (code, message) if code else _plain(answer)


def _from_xml(answer: Answer) -> tuple[str, str]:
    text = answer.body.decode("utf-8", "replace")
    code, message = CODE.search(text), MESSAGE.search(text)
    if code is None:
        return _plain(answer)
    return unescape(code.group(1)), unescape(message.group(1)) if message else ""


def _plain(answer: Answer) -> tuple[str, str]:
    text = answer.body.decode("utf-8", "replace").strip()[:300]
    return ("ValidationException" if answer.status < 500 else "InternalFailure"), text
