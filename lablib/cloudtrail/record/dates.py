"""How a moment is written inside a record: each service renders its own dates."""

from __future__ import annotations

from datetime import UTC, datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """`2026-11-23T10:00:00Z`, the form of eventTime: whole seconds, UTC."""
    return _utc(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_millis(moment: datetime) -> str:
    """`2026-11-23T10:00:00.000Z`, as the XML of EC2's newer operations has it."""
    moment = _utc(moment)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def american(moment: datetime) -> str:
    """`Aug 1, 2024, 1:37:41 PM`, the form of most services' dates.

    Observed in records of IAM, STS, KMS, RDS, Athena, DynamoDB, ELB and CloudFront. The comma
    before the time came with newer Java runtimes: STS has it in 2024, IAM since 2025.
    """
    moment = _utc(moment)
    clock = f"{moment.hour % 12 or 12}:{moment:%M:%S} {'PM' if moment.hour >= 12 else 'AM'}"
    return f"{_MONTHS[moment.month - 1]} {moment.day}, {moment.year}, {clock}"


def millis(moment: datetime) -> int:
    """Epoch milliseconds, as EC2's older operations have `launchTime`."""
    return round(_utc(moment).timestamp() * 1000)


def on_the_wire(moment: datetime, form: str | None) -> str | int | float:
    """As JSON carries it: the model's timestampFormat, epoch seconds where it names none."""
    if form == "iso8601":
        return iso_millis(moment) if moment.microsecond else iso(moment)
    if form == "rfc822":
        return _utc(moment).strftime("%a, %d %b %Y %H:%M:%S GMT")
    seconds = _utc(moment).timestamp()
    return int(seconds) if seconds.is_integer() else round(seconds, 3)
