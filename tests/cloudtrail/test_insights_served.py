"""Insights events on their way: look-up, folder, trace, over HTTP."""

from __future__ import annotations

import gzip
import json
from typing import Any

from tests.conftest import Served

BUCKET = "insights-bucket"


def a_trail(account: Served) -> Any:
    s3, trails = account.client("s3"), account.client("cloudtrail")
    s3.create_bucket(Bucket=BUCKET)
    service = {"Service": "cloudtrail.amazonaws.com"}
    bucket = f"arn:aws:s3:::{BUCKET}"
    allow = {"Effect": "Allow", "Principal": service}
    owner = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    statements = [
        {**allow, "Action": "s3:GetBucketAcl", "Resource": bucket},
        {**allow, "Action": "s3:PutObject", "Resource": f"{bucket}/*", "Condition": owner},
    ]
    s3.put_bucket_policy(
        Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements})
    )
    trails.create_trail(Name="watch", S3BucketName=BUCKET)
    trails.start_logging(Name="watch")
    kinds = [{"InsightType": one} for one in ("ApiCallRateInsight", "ApiErrorRateInsight")]
    trails.put_insight_selectors(TrailName="watch", InsightSelectors=kinds)
    return trails


def test_insights_are_looked_up_and_have_a_folder_of_their_own(account: Served) -> None:
    trails, sqs = a_trail(account), account.client("sqs")
    for number in range(12):
        sqs.create_queue(QueueName=f"queue-{number}")
    account.advance(minutes=15)
    found = trails.lookup_events(EventCategory="insight")["Events"]
    assert [one["EventName"] for one in found] == ["CreateQueue", "CreateQueue"]
    end, start = (json.loads(one["CloudTrailEvent"]) for one in found)
    assert (start["insightDetails"]["state"], end["insightDetails"]["state"]) == ("Start", "End")
    assert start["sharedEventID"] == end["sharedEventID"]
    usual = trails.lookup_events()["Events"]
    assert not {one["EventId"] for one in usual} & {one["EventId"] for one in found}

    account.advance(minutes=10)
    s3 = account.client("s3")
    folder = "AWSLogs/123456789012/CloudTrail-Insight/us-east-1/"
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET, Prefix=folder)["Contents"]]
    records = [
        record
        for key in keys
        for record in json.loads(
            gzip.decompress(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
        )["Records"]
    ]
    assert sorted(one["eventID"] for one in records) == sorted(one["EventId"] for one in found)
    assert all("CloudTrail-Insight_us-east-1" in key for key in keys)

    told = account.control("trace", event=start["eventID"])
    assert told["matches"][0]["taken"]
    assert all("eventName" in one for one in account.control("events", limit=500)["events"])
