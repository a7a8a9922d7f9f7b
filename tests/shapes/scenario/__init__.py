"""Some days' work in an account of the lab, with parameters as real callers send them.

Each file is what one team does; `events` are the records that all of it leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import boto3

from lablib.cloudtrail.event import Event
from tests import inside
from tests.shapes.scenario.people import Person, Polite

TEAMS = (
    "iam", "s3", "kms", "network", "instances", "cloudtrail", "balancers", "databases", "tables",
    "functions", "messages", "watching", "apis", "containers", "models", "others",
    "strangers",
)  # fmt: skip


# Who may do all, who may do nothing, and what has been recorded so far.
Visit = Callable[[Person, Person, list[Event]], None]


def events(seed: int = 7, visit: Visit | None = None) -> list[Event]:
    """Only once in a process: moto's world is one. `visit` comes when all teams have gone."""
    account = inside.account(seed, "shapes")
    found: list[Event] = []
    record = account.cloudtrail.record

    def kept(call: Any) -> Event:
        event: Event = record(call)
        found.append(event)
        return event

    account.cloudtrail.record = kept
    learner = account.identities.credentials("learner")
    admin = _person(account, (learner.id, learner.secret))
    admin("iam").create_user(UserName="stranger")
    key = admin("iam").create_access_key(UserName="stranger")["AccessKey"]
    stranger = _person(account, (key["AccessKeyId"], key["SecretAccessKey"]))
    for team in TEAMS:
        module = import_module(f"{__name__}.{team}")
        module.work(stranger if team == "strangers" else admin)
    if visit:
        visit(admin, stranger, found)
    return found


def _person(account: Any, key: tuple[str, str]) -> Person:
    session = boto3.Session(*key, region_name="us-east-1")
    return cache(lambda service: Polite(inside.client(account, session, service)))
