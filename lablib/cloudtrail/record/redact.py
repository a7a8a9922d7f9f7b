"""What a record never shows: one rule (what the service model marks sensitive) and its table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.model import Shape

HIDDEN: Final = "HIDDEN_DUE_TO_SECURITY_REASONS"
REMOVED: Final = "<sensitiveDataRemoved>"


class Absent:
    """The mark of a member that the record leaves out."""


ABSENT: Final = Absent()

# What stands where a secret stood. Services that are not named here write HIDDEN.
# Observed: SSM PutParameter value, RDS masterUserPassword, CloudFront comment, EBS kmsKeyArn and
# Roles Anywhere tags read HIDDEN; EC2 keyMaterial and userData read <sensitiveDataRemoved>; IAM
# secretAccessKey and passwords, STS secretAccessKey, KMS plaintext, Secrets Manager values and
# Lambda's environment variables and code are left out.
STAND_IN: Final[Mapping[str, str | Absent]] = {
    "ec2": REMOVED,
    "iam": ABSENT,
    "sts": ABSENT,
    "kms": ABSENT,
    "secretsmanager": ABSENT,
    "lambda": ABSENT,
}

# Secrets that the model does not mark, by (service, member); "*" is any service.
# RDS: observed "masterUserPassword": HIDDEN in ModifyDBInstance.
# SNS and SQS developer guides, CloudTrail pages: message bodies and attributes are hidden.
# Session Manager: observed a token value that is not the token.
UNMARKED: Final[Mapping[tuple[str, str], str | Absent]] = {
    ("rds", "MasterUserPassword"): HIDDEN,
    ("ec2", "KeyMaterial"): REMOVED,
    ("ec2", "UserData"): REMOVED,
    ("ssm", "TokenValue"): "Value hidden due to security reasons.",
    ("sns", "Message"): HIDDEN,
    ("sns", "Subject"): HIDDEN,
    ("sns", "MessageAttributes"): HIDDEN,
    ("sqs", "MessageBody"): HIDDEN,
    ("sqs", "MessageAttributes"): HIDDEN,
    ("sqs", "Body"): HIDDEN,
    ("lambda", "ZipFile"): ABSENT,
    ("lambda", "ClientContext"): HIDDEN,
    ("athena", "AuthToken"): HIDDEN,
    # Observed in a refused GetSessionToken; IAM user guide, example of EnableMFADevice.
    ("iam", "AuthenticationCode1"): ABSENT,
    ("iam", "AuthenticationCode2"): ABSENT,
    ("sts", "TokenCode"): ABSENT,
}

# Names that can only be secrets, whatever the service; flags such as PasswordResetRequired and
# names such as SecretId do not end like this.
_SECRET_NAME = re.compile(
    r"(password|passphrase|secret_?access_?key|private_?key|client_?secret|secret_?string|"
    r"secret_?binary|auth_?token|secret_?key|preshared_?key)$",
    re.IGNORECASE,
)

# A KMS key's name is marked sensitive in S3's and EBS's models, yet S3 writes it into its records
# (S3 User Guide, "Example: CloudTrail log file entries"). It is shown if it is one.
_KMS_KEY = re.compile(
    r"(arn:aws[\w-]*:kms:[\w-]*:\d{12}:)?((key/)?(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|alias/[\w/-]{1,250})"
)


def is_marked(shape: Shape) -> bool:
    return bool(shape.metadata.get("sensitive"))


def is_kms_key(value: object) -> bool:
    return isinstance(value, str) and _KMS_KEY.fullmatch(value) is not None


def stand_in(service: str, member: str, shape: Shape | None) -> str | Absent | None:
    """What to write instead of this member's value, or None when it may be shown."""
    unmarked = UNMARKED.get((service, member))
    if unmarked is not None:
        return unmarked
    if shape is not None and is_marked(shape):
        return STAND_IN.get(service, HIDDEN)
    if (shape is None or shape.type_name in ("string", "blob")) and _SECRET_NAME.search(member):
        return STAND_IN.get(service, HIDDEN)
    return None


def marked_names(shape: Shape | None) -> frozenset[str]:
    """The wire names of all members, at any depth, that the model marks sensitive."""
    found: set[str] = set()
    _collect(shape, found, set())
    return frozenset(found)


def _collect(shape: Shape | None, found: set[str], seen: set[str]) -> None:
    if shape is None or shape.name in seen:
        return
    seen.add(shape.name)
    for name, member in getattr(shape, "members", {}).items():
        if is_marked(member):
            found.add(str(member.serialization.get("name", name)))
        else:
            _collect(member, found, seen)
    for part in ("member", "key", "value"):
        inner = getattr(shape, part, None)
        if inner is not None and is_marked(inner):
            found.add(shape.name)
        else:
            _collect(inner, found, seen)


def secrets(value: Any, shape: Shape | None, service: str, depth: int = 0) -> Iterator[str]:
    """The secret texts inside `value`, so that error messages can be cleaned of them."""
    if depth > 20:
        return
    if shape is not None and is_marked(shape):
        yield from texts(value)
    elif isinstance(value, Mapping):
        members = getattr(shape, "members", None)
        for name, item in value.items():
            part = members.get(name) if members else getattr(shape, "value", None)
            if stand_in(service, str(name), part) is not None:
                yield from texts(item)
            else:
                yield from secrets(item, part, service, depth + 1)
            if shape is not None and shape.type_name == "map" and is_marked(shape.key):
                yield str(name)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from secrets(item, getattr(shape, "member", None), service, depth + 1)


def texts(value: Any, depth: int = 0) -> Iterator[str]:
    """Every text inside a value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes | bytearray):
        yield bytes(value).decode("utf-8", "replace")
    elif depth < 20 and isinstance(value, Mapping):
        for name, item in value.items():
            yield str(name)
            yield from texts(item, depth + 1)
    elif depth < 20 and isinstance(value, list | tuple):
        for item in value:
            yield from texts(item, depth + 1)


def clean(message: str, hidden: Iterator[str]) -> str:
    """The message without the secrets. Texts of one to three letters are no secrets: cutting
    them out would only garble the sentence."""
    for secret in sorted(set(hidden), key=len, reverse=True):
        if len(secret) > 3:
            message = message.replace(secret, HIDDEN)
    return message
