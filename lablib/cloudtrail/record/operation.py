"""What can be known of an operation before its first call: names, kind, and how to write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from botocore.model import OperationModel, Shape

from lablib.cloudtrail.call import ApiCall
from lablib.cloudtrail.record import (
    data_events,
    names,
    quirks,
    readonly,
    redact,
    shape,
    shape_ec2,
)
from lablib.cloudtrail.record.quirks import Quirk


@dataclass(frozen=True, slots=True)
class Operation:
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


_OPERATIONS: dict[tuple[str, str], Operation] = {}


def known(call: ApiCall) -> Operation:
    return _known(call.service, call.operation, call.model)


def _known(service: str, operation: str, model: OperationModel) -> Operation:
    found = _OPERATIONS.get((service, operation))
    if found is None:
        found = _OPERATIONS[service, operation] = _study(service, operation, model)
    return found


# Services whose records say something of an answer elsewhere than in responseElements.
_TELLING: Final = frozenset({"kms", "s3", "secretsmanager", "sts"})


def uses_answer(service: str, operation: str, model: OperationModel) -> bool:
    """Whether a record has anything of a successful answer: most reads' have not, and a long
    answer need not be read for them."""
    return service in _TELLING or _known(service, operation, model).answer is not None


def _study(service: str, operation: str, model: OperationModel) -> Operation:
    quirk = quirks.of(service, operation)
    read_only = readonly.is_read_only(service, operation)
    answered = quirk.answer if quirk.answer is not None else not read_only
    if service == "ec2":
        request, answer = shape_ec2.request(model), shape_ec2.response(model)
    else:
        request, answer = _common(service, model)
    return Operation(
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
