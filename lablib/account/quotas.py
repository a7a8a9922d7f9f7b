"""How many of something one call may ask for.

AWS refuses what goes beyond an account's quotas; the services underneath would make two thousand
million nodes until the machine has no memory left. The quotas are higher than AWS's defaults, the
codes are AWS's ("Errors" in each API reference).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

LARGEST = 500
COUNTS = frozenset(
    {
        "Count", "DesiredCapacity", "InstanceCount", "MinCount", "MinSize", "NumCacheClusters",
        "NumCacheNodes", "NumNodeGroups", "NumReplicas", "NumShards", "NumberOfNodes", "Quantity",
        "ReplicasPerNodeGroup", "ReplicationFactor", "ShardCount", "TargetCapacity",
        "TargetShardCount", "TotalTargetCapacity", "count", "desiredCount", "instanceCount",
        "numberOfBrokerNodes",
    }
)  # fmt: skip
NUMBER_OF = re.compile(r"[Nn]um(ber)?(Of)?[A-Z]")  # NumReplicasPerShard, numberOfWorkers
CODES = {
    "autoscaling": "LimitExceeded",
    "ec2": "InstanceLimitExceeded",
    "elasticache": "NodeQuotaForCustomerExceeded",
    "rds": "InstanceQuotaExceeded",
    "redshift": "NumberOfNodesQuotaExceeded",
}
DEEPEST = 6


def exceeded(service: str, operation: str, params: Mapping[str, Any]) -> tuple[str, str] | None:
    """The code and message for a call that asks for too many; None for any other."""
    if operation.startswith(("Describe", "List", "Get")):
        return None
    for name, count in _counts(params, 0):
        if count > LARGEST:
            code = CODES.get(service, "LimitExceededException")
            return code, f"{name} {count} is more than this account's quota of {LARGEST} allows."
    return None


def _counts(value: Any, depth: int) -> Iterator[tuple[str, int]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            if isinstance(part, int) and (name in COUNTS or NUMBER_OF.match(name)):
                yield name, part
            elif depth < DEEPEST and isinstance(part, Mapping | list):
                yield from _counts(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            if isinstance(part, Mapping):
                yield from _counts(part, depth + 1)
