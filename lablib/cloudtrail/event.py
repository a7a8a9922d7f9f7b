"""One event: the record that CloudTrail writes for a call, and what the path needs to know of it.

Source: User Guide, "CloudTrail record contents" (fields and their limits); the order of the fields
as observed in raw log files.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, TypeVar

from botocore.model import OperationModel, Shape

from lablib.cloudtrail import (
    answers,
    data_events,
    dates,
    identity,
    names,
    quirks,
    readonly,
    redact,
    resources,
    shape,
    shape_ec2,
    shape_s3,
)
from lablib.cloudtrail.call import ApiCall, ApiError
from lablib.cloudtrail.quirks import Quirk
from lablib.cloudtrail.resources import Resource

T = TypeVar("T")
_UNWRITTEN: Final = object()

__all__ = ["Event", "Resource", "describe", "wrap"]


@dataclass(frozen=True, slots=True)
class Event:
    """A record and the facts that selectors, delivery and history read from it."""

    record: dict[str, Any] = field(hash=False)
    id: str
    time: datetime
    name: str
    source: str
    region: str
    account: str
    category: str  # "Management", "Data", "Insight"
    read_only: bool
    global_service: bool
    resources: tuple[Resource, ...]
    lookup_resources: tuple[tuple[str, str], ...]
    json: str = field(repr=False)  # the record as one line, as log files and history hold it
    username: str | None = None
    access_key_id: str | None = None


# --- what can be known of an operation before its first call ---------------------------------


@dataclass(frozen=True, slots=True)
class _Operation:
    """Everything about one operation that does not depend on a call."""

    source: str
    name: str
    version: str
    api_version: str | None
    read_only: bool
    data: bool
    quirk: Quirk
    request: Callable[[Any], Any]
    answer: Callable[[Any, str], Any] | None
    prefix: str


@lru_cache(maxsize=8192)
def _shaper(service: str) -> shape.Shaper:
    return shape.Shaper(service, shape.style_of(service))


_OPERATIONS: dict[tuple[str, str], _Operation] = {}


def _operation(call: ApiCall) -> _Operation:
    key = (call.service, call.operation)
    known = _OPERATIONS.get(key)
    if known is None:
        known = _OPERATIONS[key] = _study(call.service, call.operation, call.model)
    return known


def _study(service: str, operation: str, model: OperationModel) -> _Operation:
    quirk = quirks.of(service, operation)
    read_only = readonly.is_read_only(service, operation)
    answered = quirk.answer if quirk.answer is not None else not read_only
    if service == "ec2":
        request, answer = shape_ec2.request(model), shape_ec2.response(model)
    else:
        request, answer = _common(service, model)
    return _Operation(
        source=names.event_source(model.service_model),
        name=names.event_name(service, operation, names.path_of(model)),
        version=names.event_version(service),
        api_version=names.api_version(service),
        read_only=read_only,
        data=data_events.is_data_event(service, operation),
        quirk=quirk,
        request=request,
        answer=answer if answered else None,
        prefix=model.service_model.endpoint_prefix,
    )


def _common(
    service: str, model: OperationModel
) -> tuple[Callable[[Any], Any], Callable[[Any, str], Any]]:
    shaper = _shaper(service)
    request = _writer(shaper, model.input_shape)
    if service == "apigateway":
        request = _api_gateway(model, request)
    output = _writer(shaper, model.output_shape)
    finish: Callable[[Any], Any] = _FINISHES.get(service, _as_it_is)
    return request, lambda value, _: finish(output(value))


def _writer(shaper: shape.Shaper, whole: Shape | None) -> shape.Render:
    """Null for a body that is not there, or is sensitive as a whole."""
    return shaper.of(whole) if whole and not redact.is_marked(whole) else lambda _: None


def _as_it_is(answer: Any) -> Any:
    return answer


def _encoded(answer: Any) -> Any:
    """IAM's answers carry policy documents percent-encoded (observed in CreateRole)."""
    if isinstance(answer, dict):
        return {
            name: shape.url_encoded(part) if name.endswith("olicyDocument") else _encoded(part)
            for name, part in answer.items()
        }
    return [_encoded(part) for part in answer] if isinstance(answer, list) else answer


def _unwrapped(answer: Any) -> Any:
    """RDS and its kin write an answer's only structure without its name."""
    only = list(answer.values()) if isinstance(answer, dict) else []
    return only[0] if len(only) == 1 and isinstance(only[0], dict) else answer


_FINISHES: Final[Mapping[str, Callable[[Any], Any]]] = {
    "iam": _encoded,
    **dict.fromkeys(quirks.UNWRAPPED, _unwrapped),
}


def _api_gateway(model: OperationModel, write: shape.Render) -> shape.Render:
    """API Gateway (v1) keeps the body's members apart from the path's, and says that the call
    was no template (observed in TagResource; developer guide, example of GetResource)."""
    members = model.input_shape.members if model.input_shape else {}
    located = {name for name, part in members.items() if "location" in part.serialization}
    body = f"{shape.lower_first(model.name)}Input"

    def render(params: Mapping[str, Any]) -> dict[str, Any]:
        inside = write({name: part for name, part in params.items() if name not in located})
        written: dict[str, Any] = write({name: params[name] for name in located if name in params})
        return {**written, **({body: inside} if inside else {}), "template": False}

    return render


# --- the record -------------------------------------------------------------------------------


def describe(call: ApiCall, event_id: str) -> Event:
    """The event that AWS would write for this call. Never raises for odd input: a part that no
    rule can render is written plainly."""
    operation = _operation(call)
    region, is_global = names.home_region(call.service, call.region, call.wire.host)
    found = _resources(call, operation)
    record = _record(call, operation, region, event_id, found)
    text = _within_limits(record, minified(record))
    return Event(
        record=record,
        id=event_id,
        time=call.time,
        name=operation.name,
        source=operation.source,
        region=region,
        account=call.account,
        category=record["eventCategory"],
        read_only=operation.read_only,
        global_service=is_global,
        resources=found,
        lookup_resources=_looked_up(call, operation, text),
        json=text,
        username=identity.username(record["userIdentity"]),
        access_key_id=record["userIdentity"].get("accessKeyId"),
    )


def _resources(call: ApiCall, operation: _Operation) -> tuple[Resource, ...]:
    nothing: tuple[Resource, ...] = ()
    return _tried(lambda: resources.of(call, operation.data), nothing)


def _looked_up(call: ApiCall, operation: _Operation, text: str) -> tuple[tuple[str, str], ...]:
    """The names that the record itself shows: what is hidden there cannot be looked up."""
    nothing: tuple[tuple[str, str], ...] = ()
    found = _tried(lambda: resources.looked_up(call, operation.read_only), nothing)
    return tuple(pair for pair in found if minified(pair[1])[1:-1] in text)


def _record(
    call: ApiCall,
    operation: _Operation,
    region: str,
    event_id: str,
    found: tuple[Resource, ...],
) -> dict[str, Any]:
    by_service = identity.is_service(call.caller)
    request, answer, more = _elements(call, operation)
    record: dict[str, Any] = {
        "eventVersion": operation.version,
        "userIdentity": identity.user_identity(call.caller),
        "eventTime": dates.iso(call.time),
        "eventSource": operation.source,
        "eventName": operation.name,
        "awsRegion": region,
        "sourceIPAddress": call.caller.invoked_by if by_service else call.source_ip,
        "userAgent": _user_agent(call, by_service),
        **_refusal(call),
        "requestParameters": request,
        "responseElements": answer,
    }
    if more:
        record["additionalEventData"] = more
    if call.request_id:
        record["requestID"] = call.request_id[:1024]
    record |= {"eventID": event_id, "readOnly": operation.read_only}
    if found:
        record["resources"] = [resource.written() for resource in found]
    record["eventType"] = "AwsApiCall"
    if operation.api_version and not call.error:
        record["apiVersion"] = operation.api_version
    record |= {"managementEvent": not operation.data, "recipientAccountId": call.account}
    if call.caller.type == "AWSService":  # observed: the same action, told to every account in it
        record["sharedEventID"] = str(uuid.uuid5(uuid.NAMESPACE_OID, event_id))
    record["eventCategory"] = "Data" if operation.data else "Management"
    if not by_service and call.service not in quirks.GATEWAY_SERVICES:
        record["tlsDetails"] = _tls(call, operation, region)
    if call.caller.session and call.caller.session.from_console:
        record["sessionCredentialFromConsole"] = "true"
    return record


def _elements(call: ApiCall, operation: _Operation) -> tuple[Any, Any, Any]:
    """requestParameters, responseElements, additionalEventData."""
    if call.service in ("s3", "s3control"):
        return _tried(lambda: _s3(call, operation.data), (None, None, None))
    request = _tried(lambda: _request(call, operation), _UNWRITTEN)
    if request is _UNWRITTEN:
        request = _tried(lambda: _plain(call), None)
    answer = _tried(lambda: _answer(call, operation), None)
    return request, answer, _additional(call)


def _s3(call: ApiCall, data: bool) -> tuple[Any, Any, Any]:
    wire = shape_s3.wire_of(call)
    answer = None if call.error else shape_s3.response(call, data)
    return shape_s3.request(call, wire), answer, shape_s3.additional(call, wire, data)


def _request(call: ApiCall, operation: _Operation) -> Any:
    quirk = operation.quirk
    if quirk.no_request or (call.error and _forgets(call.service, call.error)):
        return None
    params = call.params
    if quirk.fill:
        params = {**quirk.fill, **params}
    if quirk.drop:
        params = {name: value for name, value in params.items() if name not in quirk.drop}
    return operation.request(params) or None


def _forgets(service: str, error: ApiError) -> bool:
    """Does the record of this refusal leave the parameters out? Observed: refused for want of a
    permission, all but a few services do; other errors keep them."""
    if service in quirks.NULL_WHEN_FAILED:
        return True
    return service not in quirks.KEEP_WHEN_DENIED and _is_denial(error)


def _is_denial(error: ApiError) -> bool:
    return "not authorized to perform" in error.message or error.code in (
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "UnauthorizedOperation",
    )


def _answer(call: ApiCall, operation: _Operation) -> Any:
    if call.error:
        behind_gateway = call.service in quirks.GATEWAY_SERVICES and not operation.read_only
        return {"message": _message(call)} if behind_gateway else None
    if operation.answer is None:
        return None
    output = call.output
    if operation.quirk.keep is not None and output:
        output = {name: part for name, part in output.items() if name in operation.quirk.keep}
    if output is None and call.service != "ec2":
        return None
    return answers.patched(operation.answer(output, call.request_id) or None, call)


def _additional(call: ApiCall) -> dict[str, Any] | None:
    """Observed in STS records of 2026: which Region served the call, over which endpoint. KMS
    developer guide, examples since 2025: which key material was used."""
    if call.service == "kms" and call.operation in _WITH_KEY_MATERIAL and not call.error:
        return _key_material(call)
    if call.service == "sts" and call.operation == "AssumeRole" and not call.error:
        serving = {"awsServingRegion": call.region, "endpointType": "regional"}
        return {"RequestDetails": serving}
    return None


_WITH_KEY_MATERIAL: Final = names.words(
    "Decrypt Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext"
)


def _key_material(call: ApiCall) -> dict[str, Any] | None:
    """64 hexadecimal digits; derived from the key's ARN where the answer has none."""
    output = call.output or {}
    known = output.get("KeyMaterialId")
    key = output.get("KeyId") or call.params.get("KeyId")
    if not known and not key:
        return None
    return {"keyMaterialId": known or hashlib.sha256(str(key).encode()).hexdigest()}


# --- refusals ---------------------------------------------------------------------------------

# errorCode in the record where it is not the wire's (observed: NoSuchEntityException for IAM's
# NoSuchEntity, DashboardNotFoundError, AccessDenied for every AccessDeniedException).
_CODES: Final[Mapping[tuple[str, str], str]] = {
    ("*", "AccessDeniedException"): "AccessDenied",
    ("iam", "NoSuchEntity"): "NoSuchEntityException",
    ("iam", "EntityAlreadyExists"): "EntityAlreadyExistsException",
    ("iam", "DeleteConflict"): "DeleteConflictException",
    ("iam", "LimitExceeded"): "LimitExceededException",
    ("iam", "MalformedPolicyDocument"): "MalformedPolicyDocumentException",
    ("iam", "InvalidInput"): "InvalidInputException",
    ("iam", "EntityTemporarilyUnmodifiable"): "EntityTemporarilyUnmodifiableException",
    ("iam", "ValidationError"): "ValidationException",
    ("iam", "PasswordPolicyViolation"): "PasswordPolicyViolationException",
    ("sns", "AuthorizationError"): "AccessDenied",
    ("autoscaling", "ValidationError"): "ValidationException",
    ("cloudwatch", "ResourceNotFound"): "DashboardNotFoundError",
}


def _refusal(call: ApiCall) -> dict[str, str]:
    if call.error is None:
        return {}
    code = {"errorCode": _error_code(call.service, call.error)[:1024]}
    if call.service in quirks.GATEWAY_SERVICES:
        return code
    message = _message(call)
    return {**code, "errorMessage": _cut(message, 1024)} if message else code


def _error_code(service: str, error: ApiError) -> str:
    if service == "ec2":  # observed: all of EC2's codes say whose mistake it was
        side = "Server" if error.status >= 500 else "Client"
        return error.code if error.code.startswith(f"{side}.") else f"{side}.{error.code}"
    known = _CODES.get((service, error.code)) or _CODES.get(("*", error.code))
    return known or error.code.rpartition("#")[2]


def _message(call: ApiCall) -> str:
    assert call.error is not None
    secrets = redact.secrets(call.params, call.model.input_shape, call.service)
    message: str = _tried(lambda: redact.clean(call.error.message, secrets), "")  # type: ignore[union-attr]
    return message


# --- small parts ------------------------------------------------------------------------------


def _user_agent(call: ApiCall, by_service: bool) -> str:
    if by_service:
        return call.caller.invoked_by or ""
    agent = _cut(call.user_agent, 1024)
    return f"[{agent}]" if call.service in ("s3", "s3control") else agent


def _tls(call: ApiCall, operation: _Operation, region: str) -> dict[str, str]:
    """What AWS would show. The kit itself speaks plain HTTP on this machine; a record with what
    really happened would teach nobody how AWS's records look."""
    if call.service in ("s3", "s3control"):
        host = _tried(lambda: shape_s3.host(call), "s3.amazonaws.com")
    else:
        host = names.endpoint_host(call.service, operation.prefix, region)
    return {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": shape_s3.CIPHER,
        "clientProvidedHostHeader": host,
    }


# User Guide, "CloudTrail record contents": a field above its limit (in KB) is left out.
_LIMITS: Final = {"requestParameters": 100, "responseElements": 100, "additionalEventData": 28}


def _within_limits(record: dict[str, Any], text: str) -> str:
    """The record's text, after fields that are too large have been replaced by what AWS writes
    there (observed): that it was left out, why, and how large it would have been."""
    if len(text) < min(_LIMITS.values()) * 256:  # a character has at most four bytes
        return text
    for name, kilobytes in _LIMITS.items():
        size = len(minified(record.get(name)).encode())
        if size > kilobytes * 1024:
            why = f"{name} too large"
            record[name] = {"reason": why, "omitted": True, "originalSize": size}
    return minified(record)


def _cut(text: str, size: int) -> str:
    """At most `size` bytes of text."""
    encoded = text.encode("utf-8", "replace")
    return text if len(encoded) <= size else encoded[:size].decode("utf-8", "ignore")


def _plain(call: ApiCall) -> Any:
    """The parameters without rules, and without the secrets among them."""
    secrets = set(redact.secrets(call.params, call.model.input_shape, call.service))
    return _hidden(shape.plain(call.params), secrets) or None


def _hidden(value: Any, secrets: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _hidden(part, secrets) for name, part in value.items() if name not in secrets}
    if isinstance(value, list):
        return [_hidden(part, secrets) for part in value]
    return redact.HIDDEN if isinstance(value, str) and value in secrets else value


def _tried(attempt: Callable[[], T], otherwise: T) -> T:
    try:
        return attempt()
    except Exception:
        return otherwise


def minified(value: Any) -> str:
    """JSON in one line without spaces, as in delivered files; always valid UTF-8 when encoded."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text if _encodable(text) else text.encode("utf-8", "replace").decode()


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def wrap(record: dict[str, Any], global_service: bool = False) -> Event:
    """An event for a ready record: console sign-ins, service events, Insights."""
    who = record.get("userIdentity") or {}
    return Event(
        record=record,
        id=record["eventID"],
        time=datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
        name=record["eventName"],
        source=record["eventSource"],
        region=record["awsRegion"],
        account=record["recipientAccountId"],
        category=record.get("eventCategory", "Management"),
        read_only=bool(record.get("readOnly", False)),
        global_service=global_service,
        resources=(),
        lookup_resources=(),
        json=minified(record),
        username=identity.username(who),
        access_key_id=who.get("accessKeyId"),
    )
