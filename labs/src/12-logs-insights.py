# %% [markdown]
# # Lab 12 · Ask the logs
#
# *25 minutes · before: [08 search events](08-search-events.ipynb), which asked the same question · next:
# [13 EventBridge](13-eventbridge.ipynb)*
#
# **Who stopped the production database, from where, and what else did they touch?** What you will see:
#
# - **CloudWatch Logs Insights**: one query with as many conditions as you like, over any field;
# - counting, and a picture of what was counted;
# - **data events**, which Event history never had.
#
# It is two mornings later, and nobody has taken the thief's new key away. Play the second night (and the
# first, if you haven't), and ask for the last calls that the trail has sent to its log group:

# %%
from lablib import Lab
lab = Lab.open("12")

# %%
from lablib import estate

estate.plunder(lab)
lab.insights("""
    filter userIdentity.type != "AWSService"
    | fields eventTime, userIdentity.userName, eventName, sourceIPAddress
    | sort eventTime desc
    | limit 5
""")

# %% [markdown]
# ## Three routes
#
# | Route | What you do |
# |---|---|
# | Console | CloudWatch › **Logs Insights** › choose `sap-trail-events` and a time range › type the query › **Run query** |
# | AWS CLI | `aws logs start-query --log-group-name sap-trail-events --start-time … --end-time … --query-string '…'`, then `aws logs get-query-results --query-id …` |
# | boto3 | the next cell |
#
# A query is started, and then asked for until its status is `Complete`. Times are whole seconds since
# 1970. The statistics say what it read: in AWS, that is what you pay for.

# %%
from datetime import timedelta

logs, now = lab.client("logs"), lab.clock.now
started = logs.start_query(
    logGroupName="sap-trail-events",
    startTime=int((now - timedelta(days=7)).timestamp()),
    endTime=int(now.timestamp()),
    queryString="stats count(*) as events by eventSource | sort events desc | limit 3",
)
answer = logs.get_query_results(queryId=started["queryId"])
answer["status"], answer["statistics"]["recordsScanned"], answer["results"][0]

# %% [markdown]
# From here on `lab.insights(query)` does those two calls and shows the table. It asks the log groups of
# your trails, 90 days back, unless you name others (`group=`, `start=`, `end=`).
#
# ## A query is a pipe
#
# Each command takes what the one before it left.
#
# | Command | Does |
# |---|---|
# | `fields a, b` | shows these fields, or what you compute from them |
# | `filter …` | keeps events that fit: `=`, `!=`, `<`, `like`, `in`, `and`, `or`, `not`, `ispresent(a)` |
# | `stats count(*) by a` | one row for each value of `a`, with a count (`sum`, `avg`, `min`, `max`, …) |
# | `sort a desc`, `limit 5` | the order, and how many |
# | `parse`, `dedup` | cuts new fields out of a text; keeps one of each kind |
#
# A record is JSON, so its fields have dotted names: `userIdentity.userName`. A list is counted from 0:
# `requestParameters.instancesSet.items.0.instanceId`. Fields of the log group's own begin with `@`:
# `@timestamp` is when the event came *there*, some minutes after its `eventTime`.
#
# The next three are AWS's own examples for CloudTrail logs, nearly to the letter. How many events of each
# kind are there?

# %%
lab.insights("""
    stats count(*) as events by eventSource, eventName, awsRegion
    | sort events desc
    | limit 8
""")

# %% [markdown]
# Which users were created, and where?

# %%
lab.insights("""
    filter eventName = "CreateUser"
    | fields awsRegion, requestParameters.userName, responseElements.user.arn
""")

# %% [markdown]
# Which instances were started or stopped? Here are two names at once, a Region, and whatever columns you
# like. LookupEvents takes one attribute.

# %%
lab.insights("""
    filter (eventName = "StartInstances" or eventName = "StopInstances") and awsRegion = "us-east-1"
    | fields eventTime, eventName, userIdentity.arn as who, sourceIPAddress, userIdentity.accessKeyId
""")

# %% [markdown]
# ## Who? In any field
#
# The one from `…/maintenance` is the stop of that night, and it was made with a session's key. Lab 08
# read every `AssumeRole` event to find who was given that key. Here the *answer* of a call is a field
# like any other:

# %%
stop = lab.insights("""
    filter eventName = "StopInstances" and not ispresent(errorCode)
    | filter userIdentity.arn like "/maintenance"
    | fields sourceIPAddress, userIdentity.accessKeyId
""").iloc[0]
key = stop["userIdentity.accessKeyId"]
lab.insights(f"""
    filter responseElements.credentials.accessKeyId = "{key}"
    | fields eventTime, eventName, userIdentity.userName, sourceIPAddress, requestParameters.roleArn
""")

# %% [markdown]
# ## From where?
#
# Event history can't be searched by address. But people change keys more easily than addresses. Is this
# one anybody's usual place? `parse` cuts the tool's name out of `userAgent`, by a regular expression
# with a named group.

# %%
lab.insights(r"""
    filter userIdentity.type != "AWSService" and sourceIPAddress != "127.0.0.1"
    | parse userAgent /^\[?(?<tool>[A-Za-z0-9-]+)/
    | stats count(*) as calls, min(eventTime) as first by sourceIPAddress, userIdentity.userName, tool
    | sort sourceIPAddress
""")

# %% [markdown]
# Marco's tool is the Java SDK at the partner's office, Ben's is Boto3. Somebody has used both their names
# with the AWS CLI, from elsewhere.
#
# ## Your turn: whose keys?
#
# A name can be shared; an access key is more exact. Which keys came from the address of the stop?

# %%
ex = lab.exercise("12.keys")
ex

# %% tags=["exercise"] exercise="12.keys"
answer = {"keys": None}

# %% exercise="12.keys"
ex.check(**answer)

# %% [markdown]
# ## What Event history never had
#
# Objects in S3 are data events. Event history leaves them out, whoever asks. The trail takes those of the
# backup bucket since lab 05, and sends them to the log group like all others:

# %%
print("DeleteObject in Event history:", len(lab.history(name="DeleteObject")))
lab.insights('filter eventName = "DeleteObject" | stats count(*) as deletions')

# %% [markdown]
# Ben's agent clears old backups away, so a deletion alone means nothing. Count them in **bins** of half an
# hour, by address. In the console, the *Visualization* tab draws such a query; here `.chart()` does:

# %%
lab.insights("""
    filter eventName = "DeleteObject"
    | stats count(*) as deletions by bin(30m), sourceIPAddress
""").chart()

# %% [markdown]
# ## Your turn: what did the new key do?
#
# In the first night the thief made an access key for Ben. You see now what for.

# %%
ex = lab.exercise("12.deleted")
ex

# %% tags=["exercise"] exercise="12.deleted"
answer = {"key": None, "objects": None}

# %% exercise="12.deleted"
ex.check(**answer)

# %% [markdown]
# ## Your turn: take it away
#
# Finding is half of it. Ben has two keys: one that his backup agent needs tonight, and the thief's.

# %%
ex = lab.exercise("12.off")
ex

# %% tags=["exercise"] exercise="12.off"
# Your call goes here. Which service knows access keys?

# %% exercise="12.off"
ex.check()

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## When did each key call last?
#
# One more word: `dedup` keeps the first row of each kind, in the order so far. Sorted by time, that is the
# last call of each key. Only `limit` may come after it.

# %%
lab.insights("""
    filter userIdentity.userName = "ben"
    | fields userIdentity.accessKeyId, eventTime, eventName, sourceIPAddress
    | sort eventTime desc
    | dedup userIdentity.accessKeyId
""")

# %% [markdown]
# ## Which tool for which question?
#
# | | Event history | Logs Insights | metric filter and alarm | SQL over the files (Athena) |
# |---|---|---|---|---|
# | Answers | afterwards | afterwards | **from now on**, by itself | afterwards |
# | Needs | nothing | a log group | a log group | the files in S3 |
# | Holds | management events, 90 days | what the trail takes, as long as the group keeps it | counts only | what the trail takes, as long as the bucket keeps it |
# | Asks by | one attribute and a time | any field, many conditions, counts | one pattern | SQL, joins too |
# | Pays for | nothing | what is ingested, kept and read | filters none; metrics and alarms | what is kept and read |
#
# > **The lecture says** CloudWatch Logs is for metrics against specific API calls, with alarms.
# > **AWS today** lets you also ask it afterwards: Logs Insights came later. A metric filter counts only
# > what comes *after* it was made; a query finds what was there before anybody knew what to look for.
#
# ## What you saw
#
# - One query asked by name, address, key and answer at once, and counted.
# - The session's key led to a person in one step, and an address to three keys.
# - Backups were deleted, and only the log group and the trail's files knew.
#
# **Next:** not asked later, but told within seconds.
# [Lab 13: EventBridge](13-eventbridge.ipynb)
