"""What undoing an exercise needs."""

from __future__ import annotations

from typing import Any

from lablib.exercises import looks


def empty(lab: Any, bucket: str) -> None:
    """Deletes a bucket and all that is in it."""
    if bucket not in looks.buckets(lab):
        return
    s3 = lab.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=found["Key"])
    s3.delete_bucket(Bucket=bucket)
