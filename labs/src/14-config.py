# %% [markdown]
# # Lab 14 · AWS Config: is it still so?
#
# *15 minutes · before: [09 prove it](09-prove-it.ipynb)*
#
# What you will see:
#
# - AWS Config keeps asking what you asked once: **is it as it should be?**
# - a **rule** looks on a schedule, and says COMPLIANT or NON_COMPLIANT, with a reason;
# - Config says *that* something has changed; CloudTrail says *who* changed it.
#
# First, look yourself. Does our trail log, and are its files validated?

# %%
from lablib import Lab
lab = Lab.open("14")

# %%
cloudtrail = lab.client("cloudtrail")
trail = cloudtrail.get_trail(Name="sap-trail")["Trail"]
status = cloudtrail.get_trail_status(Name="sap-trail")
{"logs": status["IsLogging"], "validates": trail["LogFileValidationEnabled"]}

# %% [markdown]
# You looked, and it is so. Who looks tomorrow? Three services share the work of watching an SAP
# landscape, and each has a question of its own:
#
# | Service | asks | answers with |
# |---|---|---|
# | **CloudTrail** | who did what, when, from where? | an event for each call |
# | **CloudWatch** | how often, how much? tell me when it is too much | metrics and alarms |
# | **AWS Config** | is everything as it should be, and since when not? | a verdict for each resource |
#
# ## A recorder and its role
#
# Config works with a **configuration recorder**. It borrows a role to look at your account; AWS has
# one ready made, which only Config can put on: a *service-linked* role.

# %%
iam, s3, config = lab.client("iam"), lab.client("s3"), lab.client("config")
roles = [role["RoleName"] for role in iam.list_roles()["Roles"]]
if "AWSServiceRoleForConfig" not in roles:
    iam.create_service_linked_role(AWSServiceName="config.amazonaws.com")
role = iam.get_role(RoleName="AWSServiceRoleForConfig")["Role"]["Arn"]
role

# %% [markdown]
# What shall it record? You pay for each recorded change, so we name one type: trails.

# %%
recorder = {
    "name": "default",
    "roleARN": role,
    "recordingGroup": {"resourceTypes": ["AWS::CloudTrail::Trail"]},
}
config.put_configuration_recorder(ConfigurationRecorder=recorder)
config.describe_configuration_recorders()["ConfigurationRecorders"][0]["recordingGroup"]

# %% [markdown]
# ## A delivery channel
#
# Config needs a bucket for what it records. Like CloudTrail it tries to write before it agrees, so the
# bucket policy comes first. It is the pattern of lab 01 with another service's name in it. (AWS puts
# snapshots and histories there; the kit checks the channel and delivers nothing.)

# %%
import json

bucket = "sap-config-123456789012"
may_write = {
    "Effect": "Allow",
    "Principal": {"Service": "config.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/123456789012/Config/*",
    "Condition": {
        "StringEquals": {
            "s3:x-amz-acl": "bucket-owner-full-control",
            "aws:SourceAccount": "123456789012",
        }
    },
}
policy = json.dumps({"Version": "2012-10-17", "Statement": [may_write]})
s3.create_bucket(Bucket=bucket)
s3.put_bucket_policy(Bucket=bucket, Policy=policy)
print(f"config.amazonaws.com may write into {bucket}.")

# %%
config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket})
config.start_configuration_recorder(ConfigurationRecorderName="default")
config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]

# %% [markdown]
# ## Two rules
#
# AWS has hundreds of **managed rules**, each with an identifier in capitals. We take the two that look
# at CloudTrail itself: is there a trail that logs, and does each trail sign its files?
#
# | Route | What you do |
# |---|---|
# | Console | Config › **Rules** › Add rule › AWS managed rule |
# | AWS CLI | `aws configservice put-config-rule --config-rule …` |
# | boto3 | the next cell |

# %%
rules = {
    "cloudtrail-enabled": "CLOUD_TRAIL_ENABLED",
    "cloud-trail-log-file-validation-enabled": "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
}
for name, identifier in rules.items():
    source = {"Owner": "AWS", "SourceIdentifier": identifier}
    config.put_config_rule(ConfigRule={"ConfigRuleName": name, "Source": source})

# %% [markdown]
# A new rule is evaluated by itself: within some minutes in AWS, within one here. Let it pass, and ask:

# %%
lab.clock.advance(minutes=1)

def verdicts():
    for rule in config.describe_compliance_by_config_rule()["ComplianceByConfigRules"]:
        print(f"{rule['Compliance']['ComplianceType']:14} {rule['ConfigRuleName']}")

verdicts()

# %% exercise="14.rules"
lab.exercise("14.rules").check()

# %% [markdown]
# A verdict is about a resource. `cloudtrail-enabled` judges the account as a whole, the other rule each
# trail by itself. (AWS mostly leaves `Annotation` empty for its own rules; the kit fills it in.)

# %%
from datetime import UTC

def details():
    for rule in rules:
        answer = config.get_compliance_details_by_config_rule(ConfigRuleName=rule)
        for result in answer["EvaluationResults"]:
            looked = result["ConfigRuleInvokedTime"].astimezone(UTC)
            print(f"{looked:%a %H:%M} {result['ComplianceType']:13} {result['Annotation']}")

details()

# %% [markdown]
# ## Nobody's crime
#
# At 03:15 a pipeline rolls out the landscape's templates. The one for the trail is an old one. Nothing
# is broken, nobody is alarmed, and two settings are no longer what they were.

# %%
from lablib import estate

estate.drift(lab)
print(f"It is {lab.clock.now:%a %H:%M} UTC. AWS Config says:")
details()

# %% [markdown]
# Still COMPLIANT! These two rules are **periodic**: they look once in 24 hours unless you say more
# often. A verdict is as old as the last look, so mind its time. Let a day pass.

# %%
lab.clock.advance(hours=24)
details()

# %% [markdown]
# Config knows *what* and *since when*. Not *who*: that is CloudTrail's question. Event history needs no
# trail, so it has the very call that stopped the trail.

# %%
lab.history(name="StopLogging", limit=3)

# %% [markdown]
# Both in one picture: calls that changed a trail above, Config's verdicts below. Between the call and
# the red bar lie the hours in which nobody had looked.

# %%
lab.compliance()

# %% [markdown]
# > **The lecture says** CloudWatch, CloudTrail and Config together manage and monitor SAP infrastructure.
# > Here is how: an alarm on `StopLogging` rings in minutes, Event history names who did it, and Config
# > keeps asking until it is right again.
#
# ## Your turn: put it right
#
# Mend the trail. Then let Config see it, without waiting a day.

# %%
ex = lab.exercise("14.right")
ex

# %% tags=["exercise"] exercise="14.right"
# Your calls go here. cloudtrail mends the trail, config can be asked to look again.

# %% exercise="14.right"
ex.check()

# %% [markdown]
# ## Your turn: not just any trail
#
# Somebody could start a trail of their own, into a bucket of their own, and `cloudtrail-enabled` would
# be content. A managed rule has **parameters**. Ask for *our* bucket, every hour.

# %%
ex = lab.exercise("14.bucket")
ex

# %% tags=["exercise"] exercise="14.bucket"
# Your call goes here. put_config_rule changes a rule that has the same name.

# %% exercise="14.bucket"
ex.check()

# %%
lab.compliance()

# %% [markdown]
# Stuck? `ex.hint()`, then `ex.solution()`.
#
# ## What you saw
#
# - Config asked again and again what you had asked once.
# - A periodic rule looked on its schedule: its verdict is as old as its last look.
# - Config said that the trail had changed, and CloudTrail said who had changed it.
#
# **Next:** the account is yours. What else should be as it should be? Put a rule on it, and look again
# tomorrow: `lab.clock.advance(hours=24)`.
