# %% [markdown]
# # Lab 01 · Create a trail
#
# *20 minutes · before: [00 start here](00-start-here.ipynb) · next:
# [02 encrypt](02-encrypt.ipynb)*
#
# What you will see:
#
# - a trail needs a **bucket**, and a bucket policy that lets CloudTrail in;
# - a new trail is **off** until you start it;
# - a call you make arrives in a **gzip file in S3**, and you read it there;
# - where no calls are made, no file is written.
#
# First, what happens to a call when there is nobody to write it down:

# %%
from lablib import Lab
lab = Lab.open("01")

# %%
lab.client("ec2").describe_instances()
lab.trace(lab.events(name="DescribeInstances", limit=1).iloc[0])

# %% [markdown]
# ## A bucket
#
# A trail is a standing order: *write every event that matches into this bucket*. So the bucket comes
# first. Bucket names are shared by the whole world, which is why ours ends in the account's number.

# %%
s3, cloudtrail = lab.client("s3"), lab.client("cloudtrail")
bucket = "sap-trail-logs-123456789012"
s3.create_bucket(Bucket=bucket)["Location"]

# %% [markdown]
# CloudTrail is a service of AWS, not a part of you: without your leave it can't write there. And it
# doesn't promise to; it **tries**. Create the trail now, and read what AWS says.

# %%
from botocore.exceptions import ClientError

try:
    cloudtrail.create_trail(Name="sap-trail", S3BucketName=bucket)
except ClientError as error:
    print(error)

# %% [markdown]
# ## A policy
#
# Two sentences let it in. *CloudTrail may read the bucket's ACL* (its older list of who may do what),
# and *CloudTrail may put objects under AWSLogs/ and our account number, if it hands them over to the
# bucket's owner*. The condition `aws:SourceArn` says: for this trail only.
#
# > **The lecture says** the policy names the bucket and CloudTrail.
# > **AWS today** recommends `aws:SourceArn` as well, so that nobody else's trail can be pointed at
# > your bucket (the "confused deputy").

# %%
import json

trail_arn = "arn:aws:cloudtrail:us-east-1:123456789012:trail/sap-trail"
cloudtrail_service = {"Service": "cloudtrail.amazonaws.com"}
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "AWSCloudTrailAclCheck20150319",
            "Effect": "Allow",
            "Principal": cloudtrail_service,
            "Action": "s3:GetBucketAcl",
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
        },
        {
            "Sid": "AWSCloudTrailWrite20150319",
            "Effect": "Allow",
            "Principal": cloudtrail_service,
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/123456789012/*",
            "Condition": {
                "StringEquals": {
                    "s3:x-amz-acl": "bucket-owner-full-control",
                    "aws:SourceArn": trail_arn,
                }
            },
        },
    ],
}
s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))["ResponseMetadata"]["HTTPStatusCode"]

# %% [markdown]
# ## The trail
#
# | Route | What you do |
# |---|---|
# | Console | CloudTrail › **Trails** › **Create trail** › Trail name `sap-trail` › Use existing S3 bucket |
# | AWS CLI | `aws cloudtrail create-trail --name sap-trail --s3-bucket-name sap-trail-logs-123456789012` |
# | boto3 | the next cell |
#
# A second trail of the same name would be refused; `suppress` makes this cell safe to run again.

# %%
from contextlib import suppress

with suppress(cloudtrail.exceptions.TrailAlreadyExistsException):
    cloudtrail.create_trail(Name="sap-trail", S3BucketName=bucket)
cloudtrail.get_trail(Name="sap-trail")["Trail"]

# %% [markdown]
# > **The lecture says** you choose whether a trail applies to all Regions.
# > **AWS today**: a trail made in the console is **always** multi-Region. By CLI and API a trail is
# > still single-Region, without log file validation, and **off**, unless you say otherwise.
#
# Is it on? Ask, and switch it on.

# %%
print("before:", cloudtrail.get_trail_status(Name="sap-trail")["IsLogging"])
cloudtrail.start_logging(Name="sap-trail")
print("after: ", cloudtrail.get_trail_status(Name="sap-trail")["IsLogging"])

# %% exercise="01.trail"
lab.exercise("01.trail").check()

# %% [markdown]
# ## Your own call, in a file
#
# Make a call worth finding, a new IAM user for the HANA team, and wind the clock by a quarter of an
# hour. Each line below is something that happened on the way, at its own moment of lab time.

# %%
iam = lab.client("iam")
with suppress(iam.exceptions.EntityAlreadyExistsException):
    iam.create_user(UserName="hana-team")
lab.clock.advance(minutes=15)

# %% [markdown]
# > **The lecture says** log files arrive within 15 minutes. **AWS today** says within about
# > **5 minutes on average**, not guaranteed (since March 2023).
#
# The file's name tells account, Region and time; the folder tells the date. Each file covers calls
# of about five minutes.

# %%
files = lab.log_files(bucket)
files[["Delivered", "Key", "Bytes"]]

# %% [markdown]
# Now read them as any program would: get the object, unzip it, parse the JSON. Under `Records` is
# one entry for each call, in no promised order. Yours is among them.

# %%
import gzip

def records(key):
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return json.loads(gzip.decompress(body))["Records"]

mine = [r for key in files["Key"] for r in records(key) if r["eventName"] == "CreateUser"]
print(json.dumps(mine[-1], indent=2) if mine else "Not delivered yet: wind the clock once more.")

# %% [markdown]
# ## The picture
#
# Calls at the top, files below, each file with the calls it holds. Between them lies the delay. Where
# there are no calls there is no file: CloudTrail writes nothing about nothing.

# %%
lab.timeline(minutes=30)

# %% [markdown]
# ## Your turn
#
# The landscape is in one Region today. An intruder would use another. One update of the trail is
# enough, and it doesn't stop the trail.

# %%
ex = lab.exercise("01.regions")
ex

# %% tags=["exercise"] exercise="01.regions"
# Your update goes here. The call is cloudtrail.update_trail(Name="sap-trail", ...)

# %% exercise="01.regions"
ex.check()

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What you saw
#
# - The bucket and its policy came first; CloudTrail tried to write before it agreed.
# - The trail was off until `start_logging`.
# - Your call stood in a gzip file in S3, minutes of lab time later.
# - No calls, no file.
#
# **Next:** who can read these files?
# [Lab 02: encrypt](02-encrypt.ipynb)
