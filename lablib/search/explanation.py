"""A record explained: what each field means, and where it came from in this very call.

Meanings follow the User Guide, "CloudTrail record contents" and "CloudTrail userIdentity element";
other sources stand in their rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lablib.search.table import Table, html_table

Record = Mapping[str, Any]
CONTENTS = "User Guide, CloudTrail record contents"
IDENTITY = "User Guide, CloudTrail userIdentity element"
SIGN_IN = "User Guide, AWS Management Console sign-in events"
S3 = "S3 User Guide, Amazon S3 CloudTrail events"
OBSERVED = "as observed in delivered log files"
LONGEST = 60  # letters of a value that a line shows


@dataclass(frozen=True, slots=True)
class Field:
    """A row: what the field means, who says so, and where it came from in a given record."""

    meaning: str
    here: Callable[[Record], str]
    source: str = CONTENTS


def _said(sentence: str) -> Callable[[Record], str]:
    return lambda record: sentence


def _version(record: Record) -> str:
    return f"{_service(record)} writes its records in this version; services differ."


def _service(record: Record) -> str:
    return str(record.get("eventSource", "")).partition(".")[0] or "the service"


def _time(record: Record) -> str:
    return "The service's clock, when it had answered; whole seconds, UTC (here: lab time)."


def _name(record: Record) -> str:
    if record.get("eventType") == "AwsConsoleSignIn":
        return "What happened at the sign-in page."
    if record.get("eventSource") == "s3.amazonaws.com":
        return "The operation that the client called; S3 uses names of its own for a few."
    return "The operation that the client called."


def _region(record: Record) -> str:
    if record.get("eventSource") in ("iam.amazonaws.com", "cloudfront.amazonaws.com"):
        return "A global service: recorded in us-east-1, wherever the client was."
    if record.get("eventSource") == "s3.amazonaws.com":
        return "The Region of the bucket."
    return "The Region whose endpoint the client chose."


def _address(record: Record) -> str:
    if _by_service(record):
        return "A service made the call: its name stands in the place of an address."
    return "The address that the request came from (here: this machine, or one that was given)."


def _agent(record: Record) -> str:
    if _by_service(record):
        return "A service made the call: its name stands in the place of a client."
    brackets = " S3 puts it in square brackets." if _service(record) == "s3" else ""
    return f"The User-Agent header that the client sent.{brackets}"


def _by_service(record: Record) -> bool:
    return bool((record.get("userIdentity") or {}).get("invokedBy"))


def _request(record: Record) -> str:
    if record.get("requestParameters") is not None:
        return "The parameters of the call, with a small first letter; secrets are left out."
    if record.get("errorCode"):
        return "null: this service leaves them out when it refuses."
    return "null: the call has no parameters, or this service does not record them."


def _answer(record: Record) -> str:
    if record.get("responseElements") is not None:
        return "The service's answer, without its secrets."
    if record.get("errorCode"):
        return "null: the call was refused."
    if record.get("readOnly"):
        return "null: answers to calls that only read are not recorded."
    return "null: the service answers this call with nothing."


def _id_of_request(record: Record) -> str:
    return (
        "The service drew it; the client got the same in its answer (ResponseMetadata.RequestId)."
    )


def _read_only(record: Record) -> str:
    if record.get("readOnly"):
        return "true: the call changes nothing. A trail for Write events does not take it."
    return "false: the call changes something. A trail for Read events does not take it."


def _error(record: Record) -> str:
    return "The service refused the call; the client got this error. Without it the call was done."


def _message(record: Record) -> str:
    if record.get("errorCode"):
        return "The sentence that the client got with the error."
    return "Why the sign-in failed; sign-ins have no errorCode."


def _kind(record: Record) -> str:
    kinds = {
        "AwsApiCall": "An API call.",
        "AwsConsoleSignIn": "A sign-in, not an API call.",
        "AwsServiceEvent": "Something that a service did: by itself, or in the course of a call.",
    }
    return kinds.get(str(record.get("eventType")), "See the meaning.")


def _management(record: Record) -> str:
    if record.get("managementEvent"):
        return "true: trails take it by default, and Event history shows it for 90 days."
    return "false: only trails whose selectors ask for it take it; Event history never shows it."


def _category(record: Record) -> str:
    if record.get("eventCategory") == "Data":
        return "Data: an operation on what a resource holds."
    return "Management: an operation on a resource, or on the account."


def _recipient(record: Record) -> str:
    caller = (record.get("userIdentity") or {}).get("accountId")
    if caller and caller != record.get("recipientAccountId"):
        return f"The account of the resource; the caller's is {caller}, which has a record, too."
    return "The account in which the call was made."


def _shared(record: Record) -> str:
    if (record.get("userIdentity") or {}).get("type") == "AWSService":
        return "Records of calls that AWS services make carry such an id, too (as observed)."
    return "Another record of the same action, in another account, has this id, too."


def _at_console(record: Record) -> bool:
    return record.get("eventType") == "AwsConsoleSignIn"


def _by_key(otherwise: str) -> Callable[[Record], str]:
    """Where a part of the identity comes from: a key's signature, unless somebody signed in."""
    signed_in = "From what was typed at the sign-in page: nothing is signed there."
    return lambda record: signed_in if _at_console(record) else otherwise


def _caller(record: Record) -> str:
    if _at_console(record):
        return "Who signed in at the console: by name and password, not by a key."
    who = record.get("userIdentity") or {}
    return CALLERS.get(str(who.get("type")), "See the meaning.")


CALLERS = {
    "IAMUser": "An IAM user, found by the access key of the signature.",
    "Root": "The root user of the account, found by its key.",
    "AssumedRole": "A session of a role, found by its temporary key.",
    "FederatedUser": "A session from GetFederationToken, found by its temporary key.",
    "AWSService": "An AWS service, on its own account.",
    "AWSAccount": "Somebody of another account, or nobody who is known (anonymous).",
    "WebIdentityUser": "A user whom an OpenID Connect provider vouched for.",
    "SAMLUser": "A user whom a SAML provider vouched for.",
    "Unknown": "Somebody who did not have to sign.",
}


def _mfa(record: Record) -> str:
    session = (record.get("userIdentity") or {}).get("sessionContext") or {}
    if (session.get("attributes") or {}).get("mfaAuthenticated") == "true":
        return "Text, not a truth value. A code was given when the session was made."
    return "Text, not a truth value. No code was given when the session was made."


FIELDS: Mapping[str, Field] = {
    "eventVersion": Field("Version of the record's format.", _version),
    "userIdentity": Field("Who made the call.", _said("See its parts."), IDENTITY),
    "userIdentity.type": Field("What kind of caller.", _caller, IDENTITY),
    "userIdentity.principalId": Field(
        "The caller's unchanging id; for a session the role's id and the session's name.",
        _said("Drawn when the user or role was created; a new one of the same name gets another."),
        IDENTITY,
    ),
    "userIdentity.arn": Field(
        "The caller's ARN.", _said("The one that policies decided by."), IDENTITY
    ),
    "userIdentity.accountId": Field(
        "The account that the caller belongs to.", _by_key("From the caller's key."), IDENTITY
    ),
    "userIdentity.accessKeyId": Field(
        "The key that signed; AKIA… is long-term, ASIA… temporary.",
        _said("From the Credential part of the request's signature."),
        IDENTITY,
    ),
    "userIdentity.userName": Field(
        "The IAM user's name.", _by_key("Of the user whose key signed."), IDENTITY
    ),
    "userIdentity.identityProvider": Field(
        "The provider that vouched for the user.", _said("From the token or assertion."), IDENTITY
    ),
    "userIdentity.invokedBy": Field(
        "The AWS service that made the call.",
        _said("The service did it because of another call, or by itself."),
        IDENTITY,
    ),
    "userIdentity.sessionContext": Field(
        "Of temporary credentials: where they came from.", _said("See its parts."), IDENTITY
    ),
    "userIdentity.sessionContext.sessionIssuer": Field(
        "The role or user that the session was made from.",
        _said("From AssumeRole or GetFederationToken."),
        IDENTITY,
    ),
    "userIdentity.sessionContext.webIdFederationData": Field(
        "The provider that the session's user came from.",
        _said("From AssumeRoleWithWebIdentity."),
        IDENTITY,
    ),
    "userIdentity.sessionContext.attributes.creationDate": Field(
        "When the session was made.", _said("When STS gave the temporary key out."), IDENTITY
    ),
    "userIdentity.sessionContext.attributes.mfaAuthenticated": Field(
        "Whether a second factor was shown.", _mfa, IDENTITY
    ),
    "userIdentity.sessionContext.sourceIdentity": Field(
        "Who was at the beginning of a chain of roles.",
        _said("SourceIdentity of the first AssumeRole; it cannot be changed afterwards."),
        IDENTITY,
    ),
    "eventTime": Field("When the call was completed.", _time),
    "eventSource": Field(
        "The service.", _said("The service's name in AWS, before .amazonaws.com.")
    ),
    "eventName": Field("What was called.", _name),
    "awsRegion": Field("The Region that the call counts in.", _region),
    "sourceIPAddress": Field("Where the call came from.", _address),
    "userAgent": Field("The client's own description.", _agent),
    "errorCode": Field("Why the call was refused.", _error),
    "errorMessage": Field("The refusal in words.", _message),
    "requestParameters": Field("What was asked for.", _request),
    "responseElements": Field("What a changing call was answered.", _answer),
    "additionalEventData": Field(
        "What does not belong to request or answer.", _said("The service adds it; see its parts.")
    ),
    "additionalEventData.SignatureVersion": Field(
        "How the request was signed.", _said("From the Authorization header or the URL."), S3
    ),
    "additionalEventData.AuthenticationMethod": Field(
        "Where the signature was.", _said("AuthHeader, or QueryString for presigned URLs."), S3
    ),
    "additionalEventData.bytesTransferredIn": Field(
        "Bytes of the request's body.", _said("Counted by S3."), S3
    ),
    "additionalEventData.bytesTransferredOut": Field(
        "Bytes of the answer's body.", _said("Counted by S3."), S3
    ),
    "additionalEventData.x-amz-id-2": Field(
        "S3's second id of the request.", _said("The client got it in a header, too."), S3
    ),
    "additionalEventData.LoginTo": Field(
        "The page after signing in.", _said("From the sign-in page."), SIGN_IN
    ),
    "additionalEventData.MobileVersion": Field(
        "Whether the mobile page was used.", _said("Text: Yes or No."), SIGN_IN
    ),
    "additionalEventData.MFAUsed": Field(
        "Whether a second factor was used.", _said("Text: Yes or No."), SIGN_IN
    ),
    "additionalEventData.MFAIdentifier": Field(
        "The device of the second factor.", _said("Its serial number, an ARN."), SIGN_IN
    ),
    "requestID": Field("The service's id of the request.", _id_of_request),
    "eventID": Field(
        "CloudTrail's id of this record.", _said("CloudTrail drew it; no other record has it.")
    ),
    "readOnly": Field("Whether the call only read.", _read_only),
    "resources": Field(
        "What the call was about, by ARN.", _said("Only some services tell: S3, KMS, STS, SSM.")
    ),
    "eventType": Field("What kind of event.", _kind),
    "apiVersion": Field(
        "Version of the service's API.", _said("Only a few services still tell it.")
    ),
    "managementEvent": Field("Whether this is a management event.", _management),
    "recipientAccountId": Field("The account that gets this record.", _recipient),
    "sharedEventID": Field("Ties the records of one action together.", _shared),
    "vpcEndpointId": Field("The VPC endpoint that was used.", _said("From the network.")),
    "vpcEndpointAccountId": Field(
        "The account that owns the VPC endpoint.", _said("From the network; since version 1.09.")
    ),
    "eventCategory": Field("Which selectors decide about it.", _category),
    "addendum": Field(
        "Why the record came late, or again.", _said("CloudTrail adds it to late records.")
    ),
    "tlsDetails": Field(
        "How the connection was encrypted.",
        _said("What a client of the real service would have spoken; the lab is plain HTTP."),
    ),
    "sessionCredentialFromConsole": Field(
        "Whether the console made the call.", _said("Text, and only there when true.")
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One field of one record."""

    field: str
    value: str
    meaning: str
    here: str
    source: str


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """Every field of a record, in the record's order."""

    record: Record

    def lines(self) -> list[Line]:
        return list(_lines(self.record, self.record, ""))

    def to_frame(self) -> Table:
        """One row a field: Field, Value, Meaning, In this call, Source."""
        rows = [(one.field, one.value, one.meaning, one.here, one.source) for one in self.lines()]
        columns = ["Field", "Value", "Meaning", "In this call", "Source"]
        return Table(rows, columns=pd.Index(columns))

    def __repr__(self) -> str:
        return "\n".join(
            f"{one.field} = {one.value}\n    {one.meaning} {one.here} ({one.source})"
            for one in self.lines()
        )

    def _repr_html_(self) -> str:
        rows = [
            (one.field, one.value, f"{one.meaning} ({one.source})", one.here)
            for one in self.lines()
        ]
        return html_table(["Field", "Value", "Meaning", "In this call"], rows)


def _lines(whole: Record, part: Record, path: str) -> Iterator[Line]:
    """A field and, where its parts have rows of their own, its parts."""
    for name, value in part.items():
        place = f"{path}{name}"
        row = FIELDS.get(place)
        if row is not None:
            shown = _shown(value, place)
            yield Line(place, shown, row.meaning, row.here(whole), row.source)
        if isinstance(value, Mapping) and _has_rows_below(place):
            yield from _lines(whole, value, f"{place}.")


def _has_rows_below(place: str) -> bool:
    return any(known.startswith(f"{place}.") for known in FIELDS)


def _shown(value: Any, place: str) -> str:
    if isinstance(value, Mapping) and _has_rows_below(place):
        return "…" if value else "{}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
