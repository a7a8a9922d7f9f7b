"""The words of the command line: what is there, where `--state` may stand, how errors read."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from lablib import cli
from tests.conftest import clean_environment

COMMANDS = sorted([*cli.cli.commands, *(f"clock {word}" for word in cli.clock.commands)])


def run(*arguments: str, **more: str) -> tuple[int, str, str]:
    """The command in a process of its own, as a person runs it: exit code, stdout, stderr."""
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "lablib", *arguments],
        capture_output=True,
        text=True,
        env=clean_environment() | more,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_words_are_those_that_were_promised() -> None:
    assert set(cli.cli.commands) == {
        "catch-up",
        "check",
        "clock",
        "doctor",
        "env",
        "inbox",
        "load",
        "open",
        "reset",
        "save",
        "serve",
        "stop",
        "trace",
        "verify",
    }
    assert set(cli.clock.commands) == {"advance", "next", "pause", "play", "show"}


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help_that_names_the_state_folder(command: str) -> None:
    said = CliRunner().invoke(cli.cli, [*command.split(), "--help"])
    assert said.exit_code == 0
    assert "--state DIR" in said.output


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The state folders that `doctor` and `clock` are asked to look at."""
    from lablib import connection
    from lablib import doctor as practice

    seen: list[Path] = []
    monkeypatch.setenv("CLOUDTRAIL_LAB_STATE", "/elsewhere")
    monkeypatch.setattr(practice, "LOOKS", (lambda state: iter(seen.append(state) or ()),))

    class Stopped(Exception): ...

    def join(state: Path) -> None:
        seen.append(state)
        raise Stopped

    monkeypatch.setattr(connection, "join", join)
    return seen


@pytest.mark.parametrize(
    "line",
    [
        "doctor --state {}",
        "--state {} doctor",
        "--state={} doctor",
        "doctor --state={}",
        "clock --state {}",
        "clock --state {} show",
        "clock show --state {}",
        "--state {} clock",
        "--state {} clock advance 5m",
        "clock --state {} advance 5m",
        "clock advance --state {} 5m",
        "clock advance 5m --state {}",
        "env --state {}",
        "trace --state {} some-event",
        "trace some-event --state {}",
    ],
)
def test_the_state_folder_may_stand_anywhere(line: str, named: list[Path], tmp_path: Path) -> None:
    CliRunner().invoke(cli.cli, line.format(tmp_path / "mine").split())
    assert named == [tmp_path / "mine"]


def test_without_it_the_environment_names_the_state_folder(named: list[Path]) -> None:
    CliRunner().invoke(cli.cli, ["doctor"])
    assert named == [Path("/elsewhere").absolute()]


def test_a_line_without_a_command_opens_the_labs(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}
    monkeypatch.setattr(cli.open_labs, "callback", lambda **given: seen.update(given))
    said = CliRunner().invoke(cli.cli, ["--no-browser", "--port", "8123"])
    assert said.exit_code == 0
    assert seen == {"no_browser": True, "port": 8123, "work": None}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("nonsense", "No such command 'nonsense'"),
        ("--state", "Option '--state' requires an argument"),
        ("--state= doctor", "a folder needs a name"),
        ("doctor --bogus", "No such option"),
        ("clock advance", "Missing argument 'DURATION'"),
        ("clock advance 5x", "'5x' is not a duration"),
        ("clock advance -5m", "lab time never goes backwards"),
        ("clock play fast", "'fast' is not a speed"),
        ("clock play 0", "'0' is not a speed"),
        ("clock play nan", "'nan' is not a speed"),
        ("check 77", "there is no lab '77'; the labs are 00, 01"),
        ("catch-up", "Missing argument 'LAB'"),
        ("load no-such-file", "File 'no-such-file' does not exist"),
        ("serve --port 70000", "70000 is not in the range"),
        ("serve --clock slow", "'slow' is not one of"),
        ("serve --seed many", "'many' is not a valid integer"),
    ],
)
def test_a_wrong_line_is_refused_in_one_line(line: str, sentence: str) -> None:
    code, out, said = run(*line.split())
    assert code == 2
    assert out == ""
    assert sentence in said
    assert said.count("\n") == 1


def test_a_state_folder_that_is_a_file_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, _, said = run("clock", "--state", str(tmp_path / "file"))
    assert code == 2
    assert "is a file" in said
    assert said.count("\n") == 1


def test_an_error_of_our_own_making_shows_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from lablib import connection

    def join(_state: Path) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(connection, "join", join)
    monkeypatch.setattr("sys.argv", ["cloudtrail-lab", "clock"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "cloudtrail-lab: ZeroDivisionError: division by zero\n"


def test_a_reader_who_had_enough_makes_no_traceback() -> None:
    import subprocess
    import sys

    done = subprocess.run(
        ["bash", "-c", f"'{sys.executable}' -m lablib --help | true"],
        capture_output=True,
        text=True,
        env=clean_environment(),
    )
    assert done.stderr == ""


def test_the_version_is_told() -> None:
    from lablib import __version__

    assert CliRunner().invoke(cli.cli, ["--version"]).output == (
        f"cloudtrail-lab, version {__version__}\n"
    )
