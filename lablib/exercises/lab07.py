"""Lab 07, generate events: an SAP landscape at work, and a call in a borrowed role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Step, equal, holds, there

ROLE_ARN = "arn:aws:iam::123456789012:role/SAPOperator"
SYSTEMS = ("hana-prd", "hana-qas", "s4-app-prd")
PEOPLE = ("anna", "carla", "marco")  # ben's calls are data events, which history does not keep


def run_a_working_day(lab: Any) -> None:
    from lablib import estate

    estate.build(lab)
    estate.working_day(lab)


def wrong_nobody_works(lab: Any) -> None:
    from lablib import estate

    estate.build(lab)


def look_at_the_day(lab: Any, answers: Answers) -> Iterator[Step]:
    found = looks.instances(lab)
    systems = [name for name in SYSTEMS if name in found]
    yield equal("Systems", list(SYSTEMS), systems, "estate.build(lab) sets the landscape up.")
    busy = [who for who in PEOPLE if looks.active(lab, who)]
    hint = "estate.working_day(lab) lets them work, and winds the clock as it goes."
    yield equal("People with events", list(PEOPLE), busy, hint)


def reboot_as_operator(lab: Any) -> None:
    import boto3

    instances = lab.client("ec2").describe_instances(
        Filters=[{"Name": "tag:Name", "Values": ["hana-qas"]}]
    )
    instance_id = instances["Reservations"][0]["Instances"][0]["InstanceId"]
    sts = lab.client("sts", user="anna")
    role = sts.assume_role(
        RoleArn="arn:aws:iam::123456789012:role/SAPOperator", RoleSessionName="anna"
    )
    credentials = role["Credentials"]
    ec2 = boto3.client(
        "ec2",
        region_name="us-east-1",
        endpoint_url=sts.meta.endpoint_url,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    ec2.reboot_instances(InstanceIds=[instance_id])


def wrong_as_learner(lab: Any) -> None:
    _reboot(lab.client("ec2"), looks.instances(lab)["hana-qas"])


def wrong_system(lab: Any) -> None:
    ec2 = _operator(lab, "anna").client("ec2")
    _reboot(ec2, looks.instances(lab)["hana-prd"])


def wrong_person(lab: Any) -> None:
    ec2 = _operator(lab, "marco").client("ec2")
    _reboot(ec2, looks.instances(lab)["hana-qas"])


def look_at_reboot(lab: Any, answers: Answers) -> Iterator[Step]:
    system = looks.instances(lab).get("hana-qas", {}).get("InstanceId")
    if not system:
        yield there("Instance hana-qas", None, hint="Run the cells above first; they start it.")
        return
    reboots = [
        r for r in looks.records(lab, "EventName", "RebootInstances") if "errorCode" not in r
    ]
    yield there("RebootInstances in Event history", [r["eventID"] for r in reboots[:1]])
    if not reboots:
        return
    steps = [_reboot_steps(lab, record, system) for record in reboots]
    yield from max(steps, key=lambda found: sum(step.standing == "ok" for step in found))


def _reboot_steps(lab: Any, record: dict[str, Any], system: str) -> list[Step]:
    identity = record["userIdentity"]
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", {}).get("arn")
    rebooted = record["requestParameters"]["instancesSet"]["items"][0]["instanceId"]
    kind = identity["type"]
    hint = "Assume the role first (sts.assume_role), then call EC2 with the credentials you got."
    return [
        holds("userIdentity.type", kind == "AssumedRole", "AssumedRole", kind, hint),
        holds("sessionIssuer.arn", issuer == ROLE_ARN, ROLE_ARN, issuer, hint),
        equal("Who assumed the role", "anna", _assumed_by(lab, identity), _AS_ANNA),
        equal("instanceId", system, rebooted, "That is another system: look for Name = hana-qas."),
    ]


_AS_ANNA = "Ask STS as anna: lab.client('sts', user='anna')."


def _assumed_by(lab: Any, identity: dict[str, Any]) -> str:
    """Whose AssumeRole call handed out the key of this session; the user's name."""
    for record in looks.records(lab, "EventName", "AssumeRole"):
        answer = record.get("responseElements") or {}
        if answer.get("credentials", {}).get("accessKeyId") == identity.get("accessKeyId"):
            return str(record["userIdentity"].get("userName"))
    return str(identity.get("userName", "nobody"))


def _operator(lab: Any, who: str) -> Any:
    from lablib import estate

    return estate.as_role(estate.as_user(lab, who), "SAPOperator", who)


def _reboot(ec2: Any, instance: dict[str, Any]) -> None:
    ec2.reboot_instances(InstanceIds=[instance["InstanceId"]])


EXERCISES = (
    Exercise(
        id="07.day",
        title="A working day has left its events",
        minutes=5,
        given="an account in which only you have made calls",
        goal="the SAP landscape stands, and its people have worked for a day",
        look=look_at_the_day,
        solve=run_a_working_day,
        hints=("Two calls: `estate.build(lab)`, then `estate.working_day(lab)`.",),
        wrong=(Wrong(wrong_nobody_works, "People with events: expected anna, carla, marco"),),
        checkpoint=True,
    ),
    Exercise(
        id="07.role",
        title="Act in a role",
        minutes=8,
        given="`anna`, who may assume the role `SAPOperator`",
        goal="the instance `hana-qas` is rebooted by SAPOperator, assumed by anna",
        look=look_at_reboot,
        solve=reboot_as_operator,
        hints=(
            '`lab.client("sts", user="anna")` calls STS as anna; its answer has Credentials.',
            "Three values make a client of the role: AccessKeyId, SecretAccessKey, SessionToken.",
            "`describe_instances` with the filter tag:Name finds the instance's id.",
        ),
        wrong=(
            Wrong(wrong_as_learner, "userIdentity.type: expected AssumedRole, found IAMUser"),
            Wrong(wrong_system, "That is another system"),
            Wrong(wrong_person, "Who assumed the role: expected anna, found marco"),
        ),
        console="sign in as anna › account menu › Switch role › SAPOperator; then EC2 › "
        "Instances › hana-qas › Instance state › Reboot",
        cli="aws sts assume-role --role-arn " + ROLE_ARN + " --role-session-name anna; "
        "aws ec2 reboot-instances --instance-ids INSTANCE_ID",
    ),
)
