# %% [markdown]
# # Lab 08 · Search events
#
# *25 minutes · before: [07 generate events](07-generate-events.ipynb) · next:
# [09 prove it](09-prove-it.ipynb)*
#
# **Who stopped the production database, from where, and what else did they touch?** What you will see:
#
# - Event history searched by one attribute at a time, as AWS does it;
# - the same events in pandas, where questions can be joined;
# - how to follow a session from its access key to a person.
#
# Open the lab, let the night pass, and ask for the state of the database in the morning.

# %%
from lablib import Lab
lab = Lab.open("08")

# %%
from lablib import estate
estate.night(lab)
print(f"It is {lab.clock.now:%A, %H:%M} UTC.")

# %%
named = [{"Name": "tag:Name", "Values": ["hana-prd"]}]
found = lab.client("ec2").describe_instances(Filters=named)["Reservations"]
database = found[0]["Instances"][0]
database["InstanceId"], database["State"]["Name"]

# %% [markdown]
# ## Ask Event history
#
# | Route | What you do |
# |---|---|
# | Console | CloudTrail › **Event history** › Lookup attributes: *Event name* = StopInstances |
# | AWS CLI | `aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=StopInstances` |
# | boto3 | `cloudtrail.lookup_events(LookupAttributes=[…])`, or short: the next cell |
#
# An attribute must fit to the letter, and there is exactly one in a search. Time is a second filter.

# %%
stops = lab.history(name="StopInstances")
stops

# %% [markdown]
# Not every stop is a crime: Anna stops the development system each evening. An error code would mean
# that nothing was stopped. Look for the one that hit *our* instance.

# %%
[(row["User name"], row["Resource name"], row["Error code"]) for _, row in stops.iterrows()]

# %% [markdown]
# > **The lecture says** API activity is kept for 7 days and shows what was created, modified or
# > deleted. **AWS today** keeps 90 days, reads included, with or without a trail, and after a trail
# > is gone. The console hides reads at first (its filter is *Read-only = false*), which makes people
# > think they aren't there.
#
# To click: choose an attribute, a value and a time.

# %%
lab.search_panel()

# %% [markdown]
# ## Join the facts in pandas
#
# Event history takes one question at a time. In a table you ask two at once: everything between
# midnight and five, by whom, and was it refused? A night has few calls, so all of them fit on a
# screen.

# %%
night = lab.history(limit=500)
night = night[night["Event time"].dt.hour.between(0, 4)]
night[["Event time", "User name", "Event name", "Error code"]].sort_values("Event time")

# %% [markdown]
# Now it's your case. A record holds `userIdentity` (with `accessKeyId` and `sessionContext`),
# `sourceIPAddress` and `userAgent`. The `Record` column has it whole:

# %%
suspect = lab.event(stops.iloc[0])
suspect

# %% [markdown]
# ## Your turn: who, and from where?
#
# A role isn't a person, and a session's name is whatever its owner typed. Find who was given the key.

# %%
ex = lab.exercise("08.who")
ex

# %% tags=["exercise"] exercise="08.who"
answer = {"user": None, "address": None}

# %% exercise="08.who"
ex.check(**answer)

# %% [markdown]
# ## Your turn: what else?
#
# One attribute finds all that a session did: its access key. Writes that went through are damage to
# repair; writes that were refused tell you what they wanted. `lab.history(access_key="ASIA…")`
# searches by it.

# %%
ex = lab.exercise("08.rest")
ex

# %% tags=["exercise"] exercise="08.rest"
answer = {"changed": None, "refused": None}

# %% exercise="08.rest"
ex.check(**answer)

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What now?
#
# On a real morning you would take the stolen keys away first (`UpdateAccessKey`, Status `Inactive`),
# look at the new access key and the snapshot, and start the database. And you'd prove that the log
# files are the ones CloudTrail wrote, before anybody asks. The next lab does that.
#
# > **The lecture's tool** for deep questions came later: CloudTrail Lake. **AWS today** has closed it
# > to new customers (since 31 May 2026). SQL over the files in S3 is the way, and has a lab of its own.

# %%
lab.progress()

# %% [markdown]
# ## What you saw
#
# - Event history answered by one exact attribute and a time range, with no trail needed.
# - A table let you ask several things at once.
# - Stop → session key → AssumeRole → a person; and from the key to all that was done with it.
#
# **You have walked the lecture's path**: a trail, its bucket, key, topic, log group, selectors and
# tags; events made and events found.
#
# **Next:** can you trust what you have read? [Lab 09: prove it](09-prove-it.ipynb)
