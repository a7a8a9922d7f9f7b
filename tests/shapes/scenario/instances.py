"""Instances, their volumes, snapshots and images."""

from __future__ import annotations

from tests.shapes.scenario.people import ONE_TAG, Person, tagged

IMAGE = "ami-12c6146b"


def work(me: Person) -> None:
    client = me("ec2")
    vpc = client.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = client.create_subnet(VpcId=vpc, CidrBlock="10.1.1.0/24")["Subnet"]["SubnetId"]
    instance = client.run_instances(
        ImageId=IMAGE,
        MinCount=1,
        MaxCount=1,
        InstanceType="t3.micro",
        SubnetId=subnet,
        UserData="#!/bin/sh",
        TagSpecifications=tagged("instance"),
    )["Instances"][0]["InstanceId"]
    client.describe_instance_status(InstanceIds=[instance], IncludeAllInstances=True)
    client.describe_instances(InstanceIds=[instance])
    for name in ("stop", "start", "reboot", "terminate"):
        getattr(client, f"{name}_instances")(InstanceIds=[instance])
    client.start_instances(InstanceIds=["i-nonsense"])
    client.replace_iam_instance_profile_association(
        AssociationId="iip-assoc-0123456789abcdef0", IamInstanceProfile={"Name": "nobody"}
    )
    me("ec2-instance-connect").send_ssh_public_key(
        InstanceId=instance, InstanceOSUser="ec2-user", SSHPublicKey="ssh-ed25519 AAAA basis"
    )
    client.create_key_pair(KeyName="k", KeyFormat="pem")
    _volumes(me)
    _look(me)


def _volumes(me: Person) -> None:
    client = me("ec2")
    volume = client.create_volume(
        AvailabilityZone="us-east-1a", Size=8, TagSpecifications=tagged("volume")
    )["VolumeId"]
    snapshot = client.create_snapshot(
        VolumeId=volume, TagSpecifications=tagged("snapshot", ONE_TAG)
    )["SnapshotId"]
    disk = {"SnapshotId": snapshot, "VolumeSize": 8, "VolumeType": "gp3"}
    image = client.register_image(
        Name="hana",
        Architecture="x86_64",
        RootDeviceName="/dev/sda1",
        EnaSupport=True,
        SriovNetSupport="simple",
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sda1", "Ebs": {**disk, "DeleteOnTermination": True}}
        ],
    )["ImageId"]
    client.modify_image_attribute(
        ImageId=image,
        Attribute="launchPermission",
        LaunchPermission={"Add": [{"UserId": "111122223333"}]},
    )
    client.describe_volumes(VolumeIds=[volume])
    client.describe_volumes(VolumeIds=["vol-0123456789abcdef0"])
    client.describe_volumes_modifications(MaxResults=50)
    client.enable_ebs_encryption_by_default()
    block = me("ebs").start_snapshot(VolumeSize=8, Encrypted=True, ClientToken="550e8400")
    me("ebs").complete_snapshot(SnapshotId=block["SnapshotId"], ChangedBlocksCount=0)


def _look(me: Person) -> None:
    client = me("ec2")
    client.describe_account_attributes(AttributeNames=["supported-platforms"])
    client.describe_images()
    client.describe_key_pairs()
    client.describe_launch_templates(MaxResults=50)
    client.describe_regions(AllRegions=True)
    client.describe_tags()
    client.describe_traffic_mirror_targets(MaxResults=100)
