"""EC2's answers where a simulator's are thinner or fatter than AWS's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lablib.cloudtrail.call import ApiCall
from lablib.cloudtrail.record.patch import Patch, param, token


def _groups(_: ApiCall, instance: dict[str, Any]) -> Any:
    """An instance's security groups are those of its first network interface."""
    interfaces = (instance.get("networkInterfaceSet") or {}).get("items") or [{}]
    return instance.get("groupSet") or interfaces[0].get("groupSet") or {}


_INSTANCE: Final = "instancesSet.items[]"
_INTERFACE: Final = f"{_INSTANCE}.networkInterfaceSet.items[]"
_NAT: Final = "CreateNatGatewayResponse.natGateway.natGatewayAddressSet.item"

_RULES: Final = Patch(
    "observed in AuthorizeSecurityGroupEgress",
    add={"securityGroupRuleSet.items[].groupOwnerId": lambda call, _: call.account},
    drop_empty=("securityGroupRuleSet.items[].tagSet",),
)
PATCHES: Final[Mapping[str, Patch]] = {
    "AllocateAddress": Patch(
        "observed",
        add={"publicIpv4Pool": "amazon", "networkBorderGroup": lambda call, _: call.region},
    ),
    "AssociateAddress": Patch("EC2 API reference, example answer", add={"_return": True}),
    "AuthorizeSecurityGroupEgress": _RULES,
    "AuthorizeSecurityGroupIngress": _RULES,
    "CreateFlowLogs": Patch("observed", add={"CreateFlowLogsResponse.clientToken": token}),
    "DeleteFlowLogs": Patch("observed", add={"DeleteFlowLogsResponse.unsuccessful": ""}),
    "CreateInternetGateway": Patch("observed", add={"internetGateway.association": {}}),
    "CreateNatGateway": Patch(
        "observed: the address is not yet attached",
        add={
            "CreateNatGatewayResponse.clientToken": token,
            f"{_NAT}.isPrimary": True,
            f"{_NAT}.status": "associating",
        },
        put={"CreateNatGatewayResponse.natGateway.state": "pending"},
        drop=tuple(
            f"{_NAT}.{name}"
            for name in ("networkInterfaceId", "privateIp", "publicIp", "associationId")
        ),
    ),
    "CreateNetworkInterface": Patch(
        "EFS user guide, CloudTrail example", drop_empty=("networkInterface.association",)
    ),
    "CreateRouteTable": Patch(
        "observed", add={"routeTable.propagatingVgwSet": {}}, drop=("clientToken",)
    ),
    "CreateSecurityGroup": Patch("EC2 API reference, example answer", add={"_return": True}),
    "CreateSnapshot": Patch("observed", drop=("storageTier", "progress")),
    "CreateVolume": Patch(
        "observed",
        add={"iops": param("Iops", 100), "multiAttachEnabled": False},
        put={"status": "creating"},
        drop=("attachmentSet", "availabilityZoneId", "volumeArn"),
        drop_empty=("snapshotId",),
    ),
    "CreateSubnet": Patch("EC2 API reference", put={"subnet.state": "pending"}),
    "CreateVpc": Patch("observed in samples of 2019", put={"vpc.state": "pending"}),
    "DisassociateRouteTable": Patch(
        "observed", add={"associationState": {"state": "disassociated"}}
    ),
    "RevokeSecurityGroupEgress": Patch(
        "observed for Ingress", drop=("unknownIpPermissionSet", "revokedSecurityGroupRuleSet")
    ),
    "RevokeSecurityGroupIngress": Patch(
        "observed", drop=("unknownIpPermissionSet", "revokedSecurityGroupRuleSet")
    ),
    "RunInstances": Patch(
        "observed in records of 2024: an instance in its first second",
        add={
            f"{_INSTANCE}.currentInstanceBootMode": "legacy-bios",
            f"{_INSTANCE}.enaSupport": True,
            f"{_INSTANCE}.metadataOptions.httpProtocolIpv4": "enabled",
            f"{_INTERFACE}.tagSet": {},
            f"{_INSTANCE}.cpuOptions": {"coreCount": 1, "threadsPerCore": 2},
            f"{_INSTANCE}.capacityReservationSpecification": {
                "capacityReservationPreference": "open"
            },
            f"{_INSTANCE}.enclaveOptions": {"enabled": False},
            f"{_INSTANCE}.maintenanceOptions": {"autoRecovery": "default"},
            f"{_INSTANCE}.privateDnsNameOptions": {
                "hostnameType": "ip-name",
                "enableResourceNameDnsARecord": False,
                "enableResourceNameDnsAAAARecord": False,
            },
        },
        put={
            f"{_INSTANCE}.blockDeviceMapping": {},
            f"{_INSTANCE}.stateReason": {"code": "pending", "message": "pending"},
            f"{_INSTANCE}.metadataOptions.state": "pending",
            f"{_INSTANCE}.groupSet": _groups,
            f"{_INTERFACE}.attachment.status": "attaching",
            f"{_INTERFACE}.attachment.deleteOnTermination": True,
        },
        drop=(
            *(f"{_INSTANCE}.{name}" for name in ("dnsName", "ipAddress", "sriovNetSupport")),
            f"{_INTERFACE}.association",
            f"{_INTERFACE}.description",
            f"{_INTERFACE}.privateIpAddressesSet.item[].association",
        ),
        drop_empty=(
            f"{_INSTANCE}.reason",
            f"{_INSTANCE}.hibernationOptions",
            f"{_INSTANCE}.placement.groupName",
        ),
    ),
}
