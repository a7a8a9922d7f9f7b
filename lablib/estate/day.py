"""A working day: a table of who does what and when, played while the lab clock is wound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from botocore.exceptions import ClientError

from lablib.estate.callers import Caller, as_role, as_user
from lablib.estate.people import BACKUPS, OPERATOR
from lablib.estate.systems import Landscape, build


def _backup(name: str) -> dict[str, Any]:
    return {"Bucket": BACKUPS, "Key": f"PRD/backint/{name}"}


def _written(name: str) -> dict[str, Any]:
    return {**_backup(name), "Body": name.encode() * 64}


HANA_DEV = {"InstanceIds": ["{hana-dev}"]}
PATCH_WINDOW = {
    "Resources": ["{hana-qas}"],
    "Tags": [{"Key": "patch-window", "Value": "sunday"}],
}
PATCHED = {"Name": "/sap/qas/patched", "Value": "SP6", "Type": "String", "Overwrite": True}
STOPS = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "StopInstances"}]}
BEFORE = {"VolumeId": "{volume hana-qas}", "Description": "before patching"}
METRICS = {"Namespace": "AWS/EC2"}

# Time of day (UTC) and who (as whom); service and operation; parameters. "{hana-dev}" stands for
# the instance's id, "{volume hana-qas}" for its data volume's. Some calls are refused, as on any
# day; the comment says with which code.
Row = tuple[str, str, dict[str, Any]]
DAY: tuple[Row, ...] = (
    ("06:30 ben", "s3 put_object", _written("DB_PRD/data_0630")),
    ("06:30 ben", "s3 put_object", _written("SYSTEMDB/log_0630")),
    ("06:40 ben", "s3 list_objects_v2", {"Bucket": BACKUPS}),
    ("07:45 anna", "sts get_caller_identity", {}),
    ("07:46 anna", "ec2 describe_instances", {}),
    ("07:55 anna as SAPOperator", "ec2 start_instances", HANA_DEV),
    ("08:00 anna as SAPOperator", "ec2 describe_instance_status", {}),
    ("08:30 carla", "cloudtrail describe_trails", {}),
    ("08:32 carla", "cloudtrail lookup_events", {"MaxResults": 10}),
    ("08:40 carla", "iam list_users", {}),
    ("08:42 carla", "iam get_role", {"RoleName": OPERATOR}),
    ("09:00 marco", "ec2 describe_instances", {}),
    ("09:00 marco", "ec2 describe_volumes", {}),
    ("09:05 marco", "cloudwatch list_metrics", METRICS),
    ("10:00 marco", "ec2 describe_volumes", {}),
    ("10:05 marco", "cloudwatch list_metrics", METRICS),
    ("10:15 anna", "ec2 create_tags", PATCH_WINDOW),
    ("10:20 anna", "ssm put_parameter", PATCHED),
    ("11:00 anna as SAPBreakGlass", "ec2 describe_instances", {}),  # AccessDenied: no such role
    ("12:00 ben", "s3 put_object", _written("SYSTEMDB/log_1200")),
    ("12:05 ben", "s3 get_object", _backup("SYSTEMDB/log_0630")),
    ("12:06 ben", "s3 get_object", _backup("SYSTEMDB/log_0530")),  # NoSuchKey
    ("13:00 anna as SAPOperator", "ec2 create_snapshot", BEFORE),
    ("13:20 anna as SAPOperator", "ec2 describe_instance_status", {}),
    ("14:00 carla", "cloudtrail get_trail", {"Name": "sap-trial"}),  # TrailNotFoundException
    ("14:05 carla", "cloudtrail lookup_events", STOPS),
    ("14:10 carla", "s3 list_buckets", {}),  # AccessDenied
    ("15:00 marco", "ec2 describe_volumes", {}),
    # Client.InvalidInstanceID.NotFound
    ("15:30 anna", "ec2 describe_instances", {"InstanceIds": ["i-0123456789abcdef0"]}),
    ("16:30 anna as SAPOperator", "ec2 stop_instances", HANA_DEV),
    ("18:00 ben", "s3 put_object", _written("DB_PRD/data_1800")),
    ("18:05 ben", "s3 delete_object", _backup("SYSTEMDB/log_0630")),
)


@dataclass(frozen=True, slots=True, repr=False)
class Day:
    """What was played: from when to when (lab time, UTC), calls and refusals by person."""

    start: datetime
    end: datetime
    calls: Mapping[str, int]
    refused: Mapping[str, int]

    def __repr__(self) -> str:
        span = f"{self.start:%Y-%m-%d %H:%M} to {self.end:%H:%M} UTC"
        head = f"From {span}, {sum(self.calls.values())} calls"
        return "\n".join([head, *map(self._line, self.calls)])

    def _line(self, who: str) -> str:
        refused = self.refused.get(who, 0)
        return f"  {who}: {self.calls[who]} calls" + (f", {refused} refused" if refused else "")


def working_day(lab: Any) -> Day:
    """Plays the next working day, from 06:30 to 18:05 UTC: the clock is wound from call to call."""
    day = _Played(lab, build(lab))
    start = next_time(lab, DAY[0][0][:5])
    for seat, call, params in DAY:
        when = _on(start, seat[:5])
        if when > lab.clock.now:
            lab.clock.to(when)
        day.call(seat[6:], call, params)
    lab.clock.advance(minutes=25)  # the last files arrive
    return Day(start, _on(start, DAY[-1][0][:5]), day.calls, day.refused)


def next_time(lab: Any, clock_time: str) -> datetime:
    """The next moment of lab time at which a clock shows "HH:MM" (UTC)."""
    today = _on(lab.clock.now, clock_time)
    return today if today > lab.clock.now else today + timedelta(days=1)


def _on(day: datetime, clock_time: str) -> datetime:
    return datetime.combine(day.date(), time.fromisoformat(clock_time), tzinfo=day.tzinfo)


@dataclass(slots=True)
class _Played:
    lab: Any
    landscape: Landscape
    calls: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    seats: dict[str, Caller] = field(default_factory=dict)

    def call(self, seat: str, call: str, params: dict[str, Any]) -> None:
        service, operation = call.split()
        who = seat.split()[0]
        self.calls[who] += 1
        try:
            client = self._caller(seat).client(service)
            getattr(client, operation)(**filled(params, self.landscape))
        except ClientError:  # refused, as some calls of any day are
            self.refused[who] += 1

    def _caller(self, seat: str) -> Caller:
        """A role's credentials last an hour: a session is kept, and renewed, as the CLI does it."""
        known = self.seats.get(seat)
        if known and not _over(known, self.lab.clock.now):
            return known
        who, _, role = seat.partition(" as ")
        caller = as_user(self.lab, who)
        self.seats[seat] = as_role(caller, role, who) if role else caller
        return self.seats[seat]


def _over(seat: Caller, now: datetime) -> bool:
    return seat.credentials is not None and bool(seat.credentials["Expiration"] <= now)


def filled(value: Any, landscape: Landscape) -> Any:
    """Parameters with "{hana-prd}" and "{volume hana-prd}" replaced by ids."""
    if isinstance(value, str) and value.startswith("{"):
        kind, _, name = value.strip("{}").rpartition(" ")
        return landscape.volumes[name] if kind == "volume" else landscape.instances[name]
    if isinstance(value, list):
        return [filled(one, landscape) for one in value]
    if isinstance(value, dict):
        return {key: filled(one, landscape) for key, one in value.items()}
    return value
