"""Buckets and objects."""

from __future__ import annotations

import json

from tests.shapes.scenario.people import TAGS, Person

STATEMENT = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:user/learner"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::bucket-of-logs/*",
}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})


def work(me: Person) -> None:
    client = me("s3")
    name = {"Bucket": "bucket-of-logs"}
    client.create_bucket(ObjectOwnership="ObjectWriter", **name)
    client.list_buckets()
    client.put_bucket_policy(Policy=POLICY, **name)
    client.put_bucket_acl(ACL="private", **name)
    client.put_bucket_versioning(VersioningConfiguration={"Status": "Enabled"}, **name)
    client.put_bucket_tagging(Tagging={"TagSet": TAGS}, **name)
    rule = {"ID": "archive", "Status": "Enabled", "Filter": {"Prefix": ""}}
    client.put_bucket_lifecycle_configuration(
        LifecycleConfiguration={
            "Rules": [{**rule, "Transitions": [{"Days": 90, "StorageClass": "GLACIER"}]}]
        },
        **name,
    )
    reads = (
        "accelerate_configuration acl cors lifecycle_configuration location "
        "notification_configuration ownership_controls policy policy_status request_payment "
        "tagging versioning website encryption logging replication"
    )
    for read in reads.split():
        getattr(client, f"get_bucket_{read}")(**name)
    client.delete_bucket_lifecycle(**name)
    client.put_object(Key="folder/key", Body=b"hello", **name)
    client.get_object(Key="folder/key", **name)
    client.head_object(Key="folder/key", **name)
    client.list_objects_v2(**name)
    client.head_bucket(**name)
    client.put_object_acl(Key="folder/key", ACL="private", **name)
    client.put_bucket_cors(
        CORSConfiguration={
            "CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"]}]
        },
        **name,
    )
    client.get_bucket_cors(**name)
    client.create_bucket(Bucket="bucket-of-nothing")
    client.delete_bucket(Bucket="bucket-of-nothing")
    client.get_bucket_acl(Bucket="bucket-of-nobody")
    client.get_bucket_ownership_controls(Bucket="bucket-of-nobody")
    client.put_bucket_acl(Bucket="bucket-of-nobody", ACL="private")
    plain = {"Bucket": "bucket-of-drafts", "Key": "draft"}
    client.create_bucket(Bucket="bucket-of-drafts")
    client.put_object(Body=b"hello", **plain)
    client.delete_object(**plain)
    control = me("s3control")
    control.get_public_access_block(AccountId="123456789012")
    control.put_public_access_block(
        AccountId="123456789012",
        PublicAccessBlockConfiguration={"BlockPublicAcls": True, "BlockPublicPolicy": True},
    )
    control.delete_public_access_block(AccountId="123456789012")
    control.list_access_points(AccountId="123456789012", Bucket="bucket-of-logs", MaxResults=100)
    lens = {"AccountId": "123456789012", "ConfigId": "lens"}
    control.put_storage_lens_configuration(
        StorageLensConfiguration={"Id": "lens", "IsEnabled": True, "AccountLevel": {}}, **lens
    )
    control.get_storage_lens_configuration(**lens)
