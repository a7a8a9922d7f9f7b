"""What a call names by a short name, by its ARN: permissions are on ARNs.

A KMS alias stands for its key (KMS Developer Guide), a ciphertext for the key that made it, a
secret's name for its ARN with the random end, a user's name for an ARN with a path, an instance
profile for its role.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .moto_adapter import facts, names
from .policy.passing import PROFILE

Params = Mapping[str, Any]


def resolved(service: str, params: Params, account: str, region: str) -> Params:
    """The parameters with ARNs in the place of names, as far as the names are known."""
    resolver = RESOLVERS.get(service)
    return params if resolver is None else resolver(params, account, region)


def _kms(params: Params, account: str, region: str) -> Params:
    found = dict(params)
    for name in ("KeyId", "SourceKeyId"):
        key_id = params.get(name)
        if key_id is None and isinstance(params.get("CiphertextBlob"), bytes):
            key_id = names.key_of_ciphertext(params["CiphertextBlob"])
        key = facts.kms_key(key_id, account, region) if isinstance(key_id, str) else None
        if key is not None:
            found[name] = key.arn
    return found


def _secret(params: Params, account: str, region: str) -> Params:
    name = params.get("SecretId")
    arn = names.secret_arn(name, account, region) if isinstance(name, str) else None
    return params if arn is None else {**params, "SecretId": arn}


def _iam(params: Params, account: str, region: str) -> Params:
    found = dict(params)
    for name, look_up in IAM_NAMES.items():
        arn = look_up(account, params[name]) if isinstance(params.get(name), str) else None
        if arn is not None:
            found[name] = arn
    return found


IAM_NAMES = {"UserName": names.user_arn, "RoleName": names.role_arn, "GroupName": names.group_arn}


def _ec2(params: Params, account: str, region: str) -> Params:
    profile = params.get(PROFILE)
    if not isinstance(profile, Mapping):
        return params
    name = str(profile.get("Name") or str(profile.get("Arn", "")).rpartition("/")[2])
    return {**params, PROFILE: names.role_of_profile(account, name)}


RESOLVERS: Mapping[str, Callable[[Params, str, str], Params]] = {
    "kms": _kms,
    "secretsmanager": _secret,
    "iam": _iam,
    "ec2": _ec2,
}
