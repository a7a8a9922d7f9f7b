"""The CIS AWS Foundations Benchmark's monitoring controls, 4.1 to 4.15 (versions 3 to 5).

The patterns are the benchmark's own, without the line breaks of its PDF.
"""

from __future__ import annotations

from collections.abc import Iterable


def _names(names: Iterable[str], quote: str = "") -> str:
    return " || ".join(f"($.eventName = {quote}{name}{quote})" for name in names)


def _of(source: str, names: Iterable[str], quote: str = "") -> str:
    return f"{{ ($.eventSource = {source}.amazonaws.com) && ({_names(names, quote)}) }}"


IAM = [
    f"{verb}{what}Policy" for verb in ("Delete", "Put") for what in ("Group", "Role", "User")
] + ["CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion"]
IAM += [
    f"{verb}{what}Policy" for verb in ("Attach", "Detach") for what in ("Role", "User", "Group")
]
BUCKET = ["PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle"]
BUCKET += ["PutBucketReplication", "DeleteBucketPolicy", "DeleteBucketCors"]
BUCKET += ["DeleteBucketLifecycle", "DeleteBucketReplication"]
GROUPS = [
    f"{verb}SecurityGroup{way}" for verb in ("Authorize", "Revoke") for way in ("Ingress", "Egress")
] + ["CreateSecurityGroup", "DeleteSecurityGroup"]
ACLS = ["CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry"]
ACLS += ["ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation"]
GATEWAYS = ["CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway"]
GATEWAYS += ["CreateInternetGateway", "DeleteInternetGateway", "DetachInternetGateway"]
ROUTES = ["CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation"]
ROUTES += ["DeleteRouteTable", "DeleteRoute", "DisassociateRouteTable"]
VPCS = ["CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection"]
VPCS += ["CreateVpcPeeringConnection", "DeleteVpcPeeringConnection", "RejectVpcPeeringConnection"]
VPCS += ["AttachClassicLinkVpc", "DetachClassicLinkVpc", "DisableVpcClassicLink"]
VPCS += ["EnableVpcClassicLink"]
ORGANIZATIONS = ["AcceptHandshake", "AttachPolicy", "CreateAccount", "CreateOrganizationalUnit"]
ORGANIZATIONS += ["CreatePolicy", "DeclineHandshake", "DeleteOrganization"]
ORGANIZATIONS += ["DeleteOrganizationalUnit", "DeletePolicy", "DetachPolicy", "DisablePolicyType"]
ORGANIZATIONS += ["EnablePolicyType", "InviteAccountToOrganization", "LeaveOrganization"]
ORGANIZATIONS += ["MoveAccount", "RemoveAccountFromOrganization", "UpdatePolicy"]
ORGANIZATIONS += ["UpdateOrganizationalUnit"]

PATTERNS = {
    "4.1": '{ ($.errorCode ="*UnauthorizedOperation") || ($.errorCode ="AccessDenied*") &&'
    ' ($.sourceIPAddress!="delivery.logs.amazonaws.com") && ($.eventName!="HeadBucket") }',
    "4.2": '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }',
    "4.3": '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS'
    ' && $.eventType != "AwsServiceEvent" }',
    "4.4": f"{{{_names(IAM)}}}",
    "4.5": "{ "
    + _names(["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"])
    + " }",
    "4.6": '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
    "4.7": _of("kms", ["DisableKey", "ScheduleKeyDeletion"]),
    "4.8": _of("s3", BUCKET),
    "4.9": _of(
        "config",
        [
            "StopConfigurationRecorder",
            "DeleteDeliveryChannel",
            "PutDeliveryChannel",
            "PutConfigurationRecorder",
        ],
    ),
    "4.10": f"{{ {_names(GROUPS)} }}",
    "4.11": f"{{ {_names(ACLS)} }}",
    "4.12": f"{{ {_names(GATEWAYS)} }}",
    "4.13": f"{{ {_names(ROUTES)} }}",
    "4.14": f"{{ {_names(VPCS)} }}",
    "4.15": _of("organizations", ORGANIZATIONS, '"'),
}
