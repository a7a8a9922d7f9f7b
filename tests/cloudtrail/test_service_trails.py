"""Making, changing and looking at trails through CloudTrail's own API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lablib.cloudtrail.status import Outcome, Status
from lablib.cloudtrail.world import Organization
from tests.cloudtrail.samples import ACCOUNT, NOON, OTHER, REGION, Account
from tests.fakes import KEY_ARN, TOPIC_ARN, allow_service, policy

ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/watch"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:audit:*"


@pytest.fixture
def account() -> Account:
    return Account()


def member_of(account: Account, management: str = ACCOUNT) -> None:
    account.world.own_organization = Organization("o-abc", management, (ACCOUNT, OTHER))
    account.world.bucket_policies["logs"] = policy(
        allow_service(["s3:GetBucketAcl", "s3:PutObject"], "*")
    )


def with_key_and_topic(account: Account) -> None:
    account.world.add_key(policy(allow_service("kms:*", "*")), alias="alias/logs")
    account.world.topics[TOPIC_ARN] = policy(allow_service("sns:Publish", "*"))


# --- CreateTrail -----------------------------------------------------------------------------


def test_create_trail_answers_with_what_is_set_and_nothing_else(account: Account) -> None:
    assert account.call("CreateTrail", Name="watch", S3BucketName="logs") == {
        "Name": "watch",
        "S3BucketName": "logs",
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": False,
        "TrailARN": ARN,
        "LogFileValidationEnabled": False,
        "IsOrganizationTrail": False,
        "RecursiveLogging": True,
    }


def test_a_new_trail_does_not_log_yet(account: Account) -> None:
    account.create()
    assert account.call("GetTrailStatus", Name="watch")["IsLogging"] is False


def test_the_key_is_shown_as_arn_and_the_topic_as_it_was_given(account: Account) -> None:
    with_key_and_topic(account)
    answer = account.call(
        "CreateTrail",
        Name="watch",
        S3BucketName="logs",
        KmsKeyId="alias/logs",
        SnsTopicName="deliveries",
    )
    assert answer["KmsKeyId"] == KEY_ARN
    assert (answer["SnsTopicName"], answer["SnsTopicARN"]) == ("deliveries", TOPIC_ARN)


def test_a_trail_is_made_only_once(account: Account) -> None:
    account.create()
    error = account.refused("CreateTrail", Name="watch", S3BucketName="logs")
    assert error.code == "TrailAlreadyExistsException"
    assert error.message == f"Trail watch already exists for customer: {ACCOUNT}"


def test_the_same_name_may_be_used_in_another_region(account: Account) -> None:
    account.create()
    assert account.call("CreateTrail", region="eu-central-1", Name="watch", S3BucketName="logs")


NAMES = [
    ("ab", "Trail name too short. Minimum allowed length: 3 characters. "
     "Specified name length: 2 characters."),
    ("a" * 129, "Trail name too long. Maximum allowed length: 128 characters. "
     "Specified name length: 129 characters."),
    ("-watch", "Trail name must starts with a letter or number."),
    ("watch.", "Trail name must ends with a letter or number."),
    ("wat ch", "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, "
     "periods (.), hyphens (-), and underscores (_)."),
    ("wätch", "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, "
     "periods (.), hyphens (-), and underscores (_)."),
    ("my-_trail", "Trail name must not have adjacent periods (.), hyphens (-), or "
     "underscores (_)."),
    ("192.168.5.4", "Trail name must not be in IP address format."),
    ("", "Trail name cannot be blank!"),
    (None, "Trail name cannot be blank!"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "message"), NAMES)
def test_a_name_follows_awss_rules(account: Account, name: str | None, message: str) -> None:
    error = account.refused("CreateTrail", Name=name, S3BucketName="logs")
    assert (error.code, error.message) == ("InvalidTrailNameException", message)


def test_a_trail_needs_a_bucket(account: Account) -> None:
    error = account.refused("CreateTrail", Name="watch")
    assert (error.code, error.message) == (
        "InvalidS3BucketNameException",
        "Bucket name cannot be blank!",
    )


def test_a_trail_without_a_bucket_policy_is_refused(account: Account) -> None:
    account.world.add_bucket("bare", None)
    error = account.refused("CreateTrail", Name="watch", S3BucketName="bare")
    assert error.code == "InsufficientS3BucketPolicyException"


def test_a_multi_region_trail_includes_global_services(account: Account) -> None:
    given = {"IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": False}
    error = account.refused("CreateTrail", Name="watch", S3BucketName="logs", **given)
    assert error.code == "InvalidParameterCombinationException"
    assert error.message == "Multi-Region trail must include global service events."


def test_the_sixth_trail_of_a_region_is_refused(account: Account) -> None:
    for number in range(5):
        account.create(f"trail-{number}", IsMultiRegionTrail=number == 0)
    error = account.refused("CreateTrail", Name="one-more", S3BucketName="logs")
    assert error.code == "MaximumNumberOfTrailsExceededException"
    assert error.message == f"User: {ACCOUNT} already has 5 trails in us-east-1."
    assert account.call("CreateTrail", region="eu-central-1", Name="eu-1", S3BucketName="logs")


def test_the_wrong_type_is_a_serialization_error(account: Account) -> None:
    error = account.refused(
        "CreateTrail", Name="watch", S3BucketName="logs", IsMultiRegionTrail="yes"
    )
    assert error.code == "SerializationException"


def test_an_organization_trail_needs_the_management_account(account: Account) -> None:
    given = {"Name": "org", "S3BucketName": "logs", "IsOrganizationTrail": True}
    assert account.refused("CreateTrail", **given).code == "OrganizationsNotInUseException"
    member_of(account, management=OTHER)
    error = account.refused("CreateTrail", **given)
    assert error.code == "NotOrganizationMasterAccountException"
    member_of(account)
    assert account.call("CreateTrail", **given)["IsOrganizationTrail"] is True


def test_a_member_account_sees_an_organization_trail_but_does_not_change_it(
    account: Account,
) -> None:
    member_of(account)
    arn = account.create("org-trail", IsOrganizationTrail=True)
    seen = account.call("DescribeTrails", account=OTHER)["trailList"]
    assert [trail["TrailARN"] for trail in seen] == [arn]
    assert not account.call("DescribeTrails", account=OTHER, includeShadowTrails=False)["trailList"]
    error = account.refused("StopLogging", account=OTHER, Name=arn)
    assert error.code == "NotOrganizationMasterAccountException"


# --- UpdateTrail -----------------------------------------------------------------------------


def test_an_update_keeps_what_it_does_not_mention(account: Account) -> None:
    with_key_and_topic(account)
    account.create(KmsKeyId="alias/logs", SnsTopicName=TOPIC_ARN)
    answer = account.call("UpdateTrail", Name="watch", RecursiveLogging=False)
    assert answer["RecursiveLogging"] is False
    assert (answer["KmsKeyId"], answer["SnsTopicName"]) == (KEY_ARN, TOPIC_ARN)
    assert account.delivery.told == [("updated", "watch")]


def test_an_empty_string_takes_a_setting_away(account: Account) -> None:
    with_key_and_topic(account)
    account.create(KmsKeyId="alias/logs", SnsTopicName="deliveries")
    answer = account.call("UpdateTrail", Name="watch", KmsKeyId="", SnsTopicName="")
    assert not {"KmsKeyId", "SnsTopicName", "SnsTopicARN"} & answer.keys()


def test_a_refused_update_changes_nothing(account: Account) -> None:
    account.create()
    error = account.refused("UpdateTrail", Name="watch", S3BucketName="not-there")
    assert error.code == "S3BucketDoesNotExistException"
    assert error.message == "S3 bucket not-there does not exist!"


def test_an_update_is_checked_against_the_resulting_configuration(account: Account) -> None:
    account.create()
    account.world.bucket_policies["logs"] = None
    error = account.refused("UpdateTrail", Name="watch", RecursiveLogging=False)
    assert error.code == "InsufficientS3BucketPolicyException"
    assert account.refused("UpdateTrail", Name="watch", CloudWatchLogsLogGroupArn=GROUP).code == (
        "InvalidCloudWatchLogsRoleArnException"
    )


def test_the_reach_of_a_trail_switches_global_services(account: Account) -> None:
    account.create(IncludeGlobalServiceEvents=False)
    wide = account.call("UpdateTrail", Name="watch", IsMultiRegionTrail=True)
    assert wide["IncludeGlobalServiceEvents"] is True
    narrow = account.call("UpdateTrail", Name="watch", IsMultiRegionTrail=False)
    assert narrow["IncludeGlobalServiceEvents"] is False
    error = account.refused(
        "UpdateTrail", Name="watch", IsMultiRegionTrail=True, IncludeGlobalServiceEvents=False
    )
    assert error.code == "InvalidParameterCombinationException"


def test_a_trail_does_not_widen_into_a_region_that_is_full(account: Account) -> None:
    account.create()
    for number in range(5):
        account.call("CreateTrail", region="eu-west-1", Name=f"trail-{number}", S3BucketName="logs")
    error = account.refused("UpdateTrail", Name="watch", IsMultiRegionTrail=True)
    assert error.code == "MaximumNumberOfTrailsExceededException"


# --- which trail is meant --------------------------------------------------------------------

READS = ("GetTrailStatus", "GetTrail")
WRITES = ("UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging")


@pytest.mark.parametrize("operation", [*WRITES, "GetTrailStatus"])
def test_an_unknown_trail_is_named_by_its_arn(account: Account, operation: str) -> None:
    error = account.refused(operation, Name="watch")
    assert error.code == "TrailNotFoundException"
    assert error.message == f"Unknown trail: {ARN} for the user: {ACCOUNT}"


def test_get_trail_says_the_bare_name(account: Account) -> None:
    for asked in ("watch", ARN):
        error = account.refused("GetTrail", Name=asked)
        assert error.message == f"Unknown trail: watch for the user: {ACCOUNT}"


@pytest.mark.parametrize(
    "arn", ["arn:aws:cloudtrail:us-east-1:1:trail/watch", "arn:aws:s3:::watch", "a:b", ARN + "/.."]
)
def test_an_arn_has_a_form(account: Account, arn: str) -> None:
    assert account.refused("GetTrail", Name=arn).code == "CloudTrailARNInvalidException"


@pytest.mark.parametrize("operation", READS)
def test_a_shadow_trail_is_read_by_its_arn(account: Account, operation: str) -> None:
    arn = account.create(IsMultiRegionTrail=True)
    assert account.call(operation, region="eu-central-1", Name=arn)
    error = account.refused(operation, region="eu-central-1", Name="watch")
    assert error.code == "TrailNotFoundException"


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("multi", [True, False])
def test_a_trail_is_changed_only_in_its_home_region(
    account: Account, operation: str, multi: bool
) -> None:
    arn = account.create(IsMultiRegionTrail=multi)
    error = account.refused(operation, region="eu-central-1", Name=arn)
    assert error.code == "InvalidHomeRegionException"
    assert "us-east-1" in error.message


@pytest.mark.parametrize("operation", WRITES)
def test_a_shadow_trail_is_not_changed_by_its_name_either(account: Account, operation: str) -> None:
    account.create(IsMultiRegionTrail=True)
    error = account.refused(operation, region="eu-central-1", Name="watch")
    assert error.code == "InvalidHomeRegionException"


def test_another_account_has_no_such_trail(account: Account) -> None:
    arn = account.create()
    for operation in (*READS, *WRITES):
        error = account.refused(operation, account=OTHER, Name=arn)
        assert error.code == "TrailNotFoundException"


# --- looking ---------------------------------------------------------------------------------


def test_get_trail_shows_home_region_and_selectors(account: Account) -> None:
    account.create()
    trail = account.call("GetTrail", Name=ARN)["Trail"]
    assert trail["HomeRegion"] == REGION
    assert (trail["HasCustomEventSelectors"], trail["HasInsightSelectors"]) == (False, False)


def described(account: Account, region: str = REGION, **params: Any) -> list[str]:
    answer = account.call("DescribeTrails", region=region, **params)
    return [trail["Name"] for trail in answer["trailList"]]


def test_describe_trails_shows_shadow_trails_unless_asked_not_to(account: Account) -> None:
    account.create("everywhere", IsMultiRegionTrail=True)
    account.create("here")
    assert described(account) == ["everywhere", "here"]
    assert described(account, "eu-central-1") == ["everywhere"]
    assert described(account, "eu-central-1", includeShadowTrails=False) == []


def test_describe_trails_leaves_out_names_that_are_not_there(account: Account) -> None:
    arn = account.create()
    assert described(account, trailNameList=["watch", "not-there"]) == ["watch"]
    assert described(account, trailNameList=["watch", arn]) == ["watch"]
    error = account.refused("DescribeTrails", trailNameList=["arn:aws:s3:::x"])
    assert error.code == "CloudTrailARNInvalidException"


def test_list_trails_tells_of_all_regions(account: Account) -> None:
    account.create()
    account.call("CreateTrail", region="eu-central-1", Name="eu-trail", S3BucketName="logs")
    found = account.call("ListTrails")["Trails"]
    assert [trail["HomeRegion"] for trail in found] == ["us-east-1", "eu-central-1"]
    assert found[0] == {"TrailARN": ARN, "Name": "watch", "HomeRegion": REGION}


# --- on, off, gone ---------------------------------------------------------------------------

LEGACY = {
    "LatestDeliveryAttemptTime": "",
    "LatestNotificationAttemptTime": "",
    "LatestNotificationAttemptSucceeded": "",
    "LatestDeliveryAttemptSucceeded": "",
    "TimeLoggingStarted": "",
    "TimeLoggingStopped": "",
}


def test_a_trail_that_never_logged_has_the_six_old_strings_and_no_times(account: Account) -> None:
    account.create()
    assert account.call("GetTrailStatus", Name="watch") == {"IsLogging": False} | LEGACY


def test_start_and_stop_show_in_the_status(account: Account) -> None:
    account.create()
    account.call("StartLogging", Name="watch")
    account.now = NOON + timedelta(seconds=90, milliseconds=250)
    account.call("StopLogging", Name=ARN)
    status = account.call("GetTrailStatus", Name="watch")
    assert status["IsLogging"] is False
    assert (status["StartLoggingTime"], status["StopLoggingTime"]) == (NOON, account.now)
    assert status["TimeLoggingStarted"] == "2026-11-23T12:00:00Z"
    assert status["TimeLoggingStopped"] == "2026-11-23T12:01:30Z"
    assert account.delivery.told == [("started", "watch"), ("stopped", "watch")]


def test_to_start_or_stop_twice_changes_nothing(account: Account) -> None:
    account.create()
    assert account.call("StopLogging", Name="watch") == {}
    account.call("StartLogging", Name="watch")
    account.now = NOON + timedelta(minutes=1)
    assert account.call("StartLogging", Name="watch") == {}
    assert account.call("GetTrailStatus", Name="watch")["StartLoggingTime"] == NOON
    assert account.delivery.told == [("started", "watch")]


def test_the_status_tells_of_deliveries_that_happened_and_of_the_last_error(
    account: Account,
) -> None:
    account.create()
    later = NOON + timedelta(minutes=5)
    account.delivery.latest = Status(
        files=Outcome(time=NOON, attempt=later, error="NoSuchBucket"),
        notifications=Outcome().failed(later, "AuthorizationError"),
        digests=Outcome().succeeded(later),
    )
    status = account.call("GetTrailStatus", Name="watch")
    assert status["LatestDeliveryTime"] == NOON
    assert status["LatestDeliveryError"] == "NoSuchBucket"
    assert status["LatestDeliveryAttemptTime"] == "2026-11-23T12:05:00Z"
    assert status["LatestDeliveryAttemptSucceeded"] == "2026-11-23T12:00:00Z"
    assert status["LatestNotificationError"] == "AuthorizationError"
    assert status["LatestDigestDeliveryTime"] == later
    assert "LatestNotificationTime" not in status
    assert "LatestCloudWatchLogsDeliveryTime" not in status


def test_a_deleted_trail_is_gone_and_delivery_knows(account: Account) -> None:
    account.create()
    assert account.call("DeleteTrail", Name="watch") == {}
    assert account.delivery.told == [("deleted", "watch")]
    assert account.refused("GetTrail", Name="watch").code == "TrailNotFoundException"
    assert account.refused("DeleteTrail", Name="watch").code == "TrailNotFoundException"
