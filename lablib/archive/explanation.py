"""Why an object is where it is: what each rule of its bucket says to it, in one sentence a rule."""

from __future__ import annotations

from datetime import datetime

from lablib.archive import lifecycle
from lablib.archive.classes import can_go
from lablib.archive.objects import Stack, Version
from lablib.archive.rules import Configuration, Filter, Rule


def explain(stack: Stack, configuration: Configuration, now: datetime) -> tuple[str, ...]:
    """For the current version. Nothing when there is none, or only a delete marker."""
    if not stack.versions or stack.versions[0].marker:
        return ()
    return tuple(_one(stack, rule, configuration.minimum, now) for rule in configuration.rules)


def _one(stack: Stack, rule: Rule, minimum: str, now: datetime) -> str:
    version = stack.versions[0]
    if not rule.enabled:
        return f"rule {rule.id} is disabled"
    mismatch = _mismatch(rule.filter, stack.key, version)
    if mismatch:
        return f"rule {rule.id} is not for it: {mismatch}"
    planned = [
        action
        for part in (lifecycle.move, lifecycle.expire)
        for action in part(stack, rule, minimum)
    ]
    if planned:
        return "; ".join(f"{action.why}, due {action.due:%Y-%m-%d %H:%M} UTC" for action in planned)
    return f"rule {rule.id} has nothing to do: {_idle(version, rule, minimum)}"


def _mismatch(asked: Filter, key: str, version: Version) -> str | None:
    if not key.startswith(asked.prefix):
        return f"its key does not begin with {asked.prefix}"
    missing = asked.tags - version.tags
    if missing:
        return "it has no tag " + ", ".join(f"{k}={v}" for k, v in sorted(missing))
    if not asked.takes(key, version.size, version.tags):
        return f"its {version.size} bytes are outside the sizes that are asked for"
    return None


def _idle(version: Version, rule: Rule, minimum: str) -> str:
    open_ = [one.to for one in rule.transitions if can_go(version.storage_class, one.to)]
    if any(lifecycle.is_too_small(version, rule, to, minimum) for to in open_):
        return (
            f"its {version.size} bytes are under 128 KB, which by default are not transitioned; "
            "a filter with ObjectSizeGreaterThan or varies_by_storage_class changes that"
        )
    if rule.transitions:
        return f"from {version.storage_class} an object cannot go to a class that it names"
    return "it has no action for current versions"
