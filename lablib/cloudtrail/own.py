"""CloudTrail's own calls on behalf of a trail, which are API calls like any other's.

IAM User Guide, "Logging IAM and AWS STS API calls with CloudTrail": a service that assumes a role
leaves an AssumeRole. For CloudWatch Logs the session is called CLOUDWATCH_LOGS_DELIVERY_SESSION
(observed). How often AWS makes a new one is unverified: here when the old one has ended, after an
hour, one a role and Region.

User Guide, "How CloudTrail works with AWS KMS": one GenerateDataKey for each log file that is
encrypted with a trail's key. User Guide, "Recursive logging": the PutObject of a log file is a data
event of its bucket, so a trail that logs its own bucket feeds itself. AWS lets both go on for ever;
here they fall silent after some rounds in which nothing else happened (ROUNDS), so that an idle
account comes to rest.
"""

from __future__ import annotations

import base64
import string
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

from lablib.cloudtrail.call import ApiCall, Caller, Wire
from lablib.cloudtrail.filing import Filed

CLOUDTRAIL = "cloudtrail.amazonaws.com"
CALLER = Caller(type="AWSService", invoked_by=CLOUDTRAIL)

# How many log files in a row may hold nothing but CloudTrail's own calls and still cause another.
ROUNDS = {"GenerateDataKey": 1, "PutObject": 12}


SESSION = "CLOUDWATCH_LOGS_DELIVERY_SESSION"
HOUR = timedelta(hours=1)  # what AssumeRole gives when nothing else is asked for


class Sessions:
    """The sessions in which CloudTrail writes to CloudWatch Logs."""

    def __init__(self) -> None:
        self._end: dict[tuple[str, str], datetime] = {}

    def begin(self, role: str, region: str, now: datetime) -> bool:
        """Whether a new one is needed for a delivery now; it lasts an hour."""
        if now < self._end.get((role, region), now):
            return False
        self._end[role, region] = now + HOUR
        return True


def assume_role(role: str, role_id: str, region: str, now: datetime, rng: Random) -> ApiCall:
    """The call by which such a session begins. Its keys are shown to nobody, and open nothing."""
    account, name = role.split(":")[4], role.rpartition("/")[2]
    key = "ASIA" + "".join(rng.choices(string.ascii_uppercase + "234567", k=16))
    credentials = {
        "AccessKeyId": key,
        "SessionToken": base64.b64encode(rng.randbytes(240)).decode(),
        "Expiration": (now + HOUR).replace(microsecond=0),
    }
    user = {
        "AssumedRoleId": f"{role_id}:{SESSION}",
        "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{SESSION}",
    }
    params = {"RoleArn": role, "RoleSessionName": SESSION}
    call = _call("sts", "AssumeRole", params, region, account, now, rng, Wire())
    return replace(call, output={"Credentials": credentials, "AssumedRoleUser": user})


class Echo:
    """Tells how many rounds of CloudTrail's own calls lie behind a log file."""

    def __init__(self) -> None:
        self._rounds: dict[str, int] = {}

    def of(self, filed: Filed) -> int:
        """0 if the file holds anybody else's event."""
        return min(self._rounds.get(event.id, 0) for event in filed.events)

    def add(self, event_id: str, rounds: int) -> None:
        self._rounds[event_id] = rounds


def calls(filed: Filed, rounds: int, region: str, account: str, rng: Random) -> Iterator[ApiCall]:
    """What CloudTrail called to put this log file. `region` is that of the bucket."""
    if filed.trail.kms_key and rounds < ROUNDS["GenerateDataKey"]:
        yield _data_key(filed, filed.trail.kms_key, account, rng)
    if rounds < ROUNDS["PutObject"]:
        yield _put_object(filed, region, account, rng)


def _data_key(filed: Filed, key_arn: str, account: str, rng: Random) -> ApiCall:
    put = filed.put
    context = {
        "aws:cloudtrail:arn": put.trail,
        "aws:s3:arn": f"arn:aws:s3:::{put.bucket}/{put.key}",
    }
    params = {"KeySpec": "AES_256", "KeyId": key_arn, "EncryptionContext": context}
    region = key_arn.split(":")[3]
    return _call("kms", "GenerateDataKey", params, region, account, put.time, rng, Wire())


def _put_object(filed: Filed, region: str, account: str, rng: Random) -> ApiCall:
    put, kms_key = filed.put, filed.trail.kms_key
    encryption = "aws:kms" if kms_key else "AES256"
    headers = {
        "x-amz-acl": "bucket-owner-full-control",
        "x-amz-server-side-encryption": encryption,
        "content-length": str(len(filed.body)),
    }
    answered = {"x-amz-server-side-encryption": encryption}
    if kms_key:
        headers["x-amz-server-side-encryption-aws-kms-key-id"] = kms_key
        answered["x-amz-server-side-encryption-aws-kms-key-id"] = kms_key
    host = f"{put.bucket}.s3.{region}.amazonaws.com"
    wire = Wire("PUT", host, f"/{put.key}", headers=headers, response_headers=answered)
    params = {"Bucket": put.bucket, "Key": put.key, "ACL": headers["x-amz-acl"]}
    return _call("s3", "PutObject", params, region, account, put.time, rng, wire)


def _call(
    service: str,
    operation: str,
    params: dict[str, Any],
    region: str,
    account: str,
    time: datetime,
    rng: Random,
    wire: Wire,
) -> ApiCall:
    model = _model(service, operation)
    return ApiCall(
        service=service,
        operation=operation,
        model=model,
        protocol=model.service_model.metadata["protocol"],
        params=params,
        caller=CALLER,
        region=region,
        time=time,
        request_id=_request_id(service, rng),
        account=account,
        output={},
        source_ip=CLOUDTRAIL,
        user_agent=CLOUDTRAIL,
        wire=wire,
    )


def _request_id(service: str, rng: Random) -> str:
    if service == "s3":  # observed: 16 upper-case letters and digits
        return "".join(rng.choices("ABCDEFGHJKMNPQRSTVWXYZ0123456789", k=16))
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


@cache
def _model(service: str, operation: str) -> OperationModel:
    described = Loader().load_service_model(service, "service-2")
    return ServiceModel(described, service).operation_model(operation)
