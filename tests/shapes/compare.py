"""One real shape against our record of the same call."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session

from lablib.cloudtrail.call import ApiCall, ApiError
from lablib.cloudtrail.event import describe
from lablib.cloudtrail.record import names
from tests.cloudtrail.calls import EVENT_ID, call, model_of
from tests.shapes import top
from tests.shapes.paths import Paths, fits, paths
from tests.shapes.probe import KEY, sent

# Event sources whose services botocore calls otherwise.
SERVICES: dict[str, tuple[str, ...]] = {
    "agreement-marketplace": ("marketplace-agreement",),
    "discovery-marketplace": ("marketplace-discovery",),
    "amazonmq": ("mq",),
    "apigateway": ("apigatewayv2", "apigateway"),
    "bedrock": ("bedrock", "bedrock-agent"),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elbv2", "elb"),
    "elasticmapreduce": ("emr",),
    "es": ("es", "opensearch"),
    "aoss": ("opensearchserverless",),
    "monitoring": ("cloudwatch",),
    "s3": ("s3", "s3control"),
    "ses": ("ses", "sesv2"),
    "sso": ("sso-admin",),
    "sso-directory": ("identitystore",),
    "servicequotas": ("service-quotas",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
    "transcribe": ("transcribe",),
    "autoscaling": ("autoscaling", "application-autoscaling"),
}
MOSTLY = 0.5


@dataclass
class Verdict:
    """What became of one shape."""

    key: str
    met: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # there, with another type
    extra: list[str] = field(default_factory=list)  # real records never had it
    top_wanted: int = 0
    top_missing: list[str] = field(default_factory=list)
    top_wrong: list[str] = field(default_factory=list)  # a value that no real record had
    top_extra: list[str] = field(default_factory=list)

    @property
    def wanted(self) -> int:
        return len(self.met) + len(self.missing) + len(self.wrong)


@cache
def operations_of(key: str) -> tuple[tuple[str, str], ...]:
    """botocore's (service, operation) pairs that an `eventSource:eventName` can stand for."""
    source, _, name = key.partition(":")
    prefix = source.partition(".")[0]
    known = botocore.session.get_session().get_available_services()
    services = [service for service in SERVICES.get(prefix, (prefix,)) if service in known]
    return tuple(found for service in services if (found := _named(service, name)))


def _named(service: str, name: str) -> tuple[str, str] | None:
    model = model_of(service)
    for operation in model.operation_names:
        path = names.path_of(model.operation_model(operation))
        if names.event_name(service, operation, path) == name:
            return service, operation
    return (service, name) if name in model.operation_names else None


def example(found: tuple[str, str], real: dict[str, Any]) -> ApiCall:
    """A call of the operation that is as near to the real ones as its model allows."""
    service, operation = found
    base = call(service, operation, params={}, output={}, error=_error(real))
    model = base.model
    base = dataclasses.replace(base, params=_named_by_host(service, model.input_shape))

    def request(params: dict[str, Any]) -> Any:
        return _part(
            dataclasses.replace(base, params={**base.params, **params}), "requestParameters"
        )

    def answer(output: dict[str, Any]) -> Any:
        return _part(dataclasses.replace(base, output=output), "responseElements")

    params = sent(model.input_shape, request, set(real.get("requestParameters", {})))
    output = sent(model.output_shape, answer, set(real.get("responseElements", {})))
    if service == "kms" and model.output_shape and "KeyId" in model.output_shape.members:
        output = {"KeyId": KEY, **output}
    if service == "kms" and operation == "CreateKey":
        output["KeyMetadata"]["Arn"] = KEY
    return dataclasses.replace(
        base, params={**base.params, **params}, output=None if base.error else output
    )


def _named_by_host(service: str, shape: Any) -> dict[str, Any]:
    """S3's requests cannot be made without these."""
    samples = {"Bucket": "amzn-s3-demo-bucket", "Key": "folder/key", "AccountId": "123456789012"}
    samples["ConfigId"] = "text"
    known = shape.members if shape and service in ("s3", "s3control") else {}
    return {name: value for name, value in samples.items() if name in known}


def _error(real: dict[str, Any]) -> ApiError | None:
    """Shapes of refused calls only are compared with a refused call."""
    if real.get("ok_count", 1):
        return None
    code = next(iter(real.get("errorCodes", ())), "AccessDenied")
    denied = "User is not authorized to perform: this" if "nauthorized" in code else ""
    return ApiError(code.removeprefix("Client."), denied or f"The reason for {code}", 400)


def _part(made: ApiCall, part: str) -> Any:
    return describe(made, EVENT_ID).record[part]


def verdict(key: str, real: dict[str, Any], record: dict[str, Any], least: float = 0.0) -> Verdict:
    """Field by field: the record's own fields, and the parts that differ from call to call. Fields
    of a part that fewer than the share `least` of the real records have are not asked for."""
    asked = top.asked_for(real)
    result = Verdict(
        key,
        top_wanted=len(asked),
        top_missing=[name for name in asked if name not in record],
        top_wrong=top.wrong(real, record) + top.misnamed(key, record),
        top_extra=top.extra(real, record),
    )
    for part in top.PARTS:
        theirs = real.get(part, {})
        ours = _with_free_keys(paths(record.get(part)), theirs)
        if record.get(part) is None and real.get(f"{part}_null_share_ok", 0) >= MOSTLY:
            continue
        for path, (kinds, share) in theirs.items():
            name = f"{part}.{path}"
            if path not in ours and share < least:
                continue
            if path not in ours:
                result.missing.append(name)
            elif not fits(ours[path], kinds):
                result.wrong.append(name)
            else:
                result.met.append(name)
        result.extra += [f"{part}.{path}" for path in ours if not _known(path, theirs)]
    return result


def _with_free_keys(ours: Paths, theirs: dict[str, Any]) -> Paths:
    """Names that callers choose stand under the file's word for them: `tags.<key>`."""
    free = [path.removesuffix("<key>") for path in theirs if path.endswith(".<key>")]
    renamed: Paths = {}
    for path, kinds in ours.items():
        above = next((f for f in free if path.startswith(f) and path not in theirs), None)
        renamed.setdefault(f"{above}<key>" if above else path, set()).update(kinds)
    return renamed


def _known(path: str, theirs: dict[str, Any]) -> bool:
    """Is the path real, or inside an object whose inside the file does not tell?"""
    if path in theirs:
        return True
    above = path
    while "." in above:
        above = above.rpartition(".")[0]
        if above in theirs and not any(other.startswith(f"{above}.") for other in theirs):
            return True
    return False
