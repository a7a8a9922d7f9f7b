"""A day's work against moto, with parameters as real callers send them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from lablib.cloudtrail.call import ApiCall
from tests.cloudtrail.calls import recorded

TAGS = [{"Key": "project", "Value": "sap"}, {"Key": "backup", "Value": "true"}]
ONE_TAG = TAGS[:1]
STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
ROLE = "arn:aws:iam::123456789012:role/operator"


def tagged(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": TAGS}]


def ec2(client: Any, it: dict[str, Any]) -> Iterator[Callable[[], Any]]:
    image = "ami-12c6146b"
    it["vpc"] = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    it["subnet"] = client.create_subnet(VpcId=it["vpc"], CidrBlock="10.0.1.0/24")["Subnet"][
        "SubnetId"
    ]
    it["kept"] = client.create_subnet(VpcId=it["vpc"], CidrBlock="10.0.2.0/24")["Subnet"][
        "SubnetId"
    ]
    gateway = client.create_internet_gateway(TagSpecifications=tagged("internet-gateway"))
    it["igw"] = gateway["InternetGateway"]["InternetGatewayId"]
    yield lambda: client.attach_internet_gateway(InternetGatewayId=it["igw"], VpcId=it["vpc"])
    table = client.create_route_table(VpcId=it["vpc"], TagSpecifications=tagged("route-table"))
    it["rtb"] = table["RouteTable"]["RouteTableId"]
    it["assoc"] = client.associate_route_table(RouteTableId=it["rtb"], SubnetId=it["subnet"])[
        "AssociationId"
    ]
    route = {"RouteTableId": it["rtb"], "DestinationCidrBlock": "0.0.0.0/0"}
    yield lambda: client.create_route(GatewayId=it["igw"], **route)
    yield lambda: client.delete_route(**route)
    address = client.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip"))
    nat = client.create_nat_gateway(
        SubnetId=it["subnet"],
        AllocationId=address["AllocationId"],
        ConnectivityType="public",
        TagSpecifications=tagged("natgateway"),
    )["NatGateway"]["NatGatewayId"]
    yield lambda: client.describe_nat_gateways(NatGatewayIds=[nat])
    yield lambda: client.delete_nat_gateway(NatGatewayId=nat)
    yield lambda: client.release_address(
        AllocationId=address["AllocationId"], NetworkBorderGroup="us-east-1"
    )
    yield lambda: client.disassociate_route_table(AssociationId=it["assoc"])
    yield lambda: client.create_flow_logs(
        ResourceIds=[it["vpc"]],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination="arn:aws:s3:::bucket-of-trail",
        MaxAggregationInterval=600,
        TagSpecifications=[{"ResourceType": "vpc-flow-log", "Tags": ONE_TAG}],
    )
    flow = client.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [it["vpc"]]}])
    for log in flow["FlowLogs"][:1]:
        yield lambda log=log: client.delete_flow_logs(FlowLogIds=[log["FlowLogId"]])
    group = client.create_security_group(GroupName="hana", Description="hana", VpcId=it["vpc"])
    group_id = group["GroupId"]
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 30015,
        "ToPort": 30015,
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
    }
    yield lambda: client.authorize_security_group_egress(GroupId=group_id, IpPermissions=[rule])
    flat = {"GroupId": group_id, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    yield lambda: client.authorize_security_group_ingress(CidrIp="0.0.0.0/0", **flat)
    yield lambda: client.revoke_security_group_ingress(CidrIp="0.0.0.0/0", **flat)
    instance = client.run_instances(
        ImageId=image,
        MinCount=1,
        MaxCount=1,
        InstanceType="t3.micro",
        SubnetId=it["subnet"],
        UserData="#!/bin/sh",
        TagSpecifications=tagged("instance"),
    )["Instances"][0]["InstanceId"]
    for name in ("stop_instances", "start_instances", "reboot_instances", "terminate_instances"):
        yield lambda name=name: getattr(client, name)(InstanceIds=[instance])
    volume = client.create_volume(
        AvailabilityZone="us-east-1a", Size=8, TagSpecifications=tagged("volume")
    )["VolumeId"]
    snapshot = client.create_snapshot(
        VolumeId=volume, TagSpecifications=[{"ResourceType": "snapshot", "Tags": ONE_TAG}]
    )["SnapshotId"]
    own = client.register_image(
        Name="hana",
        Architecture="x86_64",
        RootDeviceName="/dev/sda1",
        EnaSupport=True,
        SriovNetSupport="simple",
        BlockDeviceMappings=[
            {
                "DeviceName": "/dev/sda1",
                "Ebs": {
                    "SnapshotId": snapshot,
                    "VolumeSize": 8,
                    "VolumeType": "gp3",
                    "DeleteOnTermination": True,
                },
            }
        ],
    )["ImageId"]
    add = {"Add": [{"UserId": "111122223333"}]}
    yield lambda: client.modify_image_attribute(
        ImageId=own, Attribute="launchPermission", LaunchPermission=add
    )
    yield lambda: client.create_key_pair(KeyName="k", KeyFormat="pem")
    acl = client.create_network_acl(VpcId=it["vpc"])["NetworkAcl"]["NetworkAclId"]
    yield lambda: client.create_network_acl_entry(
        NetworkAclId=acl,
        RuleNumber=100,
        Protocol="6",
        RuleAction="allow",
        Egress=False,
        CidrBlock="0.0.0.0/0",
        PortRange={"From": 22, "To": 22},
    )
    yield lambda: client.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Egress=False)
    yield lambda: client.delete_network_acl(NetworkAclId=acl)
    yield client.create_default_vpc
    yield lambda: client.describe_account_attributes(AttributeNames=["supported-platforms"])
    yield client.describe_images
    yield lambda: client.describe_instance_status(InstanceIds=[instance])
    yield lambda: client.describe_instances(InstanceIds=[instance])
    yield client.describe_key_pairs
    yield client.describe_launch_templates
    yield lambda: client.describe_regions(AllRegions=True)
    yield client.describe_tags
    yield lambda: client.describe_volumes(VolumeIds=[volume])
    yield lambda: client.describe_volumes_modifications(MaxResults=50)
    yield client.describe_vpn_gateways
    yield client.enable_ebs_encryption_by_default
    yield client.get_ebs_encryption_by_default
    yield lambda: client.describe_vpc_classic_link_dns_support(VpcIds=[it["vpc"]])
    yield lambda: client.detach_internet_gateway(InternetGatewayId=it["igw"], VpcId=it["vpc"])
    yield lambda: client.delete_internet_gateway(InternetGatewayId=it["igw"])
    yield lambda: client.delete_route_table(RouteTableId=it["rtb"])
    yield lambda: client.delete_subnet(SubnetId=it["subnet"])
    yield lambda: client.start_instances(InstanceIds=["i-nonsense"])
    yield lambda: client.describe_volumes(VolumeIds=["vol-0123456789abcdef0"])


def iam(client: Any, it: dict[str, Any]) -> Iterator[Callable[[], Any]]:
    yield lambda: client.create_user(UserName="basis")
    yield lambda: client.create_access_key(UserName="basis")
    yield lambda: client.create_login_profile(
        UserName="basis", Password="Correct-horse-1", PasswordResetRequired=True
    )
    yield lambda: client.create_group(GroupName="operators")
    yield lambda: client.add_user_to_group(GroupName="operators", UserName="basis")
    yield lambda: client.create_role(RoleName="operator", AssumeRolePolicyDocument=TRUST)
    policy = client.create_policy(
        PolicyName="read", PolicyDocument=DOCUMENT, Path="/", Description="", Tags=ONE_TAG
    )["Policy"]["Arn"]
    yield lambda: client.attach_role_policy(RoleName="operator", PolicyArn=policy)
    yield lambda: client.attach_group_policy(GroupName="operators", PolicyArn=policy)
    yield lambda: client.put_role_policy(
        RoleName="operator", PolicyName="p", PolicyDocument=DOCUMENT
    )
    yield lambda: client.update_assume_role_policy(RoleName="operator", PolicyDocument=TRUST)
    yield lambda: client.create_instance_profile(
        InstanceProfileName="profile", Path="/", Tags=ONE_TAG
    )
    yield lambda: client.add_role_to_instance_profile(
        InstanceProfileName="profile", RoleName="operator"
    )
    yield lambda: client.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")
    yield lambda: client.create_saml_provider(Name="idp", SAMLMetadataDocument="x" * 1024)
    provider = "arn:aws:iam::123456789012:saml-provider/idp"
    yield lambda: client.update_saml_provider(
        SAMLProviderArn=provider, SAMLMetadataDocument="y" * 1024
    )
    yield lambda: client.create_virtual_mfa_device(Path="/", VirtualMFADeviceName="device")
    for name in (
        "get_account_authorization_details",
        "get_account_summary",
        "list_groups",
        "list_open_id_connect_providers",
        "list_instance_profiles",
    ):
        yield getattr(client, name)
    yield lambda: client.list_virtual_mfa_devices(AssignmentStatus="Any")
    for name in ("list_attached_role_policies", "list_role_policies"):
        yield lambda name=name: getattr(client, name)(RoleName="operator")
    yield lambda: client.list_instance_profiles_for_role(RoleName="operator")
    for name in ("list_attached_group_policies", "list_group_policies"):
        yield lambda name=name: getattr(client, name)(GroupName="operators")
    for name in (
        "list_user_policies",
        "list_ssh_public_keys",
        "list_signing_certificates",
        "list_service_specific_credentials",
    ):
        yield lambda name=name: getattr(client, name)(UserName="basis")
    yield lambda: client.get_policy(PolicyArn=policy)
    yield lambda: client.get_policy_version(PolicyArn=policy, VersionId="v1")
    yield lambda: client.list_policy_versions(PolicyArn=policy)
    yield lambda: client.list_entities_for_policy(PolicyArn=policy)
    yield lambda: client.remove_role_from_instance_profile(
        InstanceProfileName="profile", RoleName="operator"
    )
    yield lambda: client.delete_instance_profile(InstanceProfileName="profile")
    yield lambda: client.delete_role_policy(RoleName="operator", PolicyName="p")
    yield lambda: client.delete_user(UserName="nobody")
    yield lambda: client.list_user_policies(UserName="nobody")


def s3(client: Any, it: dict[str, Any]) -> Iterator[Callable[[], Any]]:
    name = {"Bucket": "bucket-of-logs"}
    yield lambda: client.create_bucket(**name)
    yield client.list_buckets
    yield lambda: client.put_bucket_policy(Policy=DOCUMENT, **name)
    yield lambda: client.put_bucket_acl(ACL="private", **name)
    yield lambda: client.put_bucket_versioning(
        VersioningConfiguration={"Status": "Enabled"}, **name
    )
    yield lambda: client.put_bucket_tagging(Tagging={"TagSet": TAGS}, **name)
    rule = {"ID": "archive", "Status": "Enabled", "Filter": {"Prefix": ""}}
    yield lambda: client.put_bucket_lifecycle_configuration(
        LifecycleConfiguration={
            "Rules": [{**rule, "Transitions": [{"Days": 90, "StorageClass": "GLACIER"}]}]
        },
        **name,
    )
    reads = (
        "accelerate_configuration acl cors lifecycle_configuration location "
        "notification_configuration ownership_controls policy policy_status request_payment "
        "tagging versioning website encryption logging replication"
    )
    for read in reads.split():
        yield lambda read=read: getattr(client, f"get_bucket_{read}")(**name)
    yield lambda: client.delete_bucket_lifecycle(**name)
    yield lambda: client.put_object(Key="folder/key", Body=b"hello", **name)
    yield lambda: client.get_object(Key="folder/key", **name)
    yield lambda: client.head_object(Key="folder/key", **name)
    yield lambda: client.list_objects_v2(**name)
    yield lambda: client.delete_object(Key="folder/key", **name)
    yield lambda: client.head_bucket(**name)
    yield lambda: client.create_bucket(Bucket="bucket-of-nothing")
    yield lambda: client.delete_bucket(Bucket="bucket-of-nothing")
    yield lambda: client.get_bucket_acl(Bucket="bucket-of-nobody")
    yield lambda: client.create_bucket(Bucket="bucket-of-trail")


def kms(client: Any, it: dict[str, Any]) -> Iterator[Callable[[], Any]]:
    key = client.create_key(Policy=DOCUMENT, Description="logs")["KeyMetadata"]["KeyId"]
    it["key"] = key
    context = {"PARAMETER_ARN": "arn:aws:ssm:us-east-1:123456789012:parameter/p"}
    blob = client.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext=context)
    yield lambda: client.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext=context)
    yield lambda: client.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=context)
    yield lambda: client.enable_key_rotation(KeyId=key)
    yield lambda: client.create_alias(AliasName="alias/logs", TargetKeyId=key)
    yield lambda: client.update_alias(AliasName="alias/logs", TargetKeyId=key)
    yield client.list_aliases
    yield lambda: client.untag_resource(KeyId=key, TagKeys=["project"])
    yield lambda: client.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    yield lambda: client.cancel_key_deletion(KeyId=key)
    yield lambda: client.describe_key(KeyId="1234abcd-12ab-34cd-56ef-1234567890ab")


def rds(client: Any, it: dict[str, Any]) -> Iterator[Callable[[], Any]]:
    yield lambda: client.create_db_subnet_group(
        DBSubnetGroupName="group",
        DBSubnetGroupDescription="subnets",
        SubnetIds=[it["kept"]],
        Tags=TAGS,
    )
    yield lambda: client.create_db_instance(
        DBInstanceIdentifier="hana",
        Engine="mysql",
        DBInstanceClass="db.t3.micro",
        AllocatedStorage=20,
        DBSubnetGroupName="group",
        KmsKeyId=it["key"],
        StorageEncrypted=True,
        MasterUsername="admin",
        MasterUserPassword="Correct-horse-1",
    )
    yield lambda: client.modify_db_instance(
        DBInstanceIdentifier="hana",
        MasterUserPassword="Correct-horse-2",
        ApplyImmediately=True,
        AllowMajorVersionUpgrade=False,
    )
    yield lambda: client.create_db_snapshot(
        DBInstanceIdentifier="hana", DBSnapshotIdentifier="snap"
    )
    yield lambda: client.modify_db_snapshot_attribute(
        DBSnapshotIdentifier="snap", AttributeName="restore", ValuesToAdd=["111122223333"]
    )
    yield lambda: client.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="again", DBSnapshotIdentifier="snap"
    )
    yield lambda: client.delete_db_snapshot(DBSnapshotIdentifier="snap")
    yield lambda: client.describe_db_subnet_groups(DBSubnetGroupName="group")
    for name in (
        "describe_db_parameter_groups",
        "describe_option_groups",
        "describe_export_tasks",
    ):
        yield getattr(client, name)
    yield lambda: client.list_tags_for_resource(
        ResourceName="arn:aws:rds:us-east-1:123456789012:db:hana"
    )


def cloudtrail(client: Any, it: dict[str, Any]) -> Iterator[Callable[[], Any]]:
    yield lambda: client.create_trail(
        Name="trail",
        S3BucketName="bucket-of-trail",
        IncludeGlobalServiceEvents=True,
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        TagsList=TAGS,
    )
    yield lambda: client.start_logging(Name="trail")
    yield lambda: client.describe_trails(includeShadowTrails=False)
    yield lambda: client.get_trail_status(Name="trail")
    yield lambda: client.get_event_selectors(TrailName="trail")
    selector = {"ReadWriteType": "All", "IncludeManagementEvents": True}
    yield lambda: client.put_event_selectors(TrailName="trail", EventSelectors=[selector])
    yield lambda: client.put_insight_selectors(TrailName="trail", InsightSelectors=[])
    yield lambda: client.update_trail(Name="trail", IsMultiRegionTrail=False)
    yield lambda: client.stop_logging(Name="trail")
    yield lambda: client.stop_logging(Name="no-such-trail")


def others(make: Callable[[str], Any], it: dict[str, Any]) -> Iterator[Callable[[], Any]]:
    sts = make("sts")
    yield lambda: sts.assume_role(RoleArn=ROLE, RoleSessionName="night-shift")
    yield lambda: sts.get_federation_token(Name="bob", Policy=DOCUMENT)
    yield sts.get_session_token
    yield sts.get_caller_identity
    ssm = make("ssm")
    parameter = {"Name": "/sap/p", "Value": "Correct-horse-1", "Type": "SecureString"}
    yield lambda: ssm.put_parameter(
        AllowedPattern="", Overwrite=False, Tier="Standard", Tags=ONE_TAG, **parameter
    )
    yield lambda: ssm.get_parameters(Names=["/sap/p"], WithDecryption=True)
    yield lambda: ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/sap/p")
    yield lambda: ssm.delete_parameter(Name="/sap/p")
    logs = make("logs")
    yield lambda: logs.create_log_group(logGroupName="group")
    yield lambda: logs.create_log_stream(logGroupName="group", logStreamName="stream")
    yield logs.describe_log_groups
    yield lambda: logs.describe_metric_filters(limit=50)
    yield logs.describe_resource_policies
    sns = make("sns")
    topic = sns.create_topic(Name="topic")["TopicArn"]
    yield sns.list_topics
    yield lambda: sns.set_topic_attributes(
        TopicArn=topic, AttributeName="DisplayName", AttributeValue="{}"
    )
    yield lambda: sns.subscribe(
        TopicArn=topic, Protocol="email", Endpoint="a@example.com", ReturnSubscriptionArn=True
    )
    sqs = make("sqs")
    yield lambda: sqs.create_queue(QueueName="queue")
    secrets = make("secretsmanager")
    yield lambda: secrets.create_secret(
        Name="secret",
        Description="",
        SecretString="Correct-horse-1",
        ForceOverwriteReplicaSecret=False,
    )
    yield lambda: secrets.get_resource_policy(SecretId="secret")
    yield lambda: secrets.list_secrets(
        MaxResults=10, Filters=[{"Key": "name", "Values": ["secret"]}]
    )
    watch = make("cloudwatch")
    yield lambda: watch.describe_alarms(MaxRecords=100)
    yield lambda: watch.describe_alarms_for_metric(MetricName="m", Namespace="n")
    yield lambda: watch.put_dashboard(DashboardName="d", DashboardBody='{"widgets": []}')
    yield lambda: watch.get_dashboard(DashboardName="none")
    functions = make("lambda")
    yield functions.list_functions
    yield lambda: functions.create_function(
        FunctionName="function",
        Runtime="python3.13",
        Role=ROLE,
        Handler="main.handler",
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
        Description="",
        MemorySize=128,
        PackageType="Zip",
        Publish=False,
        Timeout=3,
        Tags={"project": "sap"},
        Environment={"Variables": {"TOKEN": "Correct-horse-1"}},
    )
    yield lambda: functions.get_function(FunctionName="function")
    yield lambda: functions.get_function_configuration(FunctionName="function")
    yield lambda: functions.get_function_code_signing_config(FunctionName="function")
    yield lambda: functions.update_function_configuration(
        FunctionName="function", Environment={"Variables": {"TOKEN": "Correct-horse-2"}}
    )
    tables = make("dynamodb")
    yield lambda: tables.create_table(
        TableName="table",
        KeySchema=[{"AttributeName": "Artist", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Artist", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield lambda: tables.put_item(
        TableName="table", Item={"Artist": {"S": "x"}, "Award": {"S": "y"}}
    )
    yield lambda: tables.delete_table(TableName="table")
    scaling = make("autoscaling")
    yield scaling.describe_auto_scaling_groups
    yield lambda: scaling.create_launch_configuration(
        LaunchConfigurationName="l", ImageId="ami-12c6146b", InstanceType="t3.micro"
    )
    yield lambda: scaling.create_auto_scaling_group(
        AutoScalingGroupName="g",
        LaunchConfigurationName="l",
        MinSize=0,
        MaxSize=1,
        AvailabilityZones=["us-east-1a"],
    )
    yield lambda: scaling.put_scaling_policy(
        AutoScalingGroupName="g",
        PolicyName="p",
        PolicyType="SimpleScaling",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=1,
        Cooldown=60,
    )
    for service, name in (
        ("athena", "list_work_groups"),
        ("athena", "list_named_queries"),
        ("config", "describe_configuration_recorder_status"),
        ("ecr", "describe_repositories"),
        ("ecr", "get_authorization_token"),
        ("organizations", "list_accounts"),
        ("redshift", "describe_clusters"),
        ("sagemaker", "list_endpoints"),
        ("sagemaker", "list_models"),
        ("route53", "list_health_checks"),
        ("route53", "list_hosted_zones_by_name"),
        ("ses", "list_identities"),
        ("ses", "get_send_quota"),
        ("elb", "describe_load_balancers"),
        ("elbv2", "describe_load_balancers"),
        ("elbv2", "describe_target_groups"),
        ("events", "list_rules"),
        ("cloudformation", "list_stacks"),
        ("cloudfront", "list_distributions"),
        ("es", "list_domain_names"),
        ("iot", "list_thing_types"),
        ("glue", "get_databases"),
    ):
        yield getattr(make(service), name)


def calls() -> list[ApiCall]:
    """Everything that was called, refused calls too."""
    it: dict[str, Any] = {}
    with recorded() as recorder:
        for part in (s3, ec2, iam, kms, rds, cloudtrail):
            _run(part(recorder.client(part.__name__), it))
        _run(others(recorder.client, it))
    return recorder.calls


def _run(steps: Iterator[Callable[[], Any]]) -> None:
    """Every step; what moto refuses or lacks is no concern of the comparison."""
    for step in steps:
        with suppress(Exception):
            step()
