"""People, roles and policies."""

from __future__ import annotations

from tests.shapes.scenario.people import DOCUMENT, ONE_TAG, ROLE, TRUST, Person


def work(me: Person) -> None:
    client = me("iam")
    client.create_user(UserName="basis")
    client.create_access_key(UserName="basis")
    client.create_login_profile(
        UserName="basis", Password="Correct-horse-1", PasswordResetRequired=True
    )
    client.create_group(GroupName="operators")
    client.add_user_to_group(GroupName="operators", UserName="basis")
    client.create_role(RoleName="operator", AssumeRolePolicyDocument=TRUST)
    client.create_role(RoleName="temporary", AssumeRolePolicyDocument=TRUST)
    policy = client.create_policy(
        PolicyName="read", PolicyDocument=DOCUMENT, Path="/", Description="", Tags=ONE_TAG
    )["Policy"]["Arn"]
    client.attach_role_policy(RoleName="operator", PolicyArn=policy)
    client.attach_group_policy(GroupName="operators", PolicyArn=policy)
    client.put_role_policy(RoleName="operator", PolicyName="p", PolicyDocument=DOCUMENT)
    client.update_assume_role_policy(RoleName="operator", PolicyDocument=TRUST)
    client.create_instance_profile(InstanceProfileName="profile", Path="/", Tags=ONE_TAG)
    client.add_role_to_instance_profile(InstanceProfileName="profile", RoleName="operator")
    client.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")
    client.create_saml_provider(Name="idp", SAMLMetadataDocument="x" * 1024)
    provider = "arn:aws:iam::123456789012:saml-provider/idp"
    client.update_saml_provider(SAMLProviderArn=provider, SAMLMetadataDocument="y" * 1024)
    client.delete_saml_provider(SAMLProviderArn=provider)
    client.create_virtual_mfa_device(Path="/", VirtualMFADeviceName="device")
    client.enable_mfa_device(
        UserName="basis",
        SerialNumber="arn:aws:iam::123456789012:mfa/device",
        AuthenticationCode1="123456",
        AuthenticationCode2="654321",
    )
    for name in (
        "get_account_authorization_details",
        "get_account_summary",
        "list_groups",
        "list_open_id_connect_providers",
        "list_instance_profiles",
    ):
        getattr(client, name)()
    client.list_virtual_mfa_devices(AssignmentStatus="Any")
    for name in ("list_attached_role_policies", "list_role_policies"):
        getattr(client, name)(RoleName="operator")
    client.list_instance_profiles_for_role(RoleName="operator")
    for name in ("list_attached_group_policies", "list_group_policies"):
        getattr(client, name)(GroupName="operators")
    for name in (
        "list_user_policies",
        "list_ssh_public_keys",
        "list_signing_certificates",
    ):
        getattr(client, name)(UserName="basis")
    _inline(me)
    client.get_policy(PolicyArn=policy)
    client.get_policy_version(PolicyArn=policy, VersionId="v1")
    client.list_policy_versions(PolicyArn=policy)
    client.list_entities_for_policy(PolicyArn=policy)
    client.remove_role_from_instance_profile(InstanceProfileName="profile", RoleName="operator")
    client.delete_instance_profile(InstanceProfileName="profile")
    client.delete_role_policy(RoleName="operator", PolicyName="p")
    client.delete_role(RoleName="temporary")
    client.delete_user(UserName="nobody")
    client.list_user_policies(UserName="nobody")
    client.create_user(UserName="leaver")
    client.delete_user(UserName="leaver")
    sts = me("sts")
    sts.assume_role(RoleArn=ROLE, RoleSessionName="night-shift")
    sts.get_federation_token(Name="bob", Policy=DOCUMENT)
    sts.get_session_token(SerialNumber="arn:aws:iam::123456789012:mfa/x", DurationSeconds=900)
    sts.get_caller_identity()


def _inline(me: Person) -> None:
    client = me("iam")
    client.put_group_policy(GroupName="operators", PolicyName="p", PolicyDocument=DOCUMENT)
    client.put_user_policy(UserName="basis", PolicyName="p", PolicyDocument=DOCUMENT)
    client.get_group(GroupName="operators", MaxItems=10)
    client.get_group_policy(GroupName="operators", PolicyName="p")
    client.get_user_policy(UserName="basis", PolicyName="p")
    client.delete_group_policy(GroupName="operators", PolicyName="p")
