"""What undoing an exercise needs, and what has to hold before a lab does damage."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from lablib.errors import LabError
from lablib.exercises import looks


def empty(lab: Any, bucket: str) -> None:
    """Deletes a bucket and all that is in it, older versions too."""
    if bucket not in looks.buckets(lab):
        return
    s3 = lab.client("s3")
    for layers in _layers(lab, bucket, ""):
        for key, known in layers.items():
            for layer in known:
                s3.delete_object(Bucket=bucket, Key=key, VersionId=layer["VersionId"])
    s3.delete_bucket(Bucket=bucket)


def must_keep_versions(lab: Any, bucket: str) -> None:
    """Raises LabError unless the bucket keeps versions: damage could not be taken back."""
    if looks.versioning(lab, bucket) == "Enabled":
        return
    raise LabError(
        f"Nothing was changed: {bucket} does not keep versions, so this damage could not be "
        "taken back.",
        next='the cell under "Keep versions", then this one again.',
    )


def as_delivered(lab: Any, bucket: str, prefix: str = "AWSLogs/") -> None:
    """Each object becomes its oldest version again: newer ones and delete markers go."""
    if bucket not in looks.buckets(lab):
        return
    versions, markers = _layers(lab, bucket, prefix)
    s3 = lab.client("s3")
    for key, known in versions.items():
        oldest = min(reversed(known), key=lambda version: version["LastModified"])
        for layer in (*known, *markers[key]):
            if layer is not oldest:
                s3.delete_object(Bucket=bucket, Key=key, VersionId=layer["VersionId"])


Layers = dict[str, list[dict[str, Any]]]


def _layers(lab: Any, bucket: str, prefix: str) -> tuple[Layers, Layers]:
    """The versions and the delete markers of each key, newest first as S3 lists them."""
    versions: Layers = defaultdict(list)
    markers: Layers = defaultdict(list)
    pages = lab.observer("s3").get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=bucket, Prefix=prefix):
        for version in page.get("Versions", []):
            versions[version["Key"]].append(version)
        for marker in page.get("DeleteMarkers", []):
            markers[marker["Key"]].append(marker)
    return versions, markers
