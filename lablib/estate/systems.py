"""The systems: SAP HANA and application servers on EC2, and the bucket of HANA's backups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lablib.estate.people import BACKUPS, PEOPLE, hire

# Name, instance type, GiB of the data volume. Types are certified for SAP HANA where it runs.
SYSTEMS: tuple[tuple[str, str, int], ...] = (
    ("hana-prd", "x2idn.16xlarge", 1800),
    ("hana-qas", "r6i.16xlarge", 900),
    ("hana-dev", "r6i.8xlarge", 450),
    ("s4-app-prd", "m6i.4xlarge", 100),
)
FIRST_BACKUP = "PRD/backint/DB_PRD/COMPLETE_DATA_BACKUP_databackup_0_1"


@dataclass(frozen=True, slots=True, repr=False)
class Landscape:
    """What stands: instance ids and data volume ids by system name."""

    instances: Mapping[str, str]
    volumes: Mapping[str, str]

    def __repr__(self) -> str:
        systems = [f"{name} ({instance})" for name, instance in self.instances.items()]
        people = [f"{person.name}, {person.job}" for person in PEOPLE.values()]
        return "\n".join(
            ["Systems", *(f"  {s}" for s in systems), "People", *(f"  {p}" for p in people)]
        )


def build(lab: Any) -> Landscape:
    """Hires the people and sets the systems up, as `learner`. What is there already stays."""
    hire(lab)
    _lay_backups(lab)
    standing = landscape(lab)
    missing = [system for system in SYSTEMS if system[0] not in standing.instances]
    if not missing:
        return standing
    ec2 = lab.client("ec2")
    for name, kind, size in missing:
        _launch(ec2, name, kind, size)
    return landscape(lab)


def _lay_backups(lab: Any) -> None:
    """The bucket, with a first backup in it: it can't be deleted by a careless call."""
    eye = lab.observer("s3")
    if BACKUPS not in {bucket["Name"] for bucket in eye.list_buckets()["Buckets"]}:
        lab.client("s3").create_bucket(Bucket=BACKUPS)
    if not eye.list_objects_v2(Bucket=BACKUPS, Prefix=FIRST_BACKUP).get("Contents"):
        body = b"backup of 2026\n" * 40
        lab.client("s3").put_object(Bucket=BACKUPS, Key=FIRST_BACKUP, Body=body)


def landscape(lab: Any) -> Landscape:
    """What stands now. Looked up without leaving an event."""
    answer = lab.observer("ec2").describe_instances()
    found = [i for reservation in answer["Reservations"] for i in reservation["Instances"]]
    ours = {_name(i): i for i in found if i["State"]["Name"] != "terminated"}
    named = {name: ours[name] for name, _, _ in SYSTEMS if name in ours}
    return Landscape(
        {name: instance["InstanceId"] for name, instance in named.items()},
        {name: _data_volume(instance) for name, instance in named.items()},
    )


def _launch(ec2: Any, name: str, kind: str, size: int) -> None:
    stage = name.rpartition("-")[2]
    tags = [{"Key": "Name", "Value": name}, {"Key": "stage", "Value": stage}]
    ec2.run_instances(
        ImageId="ami-12c6146b",
        InstanceType=kind,
        MinCount=1,
        MaxCount=1,
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": size, "VolumeType": "gp3"}}
        ],
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )


def _name(instance: Mapping[str, Any]) -> str:
    return next((t["Value"] for t in instance.get("Tags", []) if t["Key"] == "Name"), "")


def _data_volume(instance: Mapping[str, Any]) -> str:
    mapped = {m["DeviceName"]: m["Ebs"]["VolumeId"] for m in instance["BlockDeviceMappings"]}
    return str(mapped.get("/dev/sdf") or next(iter(mapped.values()), ""))
