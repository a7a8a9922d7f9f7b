"""Sign-ins at the console leave the records that AWS's leave."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

import pytest

from tests.conftest import Served, stop

ACCOUNT = "123456789012"


def sign_in(account: Served, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = account.control("sign-in", asked)["events"]
    return found


def refused(account: Served, **asked: Any) -> str:
    with pytest.raises(HTTPError) as caught:
        account.control("sign-in", asked)
    assert caught.value.code == 400
    return str(json.loads(caught.value.read())["error"])


def test_a_sign_in_is_recorded_without_a_request_id(shared_account: Served) -> None:
    (record,) = sign_in(shared_account, user="learner", source_ip="198.51.100.7")
    assert list(record) == [
        "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion",
        "sourceIPAddress", "userAgent", "requestParameters", "responseElements",
        "additionalEventData", "eventID", "readOnly", "eventType", "managementEvent",
        "recipientAccountId", "eventCategory", "tlsDetails",
    ]  # fmt: skip
    assert record["eventName"] == "ConsoleLogin"
    assert record["eventType"] == "AwsConsoleSignIn"
    assert record["awsRegion"] == "us-east-1"
    assert record["sourceIPAddress"] == "198.51.100.7"
    assert record["responseElements"] == {"ConsoleLogin": "Success"}
    assert record["additionalEventData"]["MFAUsed"] == "No"
    assert set(record["userIdentity"]) == {"type", "principalId", "arn", "accountId", "userName"}


def test_a_wrong_password_is_a_failure_without_an_error_code(shared_account: Served) -> None:
    (record,) = sign_in(shared_account, user="learner", ok=False)
    assert record["errorMessage"] == "Failed authentication"
    assert "errorCode" not in record
    assert record["responseElements"] == {"ConsoleLogin": "Failure"}
    assert record["userIdentity"]["accessKeyId"] == ""
    assert "arn" not in record["userIdentity"]


def test_an_unknown_user_is_not_named(shared_account: Served) -> None:
    (record,) = sign_in(shared_account, user="my-secret-password")
    assert record["userIdentity"] == {
        "type": "IAMUser",
        "accountId": ACCOUNT,
        "accessKeyId": "",
        "userName": "HIDDEN_DUE_TO_SECURITY_REASONS",
    }
    assert record["errorMessage"] == "No username found in supplied account"
    assert "my-secret-password" not in json.dumps(record)


def test_root_signs_in_in_us_east_1_wherever_it_is(shared_account: Served) -> None:
    (record,) = sign_in(shared_account, user="root", region="eu-central-1")
    assert record["awsRegion"] == "us-east-1"
    assert record["userIdentity"] == {
        "type": "Root",
        "principalId": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:root",
        "accountId": ACCOUNT,
        "accessKeyId": "",
    }


def test_a_user_signs_in_in_the_region_of_the_page(shared_account: Served) -> None:
    (record,) = sign_in(shared_account, user="learner", region="eu-central-1")
    assert record["awsRegion"] == "eu-central-1"
    assert record["tlsDetails"]["clientProvidedHostHeader"].startswith("eu-central-1.signin")


def test_a_second_factor_is_checked_first(account: Served) -> None:
    iam = account.client("iam")
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName="learner")
    serial = made["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="learner",
        SerialNumber=serial,
        AuthenticationCode1="123456",
        AuthenticationCode2="654321",
    )
    checked, login = sign_in(account, user="learner")
    assert checked["eventName"] == "CheckMfa"
    assert checked["additionalEventData"] == {"MfaType": "Virtual MFA"}
    assert login["additionalEventData"]["MFAUsed"] == "Yes"
    assert login["additionalEventData"]["MFAIdentifier"] == serial


def trust(account: Served, name: str, principal: Any) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    account.client("iam").create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def test_a_user_switches_to_a_role_that_trusts_it(account: Served) -> None:
    trust(account, "ops", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    _, switched = sign_in(account, user="learner", role="ops")
    assert switched["eventName"] == "SwitchRole"
    assert switched["userIdentity"]["arn"].endswith("assumed-role/ops/learner")
    assert set(switched["userIdentity"]) == {"type", "principalId", "arn", "accountId"}
    assert switched["additionalEventData"]["SwitchFrom"].endswith("user/learner")
    trust(account, "closed", {"Service": "ec2.amazonaws.com"})
    assert "is not authorized to perform: sts:AssumeRole" in refused(
        account, user="learner", role="closed"
    )
    assert refused(account, user="learner", role="missing") == "There is no role missing."


def test_a_federated_sign_in_begins_with_a_token(account: Served) -> None:
    trust(account, "staff", {"Service": "ec2.amazonaws.com"})
    token, login = sign_in(account, role="staff")
    assert [token["eventName"], login["eventName"]] == ["GetSigninToken", "ConsoleLogin"]
    assert login["userIdentity"]["type"] == "AssumedRole"
    assert login["additionalEventData"]["MFAUsed"] == "No"


@pytest.mark.parametrize(
    "asked",
    [{}, {"user": 7}, {"user": "a", "ok": "yes"}, {"user": "a", "source_ip": "home"}, {"who": "a"}],
)
def test_an_odd_wish_is_refused_in_a_sentence(
    shared_account: Served, asked: dict[str, Any]
) -> None:
    assert refused(shared_account, **asked).endswith(".")


def test_a_sign_in_is_found_in_event_history(account: Served) -> None:
    (record,) = sign_in(account, user="learner")
    search = [{"AttributeKey": "EventName", "AttributeValue": "ConsoleLogin"}]
    (found,) = account.client("cloudtrail").lookup_events(LookupAttributes=search)["Events"]
    assert found["EventId"] == record["eventID"]
    assert found["Username"] == "learner"


def test_sign_ins_are_replayed(account: Served, serve: Callable[..., Served]) -> None:
    account.client("s3").create_bucket(Bucket="before")
    sign_in(account, user="learner")
    account.advance(minutes=3)
    sign_in(account, user="ghost")
    account.client("s3").create_bucket(Bucket="afterwards")
    records = account.control("events", limit=100)["events"]
    account.process.send_signal(signal.SIGKILL)
    account.process.wait()
    back = serve(account.state, frozen=False)
    assert back.control("status")["notes"] == []
    assert back.control("events", limit=100)["events"] == records
    stop(back.process)
