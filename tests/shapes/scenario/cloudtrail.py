"""Trails."""

from __future__ import annotations

import json

from tests.shapes.scenario.people import TAGS, Person

BUCKET = "bucket-of-trail"
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:trail:*"
ROLE = "arn:aws:iam::123456789012:role/trail-to-logs"
CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}


def document(*statements: dict[str, object]) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]}
    )


def _surroundings(me: Person) -> str:
    """What a trail needs; the ARN of the key that encrypts it."""
    s3 = me("s3")
    s3.create_bucket(Bucket=BUCKET)
    arn = f"arn:aws:s3:::{BUCKET}"
    see = {"Principal": CLOUDTRAIL, "Action": "s3:GetBucketAcl", "Resource": arn}
    put = {"Principal": CLOUDTRAIL, "Action": "s3:PutObject", "Resource": f"{arn}/*"}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=document(see, put))
    me("logs").create_log_group(logGroupName="trail")
    trust = {"Principal": CLOUDTRAIL, "Action": "sts:AssumeRole"}
    me("iam").create_role(RoleName="trail-to-logs", AssumeRolePolicyDocument=document(trust))
    write = {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    me("iam").put_role_policy(
        RoleName="trail-to-logs", PolicyName="write", PolicyDocument=document(write)
    )
    root = {"Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    use = {"Principal": CLOUDTRAIL, "Action": "kms:*", "Resource": "*"}
    key = me("kms").create_key(Policy=document(root, use))
    return str(key["KeyMetadata"]["Arn"])


def work(me: Person) -> None:
    client = me("cloudtrail")
    key = _surroundings(me)
    client.create_trail(
        Name="trail",
        S3BucketName=BUCKET,
        KmsKeyId=key,
        IncludeGlobalServiceEvents=True,
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        TagsList=TAGS,
    )
    client.start_logging(Name="trail")
    client.describe_trails(includeShadowTrails=False)
    client.get_trail_status(Name="trail")
    client.get_event_selectors(TrailName="trail")
    selector = {"ReadWriteType": "All", "IncludeManagementEvents": True}
    client.put_event_selectors(TrailName="trail", EventSelectors=[selector])
    client.get_insight_selectors(TrailName="trail")
    client.put_insight_selectors(TrailName="trail", InsightSelectors=[])
    client.lookup_events(MaxResults=50)
    client.update_trail(Name="trail", CloudWatchLogsLogGroupArn=GROUP, CloudWatchLogsRoleArn=ROLE)
    client.stop_logging(Name="trail")
    client.stop_logging(Name="no-such-trail")
