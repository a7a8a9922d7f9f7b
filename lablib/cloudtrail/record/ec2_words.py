"""How EC2's older operations name things in records: tables, read by `shape_ec2`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lablib.cloudtrail.record.names import words

# Operations that the spelling of DryRun does not decide (they have none). Those of EC2's WSDL are
# of the older generation (observed: CreateInstanceExportTask, DescribeIdFormat), those that came
# after it are not (observed: ReplaceIamInstanceProfileAssociation).
OLDER: Final = words(
    "AssignPrivateIpAddresses CancelExportTask CancelReservedInstancesListing "
    "CreateInstanceExportTask CreateReservedInstancesListing CreateVpnConnectionRoute "
    "DeleteVpnConnectionRoute DescribeExportTasks DescribeIdFormat "
    "DescribeReservedInstancesListings DescribeReservedInstancesModifications ModifyIdFormat "
    "ModifyReservedInstances ModifySubnetAttribute ModifyVpcAttribute UnassignPrivateIpAddresses"
)

# A list parameter's wire name → (its set's name, an item's name), for one operation or for all.
# EC2's WSDL;
# observed for those with filterSet, instancesSet, imagesSet, ownersSet, executableBySet, keySet,
# keyPairIdSet, regionSet, volumeSet, vpnGatewaySet, accountAttributeNameSet. The rule for a name
# that is not here: <name>Set with items {<name>}.
SETS_OF: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("DescribePlacementGroups", "GroupName"): ("placementGroupSet", "groupName"),
    ("ModifyInstanceAttribute", "GroupId"): ("groupSet", "groupId"),
}
SETS: Final[Mapping[str, tuple[str, str]]] = {
    "InstanceId": ("instancesSet", "instanceId"),
    "ImageId": ("imagesSet", "imageId"),
    "Owner": ("ownersSet", "owner"),
    "ExecutableBy": ("executableBySet", "user"),
    "RestorableBy": ("sharedUsersSet", "user"),
    "KeyName": ("keySet", "keyName"),
    "KeyPairId": ("keyPairIdSet", "keyPairId"),
    "RegionName": ("regionSet", "regionName"),
    "ZoneName": ("availabilityZoneSet", "zoneName"),
    "ZoneId": ("availabilityZoneIdSet", "zoneId"),
    "VolumeId": ("volumeSet", "volumeId"),
    "SnapshotId": ("snapshotSet", "snapshotId"),
    "VpnGatewayId": ("vpnGatewaySet", "vpnGatewayId"),
    "VpnConnectionId": ("vpnConnectionSet", "vpnConnectionId"),
    "CustomerGatewayId": ("customerGatewaySet", "customerGatewayId"),
    "VpcId": ("vpcSet", "vpcId"),
    "SubnetId": ("subnetSet", "subnetId"),
    "DhcpOptionsId": ("dhcpOptionsSet", "dhcpOptionsId"),
    "PublicIp": ("publicIpsSet", "publicIp"),
    "AllocationId": ("allocationIdsSet", "allocationId"),
    "AttributeName": ("accountAttributeNameSet", "attributeName"),
    "GroupName": ("securityGroupSet", "groupName"),
    "GroupId": ("securityGroupIdSet", "groupId"),
    "ResourceId": ("resourcesSet", "resourceId"),
    "SecurityGroupId": ("groupSet", "groupId"),
    "SecurityGroup": ("groupSet", "groupName"),
    "BundleId": ("bundlesSet", "bundleId"),
    "ReservedInstancesId": ("reservedInstancesSet", "reservedInstancesId"),
    "ReservedInstancesOfferingId": (
        "reservedInstancesOfferingsSet",
        "reservedInstancesOfferingId",
    ),
    "PrivateIpAddresses": ("privateIpAddressesSet", "privateIpAddress"),
}

# Sets are there, if empty, in everything that describes (observed), but for these; in other
# calls only these, and never in what modifies (observed: ipPermissions, blockDeviceMapping; EFS
# user guide, example of CreateNetworkInterface).
NOT_EMPTY: Final = frozenset(
    (("DescribeRegions", "filterSet"), ("DescribeAvailabilityZones", "filterSet"),
     ("DescribePlacementGroups", "securityGroupIdSet"))
)  # fmt: skip
EMPTY: Final = frozenset(
    (("AuthorizeSecurityGroupEgress", "ipPermissions"), ("RunInstances", "blockDeviceMapping"),
     ("AuthorizeSecurityGroupIngress", "ipPermissions"), ("CreateImage", "blockDeviceMapping"),
     ("RevokeSecurityGroupEgress", "ipPermissions"), ("CreateNetworkInterface", "groupSet"),
     ("RevokeSecurityGroupIngress", "ipPermissions"),
     ("CreateNetworkInterface", "privateIpAddressesSet"))
)  # fmt: skip

# Containers without the word Set in the request (observed: ipPermissions, blockDeviceMapping).
PLAIN_CONTAINERS: Final = frozenset(("IpPermissions", "BlockDeviceMapping", "Add", "Remove"))

# A structure's lists are there even when empty (observed: ipPermissions.items[].groups and so on).
WITH_EMPTY_LISTS: Final = frozenset(("IpPermission",))

# Lists that call their entries `item` rather than `items` (observed).
ITEM: Final = frozenset(
    (("DescribeClassicLinkInstances", "instancesSet"), ("RunInstances", "privateIpAddressesSet"))
)

# A member's name in the record where it is not the wire's: (operation or "*", wire name).
# Observed in CreateVolume, CreateNetworkAclEntry, DeleteNetworkAclEntry, ModifyImageAttribute.
NAMES: Final[Mapping[tuple[str, str], str]] = {
    ("CreateVolume", "AvailabilityZone"): "zone",
    ("CreateVolume", "availabilityZone"): "zone",
    ("CreateNetworkAclEntry", "protocol"): "aclProtocol",
    ("ReplaceNetworkAclEntry", "protocol"): "aclProtocol",
    ("CreateNetworkAclEntry", "Icmp"): "icmpTypeCode",
    ("ReplaceNetworkAclEntry", "Icmp"): "icmpTypeCode",
    ("ModifyImageAttribute", "Attribute"): "attributeType",
    ("*", "return"): "_return",
}

# What AWS writes when the client sent nothing (observed: includeAllInstances in 44 of 44 calls,
# icmpTypeCode; User Guide's example of StopInstances; EC2 RunInstances samples).
FILLED: Final[Mapping[str, Mapping[str, Any]]] = {
    "DescribeInstanceStatus": {"includeAllInstances": False},
    "CreateNetworkAclEntry": {"icmpTypeCode": {}},
    "ReplaceNetworkAclEntry": {"icmpTypeCode": {}},
    "DescribeAccountAttributes": {"filterSet": {}},
    "StopInstances": {"force": False},
    "RunInstances": {
        "monitoring": {"enabled": False},
        "disableApiTermination": False,
        "disableApiStop": False,
    },
}

# Members whose number is written as text (observed in CreateVolume and CreateSnapshot).
AS_TEXT: Final = frozenset((("CreateVolume", "size"), ("CreateSnapshot", "volumeSize")))
