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
import re
import sys
import traceback
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..cloudtrail.call import Caller
from ..cloudtrail.errors import CloudTrailError
from ..cloudtrail.path import CloudTrail
from . import bodies, federation, guards, missing, refusals, services
from .asking import Asking
from .authority import refused, refused_need
from .buckets import S3Error
from .identity import ANONYMOUS, Identities, Scope, Unknown, scope_of
from .messages import Answer, Request
from .moto_adapter import facts, followed, objects, stack_resources
from .moto_adapter.errors import misspoken
from .moto_adapter.wire import Moto, NoSuchService, Operation, Route
from .network import entrance
from .own import Asked as AskedOfUs
from .own import Operation as OwnOperation
from .own import Operations, OwnError, with_details
from .policy import Need
from .recording import Known, Recorder
from .refusals import Refusal, Refuse
from .signature import Times, verify
from .signoff import draw_request_id, labelled, sign_off
from .storage import Asked as AskedOfS3
from .storage import Storage
from .strangers import garbled, is_garbled, no_such_service
from .sts import Asked, Sts, StsError

STUMBLES = (KeyError, TypeError, AttributeError)  # over something that is not there


class Gateway:
    def __init__(
        self,
        account: str,
        moto: Moto,
        identities: Identities,
        sts: Sts,
        cloudtrail: CloudTrail,
        storage: Storage,
        own: Operations,
    ) -> None:
        self._account = account
        self._moto = moto
        self._identities = identities
        self._sts = sts
        self._cloudtrail = cloudtrail
        self._storage = storage
        self._own = own
        self._recorder = Recorder(account, moto, cloudtrail)
        self.settle = self._recorder.settle
        self._strangers = random.Random(account)  # for the request ids of who is not known
        self.last_name = ""  # what the latest call was, for messages about it

    def answer(
        self, request: Request, now: datetime, rng: random.Random, times: Times | None
    ) -> tuple[Answer, bool]:
        """Answers a call, and keeps what its record needs until `settle`. Also: does the call
        count? One whose caller is not known changes nothing. `times` is None for a call that was
        let in before (a replay): its signature is not tried again."""
        answer, known, counts = self._answer(request, now, rng, times)
        if known is not None:
            self._recorder.keep(known, answer)
        return answer, counts

    def look(self, request: Request, now: datetime, times: Times) -> Answer:
        """Answers a call that leaves no record: looking changes nobody's history."""
        return self._answer(request, now, random.Random(0), times)[0]

    # -- the stages -----------------------------------------------------------------------

    def _answer(
        self, request: Request, now: datetime, rng: random.Random, times: Times | None
    ) -> tuple[Answer, Known | None, bool]:
        if is_garbled(request):
            return garbled(request), None, False
        environ = _wsgi(request)
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
            if (unpacked := bodies.inflated(request, route.service)) is not request:
                request, environ = unpacked, _wsgi(unpacked)
            route, operation = self._decode(request, route)
            model = operation.model
            region = _bucket_region(operation, route) or region
            known = Known(request, route, operation, caller, region, now, request_id)
            asking = self._asking(known)
            self._authorize(known, asking)
            guards.admit(known, asking)
            answer = self._perform(known, asking, environ, rng)
        except Refuse as refuse:
            r = refuse.refusal
            known = known if refuse.recorded else None
            answer = self._moto.write_error(route, model, r.code, r.message, r.status)
        except Exception as error:
            # Whatever else goes wrong, the client gets an answer that it can read, once.
            traceback.print_exc(file=sys.stderr)
            r = refusals.failed(route.service, route.protocol, self.last_name, error)
            known, answer = None, self._moto.write_error(route, model, r.code, r.message, r.status)
        if not counts:  # it takes no number, so its id comes from a stream of its own
            rng = self._strangers
            request_id = draw_request_id(route.service, rng)
        answer = labelled(answer, route.protocol, route.model.metadata.get("jsonVersion", "1.0"))
        return sign_off(answer, route.service, request_id, rng), known, counts

    def _identify(
        self, request: Request, route: Route, now: datetime, times: Times | None
    ) -> tuple[Caller, str]:
        scope = scope_of(request)
        if scope is None:
            return self._anonymous(request, route, now)
        try:
            caller = self._identities.who(scope, now)
            if times is not None:
                verify(request, scope, self._identities.secret_of(scope.key_id), times)
            return caller, scope.region
        except Unknown as unknown:
            raise Refuse(refusals.refusal(unknown.reason, route.service, route.protocol)) from None

    def _anonymous(self, request: Request, route: Route, now: datetime) -> tuple[Caller, str]:
        """Some operations are made to be called without a signature (botocore's noAuth); S3 asks
        its bucket policies about anybody."""
        route, operation = self._decode(request, route)
        if route.service == "s3":
            return _stranger(operation), "us-east-1"
        if operation.model.auth_type != "none":
            raise Refuse(refusals.refusal("unsigned", route.service, route.protocol))
        if operation.model.name not in federation.READERS:
            return Caller(type="Unknown"), "us-east-1"
        try:
            word = federation.read(operation.model.name, operation.params, now)
        except federation.Distrusted as no:
            # IAM User Guide: requests that are not "sufficiently valid to be trusted as a
            # legitimate request" might not be logged.
            raise Refuse(Refusal(no.code, no.message, no.status), recorded=False) from None
        return word.caller, "us-east-1"

    def _decode(self, request: Request, route: Route) -> tuple[Route, Operation]:
        try:
            found = self._moto.decode(route, request)
        except Exception as error:
            raise Refuse(
                Refusal(
                    "SerializationException", f"The request could not be read: {error}"[:300], 400
                )
            ) from None
        if found is None:
            raise Refuse(refusals.refusal("no such operation", route.service, route.protocol))
        route, operation = found
        self.last_name = f"{route.service} {operation.model.name}"
        return found

    def _authorize(self, known: Known, asking: Asking) -> None:
        stranger = known.caller.account == ANONYMOUS
        if known.caller.arn is None and not stranger:
            return  # an operation that is made to be called without a signature
        message = refused(asking)
        if message is not None and not (stranger and _is_open_to_all(asking)):
            raise Refuse(refusals.denied(known.route.service, known.route.protocol, message))

    def _asking(self, known: Known) -> Asking:
        return Asking(
            service=known.route.service,
            operation=known.operation.model.name,
            params=known.operation.params,
            caller=known.caller,
            account=self._account_of(known.caller),
            region=known.region,
            now=known.time,
            source_ip=known.request.source_address,
            headers=known.request.headers(),
            session_policies=self._identities.session_policies(known.caller),
            entrance=entrance(known.request, self._account),
        )

    def _account_of(self, caller: Caller) -> str:
        return self._account if caller.account in (None, ANONYMOUS) else str(caller.account)

    def _perform(
        self, known: Known, asking: Asking, environ: dict[str, Any], rng: random.Random
    ) -> Answer:
        route, name = known.route, known.operation.model.name
        if route.service == "cloudtrail":
            return self._our_cloudtrail(known)
        if route.service == "sts" and name in self._sts.operations:
            return self._our_sts(known, rng)
        if _is_s3(route):
            return self._our_s3(known, asking, environ, rng)
        if name in self._own.get(route.service, ()):
            return self._ours(known, acts_in(asking), self._own[route.service][name], rng)
        return self._by_moto(known, environ, acts_in(asking))

    def _by_moto(self, known: Known, environ: dict[str, Any], account: str) -> Answer:
        route, name = known.route, known.operation.model.name
        try:
            if route.service in services.ACTORS:
                answer = self._watched(known, environ, account)
            else:
                answer = self._moto.answer(route, known.request, environ, account)
        except NotImplementedError:
            raise self._cannot(route, name) from None
        except Exception as error:
            if isinstance(error, STUMBLES) and (absent := self._absent(known)) is not None:
                raise Refuse(absent) from None
            print(whereabouts(f"{route.service} {name}", error), file=sys.stderr)
            failed = refusals.failed(route.service, route.protocol, name, error)
            raise Refuse(failed, recorded=False) from None
        if _is_web_page(answer) or answer.status >= 500:  # which clients would try again
            raise self._cannot(route, name)
        if (said := misspoken(answer, route.protocol)) is not None:
            raise Refuse(Refusal(*said, answer.status))
        return answer

    @staticmethod
    def _absent(known: Known) -> Refusal | None:
        """For an operation that stumbled: did it lack something that it has to have?"""
        route, operation = known.route, known.operation
        shape = operation.model.input_shape
        return missing.refusal(route.service, route.protocol, operation.params, shape)

    def _watched(self, known: Known, environ: dict[str, Any], account: str) -> Answer:
        """moto's answer, with a look at what it does for other services."""
        followed.watch()
        if known.route.service == "cloudformation":
            stack_resources.mend()
        with followed.watched() as seen:
            answer = self._moto.answer(known.route, known.request, environ, account)
        if answer.status < 400:
            known.follows.extend(services.follows(known, account, seen))
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

    def _ours(
        self, known: Known, account: str, operation: OwnOperation, rng: random.Random
    ) -> Answer:
        model, params = known.operation.model, known.operation.params
        asked = AskedOfUs(params, known.caller, account, known.region, known.time, rng)
        try:
            return self._moto.write(known.route, model, operation(asked))
        except OwnError as e:
            refused = self._moto.write_error(known.route, model, e.code, e.message, e.status)
            return with_details(refused, e.details)
        except STUMBLES:
            if (absent := self._absent(known)) is None:
                raise
            raise Refuse(absent) from None

    def _our_sts(self, known: Known, rng: random.Random) -> Answer:
        model = known.operation.model
        asked = Asked(known.operation.params, known.caller, known.time, rng)
        try:
            return self._moto.write(known.route, model, self._sts.operations[model.name](asked))
        except StsError as error:
            raise Refuse(Refusal(error.code, error.message, error.status)) from None

    def _our_s3(
        self, known: Known, asking: Asking, environ: dict[str, Any], rng: random.Random
    ) -> Answer:
        name, params, storage = asking.operation, asking.params, self._storage
        try:
            bodies.check(known.request, name)
            if name in storage.operations:
                told = storage.operations[name](AskedOfS3(params, known.time, rng))
                answer = self._moto.write(known.route, known.operation.model, told.result)
                return replace(answer, status=told.status)
            storage.admit(name, params, known.caller)
        except S3Error as error:
            raise Refuse(Refusal(error.code, error.message, error.status)) from None
        if known.caller.account == ANONYMOUS:
            environ["HTTP_AUTHORIZATION"] = _as_header(Scope(ANONYMOUS, known.region, "s3"))
        answer = self._by_moto(known, environ, asking.account)
        if answer.status == 404 and known.caller.arn is not None:
            _tell_only_who_may_list(asking)
        if answer.status >= 300:
            return answer
        storage.changed(name, params, known.time)
        return storage.with_expiration(name, params, answer)


def whereabouts(what: str, error: Exception) -> str:
    """One line for the log about an error of moto's: its place, not all that led there."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "nowhere"
    return f"moto failed at {what}: {type(error).__name__}: {error} ({place})"[:1000]


def acts_in(asking: Asking) -> str:
    """The account that a call acts in: where the resource is that it names by its ARN or URL."""
    if asking.service not in REACHED_FROM_OUTSIDE:
        return asking.account
    named = asking.params.get(REACHED_FROM_OUTSIDE[asking.service])
    found = re.search(r"(?:arn:aws:[\w-]+:[\w-]*:|/)(\d{12})[:/]", str(named or ""))
    return found.group(1) if found else asking.account


# Services whose resources have policies that let in other accounts, and the parameter that tells.
REACHED_FROM_OUTSIDE = {
    "kms": "KeyId",
    "lambda": "FunctionName",
    "secretsmanager": "SecretId",
    "sns": "TopicArn",
    "sqs": "QueueUrl",
}


def _tell_only_who_may_list(asking: Asking) -> None:
    """S3 API reference, GetObject: who may not list the bucket is not told that an object is
    missing (404) but that access is denied (403)."""
    if asking.operation not in ("GetObject", "HeadObject"):
        return
    bucket = str(asking.params.get("Bucket"))
    if facts.bucket_region(bucket) is None:
        return
    message = refused_need(asking, Need("s3:ListBucket", f"arn:aws:s3:::{bucket}"))
    if message is not None:
        raise Refuse(refusals.denied("s3", "rest-xml", message))


def _stranger(operation: Operation) -> Caller:
    """Nobody in particular, at a bucket that is there; elsewhere there is nothing to record."""
    bucket = operation.params.get("Bucket")
    if bucket is None or operation.model.name == "CreateBucket":
        raise Refuse(refusals.refusal("unsigned", "s3", "rest-xml"))
    if facts.bucket_region(str(bucket)) is None:
        raise Refuse(Refusal("NoSuchBucket", "The specified bucket does not exist", 404))
    return Caller(type="AWSAccount", principal_id="", account=ANONYMOUS)


def _is_open_to_all(asking: Asking) -> bool:
    """Objects with a public ACL, in buckets that still have ACLs."""
    bucket, key = str(asking.params.get("Bucket", "")), asking.params.get("Key")
    reads = asking.operation in ("GetObject", "HeadObject")
    return reads and objects.is_public_object(bucket, str(key))


def _bucket_region(operation: Operation, route: Route) -> str | None:
    """S3 is one namespace: a call counts in its bucket's Region, whatever it was signed for."""
    if not _is_s3(route):
        return None
    return facts.bucket_region(str(operation.params.get("Bucket", "")))


def _is_web_page(answer: Answer) -> bool:
    """A page of moto's web framework, where a service has no such address, or another one."""
    return answer.status >= 300 and answer.body[:15].lower().startswith(b"<!doctype html")


def _is_s3(route: Route) -> bool:
    return route.service == "s3"


def _wsgi(request: Request) -> dict[str, Any]:
    environ = request.wsgi()
    if "HTTP_AUTHORIZATION" not in environ and (scope := scope_of(request)):
        environ["HTTP_AUTHORIZATION"] = _as_header(scope)  # moto reads only the header
    return environ


def _as_header(scope: Scope) -> str:
    return (
        f"AWS4-HMAC-SHA256 Credential={scope.key_id}/20000101/{scope.region}/{scope.service}"
        "/aws4_request, SignedHeaders=host, Signature=presigned"
    )
