"""The forms that a trail's settings must have, looked at before anything is tried.

API Reference, CreateTrail and UpdateTrail; User Guide, "Amazon S3 bucket naming requirements".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import errors
from .trail import Trail

BOTH = "You must specify a log group and a role ARN."
GROUP_ARN = "CloudTrail cannot validate the specified log group ARN."
GROUP_REGION = "You must specify a log group that is in the current region."
ROLE_ARN = "CloudTrail cannot validate the specified role ARN."


def check_syntax(trail: Trail) -> None:
    """Returns when each setting has a possible form. Raises CloudTrailError otherwise. `trail` is
    the configuration that would result, its `kms_key` as it was given."""
    _bucket_name(trail.s3_bucket, trail)
    for field, check in CHECKS.items():
        value = getattr(trail, field)
        if value:
            check(value, trail)
    _both_or_none(trail)


def _both_or_none(trail: Trail) -> None:
    """Observed, exceptions and text."""
    if trail.logs_group and not trail.logs_role:
        raise errors.logs_role(BOTH)
    if trail.logs_role and not trail.logs_group:
        raise errors.logs_group(BOTH)


_LENGTH = "Bucket name should be between 3 and 63 characters long"
_BUCKET_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # "Bucket name should not contain '_'" was seen in an answer of CloudTrail's; the other texts
    # follow it. The rules: User Guide, "Amazon S3 bucket naming requirements".
    (re.compile(r"\d+\.\d+\.\d+\.\d+\Z"), "Bucket name must not be formatted as an IP Address"),
    (re.compile(r".*[A-Z]"), "Bucket name should not contain uppercase characters"),
    (re.compile(r".*\s"), "Bucket name should not contain white space"),
    (re.compile(r".*\.\."), "Bucket name should not contain two adjacent periods"),
    (re.compile(r".*(-\.|\.-)"), "Bucket name should not contain dashes next to periods"),
    (re.compile(r"[.-]|.*[.-]\Z"), "Bucket name should not begin or end with a '-' or a '.'"),
)


def _bucket_name(name: str, trail: Trail) -> None:
    if not 3 <= len(name) <= 63:
        raise errors.invalid_bucket_name(_LENGTH)
    for broken, message in _BUCKET_RULES:
        if broken.match(name):
            raise errors.invalid_bucket_name(message)
    strange = re.search(r"[^a-z0-9.-]", name)
    if strange:
        raise errors.invalid_bucket_name(f"Bucket name should not contain '{strange.group()}'")


def _prefix(prefix: str, trail: Trail) -> None:
    """API Reference, CreateTrail: at most 200 characters. Ours: the texts."""
    if len(prefix) > 200:
        raise errors.invalid_prefix("S3 prefix is longer than the maximum of 200 characters.")
    if re.search(r"[\x00-\x1f\x7f]", prefix):
        raise errors.invalid_prefix("S3 prefix must not contain control characters.")


_TOPIC = re.compile(
    r"(?:arn:[\w-]+:sns:[a-z0-9-]+:\d{12}:)?[A-Za-z0-9_-]{1,256}(?P<fifo>\.fifo)?", re.ASCII
)


def _topic_name(name: str, trail: Trail) -> None:
    """A name or an ARN; a FIFO topic is refused before anything is tried. Ours: the texts."""
    found = _TOPIC.fullmatch(name)
    if not found:
        raise errors.invalid_topic_name("SNS topic name or ARN is not valid.")
    if found.group("fifo"):
        raise errors.invalid_topic_name("CloudTrail does not support FIFO topics.")


_KEY_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32}"
_ALIAS = r"alias/[a-zA-Z0-9/_-]{1,250}"
_KEY_FORMS = re.compile(
    rf"(?:{_KEY_ID}|{_ALIAS}|arn:[\w-]+:kms:[a-z0-9-]+:\d{{12}}:(?:key/(?:{_KEY_ID})|{_ALIAS}))",
    re.ASCII,
)


def _key_form(key_id: str, trail: Trail) -> None:
    """API Reference, CreateTrail: id, alias, or the ARN of either. Observed for what is none of
    these: KmsKeyNotFoundException."""
    if not _KEY_FORMS.fullmatch(key_id):
        raise errors.kms_key_not_found(key_id)


_GROUP = re.compile(r"arn:[\w-]+:logs:([a-z0-9-]+):(\d{12}):log-group:[\w./#-]{1,512}:\*", re.ASCII)
_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]{1,576}", re.ASCII)


def _group_arn(arn: str, trail: Trail) -> None:
    found = _GROUP.fullmatch(arn)
    if not found or found.group(2) != trail.account:
        raise errors.logs_group(GROUP_ARN)
    if found.group(1) != trail.home_region:
        raise errors.logs_group(GROUP_REGION)


def _role_arn(arn: str, trail: Trail) -> None:
    if not _ROLE.fullmatch(arn):
        raise errors.logs_role(ROLE_ARN)


CHECKS: dict[str, Callable[[str, Trail], None]] = {
    "s3_prefix": _prefix,
    "sns_topic": _topic_name,
    "kms_key": _key_form,
    "logs_group": _group_arn,
    "logs_role": _role_arn,
}
