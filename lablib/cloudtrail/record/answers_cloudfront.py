"""CloudFront's answers where a simulator's are thinner or fatter than AWS's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lablib.cloudtrail.call import ApiCall
from lablib.cloudtrail.record.patch import Patch, Value
from lablib.cloudtrail.record.redact import ABSENT

_CONFIG: Final = "distribution.distributionConfig"
_ORIGIN: Final = f"{_CONFIG}.origins.items[]"
_BEHAVIOR: Final = f"{_CONFIG}.defaultCacheBehavior"


def _of_s3(_: ApiCall, origin: dict[str, Any]) -> Any:
    return ABSENT if "customOriginConfig" in origin else {"originAccessIdentity": ""}


def _without_policy(name: str) -> Value:
    """CloudFront API reference: times and forwarded values belong to behaviours without a cache
    policy."""
    return lambda _, behavior: (
        ABSENT if behavior.get("cachePolicyId") else behavior.get(name, ABSENT)
    )


_DISTRIBUTION: Final = Patch(
    "observed in CreateDistribution",
    add={
        f"{_CONFIG}.continuousDeploymentPolicyId": "",
        f"{_CONFIG}.staging": False,
        f"{_ORIGIN}.originAccessControlId": "",
        f"{_ORIGIN}.s3OriginConfig": _of_s3,
    },
    put={
        f"{_BEHAVIOR}.{name}": _without_policy(name)
        for name in ("forwardedValues", "minTTL", "defaultTTL", "maxTTL")
    },
    drop_empty=(
        "distribution.activeTrustedSigners.items",
        "distribution.activeTrustedKeyGroups.items",
        "distribution.aliasICPRecordals",
        f"{_CONFIG}.aliases.items",
        f"{_CONFIG}.originGroups.items",
        f"{_ORIGIN}.customHeaders.items",
        f"{_BEHAVIOR}.trustedSigners.items",
        f"{_BEHAVIOR}.trustedKeyGroups.items",
        f"{_BEHAVIOR}.realtimeLogConfigArn",
        *(
            f"{_CONFIG}.viewerCertificate.{name}"
            for name in ("iAMCertificateId", "aCMCertificateArn", "certificate")
        ),
    ),
)

PATCHES: Final[Mapping[str, Patch]] = {
    "CreateDistribution": _DISTRIBUTION,
    "CreateDistributionWithTags": _DISTRIBUTION,
    "UpdateDistribution": _DISTRIBUTION,
}
