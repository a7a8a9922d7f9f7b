# %% [markdown]
# # Lab 03 · Be told: SNS
#
# *25 minutes · before: [02 encrypt](02-encrypt.ipynb) · next:
# [04 CloudWatch Logs](04-cloudwatch-logs.ipynb)*
#
# What you will see:
#
# - a trail can send a **message for each log file** it delivers;
# - the topic's policy must let CloudTrail **publish**, and CloudTrail tries it at once;
# - a queue that listens gets messages, which a program can act on;
# - a person listens by **e-mail**, after saying yes, and soon has too much of it.
#
# First: has the trail announced anything so far?

# %%
from lablib import Lab
lab = Lab.open("03")

# %%
cloudtrail, sns, sqs = lab.client("cloudtrail"), lab.client("sns"), lab.client("sqs")
cloudtrail.get_trail_status(Name="sap-trail").get("LatestNotificationTime", "never")

# %% [markdown]
# ## A topic that lets CloudTrail in
#
# A topic is a name that messages are sent to. Its policy says who may publish. As with the bucket
# and the key, the resource itself must let `cloudtrail.amazonaws.com` in.

# %%
import json

topic = sns.create_topic(Name="sap-trail-files")["TopicArn"]
cloudtrail_may_publish = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudtrail.amazonaws.com"},
    "Action": "SNS:Publish",
    "Resource": topic,
}
policy = json.dumps({"Version": "2012-10-17", "Statement": [cloudtrail_may_publish]})
sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
topic

# %% [markdown]
# ## A queue that listens
#
# A topic keeps nothing: who isn't subscribed hears nothing. An SQS queue is a good listener, since it
# holds messages until somebody has time. It, too, has a policy: SNS may send here, from this topic.

# %%
queue = "arn:aws:sqs:us-east-1:123456789012:sap-trail-inbox"
sns_may_send = {
    "Effect": "Allow",
    "Principal": {"Service": "sns.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": queue,
    "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
}
policy = json.dumps({"Version": "2012-10-17", "Statement": [sns_may_send]})
url = sqs.create_queue(QueueName="sap-trail-inbox")["QueueUrl"]
sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)["SubscriptionArn"]

# %% [markdown]
# ## The trail and the topic
#
# | Route | What you do |
# |---|---|
# | Console | CloudTrail › **Trails** › sap-trail › General details › **Edit** › SNS notification delivery **Enabled** |
# | AWS CLI | `aws cloudtrail update-trail --name sap-trail --sns-topic-name sap-trail-files` |
# | boto3 | the next cell |
#
# CloudTrail doesn't take the policy's word for it: it sends a message at once. Fetch it.

# %%
def inbox():
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
    for message in found.get("Messages", []):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        yield json.loads(message["Body"])["Message"]

cloudtrail.update_trail(Name="sap-trail", SnsTopicName="sap-trail-files")
list(inbox())

# %% exercise="03.topic"
lab.exercise("03.topic").check()

# %% [markdown]
# ## A message for each file
#
# Make a call and wind the clock. The message doesn't hold the events; it says **where** the file is:
# the bucket, and a list of keys. It is sent right after the file has been written.

# %%
lab.client("ec2").describe_instances()
lab.clock.advance(minutes=15)
messages = [json.loads(text) for text in inbox()]
messages

# %% [markdown]
# That is all a program needs: take the message, get the object, read the records. Everything that
# reacts to log files, from a script to a large security product, begins like this.

# %%
for message in messages:
    for key in message["s3ObjectKey"]:
        print(key[-24:], list(lab.read(message["s3Bucket"], key)["Event name"]))

# %% [markdown]
# ## A person who listens
#
# An e-mail address may subscribe as well. SNS asks it first: until somebody follows the link in that
# mail, nothing else is sent. In this account all mail, to whomever, ends in one inbox.

# %%
asked = sns.subscribe(
    TopicArn=topic, Protocol="email", Endpoint="basis@example.com", ReturnSubscriptionArn=True
)
lab.inbox_panel()

# %% [markdown]
# Open the mail in the panel and read what it asks. Then say yes: press **Confirm**, or call it. Each
# file that comes from now on is announced by mail, too.

# %%
lab.inbox().confirm()
lab.client("ec2").describe_instances()
lab.clock.advance(minutes=15)
lab.inbox()

# %% [markdown]
# The newest one, whole. It's the queue's message with a line on how to get rid of it:

# %%
print(lab.inbox()[0].body)

# %% [markdown]
# > **The lecture says** you can get an e-mail for each file. That is true, as you see. But a busy
# > account delivers a file every few minutes in every Region: **programs want files, people want
# > alarms.** [Lab 04](04-cloudwatch-logs.ipynb) sends those, over a topic of their own.
#
# So the Basis team has had enough. The queue goes on listening.

# %%
sns.unsubscribe(SubscriptionArn=asked["SubscriptionArn"])
listening = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
[(one["Protocol"], one["Endpoint"]) for one in listening]

# %%
lab.timeline(minutes=30)

# %% [markdown]
# ## Your turn: a queue for security
#
# The security team runs a program of its own, and it mustn't take messages out of your queue. They
# want a queue of theirs.

# %%
ex = lab.exercise("03.security")
ex

# %% tags=["exercise"] exercise="03.security"
# Your calls go here: sqs.create_queue, sqs.set_queue_attributes, sns.subscribe

# %% exercise="03.security"
ex.check()

# %% [markdown]
# ## Your turn: a mail for the auditor
#
# Carla audits the account this week, and wants to see by mail that files keep coming.

# %%
ex = lab.exercise("03.mail")
ex

# %% tags=["exercise"] exercise="03.mail"
# Your calls go here: sns.subscribe, and somebody has to say yes

# %% exercise="03.mail"
ex.check()

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What you saw
#
# - The topic's policy had to let CloudTrail publish, and a validation message proved it.
# - Each delivered file was announced with its bucket and key.
# - A queue kept the message until a program had read it.
# - A person was asked first, and then got a mail for every file.
#
# **Next:** not files, but single events, sooner, and an alarm when one of them matters.
# [Lab 04: CloudWatch Logs](04-cloudwatch-logs.ipynb)
