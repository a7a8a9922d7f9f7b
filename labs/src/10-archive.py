# %% [markdown]
# # Lab 10 · Archive
#
# *25 minutes · before: [09 prove it](09-prove-it.ipynb) · next:
# [11 the fifteen alarms](11-fifteen-alarms.ipynb)*
#
# What you will see:
#
# - a **lifecycle rule** moves old objects into cheaper storage classes, and in the end deletes them;
# - why a rule that looks right moves no log file at all;
# - what it takes to **read** an archived file, and what archiving does to a proof.
#
# First: what have we got?

# %%
from lablib import Lab
lab = Lab.open("10")

# %%
s3 = lab.client("s3")
logs = "sap-trail-logs-123456789012"
files = lab.log_files(logs)
print(f"{len(files)} log files, half of them under {files['Bytes'].median():.0f} bytes")
files[["Key", "Bytes", "Class"]].tail(3)

# %% [markdown]
# Many files, each of them tiny: a trail writes every few minutes, and a quiet account has little to
# say. Auditors want them for years; hardly anybody reads them after some weeks.
#
# > **The lecture says** a lifecycle rule moves old log files to Glacier.
# > **AWS today** has three archive classes: `GLACIER_IR` (Instant Retrieval, read at once), `GLACIER`
# > (Flexible Retrieval, minutes to hours), `DEEP_ARCHIVE` (half a day or two). And since September
# > 2024, small objects **stay where they are**, unless you say otherwise.

# %% [markdown]
# ## A rule, as the lecture has it
#
# | Route | What you do |
# |---|---|
# | Console | S3 › sap-trail-logs-123456789012 › Management › **Create lifecycle rule** |
# | AWS CLI | `aws s3api put-bucket-lifecycle-configuration --bucket sap-trail-logs-123456789012 --lifecycle-configuration file://rules.json` |
# | boto3 | the next cell |
#
# One rule: log files, after 30 days, to `GLACIER`. Its prefix ends in `CloudTrail/`, so that digests,
# in `CloudTrail-Digest/`, are left alone.

# %%
rule = {
    "ID": "archive",
    "Status": "Enabled",
    "Filter": {"Prefix": "AWSLogs/123456789012/CloudTrail/"},
    "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
}
s3.put_bucket_lifecycle_configuration(Bucket=logs, LifecycleConfiguration={"Rules": [rule]})[
    "TransitionDefaultMinimumObjectSize"
]

# %% [markdown]
# Thirty days count from the delivery, rounded up to the next midnight UTC. So wind 31, and look. (On
# AWS it may take some hours more; here it happens at that midnight.)

# %%
lab.clock.advance(days=31)
lab.log_files(logs, digests=True).groupby(["Kind", "Class"])["Bytes"].agg(["count", "sum"])

# %% [markdown]
# Nothing has moved. No error, no event, no warning. (In your second round through this lab some files
# are archived already: nothing comes up again.) Ask one file why:

# %%
oldest = files.iloc[0]
lab.whereabouts(oldest)

# %% [markdown]
# `all_storage_classes_128K` was the answer to our call, and the small print. There's a reason: each
# archived object carries 8 KB in `STANDARD` and 32 KB in the archive for its own name and place. Is
# it worth it, for ours?

# %%
count, size = len(files), files["Bytes"].sum()
print(f"as they are: {size / 1024:.0f} KB, archived: {(size + count * 40 * 1024) / 1024:.0f} KB")

# %% [markdown]
# For files like these it isn't: billed as forty times as much and more, and each transition is a paid
# request. For files of megabytes, or where rules ask for an archive, it is. We want to see it, so we
# say it: `varies_by_storage_class` lets small objects into `GLACIER` and `DEEP_ARCHIVE`. (A filter
# with `ObjectSizeGreaterThan` would do, too.)

# %%
s3.put_bucket_lifecycle_configuration(
    Bucket=logs,
    LifecycleConfiguration={"Rules": [rule]},
    TransitionDefaultMinimumObjectSize="varies_by_storage_class",
)
lab.clock.advance(days=1)
lab.whereabouts(oldest)

# %% [markdown]
# The picture shows it for a file that comes today. It's drawn from the bucket's own rules:

# %%
lab.lifecycle(logs)

# %% [markdown]
# ## Read it
#
# The key is where it was, with its name and its metadata. Its contents are not at hand:

# %%
from botocore.exceptions import ClientError

try:
    lab.read(oldest)
except ClientError as refusal:
    print(refusal)

# %% [markdown]
# `InvalidObjectState`: restore it first. A restore makes a readable **copy** for some days; the object
# stays in its class.
#
# | Tier | `GLACIER` | `DEEP_ARCHIVE` |
# |---|---|---|
# | Expedited | 1–5 minutes | – |
# | Standard | 3–5 hours | within 12 hours |
# | Bulk | 5–12 hours | within 48 hours |
#
# The faster, the dearer. Another file, in a hurry:

# %%
another = files.iloc[1]
hurry = {"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}}
if 'ongoing-request="false"' not in lab.whereabouts(another).restore:
    s3.restore_object(Bucket=logs, Key=another["Key"], RestoreRequest=hurry)
lab.whereabouts(another).restore

# %%
lab.clock.advance(minutes=5)
print(lab.whereabouts(another).restore)
lab.read(another)[["Event time", "Event name", "User name"]]

# %% [markdown]
# ## Your turn: the auditors are here
#
# They want the oldest log file on the table, and they'll stay for a week.

# %%
ex = lab.exercise("10.restore")
ex

# %% tags=["exercise"] exercise="10.restore"
# Your calls go here. s3 is the client you need, and lab.clock knows how to wait.

# %% exercise="10.restore"
ex.check()

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What about the proof?
#
# Digests are still in `STANDARD`, so the chain can be walked. What they list can't be read any more.
# We say it of each file; `aws cloudtrail validate-logs` stops at the first one.

# %%
proof = lab.verify("sap-trail").table()
proof.groupby(["File", "Verdict"])["Key"].count()

# %% [markdown]
# So validate **before** files go to the archive, and restore them when you have to do it again. Put
# the digests into the archive as well, and there'd be no chain to walk: mind that prefix.
#
# ## The end of it
#
# `Expiration` deletes. In a bucket that keeps versions (lab 09) it doesn't: it lays a delete marker on
# top, and you go on paying for what's under it, until `NoncurrentVersionExpiration` takes that, too.
#
# What has gone down the waterfall never comes up again by a rule, and early deletion is billed: each
# class has a **minimum**.
#
# | Class | Billed for at least | Read |
# |---|---|---|
# | `STANDARD` | – | at once |
# | `STANDARD_IA`, `ONEZONE_IA` | 30 days (and 30 days in `STANDARD` before) | at once, paid by GB |
# | `GLACIER_IR` | 90 days | at once, paid by GB |
# | `GLACIER` | 90 days | after a restore |
# | `DEEP_ARCHIVE` | 180 days | after a restore |
#
# A rule that moves to `DEEP_ARCHIVE` on day 90 and deletes on day 180 pays for 90 days of nothing.

# %% [markdown]
# ## Your turn: a year, and no day longer
#
# The rule book says: 90 days at hand, then archived, and after a year, gone. All of it.

# %%
ex = lab.exercise("10.year")
ex

# %% tags=["exercise"] exercise="10.year"
# Your call goes here. lab.lifecycle(logs) draws what your rules would do.

# %% exercise="10.year"
ex.check()

# %%
lab.lifecycle(logs)

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What you saw
#
# - A rule counts days from delivery, to the next midnight, and leaves small objects where they are.
# - An archived file keeps its name and refuses its contents, until a restore has taken its time.
# - Digests belong where they can be read, and versions need an end of their own.
#
# **From call to archive**, you have followed an event all the way.
#
# **Next:** not looking back, but being told at once. [Lab 11: the fifteen alarms](11-fifteen-alarms.ipynb)
