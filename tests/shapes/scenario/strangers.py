"""Somebody who may do nothing tries doors: each call is refused, and recorded."""

from __future__ import annotations

from typing import Any

from tests.shapes.scenario.people import DOCUMENT, ROLE, Person

# Looks without parameters.
LOOKS = {
    "apigateway": "get_sdk_types get_vpc_links",
    "appmesh": "list_meshes",
    "appsync": "list_graphql_apis",
    "config": "get_discovered_resource_counts",
    "datapipeline": "list_pipelines",
    "ec2": "describe_snapshot_tier_status get_ebs_default_kms_key_id "
    "get_ebs_encryption_by_default create_default_vpc",
    "ecs": "create_cluster",
    "eks": "list_clusters",
    "elbv2": "describe_listeners",
    "events": "list_rules",
    "glue": "get_crawlers get_databases get_dev_endpoints get_jobs list_crawlers list_jobs",
    "iam": "list_instance_profiles list_open_id_connect_providers",
    "kinesisvideo": "list_streams",
    "mq": "list_brokers list_configurations",
    "organizations": "leave_organization list_accounts",
    "secretsmanager": "get_random_password",
    "servicecatalog": "list_portfolios",
    "ses": "get_account_sending_enabled get_send_quota list_identities "
    "update_account_sending_enabled",
    "sns": "get_sms_attributes get_sms_sandbox_account_status",
    "support": "describe_services",
    "transcribe": "list_transcription_jobs list_vocabularies",
    "xray": "get_groups",
}
FILTER = {"Not": {"Or": [{"Dimensions": {"Key": "SERVICE", "Values": ["Tax"]}}]}}
PERIOD = {"Start": "2032-02-01", "End": "2032-03-01"}
POLICY = "arn:aws:iam::123456789012:policy/read"
DETECTOR = "12abc34d567e8fa901bc2d34e56789f0"
PEOPLE = ["111122223333"]

# The others, with what they sent.
TRIES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("appsync", "create_api_key", {"apiId": "a"}),
    ("appsync", "get_introspection_schema", {"apiId": "a", "format": "SDL"}),
    ("appsync", "update_resolver", {
        "apiId": "a", "typeName": "Query", "fieldName": "f", "requestMappingTemplate": "{}",
        "responseMappingTemplate": "{}", "pipelineConfig": {"functions": ["f"]},
    }),
    ("bedrock-agent", "get_knowledge_base", {"knowledgeBaseId": "ABCDEFGHIJ"}),
    ("ce", "get_cost_and_usage", {
        "TimePeriod": PERIOD, "Granularity": "MONTHLY", "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}], "Filter": FILTER,
    }),
    ("ce", "get_cost_forecast", {
        "TimePeriod": PERIOD, "Granularity": "MONTHLY", "Metric": "UNBLENDED_COST",
        "Filter": FILTER,
    }),
    ("cloudfront", "create_function", {
        "Name": "f", "FunctionConfig": {"Comment": "", "Runtime": "cloudfront-js-2.0"},
        "FunctionCode": b"x",
    }),
    ("config", "delete_config_rule", {"ConfigRuleName": "r"}),
    ("config", "stop_configuration_recorder", {"ConfigurationRecorderName": "r"}),
    ("ec2", "create_instance_export_task", {
        "InstanceId": "i-0123456789abcdef0", "TargetEnvironment": "vmware",
        "ExportToS3Task": {
            "ContainerFormat": "ova", "DiskImageFormat": "VMDK", "S3Bucket": "b", "S3Prefix": "p",
        },
    }),
    ("ec2", "create_key_pair", {"KeyName": "stolen", "KeyFormat": "pem"}),
    ("ec2", "create_network_acl_entry", {
        "NetworkAclId": "acl-0123456789abcdef0", "RuleNumber": 100, "Protocol": "6",
        "RuleAction": "allow", "Egress": False, "CidrBlock": "0.0.0.0/0",
        "PortRange": {"From": 22, "To": 22}, "IcmpTypeCode": {},
    }),
    ("ec2", "create_traffic_mirror_session", {
        "NetworkInterfaceId": "eni-0123456789abcdef0", "SessionNumber": 1, "PacketLength": 100,
        "TrafficMirrorTargetId": "tmt-0123456789abcdef0", "Description": "all",
        "TrafficMirrorFilterId": "tmf-0123456789abcdef0",
    }),
    ("ec2", "create_traffic_mirror_target", {
        "NetworkInterfaceId": "eni-0123456789abcdef0", "Description": "all",
        "NetworkLoadBalancerArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:l/net/n/1",
    }),
    ("ec2", "delete_network_acl_entry", {
        "NetworkAclId": "acl-0123456789abcdef0", "RuleNumber": 100, "Egress": False,
    }),
    ("ec2", "describe_client_vpn_routes", {"ClientVpnEndpointId": "cvpn-endpoint-1"}),
    ("ec2", "describe_transit_gateway_multicast_domains", {
        "TransitGatewayMulticastDomainIds": ["tgw-mcast-domain-1"],
    }),
    ("ec2", "get_console_screenshot", {"InstanceId": "i-0123456789abcdef0"}),
    ("ec2", "get_transit_gateway_route_table_associations", {
        "TransitGatewayRouteTableId": "tgw-rtb-1",
    }),
    ("eks", "associate_access_policy", {
        "clusterName": "c", "principalArn": ROLE, "accessScope": {"type": "cluster"},
        "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
    }),
    ("eks", "create_access_entry", {"clusterName": "c", "principalArn": ROLE}),
    ("eks", "describe_access_entry", {"clusterName": "c", "principalArn": ROLE}),
    ("eks", "describe_cluster", {"name": "c"}),
    ("events", "delete_rule", {"Name": "r"}),
    ("events", "remove_targets", {"Rule": "r", "Ids": ["1"]}),
    ("glue", "get_connections", {"HidePassword": True}),
    ("glue", "update_dev_endpoint", {"EndpointName": "e", "PublicKey": "k"}),
    ("guardduty", "disassociate_from_master_account", {"DetectorId": DETECTOR}),
    ("guardduty", "disassociate_members", {"DetectorId": DETECTOR, "AccountIds": PEOPLE}),
    ("guardduty", "list_ip_sets", {"DetectorId": DETECTOR}),
    ("guardduty", "stop_monitoring_members", {"DetectorId": DETECTOR, "AccountIds": PEOPLE}),
    ("guardduty", "update_detector", {
        "DetectorId": DETECTOR, "Enable": False, "FindingPublishingFrequency": "SIX_HOURS",
    }),
    ("iam", "attach_group_policy", {"GroupName": "operators", "PolicyArn": POLICY}),
    ("iam", "create_group", {"GroupName": "admins"}),
    ("iam", "create_policy_version", {"PolicyArn": POLICY, "PolicyDocument": DOCUMENT}),
    ("iam", "delete_user_permissions_boundary", {"UserName": "stranger"}),
    ("iam", "put_role_permissions_boundary", {
        "RoleName": "operator", "PermissionsBoundary": POLICY,
    }),
    ("iam", "set_default_policy_version", {"PolicyArn": POLICY, "VersionId": "v1"}),
    ("lambda", "create_event_source_mapping", {
        "FunctionName": "function",
        "EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:queue",
    }),
    ("logs", "describe_log_streams", {"logGroupName": "group"}),
    ("rds", "modify_activity_stream", {"ResourceArn": "a"}),
    ("s3", "head_bucket", {"Bucket": "bucket-of-logs"}),
    ("service-quotas", "list_service_quotas", {"ServiceCode": "vpc"}),
    ("ses", "delete_identity", {"Identity": "a@example.com"}),
    ("ses", "verify_email_identity", {"EmailAddress": "a@example.com"}),
    ("ssm", "resume_session", {"SessionId": "s"}),
    ("transfer", "create_server", {"Protocols": ["SFTP"]}),
)  # fmt: skip


def work(me: Person) -> None:
    for service, operations in LOOKS.items():
        for operation in operations.split():
            getattr(me(service), operation)()
    for service, operation, params in TRIES:
        getattr(me(service), operation)(**params)
