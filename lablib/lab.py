"""What a notebook holds: `lab = Lab.open("03")`, and from there everything else."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lablib import connection
from lablib.clock import Clock
from lablib.connection import Account, Control
from lablib.errors import LabError
from lablib.fence import own_credentials
from lablib.search.question import iso, lookup, place

if TYPE_CHECKING:
    from lablib.inbox import Inbox
    from lablib.proof import Proof
    from lablib.search.event import Event
    from lablib.search.table import Table
    from lablib.search.trace import Trace
    from lablib.search.whereabouts import Whereabouts
    from lablib.show.chart import Chart
    from lablib.show.panel import Panel


@cache
def _session() -> Any:
    """One session for all clients: it reads a service's model once, which takes longest."""
    import boto3

    return boto3.Session()


def place_in_network(token: str, endpoint: str | None, address: str | None) -> dict[str, str]:
    """The headers that tell the account where in the network a call comes from."""
    if endpoint is None:
        return {"X-Lab-Source-Address": address} if address else {}
    if not re.fullmatch(r"vpce-[0-9a-f]{8,17}", str(endpoint)):
        raise LabError(
            "That is not the id of a VPC endpoint.",
            expected='"vpce-" and 8 or 17 hexadecimal digits',
            found=repr(endpoint),
            next='lab.client("ec2").create_vpc_endpoint(…)["VpcEndpoint"]["VpcEndpointId"]',
        )
    told = {"X-Lab-Vpc-Endpoint": f"{token} {endpoint}"}
    return told | {"X-Lab-Source-Address": address or "10.0.0.10"}


def _add_headers(headers: Mapping[str, str], request: Any, **_: Any) -> None:
    for name, value in headers.items():
        request.headers[name] = value


def _numbered(number: str | int | None) -> str:
    """ "03" for "03", "3" and 3. A LabError for a lab that there is not."""
    from lablib.exercises.registry import LABS

    found = str(number if number is not None else "").strip().zfill(2)
    if number is not None and found not in LABS:
        raise LabError(
            f"There is no lab {number!r}.",
            expected=f"one of {', '.join(LABS)}",
            next='Lab.open("01")',
        )
    return found


class Lab:
    """One account with CloudTrail in it, and the words to look at what it does."""

    def __init__(self, account: Account, number: str | None = None) -> None:
        self.account = account
        self.number = number
        self.control = Control(account)
        self.clock = Clock(self.control)

    @classmethod
    def open(
        cls,
        number: str | int | None = None,
        *,
        state: str | os.PathLike[str] | None = None,
        catch_up: bool = True,
    ) -> Lab:
        """Join the account (started if need be), bring it to where lab `number` starts, say so.

        From here on plain boto3 and the AWS CLI in this notebook reach the account, and nothing
        else. `state` names another account's folder.
        """
        from lablib.kernel import settle

        numbered = _numbered(number)
        account = connection.join(connection.state_folder(state))
        lab = cls(account, None if number is None else numbered)
        ignored = own_credentials(os.environ, account)
        settle(account)
        if catch_up and lab.number:
            lab._catch_up()
        print(lab._ready())
        if ignored:
            print(f"Your own AWS credentials ({', '.join(ignored)}) are neither used nor sent.")
        return lab

    @classmethod
    def join(cls, state: str | os.PathLike[str] | None = None) -> Lab:
        """Join the account (started if need be) without a word, changing nothing around it."""
        return cls(connection.join(connection.state_folder(state)))

    def _ready(self) -> str:
        name = f"Lab {self.number}" if self.number else "The lab"
        facts = f"account {self.account.account}, {self.account.region}"
        return f"{name} is ready: {facts}, lab time {self.clock.now:%H:%M} UTC."

    def _catch_up(self) -> None:
        """Says what it builds as it goes: it may take some seconds."""
        try:
            from lablib.exercises.catchup import CatchUpFailed, catch_up
        except ModuleNotFoundError:  # the kit without the course, as an engineer may install it
            return
        assert self.number is not None
        before = "Catching up with the labs before: "

        def tell(title: str) -> None:
            nonlocal before
            print(before, title, sep="", end="", flush=True)
            before = "; "

        try:
            if catch_up(self, self.number, tell):
                print(".")
        except (CatchUpFailed, LookupError) as error:
            raise LabError(
                f"Lab {self.number} could not be prepared.",
                found=str(error),
                next="cloudtrail-lab reset, or Lab.open(…, catch_up=False).",
            ) from error

    # who calls

    @property
    def state(self) -> Path:
        """The state folder, which names the account."""
        return self.account.state

    @property
    def region(self) -> str:
        return self.account.region

    @property
    def endpoint(self) -> str:
        return self.account.endpoint

    def client(
        self,
        service: str,
        user: str | None = None,
        region: str | None = None,
        *,
        vpc_endpoint: str | None = None,
        source_ip: str | None = None,
    ) -> Any:
        """A boto3 client of this account: as `learner`, as "root", or as any IAM user.

        `source_ip` is the address that its calls come from. With `vpc_endpoint` ("vpce-…") they
        come through that endpoint, from a private address (10.0.0.10 unless said): records have
        its vpcEndpointId, and policies see aws:SourceVpce in the place of aws:SourceIp.
        """
        client = self._client(service, self._key(user or "learner"), region)
        headers = place_in_network(self.account.token, vpc_endpoint, source_ip)
        if headers:
            mark = partial(_add_headers, headers)
            client.meta.events.register_first("before-send", mark)
        return client

    def observer(self, service: str, region: str | None = None) -> Any:
        """A client that only looks: its calls leave no event. For checks and panels."""
        client = self._client(service, self._key("root"), region)
        client.meta.events.register_first("before-send", self._mark)
        return client

    def _mark(self, request: Any, **_: Any) -> None:
        request.headers["X-Lab-Observer"] = self.account.token

    def _client(self, service: str, key: Mapping[str, str], region: str | None) -> Any:
        return _session().client(
            service,
            endpoint_url=self.endpoint,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            region_name=region or self.region,
        )

    def _key(self, user: str) -> Mapping[str, str]:
        try:
            key: Mapping[str, str] = self.control.get("credentials", user=user)
            return key
        except connection.Refused as refusal:
            if refusal.status == 409:  # the user is there, an active key is not
                return self._new_key(user)
            raise LabError(
                f"There is no IAM user {user!r} in this account.",
                next=f'lab.client("iam").create_user(UserName="{user}")',
            ) from None

    def _new_key(self, user: str) -> Mapping[str, str]:
        answer = self.client("iam").create_access_key(UserName=user)
        key: Mapping[str, str] = answer["AccessKey"]
        return key

    def sign_in(
        self,
        user: str | None = "learner",
        *,
        ok: bool = True,
        mfa: bool | None = None,
        role: str | None = None,
        source_ip: str = "127.0.0.1",
        region: str | None = None,
    ) -> Table:
        """Somebody signs in at the console: the events that it leaves, newest first.

        `user` is an IAM user's name or "root"; a name that is not there leaves a failure without
        it. `ok=False`: the password was wrong. `mfa`: a code was asked for; as the user's devices
        have it unless said. `role`: the user switches to it afterwards; with user=None it signs
        in by itself, as people of another identity provider do. `region`: of the sign-in page.
        """
        from lablib.search.frames import records_frame

        asked = {"user": user, "ok": ok, "mfa": mfa, "role": role, "source_ip": source_ip}
        answer = self.control.post("sign-in", {**asked, "region": region})
        return records_frame(answer["events"][::-1])

    def be_late(self, *, reason: str = "DELIVERY_DELAY", **span: float) -> str:
        """CloudTrail is late for a while, minutes=30 or hours=2: when its events will arrive.

        Until then calls leave nothing to be seen; then their records arrive, with an `addendum`
        that says why: DELIVERY_DELAY, or SERVICE_OUTAGE.
        """
        try:
            seconds = timedelta(**span).total_seconds()
        except (TypeError, OverflowError) as error:
            raise LabError(
                "That is not a span of time.",
                expected="hours=…, minutes=… or seconds=…, each a number",
                found=str(error),
                next="lab.be_late(minutes=30)",
            ) from None
        answer = self.control.post("late", {"reason": reason, "seconds": seconds})
        return str(answer["until"])

    # who is told

    def inbox(self, to: str | None = None) -> Inbox:
        """The mails that Amazon SNS has sent, newest first: all, or those to one address.

        A subscription by e-mail gets nothing before it is confirmed: lab.inbox().confirm().
        """
        from lablib.inbox import Inbox

        return Inbox(self.control, to)

    # what is watched

    def alarm(
        self,
        name: str,
        minutes: float | None = None,
        *,
        region: str | None = None,
        ax: Any = None,
    ) -> Chart:
        """A picture of one alarm: its data points, threshold and states, and who was told.

        Of the last `minutes` of lab time; without them of the last hour, or since it was made.
        Works for composite alarms and metric math, too. What it shows is what DescribeAlarms,
        DescribeAlarmHistory and GetMetricData tell. Raises LabError if there is no such alarm.
        """
        from lablib.search.alarms import life
        from lablib.show.alarm import alarm_chart

        cloudwatch = self.observer("cloudwatch", region)
        return alarm_chart(life(cloudwatch, name, self.clock.now, minutes), ax=ax)

    def alarms(self, prefix: str = "", *, region: str | None = None, ax: Any = None) -> Chart:
        """A board of lights: every alarm whose name begins so, with its state and since when."""
        from lablib.search.alarms import every_alarm
        from lablib.show.alarm_board import alarm_board

        return alarm_board(every_alarm(self.observer("cloudwatch", region), prefix), ax=ax)

    # what was recorded

    def events(
        self,
        *,
        name: str | None = None,
        user: str | None = None,
        source: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 50,
    ) -> Table:
        """The newest events, management and data, as a table. No trail and no waiting needed.

        It is the lab's own view; Event history, as AWS shows it, is `lab.history()`.
        """
        from lablib.search.frames import records_frame

        answer = self.control.get(
            "events",
            limit=limit,
            name=name,
            user=user,
            source=source,
            start=iso(start),
            end=iso(end),
        )
        return records_frame(answer["events"])

    def history(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 50,
        region: str | None = None,
        **attribute: str | bool | None,
    ) -> Table:
        """What Event history (LookupEvents) holds: the newest `limit` management events.

        At most one attribute, as in AWS: name, user, source, resource, resource_type, id,
        access_key or read_only. The search itself is an event, too.
        """
        from lablib.search.frames import history_frame

        search: dict[str, Any] = {"LookupAttributes": lookup(attribute)}
        search |= {k: v for k, v in {"StartTime": start, "EndTime": end}.items() if v}
        pages = self.client("cloudtrail", region=region).get_paginator("lookup_events")
        found = pages.paginate(**search, PaginationConfig={"MaxItems": limit, "PageSize": 50})
        return history_frame(event for page in found for event in page["Events"])

    def insights(
        self,
        query: str,
        *,
        group: str | Sequence[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        user: str | None = None,
    ) -> Table:
        """What a query of CloudWatch Logs Insights finds, as a table: StartQuery, then its results.

        `group` names one log group or several; without it, those that trails write to. The range
        is the 90 days before now unless said. In AWS the client is asked the same way.
        """
        from lablib.search import logs

        trails = () if group else self.observer("cloudtrail").describe_trails()["trailList"]
        groups = [group] if isinstance(group, str) else list(group or logs.groups_of(trails))
        client = self.client("logs", user=user)
        wanted = logs.asked(query, groups, self.clock.now, start, end)
        try:
            return logs.rows_frame(logs.results(client, wanted))
        except client.exceptions.MalformedQueryException as error:
            raise logs.pointed_out(query, error.response) from None

    def event(self, id: Any) -> Event:
        """One event, by its id or by its row in a table."""
        return self.trace(id).event

    def trace(self, event: Any) -> Trace:
        """What became of an event, stage by stage, and why each trail took it or not.

        `event` is an event id, an Event, a record, or one row of `lab.events()`.
        """
        from lablib.search.event import event_id
        from lablib.search.trace import Trace

        return Trace(self.control.get("trace", event=self._whole_id(event_id(event))))

    def _whole_id(self, id: str) -> str:
        """The whole id of one that was copied from a table, where it is shortened."""
        start = id.rstrip("…").strip()
        if len(start) >= 36 or len(start) < 6:
            return start
        ids = [record["eventID"] for record in self.control.get("events")["events"]]
        return next((whole for whole in ids if whole.startswith(start)), start)

    def would_take(self, *selectors: Mapping[str, Any], events: Any = None) -> Table:
        """Would a trail with these selectors take these events, and why? No trail is changed.

        `selectors` are as `put_event_selectors` takes them, basic or advanced. `events` is a table
        of events, one event or a record; without it, the ten newest are asked about.
        """
        from lablib.search.selecting import would_take

        return would_take(selectors, self.events(limit=10) if events is None else events)

    # what was delivered

    def timeline(
        self,
        minutes: float = 60,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        ax: Any = None,
    ) -> Chart:
        """A picture of calls and deliveries: the last `minutes` of lab time, or start to end."""
        from lablib.show.timeline import timeline

        return timeline(self._timeline(minutes, start, end), ax=ax)

    def _timeline(
        self, minutes: float, start: datetime | None, end: datetime | None
    ) -> dict[str, Any]:
        start = start or (end or self.clock.now) - timedelta(minutes=minutes)
        answer: dict[str, Any] = self.control.get("timeline", start=iso(start), end=iso(end))
        return answer

    def deliveries(self, start: datetime | None = None, end: datetime | None = None) -> Table:
        """The log files that CloudTrail has put into S3, with how long their events waited."""
        from lablib.search.frames import deliveries_frame

        answer = self.control.get("timeline", start=iso(start), end=iso(end))
        return deliveries_frame(answer["files"])

    def arrivals(self, *events: Any, ax: Any = None) -> Chart:
        """A picture of how soon each place had these events: EventBridge, CloudWatch Logs, S3.

        `events` are ids, Events, or rows of a table, as `lab.trace` takes them.
        """
        from lablib.show.arrivals import arrivals

        return arrivals([self.trace(event).answer for event in events], ax=ax)

    def delays(self, ax: Any = None) -> Chart:
        """A picture of how long deliveries take, path by path."""
        from lablib.show.delays import delays

        return delays(ax=ax)

    def log_files(self, bucket: str | None = None, *, digests: bool = False) -> Table:
        """The log files that stand in a bucket, or in the buckets of all trails: ListObjectsV2.

        With `digests` the digest files, too; the column Kind tells them apart.
        """
        from lablib.search.frames import files_frame

        buckets = [bucket] if bucket else self._trail_buckets()
        objects = ((name, entry) for name in buckets for entry in self._objects(name))
        return files_frame(objects, digests)

    def _trail_buckets(self) -> list[str]:
        trails = self.observer("cloudtrail").describe_trails()["trailList"]
        return list(dict.fromkeys(trail["S3BucketName"] for trail in trails))

    def _objects(self, bucket: str) -> list[Mapping[str, Any]]:
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return [entry for page in pages for entry in page.get("Contents", ())]

    def read(self, bucket: Any, key: str | None = None, *, user: str | None = None) -> Table:
        """The records of one log file in S3, as a table: GetObject, unzip, parse.

        Takes a bucket and a key, "s3://bucket/key", or one row of `lab.log_files()`.
        """
        from lablib.search.frames import read_log_file, records_frame

        bucket, key = place(bucket, key)
        answer = self.client("s3", user=user).get_object(Bucket=bucket, Key=key)
        return records_frame(read_log_file(answer["Body"].read()))

    # is it as it was delivered?

    def verify(self, trail: str) -> Proof:
        """The verdict on every digest and log file of a trail, with a picture of the chain.

        As `aws cloudtrail validate-logs`; it also misses a newest digest that is gone.
        """
        from lablib.proof import prove

        return prove(self.control, trail)

    # where is it kept?

    def whereabouts(self, bucket: Any, key: str | None = None) -> Whereabouts:
        """Where an object is kept, and what each lifecycle rule of its bucket says to it.

        Takes a bucket and a key, "s3://bucket/key", or one row of `lab.log_files()`.
        """
        from lablib.search.whereabouts import Whereabouts

        bucket, key = place(bucket, key)
        head = self.observer("s3").head_object(Bucket=bucket, Key=key)
        return Whereabouts(key, head, self.control.get("lifecycle", bucket=bucket, key=key))

    def lifecycle(self, bucket: str, ax: Any = None) -> Chart:
        """A picture of what becomes of log files and digests under the bucket's rules."""
        from lablib.archive.rules import read
        from lablib.exercises import looks
        from lablib.show.life import lives

        rules, minimum = looks.lifecycle(self, bucket)
        versioning = looks.versioning(self, bucket) or None
        configuration = read(rules, minimum)
        return lives(configuration, self.account.account, versioning, self.clock.now, ax=ax)

    # is it as it should be?

    def compliance(self, ax: Any = None) -> Chart:
        """A picture of AWS Config's verdicts: from when to when each rule was kept, and by which
        resource, beside the calls that changed a trail. Its table has the annotations.
        """
        from lablib.show.compliance import compliance

        changes = self.control.get("compliance")["changes"]
        calls = self.control.get("events", source="cloudtrail.amazonaws.com", limit=5000)
        return compliance(changes, calls["events"], self.clock.now, ax=ax)

    # the course

    def exercise(self, id: str) -> Any:
        """One exercise, such as "03.topic": .check(), .hint(), .solution()."""
        from lablib.exercises import exercise

        try:
            return exercise(self, id)
        except LookupError as error:
            raise LabError(str(error.args[0])) from None

    def progress(self) -> Any:
        """All exercises, with how far each has come."""
        from lablib.exercises import progress

        return progress(self)

    def clock_panel(self) -> Panel:
        """The clock to click: lab time, wind, next delivery, play and pause, what is due."""
        from lablib.show.clock_panel import clock_panel

        return clock_panel(self)

    def search_panel(self) -> Panel:
        """Event history to click: one attribute, a time range, a table, one event as JSON."""
        from lablib.show.search_panel import search_panel

        return search_panel(self)

    def inbox_panel(self, to: str | None = None) -> Panel:
        """The inbox to click: mails newest first, one to read, subscriptions to confirm."""
        from lablib.show.inbox_panel import inbox_panel

        return inbox_panel(self, to)

    def event_panel(self, event: Any = None) -> Panel:
        """One event to click, this one or one of the newest: each field's meaning and origin."""
        from lablib.show.event_panel import event_panel

        return event_panel(self, event)

    def selector_panel(self) -> Panel:
        """Event selectors to click: change them, and see which events would be taken, and why."""
        from lablib.show.selector_panel import selector_panel

        return selector_panel(self)

    def why(self) -> None:
        """Prints the traceback of the last error that was shown as a sentence."""
        from lablib.polite import why

        print(why(), file=sys.stderr)

    def __repr__(self) -> str:
        return self._ready()
