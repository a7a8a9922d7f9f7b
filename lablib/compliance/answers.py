"""What AWS Config answers about compliance, in botocore's names.

Source: API Reference of AWS Config; the counts are capped where it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from . import errors
from .evaluations import Entry, Evaluations
from .rule import Resource, Result

Params = Mapping[str, Any]
Answer = dict[str, Any]
Operation = Callable[[Params, datetime], Answer]

MOST_CONTRIBUTORS = 25  # ComplianceContributorCount, ComplianceSummary of rules
MOST_RESOURCES = 100  # ComplianceSummary of resources
LONGEST_TOKEN = 9  # digits
RULES_A_PAGE = 25  # not stated
RESULTS_A_PAGE = 10  # "The default is 10"

OF_RULES = ("COMPLIANT", "NON_COMPLIANT", "INSUFFICIENT_DATA")
OF_RESULTS = ("COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE")


class Answers:
    """Operations on the evaluations of one account in one Region."""

    def __init__(self, evaluations: Evaluations) -> None:
        self._evaluations = evaluations
        self.operations: dict[str, Operation] = {
            "DescribeComplianceByConfigRule": self._by_rule,
            "DescribeComplianceByResource": self._by_resource,
            "GetComplianceDetailsByConfigRule": self._details_of_rule,
            "GetComplianceDetailsByResource": self._details_of_resource,
            "GetComplianceSummaryByConfigRule": self._summary_of_rules,
            "GetComplianceSummaryByResourceType": self._summary_of_resources,
            "DescribeConfigRuleEvaluationStatus": self._status,
            "StartConfigRulesEvaluation": self._start,
            "DeleteEvaluationResults": self._delete_results,
        }

    # -- rules ----------------------------------------------------------------------------

    def _by_rule(self, params: Params, now: datetime) -> Answer:
        wanted = _types(params, OF_RULES)
        told = [
            {"ConfigRuleName": entry.rule.name, "Compliance": _compliance(entry.results.values())}
            for entry in self._evaluations.entries(params.get("ConfigRuleNames"))
        ]
        told = [one for one in told if _is(one, wanted)]
        return _page("ComplianceByConfigRules", told, params, RULES_A_PAGE)

    def _details_of_rule(self, params: Params, now: datetime) -> Answer:
        wanted = _types(params, OF_RESULTS)
        entry = self._evaluations.get(str(params["ConfigRuleName"]))
        told = [
            _result(entry, resource, result)
            for resource, result in entry.results.items()
            if result.compliance in wanted
        ]
        return _page("EvaluationResults", told, params, RESULTS_A_PAGE)

    def _summary_of_rules(self, params: Params, now: datetime) -> Answer:
        found = [_word(entry.results.values()) for entry in self._evaluations.entries()]
        return {"ComplianceSummary": _summary(found, MOST_CONTRIBUTORS, now)}

    def _status(self, params: Params, now: datetime) -> Answer:
        entries = self._evaluations.entries(params.get("ConfigRuleNames"))
        told = [_status_of(entry) for entry in entries]
        return _page("ConfigRulesEvaluationStatus", told, params, 50, most=50)

    def _start(self, params: Params, now: datetime) -> Answer:
        names = list(params.get("ConfigRuleNames") or ())
        if not names:
            raise errors.invalid("Specify at least one rule in ConfigRuleNames.")
        self._evaluations.start(names, now)
        return {}

    def _delete_results(self, params: Params, now: datetime) -> Answer:
        self._evaluations.forget(str(params["ConfigRuleName"]))
        return {}

    # -- resources ------------------------------------------------------------------------

    def _by_resource(self, params: Params, now: datetime) -> Answer:
        kind, name = params.get("ResourceType"), params.get("ResourceId")
        if name and not kind:
            raise errors.invalid("ResourceType must be specified when ResourceId is.")
        wanted = _types(params, OF_RULES)
        told = [
            {
                "ResourceType": resource.type,
                "ResourceId": resource.id,
                "Compliance": _compliance(results),
            }
            for resource, results in self._resources().items()
            if kind in (None, resource.type) and name in (None, resource.id)
        ]
        told = [one for one in told if _is(one, wanted)]
        return _page("ComplianceByResources", told, params, RESULTS_A_PAGE)

    def _details_of_resource(self, params: Params, now: datetime) -> Answer:
        kind, name = params.get("ResourceType"), params.get("ResourceId")
        if not kind or not name:
            raise errors.invalid("Specify ResourceType and ResourceId.")
        wanted = _types(params, OF_RESULTS)
        told = [
            _result(entry, resource, result)
            for entry, resource, result in self._all()
            if resource == Resource(kind, name) and result.compliance in wanted
        ]
        return _page("EvaluationResults", told, params, RESULTS_A_PAGE)

    def _summary_of_resources(self, params: Params, now: datetime) -> Answer:
        by_type: dict[str, list[str]] = {}
        for resource, results in self._resources().items():
            by_type.setdefault(resource.type, []).append(_word(results))
        asked = params.get("ResourceTypes")
        if not asked:
            every = [word for words in by_type.values() for word in words]
            told: list[Answer] = [{"ComplianceSummary": _summary(every, MOST_RESOURCES, now)}]
        else:
            told = [
                {
                    "ResourceType": kind,
                    "ComplianceSummary": _summary(by_type.get(kind, []), MOST_RESOURCES, now),
                }
                for kind in asked
            ]
        return {"ComplianceSummariesByResourceType": told}

    def _all(self) -> Iterator[tuple[Entry, Resource, Result]]:
        for entry in self._evaluations.entries():
            for resource, result in entry.results.items():
                yield entry, resource, result

    def _resources(self) -> dict[Resource, list[Result]]:
        found: dict[Resource, list[Result]] = {}
        for _, resource, result in self._all():
            found.setdefault(resource, []).append(result)
        return found


# -- how it is told -----------------------------------------------------------------------


def _word(results: Iterable[Result]) -> str:
    """ "A rule is compliant if all of the evaluated resources comply with it"; without results:
    INSUFFICIENT_DATA."""
    words = {result.compliance for result in results}
    return "NON_COMPLIANT" if "NON_COMPLIANT" in words else min(words, default="INSUFFICIENT_DATA")


def _compliance(results: Iterable[Result]) -> Answer:
    held = list(results)
    told: Answer = {"ComplianceType": _word(held)}
    bad = sum(result.compliance == "NON_COMPLIANT" for result in held)
    return told | ({"ComplianceContributorCount": _count(bad, MOST_CONTRIBUTORS)} if bad else {})


def _count(number: int, cap: int) -> Answer:
    return {"CappedCount": min(number, cap), "CapExceeded": number > cap}


def _summary(words: list[str], cap: int, now: datetime) -> Answer:
    return {
        "CompliantResourceCount": _count(words.count("COMPLIANT"), cap),
        "NonCompliantResourceCount": _count(words.count("NON_COMPLIANT"), cap),
        "ComplianceSummaryTimestamp": now,
    }


def _result(entry: Entry, resource: Resource, result: Result) -> Answer:
    return {
        "EvaluationResultIdentifier": {
            "EvaluationResultQualifier": {
                "ConfigRuleName": entry.rule.name,
                "ResourceType": resource.type,
                "ResourceId": resource.id,
                "EvaluationMode": "DETECTIVE",
            },
            "OrderingTimestamp": result.invoked,
        },
        "ComplianceType": result.compliance,
        "ResultRecordedTime": result.recorded,
        "ConfigRuleInvokedTime": result.invoked,
        "Annotation": result.annotation,
    }


def _status_of(entry: Entry) -> Answer:
    rule, status = entry.rule, entry.status
    told = {
        "ConfigRuleName": rule.name,
        "ConfigRuleArn": rule.arn,
        "ConfigRuleId": rule.id,
        "LastSuccessfulInvocationTime": status.succeeded,
        "LastSuccessfulEvaluationTime": status.succeeded,
        "LastFailedInvocationTime": status.failed,
        "LastFailedEvaluationTime": status.failed,
        "FirstActivatedTime": status.activated,
        "LastErrorCode": status.error and status.error[0],
        "LastErrorMessage": status.error and status.error[1],
        "FirstEvaluationStarted": bool(entry.pending or status.succeeded or status.failed),
    }
    return {name: value for name, value in told.items() if value is not None}


# -- what was asked -----------------------------------------------------------------------


def _types(params: Params, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """ComplianceTypes; all of them when none is said."""
    asked = tuple(params.get("ComplianceTypes") or allowed)
    for one in asked:
        if one not in allowed:
            raise errors.invalid(
                f"The ComplianceType {one} is invalid. Only the following values are permitted: "
                f"{', '.join(allowed)}"
            )
    return asked


def _is(told: Answer, wanted: tuple[str, ...]) -> bool:
    return told["Compliance"]["ComplianceType"] in wanted


def _page(name: str, found: list[Answer], params: Params, default: int, most: int = 100) -> Answer:
    """ "You cannot specify a number greater than 100. If you specify 0, AWS Config uses the
    default." """
    limit = int(params.get("Limit") or default)
    if not 0 < limit <= most:
        needs = f"Member must have value less than or equal to {most}"
        raise errors.constraint(limit, "limit", needs)
    token = str(params.get("NextToken") or "0")
    if not (token.isascii() and token.isdigit()) or len(token) > LONGEST_TOKEN:
        raise errors.invalid_token()
    end = int(token) + limit
    return {name: found[int(token) : end]} | ({"NextToken": str(end)} if end < len(found) else {})
