# %% [markdown]
# # Lab 06 · Tags
#
# *10 minutes · before: [05 event selectors](05-event-selectors.ipynb) · next:
# [07 generate events](07-generate-events.ipynb)*
#
# What you will see:
#
# - a trail can carry **tags**: a key and a value each, up to fifty;
# - tags belong to the trail's **ARN**;
# - adding a key again replaces its value, and capitals count.
#
# First: what does our trail carry?

# %%
from lablib import Lab
lab = Lab.open("06")

# %%
cloudtrail = lab.client("cloudtrail")
arn = cloudtrail.get_trail(Name="sap-trail")["Trail"]["TrailARN"]
cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"]

# %% [markdown]
# ## Project and department
#
# A large company has hundreds of trails, buckets and keys. Bills, reports and permissions sort them
# by tag: which **project** is it for, which **department** pays? Two tags, one call.
#
# | Route | What you do |
# |---|---|
# | Console | CloudTrail › **Trails** › sap-trail › Tags › **Edit** |
# | AWS CLI | `aws cloudtrail add-tags --resource-id ARN --tags-list Key=project,Value=sap-hana …` |
# | boto3 | the next cell |

# %%
tags = [
    {"Key": "project", "Value": "sap-hana"},
    {"Key": "department", "Value": "finance-it"},
]
cloudtrail.add_tags(ResourceId=arn, TagsList=tags)
cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"]

# %% exercise="06.labels"
lab.exercise("06.labels").check()

# %% [markdown]
# > **The lecture says** tags are added after the trail has been created.
# > **AWS today** takes them in the create wizard and in `create_trail(TagsList=…)` as well, which
# > lets a rule demand them from the first second.
#
# A name is not enough here: tags want the ARN. See what AWS says to the name alone.

# %%
from botocore.exceptions import ClientError

try:
    cloudtrail.add_tags(ResourceId="sap-trail", TagsList=tags)
except ClientError as error:
    print(error)

# %% [markdown]
# Tagging is an API call like any other, so CloudTrail records it, and records who did it. Even the
# refused call is there, with its `errorCode`.

# %%
lab.history(name="AddTags", limit=3)

# %% [markdown]
# ## Your turn
#
# The team has moved to another department, and somebody wants to know whom to call.

# %%
ex = lab.exercise("06.move")
ex

# %% tags=["exercise"] exercise="06.move"
# Your call goes here. The trail's ARN is in the variable arn.

# %% exercise="06.move"
ex.check()

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What you saw
#
# - Tags hang on the trail's ARN and sort it for bills, reports and permissions.
# - Adding a key again replaced its value; another spelling made another tag.
# - Tagging, too, left an event.
#
# **Next:** the trail is ready. Let people work.
# [Lab 07: generate events](07-generate-events.ipynb)
