"""A rule as it was put: whose it is, what it evaluates, how often."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

# API Reference, ConfigRule: rules with a periodic trigger are evaluated every 24 hours by default.
FREQUENCIES: Mapping[str, timedelta] = {
    "One_Hour": timedelta(hours=1),
    "Three_Hours": timedelta(hours=3),
    "Six_Hours": timedelta(hours=6),
    "Twelve_Hours": timedelta(hours=12),
    "TwentyFour_Hours": timedelta(hours=24),
}
DEFAULT_FREQUENCY = "TwentyFour_Hours"


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    arn: str
    id: str
    owner: str  # "AWS", "CUSTOM_LAMBDA"
    identifier: str
    frequency: str
    parameters: Mapping[str, str]

    @property
    def every(self) -> timedelta:
        return FREQUENCIES[self.frequency]

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]


def rule(shown: Mapping[str, Any]) -> Rule:
    """The rule that DescribeConfigRules shows."""
    source = shown["Source"]
    return Rule(
        name=shown["ConfigRuleName"],
        arn=shown["ConfigRuleArn"],
        id=shown["ConfigRuleId"],
        owner=source["Owner"],
        identifier=str(source.get("SourceIdentifier", "")),
        frequency=shown.get("MaximumExecutionFrequency") or DEFAULT_FREQUENCY,
        parameters=parameters(shown.get("InputParameters")),
    )


def parameters(text: str | None) -> dict[str, str]:
    """InputParameters: a JSON object of strings. ValueError for anything else."""
    found = json.loads(text or "{}")
    if not isinstance(found, dict):
        raise ValueError("InputParameters is no JSON object")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in found.items()
    }


@dataclass(frozen=True, slots=True)
class Resource:
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Result:
    """The latest evaluation of one resource by one rule."""

    compliance: str  # "COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"
    annotation: str
    invoked: datetime  # when the rule looked
    recorded: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A resource complies since `time`, or no longer does. `old` is None the first time."""

    rule: Rule
    resource: Resource
    old: Result | None
    new: Result
    time: datetime
