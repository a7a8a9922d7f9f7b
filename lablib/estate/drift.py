"""Nobody's crime: a pipeline rolls out an old template, and the trail is no longer as it was."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from lablib.errors import LabError
from lablib.estate.callers import Caller
from lablib.estate.day import next_time
from lablib.estate.people import Person

TRAIL = "sap-trail"
NIGHTLY = "03:15"
ROLLOUT = Person(
    "rollout",
    "the pipeline that rolls out the landscape's templates",
    "203.0.113.60",
    "APN/1.0 HashiCorp/1.0 Terraform/1.13.4 terraform-provider-aws/6.20.0 aws-sdk-go-v2/1.39.6",
    ("cloudtrail:*",),
)


def drift(lab: Any) -> None:
    """Winds the clock to the next 03:15 UTC, when the pipeline turns validation off and stops the
    trail, as its old template says. Raises LabError when there is no such trail."""
    from lablib.exercises import looks

    if not looks.trail(lab, TRAIL):
        raise LabError(
            f"There is no trail {TRAIL} that a pipeline could change.",
            next='Lab.open("14") builds what is missing.',
        )
    _hire(lab)
    lab.clock.to(next_time(lab, NIGHTLY))
    cloudtrail = Caller(lab, ROLLOUT).client("cloudtrail")
    cloudtrail.update_trail(Name=TRAIL, EnableLogFileValidation=False)
    cloudtrail.stop_logging(Name=TRAIL)


def drifted(lab: Any) -> datetime | None:
    """When the pipeline stopped the trail last; None when it never has."""
    from lablib.exercises import looks

    records = looks.records(lab, "EventName", "StopLogging")
    mine = (r for r in records if r["userIdentity"].get("userName") == ROLLOUT.name)
    found = next(mine, None)
    return None if found is None else datetime.fromisoformat(found["eventTime"])


def _hire(lab: Any) -> None:
    known = {user["UserName"] for user in lab.observer("iam").list_users()["Users"]}
    if ROLLOUT.name in known:
        return
    allow = {"Effect": "Allow", "Action": list(ROLLOUT.allowed), "Resource": "*"}
    iam = lab.client("iam")
    iam.create_user(UserName=ROLLOUT.name)
    iam.put_user_policy(
        UserName=ROLLOUT.name,
        PolicyName="job",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
