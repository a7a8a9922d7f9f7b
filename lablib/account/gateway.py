"""What happens to one API call, stage by stage.

route      which service is the request for?
identify   whose key signed it?
decode     which operation, with which parameters?
perform    our own CloudTrail and STS, or moto
sign off   AWS's request id, in the service's form
record     (after the answer has gone out) the event, and its way to the trails
"""

from __future__ import annotations

import random
import sys
import traceback
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from botocore.parsers import ResponseParserError

from ..cloudtrail.call import ApiCall, ApiError, Caller, Wire
from ..cloudtrail.errors import CloudTrailError
from ..cloudtrail.path import CloudTrail
from . import refusals
from .authority import Asking, refused
from .buckets import S3Error
from .identity import Identities, Scope, Unknown, scope_of
from .messages import Answer, Request
from .moto_adapter import facts
from .moto_adapter.wire import Moto, NoSuchService, Operation, Route
from .refusals import Refusal
from .signature import Times, verify
from .signoff import draw_request_id, sign_off
from .storage import Asked as AskedOfS3
from .storage import Storage
from .strangers import garbled, is_garbled, no_such_service
from .sts import Asked, Sts, StsError


class Refuse(Exception):
    """Ends a call: this is the answer. What AWS would have done, but the lab cannot do, leaves no
    record: AWS would have written another."""

    def __init__(self, refusal: Refusal, recorded: bool = True) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.recorded = recorded


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


@dataclass(frozen=True, slots=True)
class Done:
    known: Known
    answer: Answer


class Gateway:
    def __init__(
        self,
        account: str,
        moto: Moto,
        identities: Identities,
        sts: Sts,
        cloudtrail: CloudTrail,
        storage: Storage,
    ) -> None:
        self._account = account
        self._moto = moto
        self._identities = identities
        self._sts = sts
        self._cloudtrail = cloudtrail
        self._storage = storage
        self._answered: deque[Done] = deque()
        self.last_name = ""  # what the latest call was, for messages about it

    def answer(
        self, request: Request, now: datetime, rng: random.Random, times: Times | None
    ) -> tuple[Answer, bool]:
        """Answers a call, and keeps what its record needs until `settle`. Also: does the call
        count? One whose caller is not known changes nothing. `times` is None for a call that was
        let in before (a replay): its signature is not tried again."""
        answer, known, counts = self._answer(request, now, rng, times)
        if known is not None:
            self._answered.append(Done(known, answer))
        return answer, counts

    def look(self, request: Request, now: datetime, times: Times) -> Answer:
        """Answers a call that leaves no record: looking changes nobody's history."""
        return self._answer(request, now, random.Random(0), times)[0]

    def settle(self) -> None:
        """Records what has been answered, in the order of the calls."""
        while self._answered:
            done = self._answered.popleft()
            try:
                self._cloudtrail.record(self._call(done))
            except Exception:
                # A record that cannot be written must not take the account down with it.
                traceback.print_exc(file=sys.stderr)

    # -- the stages -----------------------------------------------------------------------

    def _answer(
        self, request: Request, now: datetime, rng: random.Random, times: Times | None
    ) -> tuple[Answer, Known | None, bool]:
        if is_garbled(request):
            return garbled(request), None, False
        environ = request.wsgi()
        if "HTTP_AUTHORIZATION" not in environ and (scope := scope_of(request)):
            environ["HTTP_AUTHORIZATION"] = _as_header(scope)  # moto reads only the header
        try:
            route = self._moto.route(environ, request)
        except NoSuchService:
            return no_such_service(request), None, False
        self.last_name = route.service
        request_id = draw_request_id(route.service, rng)
        self._moto.request_id = request_id
        known, model, counts = None, None, False
        try:
            caller, region = self._identify(request, route, now, times)
            counts = True
            operation = self._decode(request, route)
            model = operation.model
            self.last_name = f"{route.service} {model.name}"
            region = _bucket_region(operation, route) or region
            known = Known(request, route, operation, caller, region, now, request_id)
            self._authorize(known)
            answer = self._perform(known, environ, rng)
        except Refuse as refuse:
            r = refuse.refusal
            known = known if refuse.recorded else None
            answer = self._moto.write_error(route, model, r.code, r.message, r.status)
        except Exception as error:
            # Whatever else goes wrong, the client gets an answer that it can read, once.
            traceback.print_exc(file=sys.stderr)
            r = refusals.failed(route.service, route.protocol, self.last_name, error)
            known, answer = None, self._moto.write_error(route, model, r.code, r.message, r.status)
        return sign_off(answer, route.service, request_id, rng), known, counts

    def _identify(
        self, request: Request, route: Route, now: datetime, times: Times | None
    ) -> tuple[Caller, str]:
        scope = scope_of(request)
        if scope is None:
            return self._anonymous(request, route)
        try:
            caller = self._identities.who(scope, now)
            if times is not None:
                verify(request, scope, self._identities.secret_of(scope.key_id), times)
            return caller, scope.region
        except Unknown as unknown:
            raise Refuse(refusals.refusal(unknown.reason, route.service, route.protocol)) from None

    def _anonymous(self, request: Request, route: Route) -> tuple[Caller, str]:
        """Some operations are made to be called without a signature (botocore's noAuth)."""
        operation = self._decode(request, route)
        if operation.model.auth_type != "none":
            raise Refuse(refusals.refusal("unsigned", route.service, route.protocol))
        return Caller(type="Unknown"), "us-east-1"

    def _decode(self, request: Request, route: Route) -> Operation:
        try:
            operation = self._moto.operation(route, request)
        except Exception as error:
            raise Refuse(
                Refusal(
                    "SerializationException", f"The request could not be read: {error}"[:300], 400
                )
            ) from None
        if operation is None:
            raise Refuse(refusals.refusal("no such operation", route.service, route.protocol))
        return operation

    def _authorize(self, known: Known) -> None:
        if known.caller.arn is None:  # an operation that is made to be called without a signature
            return
        message = refused(self._asking(known))
        if message is not None:
            raise Refuse(refusals.denied(known.route.service, known.route.protocol, message))

    def _asking(self, known: Known) -> Asking:
        return Asking(
            service=known.route.service,
            operation=known.operation.model.name,
            params=known.operation.params,
            caller=known.caller,
            account=known.caller.account or self._account,
            region=known.region,
            now=known.time,
            source_ip=str(known.request.environ.get("REMOTE_ADDR", "127.0.0.1")),
            headers=known.request.headers(),
            session_policies=self._identities.session_policies(known.caller),
        )

    def _perform(self, known: Known, environ: dict[str, Any], rng: random.Random) -> Answer:
        route, name = known.route, known.operation.model.name
        if route.service == "cloudtrail":
            return self._our_cloudtrail(known)
        if route.service == "sts" and name in self._sts.operations:
            return self._our_sts(known, rng)
        if _is_s3(route):
            return self._our_s3(known, environ, rng)
        return self._by_moto(known, environ)

    def _by_moto(self, known: Known, environ: dict[str, Any]) -> Answer:
        route, name = known.route, known.operation.model.name
        try:
            account = known.caller.account or self._account
            answer = self._moto.answer(route, known.request, environ, account)
        except NotImplementedError:
            raise self._cannot(route, name) from None
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            failed = refusals.failed(route.service, route.protocol, name, error)
            raise Refuse(failed, recorded=False) from None
        if _is_web_page(answer):
            raise self._cannot(route, name)
        return answer

    @staticmethod
    def _cannot(route: Route, name: str) -> Refuse:
        return Refuse(refusals.not_mocked(route.service, route.protocol, name), recorded=False)

    def _our_cloudtrail(self, known: Known) -> Answer:
        self.settle()
        model = known.operation.model
        try:
            result = self._cloudtrail.answer(
                model.name, known.operation.params, known.caller, known.region, known.time
            )
        except CloudTrailError as error:
            raise Refuse(Refusal(error.code, error.message, error.status)) from None
        return self._moto.write(known.route, model, result)

    def _our_sts(self, known: Known, rng: random.Random) -> Answer:
        model = known.operation.model
        asked = Asked(known.operation.params, known.caller, known.time, rng)
        try:
            return self._moto.write(known.route, model, self._sts.operations[model.name](asked))
        except StsError as error:
            raise Refuse(Refusal(error.code, error.message, error.status)) from None

    def _our_s3(self, known: Known, environ: dict[str, Any], rng: random.Random) -> Answer:
        name, params, storage = known.operation.model.name, known.operation.params, self._storage
        try:
            if name in storage.operations:
                told = storage.operations[name](AskedOfS3(params, known.time, rng))
                answer = self._moto.write(known.route, known.operation.model, told.result)
                return replace(answer, status=told.status)
            storage.admit(name, params, known.caller)
        except S3Error as error:
            raise Refuse(Refusal(error.code, error.message, error.status)) from None
        answer = self._by_moto(known, environ)
        if answer.status >= 300:
            return answer
        storage.changed(name, params, known.time)
        return storage.with_expiration(name, params, answer)

    # -- afterwards -----------------------------------------------------------------------

    def _output(self, known: Known, answer: Answer) -> dict[str, Any]:
        """Empty when moto's answer does not fit the model: the call is recorded all the same."""
        try:
            return self._moto.read_answer(known.route, known.operation.model, answer)
        except (ResponseParserError, ValueError, KeyError, TypeError):
            return {}

    def _call(self, done: Done) -> ApiCall:
        known, answer = done.known, done.answer
        output = self._output(known, answer)
        error = output.pop("Error", None)
        return ApiCall(
            service=known.route.service,
            operation=known.operation.model.name,
            model=known.operation.model,
            protocol=known.route.protocol,
            params=known.operation.params,
            caller=known.caller,
            region=known.region,
            time=known.time,
            request_id=known.request_id,
            account=self._account,
            output=output if answer.status < 400 else None,
            error=_error(error, answer),
            source_ip=str(known.request.environ.get("REMOTE_ADDR", "127.0.0.1")),
            user_agent=known.request.header("User-Agent"),
            wire=_wire(known.request, answer),
        )


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


def _bucket_region(operation: Operation, route: Route) -> str | None:
    """S3 is one namespace: a call counts in its bucket's Region, whatever it was signed for."""
    if not _is_s3(route):
        return None
    return facts.bucket_region(str(operation.params.get("Bucket", "")))


def _is_web_page(answer: Answer) -> bool:
    """An error page of moto's web framework, where a service has no such address."""
    return answer.status >= 400 and answer.body[:15].lower().startswith(b"<!doctype html")


def _is_s3(route: Route) -> bool:
    return route.service == "s3"


def _as_header(scope: Scope) -> str:
    return (
        f"AWS4-HMAC-SHA256 Credential={scope.key_id}/20000101/{scope.region}/{scope.service}"
        "/aws4_request, SignedHeaders=host, Signature=presigned"
    )
