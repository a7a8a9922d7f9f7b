"""What the record of a refused call says, and what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lablib.cloudtrail.call import ApiCall, ApiError
from lablib.cloudtrail.record import quirks, redact
from lablib.cloudtrail.record.text import cut

# errorCode in the record where it is not the wire's (observed: NoSuchEntityException for IAM's
# NoSuchEntity, DashboardNotFoundError, AccessDenied for every AccessDeniedException).
_CODES: Final[Mapping[tuple[str, str], str]] = {
    ("*", "AccessDeniedException"): "AccessDenied",
    ("iam", "NoSuchEntity"): "NoSuchEntityException",
    ("iam", "EntityAlreadyExists"): "EntityAlreadyExistsException",
    ("iam", "DeleteConflict"): "DeleteConflictException",
    ("iam", "LimitExceeded"): "LimitExceededException",
    ("iam", "MalformedPolicyDocument"): "MalformedPolicyDocumentException",
    ("iam", "InvalidInput"): "InvalidInputException",
    ("iam", "EntityTemporarilyUnmodifiable"): "EntityTemporarilyUnmodifiableException",
    ("iam", "ValidationError"): "ValidationException",
    ("iam", "PasswordPolicyViolation"): "PasswordPolicyViolationException",
    ("sns", "AuthorizationError"): "AccessDenied",
    ("autoscaling", "ValidationError"): "ValidationException",
    ("cloudwatch", "ResourceNotFound"): "DashboardNotFoundError",
}


def written(call: ApiCall) -> dict[str, str]:
    if call.error is None:
        return {}
    code = {"errorCode": _error_code(call.service, call.error)[:1024]}
    if call.service in quirks.GATEWAY_SERVICES:
        return code
    told = message(call)
    return {**code, "errorMessage": cut(told, 1024)} if told else code


def _error_code(service: str, error: ApiError) -> str:
    if service == "ec2":  # observed: all of EC2's codes say whose mistake it was
        side = "Server" if error.status >= 500 else "Client"
        return error.code if error.code.startswith(f"{side}.") else f"{side}.{error.code}"
    known = _CODES.get((service, error.code)) or _CODES.get(("*", error.code))
    return known or error.code.rpartition("#")[2]


def message(call: ApiCall) -> str:
    """AWS's sentence, cleaned of the secrets that were sent; empty when that cannot be done."""
    told = call.error.message if call.error else ""
    try:
        hidden = redact.secrets(call.params, call.model.input_shape, call.service)
        return redact.clean(told, hidden)
    except Exception:  # parameters that no model describes
        return ""


def forgets(service: str, error: ApiError) -> bool:
    """Does the record of this refusal leave the parameters out? Observed: refused for want of a
    permission, all but a few services do; other errors keep them."""
    if service in quirks.NULL_WHEN_FAILED:
        return True
    return service not in quirks.KEEP_WHEN_DENIED and is_denial(error)


def is_denial(error: ApiError) -> bool:
    """Refused for want of a permission. A wrong MFA code is AccessDenied too, and keeps the
    parameters (observed in GetSessionToken)."""
    if "MultiFactorAuthentication failed" in error.message:
        return False
    return "not authorized to perform" in error.message or error.code in (
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "UnauthorizedOperation",
    )
