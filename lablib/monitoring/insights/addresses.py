"""IP addresses, for DuckDB, which knows none without an extension from the network."""

from __future__ import annotations

import ipaddress
from functools import lru_cache


@lru_cache(maxsize=4096)
def ip_version(text: str) -> int:
    """4 or 6; 0 for what is no address."""
    try:
        return ipaddress.ip_address(text).version
    except ValueError:
        return 0


@lru_cache(maxsize=4096)
def ip_within(text: str, subnet: str) -> int:
    """4 or 6 for an address of that version within the subnet (CIDR); 0 for any other."""
    try:
        address, network = ipaddress.ip_address(text), ipaddress.ip_network(subnet, strict=False)
    except ValueError:
        return 0
    return address.version if address in network else 0
