"""The CIS AWS Foundations Benchmark's monitoring controls, 4.1 to 4.15 (versions 3 to 5; in
versions 6 and 7 they are 5.1 to 5.15).

The patterns are the benchmark's own, without the line breaks of its PDF. 4.16 asks for Security Hub
and is no filter.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Control:
    """One control: its number, what it is about, and the filter pattern that it wants."""

    number: str
    about: str
    pattern: str


def _names(names: str, quote: str = "") -> str:
    return " || ".join(f"($.eventName = {quote}{name}{quote})" for name in names.split())


def _any(names: str) -> str:
    return f"{{ {_names(names)} }}"


def _of(source: str, names: str, quote: str = "") -> str:
    return f"{{ ($.eventSource = {source}.amazonaws.com) && ({_names(names, quote)}) }}"


CONTROLS: tuple[Control, ...] = (
    Control(
        "4.1",
        "unauthorized API call",
        '{ ($.errorCode ="*UnauthorizedOperation") || ($.errorCode ="AccessDenied*") && '
        '($.sourceIPAddress!="delivery.logs.amazonaws.com") && ($.eventName!="HeadBucket") }',
    ),
    Control(
        "4.2",
        "console sign-in, no MFA",
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }',
    ),
    Control(
        "4.3",
        "root user at work",
        '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && '
        '$.eventType != "AwsServiceEvent" }',
    ),
    Control(
        "4.4",
        "IAM policy changed",
        _any(
            "DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy "
            "PutUserPolicy CreatePolicy DeletePolicy CreatePolicyVersion DeletePolicyVersion "
            "AttachRolePolicy DetachRolePolicy AttachUserPolicy DetachUserPolicy "
            "AttachGroupPolicy DetachGroupPolicy"
        ),
    ),
    Control(
        "4.5",
        "CloudTrail changed",
        _any("CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging"),
    ),
    Control(
        "4.6",
        "console sign-in failed",
        '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
    ),
    Control("4.7", "KMS key off or deleted", _of("kms", "DisableKey ScheduleKeyDeletion")),
    Control(
        "4.8",
        "S3 bucket policy changed",
        _of(
            "s3",
            "PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle PutBucketReplication "
            "DeleteBucketPolicy DeleteBucketCors DeleteBucketLifecycle DeleteBucketReplication",
        ),
    ),
    Control(
        "4.9",
        "AWS Config changed",
        _of(
            "config",
            "StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel "
            "PutConfigurationRecorder",
        ),
    ),
    Control(
        "4.10",
        "security group changed",
        _any(
            "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress "
            "RevokeSecurityGroupIngress RevokeSecurityGroupEgress CreateSecurityGroup "
            "DeleteSecurityGroup"
        ),
    ),
    Control(
        "4.11",
        "network ACL changed",
        _any(
            "CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry "
            "ReplaceNetworkAclEntry ReplaceNetworkAclAssociation"
        ),
    ),
    Control(
        "4.12",
        "gateway changed",
        _any(
            "CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway "
            "CreateInternetGateway DeleteInternetGateway DetachInternetGateway"
        ),
    ),
    Control(
        "4.13",
        "route table changed",
        _any(
            "CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation "
            "DeleteRouteTable DeleteRoute DisassociateRouteTable"
        ),
    ),
    Control(
        "4.14",
        "VPC changed",
        _any(
            "CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection "
            "CreateVpcPeeringConnection DeleteVpcPeeringConnection RejectVpcPeeringConnection "
            "AttachClassicLinkVpc DetachClassicLinkVpc DisableVpcClassicLink EnableVpcClassicLink"
        ),
    ),
    Control(
        "4.15",
        "organization changed",
        _of(
            "organizations",
            "AcceptHandshake AttachPolicy CreateAccount CreateOrganizationalUnit CreatePolicy "
            "DeclineHandshake DeleteOrganization DeleteOrganizationalUnit DeletePolicy "
            "DetachPolicy DisablePolicyType EnablePolicyType InviteAccountToOrganization "
            "LeaveOrganization MoveAccount RemoveAccountFromOrganization UpdatePolicy "
            "UpdateOrganizationalUnit",
            '"',
        ),
    ),
)
PATTERNS = {control.number: control.pattern for control in CONTROLS}
