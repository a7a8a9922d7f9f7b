"""What the command line is made of: kinds of arguments, and `--state`, which may stand anywhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from lablib import duration

STATE_VARIABLE = "CLOUDTRAIL_LAB_STATE"

FASTEST = 100_000.0

Command = TypeVar("Command", bound=Callable[..., Any])

_OF_THE_GROUP = ("--help", "-h", "--version")


class Words(click.Group):
    """A group that also runs without a word: as its `default` command, whose options it takes."""

    default = "open"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        place = _first_word(args)
        rest = args[place:]
        if place > len(args):  # `--state` and nothing after it, which click refuses by itself
            return super().parse_args(ctx, args)
        if not rest or (rest[0].startswith("-") and rest[0] not in _OF_THE_GROUP):
            args = [*args[:place], self.default, *rest]
        return super().parse_args(ctx, args)


class ClockWords(Words):
    default = "show"


def _first_word(args: list[str]) -> int:
    """Where the first argument stands that is not about `--state`."""
    place = 0
    while place < len(args) and (args[place] == "--state" or args[place].startswith("--state=")):
        place += 2 if args[place] == "--state" else 1
    return place


class Duration(click.ParamType[float]):
    """Seconds, from 5m or PT5M."""

    name = "duration"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        try:
            return duration.parse(value).total_seconds()
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Speed(click.ParamType[float]):
    """How many times as fast as a wall clock."""

    name = "speed"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        try:
            speed = float(value)
        except ValueError:
            speed = 0.0
        if not 0 < speed <= FASTEST:
            self.fail(
                f"{value!r} is not a speed up to {FASTEST:.0f}; 60 is a minute a second", param, ctx
            )
        return speed


class Folder(click.Path):
    """A folder, which need not exist yet."""

    def __init__(self) -> None:
        super().__init__(file_okay=False, path_type=Path)

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if not str(value).strip():
            self.fail("a folder needs a name", param, ctx)
        folder = super().convert(value, param, ctx)
        return Path(os.fsdecode(folder)).expanduser().absolute()


def lab_number(_ctx: click.Context, _param: click.Parameter, given: str | None) -> str | None:
    """ "01" for 1, 01, lab01 or 01-create-a-trail."""
    from lablib.exercises.registry import LABS

    if given is None:
        return None
    number = given.lower().removeprefix("lab").partition("-")[0].zfill(2)
    if number not in LABS:
        raise click.BadParameter(f"there is no lab {given!r}; the labs are {', '.join(LABS)}")
    return number


def account_option(command: Command) -> Command:
    """`--state DIR`, on every command and every group, so that it may stand anywhere."""
    return click.option(
        "--state",
        type=Folder(),
        metavar="DIR",
        expose_value=False,
        is_eager=True,
        callback=_keep_state,
        help=f"The folder that names the account (or {STATE_VARIABLE}).",
    )(command)


def _keep_state(_ctx: click.Context, _param: click.Parameter, value: Path | None) -> None:
    # The environment is where everything else looks: the library, the exercises, JupyterLab.
    if value is not None:
        os.environ[STATE_VARIABLE] = str(value)
