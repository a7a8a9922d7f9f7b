"""HTTP and meaning: moto's server application, its routers, parsers and serializers.

moto answers the calls; this module finds the operation behind an HTTP request, reads parameters
and answers by botocore's service models, and writes protocol-correct errors.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"  # no wildcard CORS; read when moto is imported
os.environ.pop("MOTO_ACCOUNT_ID", None)  # would override the caller's account on every call

from botocore.parsers import ResponseParserFactory
from moto.core.exceptions import ServiceException
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request as MotoRequest
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model, service_name_from_moto_package_name
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.exceptions import NotFound

from ..chance import Chance, SystemRandomness
from ..messages import Answer, Request
from . import boundaries, keys, mend

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel

# moto package → botocore service, where moto's own look-up does not know it
BACKEND_TO_SERVICE = {"awslambda": "lambda", "dynamodb_v20111205": "dynamodb"}
NOT_A_SERVICE = {"moto_api", "instance_metadata"}


# Services of moto that share a signing name. AWS tells them apart by their host names; here the one
# that knows the operation is meant.
SIBLINGS = {
    "apigateway": ("apigateway", "apigatewayv2"),
    "bedrock": ("bedrock", "bedrockagent", "bedrockruntime"),
    "bedrock-agentcore": ("bedrockagentcore", "bedrockagentcorecontrol"),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticloadbalancing": ("elb", "elbv2"),
    "es": ("es", "opensearch"),
    "kinesisvideo": ("kinesisvideo", "kinesisvideoarchivedmedia"),
    "mediastore": ("mediastore", "mediastoredata"),
    "s3": ("s3", "s3control"),
    "sagemaker": ("sagemaker", "sagemakermetrics", "sagemakerruntime"),
    "servicecatalog": ("servicecatalog", "servicecatalogappregistry"),
    "ses": ("ses", "sesv2"),
    "timestream": ("timestreamquery", "timestreamwrite"),
}
NEWER_ELB = b"Version=2015-12-01"  # the two load balancing APIs differ by version, not by operation


class NoSuchService(Exception):
    """moto does not mock the service that the request is signed for."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes: the Flask application that answers it, and its service model."""

    app: Any
    service: str  # botocore's name
    model: ServiceModel
    protocol: str


@dataclass(frozen=True, slots=True)
class Operation:
    model: OperationModel
    params: dict[str, Any]


class LabError(ServiceException):
    """An error to be written in a service's own protocol. Outside `moto.*` on purpose: moto looks
    up the error's service by the module of its class."""


class Moto:
    """moto's server application for one account process."""

    def __init__(self, randomness: SystemRandomness) -> None:
        self._dispatcher = DomainDispatcherApplication(create_backend_app)
        self._parsers = ResponseParserFactory()
        mend.all_of_it(lambda: self.request_id, randomness)
        self.request_id = ""

    def begin(self, chance: Chance, name: str) -> None:
        """Every random thing moto draws from here on follows from the seed and `name`."""
        mock_random.seed(chance.begin(name).getrandbits(64))

    def reset(self) -> None:
        """An empty AWS: all of moto's backends as new."""
        from moto.moto_api._internal.models import moto_api_backend

        moto_api_backend.reset()

    # -- from HTTP to meaning -------------------------------------------------------------

    def route(self, environ: dict[str, Any], request: Request) -> Route:
        """Raises NoSuchService."""
        try:
            app: Any = self._dispatcher.get_application(environ)
        except (KeyError, ImportError, AttributeError, IndexError, ValueError) as error:
            raise NoSuchService(str(error)) from error
        backend = app.service
        if backend in NOT_A_SERVICE:
            raise NoSuchService(backend)
        if backend == "elb" and NEWER_ELB in request.body:
            backend = "elbv2"
        return _route(app, backend, request)

    def decode(self, route: Route, request: Request) -> tuple[Route, Operation] | None:
        """The operation, and whose it is: of the service found, or of one with the same signing
        name. None when none of them knows it."""
        found = self.operation(route, request)
        if found is not None:
            return route, found
        for backend in SIBLINGS.get(route.model.signing_name, ()):
            sibling = _route(self._application(backend), backend, request)
            if sibling.service != route.service and (found := self.operation(sibling, request)):
                return sibling, found
        return None

    def _application(self, backend: str) -> Any:
        with self._dispatcher.lock:
            made = self._dispatcher.app_instances
            if backend not in made:
                made[backend] = self._dispatcher.create_app(backend)  # type: ignore[arg-type]
            return made[backend]

    def operation(self, route: Route, request: Request) -> Operation | None:
        """The operation and its parameters in botocore's names; None when there is none."""
        moto_request = MotoRequest(request.wsgi())
        try:
            model, uri_params = get_service_router(route.service).match(moto_request)
        except (NotFound, NotImplementedError):
            named = _named_in_target(route, request)
            if named is None:
                return None
            model, uri_params = named, {}
        parser: Any = PROTOCOL_PARSERS[route.protocol]
        params = parser(model).parse(
            {
                "method": moto_request.method,
                "values": moto_request.values,
                "headers": moto_request.headers,
                "body": moto_request.data,
                "url_path": moto_request.path,
                "url_params": uri_params,
            }
        )
        return Operation(model, _as_sent(params, model))

    @staticmethod
    def model(service: str, operation: str) -> OperationModel:
        """An operation's model, by botocore's names."""
        return get_service_model(service).operation_model(operation)

    def read_answer(self, route: Route, model: OperationModel, answer: Answer) -> dict[str, Any]:
        """The answer as boto3 would show it, without a streamed body (an object's content);
        {"Error": {"Code", "Message"}} for a refusal."""
        parser = self._parsers.create_parser(route.protocol)
        streamed = answer.status < 300 and model.has_streaming_output
        parsed = parser.parse(
            {
                "headers": _Headers(answer.headers),
                "status_code": answer.status,
                "body": b"" if streamed else answer.body,
            },
            model.output_shape if answer.status < 300 else None,
        )
        parsed.pop("ResponseMetadata", None)
        return dict(parsed)

    # -- from meaning to HTTP -------------------------------------------------------------

    def answer(
        self, route: Route, request: Request, environ: dict[str, Any], account: str
    ) -> Answer:
        """moto's own answer. Raises whatever moto raises (NotImplementedError above all)."""
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
        if route.service == "iam" and b"Polic" in request.body:
            mend.load_managed_policies(account)
        if route.service == "iam" and b"PermissionsBoundary" in request.body:
            boundaries.mend()
        if route.service == "kms":
            keys.mend()
        return run_wsgi(route.app, environ)

    def write(self, route: Route, model: OperationModel, result: Mapping[str, Any]) -> Answer:
        serializer: Any = get_serializer_class(route.service, route.protocol)
        response = serializer(
            operation_model=model, context=SerializationContext(self.request_id)
        ).serialize(result)
        return _answer(response)

    def write_error(
        self, route: Route, model: OperationModel | None, code: str, message: str, status: int
    ) -> Answer:
        operation = model or next(iter(_operations(route.model)))
        serializer: Any = get_serializer_class(route.service, route.protocol)
        response = serializer(
            operation_model=operation, context=SerializationContext(self.request_id)
        ).serialize(LabError(code, message))
        response["status_code"] = status
        return _answer(response)


def run_wsgi(app: Any, environ: dict[str, Any]) -> Answer:
    """Calls a WSGI application and gathers its answer."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        started.append((status, headers))

    chunks: Iterable[bytes] = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    status, headers = started[-1]
    return Answer.make(int(status.split(" ", 1)[0]), headers, body)


def _answer(response: Mapping[str, Any]) -> Answer:
    body = response["body"]
    return Answer.make(
        response["status_code"],
        [(k, str(v)) for k, v in response["headers"].items()],
        body.encode() if isinstance(body, str) else body,
    )


class _Headers(dict[str, str]):
    """Header look-up without regard to case, as botocore's parsers expect."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        super().__init__((k.lower(), v) for k, v in pairs)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(str(key).lower())

    def __getitem__(self, key: str) -> str:
        return super().__getitem__(key.lower())

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key.lower(), default)


def _named_in_target(route: Route, request: Request) -> OperationModel | None:
    """SDKs shorten the target's prefix (JavaScript's says CloudTrail_20131101.CreateTrail); AWS
    goes by what stands behind the last dot."""
    name = request.header("X-Amz-Target").rpartition(".")[2]
    return route.model.operation_model(name) if name in route.model.operation_names else None


def _route(app: Any, backend: str, request: Request) -> Route:
    service, model = _service(backend)
    return Route(app, service, model, _protocol(model, request.header("Content-Type")))


@functools.cache
def _service(backend: str) -> tuple[str, ServiceModel]:
    service = BACKEND_TO_SERVICE.get(backend) or service_name_from_moto_package_name(backend)
    return service, get_service_model(service)


@functools.lru_cache(maxsize=512)
def _protocol(model: ServiceModel, content_type: str) -> str:
    """What the request speaks; for one that speaks none of what moto reads, what moto can write."""
    supported = model.metadata.get("protocols", [model.metadata["protocol"]])
    fallback = next((p for p in supported if p in PROTOCOL_PARSERS), "json")
    try:
        spoken = determine_request_protocol(model, content_type)
    except NotImplementedError:
        return fallback
    return spoken if spoken in PROTOCOL_PARSERS else fallback


def _operations(model: ServiceModel) -> Iterable[OperationModel]:
    return (model.operation_model(name) for name in model.operation_names)


class Handler(MotoRequestHandler):
    """Reads requests as moto's server does (S3 metadata keys keep their underscores)."""


def _as_sent(params: dict[str, Any], model: OperationModel) -> dict[str, Any]:
    """Without the lists that moto reads out of a query in which they are not: a query cannot hold
    an empty list."""
    members = model.input_shape.members.items() if model.input_shape else ()
    in_query = {
        name for name, part in members if part.serialization.get("location") == "querystring"
    }
    return {name: value for name, value in params.items() if value != [] or name not in in_query}
