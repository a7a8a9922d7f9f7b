"""What goes wrong, in words: the kit's own error, and AWS's errors as one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# How a service is called when it speaks: "CloudTrail says: …".
SPOKEN = {
    "cloudtrail": "CloudTrail",
    "s3": "S3",
    "kms": "KMS",
    "sns": "SNS",
    "sqs": "SQS",
    "iam": "IAM",
    "sts": "STS",
    "ec2": "EC2",
    "logs": "CloudWatch Logs",
    "cloudwatch": "CloudWatch",
    "ssm": "Systems Manager",
    "lambda": "Lambda",
    "dynamodb": "DynamoDB",
    "rds": "RDS",
    "organizations": "Organizations",
    "secretsmanager": "Secrets Manager",
}


class LabError(Exception):
    """A wrong use of the kit, or a kit that cannot go on.

    `what` happened, what was `expected`, what was `found`, and what to do `next`; each is a
    sentence or a few words, and only `what` is needed.
    """

    def __init__(
        self,
        what: str,
        *,
        expected: str | None = None,
        found: str | None = None,
        next: str | None = None,
    ) -> None:
        self.what, self.expected, self.found, self.next = what, expected, found, next
        parts = [
            what,
            expected and f"Expected: {expected}",
            found and f"Found: {found}",
            next and f"Try: {next}",
        ]
        super().__init__("\n".join(part for part in parts if part))


def aws_sentence(response: Mapping[str, Any], operation: str, service: str = "") -> str:
    """One sentence for an answer that AWS refused: who says it, the code, the message."""
    error = response.get("Error", {})
    who = SPOKEN.get(service, service) or "AWS"
    message = str(error.get("Message", "")).strip().rstrip(".")
    return f"{who} says: {error.get('Code', 'Unknown')} – {message or 'no message'}. ({operation})"
