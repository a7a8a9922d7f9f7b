# %% [markdown]
# # Lab 13 · EventBridge
#
# *25 minutes · before: [04 CloudWatch Logs](04-cloudwatch-logs.ipynb) · next:
# [14 AWS Config](14-config.ipynb)*
#
# The log file says who stopped the database, five minutes later. What if somebody has to be woken
# **now**? What you will see:
#
# - an event that a trail logs comes to **EventBridge** within seconds;
# - a **rule** takes the events that look like its **pattern**, and sends them on;
# - who is *not* told, and why.
#
# First: how long does each path take? EventBridge is the short one.

# %%
from lablib import Lab
lab = Lab.open("13")

# %%
lab.delays()

# %% [markdown]
# ## Somebody to tell
#
# You need a topic with a person behind it. The topic's policy lets `events.amazonaws.com` publish, as
# it let CloudTrail in lab 03. Nobody is asked before they've said yes, so confirm the mail.

# %%
import json

sns, events = lab.client("sns"), lab.client("events")
topic = sns.create_topic(Name="on-call")["TopicArn"]
rules_may_publish = {
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": "sns:Publish",
    "Resource": topic,
}
policy = json.dumps({"Version": "2012-10-17", "Statement": [rules_may_publish]})
sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="on-call@example.com")
lab.inbox(to="on-call@example.com").confirm()

# %% exercise="13.topic"
lab.exercise("13.topic").check()

# %% [markdown]
# ## A pattern looks like the event
#
# EventBridge wraps each record: `source` and `detail-type` say what it is, `detail` is the record
# itself. A pattern has the same shape. Each list means *one of these*; what isn't named doesn't
# matter.

# %%
pattern = {
    "source": ["aws.ec2"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventName": ["StopInstances", "TerminateInstances"]},
}

# %% [markdown]
# | Route | What you do |
# |---|---|
# | Console | EventBridge › **Rules** › Create rule › Event pattern › AWS services › EC2 › *AWS API Call via CloudTrail* |
# | AWS CLI | `aws events put-rule --name system-stopped --event-pattern '…'`, then `aws events put-targets …` |
# | boto3 | the next cell |
#
# A rule without a target tells nobody. So there are always two calls.

# %%
events.put_rule(Name="system-stopped", EventPattern=json.dumps(pattern))
told = events.put_targets(Rule="system-stopped", Targets=[{"Id": "on-call", "Arn": topic}])
told["FailedEntryCount"]

# %% [markdown]
# ## Seconds
#
# Stop the development system, and wind the clock by ten seconds. No log file is there yet, and yet
# there is mail.

# %%
from lablib import estate

ec2, systems = lab.client("ec2"), estate.build(lab)
ec2.stop_instances(InstanceIds=[systems.instances["hana-dev"]])
lab.clock.advance(seconds=10)
lab.inbox(to="on-call@example.com")

# %% [markdown]
# The body is the event. Everything you know from log files stands under `detail`: who, from where,
# which instance.

# %%
event = json.loads(lab.inbox(to="on-call@example.com")[0].message)
{name: event[name] for name in event if name != "detail"} | {"detail": " ".join(event["detail"])}

# %% [markdown]
# Now let the slow paths finish, and see the same event arrive everywhere. A program that has to act
# (start the database again, lock a key) listens at the top of this picture. An auditor reads at the
# bottom.

# %%
lab.clock.advance(minutes=12)
stop = lab.events(name="StopInstances", limit=1).iloc[0]
lab.arrivals(stop)

# %% [markdown]
# ## In words
#
# Nobody likes JSON at three in the morning. An **input transformer** picks parts of the event and puts
# them into a sentence.

# %%
words = {
    "InputPathsMap": {
        "who": "$.detail.userIdentity.arn",
        "what": "$.detail.requestParameters.instancesSet.items[0].instanceId",
        "where": "$.detail.sourceIPAddress",
    },
    "InputTemplate": '"<what> was stopped by <who> from <where>."',
}
target = {"Id": "on-call", "Arn": topic, "InputTransformer": words}
events.put_targets(Rule="system-stopped", Targets=[target])
ec2.start_instances(InstanceIds=[systems.instances["hana-dev"]])
ec2.stop_instances(InstanceIds=[systems.instances["hana-dev"]])
lab.clock.advance(seconds=10)
lab.inbox(to="on-call@example.com")[0].message

# %% [markdown]
# ## Who isn't told, and why
#
# `StartInstances` came by, too, and nobody was told. The trace says why in a sentence. It's the first
# thing to look at when a rule stays silent.

# %%
lab.trace(lab.events(name="StartInstances", limit=1).iloc[0])

# %% [markdown]
# Three more reasons for silence:
#
# - **No trail logs the event.** Event history alone isn't enough: EventBridge hears what trails take.
# - **It only reads.** `DescribeInstances` and its kind come only to rules in the state
#   `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`.
# - **The target refuses.** Then the metric `FailedInvocations` counts it, and a dead-letter queue
#   keeps it, if the target has one.
#
# > **The lecture** knows two ways to be told: a message for each log file, and alarms. **AWS today**
# > has EventBridge as the third, and the quickest.

# %%
events.put_rule(Name="looking-around", State="ENABLED", EventPattern='{"source": ["aws.ec2"]}')
ec2.describe_instances()
lab.clock.advance(seconds=10)
quiet = lab.trace(lab.events(name="DescribeInstances", limit=1).iloc[0])
events.delete_rule(Name="looking-around")
quiet.to_frame()

# %% [markdown]
# ## Your turn: the trail is stopped
#
# Whoever wants to work unseen stops the trail first. In the night of lab 08 somebody tried.

# %%
ex = lab.exercise("13.stopped")
ex

# %% tags=["exercise"] exercise="13.stopped"
# Your calls go here: events.put_rule, events.put_targets

# %% exercise="13.stopped"
ex.check()

# %% [markdown]
# Try it, if you like: `stop_logging` and, ten seconds later, `lab.inbox()`. Then start logging again.
#
# ## Your turn: root signs in
#
# Nobody should use root on a working day. A sign-in is an event, but **not an API call**.

# %%
ex = lab.exercise("13.root")
ex

# %% tags=["exercise"] exercise="13.root"
# Your calls go here. Which detail-type do sign-ins have?

# %% exercise="13.root"
ex.check()

# %% [markdown]
# Let root sign in, from somewhere, and read what the people on call would read.

# %%
lab.sign_in("root", source_ip="192.0.2.146")
lab.clock.advance(seconds=10)
lab.inbox(to="on-call@example.com")[0].message

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What you saw
#
# - What a trail logs came to EventBridge in seconds; the log file took minutes.
# - A rule took what looked like its pattern, and a target got it: whole, or as a sentence.
# - Silence had a reason each time: no trail, only a read, another pattern, a target that refused.
#
# **Next:** not what happened, but whether all is still as it should be.
# [Lab 14: AWS Config](14-config.ipynb)
