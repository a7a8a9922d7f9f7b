"""Settling in a notebook's kernel: its environment, its boto3, its way of showing errors."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from lablib import aws_guard
from lablib.connection import Account
from lablib.fence import environment
from lablib.polite import install


def settle(account: Account) -> None:
    """From here on boto3 and `!aws` in this process reach the account, and nothing else."""
    import boto3

    os.environ.update(environment(account))
    aws_guard.install()
    os.environ["PATH"] = _with_our_commands(os.environ.get("PATH", ""))
    boto3.DEFAULT_SESSION = None  # a session made before would keep its old credentials
    if shell := _shell():
        install(shell)


def _with_our_commands(path: str) -> str:
    """PATH with the folder of this Python's commands at its end, for a kernel of an environment
    that nobody activated."""
    folder = str(Path(sys.executable).parent)
    return path if folder in path.split(os.pathsep) else os.pathsep.join([path, folder])


def _shell() -> object | None:
    if "IPython" not in sys.modules:  # a plain script has no shell, and needs none
        return None
    from IPython.core.getipython import get_ipython

    shell: object | None = get_ipython()
    return shell
