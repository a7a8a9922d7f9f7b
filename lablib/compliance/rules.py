"""The managed rules that are evaluated: identifier → what it looks at → verdict, with a sentence.

Source: AWS Config Developer Guide, "List of AWS Config Managed Rules", each rule's own page. All of
these are periodic. AWS leaves the annotation of most results empty; the sentences are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ACCOUNT, TRAIL = "AWS::::Account", "AWS::CloudTrail::Trail"
LONGEST_ANNOTATION = 256  # API Reference, EvaluationResult


@dataclass(frozen=True, slots=True)
class Trail:
    """What a rule sees of a trail. `here`: this is its home Region."""

    name: str
    arn: str
    here: bool = True
    logging: bool = True
    multi_region: bool = False
    validates: bool = False
    bucket: str = ""
    topic: str | None = None  # ARN
    group: str | None = None  # ARN
    key: str | None = None  # ARN
    management: str | None = "All"  # "ReadOnly", "WriteOnly"; None: takes no management events
    excludes: tuple[str, ...] = ()  # sources whose management events it leaves out
    delivered_to_logs: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """The account in one Region at a moment: what rules look at."""

    account: str
    region: str
    trails: tuple[Trail, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one resource: is it as the rule wants it? `why` is one sentence."""

    resource_type: str
    resource_id: str
    compliant: bool
    why: str


Parameters = Mapping[str, str]
Judge = Callable[[Seen, Parameters], list[Verdict]]
Objections = Sequence[tuple[str, str]]  # a trail's name, and what a rule has against it, or ""


# -- rules on the account as a whole ------------------------------------------------------


def trail_enabled(seen: Seen, parameters: Parameters) -> list[Verdict]:
    """cloudtrail-enabled: "NON_COMPLIANT if a trail is not enabled. Optionally, the rule checks a
    specific S3 bucket, … topic, and CloudWatch log group"."""
    why_not = [(t.name, _not_enabled(t) or _differs(t, parameters)) for t in seen.trails]
    return [_of_account(seen, why_not, "logs this account", "No trail logs this account here")]


def multi_region_enabled(seen: Seen, parameters: Parameters) -> list[Verdict]:
    """multi-region-cloudtrail-enabled: at least one multi-Region trail that matches the parameters
    and leaves out no management events."""
    why_not = [
        (t.name, _not_multi(t) or _differs(t, parameters) or _leaves_out(t, parameters))
        for t in seen.trails
    ]
    return [_of_account(seen, why_not, "logs all Regions", "No trail logs all Regions")]


def _of_account(seen: Seen, why_not: Objections, is_good: str, none: str) -> Verdict:
    """One trail without an objection is enough."""
    good = next((name for name, objection in why_not if not objection), None)
    if good is not None:
        return Verdict(ACCOUNT, seen.account, True, f"{good} {is_good}.")
    told = "; ".join(f"{name} {objection}" for name, objection in why_not)
    return Verdict(ACCOUNT, seen.account, False, _short(f"{none}: {told or 'there is no trail'}."))


def _not_enabled(trail: Trail) -> str:
    return "" if trail.logging else "is stopped"


def _not_multi(trail: Trail) -> str:
    return _not_enabled(trail) if trail.multi_region else "is of one Region"


def _differs(trail: Trail, parameters: Parameters) -> str:
    wanted = {
        "s3BucketName": ("another bucket", trail.bucket),
        "snsTopicArn": ("another topic", trail.topic),
        "cloudWatchLogsLogGroupArn": ("another log group", trail.group),
    }
    for name, (word, found) in wanted.items():
        if parameters.get(name) not in (None, found):
            return f"has {word if found else word.replace('another', 'no')}"
    return ""


def _leaves_out(trail: Trail, parameters: Parameters) -> str:
    if trail.management is None and parameters.get("includeManagementEvents", "true") == "true":
        return "takes no management events"
    if trail.excludes:
        return f"leaves out {', '.join(trail.excludes)}"
    wanted = parameters.get("readWriteType", "ALL").upper()
    found = {"All": "ALL", "ReadOnly": "READ_ONLY", "WriteOnly": "WRITE_ONLY"}
    if wanted == "ALL" and trail.management not in ("All", None):
        return f"takes {trail.management} events alone"
    if wanted != "ALL" and found.get(trail.management or "") not in (wanted, "ALL"):
        return f"takes no {wanted} events"
    return ""


# -- rules on each trail ------------------------------------------------------------------


def each_trail(objection: Callable[[Trail, Seen, Parameters], str], good: str) -> Judge:
    """A rule on every trail of this Region; a shadow trail is judged where its home is."""

    def judge(seen: Seen, parameters: Parameters) -> list[Verdict]:
        return [
            Verdict(TRAIL, t.arn, not said, _short(f"{t.name} {said or good}."))
            for t in seen.trails
            if t.here
            for said in [objection(t, seen, parameters)]
        ]

    return judge


def _without_validation(trail: Trail, seen: Seen, parameters: Parameters) -> str:
    return "" if trail.validates else "has log file validation turned off"


def _unencrypted(trail: Trail, seen: Seen, parameters: Parameters) -> str:
    return "" if trail.key else "has no KMS key (SSE-KMS)"


def _without_logs(trail: Trail, seen: Seen, parameters: Parameters) -> str:
    """expectedDeliveryWindowAge: "Maximum age in hours of the most recent delivery"."""
    if not trail.group:
        return "sends nothing to CloudWatch Logs"
    hours = parameters.get("expectedDeliveryWindowAge")
    if hours is None:
        return ""
    oldest = seen.now - timedelta(hours=int(hours))
    late = trail.delivered_to_logs is None or trail.delivered_to_logs < oldest
    return f"has delivered nothing to CloudWatch Logs for {hours} hours" if late else ""


MANAGED: Mapping[str, Judge] = {
    "CLOUD_TRAIL_ENABLED": trail_enabled,
    "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED": each_trail(
        _without_validation, "has log file validation turned on"
    ),
    "CLOUD_TRAIL_ENCRYPTION_ENABLED": each_trail(_unencrypted, "encrypts with a KMS key"),
    "CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED": each_trail(
        _without_logs, "sends its events to CloudWatch Logs"
    ),
    "MULTI_REGION_CLOUD_TRAIL_ENABLED": multi_region_enabled,
}


def management(selectors: Iterable[str]) -> str | None:
    """The read-write types of a trail's management selectors together, as one."""
    kinds = set(selectors)
    if not kinds:
        return None
    return "All" if len(kinds) > 1 else next(iter(kinds))


def _short(sentence: str) -> str:
    fits = len(sentence) <= LONGEST_ANNOTATION
    return sentence if fits else sentence[: LONGEST_ANNOTATION - 1] + "…"


def known(identifier: str, owner: str) -> Judge | None:
    """The judge of a managed rule; None for one that is kept and never evaluated."""
    return MANAGED.get(identifier) if owner == "AWS" else None
