"""Accounts, quotas, tags."""

from __future__ import annotations

from tests.shapes.scenario.people import Person


def work(me: Person) -> None:
    me("resourcegroupstaggingapi").get_tag_keys(PaginationToken="")
    me("service-quotas").get_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")
    organization = me("organizations")
    organization.create_organization(FeatureSet="ALL")
    organization.describe_account(AccountId="123456789012")
    me("sso-admin").create_account_assignment(
        InstanceArn="arn:aws:sso:::instance/ssoins-0123456789abcdef",
        PermissionSetArn="arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef",
        PrincipalId="11111111-2222-3333-4444-555555555555",
        PrincipalType="USER",
        TargetId="123456789012",
        TargetType="AWS_ACCOUNT",
    )
    me("securityhub").describe_hub()
