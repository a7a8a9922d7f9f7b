"""The command `cloudtrail-lab`: one function a command, and errors in one clear line.

Nothing but click is imported up here: `serve` has to be ready as soon as the account is.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from lablib import __version__
from lablib.arguments import ClockWords, Duration, Folder, Speed, Words, account_option, lab_number

if TYPE_CHECKING:
    from lablib.connection import Account, Control
    from lablib.lab import Lab

NAME = "cloudtrail-lab"
DEBUG_VARIABLE = "CLOUDTRAIL_LAB_DEBUG"  # set: unexpected errors come with their traceback


def _state() -> Path:
    from lablib.connection import state_folder

    return state_folder()


def _control() -> Control:
    from lablib.connection import Control, join

    return Control(join(_state()))


def _lab() -> Lab:
    """What a notebook holds, without the line it prints there."""
    from lablib.connection import join
    from lablib.kernel import settle
    from lablib.lab import Lab

    account = join(_state())
    settle(account)
    return Lab(account)


@click.group(cls=Words, context_settings={"help_option_names": ["-h", "--help"]})
@account_option
@click.version_option(__version__, prog_name=NAME)
def cli() -> None:
    """A local AWS account in which CloudTrail works, and the labs that teach it.

    Without a command it opens the labs.
    """


@cli.command("open")
@account_option
@click.option("--no-browser", is_flag=True, help="Start JupyterLab, but open no browser.")
@click.option("--port", type=click.IntRange(1, 65535), help="JupyterLab's port.")
@click.option(
    "--work",
    type=Folder(),
    metavar="DIR",
    help="Your folder for the notebooks (~/cloudtrail-labs). Nothing in it is overwritten.",
)
def open_labs(no_browser: bool, port: int | None, work: Path | None) -> None:
    """Open JupyterLab on the first lab."""
    from lablib import desk
    from lablib.connection import environment, join

    desk.refuse_taken_port(port)
    folder = desk.lay_out(work)
    account = join(_state())
    click.echo(f"Your labs are in {folder}. {_where(no_browser)}")
    click.echo(f"Programs find your account at {account.endpoint}, which is no page to open.")
    click.echo("Ctrl-C ends JupyterLab; nothing is lost.")
    desk.open_jupyter(folder, environment(account), browser=not no_browser, port=port)


def _where(no_browser: bool) -> str:
    if no_browser:
        return "Open the address with ?token= that JupyterLab prints below."
    return "JupyterLab opens in your browser; begin with lab 00."


@cli.command()
@account_option
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="A free one if not given.")
@click.option("--seed", type=int, help="What ids, keys and chance follow from. Kept once drawn.")
@click.option("--start", metavar="ISO8601", help="The lab time at the account's birth.")
@click.option(
    "--clock",
    type=click.Choice(["running", "frozen"]),
    help="running (the default), or frozen: lab time moves only by `clock` commands.",
)
@click.option(
    "--propagation",
    type=click.Choice(["none", "aws"]),
    help="none (the default): changes of trails take effect at once; aws: with AWS's delay.",
)
def serve(
    port: int, seed: int | None, start: str | None, clock: str | None, propagation: str | None
) -> None:
    """Run the account alone, in the foreground."""
    from lablib.account.server import serve as serve_account

    serve_account(port, _state(), seed, start, clock, propagation)


@cli.command("env")
@account_option
@click.option("--powershell", is_flag=True, help="$env:NAME = 'value' lines, for PowerShell.")
def env(powershell: bool) -> None:
    """Print the account's environment: eval "$(cloudtrail-lab env)"."""
    from shlex import quote

    from lablib.connection import environment, join

    for name, value in sorted(environment(join(_state())).items()):
        escaped = value.replace("'", "''")
        line = f"$env:{name} = '{escaped}'" if powershell else f"export {name}={quote(value)}"
        click.echo(line)


@cli.group(cls=ClockWords)
@account_option
def clock() -> None:
    """Read the lab clock, or wind it forward. Prints the lab time."""


TOLD = 12  # things that happened while lab time was wound, for a person at a terminal


def _tell_time(state: dict[str, Any]) -> None:
    """The lab time on stdout; what happened on the way goes to a person only, not to a script."""
    if sys.stderr.isatty():
        happened = state.get("happened", [])
        for entry in happened[:TOLD]:
            click.echo(f"{entry['time']}  {entry['what']}", err=True)
        more = state.get("happened_count", len(happened)) - TOLD
        if more > 0:
            click.echo(f"… and {more} more", err=True)
    click.echo(state["time"])


@clock.command("show")
@account_option
def clock_show() -> None:
    """Print the lab time."""
    _tell_time(_control().clock())


@clock.command("advance", context_settings={"ignore_unknown_options": True})
@account_option
@click.argument("by", type=Duration(), metavar="DURATION")
def clock_advance(by: float) -> None:
    """Wind forward by 90s, 5m, 1h30m, 90d or PT5M."""
    _tell_time(_control().clock(advance=by))


@clock.command("next")
@account_option
def clock_next() -> None:
    """Wind to the next thing due."""
    _tell_time(_control().clock(next=True))


@clock.command("play", context_settings={"ignore_unknown_options": True})
@account_option
@click.argument("speed", type=Speed())
def clock_play(speed: float) -> None:
    """Let lab time run SPEED times as fast as yours."""
    _tell_time(_control().clock(play=speed))


@clock.command("pause")
@account_option
def clock_pause() -> None:
    """Stop lab time until `play`."""
    _tell_time(_control().clock(pause=True))


@cli.command()
@account_option
@click.argument("lab", required=False, callback=lab_number)
@click.option("--json", "as_json", is_flag=True, help="The verdicts as JSON.")
def check(lab: str | None, as_json: bool) -> None:
    """Check the exercises of LAB, or of all labs."""
    from lablib import report
    from lablib.exercises import check_lab

    verdicts = check_lab(_lab(), lab)
    click.echo(report.as_json(verdicts) if as_json else report.as_text(verdicts))
    _exit(all(verdict.passed for verdict in verdicts.values()))


@cli.command("catch-up")
@account_option
@click.argument("lab", callback=lab_number)
def catch_up(lab: str) -> None:
    """Bring the account to where LAB starts."""
    from lablib import exercises

    built = exercises.catch_up(_lab(), lab, lambda title: click.echo(f"built: {title}"))
    click.echo(f"Lab {lab} can start." if built else f"Lab {lab} can start; nothing was missing.")


@cli.command()
@account_option
@click.option("--lab", callback=lab_number, help="Only the exercises of this lab.")
def reset(lab: str | None) -> None:
    """Make the account new and empty, or start one lab afresh."""
    if lab is not None:
        from lablib.exercises import reset_lab

        for said in reset_lab(_lab(), lab):
            click.echo(said)
        return
    _control().reset()
    click.echo(f"The account is new. {_kept('journal-before-reset')}")


def _kept(name: str) -> str:
    """Where the account's process has put what the account was before."""
    copies = sorted(_state().glob(f"{name}-*.jsonl"), key=lambda path: path.stat().st_mtime)
    return f"What it was before: {NAME} load {copies[-1]}" if copies else ""


@cli.command()
@account_option
def stop() -> None:
    """End the account's process. Nothing is lost: the next command starts it again as it was."""
    from lablib.connection import Control, Gone, find

    account = find(_state())
    if account is None:
        click.echo("No account is running here.")
        return
    with contextlib.suppress(Gone):  # it may be gone before its answer is here
        Control(account).post("stop")
    _wait_for_the_end(account)
    click.echo(f"The account at {account.endpoint} has stopped. It is kept in {_state()}.")


def _wait_for_the_end(account: Account) -> None:
    """Until its process has let go of the state folder, ten seconds at most."""
    from lablib.account.state_folder import StateFolder, StateInUse

    for _ in range(100):
        try:
            StateFolder(account.state).take()
            return
        except StateInUse:
            time.sleep(0.1)


@cli.command()
@account_option
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def save(file: Path) -> None:
    """Write the whole account to FILE."""
    from lablib import desk

    journal = _control().save()
    desk.write(file, journal)
    click.echo(f"Saved to {file} ({len(journal)} bytes).")


@cli.command()
@account_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """Make the account what FILE holds."""
    journal = file.read_bytes()
    _control().load(journal)
    click.echo(f"Loaded {file}. {_kept('journal-before-load')}")


@cli.command()
@account_option
@click.argument("event_id")
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON.")
def trace(event_id: str, as_json: bool) -> None:
    """Tell what happened to one event, stage by stage."""
    from lablib import report

    told = _control().get("trace", event=event_id)
    click.echo(report.trace_as_json(told) if as_json else report.trace_as_text(told))


@cli.command()
@account_option
@click.argument("number", type=int, required=False)
@click.option("--to", metavar="ADDRESS", help="Only mail to this address.")
@click.option("--confirm", is_flag=True, help="First follow the links in confirmation mails.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON.")
def inbox(number: int | None, to: str | None, confirm: bool, as_json: bool) -> None:
    """List the mail that Amazon SNS has sent, or show the one with this NUMBER whole."""
    from lablib import report
    from lablib.errors import LabError

    control = _control()
    if confirm and any(m["state"] == "waiting" for m in control.get("inbox", to=to)["mails"]):
        control.post("inbox", {"confirm": True if to is None else to})
    mails = control.get("inbox", to=to)["mails"]
    if number is not None:
        mails = [mail for mail in mails if mail["id"] == number]
        if not mails:
            raise LabError(f"There is no mail {number}.", next="cloudtrail-lab inbox")
    told = report.mails_as_json if as_json else report.mails_as_text
    click.echo(told(mails, whole=number is not None))


@cli.command()
@account_option
@click.argument("trail")
def verify(trail: str) -> None:
    """Prove the log files of TRAIL, a name or an ARN, untouched."""
    from lablib.proof import prove

    proof = prove(_control(), trail)
    click.echo(str(proof))
    _exit(proof.valid)


@cli.command()
@account_option
def doctor() -> None:
    """Look at this installation and say what is wrong, in words."""
    from lablib.doctor import FAIL, examine

    findings = examine(_state())
    for finding in findings:
        click.echo(str(finding))
    _exit(all(finding.sign != FAIL for finding in findings))


def main() -> NoReturn:
    """Run the command of this process. Every error is one line on stderr and an exit code."""
    try:
        code = cli.main(prog_name=NAME, standalone_mode=False)
        sys.stdout.flush()
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else NAME
        _fail(f"{error.format_message()} ({where} --help says more)", error.exit_code)
    except click.ClickException as error:
        _fail(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail("stopped", 130)
    except BrokenPipeError:  # the reader had enough: `cloudtrail-lab env | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        _fail(_sentence(error), 1)
    sys.exit(code if isinstance(code, int) else 0)


def _exit(good: bool) -> NoReturn:
    raise click.exceptions.Exit(0 if good else 1)


def _sentence(error: Exception) -> str:
    from lablib import report

    return report.error_as_line(error)


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"{NAME}: {' '.join(message.split())}", err=True)
    sys.exit(code)
