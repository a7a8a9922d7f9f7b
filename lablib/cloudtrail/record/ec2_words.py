"""How EC2's older operations name things in records: tables, read by `shape_ec2`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# Operations that the spelling of DryRun does not decide (they have none): observed.
OLDER: Final = {
    "CreateInstanceExportTask": True,
    "DescribeIdFormat": True,
    "DescribeVpcClassicLinkDnsSupport": False,
    "ReplaceIamInstanceProfileAssociation": False,
}

# A list parameter's wire name → (its set's name, an item's name). EC2's WSDL of 2016-11-15;
# observed for those with filterSet, instancesSet, imagesSet, ownersSet, executableBySet, keySet,
# keyPairIdSet, regionSet, volumeSet, vpnGatewaySet, accountAttributeNameSet. The rule for a name
# that is not here: <name>Set with items {<name>}.
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
}

# Sets that AWS writes only when they were sent (observed), and members of DescribeRegions that
# its records never had.
ONLY_WHEN_SENT: Final = frozenset(
    ("TagSpecification", "SecurityGroupRuleId", "SecurityGroupId", "SecurityGroup", "ProductCode",
     "UserGroup", "UserId", "OrganizationArn", "OrganizationalUnitArn", "BillingProduct",
     "NetworkInterface", "Ipv6Address", "ElasticGpuSpecification", "ElasticInferenceAccelerator",
     "LicenseSpecification", "SecondaryInterface", "ZoneId")
)  # fmt: skip

# Containers without the word Set in the request (observed: ipPermissions, blockDeviceMapping).
PLAIN_CONTAINERS: Final = frozenset(
    ("IpPermissions", "ipPermissions", "BlockDeviceMapping", "Add", "Remove")
)

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
    ("ModifySnapshotAttribute", "Attribute"): "attributeType",
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
