# %% [markdown]
# # Lab 03 · Be told: SNS
#
# *15 minutes · before: [02 encrypt](02-encrypt.ipynb) · next:
# [04 CloudWatch Logs](04-cloudwatch-logs.ipynb)*
#
# What you will see:
#
# - a trail can send a **message for each log file** it delivers;
# - the topic's policy must let CloudTrail **publish**, and CloudTrail tries it at once;
# - a queue that listens gets messages, which a program can act on.
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
# > **The lecture says** you can get an e-mail for each file. That is true, and a topic takes
# > `Protocol="email"` as well as a queue. But a busy account delivers a file every few minutes in
# > every Region: **people want alarms, programs want files.** Alarms come in a later lab, over the
# > same topics.

# %%
lab.timeline(minutes=30)

# %% [markdown]
# ## Your turn
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
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What you saw
#
# - The topic's policy had to let CloudTrail publish, and a validation message proved it.
# - Each delivered file was announced with its bucket and key.
# - A queue kept the message until a program had read it.
#
# **Next:** not files, but single events, and sooner.
# [Lab 04: CloudWatch Logs](04-cloudwatch-logs.ipynb)
