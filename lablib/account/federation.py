"""Callers whom another identity provider knows: AssumeRoleWithWebIdentity, AssumeRoleWithSAML.

The requests carry no signature but the provider's word: a JSON Web Token or a SAML assertion. What
it says is read; that the provider signed it is not proved, since its keys lie on the internet (see
docs/differences.md). Sources: STS API reference of both operations; IAM User Guide, "Logging IAM
and AWS STS API calls with CloudTrail" (SAMLUser, WebIdentityUser), "Available keys for AWS web
identity federation" and "… for SAML-based AWS STS federation" (condition keys).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from ..cloudtrail.call import Caller
from .moto_adapter import names, policies
from .policy import Policies, Request, cached, evaluate

# Providers that need no OpenID Connect provider in IAM (STS API reference, ProviderId).
KNOWN_EVERYWHERE = (
    "accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com",
)  # fmt: skip
SAML_AUDIENCE = "https://signin.aws.amazon.com/saml"


class Distrusted(Exception):
    """STS's refusal of what a provider said, in STS's words."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True, slots=True)
class Word:
    """What a provider says of a user, and what STS answers and records of it."""

    caller: Caller  # as in userIdentity of the STS call
    provider: str  # as trust policies name it: an ARN, or a name that is known everywhere
    action: str
    context: Mapping[str, str]
    told: Mapping[str, Any]  # in the answer, beside the credentials
    session_name: str
    source_identity: str | None = None
    federated_provider: str | None = None  # webIdFederationData of the session


Params = Mapping[str, Any]


def read(operation: str, params: Params, now: datetime) -> Word:
    """Raises Distrusted when there is nobody to be recorded: the token is no token, or expired."""
    return READERS[operation](params, now)


def trusted(word: Word, role_arn: str) -> bool:
    """Whether the role's trust policy lets the provider's user in."""
    document = policies.of_trust(role_arn)
    if document is None:
        return False
    request = Request(word.provider, word.action, role_arn, word.context)
    return evaluate(request, Policies(resource=cached(document, "of the role"))).allowed


# -- OpenID Connect -----------------------------------------------------------------------


def _web_identity(params: Params, now: datetime) -> Word:
    claims = _claims(str(params.get("WebIdentityToken", "")))
    issuer = str(claims.get("iss", "")).removeprefix("https://")
    subject, audience = str(claims.get("sub", "")), _audience(claims)
    _in_time(claims, now)
    provider = _provider(issuer, str(params.get("RoleArn", "")), audience)
    keys = {"sub": subject, "aud": audience} | {
        name: str(claims[name]) for name in ("azp", "amr", "email") if name in claims
    }
    return Word(
        caller=Caller(
            type="WebIdentityUser",
            principal_id=f"{provider}:{audience}:{subject}",
            user_name=subject,
            identity_provider=provider,
        ),
        provider=provider,
        action="sts:AssumeRoleWithWebIdentity",
        context={f"{issuer}:{name}": value for name, value in keys.items()},
        told={
            "SubjectFromWebIdentityToken": subject,
            "Provider": provider,
            "Audience": audience,
        },
        session_name=str(params.get("RoleSessionName", "")),
        source_identity=claims.get("https://aws.amazon.com/source_identity"),
        federated_provider=provider,
    )


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        if len(parts) == 3 and isinstance(claims, dict) and claims.get("iss"):
            return claims
    except (IndexError, ValueError, binascii.Error, RecursionError):
        pass
    raise Distrusted(
        "InvalidIdentityToken",
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access "
        "Token)",
    )


def _audience(claims: Params) -> str:
    audience = claims.get("aud", "")
    return str(audience[0] if isinstance(audience, list) and audience else audience)


def _in_time(claims: Params, now: datetime) -> None:
    expires = claims.get("exp")
    if isinstance(expires, int | float) and now.timestamp() >= expires:
        moment = int(now.timestamp())
        raise Distrusted(
            "ExpiredTokenException",
            f"Token expired: current date/time {moment} must be before the expiration date/time "
            f"{int(expires)}",
        )


def _provider(issuer: str, role_arn: str, audience: str) -> str:
    if issuer in KNOWN_EVERYWHERE:
        return issuer
    account = role_arn.split(":")[4] if role_arn.count(":") >= 5 else ""
    arn = f"arn:aws:iam::{account}:oidc-provider/{issuer}"
    audiences = names.oidc_audiences(arn)
    if audiences is None:
        message = f"No OpenIDConnect provider found in your account for https://{issuer}"
        raise Distrusted("InvalidIdentityToken", message)
    if audience not in audiences:
        raise Distrusted("InvalidIdentityToken", "Incorrect token audience")
    return arn


# -- SAML ---------------------------------------------------------------------------------

ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
INVALID = "Invalid base64 SAMLResponse"


def _saml(params: Params, now: datetime) -> Word:
    tree = _assertion(str(params.get("SAMLAssertion", "")))
    provider = str(params.get("PrincipalArn", ""))
    issuer, subject = _text(tree, "Issuer"), _text(tree, "NameID")
    if not names.saml_provider_exists(provider):
        raise Distrusted("InvalidIdentityToken", "Specified provider doesn't exist")
    _offered(tree, str(params.get("RoleArn", "")), provider)
    qualifier = _qualifier(issuer, provider)
    kind = _kind(tree)
    context = {
        "saml:aud": _text(tree, "Audience") or SAML_AUDIENCE,
        "saml:iss": issuer,
        "saml:sub": subject,
        "saml:sub_type": kind,
        "saml:namequalifier": qualifier,
    }
    return Word(
        caller=Caller(
            type="SAMLUser",
            principal_id=f"{qualifier}:{subject}",
            user_name=subject,
            identity_provider=qualifier,
        ),
        provider=provider,
        action="sts:AssumeRoleWithSAML",
        context=context,
        told={
            "Subject": subject,
            "SubjectType": kind,
            "Issuer": issuer,
            "Audience": context["saml:aud"],
            "NameQualifier": qualifier,
        },
        session_name=_attribute(tree, "RoleSessionName") or subject,
        source_identity=_attribute(tree, "SourceIdentity") or None,
    )


def _assertion(encoded: str) -> ElementTree.Element:
    try:
        document = base64.b64decode(encoded, validate=True)
        if b"<!" in document:  # entities have no place in an assertion
            raise ValueError
        return ElementTree.fromstring(document)
    except (ValueError, binascii.Error, ElementTree.ParseError):
        raise Distrusted("InvalidIdentityToken", INVALID) from None


def _text(tree: ElementTree.Element, name: str) -> str:
    found = next((e for e in tree.iter() if e.tag.rpartition("}")[2] == name), None)
    return "" if found is None else (found.text or "").strip()


def _kind(tree: ElementTree.Element) -> str:
    found = next((e for e in tree.iter() if e.tag.rpartition("}")[2] == "NameID"), None)
    form = "" if found is None else found.get("Format", "")
    return form.rpartition(":")[2] if form.endswith(("transient", "persistent")) else form


def _values(tree: ElementTree.Element, name: str) -> list[str]:
    return [
        (value.text or "").strip()
        for attribute in tree.iter()
        if attribute.tag.endswith("Attribute") and attribute.get("Name") == ATTRIBUTES + name
        for value in attribute
    ]


def _attribute(tree: ElementTree.Element, name: str) -> str:
    return next(iter(_values(tree, name)), "")


def _offered(tree: ElementTree.Element, role: str, provider: str) -> None:
    """IAM User Guide, "Configure SAML assertions": the Role attribute pairs roles and providers."""
    pairs = [{part.strip() for part in value.split(",")} for value in _values(tree, "Role")]
    if {role, provider} not in pairs:
        raise Distrusted("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML", 403)


def _qualifier(issuer: str, provider: str) -> str:
    """STS API reference: BASE64(SHA1(issuer + account + "/" + the provider's name))."""
    account = provider.split(":")[4] if provider.count(":") >= 5 else ""
    named = f"{issuer}{account}/{provider.rpartition('/')[2]}"
    return base64.b64encode(hashlib.sha1(named.encode()).digest()).decode()


def recorded(params: Params) -> Params:
    """What the record of AssumeRoleWithSAML shows: of the assertion its id, and what it says."""
    try:
        tree = _assertion(str(params.get("SAMLAssertion", "")))
    except Distrusted:
        return params
    assertion = next((e for e in tree.iter() if e.tag.rpartition("}")[2] == "Assertion"), tree)
    said = {
        "SAMLAssertionID": assertion.get("ID", ""),
        "RoleSessionName": _attribute(tree, "RoleSessionName") or _text(tree, "NameID"),
        "SourceIdentity": _attribute(tree, "SourceIdentity"),
    }
    kept = {name: value for name, value in params.items() if name != "SAMLAssertion"}
    return {name: value for name, value in said.items() if value} | kept


READERS: Mapping[str, Callable[[Params, datetime], Word]] = {
    "AssumeRoleWithWebIdentity": _web_identity,
    "AssumeRoleWithSAML": _saml,
}
