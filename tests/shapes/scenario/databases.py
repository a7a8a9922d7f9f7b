"""Relational databases and their snapshots."""

from __future__ import annotations

from tests.shapes.scenario.people import ROLE, TAGS, Person

HANA = {"DBInstanceIdentifier": "hana"}
PLAIN = {"DBInstanceIdentifier": "plain"}
SMALL = {"Engine": "mysql", "DBInstanceClass": "db.t3.micro", "AllocatedStorage": 20}
PASSWORD = "Correct-horse-1"


def work(me: Person) -> None:
    client = me("rds")
    client.create_db_subnet_group(
        DBSubnetGroupName="group",
        DBSubnetGroupDescription="subnets",
        SubnetIds=_subnets(me),
        Tags=TAGS,
    )
    client.create_db_instance(
        DBSubnetGroupName="group",
        StorageEncrypted=True,
        KmsKeyId=me("kms").create_key()["KeyMetadata"]["Arn"],
        MasterUsername="admin",
        MasterUserPassword=PASSWORD,
        **SMALL,
        **HANA,
    )
    client.modify_db_instance(
        MasterUserPassword="Correct-horse-2",
        ApplyImmediately=True,
        AllowMajorVersionUpgrade=False,
        **HANA,
    )
    _snapshots(me)
    client.create_db_instance_read_replica(
        DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="hana"
    )
    _clusters(me)
    client.describe_db_subnet_groups(DBSubnetGroupName="group")
    client.describe_db_parameter_groups()
    client.describe_export_tasks()
    client.describe_events(Duration=60)
    client.describe_orderable_db_instance_options(Engine="mysql", EngineVersion="8.0.40", Vpc=True)
    client.list_tags_for_resource(ResourceName="arn:aws:rds:us-east-1:123456789012:db:hana")


def _subnets(me: Person) -> list[str]:
    ec2 = me("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"]
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.3.{n}.0/24", AvailabilityZone=zone)
        for n, zone in enumerate(("us-east-1a", "us-east-1b"))
    ]
    return [subnet["Subnet"]["SubnetId"] for subnet in made]


def _snapshots(me: Person) -> None:
    client = me("rds")
    snapshot = {"DBSnapshotIdentifier": "snap"}
    person = {"MasterUsername": "admin", "MasterUserPassword": PASSWORD}
    client.create_db_instance(DBSubnetGroupName="group", **person, **SMALL, **PLAIN)
    client.create_db_snapshot(**PLAIN, **snapshot)
    client.modify_db_snapshot_attribute(
        AttributeName="restore", ValuesToAdd=["111122223333"], **snapshot
    )
    client.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="again",
        DBInstanceClass="db.t3.micro",
        Engine="mysql",
        EnableCloudwatchLogsExports=["audit"],
        **snapshot,
    )
    client.delete_db_snapshot(**snapshot)


def _clusters(me: Person) -> None:
    client = me("rds")
    cluster = {"DBClusterIdentifier": "cluster"}
    client.create_db_cluster(
        Engine="aurora-mysql", MasterUsername="admin", MasterUserPassword=PASSWORD, **cluster
    )
    client.add_role_to_db_cluster(RoleArn=ROLE, FeatureName="s3Import", **cluster)
    for name in ("first", "second"):
        client.create_db_instance(
            DBInstanceIdentifier=name,
            Engine="aurora-mysql",
            DBInstanceClass="db.r5.large",
            **cluster,
        )
    client.failover_db_cluster(TargetDBInstanceIdentifier="second", **cluster)
    snapshot = {"DBClusterSnapshotIdentifier": "cluster-snap"}
    client.create_db_cluster_snapshot(**cluster, **snapshot)
    client.delete_db_cluster_snapshot(**snapshot)
