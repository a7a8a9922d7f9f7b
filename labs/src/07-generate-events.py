# %% [markdown]
# # Lab 07 · Generate events
#
# *20 minutes · before: [06 tags](06-tags.ipynb) · next:
# [08 search events](08-search-events.ipynb)*
#
# What you will see:
#
# - an SAP landscape: HANA and S/4 on EC2, backups in S3, four people;
# - a **working day** of theirs, played in seconds, and its events;
# - how a **role** changes who a call seems to come from;
# - that refused calls are events, too.
#
# First, the landscape. `estate.build` makes it with plain API calls, as you would.

# %%
from lablib import Lab
lab = Lab.open("07")

# %%
from lablib import estate
estate.build(lab)

# %% [markdown]
# ## A working day
#
# Anna starts and stops systems, Ben's agent writes backups, Carla audits, Marco's tool reads metrics
# from a partner's office. This winds the clock from morning to evening, call by call.

# %%
estate.working_day(lab)

# %%
lab.exercise("07.day").check()

# %% [markdown]
# A day in one picture: calls at the top, deliveries below. It isn't evenly spread; work never is. The
# quiet hours have no files at all.

# %%
end = lab.clock.now
lab.timeline(minutes=13 * 60, end=end)

# %% [markdown]
# ## Who did how much?
#
# The same events as a pandas table: one row a call. Grouping and counting answer the first questions
# of any investigation. Refused calls stand out by their error code.

# %%
day = lab.events(limit=500)
day.groupby(["User name", "Event source"]).size().unstack(fill_value=0)

# %%
refused = day[day["Error code"].notna()]
refused[["Event time", "User name", "Event name", "Error code"]]

# %% [markdown]
# > **The lecture says** each API call is one event. That holds, with a footnote: **AWS today** writes
# > one event *and* one per object for `DeleteObjects`, and services that act for you leave events of
# > their own, with `invokedBy`.
#
# Look at Ben. He made calls all day, and Event history shows none of his backups: objects are
# **data events**. Only the trail has them, because lab 05 asked for them.

# %%
print("in Event history:", len(lab.history(user="ben")))
print("recorded at all: ", len(lab.events(user="ben")))

# %% [markdown]
# ## A borrowed identity
#
# Anna looks after the systems, yet her own user may only look. Let her try to stop one: AWS refuses,
# and the refusal is an event like any other.

# %%
from botocore.exceptions import ClientError

try:
    quality = estate.build(lab).instances["hana-qas"]
    lab.client("ec2", user="anna").stop_instances(InstanceIds=[quality])
except ClientError as error:
    print(error.response["Error"]["Code"], "in the record:", end=" ")
lab.event(lab.events(name="StopInstances", limit=1).iloc[0]).error

# %% [markdown]
# To act, she puts on a role that may. `AssumeRole` hands out temporary keys, which begin with `ASIA`.
# The calls made with them are the **session's**, and the record says so.

# %%
stops = lab.events(name="StopInstances")
stop = lab.event(stops[stops["Error code"].isna()].iloc[0])
stop["userIdentity"]

# %% [markdown]
# The type is `AssumedRole`, the issuer is the role, and the name after the last slash is whatever the
# caller *said*. It isn't a promise. What ties the session to a person is the access key: the
# `AssumeRole` event shows to whom it was given.

# %%
grant = lab.event(lab.events(name="AssumeRole", user="anna", limit=1).iloc[0])
print(grant["userIdentity"]["userName"], "→", grant["requestParameters"])

# %% [markdown]
# ## Your turn
#
# The quality system hangs. Reboot it the way the rules want it: as the operator's role, put on by
# Anna. `lab.client("sts", user="anna")` lets you call as her.

# %%
ex = lab.exercise("07.role")
ex

# %% tags=["exercise"] exercise="07.role"
# Your calls go here: sts.assume_role as anna, a client with the credentials, ec2.reboot_instances

# %% exercise="07.role"
ex.check()

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What you saw
#
# - People, programs and roles left events, each with its own identity.
# - Refused calls were recorded with their error code.
# - Data events were in the trail's files and not in Event history.
# - A role hides a person; the access key of the session finds them again.
#
# **Next:** it is night, and somebody is awake.
# [Lab 08: search events](08-search-events.ipynb)
