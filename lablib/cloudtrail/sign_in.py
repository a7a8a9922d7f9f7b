"""Sign-ins to the console: no API calls, but records all the same.

Sources: User Guide, "AWS Management Console sign-in events" (ConsoleLogin, CheckMfa, their
identities, regions and failures); IAM User Guide, "Logging IAM and AWS STS API calls with
CloudTrail" (HIDDEN_DUE_TO_SECURITY_REASONS); SwitchRole and GetSigninToken as observed in records
that users quote. None of them has a requestID (observed).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lablib.cloudtrail.call import Caller
from lablib.cloudtrail.event import Event, wrap
from lablib.cloudtrail.record import dates
from lablib.cloudtrail.record.identity import user_identity

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
FAILED = "Failed authentication"
NO_USER = "No username found in supplied account"
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
GLOBAL = "us-east-1"  # root, and IAM users at the global sign-in page
CIPHER = "TLS_AES_128_GCM_SHA256"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What somebody did at the sign-in page. `user` is None when only a role signs in, with a
    token that another identity provider's user was given. `known` is False for a name that the
    account does not have."""

    time: datetime
    account: str
    user: Caller | None
    known: bool = True
    ok: bool = True
    mfa: bool = False
    devices: tuple[str, ...] = ()  # the user's MFA devices, by serial number
    role: Caller | None = None  # what the user switches to afterwards
    source_ip: str = "127.0.0.1"
    user_agent: str = BROWSER
    region: str | None = None  # of the sign-in page; None is the global one


def events(sign_in: SignIn, new_id: Callable[[], str]) -> list[Event]:
    """The events of a sign-in, in their order."""
    at_global_page = sign_in.region is None
    return [wrap(record, at_global_page) for record in _records(sign_in, new_id)]


def _records(sign_in: SignIn, new_id: Callable[[], str]) -> Iterator[dict[str, Any]]:
    page = _Page(sign_in, new_id)
    if sign_in.user is None:
        assert sign_in.role is not None
        yield page.token(sign_in.role)
        yield page.login(sign_in.role)
        return
    if not sign_in.known:
        hidden = Caller("IAMUser", account=sign_in.account, access_key_id="", user_name=HIDDEN)
        yield page.login(hidden, NO_USER)
        return
    failed = replace(sign_in.user, arn=None, access_key_id="")
    if sign_in.user.type == "Root":  # examples of the User Guide
        failed = replace(sign_in.user, access_key_id="")
    if sign_in.mfa:
        yield page.check_mfa(failed)
    if not sign_in.ok:
        yield page.login(failed, FAILED)
        return
    yield page.login(failed if sign_in.user.type == "Root" else sign_in.user)
    if sign_in.role is not None:
        yield page.switch_role(sign_in.user, sign_in.role)


@dataclass(frozen=True, slots=True)
class _Page:
    """The sign-in page: what all its records have in common."""

    sign_in: SignIn
    new_id: Callable[[], str]

    @property
    def region(self) -> str:
        is_root = self.sign_in.user is not None and self.sign_in.user.type == "Root"
        return GLOBAL if is_root else self.sign_in.region or GLOBAL

    @property
    def console(self) -> str:
        if self.sign_in.region is None:
            return "https://console.aws.amazon.com/console/home"
        return f"https://{self.region}.console.aws.amazon.com/console/home?region={self.region}#"

    def login(self, who: Caller, failure: str | None = None) -> dict[str, Any]:
        mfa = self.sign_in.mfa
        more = {
            "LoginTo": f"{self.console.partition('?')[0]}?state=hashArgs%23&isauthcode=true",
            "MobileVersion": "No",
            "MFAUsed": "Yes" if mfa else "No",
        }
        if mfa and failure is None and self.sign_in.devices:
            more["MFAIdentifier"] = self.sign_in.devices[0]
        return self._record("ConsoleLogin", who, more, failure)

    def check_mfa(self, who: Caller) -> dict[str, Any]:
        kind = "Virtual MFA" if len(self.sign_in.devices) < 2 else "Multiple MFA Devices"
        return self._record("CheckMfa", who, {"MfaType": kind})

    def switch_role(self, user: Caller, role: Caller) -> dict[str, Any]:
        more = {"SwitchFrom": str(user.arn), "RedirectTo": self.console}
        bare = replace(role, session=None, access_key_id=None)  # as observed
        return self._record("SwitchRole", bare, more, account=role.account)

    def token(self, role: Caller) -> dict[str, Any]:
        more = {"MobileVersion": "No", "MFAUsed": "No"}
        return self._record("GetSigninToken", role, more, account=role.account)

    def _record(
        self,
        name: str,
        who: Caller,
        more: dict[str, str],
        failure: str | None = None,
        account: str | None = None,
    ) -> dict[str, Any]:
        sign_in = self.sign_in
        record: dict[str, Any] = {
            "eventVersion": "1.08",
            "userIdentity": user_identity(who),
            "eventTime": dates.iso(sign_in.time),
            "eventSource": "signin.amazonaws.com",
            "eventName": name,
            "awsRegion": self.region,
            "sourceIPAddress": sign_in.source_ip,
            "userAgent": sign_in.user_agent,
        }
        if failure is not None:  # and no errorCode
            record["errorMessage"] = failure
        return record | {
            "requestParameters": None,
            "responseElements": {name: "Success" if failure is None else "Failure"},
            "additionalEventData": more,
            "eventID": self.new_id(),
            "readOnly": False,
            "eventType": "AwsConsoleSignIn",
            "managementEvent": True,
            "recipientAccountId": account or sign_in.account,
            "eventCategory": "Management",
            "tlsDetails": {
                "tlsVersion": "TLSv1.3",
                "cipherSuite": CIPHER,
                "clientProvidedHostHeader": self._host(),
            },
        }

    def _host(self) -> str:
        if self.sign_in.region is None:
            return "signin.aws.amazon.com"
        return f"{self.region}.signin.aws.amazon.com"
