# %% [markdown]
# # Lab 02 · Encrypt the log files
#
# *30 minutes · before: [01 create a trail](01-create-a-trail.ipynb) · next: [03 SNS](03-sns.ipynb)*
#
# What you will see:
#
# - files are encrypted already, with a key of S3's (**SSE-S3**, server-side encryption); a key of
#   yours in KMS, the key service, makes it **SSE-KMS**;
# - the key's own **policy** must let CloudTrail use it;
# - what happens when somebody switches the key **off**.
#
# First: how is a file encrypted now?

# %%
from lablib import Lab
lab = Lab.open("02")

# %%
s3, kms, cloudtrail = lab.client("s3"), lab.client("kms"), lab.client("cloudtrail")
lab.client("ec2").describe_instances()
lab.clock.advance(minutes=15)
newest = lab.log_files("sap-trail-logs-123456789012").iloc[-1]
s3.head_object(Bucket=newest["Bucket"], Key=newest["Key"])["ServerSideEncryption"]

# %% [markdown]
# > **The lecture says** log files are not encrypted unless you ask for it.
# > **AWS today** encrypts every new S3 object, with SSE-S3 (`AES256`) at least, since January 2023;
# > the console offers SSE-KMS (`aws:kms`) switched **on** when you create a trail.
#
# With SSE-S3 whoever may read the bucket may read the file. With a key of yours they need the key, too.

# %% [markdown]
# ## A key and its policy
#
# A KMS key has a policy of its own. The first statement lets the account's IAM policies rule the
# key. The second lets CloudTrail make **data keys** with it: one for each file, which is what the
# file is really encrypted with. Without the second, CloudTrail is refused, whatever IAM says.

# %%
import json

policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Enable IAM user permissions",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "Allow CloudTrail to encrypt logs",
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
            "Resource": "*",
        },
    ],
}

# %% [markdown]
# A key's id is a long number, so it gets an **alias**. This cell makes the key once; run again, it
# finds the alias and leaves the key alone. Keys are never deleted at once, and each costs money on
# AWS, so making a second one by accident is worth avoiding.

# %%
aliases = [alias["AliasName"] for alias in kms.list_aliases()["Aliases"]]
if "alias/sap-trail-key" not in aliases:
    key = kms.create_key(Description="CloudTrail log files", Policy=json.dumps(policy))
    kms.create_alias(AliasName="alias/sap-trail-key", TargetKeyId=key["KeyMetadata"]["KeyId"])
key_id = kms.describe_key(KeyId="alias/sap-trail-key")["KeyMetadata"]["KeyId"]
key_id

# %% [markdown]
# CloudTrail **tries** the key before it agrees. So the commonest mistake shows at once: a policy
# without the second statement. The trail stays as it was.

# %%
first_only = {**policy, "Statement": policy["Statement"][:1]}
kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=json.dumps(first_only))
try:
    cloudtrail.update_trail(Name="sap-trail", KmsKeyId="alias/sap-trail-key")
except cloudtrail.exceptions.InsufficientEncryptionPolicyException as refusal:
    print(refusal)

# %% [markdown]
# | Route | What you do |
# |---|---|
# | Console | CloudTrail › **Trails** › sap-trail › General details › **Edit** › Log file SSE-KMS encryption **Enabled** |
# | AWS CLI | `aws cloudtrail update-trail --name sap-trail --kms-key-id alias/sap-trail-key` |
# | boto3 | the next cell |
#
# You give an alias; CloudTrail keeps the key's **ARN**. Move the alias later, and the trail stays
# with its key. The whole policy goes back first.

# %%
kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=json.dumps(policy))
cloudtrail.update_trail(Name="sap-trail", KmsKeyId="alias/sap-trail-key")["KmsKeyId"]

# %% exercise="02.key"
lab.exercise("02.key").check()

# %% [markdown]
# A call, a quarter of an hour, and a look at the newest file: encrypted with your key. You can still
# read it without a word about keys, because you may use the key: S3 asks KMS for you.
#
# From now on the trail also writes about its own writing: to encrypt, CloudTrail calls KMS
# (`GenerateDataKey`), and that is an event. So an encrypted trail is never quite silent.

# %%
lab.client("ec2").describe_volumes()
lab.clock.advance(minutes=15)
newest = lab.log_files("sap-trail-logs-123456789012").iloc[-1]
head = s3.head_object(Bucket=newest["Bucket"], Key=newest["Key"])
print(head["ServerSideEncryption"], head["SSEKMSKeyId"])

# %% [markdown]
# ## Somebody switches the key off
#
# A trail with a key depends on it. Disable the key, make a call, and wind the clock. CloudTrail tries
# to deliver and is refused. It says so in one place only: the trail's **status**.

# %%
kms.disable_key(KeyId=key_id)
lab.client("ec2").describe_snapshots(OwnerIds=["self"])
lab.clock.advance(minutes=15)
cloudtrail.get_trail_status(Name="sap-trail").get("LatestDeliveryError")

# %% [markdown]
# Nothing is lost: CloudTrail keeps trying, for up to 30 days on AWS. Enable the key again, wind the
# clock, and the file comes after all, and the error is gone. Somebody should have been told earlier:
# that is the next lab.

# %%
kms.enable_key(KeyId=key_id)
lab.clock.advance(minutes=30)
print("error now:", cloudtrail.get_trail_status(Name="sap-trail").get("LatestDeliveryError"))
lab.timeline(minutes=60)

# %% [markdown]
# ## Your turn: for this trail alone
#
# `cloudtrail.amazonaws.com` writes for every customer of AWS. Whoever knows your key's ARN can put it
# into a trail of theirs, and CloudTrail would use it for them. It is called the **confused deputy**.
# A condition on `aws:SourceArn` tells the service for whom it may act; lab 01's bucket policy has
# one.

# %%
ex = lab.exercise("02.policy")
ex

# %% tags=["exercise"] exercise="02.policy"
# Your calls go here. kms.get_key_policy and kms.put_key_policy are the two you need.

# %% exercise="02.policy"
ex.check()

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`. And does it still deliver? A call, a quarter of an hour:

# %%
lab.client("ec2").describe_volumes()
lab.clock.advance(minutes=15)
print("error:", cloudtrail.get_trail_status(Name="sap-trail").get("LatestDeliveryError"))

# %% [markdown]
# ## Your turn: a new key
#
# A year has passed, and the rule book wants a new key. New files shall be written with it. But the
# auditors still read last year's files: mind what you do to the old one.

# %%
ex = lab.exercise("02.change")
ex

# %% tags=["exercise"] exercise="02.change"
# Your calls go here. kms and cloudtrail are the two clients you need.

# %% exercise="02.change"
ex.check()

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What you saw
#
# - Files are never in the clear: SSE-S3 without a key of yours, SSE-KMS with one.
# - The key's policy must let CloudTrail in.
# - CloudTrail tried the key before it agreed, and a condition keeps the key to one trail.
# - With the key off, delivery failed, the status said why, and the files came later.
#
# **Next:** how does a program learn that a file has come?
# [Lab 03: SNS](03-sns.ipynb)
