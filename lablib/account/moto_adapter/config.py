"""AWS Config as it lies in moto: the recorder, the delivery channel, the rules as they were put."""

from __future__ import annotations

import calendar
import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...compliance.errors import ConfigError

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recorder:
    name: str
    role: str


def _backend(account: str, region: str) -> Any:
    from moto.config import models

    # moto's own reads a time in UTC as one of the machine's time zone.
    setattr(models, "datetime2int", _seconds)  # noqa: B010
    return models.config_backends[account][region]


def _seconds(moment: datetime) -> int:
    return calendar.timegm(moment.timetuple())


@contextmanager
def _refusals() -> Iterator[None]:
    from moto.core.exceptions import JsonRESTError

    try:
        yield
    except JsonRESTError as error:
        code = error.relative_error_type.replace("ParamValidationError", "ValidationException")
        raise ConfigError(code, str(error.message)) from None


# -- rules --------------------------------------------------------------------------------


def put_rule(account: str, region: str, rule: Shown, tags: list[Any]) -> Shown:
    """The rule as DescribeConfigRules shows it; a refused change leaves it as it was. Tags are
    "added at creation and cannot be updated with this operation"."""
    backend = _backend(account, region)
    name = named(account, region, rule)
    held = backend.config_rules.get(name)
    before = copy.copy(held.__dict__) if held is not None else {}
    if held is not None:
        tags = [{"Key": key, "Value": value} for key, value in held.tags.items()]
    try:
        with _refusals():
            _put(backend, rule, tags)
    except ConfigError:
        if held is not None:
            held.__dict__.clear()
            held.__dict__.update(before)
        raise
    shown: Shown = backend.config_rules[name].to_dict()
    return shown


def _put(backend: Any, rule: Shown, tags: list[Any]) -> None:
    try:
        backend.put_config_rule(rule, tags)
    except TypeError as error:  # a member that moto's rules have not
        member = str(error).rpartition("'")[0].rpartition("'")[2].replace("_", " ")
        raise ConfigError(
            "InvalidParameterValueException",
            f"The lab's AWS Config knows no {member or 'such member'} of a rule.",
        ) from None


def named(account: str, region: str, rule: Mapping[str, Any]) -> str | None:
    """The name of a rule that is named by its name, id or ARN."""
    if rule.get("ConfigRuleName"):
        return str(rule["ConfigRuleName"])
    for held in _backend(account, region).config_rules.values():
        if rule.get("ConfigRuleId") == held.config_rule_id:
            return str(held.config_rule_name)
        if rule.get("ConfigRuleArn") == held.config_rule_arn:
            return str(held.config_rule_name)
    return None


def delete_rule(account: str, region: str, name: str) -> None:
    with _refusals():
        _backend(account, region).delete_config_rule(name)


def trigger(identifier: str) -> str:
    """When a managed rule is evaluated: "Periodic", "Configuration changes", both, or ""."""
    from moto.config.models import MANAGED_RULES_CONSTRAINTS

    return str(MANAGED_RULES_CONSTRAINTS.get(identifier, {}).get("Trigger type", ""))


# -- recorder and delivery channel --------------------------------------------------------


def recorder(account: str, region: str) -> Recorder | None:
    """There is one at most in each Region."""
    found = next(iter(_backend(account, region).recorders.values()), None)
    return None if found is None else Recorder(found.name, found.role_arn)


def put_recorder(account: str, region: str, recorder: Shown) -> None:
    with _refusals():
        _backend(account, region).put_configuration_recorder(recorder)


def start_recorder(account: str, region: str, name: str) -> None:
    with _refusals():
        _backend(account, region).start_configuration_recorder(name)


def stop_recorder(account: str, region: str, name: str) -> None:
    with _refusals():
        _backend(account, region).stop_configuration_recorder(name)


def recorder_status(account: str, region: str, names: list[str]) -> list[Shown]:
    with _refusals():
        found = _backend(account, region).describe_configuration_recorder_status(names)
        return [dict(one) for one in found]


def put_channel(account: str, region: str, channel: Shown) -> None:
    with _refusals():
        _backend(account, region).put_delivery_channel(channel)


def channels(account: str, region: str, names: list[str]) -> list[Shown]:
    with _refusals():
        found: list[Shown] = _backend(account, region).describe_delivery_channels(names)
        return found
