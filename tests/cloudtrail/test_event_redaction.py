"""No secret that a caller sends or receives stands in a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import OperationModel, Shape

from lablib.cloudtrail.call import ApiCall, ApiError, Wire
from lablib.cloudtrail.event import describe
from tests.cloudtrail.calls import EVENT_ID, call, model_of

SECRET = "Sesame-0pen-Correct-Horse"
MARKED_SERVICES, MARKED_PLACES = 230, 20_000  # botocore's models have some more


def hidden(shape: Shape | None, seen: tuple[str, ...] = ()) -> Iterator[Any]:
    """Values of the shape that carry SECRET in one member that the model marks sensitive."""
    if shape is None or len(seen) > 8 or seen.count(shape.name) > 1:
        return
    below = (*seen, shape.name)
    if shape.metadata.get("sensitive"):
        yield from _filled(shape)
    elif shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from ({name: value} for value in hidden(member, below))
    elif shape.type_name == "list":
        yield from ([value] for value in hidden(shape.member, below))
    elif shape.type_name == "map":
        yield from ({"key": value} for value in hidden(shape.value, below))
        if shape.key.metadata.get("sensitive"):
            yield from ({SECRET: value} for value in _filled(shape.value))


def _filled(shape: Shape, depth: int = 0) -> Iterator[Any]:
    """SECRET wherever a text can be, under a shape that is sensitive as a whole."""
    if shape.type_name == "blob":
        yield SECRET.encode()
    elif shape.type_name == "structure" and depth < 4:
        for name, member in shape.members.items():
            yield from ({name: value} for value in _filled(member, depth + 1))
    elif shape.type_name == "list" and depth < 4:
        yield from ([value] for value in _filled(shape.member, depth + 1))
    elif shape.type_name == "map" and depth < 4:
        yield from ({SECRET: value} for value in _filled(shape.value, depth + 1))
    elif shape.type_name == "string":
        yield SECRET


def calls_with_secrets(model: OperationModel, service: str) -> Iterator[ApiCall]:
    needed = {"Bucket": "bucket", "Key": "key"} if service == "s3" else {}
    refusal = ApiError("ValidationException", f"Value '{SECRET}' is not what it should be.")
    for params in hidden(model.input_shape):
        yield call(service, model.name, params={**needed, **params}, output={})
        yield call(service, model.name, params={**needed, **params}, error=refusal)
    for output in hidden(model.output_shape):
        yield call(service, model.name, params=needed, output=output)


def test_nothing_that_any_services_model_marks_sensitive_is_written() -> None:
    """All models that botocore has: every marked place, asked for, answered, and refused."""
    tried: Counter[str] = Counter()
    for service in Loader().list_available_services("service-2"):
        model = model_of(service)
        for name in model.operation_names:
            for made in calls_with_secrets(model.operation_model(name), service):
                tried[service] += 1
                event = describe(made, EVENT_ID)
                assert SECRET not in event.json, (made.operation, made.params, made.output)
                assert SECRET not in str(event.lookup_resources)
                assert SECRET not in str(event.resources)
        model_of.cache_clear()  # four hundred models are too much to keep
    assert len(tried) > MARKED_SERVICES
    assert tried.total() > MARKED_PLACES


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("rds", "CreateDBInstance", {"MasterUserPassword": SECRET}),
        ("ec2", "RunInstances", {"UserData": SECRET}),
        ("ec2", "ModifyInstanceAttribute", {"UserData": {"Value": SECRET.encode()}}),
        ("ssm", "PutParameter", {"Value": SECRET}),
        ("ssm", "SendCommand", {"Parameters": {"commands": [SECRET]}}),
        ("lambda", "CreateFunction", {"Environment": {"Variables": {"TOKEN": SECRET}}}),
        ("lambda", "Invoke", {"ClientContext": SECRET, "Payload": SECRET.encode()}),
        ("sns", "Publish", {"Message": SECRET, "Subject": SECRET}),
        ("sqs", "SendMessage", {"MessageBody": SECRET}),
        ("dynamodb", "PutItem", {"TableName": "t", "Item": {"a": {"S": SECRET}}}),
        (
            "dynamodb",
            "UpdateItem",
            {"TableName": "t", "ExpressionAttributeValues": {":a": {"S": SECRET}}},
        ),
    ],
)
def test_what_the_model_does_not_mark_is_hidden_where_aws_hides_it(
    service: str, operation: str, params: dict[str, Any]
) -> None:
    assert SECRET not in describe(call(service, operation, params=params), EVENT_ID).json


def test_a_member_that_no_model_knows_is_hidden_when_its_name_tells_a_secret() -> None:
    made = call("glue", "GetJobs", params={"ServicePassword": SECRET, "Note": "kept"})
    written = describe(made, EVENT_ID).record["requestParameters"]
    assert written == {"servicePassword": "HIDDEN_DUE_TO_SECURITY_REASONS", "note": "kept"}


def test_a_presigned_url_leaves_neither_signature_nor_credential() -> None:
    query = (
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", SECRET),
        ("X-Amz-Signature", SECRET),
        ("X-Amz-Security-Token", SECRET),
        ("X-Amz-Expires", "3600"),
    )
    wire = Wire(method="GET", host="127.0.0.1:5000", path="/b/k", query=query)
    made = call("s3", "GetObject", params={"Bucket": "b", "Key": "k"}, wire=wire)
    event = describe(made, EVENT_ID)
    assert SECRET not in event.json
    assert event.record["requestParameters"]["X-Amz-Expires"] == "3600"
    assert event.record["additionalEventData"]["AuthenticationMethod"] == "QueryString"


def test_a_callers_own_encryption_key_stays_out_of_the_record() -> None:
    wire = Wire(
        method="PUT",
        host="127.0.0.1:5000",
        path="/b/k",
        headers={
            "x-amz-server-side-encryption-customer-algorithm": "AES256",
            "x-amz-server-side-encryption-customer-key": SECRET,
        },
    )
    made = call("s3", "PutObject", params={"Bucket": "b", "Key": "k"}, wire=wire)
    event = describe(made, EVENT_ID)
    assert SECRET not in event.json
    assert event.record["additionalEventData"]["SSEApplied"] == "SSE_C"


def test_the_name_of_a_kms_key_is_shown_although_the_model_marks_it() -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    params = {"Bucket": "b", "Key": "k", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    written = describe(call("s3", "PutObject", params=params), EVENT_ID).record
    name = "x-amz-server-side-encryption-aws-kms-key-id"
    assert written["requestParameters"][name] == key
