"""What AWS refuses to store as a policy, in the words of the service that is asked.

User Guide (IAM), "Grammar of the IAM JSON policy language"; API Reference of each service for the
code. S3's and IAM's messages are those of real answers that users quote; where a service has one
message for everything, or none is known, its row says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .document import LARGEST, Document, MalformedPolicy, NotJson, parse
from .document import load as load_document

Body = Mapping[str, Any]
Exists = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of policy is checked and refused.

    `principal` and `resource`: whether a statement must have the element (True), must not (False),
    or may (None). `message` stands for every mistake; without it each check has its own.
    """

    code: str
    principal: bool | None
    resource: bool | None
    largest: int = LARGEST  # characters; IAM's own quotas have errors of their own
    message: str | None = None
    vendor: str | None = None  # the only service whose actions make sense


_IAM = "MalformedPolicyDocument"
KINDS: dict[str, Kind] = {
    "identity": Kind(_IAM, principal=False, resource=True),
    "trust": Kind(_IAM, principal=True, resource=False, vendor="sts"),
    "scp": Kind(
        "MalformedPolicyDocumentException",
        principal=False,
        resource=True,
        largest=10_240,
        message="The provided policy document does not meet the requirements of the specified "
        "policy type.",
    ),
    "s3": Kind("MalformedPolicy", principal=True, resource=True, largest=20_480, vendor="s3"),
    "kms": Kind(  # ours: the message
        "MalformedPolicyDocumentException", principal=True, resource=None, largest=32_768
    ),
    "sns": Kind(
        "InvalidParameter",
        principal=True,
        resource=True,
        largest=30_720,
        message="Invalid parameter: Policy Error: null",
    ),
    "sqs": Kind(
        "InvalidAttributeValue",
        principal=True,
        resource=None,
        largest=32_768,
        message="Invalid value for the parameter Policy.",
    ),
    "secretsmanager": Kind(
        "MalformedPolicyDocumentException",
        principal=True,
        resource=True,
        largest=20_480,
        message="This resource policy contains a syntax error.",  # ours
    ),
    "resource": Kind("MalformedPolicy", principal=True, resource=True, largest=20_480),
}

SYNTAX = "Syntax errors in policy."
_IAM_WORDS = {  # what `parse` says → what IAM says
    "Missing required field Action": "Policy statement must contain actions.",
    "Missing required field Resource": "Policy statement must contain resources.",
    "The policy must contain a valid version string": SYNTAX,
}


def validate(
    document: Document,
    kind: str = "identity",
    *,
    resource: str | None = None,
    exists: Exists | None = None,
) -> None:
    """Returns when AWS would store the document. Raises MalformedPolicy otherwise.

    `resource`: the ARN of what the policy is put on (a bucket), to which its statements must keep.
    `exists`: whether an IAM principal's ARN exists; without it all do.
    """
    rules = KINDS[kind]
    try:
        _check(document, rules, resource, exists)
    except MalformedPolicy as problem:
        raise MalformedPolicy(_message(problem, rules), rules.code) from None


def _message(problem: MalformedPolicy, rules: Kind) -> str:
    if rules.message is not None:
        return rules.message
    if rules.code != _IAM:
        return problem.message
    if isinstance(problem, NotJson):
        return SYNTAX
    return _IAM_WORDS.get(problem.message, problem.message)


def _check(document: Document, rules: Kind, resource: str | None, exists: Exists | None) -> None:
    if not isinstance(document, Mapping) and len(document) > rules.largest:
        raise MalformedPolicy("Policy exceeds the maximum allowed document size.")
    body = load_document(document)
    statements = _statements(body)
    if not statements:
        raise MalformedPolicy("Could not parse the policy: Statement is empty!")
    for statement in statements:
        _elements(statement, rules)
    parse(body)
    if rules is KINDS["identity"] and body.get("Version") != "2012-10-17":
        raise MalformedPolicy("Policy document must be version 2012-10-17 or greater.")
    _sids(statements, rules)
    for statement in statements:
        _actions(statement, rules)
        _principals(statement, exists)
        _resources(statement, rules, resource)


def _statements(body: Body) -> list[Body]:
    written = body.get("Statement")
    if written is None:
        raise MalformedPolicy("Missing required field Statement")
    listed = written if isinstance(written, list) else [written]
    if not all(isinstance(each, Mapping) for each in listed):
        raise MalformedPolicy("Statement must be an object")
    return listed


# --- elements ------------------------------------------------------------------------------------


def _elements(statement: Body, rules: Kind) -> None:
    wanted = {"Principal": rules.principal, "Resource": rules.resource}
    for element, must in wanted.items():
        there = element in statement or f"Not{element}" in statement
        if must and not there:
            raise MalformedPolicy(f"Missing required field {element}")
        if must is False and there:
            raise MalformedPolicy(_PROHIBITED[element])
    if rules.code == _IAM and "NotPrincipal" in statement:
        raise MalformedPolicy("Has prohibited field NotPrincipal")


_PROHIBITED = {
    "Principal": "Policy document should not specify a principal.",
    "Resource": "Has prohibited field Resource",
}


def _sids(statements: list[Body], rules: Kind) -> None:
    sids = [str(each["Sid"]) for each in statements if each.get("Sid")]
    if rules.code == _IAM and not all(re.fullmatch(r"[0-9A-Za-z]*", sid) for sid in sids):
        raise MalformedPolicy(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the "
            "regular expression [0-9A-Za-z]*"
        )
    if len(set(sids)) != len(sids):
        raise MalformedPolicy("Statement IDs (SID) in a single policy must be unique.")


def _texts(statement: Body, element: str) -> Iterator[str]:
    """The values of an element and of its Not… twin; their types are known to be right."""
    for name in (element, f"Not{element}"):
        value = statement.get(name, [])
        yield from [value] if isinstance(value, str) else value


_ACTION = re.compile(r"[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+")


def _actions(statement: Body, rules: Kind) -> None:
    for action in _texts(statement, "Action"):
        if action != "*" and not _ACTION.fullmatch(action):
            raise MalformedPolicy(_BAD_ACTION.get(rules.code, "Policy has invalid action"))
        vendor = action.split(":")[0].lower()
        if rules.vendor == "sts" and vendor != "sts":
            raise MalformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.")
        if rules.vendor == "s3" and vendor not in ("s3", "*"):
            raise MalformedPolicy("Policy has invalid action")


_BAD_ACTION = {_IAM: "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."}


# --- principals ----------------------------------------------------------------------------------

_PRINCIPAL = re.compile(
    r"\*|\d{12}|arn:[\w-]+:iam::\d{12}:(root|(user|role)/[\w+=,.@/-]+)"
    r"|arn:[\w-]+:sts::\d{12}:(assumed-role|federated-user)/[\w+=,.@/-]+"
    r"|A(ROA|IDA)[A-Z0-9]{12,}",  # what AWS shows for a principal that was deleted
    re.ASCII,
)
_SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|aws\.internal)", re.ASCII)


def _principals(statement: Body, exists: Exists | None) -> None:
    for element in ("Principal", "NotPrincipal"):
        named = statement.get(element)
        if isinstance(named, Mapping):
            for sort, value in named.items():
                for name in [value] if isinstance(value, str) else value:
                    _principal(sort, name, exists)


def _principal(sort: str, name: str, exists: Exists | None) -> None:
    """Wildcards inside an ARN are not allowed; users and roles must be there."""
    known = {"AWS": _PRINCIPAL, "Service": _SERVICE}.get(sort)
    possible = known is None or known.fullmatch(name) is not None
    lives = ":user/" in name or ":role/" in name
    if not possible or (sort == "AWS" and lives and exists is not None and not exists(name)):
        raise MalformedPolicy("Invalid principal in policy")


# --- resources -----------------------------------------------------------------------------------


def _resources(statement: Body, rules: Kind, owner: str | None) -> None:
    for arn in _texts(statement, "Resource"):
        if rules.code == _IAM and arn != "*" and arn.count(":") < 5:
            raise MalformedPolicy(f'Resource {arn[:80]} must be in ARN format or "*".')
        if rules.vendor == "s3" and not _on_bucket(arn, owner):
            raise MalformedPolicy("Policy has invalid resource")
    if rules.vendor == "s3" and "Action" in statement and "Resource" in statement:
        _s3_actions_fit(statement)


def _on_bucket(arn: str, owner: str | None) -> bool:
    """S3 takes only ARNs of the bucket that the policy is put on, and of its objects."""
    if not re.match(r"arn:[\w-]+:s3:::.", arn):
        return False
    return owner is None or arn == owner or arn.startswith((f"{owner}/", f"{owner}*"))


OBJECT_ACTION = re.compile(
    # Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3":
    # actions on objects have Object in their names, and these besides; the exceptions follow.
    r"s3:(.*object.*|abortmultipartupload|listmultipartuploadparts|bypassgovernanceretention)"
)
BUCKET_ACTION = re.compile(r"s3:(get|put)bucketobjectlockconfiguration")


def _s3_actions_fit(statement: Body) -> None:
    """Each action needs a resource of its sort: objects have a slash, buckets do not."""
    resources = list(_texts(statement, "Resource"))
    objects = any("/" in arn or arn.endswith("*") for arn in resources)
    buckets = any("/" not in arn for arn in resources)
    for action in map(str.lower, _texts(statement, "Action")):
        if "*" in action or "?" in action:
            continue
        of_objects = OBJECT_ACTION.fullmatch(action) and not BUCKET_ACTION.fullmatch(action)
        if not (objects if of_objects else buckets):
            raise MalformedPolicy("Action does not apply to any resource(s) in statement")
