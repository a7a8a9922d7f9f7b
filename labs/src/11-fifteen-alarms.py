# %% [markdown]
# # Lab 11 · The fifteen alarms
#
# *25 minutes · before: [04 CloudWatch Logs](04-cloudwatch-logs.ipynb) · next:
# [12 ask the logs](12-logs-insights.ipynb)*
#
# **Which calls should wake somebody up?** The CIS AWS Foundations Benchmark, a public checklist that
# auditors like to bring along, names fifteen. What you will see:
#
# - its fifteen patterns, built with one loop into fifteen alarms;
# - a board of fifteen lights, dark at first, then lit one by one;
# - what none of the fifteen sees.

# %%
from lablib import Lab
lab = Lab.open("11")

# %%
from lablib import estate

for control in estate.CONTROLS:
    print(f"{control.number:>5}  {control.about}")

# %% [markdown]
# Each has a filter pattern, word for word from the benchmark. Most are lists of event names. Here is
# the one about the trail itself:

# %%
patterns = {control.number: control.pattern for control in estate.CONTROLS}
print(patterns["4.5"])

# %% [markdown]
# > The numbers are those of versions 3 to 5; in 6 and 7 the same controls are 5.1 to 5.15. A 16th
# > asks for AWS Security Hub, and is no pattern.
#
# ## Somebody to tell
#
# A topic, an address, a yes. As in lab 04, alarms don't share a topic with files.

# %%
import json
from contextlib import suppress

logs, cloudwatch, sns = lab.client("logs"), lab.client("cloudwatch"), lab.client("sns")
topic = sns.create_topic(Name="cis-alarms")["TopicArn"]
sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="security@example.com")
lab.inbox(to="security@example.com").confirm()

# %% [markdown]
# ## Fifteen filters, fifteen alarms
#
# The benchmark's recipe is the same each time: a filter that counts, and an alarm that rings at one
# in five minutes. What is on its way to the log group arrives before anybody counts.

# %%
lab.clock.advance(minutes=15)
for control in estate.CONTROLS:
    name = f"cis-{control.number}"
    logs.put_metric_filter(
        logGroupName="sap-trail-events",
        filterName=name,
        filterPattern=control.pattern,
        metricTransformations=[
            {"metricNamespace": "CISBenchmark", "metricName": name, "metricValue": "1"}
        ],
    )
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        AlarmDescription=control.about,
        Namespace="CISBenchmark",
        MetricName=name,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
    )

# %% [markdown]
# The board is dark. Nothing has been counted, so an alarm knows nothing: a dotted light. A minute later
# it has looked, and says that all is quiet: a ring.

# %%
lab.alarms("cis-")

# %% [markdown]
# ## Light some by hand
#
# Wait until all is quiet. Then Marco, who only watches metrics, asks IAM for its users. Root signs in
# (with a code from its device). Somebody makes a gateway to the internet. Guess which three lights go
# on, then look.

# %%
estate.build(lab)
lab.clock.advance(minutes=6)
iam, ec2 = lab.client("iam", user="marco"), lab.client("ec2")
with suppress(iam.exceptions.ClientError):
    iam.list_users()
lab.sign_in("root", mfa=True)
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.delete_internet_gateway(InternetGatewayId=gateway)
lab.clock.advance(minutes=8)
lab.alarms("cis-")

# %% [markdown]
# ## And all of them
#
# A fire drill does one harmless thing for each control. Some of its calls are refused, and light
# their alarm all the same: **an attempt is an event**.

# %%
estate.drill(lab)

# %%
lab.clock.advance(minutes=8)
lab.alarms("cis-")

# %% [markdown]
# Fifteen lights, and a mail for each. Some called for two at once: Anna's mistyped password is a failed
# sign-in (4.6), and one without a code (4.2).

# %%
lab.inbox_panel(to="security@example.com")

# %% [markdown]
# ## Which call was it?
#
# A light says *that* something happened. The mail says *when*. Who and what stand in the event, and
# the pattern that counted it is also the search that finds it:

# %%
from lablib import records_frame

found = logs.filter_log_events(logGroupName="sap-trail-events", filterPattern=patterns["4.13"])
records_frame(json.loads(event["message"]) for event in found["events"])

# %% [markdown]
# ## Your turn: which call lit 4.5?
#
# Half an hour later all is quiet again. Then, for ten minutes, you look away.

# %%
lab.clock.advance(minutes=30)
estate.meddling(lab)
lab.alarms("cis-4.5")

# %%
ex = lab.exercise("11.which")
ex

# %% tags=["exercise"] exercise="11.which"
answer = {"call": None, "who": None, "worked": None}

# %% exercise="11.which"
ex.check(**answer)

# %% [markdown]
# ## A trap in 4.1
#
# The pattern of 4.1 counts two error codes, and wants to leave out the service that delivers logs.
# Read it slowly: `&&` binds tighter than `||`, as it does in most languages.

# %%
print(patterns["4.1"])
refused = {
    "eventName": "DescribeInstances",
    "errorCode": "Client.UnauthorizedOperation",
    "sourceIPAddress": "delivery.logs.amazonaws.com",
}
tried = logs.test_metric_filter(filterPattern=patterns["4.1"], logEventMessages=[json.dumps(refused)])
len(tried["matches"])

# %% [markdown]
# One match, from the very address that should be left out: the exceptions belong to the second error
# code alone. Write the pattern as it was meant.

# %%
ex = lab.exercise("11.refused")
ex

# %% tags=["exercise"] exercise="11.refused"
# Your call goes here: logs.put_metric_filter, with filterName and metricName cis-4.1

# %% exercise="11.refused"
ex.check()

# %% [markdown]
# ## What no light shows
#
# Nobody has to stop a trail to work unseen. It is enough to tell it to look elsewhere: from now on
# this one records reads only. Then do three things that should light three alarms.

# %%
cloudtrail = lab.client("cloudtrail")
before = cloudtrail.get_event_selectors(TrailName="sap-trail")
lab.clock.advance(minutes=20)
cloudtrail.put_event_selectors(TrailName="sap-trail", EventSelectors=[{"ReadWriteType": "ReadOnly"}])
estate.drill(lab, "4.10", "4.12", "4.14")
lab.clock.advance(minutes=10)
lab.alarms("cis-")

# %% [markdown]
# Dark, all fifteen. The three calls never came to the log group, and `PutEventSelectors`, which did
# it, **isn't in the list of 4.5**. Give the trail its eyes back:

# %%
kind = "AdvancedEventSelectors" if before.get("AdvancedEventSelectors") else "EventSelectors"
cloudtrail.put_event_selectors(TrailName="sap-trail", **{kind: before[kind]})[kind]

# %% [markdown]
# Other things that no light shows:
#
# - **Reads.** Whoever may read everything sets off nothing: most patterns name changes.
# - **Data events.** A backup copied out of S3 is `GetObject`; no pattern names it, and most trails
#   don't record it.
# - **What is lost in noise.** In a big account 4.1 rings all day, until nobody looks. A threshold of one
#   suits root, not every refusal. And 4.4 names no service: a `DeletePolicy` of Organizations lights
#   it as well.
#
# ## Your turn: close the gap

# %%
ex = lab.exercise("11.selectors")
ex

# %% tags=["exercise"] exercise="11.selectors"
# Your call goes here: logs.put_metric_filter, with filterName and metricName cis-4.5

# %% exercise="11.selectors"
ex.check()

# %% [markdown]
# Does it ring now? Give the trail the very selectors that it has; that, too, is a `PutEventSelectors`.

# %%
cloudtrail.put_event_selectors(TrailName="sap-trail", **{kind: before[kind]})
lab.clock.advance(minutes=8)
lab.alarm("cis-4.5")

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What you saw
#
# - Fifteen patterns became fifteen alarms, by the same two calls each.
# - A light told that something happened; its pattern, asked as a search, told what and by whom.
# - Where `&&` and `||` meet, parentheses say what you mean.
# - An alarm sees what comes to the log group, and of that only what its pattern names.
#
# **Next:** an alarm says that something happened. What else did the same people do?
# [Lab 12: ask the logs](12-logs-insights.ipynb)
