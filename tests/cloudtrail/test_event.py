"""What a record looks like, call by call."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lablib.cloudtrail.call import ApiError, Caller, Issuer, Session, Wire
from lablib.cloudtrail.event import Event, describe, wrap
from tests.cloudtrail.calls import ACCOUNT, EVENT_ID, NOON, REQUEST_ID, call

DENIED = ApiError(
    "AccessDenied",
    "User: arn:aws:iam::123456789012:user/mia is not authorized to perform: it because no "
    "identity-based policy allows it",
    403,
)
CLOUDTRAIL = Caller(type="AWSService", invoked_by="cloudtrail.amazonaws.com")


def event(service: str, operation: str, **members: Any) -> Event:
    return describe(call(service, operation, **members), EVENT_ID)


def record(service: str, operation: str, **members: Any) -> dict[str, Any]:
    return event(service, operation, **members).record


def request(service: str, operation: str, **params: Any) -> Any:
    return record(service, operation, params=params)["requestParameters"]


def answer(service: str, operation: str, output: dict[str, Any], **params: Any) -> Any:
    return record(service, operation, params=params, output=output)["responseElements"]


# --- the fields ------------------------------------------------------------------------------


def test_fields_stand_in_the_order_of_delivered_files() -> None:
    names = list(record("iam", "CreateUser", params={"UserName": "mia"}, output={}))
    assert names == [
        "eventVersion",
        "userIdentity",
        "eventTime",
        "eventSource",
        "eventName",
        "awsRegion",
        "sourceIPAddress",
        "userAgent",
        "requestParameters",
        "responseElements",
        "requestID",
        "eventID",
        "readOnly",
        "eventType",
        "managementEvent",
        "recipientAccountId",
        "eventCategory",
        "tlsDetails",
    ]


def test_a_refused_call_tells_code_and_message_before_its_parameters() -> None:
    names = list(record("iam", "CreateUser", error=DENIED))
    at = names.index("errorCode")
    assert names[at : at + 3] == ["errorCode", "errorMessage", "requestParameters"]


def test_the_json_of_an_event_is_its_record_without_spaces_or_line_breaks() -> None:
    made = event("sns", "CreateTopic", params={"Name": "t"}, output={"TopicArn": "arn"})
    assert json.loads(made.json) == made.record
    assert "\n" not in made.json and '": ' not in made.json


def test_times_are_whole_seconds_in_utc() -> None:
    late = datetime(2026, 11, 23, 12, 0, 0, 999_999, tzinfo=UTC)
    assert record("sns", "ListTopics", time=late)["eventTime"] == "2026-11-23T12:00:00Z"


def test_tls_details_name_the_endpoint_that_aws_has_for_the_service_and_region() -> None:
    tls = record("ec2", "DescribeInstances", region="eu-central-1")["tlsDetails"]
    assert tls == {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": "ec2.eu-central-1.amazonaws.com",
    }
    iam = record("iam", "ListUsers", region="eu-central-1")["tlsDetails"]
    assert iam["clientProvidedHostHeader"] == "iam.amazonaws.com"


@pytest.mark.parametrize(
    ("service", "operation", "source", "version"),
    [
        ("cloudwatch", "DescribeAlarms", "monitoring", "1.11"),
        ("ses", "ListIdentities", "ses", "1.11"),
        ("sesv2", "ListEmailIdentities", "ses", "1.11"),
        ("elbv2", "DescribeListeners", "elasticloadbalancing", "1.09"),
        ("stepfunctions", "ListStateMachines", "states", "1.11"),
        ("sts", "GetCallerIdentity", "sts", "1.08"),
        ("cloudtrail", "DescribeTrails", "cloudtrail", "1.10"),
        ("logs", "DescribeLogGroups", "logs", "1.09"),
        ("ssm", "GetParameters", "ssm", "1.08"),
        ("s3", "ListBuckets", "s3", "1.11"),
        ("s3control", "GetPublicAccessBlock", "s3", "1.11"),
        ("mq", "ListBrokers", "amazonmq", "1.11"),
        ("application-insights", "ListApplications", "application-insights", "1.08"),
    ],
)
def test_source_and_version_are_those_of_the_service(
    service: str, operation: str, source: str, version: str
) -> None:
    made = record(service, operation)
    assert made["eventSource"] == f"{source}.amazonaws.com"
    assert made["eventVersion"] == version


def test_global_services_are_recorded_in_us_east_1() -> None:
    made = event("iam", "ListUsers", region="eu-central-1")
    assert (made.region, made.global_service) == ("us-east-1", True)
    assert made.record["awsRegion"] == "us-east-1"


def test_sts_is_regional_but_for_its_global_endpoint() -> None:
    regional = event("sts", "GetCallerIdentity", region="eu-central-1")
    assert (regional.region, regional.global_service) == ("eu-central-1", False)
    wire = Wire(host="sts.amazonaws.com")
    world = event("sts", "GetCallerIdentity", region="eu-central-1", wire=wire)
    assert (world.region, world.global_service) == ("us-east-1", True)


def test_only_a_few_services_send_an_api_version_and_not_when_access_is_denied() -> None:
    assert record("logs", "CreateLogGroup")["apiVersion"] == "20140328"
    assert "apiVersion" not in record("logs", "CreateLogGroup", error=DENIED)
    failed = ApiError("ConditionalCheckFailedException", "The conditional request failed")
    assert record("dynamodb", "UpdateItem", error=failed)["apiVersion"] == "2012-08-10"
    assert "apiVersion" not in record("kms", "ListKeys")


# --- who ---------------------------------------------------------------------------------------


def test_a_user_with_a_long_term_key_has_no_session() -> None:
    made = event("sns", "ListTopics")
    assert list(made.record["userIdentity"]) == [
        "type",
        "principalId",
        "arn",
        "accountId",
        "accessKeyId",
        "userName",
    ]
    assert (made.username, made.access_key_id) == ("learner", "AKIAIOSFODNN7EXAMPLE")


def test_a_role_session_tells_its_issuer_and_strings_its_mfa() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/operator"
    caller = Caller(
        type="AssumedRole",
        account=ACCOUNT,
        principal_id="AROAEXAMPLE:night-shift",
        arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/operator/night-shift",
        access_key_id="ASIAEXAMPLE",
        session=Session(
            created=NOON,
            mfa=True,
            issuer=Issuer("Role", "AROAEXAMPLE", role, ACCOUNT, "operator"),
            from_console=True,
        ),
    )
    made = event("sns", "ListTopics", caller=caller)
    context = made.record["userIdentity"]["sessionContext"]
    assert context["sessionIssuer"]["userName"] == "operator"
    assert context["attributes"] == {
        "creationDate": "2026-11-23T12:00:00Z",
        "mfaAuthenticated": "true",
    }
    assert made.record["sessionCredentialFromConsole"] == "true"
    assert made.username == "night-shift"


def test_root_is_called_root_when_looked_up() -> None:
    root = Caller(type="Root", account=ACCOUNT, principal_id=ACCOUNT)
    assert event("sns", "ListTopics", caller=root).username == "root"


def test_a_call_by_a_service_shows_the_service_and_neither_address_nor_tls() -> None:
    made = record("kms", "GenerateDataKey", caller=CLOUDTRAIL, params={"KeyId": "k"}, output={})
    assert made["userIdentity"] == {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
    assert made["sourceIPAddress"] == made["userAgent"] == "cloudtrail.amazonaws.com"
    assert "tlsDetails" not in made
    assert len(made["sharedEventID"]) == 36


# --- parameters and answers ----------------------------------------------------------------------


def test_names_have_their_first_letter_in_lower_case_and_no_other() -> None:
    params = {"DBInstanceIdentifier": "hana", "IAMDatabaseAuthenticationEnabled": True}
    assert request("rds", "ModifyDBInstance", **params) == {
        "dBInstanceIdentifier": "hana",
        "iAMDatabaseAuthenticationEnabled": True,
    }


def test_no_parameters_are_null_and_not_an_empty_object() -> None:
    assert record("sns", "ListTopics")["requestParameters"] is None
    assert record("sts", "GetCallerIdentity")["requestParameters"] is None


def test_reads_keep_no_answer() -> None:
    output = {"Topics": [{"TopicArn": "arn"}]}
    made = record("sns", "ListTopics", output=output)
    assert made["readOnly"] is True and made["responseElements"] is None


def test_assume_role_is_a_read_that_keeps_its_answer_but_not_the_secret() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/operator"
    made = event(
        "sts",
        "AssumeRole",
        params={"RoleArn": role, "RoleSessionName": "s"},
        output={
            "Credentials": {
                "AccessKeyId": "ASIAEXAMPLE",
                "SecretAccessKey": "open sesame",
                "SessionToken": "token",
                "Expiration": datetime(2024, 7, 30, 21, 46, 15, tzinfo=UTC),
            }
        },
    )
    assert made.record["readOnly"] is True
    assert made.record["responseElements"]["credentials"] == {
        "accessKeyId": "ASIAEXAMPLE",
        "sessionToken": "token",
        "expiration": "Jul 30, 2024, 9:46:15 PM",
    }
    assert made.record["resources"] == [
        {"accountId": ACCOUNT, "type": "AWS::IAM::Role", "ARN": role}
    ]


def test_writes_without_an_answer_have_null() -> None:
    assert record("iam", "AttachRolePolicy", output={})["responseElements"] is None
    assert record("cloudtrail", "StartLogging", output={})["responseElements"] is None


def test_an_answer_of_rds_stands_without_the_name_of_its_only_structure() -> None:
    output = {"DBSnapshot": {"DBSnapshotIdentifier": "s", "Status": "deleted"}}
    written = answer("rds", "DeleteDBSnapshot", output)
    assert written["dBSnapshotIdentifier"] == "s" and written["status"] == "deleted"


def test_a_policy_is_raw_in_the_request_and_percent_encoded_in_the_answer() -> None:
    document = '{"Version": "2012-10-17"}'
    made = record(
        "iam",
        "CreateRole",
        params={"RoleName": "r", "AssumeRolePolicyDocument": document},
        output={"Role": {"RoleName": "r", "AssumeRolePolicyDocument": {"Version": "2012-10-17"}}},
    )
    assert made["requestParameters"]["assumeRolePolicyDocument"] == document
    written = made["responseElements"]["role"]["assumeRolePolicyDocument"]
    assert written == "%7B%22Version%22%3A%222012-10-17%22%7D"


def test_cloudtrails_own_answers_have_its_own_spelling() -> None:
    output = {
        "Name": "t",
        "S3BucketName": "b",
        "TrailARN": "arn:t",
        "SnsTopicARN": "arn:s",
        "LogFileValidationEnabled": True,
        "KmsKeyId": "k",
    }
    assert answer("cloudtrail", "CreateTrail", output) == {
        "name": "t",
        "s3BucketName": "b",
        "trailARN": "arn:t",
        "snsTopicARN": "arn:s",
        "logFileValidationEnabled": True,
        "kmsKeyId": "k",
    }


def test_kms_fills_in_the_algorithm_and_leaves_plain_and_cipher_text_out() -> None:
    written = request(
        "kms", "Encrypt", KeyId="k", Plaintext=b"secret", EncryptionContext={"A": "b"}
    )
    assert written == {
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "keyId": "k",
        "encryptionContext": {"A": "b"},
    }


def test_services_of_the_new_kind_keep_their_capitals() -> None:
    params = {"Granularity": "DAILY", "Metrics": ["BlendedCost"]}
    assert request("ce", "GetCostAndUsage", **params) == params


def test_codes_of_mfa_devices_are_not_recorded() -> None:
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    enabled = request("iam", "EnableMFADevice", UserName="mia", SerialNumber="s", **codes)
    assert enabled == {"userName": "mia", "serialNumber": "s"}
    session = request("sts", "GetSessionToken", SerialNumber="s", TokenCode="123456")
    assert session == {"serialNumber": "s"}


def test_an_event_selector_has_its_lists_also_when_they_are_empty() -> None:
    selector = {"ReadWriteType": "All", "IncludeManagementEvents": True}
    written = request("cloudtrail", "PutEventSelectors", TrailName="t", EventSelectors=[selector])
    lists = {"dataResources": [], "excludeManagementEventSources": []}
    assert written["eventSelectors"] == [
        {"readWriteType": "All", "includeManagementEvents": True, **lists}
    ]


def test_new_code_of_a_function_tells_which_function_in_parts() -> None:
    written = request("lambda", "UpdateFunctionCode", FunctionName="f", ZipFile=b"PK")
    assert (written["dryRun"], written["publish"]) == (False, False)
    assert written["fullyQualifiedArn"]["relativeId"] == {"functionName": "f"}
    assert "zipFile" not in written


def test_of_a_talk_with_a_model_only_the_model_is_recorded() -> None:
    talk = {"modelId": "m", "messages": [{"role": "user", "content": [{"text": "hi"}]}]}
    assert request("bedrock-runtime", "Converse", **talk) == {"modelId": "m"}
    assert request("bedrock-runtime", "InvokeModel", modelId="m", body=b"hi") == {"modelId": "m"}


def test_dynamodb_keeps_names_and_keys_but_no_values() -> None:
    put = request("dynamodb", "PutItem", TableName="t", Item={"Artist": {"S": "x"}})
    assert put == {"tableName": "t", "item": ["Artist"]}
    get = request("dynamodb", "GetItem", TableName="t", Key={"Artist": {"S": "x"}})
    assert get == {"tableName": "t", "key": {"Artist": "x"}}


# --- EC2 -----------------------------------------------------------------------------------------


def test_stopping_an_instance_is_written_with_sets_of_items() -> None:
    output = {
        "StoppingInstances": [
            {
                "InstanceId": "i-1",
                "CurrentState": {"Code": 64, "Name": "stopping"},
                "PreviousState": {"Code": 16, "Name": "running"},
            }
        ]
    }
    made = record("ec2", "StopInstances", params={"InstanceIds": ["i-1"]}, output=output)
    assert made["requestParameters"] == {
        "force": False,
        "instancesSet": {"items": [{"instanceId": "i-1"}]},
    }
    assert made["responseElements"] == {
        "requestId": REQUEST_ID,
        "instancesSet": {
            "items": [
                {
                    "instanceId": "i-1",
                    "currentState": {"code": 64, "name": "stopping"},
                    "previousState": {"code": 16, "name": "running"},
                }
            ]
        },
    }


def test_a_describe_shows_its_empty_sets_and_its_filters() -> None:
    filters = [{"Name": "tag:project", "Values": ["sap", "hana"]}]
    assert request("ec2", "DescribeInstances", Filters=filters) == {
        "instancesSet": {},
        "filterSet": {
            "items": [
                {
                    "name": "tag:project",
                    "valueSet": {"items": [{"value": "sap"}, {"value": "hana"}]},
                }
            ]
        },
    }


def test_what_modifies_shows_only_what_was_sent() -> None:
    kind = request("ec2", "ModifyInstanceAttribute", InstanceId="i-1", InstanceType={"Value": "m"})
    assert kind == {"instanceId": "i-1", "instanceType": {"value": "m"}}
    data = request("ec2", "ModifyInstanceAttribute", InstanceId="i-1", UserData={"Value": b"x"})
    assert data == {"instanceId": "i-1", "userData": "<sensitiveDataRemoved>"}


def test_a_shared_snapshot_is_written_the_same_whichever_way_it_was_said() -> None:
    who = {"CreateVolumePermission": {"Add": [{"UserId": "111122223333"}]}}
    flat = {"OperationType": "add", "UserIds": ["111122223333"]}
    attribute = {"SnapshotId": "snap-1", "Attribute": "createVolumePermission"}
    said = [request("ec2", "ModifySnapshotAttribute", **attribute, **way) for way in (who, flat)]
    assert said[0] == said[1]
    assert said[0]["attributeType"] == "CREATE_VOLUME_PERMISSION"
    assert said[0]["createVolumePermission"] == {"add": {"items": [{"userId": "111122223333"}]}}


def test_run_instances_keeps_image_and_counts_inside_the_set_and_user_data_out() -> None:
    written = request(
        "ec2", "RunInstances", ImageId="ami-1", MinCount=1, MaxCount=2, UserData="#!/bin/sh"
    )
    assert written["instancesSet"] == {
        "items": [{"imageId": "ami-1", "minCount": 1, "maxCount": 2}]
    }
    assert written["userData"] == "<sensitiveDataRemoved>"
    assert written["blockDeviceMapping"] == {}


def test_a_rule_of_a_security_group_has_its_empty_lists() -> None:
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 22,
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
    }
    written = request("ec2", "AuthorizeSecurityGroupIngress", GroupId="sg-1", IpPermissions=[rule])
    assert written["ipPermissions"]["items"] == [
        {
            "ipProtocol": "tcp",
            "fromPort": 22,
            "toPort": 22,
            "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
            "groups": {},
            "ipv6Ranges": {},
            "prefixListIds": {},
        }
    ]


def test_a_success_without_an_answer_is_return_true() -> None:
    made = record("ec2", "DeleteSubnet", params={"SubnetId": "s"}, output={})
    assert made["responseElements"] == {"requestId": REQUEST_ID, "_return": True}


def test_dates_of_the_older_operations_are_epoch_milliseconds() -> None:
    written = answer("ec2", "CreateSnapshot", {"StartTime": NOON, "VolumeSize": 8})
    assert written["startTime"] == 1795435200000 and written["volumeSize"] == "8"


def test_the_newer_operations_write_their_xml_as_json() -> None:
    made = record(
        "ec2",
        "CreateFlowLogs",
        params={"ResourceIds": ["vpc-1"], "ResourceType": "VPC", "ClientToken": "c"},
        output={"ClientToken": "c", "FlowLogIds": ["fl-1"], "Unsuccessful": []},
    )
    assert made["requestParameters"]["CreateFlowLogsRequest"] == {
        "ResourceId": {"content": "vpc-1", "tag": 1},
        "ResourceType": "VPC",
        "ClientToken": "c",
    }
    assert made["responseElements"]["CreateFlowLogsResponse"] == {
        "xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/",
        "requestId": REQUEST_ID,
        "clientToken": "c",
        "flowLogIdSet": {"item": "fl-1"},
        "unsuccessful": "",
    }
    assert request("ec2", "DescribeLaunchTemplates") == {"DescribeLaunchTemplatesRequest": ""}


def test_ec2_says_whose_mistake_it_was_and_keeps_the_parameters() -> None:
    error = ApiError("UnauthorizedOperation", "You are not authorized to perform this operation.")
    made = record("ec2", "StartInstances", params={"InstanceIds": ["i-1"]}, error=error)
    assert made["errorCode"] == "Client.UnauthorizedOperation"
    assert made["requestParameters"]["instancesSet"]["items"] == [{"instanceId": "i-1"}]
    assert made["responseElements"] is None
    down = record("ec2", "StartInstances", error=ApiError("InternalError", "", 500))
    assert down["errorCode"] == "Server.InternalError"


# --- S3 ------------------------------------------------------------------------------------------


def s3(operation: str, params: dict[str, Any], **wire: Any) -> dict[str, Any]:
    return record("s3", operation, params=params, wire=Wire(host="127.0.0.1:5000", **wire))


def test_a_bucket_policy_is_an_object_beside_its_marker() -> None:
    made = s3(
        "PutBucketPolicy",
        {"Bucket": "b"},
        method="PUT",
        path="/b",
        query=(("policy", ""),),
        body=b'{"Statement": []}',
    )
    assert made["requestParameters"] == {
        "policy": "",
        "bucketPolicy": {"Statement": []},
        "bucketName": "b",
        "Host": "b.s3.amazonaws.com",
    }


def test_a_body_of_xml_is_an_object_with_its_namespace() -> None:
    one = b"<Tag><Key>project</Key><Value>sap</Value></Tag>"
    body = b'<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet>%s</TagSet></Tagging>'
    query = (("tagging", ""),)
    made = s3("PutBucketTagging", {"Bucket": "b"}, query=query, body=body % one)
    tagging = made["requestParameters"]["Tagging"]
    assert tagging["xmlns"] == "http://s3.amazonaws.com/doc/2006-03-01/"
    assert tagging["TagSet"]["Tag"] == {"Key": "project", "Value": "sap"}
    two = s3("PutBucketTagging", {"Bucket": "b"}, query=query, body=body % (one * 2))
    assert len(two["requestParameters"]["Tagging"]["TagSet"]["Tag"]) == 2


def test_an_xml_bomb_is_not_read() -> None:
    bomb = b'<!DOCTYPE b [<!ENTITY a "aaaa">]><b>&a;</b>'
    made = s3("PutBucketTagging", {"Bucket": "b"}, query=(("tagging", ""),), body=bomb)
    assert set(made["requestParameters"]) == {"tagging", "bucketName", "Host"}


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("PutBucketLifecycleConfiguration", "PutBucketLifecycle"),
        ("GetBucketNotificationConfiguration", "GetBucketNotification"),
        ("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
        ("GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"),
        ("ListObjectsV2", "ListObjects"),
        ("PutBucketEncryption", "PutBucketEncryption"),
    ],
)
def test_s3_has_its_own_names_for_some_operations(operation: str, name: str) -> None:
    assert record("s3", operation, params={"Bucket": "b"})["eventName"] == name


def test_storing_an_object_is_a_data_event_on_the_object() -> None:
    made = event(
        "s3",
        "PutObject",
        params={"Bucket": "b", "Key": "folder/key"},
        user_agent="aws-cli/2",
        wire=Wire(method="PUT", host="127.0.0.1:5000", path="/b/folder/key", body=b"hello"),
    )
    assert (made.category, made.record["managementEvent"]) == ("Data", False)
    assert [resource.arn for resource in made.resources] == [
        "arn:aws:s3:::b",
        "arn:aws:s3:::b/folder/key",
    ]
    assert made.record["userAgent"] == "[aws-cli/2]"
    assert made.record["additionalEventData"]["bytesTransferredIn"] == 5
    assert made.record["responseElements"] == {"x-amz-server-side-encryption": "AES256"}


def test_a_listing_names_the_prefix_of_the_objects_it_looked_at() -> None:
    made = record("s3", "ListObjectsV2", params={"Bucket": "b", "Prefix": "logs/"})
    assert made["resources"][1] == {"type": "AWS::S3::Object", "ARNPrefix": "arn:aws:s3:::b/logs/"}


def test_a_bucket_that_is_not_there_is_no_resource() -> None:
    gone = ApiError("NoSuchBucket", "The specified bucket does not exist", 404)
    assert "resources" not in record("s3", "GetBucketAcl", params={"Bucket": "b"}, error=gone)


def test_the_host_is_that_of_the_buckets_region() -> None:
    made = record("s3", "GetBucketAcl", params={"Bucket": "b"}, region="eu-central-1")
    assert made["requestParameters"]["Host"] == "b.s3.eu-central-1.amazonaws.com"
    assert made["tlsDetails"]["clientProvidedHostHeader"] == "b.s3.eu-central-1.amazonaws.com"
    assert record("s3", "ListBuckets")["requestParameters"] == {"Host": "s3.amazonaws.com"}


# --- others --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("CreateFunction", "CreateFunction20150331"),
        ("UpdateFunctionCode", "UpdateFunctionCode20150331v2"),
        ("GetFunction", "GetFunction20150331v2"),
        ("GetFunctionCodeSigningConfig", "GetFunctionCodeSigningConfig"),
        ("CreateFunctionUrlConfig", "CreateFunctionUrlConfig"),
        ("Invoke", "Invoke"),
    ],
)
def test_lambdas_management_events_are_dated(operation: str, name: str) -> None:
    assert record("lambda", operation)["eventName"] == name


@pytest.mark.parametrize("name", ["f", f"{ACCOUNT}:function:f", "f:live"])
def test_invoking_a_function_is_a_data_event_on_its_arn(name: str) -> None:
    made = event("lambda", "Invoke", params={"FunctionName": name})
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
    assert made.category == "Data" and [found.arn for found in made.resources] == [arn]


def test_a_query_of_a_table_is_a_data_event_on_the_table() -> None:
    made = event("dynamodb", "Query", params={"TableName": "t"})
    assert made.category == "Data"
    assert made.resources[0].arn == f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t"


def test_a_kms_key_is_the_resource_of_its_use() -> None:
    arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    made = record("kms", "Decrypt", params={"CiphertextBlob": b"x"}, output={"KeyId": arn})
    assert made["resources"] == [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": arn}]
    assert made["readOnly"] is True and made["responseElements"] is None


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", ["iam", "sts", "organizations", "kms", "logs", "rds"])
def test_a_denied_call_leaves_no_parameters(service: str) -> None:
    operation = {
        "iam": "CreateUser",
        "sts": "AssumeRole",
        "organizations": "CreateAccount",
        "kms": "CreateKey",
        "logs": "CreateLogGroup",
        "rds": "DeleteDBInstance",
    }[service]
    made = record(service, operation, params={"Tags": [], "Name": "n"}, error=DENIED)
    assert made["requestParameters"] is None and made["responseElements"] is None
    assert made["errorCode"] == "AccessDenied"


def test_other_errors_keep_the_parameters_and_have_cloudtrails_spelling() -> None:
    missing = ApiError("NoSuchEntity", "The user with name bob cannot be found.", 404)
    made = record("iam", "DeleteUser", params={"UserName": "bob"}, error=missing)
    assert made["errorCode"] == "NoSuchEntityException"
    assert made["requestParameters"] == {"userName": "bob"}


def test_a_wrong_mfa_code_keeps_the_parameters() -> None:
    wrong = ApiError("AccessDenied", "MultiFactorAuthentication failed with invalid code.", 403)
    made = record("sts", "GetSessionToken", params={"DurationSeconds": 900}, error=wrong)
    assert made["requestParameters"] == {"durationSeconds": 900}


def test_services_behind_a_gateway_answer_with_a_message_and_have_none_of_their_own() -> None:
    made = record("eks", "CreateAccessEntry", params={"clusterName": "c"}, error=DENIED)
    assert "errorMessage" not in made and "tlsDetails" not in made
    assert made["responseElements"] == {"message": DENIED.message}
    assert made["requestParameters"] == {"name": "c"}


def test_a_long_message_ends_after_a_kilobyte() -> None:
    made = record("sns", "CreateTopic", error=ApiError("InvalidParameter", "ü" * 2000))
    assert len(made["errorMessage"].encode()) == 1024


def test_parameters_above_100_kb_are_left_out_and_say_so() -> None:
    made = event("iam", "CreatePolicy", params={"PolicyDocument": "x" * 110_000}, output={})
    assert made.record["requestParameters"] == {
        "reason": "requestParameters too large",
        "omitted": True,
        "originalSize": 110_000 + len('{"policyDocument":""}'),
    }
    assert len(made.json) < 5_000


# --- odd input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "params",
    [
        {"UserName": ["a", {"b": b"c"}]},
        {"Unknown": {"Deep": [1, 2.5, None]}},
        {7: object()},
        {"UserName": "\ud800 half a letter"},
        {"UserName": "\U0001f680 \x00 \u202e"},
        {"Tags": "not a list"},
    ],
)
def test_odd_parameters_still_make_a_record_that_can_be_stored(params: dict[Any, Any]) -> None:
    for service, operation in (
        ("iam", "CreateUser"),
        ("ec2", "StopInstances"),
        ("s3", "GetObject"),
    ):
        made = event(service, operation, params=params, output={"Odd": {1: {2}}})
        json.loads(made.json.encode())


def test_what_lookup_finds_is_what_the_record_shows() -> None:
    made = event(
        "iam",
        "CreateUser",
        params={"UserName": "mia"},
        output={"User": {"UserName": "mia", "UserId": "AIDA1", "Arn": "arn:aws:iam::1:user/mia"}},
    )
    assert set(made.lookup_resources) == {
        ("AWS::IAM::User", "mia"),
        ("AWS::IAM::User", "AIDA1"),
        ("AWS::IAM::User", "arn:aws:iam::1:user/mia"),
    }
    assert event("ec2", "DescribeInstances", params={"InstanceIds": ["i-1"]}).lookup_resources == ()
    status = event("cloudtrail", "GetTrailStatus", params={"Name": "t"})
    assert status.lookup_resources == (("AWS::CloudTrail::Trail", "t"),)


def test_a_ready_record_becomes_an_event() -> None:
    made = wrap(replace(event("sns", "ListTopics")).record)
    assert (made.id, made.time, made.name) == (EVENT_ID, NOON, "ListTopics")


def test_the_same_call_makes_the_same_record() -> None:
    made = call("s3", "PutObject", params={"Bucket": "b", "Key": "k"})
    assert describe(made, EVENT_ID).json == describe(made, EVENT_ID).json
