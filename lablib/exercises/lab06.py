"""Lab 06, tags: whose trail it is, and what moves when a team does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Step, equal, holds, unset

ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/sap-trail"


def label_the_trail(lab: Any) -> None:
    lab.client("cloudtrail").add_tags(
        ResourceId="arn:aws:cloudtrail:us-east-1:123456789012:trail/sap-trail",
        TagsList=[
            {"Key": "project", "Value": "sap-hana"},
            {"Key": "department", "Value": "finance-it"},
        ],
    )


def wrong_one_tag(lab: Any) -> None:
    _add(lab, project="sap-hana")


def undo_labels(lab: Any) -> None:
    _remove_all(lab)


def look_at_labels(lab: Any, answers: Answers) -> Iterator[Step]:
    found = looks.tags(lab, ARN)
    hint = "add_tags(ResourceId=the trail's ARN, TagsList=[{'Key': …, 'Value': …}])."
    yield equal("Tag project", "sap-hana", found.get("project"), hint)
    department = found.get("department")
    yield equal("Tag department", department or "finance-it", department, hint)


def move_to_operations(lab: Any) -> None:
    lab.client("cloudtrail").add_tags(
        ResourceId="arn:aws:cloudtrail:us-east-1:123456789012:trail/sap-trail",
        TagsList=[
            {"Key": "department", "Value": "operations"},
            {"Key": "owner", "Value": "basis-team"},
        ],
    )


def wrong_capital(lab: Any) -> None:
    _add(lab, Department="operations", owner="basis-team")


def wrong_owner_forgotten(lab: Any) -> None:
    _add(lab, department="operations")


def undo_move(lab: Any) -> None:
    _remove_all(lab)
    label_the_trail(lab)


def look_at_move(lab: Any, answers: Answers) -> Iterator[Step]:
    found = looks.tags(lab, ARN)
    yield _department(found)
    hint = "The same call takes several tags at once."
    yield equal("Tag owner", "basis-team", found.get("owner"), hint)


def _department(found: dict[str, str]) -> Step:
    department = found.get("department")
    if strangers := [k for k in found if k != "department" and k.lower() == "department"]:
        hint = f"Keys are case-sensitive: {strangers[0]} is a second tag. remove_tags takes it off."
        return holds("Tag keys", False, "department alone", ", ".join(sorted(found)), hint)
    if department in (None, "finance-it"):
        hint = "add_tags with a key that is there already replaces its value."
        return unset("Tag department", "operations", department, hint)
    return equal("Tag department", "operations", department, "The value must fit to the letter.")


def _add(lab: Any, **tags: str) -> None:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    lab.client("cloudtrail").add_tags(ResourceId=ARN, TagsList=listed)


def _remove_all(lab: Any) -> None:
    held = [{"Key": key} for key in looks.tags(lab, ARN)]
    if held:
        lab.client("cloudtrail").remove_tags(ResourceId=ARN, TagsList=held)


EXERCISES = (
    Exercise(
        id="06.labels",
        title="The trail is labelled",
        minutes=3,
        given="`sap-trail`, without tags",
        goal="it carries `project` = `sap-hana` and `department` = `finance-it`",
        look=look_at_labels,
        solve=label_the_trail,
        hints=("The call is `add_tags`; it wants the trail's ARN, not its name.",),
        wrong=(Wrong(wrong_one_tag, "Tag department: expected finance-it, found nothing"),),
        undo=undo_labels,
        console="CloudTrail › Trails › sap-trail › Tags › Edit › Add tag",
        cli=f"aws cloudtrail add-tags --resource-id {ARN} --tags-list Key=project,Value=sap-hana "
        "Key=department,Value=finance-it",
        checkpoint=True,
    ),
    Exercise(
        id="06.move",
        title="The team moves",
        minutes=4,
        given="`sap-trail`, tagged `department` = `finance-it`",
        goal="`department` says `operations`, and a new tag `owner` says `basis-team`",
        look=look_at_move,
        solve=move_to_operations,
        hints=(
            "There is no call to change a tag: adding one again replaces its value.",
            "Mind the capitals: `Department` would be another tag.",
        ),
        wrong=(
            Wrong(wrong_capital, "Tag keys: expected department alone, found Department"),
            Wrong(wrong_owner_forgotten, "Tag owner: expected basis-team, found nothing"),
        ),
        undo=undo_move,
        console="CloudTrail › Trails › sap-trail › Tags › Edit",
        cli=f"aws cloudtrail add-tags --resource-id {ARN} --tags-list "
        "Key=department,Value=operations Key=owner,Value=basis-team",
    ),
)
