"""A guard for Python programs in a lab's environment: no name of AWS's is looked up.

SDKs since 2023 find the lab by AWS_ENDPOINT_URL. Older ones (boto3 before 1.28) do not know it,
and would ask real AWS with keys that mean nothing there: here they get an error that says so.

A copy of this file stands in the account's state folder as `sitecustomize.py`, on PYTHONPATH, where
every Python program loads it when it starts: it may import only what costs nothing.
"""

from __future__ import annotations

import os
import sys

AWS = ("amazonaws.com", "amazonaws.com.cn", "api.aws", "amazonaws.eu", "on.aws")


def is_of_aws(host: object) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    name = name.rstrip(".").lower()
    return any(name == domain or name.endswith("." + domain) for domain in AWS)


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo" and is_of_aws(arguments[0]) and _fenced():
        raise OSError(
            f"This environment is a lab's: real AWS ({arguments[0]}) cannot be reached from it. "
            f"Give the client endpoint_url={os.environ['AWS_ENDPOINT_URL']!r}, or use an SDK that "
            "knows AWS_ENDPOINT_URL (boto3 1.28 or newer)."
        )


def _fenced() -> bool:
    return bool(os.environ.get("CLOUDTRAIL_LAB_STATE") and os.environ.get("AWS_ENDPOINT_URL"))


def install() -> None:
    """Once per process."""
    if not getattr(sys, "_cloudtrail_lab_guard", False):
        sys._cloudtrail_lab_guard = True  # type: ignore[attr-defined]
        sys.addaudithook(_watch)


def _load_the_one_behind() -> None:
    """Python loads one sitecustomize: the one that ours stands in front of is loaded from here."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    here = os.path.dirname(os.path.abspath(__file__))
    others = [path for path in sys.path if os.path.abspath(path or ".") != here]
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


if __name__ == "sitecustomize":
    install()
    _load_the_one_behind()
