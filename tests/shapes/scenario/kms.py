"""Keys."""

from __future__ import annotations

import json

from tests.shapes.scenario.people import Person

OWNER = {"AWS": "arn:aws:iam::123456789012:root"}
STATEMENT = {"Effect": "Allow", "Principal": OWNER, "Action": "kms:*", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})


def work(me: Person) -> None:
    client = me("kms")
    key = client.create_key(Policy=POLICY, Description="logs")["KeyMetadata"]["KeyId"]
    context = {"PARAMETER_ARN": "arn:aws:ssm:us-east-1:123456789012:parameter/p"}
    blob = client.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext=context)
    client.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext=context)
    of_an_object = {"aws:s3:arn": "arn:aws:s3:::bucket-of-logs/key"}
    client.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=of_an_object)
    client.enable_key_rotation(KeyId=key)
    client.create_alias(AliasName="alias/logs", TargetKeyId=key)
    client.update_alias(AliasName="alias/logs", TargetKeyId=key)
    client.list_aliases()
    client.untag_resource(KeyId=key, TagKeys=["project"])
    spare = client.create_key()["KeyMetadata"]["KeyId"]
    client.schedule_key_deletion(KeyId=spare, PendingWindowInDays=7)
    client.cancel_key_deletion(KeyId=spare)
    client.describe_key(KeyId="1234abcd-12ab-34cd-56ef-1234567890ab")
    client.list_grants(KeyId=key, Limit=10, Marker="AAA")
    other = client.create_key()["KeyMetadata"]["KeyId"]
    of_a_project = {"Department": "basis", "Project": "sap"}
    blob = client.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext=of_a_project)
    client.re_encrypt(
        CiphertextBlob=blob["CiphertextBlob"],
        SourceEncryptionContext=of_a_project,
        DestinationEncryptionContext={"Level": "restricted"},
        DestinationKeyId=other,
    )
    signing = client.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")
    client.sign(
        KeyId=signing["KeyMetadata"]["KeyId"],
        Message=b"text",
        MessageType="RAW",
        SigningAlgorithm="ECDSA_SHA_256",
    )
