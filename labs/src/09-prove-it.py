# %% [markdown]
# # Lab 09 · Prove it
#
# *30 minutes · before: [08 search events](08-search-events.ipynb) · next:
# [10 archive](10-archive.ipynb)*
#
# What you will see:
#
# - **log file validation**: each hour CloudTrail signs a **digest** of the files it has delivered;
# - digests hang together like a chain, and a validator finds the link that is broken;
# - what you can do to a file, and what no validation can see.
#
# First, switch it on, let three hours pass, and prove that nobody has touched anything:

# %%
from lablib import Lab
lab = Lab.open("09")

# %%
s3, cloudtrail = lab.client("s3"), lab.client("cloudtrail")
cloudtrail.update_trail(Name="sap-trail", EnableLogFileValidation=True)
for _hour in range(3):
    lab.client("ec2").describe_instances()
    lab.clock.advance(hours=1)
lab.verify("sap-trail")

# %% [markdown]
# Above, the digests, one an hour; below, the log files that each of them lists. A line from digest to
# digest means: this signature covers the one before. The newest digest arrives about half an hour
# after its hour, so the last files may not be listed yet.
#
# > **The lecture says** validation is an option to switch on.
# > **AWS today** has it on when you create a trail in the console, and off when you use the CLI or an
# > SDK, as we did in lab 01.

# %% [markdown]
# ## A digest and its signature
#
# A digest is a JSON file, zipped like a log file, in a folder of its own. We open the newest one that
# lists a file.

# %%
import gzip
import json

logs = "sap-trail-logs-123456789012"

def unzipped(key):
    return gzip.decompress(s3.get_object(Bucket=logs, Key=key)["Body"].read())

proof = lab.verify("sap-trail")
chain = next(chain for chain in proof.chains if chain.region == "us-east-1")
digest_key = next(digest.key for digest in chain.digests if digest.log_files)
digest = json.loads(unzipped(digest_key))
digest

# %% [markdown]
# `logFiles` holds a SHA-256 hash of each file. `previousDigestSignature` ties this digest to the one
# before: change an old one, and every later one is wrong. The first of a chain has `null` there. The
# signature of *this* digest can't stand inside it, so it travels as metadata of the object:

# %%
s3.head_object(Bucket=logs, Key=digest_key)["Metadata"]

# %% [markdown]
# It was made with a private key that only CloudTrail has. Everybody may ask for the public one and
# check: digest's end time, its place, its own hash and the previous signature.

# %%
public_keys = cloudtrail.list_public_keys()["PublicKeyList"]
[key["Fingerprint"] == digest["digestPublicKeyFingerprint"] for key in public_keys]

# %% [markdown]
# ## Keep versions
#
# We're about to damage evidence, so first the safety net: a bucket that **keeps versions**. What is
# overwritten or deleted stays underneath. A proof tells you *that* a file has changed; only a copy
# tells you *what* it said.
#
# | Route | What you do |
# |---|---|
# | Console | S3 › sap-trail-logs-123456789012 › Properties › **Bucket Versioning** › Edit |
# | AWS CLI | `aws s3api put-bucket-versioning --bucket sap-trail-logs-123456789012 --versioning-configuration Status=Enabled` |
# | boto3 | the next cell |

# %%
s3.put_bucket_versioning(Bucket=logs, VersioningConfiguration={"Status": "Enabled"})
s3.get_bucket_versioning(Bucket=logs)["Status"]

# %% exercise="09.chain"
lab.exercise("09.chain").check()

# %% [markdown]
# ## Change one byte
#
# Take a log file and let its first call have happened in Ohio: `us-east-1` becomes `us-east-2`. One
# byte. S3 says nothing, Event history says nothing, the file opens as before.
#
# We want a way back first. `take_back` leaves only the oldest version of a file, the one that
# CloudTrail delivered; `must_keep_versions` stops a cell before it loses anything for good.

# %%
from lablib.exercises.tidy import must_keep_versions

def take_back(key):
    found = s3.list_object_versions(Bucket=logs, Prefix=key)
    delivered = min(found["Versions"], key=lambda version: version["LastModified"])
    for layer in found["Versions"] + found.get("DeleteMarkers", []):
        if layer["VersionId"] != delivered["VersionId"]:
            s3.delete_object(Bucket=logs, Key=key, VersionId=layer["VersionId"])

# %%
must_keep_versions(lab, logs)
log_file = chain.files[0].key
take_back(log_file)  # in case this cell has run before
forged = unzipped(log_file).replace(b"us-east-1", b"us-east-2", 1)
s3.put_object(Bucket=logs, Key=log_file, Body=gzip.compress(forged))
lab.verify("sap-trail")

# %% [markdown]
# The hash is another, and the cross stands under the digest that lists the file. The digests
# themselves are whole. Take the forged version away, and the original is the current one again:

# %%
take_back(log_file)
print(lab.verify("sap-trail"))

# %% [markdown]
# ## Be more thorough
#
# A clever forger changes the file **and** writes its new hash into the digest, metadata and all.
# Which link breaks now?

# %%
import hashlib

must_keep_versions(lab, logs)
take_back(digest_key)  # in case this cell has run before
clever = json.loads(unzipped(digest_key))
clever["logFiles"][0]["hashValue"] = hashlib.sha256(forged).hexdigest()
body = gzip.compress(json.dumps(clever).encode())
signature = s3.head_object(Bucket=logs, Key=digest_key)["Metadata"]
s3.put_object(Bucket=logs, Key=digest_key, Body=body, Metadata=signature)
lab.verify("sap-trail")

# %% [markdown]
# The signature doesn't fit the digest any more, and the private key is with AWS. What such a digest
# lists is not believed, so its log files are not even looked at. Take it back:

# %%
take_back(digest_key)
print(lab.verify("sap-trail"))

# %% [markdown]
# ## Delete instead
#
# What isn't there can't be wrong? Delete a log file, and look. Then bring it back, and delete a digest
# in the middle.

# %%
must_keep_versions(lab, logs)
s3.delete_object(Bucket=logs, Key=log_file)
print(lab.verify("sap-trail"))

# %%
must_keep_versions(lab, logs)
take_back(log_file)
middle = chain.digests[1].key
s3.delete_object(Bucket=logs, Key=middle)
lab.verify("sap-trail")

# %% [markdown]
# A digest names the one before, so a hole in the middle shows. The walk goes on with the next older
# one that is there. In the bucket the deletion was a **delete marker**: a version that says *gone*. `take_back`
# takes those off, too.

# %%
take_back(middle)
print(lab.verify("sap-trail"))

# %% [markdown]
# ## The same with AWS's own tool
#
# The console has no button for this. Whoever audits a real account uses the AWS CLI. It says the same
# words, and its exit code is 0 only if all is well. The end is *now* by your machine's clock unless
# you say it; lab time is ahead of that, so we do. (No `aws` here? `pip install awscli`, or read on:
# `lab.verify` gives the same verdicts.)

# %%
arn = cloudtrail.get_trail(Name="sap-trail")["Trail"]["TrailARN"]
start, end = digest["digestStartTime"], lab.clock.now.isoformat()
# !aws cloudtrail validate-logs --trail-arn {arn} --start-time {start} --end-time {end}

# %% [markdown]
# ## What no validation can see
#
# The walk begins at the newest digest and goes back. Nothing points at the newest one: there is no
# later digest to miss it. Delete it, and AWS's validator is content.

# %%
must_keep_versions(lab, logs)
newest = chain.digests[0].key
s3.delete_object(Bucket=logs, Key=newest)
# !aws cloudtrail validate-logs --trail-arn {arn} --start-time {start} --end-time {end}

# %% [markdown]
# Only its summary is an hour shorter. The trail knows better: `GetTrailStatus` remembers when the last
# digest was delivered. `lab.verify` (and `cloudtrail-lab verify sap-trail`) compares the two:

# %%
print(cloudtrail.get_trail_status(Name="sap-trail")["LatestDigestDeliveryTime"])
lab.verify("sap-trail")

# %%
take_back(newest)
print(lab.verify("sap-trail"))

# %% [markdown]
# Delete **all** digests, and `validate-logs` says *No digests found* and exits with 0: it is as if
# validation had never been on. A validator can't protect; it can only tell. So on AWS:
#
# - keep versions, and ask for a second factor to delete one (**MFA delete**), or **Object Lock**;
# - give the log bucket to an account that nobody works in;
# - let few people hold `s3:*`. Who does here? You'll meet him.
#
# ## Your turn: a night
#
# The next cell plays one more night. In the morning, the chain is broken.

# %%
from lablib import estate

estate.cover_up(lab)
lab.verify("sap-trail")

# %% [markdown]
# A log file is gone, and with it a record. But the digest still lists the file, with the times of its
# first and last event. And Event history has a memory of its own, which nobody can delete.

# %%
ex = lab.exercise("09.gone")
ex

# %% tags=["exercise"] exercise="09.gone"
answer = {"file": None, "event": None}

# %% exercise="09.gone"
ex.check(**answer)

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## Your turn: bring it back
#
# The bucket keeps versions. Let the chain be whole again.

# %%
ex = lab.exercise("09.back")
ex

# %% tags=["exercise"] exercise="09.back"
# Your calls go here. s3 is the client you need.

# %% exercise="09.back"
ex.check()

# %%
lab.verify("sap-trail")

# %% [markdown]
# Who deleted the file? Deleting an object is a **data event**. Event history never has those, and the
# trail takes them only for the buckets you name (lab 05). A log bucket deserves to be one of them, by
# a trail that writes elsewhere.
#
# ## What you saw
#
# - Each hour a signed digest, tied to the one before; a validator walks back along the chain.
# - A changed byte, a lost file, a forged or lost digest: each broke one link, and you saw which.
# - The newest digest, or all of them, can go unseen. Versions and few rights are what protects.
#
# **Next:** the files pile up. [Lab 10: archive](10-archive.ipynb)
