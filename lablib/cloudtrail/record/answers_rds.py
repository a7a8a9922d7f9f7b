"""RDS's answers where a simulator's are thinner or fatter than AWS's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from lablib.cloudtrail.call import ApiCall
from lablib.cloudtrail.record import dates
from lablib.cloudtrail.record.patch import Patch
from lablib.cloudtrail.record.redact import HIDDEN


def _pending(call: ApiCall, instance: dict[str, Any]) -> dict[str, Any]:
    """What was asked for and is not yet so: a password is there, and hidden (observed)."""
    pending = dict(instance.get("pendingModifiedValues") or {})
    if call.params.get("MasterUserPassword"):
        pending["masterUserPassword"] = HIDDEN
    logs = call.params.get("EnableCloudwatchLogsExports")
    if logs:
        pending["pendingCloudwatchLogsExports"] = {"logTypesToEnable": list(logs)}
    return pending


def _certificate(call: ApiCall, instance: dict[str, Any]) -> dict[str, Any]:
    return {
        "cAIdentifier": instance.get("cACertificateIdentifier", "rds-ca-rsa2048-g1"),
        "validTill": dates.american(call.time + timedelta(days=365)),
    }


def _option_group(_: ApiCall, snapshot: dict[str, Any]) -> str:
    """RDS user guide: `default:` and engine and version, with a dash for the dot."""
    version = str(snapshot.get("engineVersion", "")).split(".")[:2]
    return f"default:{snapshot.get('engine', 'mysql')}-{'-'.join(version)}"


_DATABASE: Final = Patch(
    "observed in ModifyDBInstance",
    add={
        "associatedRoles": [],
        "backupTarget": "region",
        "customerOwnedIpEnabled": False,
        "databaseInsightsMode": "standard",
        "dedicatedLogVolume": False,
        "engineLifecycleSupport": "open-source-rds-extended-support",
        "httpEndpointEnabled": False,
        "networkType": "IPV4",
        "performanceInsightsEnabled": False,
        "publiclyAccessible": False,
        "endpoint.hostedZoneId": "Z2R2ITUGPM61AM",
        "maxAllocatedStorage": lambda _, instance: instance.get("allocatedStorage", 20),
        "certificateDetails": _certificate,
        "storageThroughput": 0,
        "tagList": [],
        "vpcSecurityGroups": [],
        "dBSubnetGroup.subnets[].subnetOutpost": {},
    },
    put={"pendingModifiedValues": _pending},
    drop=("dBSubnetGroup.dBSubnetGroupArn",),
    drop_empty=("enabledCloudwatchLogsExports",),
)
# An instance that is not there yet has no address and no times, and its logs are still to be
# turned on (observed in RestoreDBInstanceFromDBSnapshot).
_UNBORN: Final = (
    "endpoint", "instanceCreateTime", "latestRestorableTime", "availabilityZone",
    "enabledCloudwatchLogsExports",
)  # fmt: skip
_NEW: Final = replace(_DATABASE, drop=(*_DATABASE.drop, *_UNBORN))
_SNAPSHOT: Final = Patch(
    "observed in DeleteDBSnapshot",
    add={
        "dedicatedLogVolume": False,
        "licenseModel": "general-public-license",
        "optionGroupName": _option_group,
        "percentProgress": 100,
        "processorFeatures": [],
        "snapshotTarget": "region",
        "storageThroughput": 0,
        "storageType": "gp2",
    },
)

PATCHES: Final[Mapping[str, Patch]] = {
    **{f"{verb}DBInstance": _DATABASE for verb in ("Modify", "Delete", "Reboot", "Start", "Stop")},
    "CreateDBInstance": _NEW,
    "CreateDBInstanceReadReplica": _NEW,
    "RestoreDBInstanceFromDBSnapshot": Patch(
        "observed",
        add={"performanceInsightsEnabled": False, "publiclyAccessible": False},
        put={"pendingModifiedValues": _pending},
        drop=(*_UNBORN, "dBSubnetGroup.dBSubnetGroupArn"),
        drop_empty=("associatedRoles", "tagList"),
    ),
    "CreateDBSnapshot": _SNAPSHOT,
    "DeleteDBSnapshot": _SNAPSHOT,
    "CreateDBSubnetGroup": Patch(
        "observed", add={"subnets[].subnetOutpost": {}, "supportedNetworkTypes": ["IPV4"]}
    ),
}
