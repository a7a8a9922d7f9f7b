# %% [markdown]
# # Lab 00 · Start here
#
# *10 minutes · next: [Lab 01, create a trail](01-create-a-trail.ipynb)*
#
# There is **no AWS account, no cost, and nothing leaves this machine**. What you will see:
#
# - you call AWS, and the call leaves an **event** behind;
# - an event says who, what, when and from where;
# - lab time runs on a **clock** that you may wind forward;
# - every exercise has a check, hints and a solution.
#
# Run a cell with **Shift+Enter**. The first two open the lab and make a call.

# %%
from lablib import Lab
lab = Lab.open("00")

# %%
lab.client("sts").get_caller_identity()["Arn"]

# %% [markdown]
# That was an API call to AWS's Security Token Service: *who am I?* You are `learner`, an IAM user
# with administrator rights in account 123456789012. The long name is an **ARN**, AWS's full name for
# a thing. Somebody wrote your call down. Look:

# %%
lab.events(name="GetCallerIdentity", limit=1)

# %% [markdown]
# ## One call, one record
#
# CloudTrail keeps one record for each API call. Open it: `userIdentity` says **who**, `eventName`
# **what**, `eventTime` **when**, and `sourceIPAddress` **from where**. The names are AWS's own, and
# the JSON is what a log file will hold.

# %%
event = lab.event(lab.events(name="GetCallerIdentity", limit=1).iloc[0])
event

# %% [markdown]
# What became of it? `lab.trace` tells the event's journey stage by stage. In a new account the last
# line is short: there is no trail yet, so no file is written. Lab 01 changes that.

# %%
lab.trace(event)

# %% [markdown]
# ## The story
#
# You look after an SAP landscape on AWS: HANA databases on EC2, backups in S3, four people, one
# partner. One morning the production database is down. **Who stopped it, from where, and what else
# did they touch?** Lab 08 answers that. The labs until then build what makes the answer possible.
#
# > **The lecture says** CloudTrail keeps "API activity" for 7 days once a trail is on.
# > **AWS today** keeps **90 days** of management events as *Event history*, always on, free, with
# > no trail at all.

# %%
lab.history(limit=5)

# %% [markdown]
# ## The clock
#
# AWS delivers log files about every five minutes. Nobody waits here: lab time runs like a wall
# clock, and you can wind it forward. Whatever is due on the way happens at its own moment. It never
# goes back.

# %%
lab.clock.advance(minutes=5)

# %% [markdown]
# The same clock, to click. "Next delivery" winds to the next thing that is due; "play" lets time
# run faster. Everything the buttons do can be written as well, as above.

# %%
lab.clock_panel()

# %% [markdown]
# ## Your turn
#
# Each exercise states what is given and what is wanted. Do it in any way you like: here with boto3,
# AWS's library for Python, in a terminal with the AWS CLI, or with a widget. The check looks at the
# account, not at your code.

# %%
ex = lab.exercise("00.call")
ex

# %% tags=["exercise"] exercise="00.call"
# Your call goes here. Start with:  s3 = lab.client("s3")

# %% exercise="00.call"
ex.check()

# %% [markdown]
# Stuck? `ex.hint()` gives one hint at a time, and the hint fits what you have done so far.
# `ex.solution()` shows one way, in the console's words, as a CLI line and in boto3. `ex.reset()`
# takes it all back.

# %% [markdown]
# ## One to answer
#
# Some exercises ask a question. Put your answers in place of `None`, run the cell, and check. The
# record of your very first call, above, holds both.

# %%
ex = lab.exercise("00.read")
ex

# %% tags=["exercise"] exercise="00.read"
answer = {"service": None, "read_only": None}

# %% exercise="00.read"
ex.check(**answer)

# %% [markdown]
# ## How far am I?
#
# Your progress is kept in one small file on this machine, and survives a closed laptop. So does the
# account: it is one process that all notebooks and terminals share, and it comes back as it was.

# %%
lab.progress()

# %% [markdown]
# ## What you saw
#
# - You called AWS, and the call left an event, at once, with no trail.
# - The event said who, what, when and from where.
# - The lab's clock can be wound forward, and what was due happened on the way.
# - Exercises check the account itself, in any way you did them.
#
# **Next:** events in a list are good; files that stay are better.
# [Lab 01: create a trail](01-create-a-trail.ipynb)
