"""AWS Config of one account: its rules look at CloudTrail as it is here, Region by Region.

Decides nothing itself: that is `compliance`, which is loaded when it is first needed. Recorder,
delivery channel and rules stay in moto's Config, with what it leaves open mended on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..cloudtrail.path import CloudTrail
from ..cloudtrail.trail import Trail
from ..cloudtrail.world import Schedule
from . import config_recorder
from .moto_adapter import config
from .own import Asked, Operation, OwnError, lately

if TYPE_CHECKING:
    from ..compliance.answers import Answers
    from ..compliance.evaluations import Evaluations, Listener
    from ..compliance.rules import Seen
    from ..compliance.rules import Trail as SeenTrail

COMPLIANCE = (
    "DescribeComplianceByConfigRule", "DescribeComplianceByResource",
    "GetComplianceDetailsByConfigRule", "GetComplianceDetailsByResource",
    "GetComplianceSummaryByConfigRule", "GetComplianceSummaryByResourceType",
    "DescribeConfigRuleEvaluationStatus", "StartConfigRulesEvaluation", "DeleteEvaluationResults",
)  # fmt: skip
# What a call has to name; clients check it themselves, so only other programs forget it.
REQUIRED: Mapping[str, str] = {
    "PutConfigRule": "ConfigRule",
    "DeleteConfigRule": "ConfigRuleName",
    "StartConfigurationRecorder": "ConfigurationRecorderName",
    "StopConfigurationRecorder": "ConfigurationRecorderName",
    "GetComplianceDetailsByConfigRule": "ConfigRuleName",
    "DeleteEvaluationResults": "ConfigRuleName",
}


class Region:
    """The evaluations of one Region of one account."""

    def __init__(self, evaluations: Evaluations) -> None:
        from ..compliance.answers import Answers

        self.evaluations = evaluations
        self.answers: Answers = Answers(evaluations)


class Complying:
    """`listeners` are told of each change of compliance, in whichever Region."""

    def __init__(self, schedule: Schedule, cloudtrail: CloudTrail) -> None:
        self._schedule, self._cloudtrail = schedule, cloudtrail
        self._regions: dict[tuple[str, str], Region] = {}
        self.listeners: list[Listener] = []
        own: dict[str, Callable[[Asked], dict[str, Any]]] = {
            "PutConfigRule": self._put_rule,
            "DeleteConfigRule": self._delete_rule,
            **{name: self._answering(name) for name in COMPLIANCE},
        }
        every = {**config_recorder.OPERATIONS, **own}
        self.operations: dict[str, Mapping[str, Operation]] = {
            "config": lately(every, lambda: {n: _refusing(n, one) for n, one in every.items()})
        }

    def region(self, account: str, name: str) -> Region:
        found = self._regions.get((account, name))
        if found is None:
            from ..compliance.evaluations import Evaluations

            def look(now: datetime) -> Seen:
                return self._seen(account, name, now)

            evaluations = Evaluations(self._schedule, look, self.listeners)
            found = self._regions[account, name] = Region(evaluations)
        return found

    def _answering(self, name: str) -> Callable[[Asked], dict[str, Any]]:
        def operation(asked: Asked) -> dict[str, Any]:
            answers = self.region(asked.account, asked.region).answers
            return answers.operations[name](asked.params, asked.now)

        return operation

    # -- rules ----------------------------------------------------------------------------

    def _put_rule(self, asked: Asked) -> dict[str, Any]:
        from ..compliance import errors, rule

        given = dict(asked.params["ConfigRule"])
        source = given["Source"] = {"SourceIdentifier": "", **(given.get("Source") or {})}
        if source.get("Owner") is None:
            raise errors.missing("configRule.source.owner")
        identifier = str(source["SourceIdentifier"])
        if source.get("Owner") == "AWS":
            # Managed rules work with the recorder's role; custom rules need no recorder.
            if config.recorder(asked.account, asked.region) is None:
                raise errors.no_recorder()
            changes_alone = config.trigger(identifier) == "Configuration changes"
            if changes_alone and given.get("MaximumExecutionFrequency"):
                raise errors.never_periodic()
        _check_parameters(given.get("InputParameters"))
        tags = list(asked.params.get("Tags") or ())
        shown = config.put_rule(asked.account, asked.region, given, tags)
        evaluations = self.region(asked.account, asked.region).evaluations
        evaluations.put(rule.rule(shown), asked.now)
        return {}

    def _delete_rule(self, asked: Asked) -> dict[str, Any]:
        name = str(asked.params["ConfigRuleName"])
        config.delete_rule(asked.account, asked.region, name)
        self.region(asked.account, asked.region).evaluations.delete(name, asked.now)
        return {}

    # -- what rules look at ---------------------------------------------------------------

    def _seen(self, account: str, region: str, now: datetime) -> Seen:
        """The trails that this Region sees. Periodic rules go on when the recorder is stopped
        (Developer Guide, "Rule evaluations when the configuration recorder is turned off"); when
        there is none, its role cannot be used."""
        from ..compliance import errors
        from ..compliance.rules import Seen

        if config.recorder(account, region) is None:
            raise errors.no_recorder()
        trails = self._cloudtrail.trails.of(account, region)
        return Seen(account, region, tuple(self._trail(t, region) for t in trails), now)

    def _trail(self, trail: Trail, region: str) -> SeenTrail:
        from ..compliance.rules import Trail as SeenTrail

        kinds, excludes = _management(trail)
        return SeenTrail(
            name=trail.name,
            arn=trail.arn,
            here=trail.home_region == region,
            logging=trail.logging,
            multi_region=trail.multi_region,
            validates=trail.validate,
            bucket=trail.s3_bucket,
            topic=trail.sns_topic_arn,
            group=trail.logs_group,
            key=trail.kms_key,
            management=kinds,
            excludes=excludes,
            delivered_to_logs=self._cloudtrail.delivery.status(trail.arn).logs.time,
        )

    # -- looking at it --------------------------------------------------------------------

    def shown(self) -> list[dict[str, Any]]:
        """Since when which resource complies with which rule, or not, oldest first."""
        found = [
            {
                "rule": change.rule.name,
                "region": change.rule.region,
                "resource_type": change.resource.type,
                "resource": change.resource.id,
                "time": change.time,
                "compliance": change.new.compliance,
                "annotation": change.new.annotation,
            }
            for region in self._regions.values()
            for change in region.evaluations.history
        ]
        return sorted(found, key=lambda change: change["time"])


def _management(trail: Trail) -> tuple[str | None, tuple[str, ...]]:
    """Which management events a trail takes, and whose it leaves out."""
    from ..compliance.rules import management

    if trail.advanced_selectors is None:
        basic = [one for one in trail.event_selectors or () if one.management]
        if trail.event_selectors is None:
            return "All", ()
        return (
            management(one.read_write for one in basic),
            tuple(source for one in basic for source in one.exclude_sources),
        )
    fields = [{f.field: f for f in one.fields} for one in trail.advanced_selectors]
    fields = [one for one in fields if one["eventCategory"].equals == ("Management",)]
    kinds: dict[tuple[str, ...], str] = {("true",): "ReadOnly", ("false",): "WriteOnly"}
    said = [one["readOnly"].equals if "readOnly" in one else () for one in fields]
    excluded = [one["eventSource"].not_equals for one in fields if "eventSource" in one]
    return (
        management(kinds.get(equals, "All") for equals in said),
        tuple(source for sources in excluded for source in sources),
    )


def _refusing(name: str, answer: Callable[[Asked], dict[str, Any]]) -> Operation:
    """An operation whose refusals are in the account's own form."""
    from ..compliance.errors import ConfigError, missing

    needed = REQUIRED.get(name)

    def operation(asked: Asked) -> dict[str, Any]:
        try:
            if needed is not None and asked.params.get(needed) is None:
                raise missing(needed[0].lower() + needed[1:])
            return answer(asked)
        except ConfigError as error:
            raise OwnError(error.code, error.message) from None

    return operation


def _check_parameters(text: str | None) -> None:
    from ..compliance import errors, rule

    try:
        rule.parameters(text)
    except (ValueError, TypeError, RecursionError):
        raise errors.invalid(f"Invalid json {text} passed in the InputParameters field") from None
