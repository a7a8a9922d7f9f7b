"""From an answered call to its events: the call's own record, the copy for the account whose
resource it was, and the records of what AWS services did because of it.

Sources: IAM User Guide, "Logging IAM and AWS STS API calls with CloudTrail" (cross-account
examples: the caller's account sees the identity, the other account sees AWSAccount, the same
sharedEventID stands in both; "CloudTrail does not log denied AWS STS requests in the target
account's CloudTrail"); S3 User Guide, "CloudTrail logging" (the bucket owner is told, too).
"""

from __future__ import annotations

import sys
import traceback
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from botocore.parsers import ResponseParserError

from ..cloudtrail.call import ApiCall, ApiError, Caller, VpcEndpoint, Wire
from ..cloudtrail.deleted import deletions
from ..cloudtrail.path import CloudTrail
from ..cloudtrail.record.operation import uses_answer
from . import federation
from .identity import ANONYMOUS
from .messages import Answer, Request
from .moto_adapter import facts, policies
from .moto_adapter.wire import Moto, Operation, Route
from .network import entrance
from .signoff import draw_request_id


@dataclass(frozen=True, slots=True)
class Follow:
    """A call that an AWS service makes because of another one, on the caller's behalf or its own.

    `params` and `output` have botocore's names.
    """

    service: str
    operation: str
    params: Mapping[str, Any]
    caller: Caller
    account: str
    region: str
    output: Mapping[str, Any] | None = None
    error: ApiError | None = None
    after: bool = False  # the call itself is recorded first


@dataclass(frozen=True, slots=True)
class Known:
    """A call that got as far as its meaning: from here on it leaves a record."""

    request: Request
    route: Route
    operation: Operation
    caller: Caller
    region: str
    time: datetime
    request_id: str
    follows: list[Follow] = field(default_factory=list)  # what services did because of it


@dataclass(frozen=True, slots=True)
class Done:
    known: Known
    answer: Answer


class Recorder:
    """Keeps what has been answered until its records are written, in the order of the calls."""

    def __init__(self, account: str, moto: Moto, cloudtrail: CloudTrail) -> None:
        self._account, self._moto, self._cloudtrail = account, moto, cloudtrail
        self._answered: deque[Done] = deque()

    def keep(self, known: Known, answer: Answer) -> None:
        self._answered.append(Done(known, answer))

    def settle(self) -> None:
        while self._answered:
            done = self._answered.popleft()
            try:
                for call in self._calls(done):
                    self._record(call)
            except Exception:
                # A record that cannot be written must not take the account down with it.
                traceback.print_exc(file=sys.stderr)

    def _record(self, call: ApiCall) -> None:
        self._cloudtrail.record(call)
        for one in deletions(call):
            self._cloudtrail.record_if_logged(one)

    def _calls(self, done: Done) -> Iterator[ApiCall]:
        known = done.known
        yield from (self._followed(one, known.time) for one in known.follows if not one.after)
        yield from self._both_sides(self._call(done))
        yield from (self._followed(one, known.time) for one in known.follows if one.after)

    def _call(self, done: Done) -> ApiCall:
        known, answer = done.known, done.answer
        output = self._output(known, answer)
        error = output.pop("Error", None)
        return ApiCall(
            service=known.route.service,
            operation=known.operation.model.name,
            model=known.operation.model,
            protocol=known.route.protocol,
            params=_params(known),
            caller=known.caller,
            region=known.region,
            time=known.time,
            request_id=known.request_id,
            account=known.caller.account or self._account,
            output=output if answer.status < 400 else None,
            error=_error(error, answer),
            source_ip=known.request.source_address,
            user_agent=known.request.header("User-Agent"),
            vpc_endpoint=self._endpoint(known.request),
            wire=_wire(known.request, answer),
        )

    def _endpoint(self, request: Request) -> VpcEndpoint | None:
        through = entrance(request, self._account)
        return None if through is None else VpcEndpoint(through.id, through.account)

    def _output(self, known: Known, answer: Answer) -> dict[str, Any]:
        """Empty when the record uses nothing of it, and when moto's answer does not fit the model:
        the call is recorded all the same."""
        model = known.operation.model
        if answer.status < 400 and not uses_answer(known.route.service, model.name, model):
            return {}
        try:
            return self._moto.read_answer(known.route, known.operation.model, answer)
        except (ResponseParserError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def _both_sides(self, call: ApiCall) -> Iterator[ApiCall]:
        owner = owner_of(call)
        if call.caller.account is None or call.caller.account == ANONYMOUS:
            if owner is not None or call.caller.account is None:
                yield replace(call, account=owner or self._account)
            return  # a stranger has no CloudTrail, and what belongs to nobody is told to nobody
        if owner in (None, call.account) or _is_kept_from_owner(call):
            yield call
            return
        shared = self._cloudtrail.new_event_id()
        yield replace(call, owner=owner, shared_event_id=shared)
        yield replace(
            call,
            account=str(owner),
            shared_event_id=shared,
            caller=Caller(
                type="AWSAccount",
                principal_id=call.caller.principal_id,
                account=call.caller.account,
            ),
        )

    def _followed(self, follow: Follow, time: datetime) -> ApiCall:
        model = self._moto.model(follow.service, follow.operation)
        return ApiCall(
            service=follow.service,
            operation=follow.operation,
            model=model,
            protocol=str(model.service_model.metadata["protocol"]),
            params=follow.params,
            caller=follow.caller,
            region=follow.region,
            time=time,
            request_id=draw_request_id(follow.service, self._cloudtrail.chance),
            account=follow.account,
            output=None if follow.error else (follow.output or {}),
            error=follow.error,
            source_ip=str(follow.caller.invoked_by),
            user_agent=str(follow.caller.invoked_by),
        )


def _params(known: Known) -> Mapping[str, Any]:
    params, name = known.operation.params, known.operation.model.name
    if name == "AssumeRoleWithSAML":
        return federation.recorded(params)
    if (known.route.service, name) == ("dynamodb", "PutItem"):
        return _with_key(params, str(known.caller.account), known.region)
    return params


def _with_key(params: dict[str, Any], account: str, region: str) -> dict[str, Any]:
    """DynamoDB developer guide, "Logging DynamoDB operations": a PutItem's record tells the item's
    key beside the names of its attributes."""
    item = params.get("Item") or {}
    names = facts.table_key(str(params.get("TableName")), account, region)
    key = {name: item[name] for name in names if name in item}
    return {**params, "Key": key} if key else params


def owner_of(call: ApiCall) -> str | None:
    """The account of the resource, for the services that tell two accounts of one call."""
    if call.service == "s3":
        return facts.bucket_owner(str(call.params.get("Bucket", "")))
    if call.service == "sts" and call.operation.startswith("AssumeRole"):
        return policies.owner_of(str(call.params.get("RoleArn", "")))
    if call.service == "kms":
        return policies.owner_of(str(call.params.get("KeyId", "")))
    return None


def _is_kept_from_owner(call: ApiCall) -> bool:
    return call.error is not None and call.service in ("sts", "kms")


def _error(error: dict[str, Any] | None, answer: Answer) -> ApiError | None:
    if answer.status < 400:
        return None
    found = error or {}
    return ApiError(
        str(found.get("Code") or answer.status), str(found.get("Message") or ""), answer.status
    )


def _wire(request: Request, answer: Answer) -> Wire:
    return Wire(
        method=request.method,
        host=request.header("Host"),
        path=request.path,
        query=tuple(request.query),
        headers=request.headers(),
        body=request.body,
        status=answer.status,
        response_headers={k.lower(): v for k, v in answer.headers},
        response_body=answer.body,
    )
