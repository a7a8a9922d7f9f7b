# %% [markdown]
# # Lab 04 · CloudWatch Logs
#
# *35 minutes · before: [03 SNS](03-sns.ipynb) · next:
# [05 event selectors](05-event-selectors.ipynb)*
#
# **How soon does somebody hear that the production database was stopped?** What you will see:
#
# - a trail can send each **event**, not just each file, to a log group, as an IAM role of yours;
# - a **metric filter** counts the events that match a pattern;
# - an **alarm** rings when the number is too high, and a mail says so, minutes after the call.
#
# How much sooner than the file? Here are the kit's delays, drawn from the very table that drives them:

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
# Was that sooner than the file in S3? Wind on until the file is there too, and trace the call. Each
# stage carries its own time.

# %%
lab.clock.advance(minutes=12)
lab.trace(lab.events(name="DescribeInstances", limit=1).iloc[0])

# %% [markdown]
# ## A pattern that finds the stop
#
# The SAP systems run on EC2. `hana-prd` is the production database, and whoever stops it should be
# heard of. Set the landscape up, and look for the name that records know the database by.

# %%
from lablib import estate

database = estate.build(lab).instances["hana-prd"]
database

# %% [markdown]
# A **metric filter** reads each event that comes into the group. `$` is the record, dots lead into
# it, `[*]` means any item of a list. For each event that matches, it adds 1 to a metric.

# %%
pattern = (
    "{ ($.eventName = StopInstances) && "
    f'($.requestParameters.instancesSet.items[*].instanceId = "{database}") }}'
)
counted = {"metricNamespace": "SAP", "metricName": "HanaPrdStopped", "metricValue": "1"}
logs.put_metric_filter(
    logGroupName="sap-trail-events",
    filterName="hana-prd-stopped",
    filterPattern=pattern,
    metricTransformations=[counted],
)
print(pattern)

# %% [markdown]
# Two traps. Only events that come in **from now on** count, not those that are there. And a pattern
# that matches nothing is no error: a typo stays silent for ever. So there'll be a fire drill.
#
# ## Somebody to tell
#
# Alarms have a topic of their own: nobody should have to look for them between a hundred notices of
# files. The Basis team subscribes, and agrees.

# %%
sns = lab.client("sns")
topic = sns.create_topic(Name="sap-alarms")["TopicArn"]
sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="basis@example.com")
lab.inbox(to="basis@example.com").confirm()

# %% [markdown]
# ## A number, a threshold, a state
#
# | Route | What you do |
# |---|---|
# | Console | CloudWatch › **Log groups** › sap-trail-events › Metric filters › hana-prd-stopped › **Create alarm** |
# | AWS CLI | `aws cloudwatch put-metric-alarm --alarm-name hana-prd-stopped …` |
# | boto3 | the next cell |
#
# In words: add the numbers up over five minutes; one stop is too many; no number at all is good news
# (`notBreaching`); tell the topic.

# %%
cloudwatch = lab.client("cloudwatch")
once = {
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
    "AlarmActions": [topic],
}
cloudwatch.put_metric_alarm(
    AlarmName="hana-prd-stopped", Namespace="SAP", MetricName="HanaPrdStopped", **once
)
lab.clock.advance(minutes=6)
lab.alarm("hana-prd-stopped")

# %% [markdown]
# Every alarm is born with `INSUFFICIENT_DATA`. After a look at the metric this one is `OK`. The third
# state is the one we wait for.
#
# ## The fire drill
#
# Nobody stops a production database to try an alarm. `DryRun` asks EC2 whether it *would* do it. The
# call is refused, yet it **is** a call, so it's recorded like any other.

# %%
from IPython.display import display

ec2 = lab.client("ec2")
with suppress(ec2.exceptions.ClientError):
    ec2.stop_instances(InstanceIds=[database], DryRun=True)
lab.clock.advance(minutes=10)
display(lab.alarm("hana-prd-stopped"), lab.inbox_panel(to="basis@example.com"))

# %% [markdown]
# Read the picture from the top: a data point reaches the threshold, the state changes at the next
# whole minute, the topic is told. In the inbox, open the mail: it gives the same time, the reason, and
# what was counted, but **not who did it**. That is still the trail's business. How long did it take?

# %%
stop = lab.events(name="StopInstances", limit=1).iloc[0]
states = lab.alarm("hana-prd-stopped").table
rang = states[states["State"] == "ALARM"]["Time"].iloc[-1]
print(f"{stop['User name']} called at {stop['Event time']:%H:%M:%S}, the alarm rang at {rang:%H:%M:%S}")

# %% [markdown]
# > **The lecture says** CloudWatch watches metrics against specific API calls and sends a message
# > when a threshold is reached. This is all of it. The way is: call → event → log group → filter →
# > metric → alarm → topic → mail.
#
# ## Three more questions
#
# The same recipe answers others. Who works as root? Who guesses passwords? (Once is a typo, three
# times in five minutes isn't.) Who changes the firewall? `*` stands for any letters.

# %%
questions = {
    "root-at-work": (1, '{ $.userIdentity.type = Root && $.eventType != "AwsServiceEvent" }'),
    "sign-in-failed": (3, '{ $.eventName = ConsoleLogin && $.errorMessage = "Failed *" }'),
    "security-group-changed": (1, "{ $.eventName = *SecurityGroup* && $.readOnly IS FALSE }"),
}
for name, (threshold, pattern) in questions.items():
    logs.put_metric_filter(
        logGroupName="sap-trail-events",
        filterName=name,
        filterPattern=pattern,
        metricTransformations=[{**counted, "metricName": name}],
    )
    cloudwatch.put_metric_alarm(
        AlarmName=name, Namespace="SAP", MetricName=name, **{**once, "Threshold": threshold}
    )

# %% [markdown]
# Now do all three: root signs in, somebody far away guesses at your password, a security group is
# tried. Then look at the board. A filled light with **!** rings; the database is quiet again.

# %%
lab.sign_in("root")
for _ in range(3):
    lab.sign_in("learner", ok=False, source_ip="192.0.2.146")
with suppress(ec2.exceptions.ClientError):
    ec2.create_security_group(GroupName="open-door", Description="drill", DryRun=True)
lab.clock.advance(minutes=10)
lab.alarms()

# %%
lab.alarm("sign-in-failed")

# %% [markdown]
# ## Your turn: somebody stopped the trail
#
# Whoever wants to work unseen turns the camera off first. `StopLogging` does that, and is the last thing
# that the trail sees. `DeleteTrail` does it for good; that takes another trail to see.

# %%
ex = lab.exercise("04.trail")
ex

# %% tags=["exercise"] exercise="04.trail"
# Your calls go here: logs.put_metric_filter, cloudwatch.put_metric_alarm

# %% exercise="04.trail"
ex.check()

# %% [markdown]
# A drill for this one, too. The trail stays on: the one that is asked for doesn't exist, and to ask is
# enough.

# %%
with suppress(cloudtrail.exceptions.TrailNotFoundException):
    cloudtrail.stop_logging(Name="fire-drill")
lab.clock.advance(minutes=8)
lab.alarms()

# %% [markdown]
# ## Your turn: ninety days
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
# - CloudTrail wrote to a log group as a role of yours: one record, one log event, before the file.
# - A filter counted what matched, and an alarm rang at the next whole minute.
# - A mail told it minutes after the call, with the time, the reason and no name.
#
# **Next:** which calls does a trail take at all?
# [Lab 05: event selectors](05-event-selectors.ipynb). More alarms are in
# [lab 11](11-fifteen-alarms.ipynb).
