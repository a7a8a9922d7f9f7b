"""When a rule looks, what is kept of it, and who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from lablib.compliance.answers import Answers
from lablib.compliance.errors import ConfigError, no_recorder
from lablib.compliance.evaluations import Evaluations
from lablib.compliance.rule import Resource, Result, Rule, parameters
from lablib.compliance.rules import Seen, Trail
from tests.monitoring.watched import Agenda

TRAIL = Trail("t", "arn:aws:cloudtrail:us-east-1:123456789012:trail/t", validates=True)
VALIDATED = "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"


def rule(name: str = "r", identifier: str = VALIDATED, **more: Any) -> Rule:
    arn = f"arn:aws:config:us-east-1:123456789012:config-rule/config-rule-{name}"
    made = Rule(name, arn, f"config-rule-{name}", "AWS", identifier, "TwentyFour_Hours", {})
    return replace(made, **more)


class Watched:
    """Evaluations on an agenda of their own, over trails that the test changes."""

    def __init__(self) -> None:
        self.agenda = Agenda()
        self.trails: list[Trail] = [TRAIL]
        self.looked: list[datetime] = []
        self.told: list[tuple[str, str, str | None, str]] = []
        self.blind = False
        self.evaluations = Evaluations(self.agenda, self._look, [self])
        self.answers = Answers(self.evaluations)

    def _look(self, now: datetime) -> Seen:
        self.looked.append(now)
        if self.blind:
            raise no_recorder()
        return Seen("123456789012", "us-east-1", tuple(self.trails), now)

    def changed(
        self, rule: Rule, resource: Resource, old: Result | None, new: Result, time: datetime
    ) -> None:
        was = None if old is None else old.compliance
        self.told.append((rule.name, resource.id[-2:], was, new.compliance))

    def put(self, given: Rule | None = None) -> None:
        self.evaluations.put(given or rule(), self.agenda.now)

    def ask(self, operation: str, **params: Any) -> dict[str, Any]:
        return self.answers.operations[operation](params, self.agenda.now)

    def word(self, name: str = "r") -> str:
        found = self.ask("DescribeComplianceByConfigRule", ConfigRuleNames=[name])
        return str(found["ComplianceByConfigRules"][0]["Compliance"]["ComplianceType"])


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_a_new_rule_is_evaluated_within_a_minute(watched: Watched) -> None:
    watched.put()
    assert watched.word() == "INSUFFICIENT_DATA"
    watched.agenda.wind(minutes=1)
    assert watched.word() == "COMPLIANT"


def test_a_rule_looks_as_often_as_its_frequency_says(watched: Watched) -> None:
    watched.put()
    watched.put(rule("hourly", frequency="One_Hour"))
    assert watched.agenda.wind(days=2) == 2 + 48


def test_without_rules_nothing_is_on_the_agenda_and_after_the_last_nothing_stays(
    watched: Watched,
) -> None:
    assert watched.agenda.wind(days=90) == 0
    watched.put()
    watched.evaluations.delete("r", watched.agenda.now)
    watched.agenda.wind(minutes=1)
    assert watched.agenda.wind(days=90) == 0
    assert watched.looked == []


def test_a_rule_that_nobody_evaluates_is_kept_and_schedules_nothing(watched: Watched) -> None:
    watched.put(rule(identifier="S3_BUCKET_VERSIONING_ENABLED"))
    watched.ask("StartConfigRulesEvaluation", ConfigRuleNames=["r"])
    assert watched.agenda.wind(days=9) == 0
    assert watched.word() == "INSUFFICIENT_DATA"


def test_a_change_is_told_once_with_what_it_was_before(watched: Watched) -> None:
    watched.put()
    watched.agenda.wind(days=2)
    watched.trails = [replace(TRAIL, validates=False)]
    watched.agenda.wind(days=3)
    watched.trails = []
    watched.agenda.wind(days=1)
    assert watched.told == [
        ("r", "/t", None, "COMPLIANT"),
        ("r", "/t", "COMPLIANT", "NON_COMPLIANT"),
        ("r", "/t", "NON_COMPLIANT", "NOT_APPLICABLE"),
    ]
    assert watched.word() == "INSUFFICIENT_DATA"


def test_on_demand_a_rule_looks_soon_and_keeps_its_own_hours(watched: Watched) -> None:
    watched.put()
    watched.agenda.wind(hours=12)
    watched.trails = [replace(TRAIL, validates=False)]
    watched.ask("StartConfigRulesEvaluation", ConfigRuleNames=["r"])
    watched.agenda.wind(minutes=1)
    assert watched.word() == "NON_COMPLIANT"
    watched.agenda.wind(hours=12)
    assert len(watched.looked) == 3


def test_a_second_evaluation_has_to_wait_for_the_first(watched: Watched) -> None:
    watched.put()
    with pytest.raises(ConfigError, match="LimitExceededException"):
        watched.ask("StartConfigRulesEvaluation", ConfigRuleNames=["r"])
    watched.agenda.wind(minutes=1)
    assert watched.ask("StartConfigRulesEvaluation", ConfigRuleNames=["r"]) == {}


def test_a_rule_that_is_put_again_looks_again_and_only_once_a_day(watched: Watched) -> None:
    watched.put()
    watched.agenda.wind(hours=1)
    watched.put()
    watched.agenda.wind(hours=30)
    assert len(watched.looked) == 3


def test_an_evaluation_that_fails_keeps_the_results_and_says_why(watched: Watched) -> None:
    watched.put()
    watched.agenda.wind(minutes=1)
    watched.blind = True
    watched.agenda.wind(days=1)
    assert watched.word() == "COMPLIANT"
    found = watched.ask("DescribeConfigRuleEvaluationStatus")["ConfigRulesEvaluationStatus"][0]
    assert found["LastErrorCode"] == "NoAvailableConfigurationRecorderException"
    assert found["LastFailedInvocationTime"] > found["LastSuccessfulInvocationTime"]


@pytest.mark.parametrize("hours", ["soon", "9" * 30])
def test_a_parameter_that_is_no_number_is_told_as_the_error_of_the_evaluation(
    watched: Watched, hours: str
) -> None:
    watched.trails = [replace(TRAIL, group="g")]
    of = {"expectedDeliveryWindowAge": hours}
    watched.put(rule(identifier="CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED", parameters=of))
    watched.agenda.wind(minutes=1)
    found = watched.ask("DescribeConfigRuleEvaluationStatus")["ConfigRulesEvaluationStatus"][0]
    assert found["LastErrorCode"] == "InvalidParameterValueException"
    assert watched.word() == "INSUFFICIENT_DATA"


def test_results_are_filtered_and_come_page_by_page(watched: Watched) -> None:
    arns = [f"{TRAIL.arn}{n:02}" for n in range(30)]
    watched.trails = [replace(TRAIL, arn=arn, validates=arn[-1] != "7") for arn in arns]
    watched.put()
    watched.agenda.wind(minutes=1)
    seen, token = [], {}
    while token is not None:
        page = watched.ask("GetComplianceDetailsByConfigRule", ConfigRuleName="r", **token)
        seen += page["EvaluationResults"]
        assert len(page["EvaluationResults"]) == 10
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else None
    assert len(seen) == 30
    bad = watched.ask(
        "GetComplianceDetailsByConfigRule", ConfigRuleName="r", ComplianceTypes=["NON_COMPLIANT"]
    )
    assert len(bad["EvaluationResults"]) == 3
    told = watched.ask("DescribeComplianceByConfigRule")["ComplianceByConfigRules"][0]
    assert told["Compliance"]["ComplianceContributorCount"]["CappedCount"] == 3


def test_counts_are_capped_as_they_are_in_aws(watched: Watched) -> None:
    watched.trails = [replace(TRAIL, arn=f"{TRAIL.arn}{n}", validates=False) for n in range(30)]
    watched.put()
    watched.agenda.wind(minutes=1)
    told = watched.ask("DescribeComplianceByConfigRule")["ComplianceByConfigRules"][0]
    count = {"CappedCount": 25, "CapExceeded": True}
    assert told["Compliance"]["ComplianceContributorCount"] == count


def test_resources_and_sums_tell_the_same_as_the_rules(watched: Watched) -> None:
    watched.trails = [TRAIL, replace(TRAIL, arn=TRAIL.arn + "2", validates=False)]
    watched.put()
    watched.put(rule("logs", "CLOUD_TRAIL_ENABLED"))
    watched.agenda.wind(minutes=1)
    told = watched.ask("DescribeComplianceByResource")["ComplianceByResources"]
    assert {one["ResourceId"]: one["Compliance"]["ComplianceType"] for one in told} == {
        "123456789012": "COMPLIANT",
        TRAIL.arn: "COMPLIANT",
        TRAIL.arn + "2": "NON_COMPLIANT",
    }
    of_one = {"ResourceType": "AWS::CloudTrail::Trail", "ResourceId": TRAIL.arn + "2"}
    (result,) = watched.ask("GetComplianceDetailsByResource", **of_one)["EvaluationResults"]
    qualifier = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
    assert qualifier["ConfigRuleName"] == "r"
    rules = watched.ask("GetComplianceSummaryByConfigRule")["ComplianceSummary"]
    assert rules["CompliantResourceCount"]["CappedCount"] == 1
    assert rules["NonCompliantResourceCount"]["CappedCount"] == 1
    (trails,) = watched.ask(
        "GetComplianceSummaryByResourceType", ResourceTypes=["AWS::CloudTrail::Trail"]
    )["ComplianceSummariesByResourceType"]
    assert trails["ComplianceSummary"]["CompliantResourceCount"]["CappedCount"] == 1


REFUSED = (
    ("GetComplianceDetailsByConfigRule", {"ConfigRuleName": "x"}, "NoSuchConfigRuleException"),
    ("DescribeComplianceByConfigRule", {"ConfigRuleNames": ["x"]}, "NoSuchConfigRuleException"),
    ("StartConfigRulesEvaluation", {}, "InvalidParameterValueException"),
    ("DescribeComplianceByConfigRule", {"NextToken": "x"}, "InvalidNextTokenException"),
    ("DescribeComplianceByConfigRule", {"NextToken": "9" * 5000}, "InvalidNextTokenException"),
    ("DescribeComplianceByResource", {"Limit": 101}, "ValidationException"),
    ("DescribeComplianceByResource", {"ResourceId": "x"}, "InvalidParameterValueException"),
    ("GetComplianceDetailsByResource", {}, "InvalidParameterValueException"),
    (
        "GetComplianceDetailsByConfigRule",
        {"ConfigRuleName": "r", "ComplianceTypes": ["INSUFFICIENT_DATA"]},
        "InvalidParameterValueException",
    ),
)


@pytest.mark.parametrize(("operation", "params", "code"), REFUSED)
def test_what_makes_no_sense_is_refused_with_aws_s_code(
    watched: Watched, operation: str, params: dict[str, Any], code: str
) -> None:
    watched.put()
    with pytest.raises(ConfigError) as refused:
        watched.ask(operation, **params)
    assert refused.value.code == code


def test_results_that_are_deleted_come_back_with_the_next_evaluation(watched: Watched) -> None:
    watched.put()
    watched.agenda.wind(minutes=1)
    watched.ask("DeleteEvaluationResults", ConfigRuleName="r")
    assert watched.word() == "INSUFFICIENT_DATA"
    watched.ask("StartConfigRulesEvaluation", ConfigRuleNames=["r"])
    watched.agenda.wind(minutes=1)
    assert watched.word() == "COMPLIANT"


def test_input_parameters_are_a_json_object() -> None:
    assert parameters(None) == {}
    assert parameters('{"a": "b", "n": 3, "t": true}') == {"a": "b", "n": "3", "t": "true"}
    for text in ("[1]", "{", "3"):
        with pytest.raises(ValueError):
            parameters(text)
