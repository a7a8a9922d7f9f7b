"""AWS Config over HTTP: the AWS CLI sets it up, and reads what it says of CloudTrail."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Served, stop

BUCKET, LOGS = "config-of-tests", "logs-of-tests"
ACCOUNT = "123456789012"
RULES = {
    "cloudtrail-enabled": "CLOUD_TRAIL_ENABLED",
    "validated": "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
}


def aws(account: Served, *words: str) -> Any:
    """What `aws configservice …` prints, or its error's text."""
    done = account.run("aws", "configservice", *words)
    if done.returncode:
        return done.stderr.strip()
    try:
        return json.loads(done.stdout or "{}")
    except ValueError:
        return done.stdout


def code_of(refused: Any) -> tuple[str, str]:
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def allow(account: Served, bucket: str, service: str) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket=bucket)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)


def role(account: Served) -> str:
    made = account.client("iam").create_service_linked_role(AWSServiceName="config.amazonaws.com")
    return str(made["Role"]["Arn"])


def set_up(account: Served) -> Any:
    """A recorder that records, and a trail that logs without validation."""
    config, cloudtrail = account.client("config"), account.client("cloudtrail")
    allow(account, BUCKET, "config")
    allow(account, LOGS, "cloudtrail")
    config.put_configuration_recorder(ConfigurationRecorder={"roleARN": role(account)})
    config.put_delivery_channel(DeliveryChannel={"s3BucketName": BUCKET})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    cloudtrail.create_trail(Name="sap", S3BucketName=LOGS)
    cloudtrail.start_logging(Name="sap")
    return config


def put_rules(config: Any) -> None:
    for name, identifier in RULES.items():
        source = {"Owner": "AWS", "SourceIdentifier": identifier}
        config.put_config_rule(ConfigRule={"ConfigRuleName": name, "Source": source})


def words(account: Served) -> dict[str, str]:
    told = aws(account, "describe-compliance-by-config-rule")["ComplianceByConfigRules"]
    return {one["ConfigRuleName"]: one["Compliance"]["ComplianceType"] for one in told}


def test_the_aws_cli_sees_a_trail_drift_and_come_back(account: Served) -> None:
    put_rules(set_up(account))
    account.advance(minutes=1)
    assert words(account) == {"cloudtrail-enabled": "COMPLIANT", "validated": "NON_COMPLIANT"}

    cloudtrail = account.client("cloudtrail")
    cloudtrail.update_trail(Name="sap", EnableLogFileValidation=True)
    assert words(account)["validated"] == "NON_COMPLIANT"
    account.advance(hours=24)
    assert words(account) == {"cloudtrail-enabled": "COMPLIANT", "validated": "COMPLIANT"}

    cloudtrail.stop_logging(Name="sap")
    started = aws(
        account, "start-config-rules-evaluation", "--config-rule-names", "cloudtrail-enabled"
    )
    assert started == {}
    account.advance(minutes=1)
    options = ("--config-rule-name", "cloudtrail-enabled", "--compliance-types", "NON_COMPLIANT")
    (found,) = aws(account, "get-compliance-details-by-config-rule", *options)["EvaluationResults"]
    assert found["Annotation"] == "No trail logs this account here: sap is stopped."
    about = found["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
    assert (about["ResourceType"], about["ResourceId"]) == ("AWS::::Account", ACCOUNT)

    account.client("config").delete_config_rule(ConfigRuleName="cloudtrail-enabled")
    assert words(account) == {"validated": "COMPLIANT"}


def test_a_recorder_is_pending_first_and_then_works(account: Served) -> None:
    set_up(account)
    (told,) = aws(account, "describe-configuration-recorder-status")["ConfigurationRecordersStatus"]
    assert (told["recording"], told["lastStatus"]) == (True, "PENDING")
    account.advance(minutes=1)
    (later,) = aws(account, "describe-configuration-recorder-status")[
        "ConfigurationRecordersStatus"
    ]
    assert later["lastStatus"] == "SUCCESS"
    assert later["lastStatusChangeTime"] == told["lastStartTime"] + 60
    assert "recorder: ON\nlast status: SUCCESS" in aws(account, "get-status")


def test_periodic_rules_go_on_when_the_recorder_is_stopped(account: Served) -> None:
    config = set_up(account)
    put_rules(config)
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    account.client("cloudtrail").stop_logging(Name="sap")
    account.advance(minutes=1)
    assert words(account)["cloudtrail-enabled"] == "NON_COMPLIANT"


def test_a_killed_account_comes_back_with_its_verdicts(
    account: Served, serve: Callable[..., Served], state: Path
) -> None:
    put_rules(set_up(account))
    account.advance(hours=30)
    before = account.control("compliance")
    rules = account.client("config").describe_config_rule_evaluation_status()
    account.process.kill()
    account.process.wait()
    again = serve(state)
    assert again.control("compliance") == before
    told = again.client("config").describe_config_rule_evaluation_status()
    assert told["ConfigRulesEvaluationStatus"] == rules["ConfigRulesEvaluationStatus"]
    due = [one["what"] for one in again.control("clock")["due"]]
    assert "AWS Config evaluates validated" in due
    stop(again.process)


def test_a_channel_needs_a_bucket_that_lets_config_in(account: Served) -> None:
    config, s3 = account.client("config"), account.client("s3")
    channel = {"s3BucketName": "nowhere"}
    with pytest.raises(ClientError) as refused:
        config.put_delivery_channel(DeliveryChannel=channel)
    assert code_of(refused)[0] == "NoAvailableConfigurationRecorderException"

    config.put_configuration_recorder(ConfigurationRecorder={"roleARN": role(account)})
    with pytest.raises(ClientError) as refused:
        config.put_delivery_channel(DeliveryChannel=channel)
    assert code_of(refused)[0] == "NoSuchBucketException"

    s3.create_bucket(Bucket="nowhere")
    with pytest.raises(ClientError) as refused:
        config.put_delivery_channel(DeliveryChannel=channel)
    assert code_of(refused) == (
        "InsufficientDeliveryPolicyException",
        "Insufficient delivery policy to s3 bucket: nowhere, unable to write to bucket, provided "
        "s3 key prefix is 'null', provided kms key is 'null'.",
    )
    with pytest.raises(ClientError) as refused:
        config.start_configuration_recorder(ConfigurationRecorderName="default")
    assert code_of(refused)[0] == "NoAvailableDeliveryChannelException"


def test_a_channel_needs_a_role_that_config_may_put_on(account: Served) -> None:
    config, iam = account.client("config"), account.client("iam")
    allow(account, BUCKET, "config")
    nobody = f"arn:aws:iam::{ACCOUNT}:role/nobody"
    config.put_configuration_recorder(ConfigurationRecorder={"roleARN": nobody})
    with pytest.raises(ClientError) as refused:
        config.put_delivery_channel(DeliveryChannel={"s3BucketName": BUCKET})
    assert f"unable to assume role: {nobody}." in code_of(refused)[1]

    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "config.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="nobody", AssumeRolePolicyDocument=document)
    config.put_delivery_channel(DeliveryChannel={"s3BucketName": BUCKET})

    # A role that may write needs no bucket policy.
    account.client("s3").delete_bucket_policy(Bucket=BUCKET)
    with pytest.raises(ClientError) as refused:
        config.put_delivery_channel(DeliveryChannel={"s3BucketName": BUCKET})
    assert "unable to get s3 bucket acl" in code_of(refused)[1]
    write = {"Effect": "Allow", "Action": ["s3:GetBucketAcl", "s3:PutObject"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [write]})
    iam.put_role_policy(RoleName="nobody", PolicyName="write", PolicyDocument=document)
    config.put_delivery_channel(DeliveryChannel={"s3BucketName": BUCKET})


# -- rules --------------------------------------------------------------------------------


def given(identifier: str = "CLOUD_TRAIL_ENABLED", **more: Any) -> dict[str, Any]:
    source = {"Owner": "AWS", "SourceIdentifier": identifier}
    return {"ConfigRuleName": "r", "Source": source, **more}


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    (given("NOPE"), "The sourceIdentifier NOPE is invalid."),
    (given(InputParameters="[1]"), "Invalid json [1]"),
    (given(InputParameters="[" * 2000), "Invalid json ["),
    (given(InputParameters='{"bucket": "b"}'), "Unknown parameters"),
    (
        given("S3_BUCKET_VERSIONING_ENABLED", MaximumExecutionFrequency="One_Hour"),
        "A maximum execution frequency for this rule is not allowed",
    ),
    (given(ConfigRuleId="config-rule-abcdef"), "Arn and Id can not be specified"),
)


def test_rules_that_make_no_sense_are_refused_and_leave_nothing(account: Served) -> None:
    config = account.client("config")
    with pytest.raises(ClientError) as refused:
        config.put_config_rule(ConfigRule=given())
    assert code_of(refused) == (
        "NoAvailableConfigurationRecorderException",
        "You must create a configuration recorder before you can create or update a Config rule.",
    )
    config.put_configuration_recorder(ConfigurationRecorder={"roleARN": role(account)})
    for rule, word in REFUSED:
        with pytest.raises(ClientError) as refused:
            config.put_config_rule(ConfigRule=rule)
        code, message = code_of(refused)
        assert code == "InvalidParameterValueException", message
        assert word in message
    assert config.describe_config_rules()["ConfigRules"] == []
    assert account.control("clock")["due"] == []


def test_requests_that_lack_something_are_told_what(account: Served) -> None:
    import boto3
    from botocore.config import Config

    key = account.control("credentials", user="learner")
    config = boto3.Session().client(
        "config",
        region_name="us-east-1",
        endpoint_url=account.endpoint,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )
    guard = {"PolicyRuntime": "guard-2.x.x", "PolicyText": "rule a {}"}
    calls: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("put_configuration_recorder", {}, "InvalidRoleException"),
        ("put_config_rule", {}, "ValidationException"),
        ("put_config_rule", {"ConfigRule": {"ConfigRuleName": "x"}}, "ValidationException"),
        ("delete_config_rule", {}, "ValidationException"),
        ("start_configuration_recorder", {}, "ValidationException"),
        ("get_compliance_details_by_config_rule", {}, "ValidationException"),
        (
            "put_config_rule",
            {
                "ConfigRule": {
                    "ConfigRuleName": "x",
                    "Source": {"Owner": "CUSTOM_POLICY", "CustomPolicyDetails": guard},
                }
            },
            "InvalidParameterValueException",
        ),
    )
    for operation, params, code in calls:
        with pytest.raises(ClientError) as refused:
            getattr(config, operation)(**params)
        assert code_of(refused)[0] == code, operation


def test_a_refused_change_leaves_a_rule_and_its_tags_as_they_were(account: Served) -> None:
    config = account.client("config")
    config.put_configuration_recorder(ConfigurationRecorder={"roleARN": role(account)})
    tags = [{"Key": "project", "Value": "sap"}]
    config.put_config_rule(ConfigRule=given(Description="first"), Tags=tags)
    (before,) = config.describe_config_rules()["ConfigRules"]
    with pytest.raises(ClientError):
        config.put_config_rule(ConfigRule=given(Description="second", InputParameters='{"x": "y"}'))
    assert config.describe_config_rules()["ConfigRules"] == [before]
    named = {"ConfigRuleId": before["ConfigRuleId"], "Source": before["Source"]}
    config.put_config_rule(ConfigRule=named, Tags=[{"Key": "project", "Value": "other"}])
    assert config.list_tags_for_resource(ResourceArn=before["ConfigRuleArn"])["Tags"] == tags


def test_each_region_has_rules_of_its_own(account: Served) -> None:
    put_rules(set_up(account))
    account.advance(minutes=1)
    elsewhere = account.client("config", region="eu-central-1")
    assert elsewhere.describe_compliance_by_config_rule()["ComplianceByConfigRules"] == []


def test_the_record_of_a_rule_is_as_cloudtrail_writes_it(account: Served) -> None:
    config = account.client("config")
    config.put_configuration_recorder(ConfigurationRecorder={"roleARN": role(account)})
    config.put_config_rule(ConfigRule=given())
    (record,) = account.control("events", name="PutConfigRule")["events"]
    assert record["eventSource"] == "config.amazonaws.com"
    assert record["requestParameters"]["configRule"] == {
        "configRuleName": "r",
        "source": {"owner": "AWS", "sourceIdentifier": "CLOUD_TRAIL_ENABLED"},
    }
    assert (record["readOnly"], record["responseElements"]) == (False, None)


def test_a_service_linked_role_has_aws_s_name_and_is_made_once(account: Served) -> None:
    assert role(account).endswith("/config.amazonaws.com/AWSServiceRoleForConfig")
    with pytest.raises(ClientError) as refused:
        role(account)
    assert code_of(refused)[0] == "InvalidInput"
