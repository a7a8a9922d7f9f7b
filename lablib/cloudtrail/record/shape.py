"""From a botocore shape to record JSON: a small compiler, one rendering function a shape.

The rule observed over all services: a member's name in the record is the API's with its first
letter in lower case (`dBInstanceIdentifier`, `sAMLProviderArn`, `eTag`), values keep their JSON
type, lists are plain lists. What differs by service is a `Style`. EC2 and S3 have their own files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from botocore.model import Shape

from lablib.cloudtrail.record import dates, redact
from lablib.cloudtrail.record.redact import ABSENT

Render = Callable[[Any], Any]

_DEPTH: Final = 40  # deeper input than any service's model has is cut


def lower_first(name: str) -> str:
    """`DBInstanceIdentifier` → `dBInstanceIdentifier`."""
    return name[:1].lower() + name[1:]


@dataclass(frozen=True, slots=True)
class Style:
    """How a service writes names and dates, and whether its records are the raw JSON body."""

    name: Callable[[str, Shape], str]
    date: Callable[[datetime, Shape], Any]
    raw: bool = False


def _wire_name(member: str, shape: Shape) -> str:
    return str(shape.serialization.get("name", member))


def _lower_wire_name(member: str, shape: Shape) -> str:
    return lower_first(_wire_name(member, shape))


def _wire_date(moment: datetime, shape: Shape) -> Any:
    return dates.on_the_wire(moment, shape.serialization.get("timestampFormat") or _form(shape))


def _form(shape: Shape) -> str | None:
    return str(shape.metadata["timestampFormat"]) if "timestampFormat" in shape.metadata else None


COMMON: Final = Style(lambda member, _: lower_first(member), lambda at, _: dates.american(at))
RAW: Final = Style(_lower_wire_name, _wire_date, raw=True)
VERBATIM: Final = Style(_wire_name, _wire_date, raw=True)
# User Guide, examples of UpdateTrail and LookupEvents: CloudTrail's own dates are ISO.
OWN: Final = Style(lambda member, _: lower_first(member), lambda at, _: dates.iso(at))

# Services whose records hold the request as HTTP carried it: the body's names and dates, values
# of the query string as strings. Observed for all but bedrock-runtime and mwaa.
_RAW_SERVICES: Final = frozenset(
    (
        "amplify", "apigatewayv2", "appsync", "bedrock", "bedrock-agent", "bedrock-runtime", "eks",
        "guardduty", "macie2", "mediaconvert", "mq",
    )
)  # fmt: skip

# The same, and with capitals where the body has them. Observed for ce, devops-guru,
# internetmonitor, resource-explorer-2, ssm-guiconnect and synthetics; Security Hub, Detective and
# MWAA by the examples in their guides.
_VERBATIM_SERVICES: Final = frozenset(
    (
        "ce", "detective", "devops-guru", "internetmonitor", "mwaa", "networkmanager",
        "resource-explorer-2", "scheduler", "securityhub", "ssm-guiconnect", "synthetics",
    )
)  # fmt: skip

# DynamoDB keeps the names of attributes and the values of keys (observed in PutItem, UpdateItem;
# DynamoDB developer guide, "DynamoDB data plane events in CloudTrail"). By the model's shape names.
_NO_VALUES: Final = frozenset(
    (
        "ExpressionAttributeValueMap", "AttributeMap", "ItemList", "PreparedStatementParameters",
        "ItemResponseList", "BatchGetResponseMap", "ItemCollectionKeyAttributeMap",
    )
)  # fmt: skip
_ONLY_NAMES: Final = frozenset(
    (
        "PutItemInputAttributeMap", "AttributeUpdates", "ExpectedAttributeMap",
        "FilterConditionMap", "KeyConditions",
    )
)  # fmt: skip

# Structures whose lists are there when nothing was sent (observed: excludeManagementEventSources in
# PutEventSelectors).
_WITH_EMPTY_LISTS: Final = frozenset((("cloudtrail", "EventSelector"),))

# Names that no rule gives: (service, member) → name in the record. Observed: Secrets Manager's
# arn, Roles Anywhere; KMS's and SQS's by the examples in their guides.
_NAMES: Final[Mapping[tuple[str, str], str]] = {
    ("secretsmanager", "ARN"): "arn",
    ("kms", "CloudHsmClusterId"): "clusterId",
    ("sqs", "AWSAccountIds"): "AWSAccountIds",
}


def style_of(service: str) -> Style:
    if service in _VERBATIM_SERVICES:
        return VERBATIM
    if service in _RAW_SERVICES:
        return RAW
    if service == "rolesanywhere":  # observed: ISO dates, numbers in the query string
        return Style(_lower_wire_name, _wire_date)
    return OWN if service == "cloudtrail" else COMMON


class Shaper:
    """Renders values of one service's shapes. Structures are compiled once, member by member,
    when a value first needs them; so recursive shapes and huge models cost nothing."""

    def __init__(self, service: str, style: Style) -> None:
        self.service = service
        self.style = style
        self._structures: dict[str, Render] = {}

    def of(self, shape: Shape) -> Render:
        """The function that turns a value of this shape into record JSON."""
        kind = shape.type_name
        if self.service == "dynamodb":
            special = _dynamodb(shape.name)
            if special is not None:
                return special
        if kind == "structure" and not getattr(shape, "is_document_type", False):
            return self._structure(shape)
        if kind == "list":
            return self._list(shape)
        if kind == "map":
            return self._map(shape)
        if kind == "timestamp":
            return lambda value: (
                self.style.date(value, shape) if isinstance(value, datetime) else plain(value)
            )
        if kind == "blob":
            return lambda _: ABSENT
        if self._is_query_text(shape):
            return self._query_text
        return text if kind == "string" else plain

    def _is_query_text(self, shape: Shape) -> bool:
        return self.style.raw and shape.serialization.get("location") == "querystring"

    @staticmethod
    def _query_text(value: Any) -> Any:
        """Observed in macie2: `maxResults: "25"`, `onlyAssociated: "true"`."""
        return str(value).lower() if isinstance(value, bool) else str(value)

    def member(self, name: str, shape: Shape) -> tuple[str, Render]:
        """A member's name in the record, and how its value is written there."""
        key = _NAMES.get((self.service, name)) or self.style.name(name, shape)
        mark = redact.stand_in(self.service, name, shape)
        if shape.type_name == "blob" and self.style.raw:
            return key, lambda _: ABSENT  # observed in PutUseCaseForModelAccess, InvokeModel
        if mark is not None:
            return key, lambda value: value if redact.is_kms_key(value) else mark
        if shape.serialization.get("location") == "statusCode" or shape.serialization.get(
            "eventstream"
        ):
            return key, lambda _: ABSENT
        return key, self.of(shape)

    def _structure(self, shape: Shape) -> Render:
        known = self._structures.get(shape.name)
        if known is not None:
            return known
        members: Mapping[str, Shape] = shape.members
        compiled: dict[str, tuple[str, Render]] = {}
        empty = self._empty_lists(shape)

        def render(value: Any) -> Any:
            if not isinstance(value, Mapping):
                return plain(value)
            result: dict[str, Any] = {}
            for name, item in value.items():
                if item is None:
                    continue
                known = compiled.get(name)
                if known is None:
                    if name == "ResponseMetadata":
                        continue
                    if name in members:
                        known = compiled[name] = self.member(name, members[name])
                    else:
                        known = unknown(self.service, name)
                written = known[1](item)
                if written is not ABSENT:
                    result[known[0]] = written
            for name in empty:
                result.setdefault(name, [])
            return result

        self._structures[shape.name] = render
        return render

    def _empty_lists(self, shape: Shape) -> list[str]:
        if (self.service, shape.name) not in _WITH_EMPTY_LISTS:
            return []
        lists = (pair for pair in shape.members.items() if pair[1].type_name == "list")
        return [self.style.name(*pair) for pair in lists]

    def _list(self, shape: Shape) -> Render:
        member: Shape = shape.member
        item = self.hidden(member) or self.of(member)

        def render(value: Any) -> Any:
            if not isinstance(value, list | tuple):
                return plain(value)
            return [written for part in value if (written := item(part)) is not ABSENT]

        return render

    def _map(self, shape: Shape) -> Render:
        mark = self.hidden(shape.key)
        if mark is not None:
            return mark
        value_shape: Shape = shape.value
        item = self.hidden(value_shape) or self.of(value_shape)

        def render(value: Any) -> Any:
            if not isinstance(value, Mapping):
                return plain(value)
            written = ((str(key), item(part)) for key, part in value.items())
            return {key: part for key, part in written if part is not ABSENT}

        return render

    def hidden(self, shape: Shape) -> Render | None:
        mark = redact.stand_in(self.service, "", shape)
        if mark is None:
            return None
        return lambda value: value if redact.is_kms_key(value) else mark


def unknown(service: str, name: Any) -> tuple[str, Render]:
    """A member that the model does not have: written plainly, unless its name tells a secret."""
    name = str(name)
    if (service, name) == ("dynamodb", "Key"):  # of PutItem, whose API has it in the item
        return "key", _key
    mark = redact.stand_in(service, name, None)
    return lower_first(name), plain if mark is None else lambda _: mark


def plain(value: Any, depth: int = 0) -> Any:
    """Any value as JSON, without a shape to say how: names in lowerCamelCase, bytes left out."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return dates.american(value)
    if depth > _DEPTH or isinstance(value, bytes | bytearray):
        return ABSENT
    if isinstance(value, Mapping):
        parts = ((str(key), _unless_secret(str(key), part, depth)) for key, part in value.items())
        return {lower_first(key): part for key, part in parts if part is not ABSENT}
    if isinstance(value, list | tuple | set | frozenset):
        items = (plain(part, depth + 1) for part in value)
        return [item for item in items if item is not ABSENT]
    return str(value)


def _dynamodb(shape_name: str) -> Render | None:
    if shape_name in _NO_VALUES:
        return lambda _: ABSENT
    if shape_name in _ONLY_NAMES:
        return lambda value: [str(name) for name in value]
    return _key if shape_name == "Key" else None


def _key(value: Any) -> Any:
    return {str(name): _attribute(part) for name, part in value.items()}


def _attribute(value: Any) -> Any:
    """`{"S": "Acme Band"}` → `"Acme Band"`."""
    inner = next(iter(value.values()), None) if isinstance(value, Mapping) else value
    return inner if isinstance(inner, str | int | float) else str(inner)


def text(value: Any) -> Any:
    """A string; botocore may have read the JSON document in it already."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | list):
        return json.dumps(value, separators=(",", ":"), default=str)
    return plain(value)


def _unless_secret(name: str, value: Any, depth: int) -> Any:
    mark = redact.stand_in("", name, None)
    return plain(value, depth + 1) if mark is None else mark


def url_encoded(document: Any) -> Any:
    """An IAM policy document as IAM's answers carry it: percent-encoded JSON (observed in
    CreateRole and CreateServiceLinkedRole)."""
    is_json = isinstance(document, str) and document.lstrip().startswith("{")
    return quote(document, safe="*-._") if is_json else document
