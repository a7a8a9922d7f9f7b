"""The account's own small interface, beside AWS's: clock, trace, timeline, save and load.

JSON over HTTP under /_lab/, on the same port. Each request needs the token of the state folder and
a loopback Host, so that neither a web page nor another user of the machine can use it.
"""

from __future__ import annotations

import hmac
import json
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from ..cloudtrail.errors import CloudTrailError
from ..cloudtrail.late import REASONS
from . import proof
from .account import Account, AlreadyLate
from .clock import Happened, parse_time, show_time
from .console import CannotSignIn
from .inbox import NothingToConfirm
from .journal import JournalDamaged
from .messages import Answer, Request

PREFIX = "/_lab/"
SHOWN = 20  # things due, in a look at the clock
LATEST = timedelta(days=1)  # that events can be late
TOLD = 200  # things that happened, in the answer to a winding


class ControlError(Exception):
    """What was asked cannot be done: the sentence says what to do instead."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class Host(Protocol):
    """The process around the account."""

    account: Account
    endpoint: str
    token: str

    def status(self) -> dict[str, Any]: ...
    def journal(self) -> bytes: ...
    def load(self, data: bytes) -> None: ...
    def reset(self) -> None: ...
    def stop(self) -> None: ...


Handler = Callable[[Mapping[str, str], Any], Any]


class Control:
    def __init__(self, host: Host) -> None:
        self._host = host
        self._handlers: dict[tuple[str, str], Handler] = {
            ("GET", "status"): lambda query, body: host.status() | {"clock": self._clock()},
            ("GET", "clock"): lambda query, body: self._clock(),
            ("POST", "clock"): self._move_clock,
            ("GET", "events"): self._events,
            ("GET", "trace"): self._trace,
            ("GET", "timeline"): self._timeline,
            ("GET", "verify"): self._verify,
            ("GET", "lifecycle"): self._lifecycle,
            ("GET", "compliance"): self._compliance,
            ("GET", "credentials"): self._credentials,
            ("GET", "journal"): lambda query, body: host.journal(),
            ("POST", "journal"): self._load,
            ("POST", "sign-in"): self._sign_in,
            ("POST", "late"): self._late,
            ("GET", "inbox"): self._inbox,
            ("POST", "inbox"): self._confirm,
            ("POST", "reset"): lambda query, body: host.reset(),
            ("POST", "stop"): lambda query, body: host.stop(),
        }

    def answer(self, request: Request) -> Answer:
        try:
            self._admit(request)
            return _json(200, self._handle(request))
        except ControlError as error:
            return _json(error.status, {"error": error.sentence})
        except Exception as error:  # else the connection just ends, and who asked thinks we died
            traceback.print_exc(file=sys.stderr)
            what = f"The lab failed at {request.method} {request.path}"
            return _json(500, {"error": f"{what} ({type(error).__name__}: {error})."})

    def knows(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._host.token.encode())

    def _admit(self, request: Request) -> None:
        port = self._host.endpoint.rsplit(":", 1)[1]
        if request.header("Host") not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
            raise ControlError(403, "The lab answers only to 127.0.0.1 and localhost.")
        if not self.knows(request.header("X-Lab-Token")):
            raise ControlError(
                403,
                "This needs the header X-Lab-Token with the token that stands in account.json in "
                "the lab's state folder.",
            )

    def _handle(self, request: Request) -> Any:
        name = request.path.removeprefix(PREFIX)
        handler = self._handlers.get((request.method, name))
        if handler is None:
            known = ", ".join(f"{method} {PREFIX}{name}" for method, name in self._handlers)
            raise ControlError(
                404, f"There is no {request.method} {request.path}. There is: {known}."
            )
        body: Any = request.body
        if request.method == "POST" and name != "journal":
            body = _object(request.body)
        return handler(dict(request.query), body) or {}

    # -- S3 Lifecycle ---------------------------------------------------------------------

    def _lifecycle(self, query: Mapping[str, str], body: Any) -> dict[str, Any]:
        """What the rules of a bucket have done, and with `key` what they say to that object."""
        account, bucket = self._host.account, query.get("bucket", "")
        if not bucket:
            raise ControlError(400, "Say which bucket: ?bucket=NAME, and which object: &key=KEY.")
        with account.lock:
            account.settle()
            lifecycle, now = account.storage.lifecycle, account.clock.now()
            told: dict[str, Any] = {
                "actions": [done.shown() for done in lifecycle.done if done.bucket == bucket]
            }
            if "key" in query:
                told["rules"] = list(lifecycle.explain(bucket, query["key"], now))
        return told

    # -- AWS Config -----------------------------------------------------------------------

    def _compliance(self, query: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Since when which resource complies with which rule, oldest first."""
        account = self._host.account
        with account.lock:
            account.settle()
            changes = account.complying.shown()
        return {"changes": [{**one, "time": show_time(one["time"])} for one in changes]}

    # -- the clock ------------------------------------------------------------------------

    def _clock(self, happened: list[Happened] | None = None) -> dict[str, Any]:
        account = self._host.account
        with account.lock:
            setting = account.clock.setting
            shown = {
                "time": show_time(account.clock.now()),
                "mode": "frozen" if setting.frozen else "running",
                "speed": setting.speed,
                "paused": not setting.frozen and setting.speed == 0,
                "due": _happenings(account.clock.agenda.upcoming(SHOWN)),
            }
        if happened is not None:
            shown["happened"] = _happenings(happened[:TOLD])
            shown["happened_count"] = len(happened)
        return shown

    def _move_clock(self, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
        account = self._host.account
        moves: dict[str, Callable[[Any], list[Happened]]] = {
            "advance": lambda seconds: account.wind(self._after(_number(seconds))),
            "to": lambda moment: account.wind(self._not_before_now(_moment(moment))),
            "next": lambda _: account.wind(self._next_due()),
            "play": self._play,
            "pause": lambda _: self._play(0.0),
        }
        asked = [name for name in moves if name in body]
        if len(asked) != 1:
            raise ControlError(400, f"Say one of: {', '.join(moves)}.")
        return self._clock(moves[asked[0]](body[asked[0]]))

    def _after(self, seconds: float) -> datetime:
        if seconds < 0:
            raise ControlError(400, "Lab time never goes backwards: advance by 0 seconds or more.")
        try:
            return self._host.account.clock.now() + timedelta(seconds=seconds)
        except OverflowError:
            raise ControlError(
                400, "That is further than a calendar goes (the year 9999)."
            ) from None

    def _not_before_now(self, moment: datetime) -> datetime:
        now = self._host.account.clock.now()
        if moment < now:
            raise ControlError(
                400, f"Lab time is {show_time(now)} already and never goes backwards."
            )
        return moment

    def _next_due(self) -> datetime:
        account = self._host.account
        account.settle()
        due = account.clock.agenda.next()
        if due is None:
            raise ControlError(
                409, "Nothing is due. Make an API call that a trail logs, then try again."
            )
        return max(due, account.clock.now())

    def _play(self, speed: Any) -> list[Happened]:
        if self._host.account.clock.setting.frozen:
            raise ControlError(409, "This clock is frozen: it moves only by advance, to and next.")
        if not 0 <= _number(speed) <= 100_000:
            raise ControlError(400, "The speed is a number from 0 (paused) to 100000.")
        self._host.account.play(_number(speed))
        return []

    # -- what happened --------------------------------------------------------------------

    def _events(self, query: Mapping[str, str], body: Any) -> dict[str, Any]:
        account = self._host.account
        with account.lock:
            account.settle()
            found = account.cloudtrail.events(
                limit=int(_number(query.get("limit", "1000"))),
                name=query.get("name"),
                user=query.get("user"),
                source=query.get("source"),
                start=_moment(query["start"]) if "start" in query else None,
                end=_moment(query["end"]) if "end" in query else None,
            )
        return {"events": found}

    def _trace(self, query: Mapping[str, str], body: Any) -> dict[str, Any]:
        account = self._host.account
        with account.lock:
            account.settle()
            try:
                told = account.cloudtrail.trace(query.get("event", ""))
            except KeyError:
                raise ControlError(
                    404,
                    f"No event has the id {query.get('event', '')!r}. lab.events() lists the ids; "
                    "a record's is its eventID.",
                ) from None
            told["stages"].extend(account.eventbridge.stages(told["event"]))
            told["stages"].sort(key=lambda stage: stage["time"])
            return told

    def _timeline(self, query: Mapping[str, str], body: Any) -> dict[str, Any]:
        account = self._host.account
        with account.lock:
            account.settle()
            start = _moment(query["start"]) if "start" in query else None
            end = _moment(query["end"]) if "end" in query else None
            told: dict[str, Any] = account.cloudtrail.timeline(start, end)
            return {**told, "events": account.eventbridge.shown(start, end)}

    def _verify(self, query: Mapping[str, str], body: Any) -> dict[str, Any]:
        """The verdict on each digest and log file of a trail."""
        account, trail = self._host.account, query.get("trail", "")
        with account.lock:
            account.settle()
            try:
                return proof.prove(
                    account.cloudtrail,
                    account.world,
                    account.birth.account,
                    trail,
                    account.clock.now(),
                )
            except CloudTrailError as error:
                raise ControlError(404, f"{error.code}: {error.message}") from None

    # -- the rest -------------------------------------------------------------------------

    def _credentials(self, query: Mapping[str, str], body: Any) -> dict[str, Any]:
        user, key = query.get("user", ""), query.get("key", "")
        with self._host.account.lock:
            self._host.account.settle()
            try:
                pair = self._host.account.identities.credentials(user, key)
            except KeyError:
                raise ControlError(404, f"The account has no IAM user {user!r}.") from None
        if pair is None:
            which = f" {key}" if key else ""
            raise ControlError(409, f"The IAM user {user!r} has no active access key{which}.")
        return {"UserName": user, "AccessKeyId": pair.id, "SecretAccessKey": pair.secret}

    def _sign_in(self, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"events": self._host.account.sign_in(body)}
        except CannotSignIn as error:
            raise ControlError(400, str(error)) from None

    # -- late events ----------------------------------------------------------------------

    def _late(self, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
        reason, seconds = body.get("reason", REASONS[0]), _number(body.get("seconds"))
        if reason not in REASONS:
            raise ControlError(400, f"reason is {' or '.join(REASONS)}.")
        if not 0 < seconds <= LATEST.total_seconds():
            raise ControlError(400, "Events may be up to a day late.")
        try:
            until = self._host.account.be_late(timedelta(seconds=seconds), reason)
        except AlreadyLate as late:
            told = f"Events are held up already, until {show_time(late.until)}."
            raise ControlError(409, told) from None
        return {"until": show_time(until)}

    # -- mail -----------------------------------------------------------------------------

    def _inbox(self, query: Mapping[str, str], body: Any) -> dict[str, Any]:
        account = self._host.account
        with account.lock:
            account.settle()
            return {"mails": account.watching.inbox.shown(query.get("to"), query.get("topic"))}

    def _confirm(self, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
        if set(body) != {"confirm"}:
            raise ControlError(
                400, 'Say {"confirm": …}: the id of a mail, an address, or true for all.'
            )
        try:
            return {"mails": self._host.account.confirm(body["confirm"])}
        except NothingToConfirm as error:
            raise ControlError(409, str(error)) from None

    def _load(self, query: Mapping[str, str], body: bytes) -> None:
        try:
            self._host.load(body)
        except JournalDamaged as error:
            raise ControlError(400, str(error)) from None


def _happenings(happened: list[Happened]) -> list[dict[str, str]]:
    return [{"time": show_time(h.time), "what": h.what} for h in happened]


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        raise ControlError(400, "The body is not JSON.") from None
    if not isinstance(value, dict):
        raise ControlError(400, "The body is not a JSON object.")
    return value


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ControlError(400, f"{value!r} is not a number.") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise ControlError(400, f"{value!r} is not a number.")
    return number


def _moment(value: Any) -> datetime:
    try:
        return parse_time(str(value))
    except ValueError:
        raise ControlError(400, f"{value!r} is not a time in ISO 8601.") from None


def _json(status: int, value: Any) -> Answer:
    if isinstance(value, bytes):
        return Answer.make(status, [("Content-Type", "application/octet-stream")], value)
    body = json.dumps(value, separators=(",", ":"), default=str).encode()
    return Answer.make(status, [("Content-Type", "application/json")], body)
