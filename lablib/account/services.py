"""AWS services that act because of a call: as whom, and with what left behind (`invokedBy`).

Sources: EC2 Auto Scaling User Guide, "Service-linked roles" (AWSServiceRoleForAutoScaling makes the
calls); CloudFormation User Guide, "AWS CloudFormation service role" (the caller's own credentials,
or those of the role that was passed); CloudTrail User Guide, "CloudTrail userIdentity element"
(invokedBy). Address and user agent are the service's name (as observed).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..cloudtrail.call import Caller, Issuer, Session
from .moto_adapter import facts
from .moto_adapter.followed import Seen
from .recording import Follow, Known
from .sts import issuer_of

Actor = Callable[[Known, str], Caller]
AUTO_SCALING = "autoscaling.amazonaws.com"
CLOUDFORMATION = "cloudformation.amazonaws.com"


def _auto_scaling(known: Known, account: str) -> Caller:
    """Its service-linked role, which AWS makes with the first group."""
    name = "AWSServiceRoleForAutoScaling"
    digest = hashlib.sha256(f"{account}:{name}".encode()).digest()
    identifier = f"AROA{base64.b32encode(digest).decode()[:17]}"
    arn = f"arn:aws:iam::{account}:role/aws-service-role/{AUTO_SCALING}/{name}"
    issuer = Issuer("Role", identifier, arn, account, name)
    return Caller(
        type="AssumedRole",
        account=account,
        principal_id=f"{identifier}:AutoScaling",
        arn=f"arn:aws:sts::{account}:assumed-role/{name}/AutoScaling",
        session=Session(created=known.time.replace(microsecond=0), issuer=issuer),
        invoked_by=AUTO_SCALING,
    )


def _cloudformation(known: Known, account: str) -> Caller:
    params: Mapping[str, Any] = known.operation.params
    role = facts.iam_role(str(params.get("RoleARN") or ""))
    if role is None:
        return replace(known.caller, invoked_by=CLOUDFORMATION)
    return Caller(
        type="AssumedRole",
        account=role.account,
        principal_id=f"{role.id}:AWSCloudFormation",
        arn=f"arn:aws:sts::{role.account}:assumed-role/{role.name}/AWSCloudFormation",
        session=Session(created=known.time.replace(microsecond=0), issuer=issuer_of(role)),
        invoked_by=CLOUDFORMATION,
    )


ACTORS: Mapping[str, Actor] = {"autoscaling": _auto_scaling, "cloudformation": _cloudformation}


def follows(known: Known, account: str, seen: list[Seen]) -> Iterator[Follow]:
    """The calls that a service made while it answered this one."""
    actor = ACTORS[known.route.service](known, account)
    for one in seen:
        yield Follow(
            service=one.service,
            operation=one.operation,
            params=one.params,
            caller=actor,
            account=account,
            region=one.region,
            output=one.output,
            after=True,
        )
