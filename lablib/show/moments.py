"""What the account tells of a span of time, as moments in order: a table, and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """One mark of the picture, and one row of its table."""

    time: datetime
    row: str
    what: str
    detail: str = ""


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def last_part(arn: str) -> str:
    """The last part of a trail's, topic's or group's ARN."""
    parts = arn.removesuffix(":*").split(":")
    return parts[-1].removeprefix("trail/")


def events(count: int) -> str:
    return f"{count} event{'' if count == 1 else 's'}"


def moments(data: Data) -> list[Moment]:
    """Everything in the timeline, in order of lab time."""
    found = [*_calls(data), *_files(data), *_messages(data), *_streams(data)]
    found += [*_invocations(data), *_errors(data)]
    return sorted(found, key=lambda moment: moment.time)


def _calls(data: Data) -> Iterable[Moment]:
    for call in data.get("calls", ()):
        trails = ", ".join(last_part(arn) for arn in call.get("trails", ())) or "no trail"
        detail = f"by {call.get('user') or 'a service'}; taken by {trails}"
        yield Moment(when(call["time"]), "API call", call["name"], detail)


def _files(data: Data) -> Iterable[Moment]:
    for file in data.get("files", ()):
        what = f"{when(file['label']):%H:%MZ}, {events(len(file['events']))}"
        detail = f"trail {last_part(file['trail'])}: s3://{file['bucket']}/{file['key']}"
        yield Moment(when(file["time"]), "Log file in S3", what, detail)


def _messages(data: Data) -> Iterable[Moment]:
    for message in data.get("notifications", ()):
        detail = f"trail {last_part(message['trail'])}: {message['key']}"
        yield Moment(when(message["time"]), "SNS message", last_part(message["topic"]), detail)


def _streams(data: Data) -> Iterable[Moment]:
    for batch in data.get("logs", ()):
        what = f"{last_part(batch['group'])}, {events(len(batch['events']))}"
        yield Moment(when(batch["time"]), "CloudWatch Logs", what, f"stream {batch['stream']}")


def _invocations(data: Data) -> Iterable[Moment]:
    for sent in data.get("events", ()):
        said = f"not sent: {sent['failure']}" if sent["failure"] else f"sent to {sent['target']}"
        yield Moment(when(sent["time"]), "EventBridge", f"{sent['rule']}: {sent['what']}", said)


def _errors(data: Data) -> Iterable[Moment]:
    for error in data.get("errors", ()):
        what = f"{error['what']}: {error['code']}"
        yield Moment(
            when(error["time"]), "Refused delivery", what, f"trail {last_part(error['trail'])}"
        )


def table(data: Data) -> pd.DataFrame:
    rows = [(f"{m.time:%Y-%m-%d %H:%M:%S}", m.row, m.what, m.detail) for m in moments(data)]
    return pd.DataFrame(rows, columns=pd.Index(["Time (UTC)", "Kind", "What", "Detail"]))


def alt(data: Data) -> str:
    found = moments(data)
    if not found:
        return "An empty timeline: nothing happened in this time."
    counts = pd.Series([moment.row for moment in found]).value_counts(sort=False)
    kinds = ", ".join(f"{kind} {count}" for kind, count in counts.items())
    span = f"from {found[0].time:%Y-%m-%d %H:%M:%S} to {found[-1].time:%H:%M:%S} UTC"
    files = [moment for moment in found if moment.row == "Log file in S3"]
    last = files[-1:] and f" Last file: {files[-1].what}, put at {files[-1].time:%H:%M:%S}."
    return f"Timeline {span}. {kinds}.{last or ' No log file was delivered.'}"
