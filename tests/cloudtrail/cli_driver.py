"""The AWS CLI, many commands in one process: JSON lines in (arguments), JSON lines out."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.conftest import Served


class Said(NamedTuple):
    exit: int
    out: str
    err: str


class Cli:
    """`aws …` in the account's environment."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, *arguments: str) -> Said:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        return Said(*json.loads(self._process.stdout.readline()))

    def operation(self, command: str, params: dict[str, Any], *more: str) -> Said:
        """A CloudTrail command with all its parameters as JSON."""
        return self("cloudtrail", command, "--cli-input-json", json.dumps(params), *more)


@contextlib.contextmanager
def cli(account: Served) -> Iterator[Cli]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cloudtrail.cli_driver"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=account.env,
        text=True,
    )
    yield Cli(process)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.close()
    process.wait(timeout=20)
    process.stdout.close()


def main() -> None:
    from awscli.clidriver import create_clidriver

    for line in sys.stdin:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = int(create_clidriver().main(json.loads(line)) or 0)
            except SystemExit as stop:
                code = int(stop.code or 0)
        print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)


if __name__ == "__main__":
    main()
