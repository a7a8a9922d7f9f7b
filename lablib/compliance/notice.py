"""A change of compliance as EventBridge hears of it.

Source: AWS Config Developer Guide, "Monitoring AWS Config with Amazon EventBridge" and "Example
Compliance Change Notification".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .rule import Change, Resource, Result, Rule

DETAIL_TYPE, SOURCE = "Config Rules Compliance Change", "aws.config"


def detail(change: Change) -> dict[str, Any]:
    rule, resource = change.rule, change.resource
    told: dict[str, Any] = {
        "resourceId": resource.id,
        "awsRegion": rule.region,
        "awsAccountId": rule.account,
        "configRuleName": rule.name,
        "recordVersion": "1.0",
        "configRuleARN": rule.arn,
        "messageType": "ComplianceChangeNotification",
        "newEvaluationResult": _result(rule, resource, change.new),
        "notificationCreationTime": _stamp(change.time),
        "resourceType": resource.type,
    }
    if change.old is not None:
        told["oldEvaluationResult"] = _result(rule, resource, change.old)
    return told


def _result(rule: Rule, resource: Resource, result: Result) -> dict[str, Any]:
    return {
        "evaluationResultIdentifier": {
            "evaluationResultQualifier": {
                "configRuleName": rule.name,
                "resourceType": resource.type,
                "resourceId": resource.id,
            },
            "orderingTimestamp": _stamp(result.invoked),
        },
        "complianceType": result.compliance,
        "resultRecordedTime": _stamp(result.recorded),
        "configRuleInvokedTime": _stamp(result.invoked),
        "annotation": result.annotation,
    }


def _stamp(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"
