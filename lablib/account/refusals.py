"""How each protocol says that it does not know the caller, or not the operation.

Sources: "Common errors" of the IAM, STS and CloudTrail API references; EC2 API reference, "Error
codes"; S3 API reference, "List of error codes".
"""

from __future__ import annotations

from dataclasses import dataclass

INVALID = "The security token included in the request is invalid."
EXPIRED = "The security token included in the request is expired"
S3_UNKNOWN = "The AWS Access Key Id you provided does not exist in our records."
EC2_UNKNOWN = "AWS was not able to validate the provided access credentials"
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details."
)
S3_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your key "
    "and signing method."
)
S3_SKEWED = "The difference between the request time and the current time is too large."
SKEWED = "Signature expired: the request's time is too far from the current time."
S3_PAYLOAD = "The provided 'x-amz-content-sha256' header does not match what was computed."
UNSIGNED = "Request is missing Authentication Token"
EC2_UNSIGNED = "The request must contain the parameter AWSAccessKeyId"
S3_NO_METHOD = "The specified method is not allowed against this resource."


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    message: str
    status: int


class Refuse(Exception):
    """Ends a call: this is the answer. What AWS would have done, but the lab cannot do, leaves no
    record: AWS would have written another."""

    def __init__(self, refusal: Refusal, recorded: bool = True) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.recorded = recorded


# reason → protocol family → refusal
REFUSALS = {
    "unknown key": {
        "s3": Refusal("InvalidAccessKeyId", S3_UNKNOWN, 403),
        "ec2": Refusal("AuthFailure", EC2_UNKNOWN, 401),
        "query": Refusal("InvalidClientTokenId", INVALID, 403),
        "json": Refusal("UnrecognizedClientException", INVALID, 400),
        "rest": Refusal("UnrecognizedClientException", INVALID, 403),
    },
    "wrong token": {
        "s3": Refusal("InvalidToken", "The provided token is malformed or otherwise invalid.", 400),
        "ec2": Refusal("AuthFailure", EC2_UNKNOWN, 401),
        "query": Refusal("InvalidClientTokenId", INVALID, 403),
        "json": Refusal("UnrecognizedClientException", INVALID, 400),
        "rest": Refusal("UnrecognizedClientException", INVALID, 403),
    },
    "expired token": {
        "s3": Refusal("ExpiredToken", "The provided token has expired.", 400),
        "ec2": Refusal("RequestExpired", "Request has expired.", 400),
        "query": Refusal("ExpiredToken", EXPIRED, 403),
        "json": Refusal("ExpiredTokenException", EXPIRED, 400),
        "rest": Refusal("ExpiredTokenException", EXPIRED, 403),
    },
    "wrong signature": {
        "s3": Refusal("SignatureDoesNotMatch", S3_MISMATCH, 403),
        "ec2": Refusal("AuthFailure", EC2_UNKNOWN, 401),
        "query": Refusal("SignatureDoesNotMatch", MISMATCH, 403),
        "json": Refusal("InvalidSignatureException", MISMATCH, 400),
        "rest": Refusal("InvalidSignatureException", MISMATCH, 403),
    },
    "skewed": {
        "s3": Refusal("RequestTimeTooSkewed", S3_SKEWED, 403),
        "ec2": Refusal("RequestExpired", "Request has expired.", 400),
        "query": Refusal("SignatureDoesNotMatch", SKEWED, 403),
        "json": Refusal("InvalidSignatureException", SKEWED, 400),
        "rest": Refusal("InvalidSignatureException", SKEWED, 403),
    },
    "expired url": {
        "s3": Refusal("AccessDenied", "Request has expired", 403),
        "ec2": Refusal("RequestExpired", "Request has expired.", 400),
        "query": Refusal("SignatureDoesNotMatch", SKEWED, 403),
        "json": Refusal("InvalidSignatureException", SKEWED, 400),
        "rest": Refusal("InvalidSignatureException", SKEWED, 403),
    },
    "wrong payload hash": {
        "s3": Refusal("XAmzContentSHA256Mismatch", S3_PAYLOAD, 400),
        "ec2": Refusal("AuthFailure", EC2_UNKNOWN, 401),
        "query": Refusal("SignatureDoesNotMatch", MISMATCH, 403),
        "json": Refusal("InvalidSignatureException", MISMATCH, 400),
        "rest": Refusal("InvalidSignatureException", MISMATCH, 403),
    },
    "unsigned": {
        "s3": Refusal("AccessDenied", "Access Denied", 403),
        "ec2": Refusal("MissingParameter", EC2_UNSIGNED, 400),
        "query": Refusal("MissingAuthenticationToken", UNSIGNED, 403),
        "json": Refusal("MissingAuthenticationTokenException", UNSIGNED, 400),
        "rest": Refusal("MissingAuthenticationTokenException", UNSIGNED, 403),
    },
    "no such operation": {
        "s3": Refusal("MethodNotAllowed", S3_NO_METHOD, 405),
        "ec2": Refusal("InvalidAction", "The action is not valid for this web service.", 400),
        "query": Refusal("InvalidAction", "Could not find operation for this request.", 400),
        "json": Refusal("UnknownOperationException", "Unknown operation.", 400),
        "rest": Refusal("UnknownOperationException", "Unknown operation.", 404),
    },
}  # fmt: skip

# Which code says "not authorized", where it is not the family's (API references, "Errors" of each).
DENIED = {
    "s3": ("AccessDenied", 403),
    "ec2": ("UnauthorizedOperation", 403),
    "query": ("AccessDenied", 403),
    "json": ("AccessDeniedException", 400),
    "rest": ("AccessDeniedException", 403),
}
DENIED_BY_SERVICE = {
    "sns": ("AuthorizationError", 403),
    "sqs": ("AccessDenied", 403),
    "route53": ("AccessDenied", 403),
    "cloudfront": ("AccessDenied", 403),
}


def denied(service: str, protocol: str, message: str) -> Refusal:
    code, status = DENIED_BY_SERVICE.get(service) or DENIED[family(service, protocol)]
    return Refusal(code, message, status)


# What the lab cannot do is said in a code that clients do not try again (HTTP 400, no 5xx).
NOT_MOCKED = {
    "s3": "NotImplemented",
    "ec2": "UnsupportedOperation",
    "query": "UnsupportedOperation",
    "json": "UnsupportedOperationException",
    "rest": "UnsupportedOperationException",
}


def family(service: str, protocol: str) -> str:
    """Which column of the table a service reads."""
    if service == "s3":
        return "s3"
    return {"ec2": "ec2", "query": "query", "json": "json"}.get(protocol, "rest")


def refusal(reason: str, service: str, protocol: str) -> Refusal:
    return REFUSALS[reason][family(service, protocol)]


def not_mocked(service: str, protocol: str, operation: str) -> Refusal:
    what = f"The lab's AWS cannot do {service} {operation}: it is not simulated."
    return Refusal(NOT_MOCKED[family(service, protocol)], what, 400)


def failed(service: str, protocol: str, operation: str, error: Exception) -> Refusal:
    what = f"The lab's AWS failed at {service} {operation} ({type(error).__name__}: {error})."
    code = "InternalError" if service in ("s3", "ec2") else "InternalFailure"
    return Refusal(code, what[:1000], 400)
