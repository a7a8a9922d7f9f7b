# %% [markdown]
# # Lab 04 · CloudWatch Logs
#
# *15 minutes · before: [03 SNS](03-sns.ipynb) · next:
# [05 event selectors](05-event-selectors.ipynb)*
#
# What you will see:
#
# - a trail can send each **event**, not just each file, to a log group;
# - CloudTrail writes there as an **IAM role** of yours;
# - one record is one log event, and it comes sooner than the file.
#
# How much sooner? Here are the kit's delays, drawn from the very table that drives them:

# %%
from lablib import Lab
lab = Lab.open("04")

# %%
lab.delays()

# %% [markdown]
# ## A group to write to
#
# A **log group** holds streams of log events, and lets you search them, count them and raise alarms.
# Files in S3 are for keeping; a log group is for watching.

# %%
from contextlib import suppress

logs, iam, cloudtrail = lab.client("logs"), lab.client("iam"), lab.client("cloudtrail")
with suppress(logs.exceptions.ResourceAlreadyExistsException):
    logs.create_log_group(logGroupName="sap-trail-events")

# %% [markdown]
# ## A role to write as
#
# A log group has no policy that CloudTrail could be named in. So CloudTrail borrows an identity: a
# role. Its **trust policy** says who may put it on, its **permissions** say what the wearer may do.

# %%
import json

group = "arn:aws:logs:us-east-1:123456789012:log-group:sap-trail-events"
role = "CloudTrail_CloudWatchLogs_Role"
trust = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudtrail.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
write = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": f"{group}:log-stream:123456789012_CloudTrail_us-east-1*",
}

def document(statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

with suppress(iam.exceptions.EntityAlreadyExistsException):
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=document(trust))
iam.put_role_policy(RoleName=role, PolicyName="write-log-events", PolicyDocument=document(write))
iam.get_role(RoleName=role)["Role"]["Arn"]

# %% [markdown]
# ## The trail and the group
#
# | Route | What you do |
# |---|---|
# | Console | CloudTrail › **Trails** › sap-trail › CloudWatch Logs › **Edit** › Enabled |
# | AWS CLI | `aws cloudtrail update-trail --name sap-trail --cloud-watch-logs-log-group-arn … --cloud-watch-logs-role-arn …` |
# | boto3 | the next cell |
#
# Mind the group's ARN: it ends in `:*`. Without it CloudTrail says that it cannot validate the ARN.
#
# > **The lecture says** CloudWatch Logs is added after the trail has been created.
# > **AWS today** has it as an optional step of the create wizard. The API takes it either way.

# %%
cloudtrail.update_trail(
    Name="sap-trail",
    CloudWatchLogsLogGroupArn=f"{group}:*",
    CloudWatchLogsRoleArn=f"arn:aws:iam::123456789012:role/{role}",
)["CloudWatchLogsLogGroupArn"]

# %% exercise="04.logs"
lab.exercise("04.logs").check()

# %% [markdown]
# ## One record, one log event
#
# Make a call, wind four minutes, and read the stream. Its name is the account, CloudTrail and the
# Region. Each message is one record, the same JSON as in the file, without `Records` around it.

# %%
lab.client("ec2").describe_instances()
lab.clock.advance(minutes=4)
stream = "123456789012_CloudTrail_us-east-1"
found = logs.get_log_events(logGroupName="sap-trail-events", logStreamName=stream)["events"]
for event in found[-5:]:
    record = json.loads(event["message"])
    print(record["eventTime"], record["eventName"], record["userIdentity"].get("userName"))

# %% [markdown]
# Compare the paths of one event: when did the log group have it, when S3? Wind on until the file is
# there too, and trace the call. Each stage carries its own time.

# %%
lab.clock.advance(minutes=12)
lab.trace(lab.events(name="DescribeInstances", limit=1).iloc[0])

# %% [markdown]
# > **The lecture goes on**: a *metric filter* counts the events that match a pattern, and an *alarm*
# > rings when there are too many. Both live in CloudWatch and read this log group. They have labs of
# > their own, further on.

# %%
lab.timeline(minutes=30)

# %% [markdown]
# ## Your turn
#
# A new log group keeps everything for ever, and you pay for every gigabyte of it. The files in S3
# are your archive. Ninety days are enough here.

# %%
ex = lab.exercise("04.retention")
ex

# %% tags=["exercise"] exercise="04.retention"
# Your call goes here. Which client has it: cloudtrail or logs?

# %% exercise="04.retention"
ex.check()

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What you saw
#
# - CloudTrail wrote to a log group as a role of yours.
# - One record was one log event, and it came before the file did.
# - A log group keeps for ever what you don't tell it to forget.
#
# **Next:** which calls does a trail take at all?
# [Lab 05: event selectors](05-event-selectors.ipynb)
