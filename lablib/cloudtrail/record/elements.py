"""The parts of a record that differ from operation to operation: parameters, answer, and more."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final, TypeVar

from lablib.cloudtrail.call import ApiCall
from lablib.cloudtrail.record import answers, names, quirks, redact, refusal, shape, shape_s3
from lablib.cloudtrail.record.operation import Operation

T = TypeVar("T")
_UNWRITTEN: Final = object()


def of(call: ApiCall, operation: Operation) -> tuple[Any, Any, Any]:
    """requestParameters, responseElements, additionalEventData."""
    if call.service in ("s3", "s3control"):
        return tried(lambda: _s3(call, operation.data), (None, None, None))
    request = tried(lambda: _request(call, operation), _UNWRITTEN)
    if request is _UNWRITTEN:
        request = tried(lambda: _plain(call), None)
    answer = tried(lambda: _answer(call, operation), None)
    return request, answer, tried(lambda: _additional(call), None)


def _s3(call: ApiCall, data: bool) -> tuple[Any, Any, Any]:
    wire = shape_s3.wire_of(call)
    answer = None if call.error else shape_s3.response(call, data)
    return shape_s3.request(call, wire), answer, shape_s3.additional(call, wire, data)


def _request(call: ApiCall, operation: Operation) -> Any:
    quirk = operation.quirk
    if quirk.no_request or (call.error and refusal.forgets(call.service, call.error)):
        return None
    params = call.params
    if quirk.fill:
        params = {**quirk.fill, **params}
    if quirk.drop:
        params = {name: value for name, value in params.items() if name not in quirk.drop}
    written = operation.request(params) or None
    return {**(written or {}), **quirk.more(call)} if quirk.more else written


def _answer(call: ApiCall, operation: Operation) -> Any:
    if call.error:
        behind_gateway = call.service in quirks.GATEWAY_SERVICES and not operation.read_only
        return {"message": refusal.message(call)} if behind_gateway else None
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


def tried(attempt: Callable[[], T], otherwise: T) -> T:
    """What the attempt gives, or `otherwise` when odd input defeats it: a call is recorded in any
    case, if need be without this part."""
    try:
        return attempt()
    except Exception:
        return otherwise
