"""Regions, global services, organizations and data events, over HTTP on a served account.

User Guide, "CloudTrail concepts", "Creating a trail for an organization", "Logging data events".
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Served

ACCOUNT = "123456789012"
HOME, SECOND, THIRD = "us-east-1", "eu-central-1", "ap-southeast-2"
BUCKET = "far-logs"
CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}


def bucket(account: Served, name: str = BUCKET, region: str = HOME) -> None:
    """A bucket that lets CloudTrail write anything."""
    where = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != HOME else {}
    s3 = account.client("s3", region)
    s3.create_bucket(Bucket=name, **where)
    allowed = {"s3:GetBucketAcl": f"arn:aws:s3:::{name}", "s3:PutObject": f"arn:aws:s3:::{name}/*"}
    statements = [
        {"Effect": "Allow", "Principal": CLOUDTRAIL, "Action": action, "Resource": resource}
        for action, resource in allowed.items()
    ]
    policy = {"Version": "2012-10-17", "Statement": statements}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))


def trail(account: Served, name: str, region: str = HOME, **settings: Any) -> Any:
    """A trail that logs; its client comes back."""
    cloudtrail = account.client("cloudtrail", region)
    cloudtrail.create_trail(Name=name, S3BucketName=BUCKET, **settings)
    cloudtrail.start_logging(Name=name)
    return cloudtrail


def records(account: Served, name: str = BUCKET) -> list[tuple[str, dict[str, Any]]]:
    """(key, record) of everything in the bucket's log files."""
    s3 = account.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=name)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    found = []
    for key in keys:
        if "/CloudTrail/" in key and key.endswith(".json.gz"):
            body = s3.get_object(Bucket=name, Key=key)["Body"].read()
            found += [(key, record) for record in json.loads(gzip.decompress(body))["Records"]]
    return found


def names(account: Served, **facts: str) -> set[str]:
    """eventNames in the bucket, of the records that have these facts."""
    return {
        record["eventName"]
        for _, record in records(account)
        if all(record.get(fact) == value for fact, value in facts.items())
    }


def code(call: Callable[..., Any], **params: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**params)
    return str(refused.value.response["Error"]["Code"])


# --- Regions -------------------------------------------------------------------------------------


def test_a_multi_region_trail_has_a_folder_for_each_region(account: Served) -> None:
    bucket(account)
    trail(account, "everywhere", IsMultiRegionTrail=True)
    for region in (HOME, SECOND, THIRD):
        account.client("ec2", region).describe_vpcs()
    account.client("iam").create_user(UserName="basis")
    account.advance(minutes=20)
    for region in (HOME, SECOND, THIRD):
        folder = f"AWSLogs/{ACCOUNT}/CloudTrail/{region}/2032/03/01/"
        inside = [record for key, record in records(account) if key.startswith(folder)]
        assert "DescribeVpcs" in {record["eventName"] for record in inside}
        assert {record["awsRegion"] for record in inside} == {region}
    assert "CreateUser" in names(account, awsRegion=HOME)


def test_a_single_region_trail_elsewhere_has_neither_other_regions_nor_iam(
    account: Served,
) -> None:
    bucket(account)
    trail(account, "there", SECOND)
    account.client("ec2", SECOND).describe_vpcs()
    account.client("ec2", HOME).describe_subnets()
    account.client("iam", SECOND).create_user(UserName="basis")
    account.client("sts", SECOND).get_caller_identity()
    account.advance(minutes=20)
    found = names(account)
    assert "DescribeVpcs" in found
    assert not {"DescribeSubnets", "CreateUser"} & found
    history = account.client("cloudtrail", HOME).lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    )
    assert len(history["Events"]) == 1
    there = account.client("cloudtrail", SECOND).lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    )
    assert there["Events"] == []


def test_global_services_can_be_left_out_of_a_single_region_trail(account: Served) -> None:
    bucket(account)
    trail(account, "local", IncludeGlobalServiceEvents=False)
    account.client("iam").create_user(UserName="basis")
    account.client("ec2").describe_vpcs()
    account.advance(minutes=20)
    found = names(account)
    assert "DescribeVpcs" in found and "CreateUser" not in found


def test_a_multi_region_trail_shows_as_a_shadow_and_changes_only_at_home(account: Served) -> None:
    bucket(account)
    arn = trail(account, "home", IsMultiRegionTrail=True).get_trail(Name="home")["Trail"][
        "TrailARN"
    ]
    away = account.client("cloudtrail", SECOND)
    (seen,) = away.describe_trails()["trailList"]
    assert (seen["TrailARN"], seen["HomeRegion"]) == (arn, HOME)
    assert away.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert away.get_trail_status(Name=arn)["IsLogging"] is True
    assert code(away.get_trail_status, Name="home") == "TrailNotFoundException"
    changes: dict[str, dict[str, Any]] = {
        "update_trail": {"Name": arn, "EnableLogFileValidation": True},
        "stop_logging": {"Name": arn},
        "start_logging": {"Name": arn},
        "delete_trail": {"Name": arn},
        "put_event_selectors": {"TrailName": arn, "EventSelectors": [{"ReadWriteType": "All"}]},
    }
    for change, params in changes.items():
        assert code(getattr(away, change), **params) == "InvalidHomeRegionException", change
    assert away.get_trail_status(Name=arn)["IsLogging"] is True


def test_a_shadow_trail_counts_where_a_sixth_would_be_made(account: Served) -> None:
    bucket(account)
    home, away = account.client("cloudtrail"), account.client("cloudtrail", SECOND)
    home.create_trail(Name="everywhere", S3BucketName=BUCKET, IsMultiRegionTrail=True)
    for number in range(4):
        away.create_trail(Name=f"local-{number}", S3BucketName=BUCKET)
    sixth = {"Name": "sixth", "S3BucketName": BUCKET}
    assert code(away.create_trail, **sixth) == "MaximumNumberOfTrailsExceededException"
    home.create_trail(**sixth)
    assert code(home.update_trail, Name="sixth", IsMultiRegionTrail=True) == (
        "MaximumNumberOfTrailsExceededException"
    )
    assert home.get_trail(Name="sixth")["Trail"]["IsMultiRegionTrail"] is False


# --- data events ---------------------------------------------------------------------------------

DATA = {"arn:aws:s3": "AWS::S3::Object", "arn:aws:dynamodb": "AWS::DynamoDB::Table"}


def select(cloudtrail: Any, name: str, *kinds: tuple[str, str]) -> None:
    resources = [{"Type": kind, "Values": [value]} for value, kind in kinds]
    selector = {"ReadWriteType": "All", "DataResources": resources}
    cloudtrail.put_event_selectors(TrailName=name, EventSelectors=[selector])


def use_data(account: Served) -> None:
    s3 = account.client("s3")
    s3.put_object(Bucket="things", Key="a", Body=b"a")
    s3.get_object(Bucket="things", Key="a")
    table = account.client("dynamodb")
    table.put_item(TableName="orders", Item={"id": {"S": "1"}})
    table.get_item(TableName="orders", Key={"id": {"S": "1"}})


DATA_NAMES = {"PutObject", "GetObject", "PutItem", "GetItem"}


@pytest.fixture
def things(account: Served) -> Served:
    bucket(account)
    account.client("s3").create_bucket(Bucket="things")
    account.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return account


def test_data_events_flow_when_they_are_selected_and_not_before(things: Served) -> None:
    cloudtrail = trail(things, "data")
    use_data(things)
    things.advance(minutes=20)
    assert not DATA_NAMES & names(things, eventCategory="Data")
    select(cloudtrail, "data", *DATA.items())
    use_data(things)
    things.advance(minutes=20)
    assert names(things, eventCategory="Data") >= DATA_NAMES
    mixed = {key for key, _ in records(things)}
    for key in mixed:
        kinds = {record["eventCategory"] for where, record in records(things) if where == key}
        assert len(kinds) == 1, "a file has one category"


def test_data_events_never_reach_event_history(things: Served) -> None:
    cloudtrail = trail(things, "data")
    select(cloudtrail, "data", *DATA.items())
    use_data(things)
    things.advance(minutes=20)
    pages = cloudtrail.get_paginator("lookup_events").paginate()
    looked_up = {event["EventName"] for page in pages for event in page["Events"]}
    assert not DATA_NAMES & looked_up
    assert "PutEventSelectors" in looked_up


def test_only_the_selected_kind_of_data_event_flows(things: Served) -> None:
    cloudtrail = trail(things, "data")
    select(cloudtrail, "data", ("arn:aws:s3:::things/", "AWS::S3::Object"))
    things.client("s3").create_bucket(Bucket="others")
    things.client("s3").put_object(Bucket="others", Key="b", Body=b"b")
    use_data(things)
    things.advance(minutes=20)
    data = [r for _, r in records(things) if r["eventCategory"] == "Data"]
    assert {r["eventName"] for r in data} == {"PutObject", "GetObject"}
    assert {r["requestParameters"]["bucketName"] for r in data} == {"things"}


def test_s3_data_events_are_recorded_in_the_bucket_s_region(account: Served) -> None:
    bucket(account)
    s3 = account.client("s3", SECOND)
    s3.create_bucket(Bucket="far-things", CreateBucketConfiguration={"LocationConstraint": SECOND})
    cloudtrail = trail(account, "data", IsMultiRegionTrail=True)
    select(cloudtrail, "data", ("arn:aws:s3:::far-things/", "AWS::S3::Object"))
    account.client("s3", HOME).put_object(Bucket="far-things", Key="a", Body=b"a")
    account.advance(minutes=20)
    (found,) = [(k, r) for k, r in records(account) if r["eventName"] == "PutObject"]
    assert found[1]["awsRegion"] == SECOND and f"/CloudTrail/{SECOND}/" in found[0]


def test_lambda_invokes_flow_when_they_are_selected(account: Served) -> None:
    """A dry run, since a run would need a container."""
    bucket(account)
    cloudtrail = trail(account, "data")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    role = account.client("iam").create_role(
        RoleName="runner",
        AssumeRolePolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{**trust, "Action": "sts:AssumeRole"}]}
        ),
    )["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("code.py", "def handle(event, context): return 1\n")
    functions = account.client("lambda")
    arn = functions.create_function(
        FunctionName="close-orders",
        Runtime="python3.12",
        Role=role,
        Handler="code.handle",
        Code={"ZipFile": packed.getvalue()},
    )["FunctionArn"]
    functions.invoke(FunctionName="close-orders", InvocationType="DryRun")
    select(cloudtrail, "data", (arn, "AWS::Lambda::Function"))
    functions.invoke(FunctionName="close-orders", InvocationType="DryRun")
    account.advance(minutes=20)
    invokes = [r for _, r in records(account) if r["eventName"] == "Invoke"]
    assert len(invokes) == 1
    assert invokes[0]["resources"][0]["ARN"] == arn
    assert invokes[0]["eventCategory"] == "Data"


# --- organizations -------------------------------------------------------------------------------


def test_an_organization_trail_writes_into_the_organization_s_folder(account: Served) -> None:
    bucket(account)
    organizations = account.client("organizations")
    organization = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    made = organizations.create_account(Email="dev@example.com", AccountName="dev")
    member = made["CreateAccountStatus"]["AccountId"]
    cloudtrail = trail(account, "all", IsOrganizationTrail=True, EnableLogFileValidation=True)
    account.client("ec2").describe_vpcs()
    session = account.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole",
        RoleSessionName="visit",
    )["Credentials"]
    import boto3

    there = boto3.Session().client(
        "ec2",
        region_name=HOME,
        endpoint_url=account.endpoint,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
    there.describe_subnets()
    account.advance(hours=3)
    folder = f"AWSLogs/{organization}"
    own = {r["eventName"] for k, r in records(account) if k.startswith(f"{folder}/{ACCOUNT}/")}
    theirs = {r["eventName"] for k, r in records(account) if k.startswith(f"{folder}/{member}/")}
    assert "DescribeVpcs" in own and "DescribeSubnets" not in own
    assert "DescribeSubnets" in theirs and "DescribeVpcs" not in theirs
    told = account.control("verify", trail="all")
    assert {report["account"] for report in told["reports"]} == {ACCOUNT, member}
    checked = [c for report in told["reports"] for c in (*report["digests"], *report["files"])]
    assert checked and all(c["verdict"] == "valid" for c in checked)
    assert cloudtrail.get_trail(Name="all")["Trail"]["IsOrganizationTrail"] is True
