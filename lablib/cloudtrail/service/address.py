"""Which trail is meant: a name stands for the current Region's trail, an ARN for any.

Sources: API Reference, GetTrail and UpdateTrail; "Naming requirements for CloudTrail resources" in
the User Guide; the wording of name errors as moto carries them.
"""

from __future__ import annotations

import re

from lablib.cloudtrail import errors
from lablib.cloudtrail.service.request import Parts, Request
from lablib.cloudtrail.trail import Trail, trail_arn

ARN = re.compile(r"arn:aws[\w-]*:cloudtrail:([a-z0-9-]+):(\d{12}):trail/(\S+)")
ALPHANUMERIC = re.compile(r"[A-Za-z0-9]")
CHARACTERS = re.compile(r"[A-Za-z0-9._-]+")
ADJACENT = re.compile(r"[._-]{2}")
IPV4 = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
SHORTEST, LONGEST = 3, 128


def check_name(name: str) -> None:
    """Raise InvalidTrailNameException unless the name follows AWS's rules."""
    wrong = wrong_name(name)
    if wrong:
        raise errors.invalid_trail_name(wrong)


def wrong_name(name: str) -> str | None:
    length = f"Specified name length: {len(name)} characters."
    if not name.strip():
        return "Trail name cannot be blank!"
    if len(name) < SHORTEST:
        return f"Trail name too short. Minimum allowed length: {SHORTEST} characters. {length}"
    if len(name) > LONGEST:
        return f"Trail name too long. Maximum allowed length: {LONGEST} characters. {length}"
    if not ALPHANUMERIC.match(name[0]):
        return "Trail name must starts with a letter or number."
    if not ALPHANUMERIC.match(name[-1]):
        return "Trail name must ends with a letter or number."
    if not CHARACTERS.fullmatch(name):
        return (
            "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, "
            "periods (.), hyphens (-), and underscores (_)."
        )
    if ADJACENT.search(name):
        return "Trail name must not have adjacent periods (.), hyphens (-), or underscores (_)."
    if IPV4.fullmatch(name):
        return "Trail name must not be in IP address format."
    return None


def arn_of(request: Request, name_or_arn: str) -> str:
    """The ARN that is meant, or the error that AWS has for its form."""
    if ":" in name_or_arn or name_or_arn.startswith("arn"):
        parts = ARN.fullmatch(name_or_arn)
        if ":" in name_or_arn and (not parts or wrong_name(parts[3])):
            raise errors.invalid_trail_arn(name_or_arn)
        if parts:
            return name_or_arn
    check_name(name_or_arn)
    return trail_arn(name_or_arn, request.region, request.account)


def to_read(parts: Parts, request: Request, name_or_arn: str) -> Trail:
    """The trail, as it is seen in the current Region; a shadow trail only by its ARN."""
    arn = arn_of(request, name_or_arn)
    for trail in parts.trails.of(request.account, request.region):
        if trail.arn == arn:
            return trail
    raise errors.trail_not_found(arn, request.account)


def to_change(parts: Parts, request: Request, name_or_arn: str) -> Trail:
    """The trail, which can be changed in its home Region and by its own account only."""
    arn = arn_of(request, name_or_arn)
    trail = parts.trails.get(arn) or shadow(parts, request, name_or_arn)
    if trail is None or (trail.account != request.account and not trail.organization):
        raise errors.trail_not_found(arn, request.account)
    if trail.account != request.account:
        raise errors.not_management_account()
    if trail.home_region != request.region:
        raise errors.invalid_home_region(trail.home_region)
    return trail


def shadow(parts: Parts, request: Request, name: str) -> Trail | None:
    """The trail of another Region that shows under this name in the current one."""
    seen = parts.trails.of(request.account, request.region)
    return next((trail for trail in seen if trail.name == name), None)
