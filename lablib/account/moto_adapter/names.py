"""What moto keeps under a name, as ARNs and plain facts: users, devices, providers, secrets."""

from __future__ import annotations

import struct
from typing import Any

from .facts import PARTITION


def _iam(account: str) -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[account][PARTITION] if account in iam_backends else None


def user_arn(account: str, name: str) -> str | None:
    user = getattr(_iam(account), "users", {}).get(name)
    return None if user is None else str(user.arn)


def role_arn(account: str, name: str) -> str | None:
    roles = getattr(_iam(account), "roles", {})
    return next((str(role.arn) for role in roles.values() if role.name == name), None)


def group_arn(account: str, name: str) -> str | None:
    group = getattr(_iam(account), "groups", {}).get(name)
    return None if group is None else str(group.arn)


def principal_exists(arn: str) -> bool:
    """Whether a user or role is there. In accounts that the lab does not know, everybody is."""
    parts = arn.split(":")
    if len(parts) < 6 or _iam(parts[4]) is None:
        return True
    backend, name = _iam(parts[4]), arn.rpartition("/")[2]
    if parts[5].startswith("user/"):
        return user_arn(parts[4], name) == arn
    return any(role.arn == arn for role in backend.roles.values())


def role_of_profile(account: str, name: str) -> str | None:
    """The ARN of the role in an instance profile."""
    profiles = getattr(_iam(account), "instance_profiles", {}).values()
    roles: list[Any] = next((p.roles for p in profiles if p.name == name), [])
    return str(roles[0].arn) if roles else None


def managed_policy(arn: str, account: str) -> str | None:
    """The document of a managed policy, AWS's own included."""
    from . import mend, policies

    mend.load_managed_policies(account)
    policy = _iam(account).managed_policies.get(arn)
    return None if policy is None else policies.default_version(policy)


# -- multi-factor authentication ----------------------------------------------------------


def devices(account: str, user: str) -> list[str]:
    """The serial numbers of the MFA devices that are assigned to a user."""
    found = getattr(_iam(account), "users", {}).get(user)
    return [] if found is None else list(found.mfa_devices)


# -- identity providers -------------------------------------------------------------------


def oidc_audiences(arn: str) -> list[str] | None:
    """The client ids that an OpenID Connect provider knows; None when there is no provider."""
    parts = arn.split(":")
    provider = getattr(_iam(parts[4]), "open_id_providers", {}).get(arn) if parts[4:] else None
    return None if provider is None else list(provider.client_id_list)


def saml_provider_exists(arn: str) -> bool:
    parts = arn.split(":")
    providers = getattr(_iam(parts[4]), "saml_providers", {}) if parts[4:] else {}
    return any(provider.arn == arn for provider in providers.values())


# -- keys and secrets ---------------------------------------------------------------------


def key_of_ciphertext(blob: bytes) -> str | None:
    """The id of the KMS key that encrypted it; None when KMS did not."""
    from moto.kms.exceptions import InvalidCiphertextException
    from moto.kms.utils import _deserialize_ciphertext_blob

    try:
        return str(_deserialize_ciphertext_blob(blob).key_id)
    except (InvalidCiphertextException, struct.error, ValueError):
        return None


def secret_arn(name: str, account: str, region: str) -> str | None:
    from moto.secretsmanager.models import secretsmanager_backends

    if name.startswith("arn:"):
        parts = name.split(":")
        region, account = parts[3], parts[4] if len(parts) > 4 else account
    if account not in secretsmanager_backends or region not in secretsmanager_backends[account]:
        return None
    secret: Any = secretsmanager_backends[account][region].secrets.get(name)
    return None if secret is None else str(secret.arn)


# -- networks -----------------------------------------------------------------------------


def vpc_endpoint(endpoint: str) -> tuple[str, str] | None:
    """The account and the VPC of a VPC endpoint."""
    from moto.ec2.models import ec2_backends

    for account, regions in ec2_backends.items():
        for backend in regions.values():
            found = backend.vpc_end_points.get(endpoint)
            if found is not None:
                return str(account), str(found.vpc_id)
    return None
