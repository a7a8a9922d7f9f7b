"""Does a call only read? By the operation's first verb, and a table of exceptions."""

from __future__ import annotations

from typing import Final

from lablib.cloudtrail.record.names import words

# The verbs whose calls CloudTrail marks readOnly: true (observed over 430 operations).
_READS: Final = (
    "Get", "List", "Describe", "Head", "Lookup", "Search", "Query", "Scan", "Select", "Check",
    "BatchGet", "BatchDescribe", "BatchCheck", "Validate", "Estimate", "Preview", "Simulate",
    "Filter", "Discover", "View", "Download", "Verify", "Test", "Is", "Count", "Can", "Read",
)  # fmt: skip

# KMS developer guide, "Logging AWS KMS API calls": cryptographic operations are read-only.
_KMS_READS: Final = words(
    "Decrypt Encrypt ReEncrypt Sign GenerateDataKey GenerateDataKeyWithoutPlaintext "
    "GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext GenerateRandom GenerateMac "
    "DeriveSharedSecret"
)

_EXCEPTIONS: Final[dict[tuple[str, str], bool]] = {
    **{("kms", name): True for name in _KMS_READS},
    # Observed: AssumeRole is readOnly true although it answers with credentials, and
    # GetFederationToken, GetSessionToken, AssumeRoot are false.
    ("sts", "AssumeRole"): True,
    ("sts", "AssumeRoleWithSAML"): True,
    ("sts", "AssumeRoleWithWebIdentity"): True,
    ("sts", "DecodeAuthorizationMessage"): True,
    ("sts", "GetFederationToken"): False,
    ("sts", "GetSessionToken"): False,
    ("signin", "GetSigninToken"): False,
    # IAM user guide, "Logging IAM and AWS STS API calls".
    ("iam", "GenerateCredentialReport"): True,
    ("iam", "GenerateServiceLastAccessedDetails"): True,
    ("iam", "GenerateOrganizationsAccessReport"): True,
    # Reads whose verb is not one: DynamoDB, SQS, Logs and Athena developer guides.
    ("dynamodb", "TransactGetItems"): True,
    ("sqs", "ReceiveMessage"): True,
    ("logs", "StartQuery"): True,
    ("ses", "VerifyEmailIdentity"): False,  # observed
    ("ses", "VerifyDomainIdentity"): False,
    ("ses", "VerifyDomainDkim"): False,
    ("ses", "VerifyEmailAddress"): False,
    ("route53domains", "ViewBilling"): True,
    ("events", "TestEventPattern"): True,
    ("apigateway", "TestInvokeMethod"): False,
    ("apigateway", "TestInvokeAuthorizer"): False,
    ("rds", "DownloadDBLogFilePortion"): True,  # observed
    ("sns", "VerifySMSSandboxPhoneNumber"): False,
    ("cognito-idp", "VerifyUserAttribute"): False,
    ("cognito-idp", "VerifySoftwareToken"): False,
    ("pinpoint-sms-voice-v2", "VerifyDestinationNumber"): False,
    ("cognito-identity", "GetId"): False,
    ("cognito-identity", "GetOpenIdToken"): False,
    ("cognito-identity", "GetCredentialsForIdentity"): False,
}


def is_read_only(service: str, operation: str) -> bool:
    """True for calls that change nothing: CloudTrail's readOnly."""
    exception = _EXCEPTIONS.get((service, operation))
    if exception is not None:
        return exception
    return any(_begins(operation, verb) for verb in _READS)


def _begins(operation: str, verb: str) -> bool:
    rest = operation[len(verb) :]
    return operation.startswith(verb) and (not rest or not rest[0].islower())
