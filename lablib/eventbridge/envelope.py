"""A CloudTrail event as EventBridge gets it.

Source: EventBridge User Guide, "AWS service events delivered via AWS CloudTrail": the detail types;
"AWS service event metadata": the members of an event.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# CloudTrail's eventType → EventBridge's detail-type.
DETAIL_TYPES: Mapping[str, str] = {
    "AwsApiCall": "AWS API Call via CloudTrail",
    "AwsConsoleSignIn": "AWS Console Sign In via CloudTrail",
    "AwsConsoleAction": "AWS Console Action via CloudTrail",
    "AwsServiceEvent": "AWS Service Event via CloudTrail",
    "AwsCloudTrailInsight": "AWS Insight via CloudTrail",
}
LARGEST = 256 * 1024  # CloudTrail User Guide, "Quotas": larger events do not go to EventBridge


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event on a bus. `read_only_management`: only rules that ask for all management events of
    CloudTrail take it. `handed_on`: it came from another bus."""

    event: Mapping[str, Any]
    read_only_management: bool = False
    handed_on: bool = False

    @property
    def name(self) -> str:
        """What it is about, in a word or three."""
        return str(self.event["detail"].get("eventName") or self.event["detail-type"])


def of_record(record: Mapping[str, Any], id: str) -> Envelope | None:
    """None for what CloudTrail does not send to EventBridge."""
    kind = DETAIL_TYPES.get(str(record.get("eventType")))
    if kind is None or len(json.dumps(record, separators=(",", ":"))) > LARGEST:
        return None
    source = "cloudtrail" if "Insight" in kind else str(record["eventSource"]).partition(".")[0]
    event = {
        "version": "0",
        "id": id,
        "detail-type": kind,
        "source": f"aws.{source}",
        "account": record.get("recipientAccountId"),
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    }
    return Envelope(event, _reads_only(record))


def _reads_only(record: Mapping[str, Any]) -> bool:
    """ "Receiving read-only management events from AWS services": CloudTrail's own readOnly tells;
    GetSessionToken and GetFederationToken, which it calls writes, are sent to every rule."""
    return record.get("readOnly") is True and record.get("eventCategory") == "Management"
