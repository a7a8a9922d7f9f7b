"""Carries out what CloudFormation calls of the services that the lab answers itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from botocore.model import OperationModel, Shape
from botocore.validate import ParamValidator

from ..cloudtrail.call import Caller
from ..cloudtrail.errors import CloudTrailError
from ..cloudtrail.path import CloudTrail
from .moto_adapter.ingestion import lab_time
from .moto_adapter.stack_resources import CallFailed
from .moto_adapter.wire import Moto
from .own import Asked, Operations, OwnError
from .services import CLOUDFORMATION
from .stacks import Call, Place


class Performer:
    def __init__(self, moto: Moto, cloudtrail: CloudTrail, own: Operations) -> None:
        self._moto, self._cloudtrail, self._own = moto, cloudtrail, own

    def performed(self, call: Call, place: Place) -> Mapping[str, Any]:
        """The answer in botocore's names; raises CallFailed."""
        service, operation, params = call
        model = self._moto.model(service, operation)
        asked = coerced(model.input_shape, params)
        _validate(model, asked)
        caller = Caller("AWSService", account=place.account, invoked_by=CLOUDFORMATION)
        now = lab_time()
        try:
            if service == "cloudtrail":
                return self._cloudtrail.answer(operation, asked, caller, place.region, now)
            answer = self._own[service][operation]
            return answer(
                Asked(asked, caller, place.account, place.region, now, random.Random(operation))
            )
        except (CloudTrailError, OwnError) as error:
            raise failed(model, error.message, error.status, error.code) from None


def failed(model: OperationModel, message: str, status: int, service_code: str = "") -> CallFailed:
    """In CloudFormation's words, as stack events quote them, without its tokens (unverified)."""
    service = model.service_model.service_id
    said = f"{message} (Service: {service}, Status Code: {status})"
    code = "HandlerErrorCode: InvalidRequest"
    return CallFailed(f'Resource handler returned message: "{said}" ({code})', service_code)


def _validate(model: OperationModel, asked: Mapping[str, Any]) -> None:
    report = ParamValidator().validate(asked, model.input_shape)
    if report.has_errors():
        raise failed(model, f"Parameter validation failed: {report.generate_report()}", 400)


SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "boolean": lambda value: str(value).lower() == "true",
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "string": str,
}


def coerced(shape: Shape | None, value: Any) -> Any:
    """A template's value as the API wants it: templates may write numbers and truth as text, and
    hold properties that the API does not know."""
    if shape is None or value is None:
        return value
    if shape.type_name == "structure" and isinstance(value, Mapping):
        known = shape.members
        return {name: coerced(known[name], part) for name, part in value.items() if name in known}
    if shape.type_name == "list" and isinstance(value, list | tuple):
        return [coerced(shape.member, part) for part in value]
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {str(key): coerced(shape.value, part) for key, part in value.items()}
    try:
        return SCALARS.get(shape.type_name, lambda same: same)(value)
    except (TypeError, ValueError):
        return value  # the validator says what is wrong with it
