"""What the command line says: verdicts, an event's trace, errors; as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lablib.errors import LabError, aws_sentence

if TYPE_CHECKING:
    from lablib.exercises import Verdict


def as_text(verdicts: Mapping[str, Verdict]) -> str:
    """One line an exercise with its outcome, the steps that are not passed below it."""
    from lablib.exercises import find
    from lablib.exercises.messages import SIGN, step_line

    lines = []
    for name, verdict in verdicts.items():
        lines.append(f"{SIGN[verdict.outcome]} {name}  {find(name).title}: {verdict.outcome.value}")
        if not verdict.passed:
            lines += [f"    {step_line(step)}" for step in verdict.steps]
            lines += [f"    {verdict.note}"] if verdict.note else []
    passed = sum(verdict.passed for verdict in verdicts.values())
    return "\n".join([*lines, f"{passed} of {len(verdicts)} passed"])


def as_json(verdicts: Mapping[str, Verdict]) -> str:
    """The same as an object: whether all passed, and each exercise with its steps."""
    exercises = [
        {"id": name, "lab": name.partition(".")[0], **asdict(verdict)}
        for name, verdict in verdicts.items()
    ]
    passed = all(verdict.passed for verdict in verdicts.values())
    return json.dumps({"passed": passed, "exercises": exercises}, indent=1)


def trace_as_text(told: Mapping[str, Any]) -> str:
    """The stages of one event in order, then what each trail decided and why."""
    record = told["event"]
    said = record.get("insightDetails") or record  # an Insights event has them one level below
    lines = [f"{said['eventName']} of {said['eventSource']} at {record['eventTime']}", ""]
    lines += [
        f"{stage.get('time') or '':<24}  {stage['stage']:<10}  {_what_and_why(stage)}"
        for stage in told["stages"]
    ]
    lines += [
        "",
        *(f"{_taken(match)}  {match['trail']}: {match['why']}" for match in told["matches"]),
    ]
    return "\n".join(lines if told["matches"] else [*lines, "No trail saw this event."])


def mails_as_text(mails: Sequence[Mapping[str, Any]], *, whole: bool) -> str:
    """A line a mail, newest first; a single one with its body."""
    if not mails:
        return "No mail yet."
    if whole:
        (mail,) = mails
        head = "\n".join(f"{name.capitalize()}: {mail[name]}" for name in ("from", "to", "subject"))
        return f"{head}\nDate: {mail['time']}\n\n{mail['body']}"
    lines = [
        f"{mail['id']:>3}  {mail['time'][:19]}Z  {mail['to']}  {mail['subject']}"
        + (f"  ({mail['state']})" if mail["state"] else "")
        for mail in mails
    ]
    waiting = any(mail["state"] == "waiting" for mail in mails)
    hint = ["cloudtrail-lab inbox --confirm says yes to what waits."] if waiting else []
    return "\n".join([*lines, *hint])


def mails_as_json(mails: Sequence[Mapping[str, Any]], *, whole: bool) -> str:
    return json.dumps(mails[0] if whole else list(mails), indent=1)


def trace_as_json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, indent=1)


def _what_and_why(stage: Mapping[str, Any]) -> str:
    return " – ".join(str(stage[part]) for part in ("what", "why") if stage.get(part))


def _taken(match: Mapping[str, Any]) -> str:
    return "✔ taken   " if match["taken"] else "○ left out"


def error_as_line(error: Exception) -> str:
    """An error in one line, with what was found and what to try where that is known."""
    if isinstance(error, LabError):
        parts = {"Expected": error.expected, "Found": error.found, "Try": error.next}
        tail = [f"{word}: {part}" for word, part in parts.items() if part]
        return " ".join([error.what, *tail])
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    if hasattr(error, "operation_name") and hasattr(error, "response"):  # botocore's ClientError
        return aws_sentence(error.response, error.operation_name)
    ours = type(error).__module__.startswith("lablib.")
    return str(error) if ours and str(error) else f"{type(error).__name__}: {error}"
