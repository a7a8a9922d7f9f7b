# %% [markdown]
# # Lab 05 · Event selectors
#
# *35 minutes · before: [04 CloudWatch Logs](04-cloudwatch-logs.ipynb) · next:
# [06 tags](06-tags.ipynb)*
#
# What you will see:
#
# - **management events** are about resources, **data events** about what is inside them;
# - a trail takes all management events and no data events, until you say otherwise;
# - every decision has a reason, and you can ask for it;
# - **advanced event selectors** choose by event name, ARN and more.
#
# First, two calls that look alike, and two different answers:

# %%
from lablib import Lab
lab = Lab.open("05")

# %%
s3, cloudtrail = lab.client("s3"), lab.client("cloudtrail")
s3.create_bucket(Bucket="sap-backint-123456789012")
s3.put_object(Bucket="sap-backint-123456789012", Key="PRD/first", Body=b"a backup")
lab.trace(lab.events(name="CreateBucket", limit=1).iloc[0]).trails()

# %%
lab.trace(lab.events(name="PutObject", limit=1).iloc[0]).trails()

# %% [markdown]
# ## Management and data
#
# Making a bucket is management: it happens seldom and changes how things are built. Putting an object
# is data: it may happen a thousand times a second. A data event costs money on AWS, so a trail takes
# none unless you ask. This is the selector every trail is born with:

# %%
cloudtrail.get_event_selectors(TrailName="sap-trail").get("EventSelectors")

# %% [markdown]
# ## Only writes?
#
# A selector also chooses by **read** and **write**. `WriteOnly` keeps what changes something and
# leaves out every List, Get and Describe. Let's try it, make one call of each kind, and ask why.

# %%
def select(*selectors):
    cloudtrail.put_event_selectors(TrailName="sap-trail", EventSelectors=list(selectors))

select({"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True})
lab.client("ec2").describe_instances()
lab.trace(lab.events(name="DescribeInstances", limit=1).iloc[0]).trails()

# %% [markdown]
# A cheap choice, and a dear one: an intruder looks around before touching anything, and looking
# around is all reads. Event history still has them, for 90 days. The files don't, for ever.

# %%
s3.put_bucket_tagging(
    Bucket="sap-backint-123456789012", Tagging={"TagSet": [{"Key": "system", "Value": "PRD"}]}
)
lab.trace(lab.events(name="PutBucketTagging", limit=1).iloc[0]).trails()

# %% [markdown]
# ## Watch the backups
#
# | Route | What you do |
# |---|---|
# | Console | CloudTrail › **Trails** › sap-trail › Data events › **Edit** › S3 › bucket `sap-backint-123456789012` |
# | AWS CLI | `aws cloudtrail put-event-selectors --trail-name sap-trail --event-selectors file://selectors.json` |
# | boto3 | the next cell |
#
# HANA's backups lie in that bucket, and with them all the data of the company. `Values` holds an ARN
# that ends in a slash: *every object in this bucket*. The call **replaces** all selectors, so we say
# management events again.

# %%
backups = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::sap-backint-123456789012/"]}
select({"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [backups]})

# %% exercise="05.backups"
lab.exercise("05.backups").check()

# %% [markdown]
# Put one object into the watched bucket and one into another. Same call, same minute, same person:
# one is taken, one is not, and the table says why.

# %%
s3.put_object(Bucket="sap-backint-123456789012", Key="PRD/second", Body=b"a backup")
lab.trace(lab.events(name="PutObject", limit=1).iloc[0]).trails()

# %%
s3.create_bucket(Bucket="scratch-123456789012")
s3.put_object(Bucket="scratch-123456789012", Key="note", Body=b"nothing to see")
lab.trace(lab.events(name="PutObject", limit=1).iloc[0]).trails()

# %% [markdown]
# Wind the clock, and look at what was delivered. Management and data events never share a file.
#
# > **The lecture knows** two kinds of data events, S3 and Lambda, and one kind of selector.
# > **AWS today** has more than 150 resource types, and **advanced event selectors** that choose by
# > event name, ARN, and more. A trail has basic or advanced ones, never both.

# %%
lab.clock.advance(minutes=15)
lab.deliveries()[["Delivered", "Category", "Events", "Newest waited"]].tail(6)

# %% [markdown]
# ## Your turn
#
# Backint reads every backup back to prove it, a hundred times a day, and the bill grows. Reads of the
# backups needn't be kept; writes and deletions must. Management events stay as they are.

# %%
ex = lab.exercise("05.writes")
ex

# %% tags=["exercise"] exercise="05.writes"
# Your call goes here. select(...) above takes one selector, or several.

# %% exercise="05.writes"
ex.check()

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## Finer: advanced event selectors
#
# A basic selector knows reads and writes. An **advanced** one is a list of conditions, each a field,
# an operator (`Equals`, `StartsWith`, `EndsWith` and their `Not…`) and values. Within a selector all
# must hold; of several selectors one is enough. You can ask what they *would* do, before a trail has
# them:

# %%
deletions = {
    "Name": "deletions of objects",
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "eventName", "StartsWith": ["Delete"]},
    ],
}
s3.delete_object(Bucket="scratch-123456789012", Key="note")
s3.put_object(Bucket="scratch-123456789012", Key="note", Body=b"once more")
lab.would_take(deletions, events=lab.events(source="s3.amazonaws.com", limit=5))

# %% [markdown]
# The same to click. Begin with a template, add a condition, or write into the field; the table below
# answers for the newest events, and says why. No trail is changed. What you like you can copy from
# the field into `put_event_selectors(AdvancedEventSelectors=…)`.

# %%
lab.selector_panel()

# %% [markdown]
# Some rules of AWS's, which the panel holds you to: each selector needs `eventCategory`, data events
# need exactly one `resources.type`, and management events can be narrowed by `readOnly` and by
# leaving out KMS or the RDS Data API only. There are no wildcards.
#
# ## Your turn: only what is deleted
#
# The backups again: what matters most is when one disappears.

# %%
ex = lab.exercise("05.deletes")
ex

# %% tags=["exercise"] exercise="05.deletes"
# Your call goes here. lab.would_take(...) lets you try first.

# %% exercise="05.deletes"
ex.check()

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What you saw
#
# - Management events are about resources, data events about their contents.
# - Selectors choose by kind, by read or write, and for data by ARN.
# - For each event and each trail there is a reason, and `lab.trace` names it.
# - Advanced selectors say it finer, and can be tried before they are used.
#
# **Next:** whose trail is this?
# [Lab 06: tags](06-tags.ipynb)
