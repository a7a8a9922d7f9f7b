"""APIs, distributions, names in DNS."""

from __future__ import annotations

from tests.shapes.scenario.people import Person


def work(me: Person) -> None:
    client = me("apigatewayv2")
    api = client.create_api(
        Name="api",
        ProtocolType="HTTP",
        RouteSelectionExpression="${request.method} ${request.path}",
        ApiKeySelectionExpression="$request.header.x-api-key",
    )["ApiId"]
    client.create_integration(
        ApiId=api,
        ConnectionType="INTERNET",
        IntegrationMethod="POST",
        IntegrationType="AWS_PROXY",
        IntegrationUri="arn:aws:lambda:us-east-1:123456789012:function:function",
        PayloadFormatVersion="2.0",
    )
    _names(me)
    _mesh(me)
    me("cloudfront").create_distribution(DistributionConfig=DISTRIBUTION)
    me("cloudfront").list_distributions()


NONE = {"Quantity": 0, "Items": []}
NOBODY = {"Enabled": False, **NONE}
METHODS = {"Quantity": 2, "Items": ["GET", "HEAD"]}
ORIGIN = {
    "Id": "bucket-of-logs.s3.amazonaws.com",
    "DomainName": "bucket-of-logs.s3.amazonaws.com",
    "OriginPath": "",
    "CustomHeaders": NONE,
    "S3OriginConfig": {"OriginAccessIdentity": ""},
    "ConnectionAttempts": 3,
    "ConnectionTimeout": 10,
    "OriginShield": {"Enabled": False},
}
BEHAVIOR = {
    "TargetOriginId": "bucket-of-logs.s3.amazonaws.com",
    "TrustedSigners": NOBODY,
    "TrustedKeyGroups": NOBODY,
    "ViewerProtocolPolicy": "allow-all",
    "AllowedMethods": {**METHODS, "CachedMethods": METHODS},
    "SmoothStreaming": False,
    "Compress": True,
    "LambdaFunctionAssociations": NONE,
    "FunctionAssociations": NONE,
    "FieldLevelEncryptionId": "",
    "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
}
DISTRIBUTION = {
    "CallerReference": "550e8400",
    "Aliases": NONE,
    "DefaultRootObject": "",
    "Origins": {"Quantity": 1, "Items": [ORIGIN]},
    "OriginGroups": NONE,
    "DefaultCacheBehavior": BEHAVIOR,
    "Comment": "logs",
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "Enabled": True,
    "ViewerCertificate": {"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1"},
    "HttpVersion": "http2",
    "IsIPV6Enabled": True,
}


def _names(me: Person) -> None:
    client = me("route53")
    client.list_health_checks()
    client.list_hosted_zones_by_name()
    client.list_reusable_delegation_sets()


def _mesh(me: Person) -> None:
    client = me("appmesh")
    owner = client.create_mesh(meshName="mesh")["mesh"]["metadata"]["meshOwner"]
    port = {"port": 80, "protocol": "http"}
    spec = {
        "backendDefaults": {"clientPolicy": {}},
        "listeners": [{"portMapping": port}],
        "logging": {},
    }
    mesh = {"meshName": "mesh", "meshOwner": owner}
    client.create_virtual_gateway(
        virtualGatewayName="gateway", spec=spec, clientToken="550e8400", **mesh
    )
    found = {"serviceDiscovery": {"dns": {"hostname": "n.example.com"}}, "backends": []}
    client.create_virtual_node(
        virtualNodeName="node", spec={**spec, **found}, clientToken="550e8401", **mesh
    )
