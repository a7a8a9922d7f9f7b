"""What the adapter relies on inside moto. When one of these fails after an upgrade of moto, the
adapter (lablib/account/moto_adapter/) is the only place to mend."""

from __future__ import annotations

import contextlib
import inspect
import time
from collections import defaultdict
from importlib.metadata import version

import moto.core.responses
import pytest
from botocore.exceptions import UnknownServiceError
from moto.backends import list_of_moto_modules
from moto.core.base_backend import AccountSpecificBackend
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from moto.logs.models import LogsBackend, LogStream
from moto.s3.models import FakeBucket, S3Backend, s3_backends
from moto.sns.models import SNSBackend, Subscription
from moto.sqs.models import SQSBackend

from lablib.account.moto_adapter import wire


def test_moto_is_the_version_that_the_adapter_knows() -> None:
    assert version("moto") == "5.2.5"


def test_request_ids_come_from_one_function() -> None:
    assert "gen_amzn_requestid_long(headers)" in inspect.getsource(
        moto.core.responses.BaseResponse._enrich_response
    )


@pytest.mark.parametrize("protocol", ["ec2", "json", "query", "rest-json", "rest-xml"])
def test_each_protocol_has_a_parser_and_a_serializer(protocol: str) -> None:
    assert PROTOCOL_PARSERS[protocol]
    assert get_serializer_class("sts", protocol)


@pytest.mark.parametrize("service", ["s3", "ec2", "iam", "cloudtrail", "lambda", "sns"])
def test_a_service_has_a_router_and_a_model_like_botocores(service: str) -> None:
    assert get_service_router(service).match
    model = get_service_model(service)
    assert model.operation_model(model.operation_names[0]).input_shape is not None


def test_all_services_that_share_a_signing_name_are_known() -> None:
    shared = defaultdict(set)
    for backend in list_of_moto_modules():
        with contextlib.suppress(UnknownServiceError):  # moto's own, not a service of AWS
            shared[wire._service(backend)[1].signing_name].add(wire._service(backend)[0])
    several = {name: services for name, services in shared.items() if len(services) > 1}
    assert several == {
        name: {wire._service(backend)[0] for backend in backends}
        for name, backends in wire.SIBLINGS.items()
    }


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (FakeBucket.get_permission, ["self", "action", "resource"]),
        (SQSBackend.receive_message, ["self", "queue_name", "count", "wait_seconds_timeout"]),
        (AccountSpecificBackend.__getitem__, ["self", "region_name"]),
        (S3Backend.put_object, ["self", "bucket_name", "key_name", "value"]),
        (LogStream.put_log_events, ["self", "log_events"]),
        (LogStream._send_log_events, ["self", "service", "destination_arn", "filter_name"]),
        (LogsBackend.put_log_events, ["self", "log_group_name", "log_stream_name", "log_events"]),
        (LogsBackend.put_retention_policy, ["self", "log_group_name", "retention_in_days"]),
        (LogsBackend.delete_log_group, ["self", "log_group_name"]),
        (SNSBackend.subscribe, ["self", "topic_arn", "endpoint", "protocol"]),
        (Subscription.publish, ["self", "message", "message_id", "subject"]),
    ],
)
def test_what_is_mended_still_takes_the_same_parameters(
    function: object, parameters: list[str]
) -> None:
    original = inspect.unwrap(function)  # type: ignore[arg-type]
    names = list(inspect.signature(original).parameters)[: len(parameters)]
    assert len(names) >= len(parameters) or names == ["self", "region"]


def test_buckets_know_their_owner() -> None:
    assert isinstance(s3_backends.bucket_accounts, dict)


def test_log_events_lie_in_their_streams() -> None:
    from moto.logs.models import LogEvent, LogsBackend

    backend = LogsBackend("us-east-1", "123456789012")
    backend.create_log_group("g", {})
    backend.create_log_stream("g", "s")
    now = int(time.time() * 1000)
    backend.put_log_events("g", "s", [{"timestamp": now, "message": "m"}])
    group = backend.groups["g"]
    assert group.creation_time.tzinfo is None and group.retention_in_days is None
    (event,) = group.streams["s"].events
    assert isinstance(event, LogEvent)
    assert (event.timestamp, event.message) == (now, "m") and event.ingestion_time >= now
    assert group.streams["s"].log_stream_name == "s"


def test_config_keeps_recorders_and_rules_where_the_adapter_looks() -> None:
    from moto.config import models

    backend = models.ConfigBackend("us-east-1", "123456789012")
    backend.put_configuration_recorder({"name": "default", "roleARN": "arn"})
    assert backend.recorders["default"].role_arn == "arn"
    source = {"Owner": "AWS", "SourceIdentifier": "CLOUD_TRAIL_ENABLED"}
    backend.put_config_rule({"ConfigRuleName": "r", "Source": source}, [])
    held = backend.config_rules["r"]
    assert (held.config_rule_name, held.tags) == ("r", {})
    assert held.config_rule_arn.endswith(held.config_rule_id)
    known = models.MANAGED_RULES_CONSTRAINTS["CLOUD_TRAIL_ENABLED"]
    assert known["Trigger type"] == "Periodic"
    assert callable(models.datetime2int)
