"""Clients that call as somebody, from somewhere: a person of the landscape, or one in a role."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from lablib.estate.people import ACCOUNT, PEOPLE, Person

# The account takes the caller's address from this header, as a load balancer's backend takes it
# from X-Forwarded-For: everything in the lab runs on one machine, and the story needs several.
ADDRESS_HEADER = "X-Lab-Source-Address"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at a keyboard: their clients call as them, from their address, with their tool."""

    lab: Any
    person: Person
    credentials: Any = None  # of a role, as AssumeRole answers, or a key; the user's first if None
    address: str = ""  # not their usual one
    agent: str = ""  # not their usual tool
    clients: dict[str, Any] = field(default_factory=dict, compare=False)

    def client(self, service: str) -> Any:
        """A boto3 client for one service, in us-east-1."""
        if service not in self.clients:
            own = self.lab.client(service, user=self.person.name)
            client = own if self.credentials is None else self._with_key(own, service)
            client.meta.events.register_first("before-send", self._disguise)
            self.clients[service] = client
        return self.clients[service]

    def _with_key(self, own: Any, service: str) -> Any:
        import boto3

        session = boto3.Session(
            aws_access_key_id=self.credentials["AccessKeyId"],
            aws_secret_access_key=self.credentials["SecretAccessKey"],
            aws_session_token=self.credentials.get("SessionToken"),
            region_name=own.meta.region_name,
        )
        return session.client(service, endpoint_url=own.meta.endpoint_url)

    def _disguise(self, request: Any, **_: Any) -> None:
        request.headers[ADDRESS_HEADER] = self.address or self.person.address
        request.headers["User-Agent"] = self.agent or self.person.agent


def as_user(lab: Any, name: str, address: str = "", agent: str = "") -> Caller:
    """One of the people; from their own address, with their own tool, unless others are given."""
    return Caller(lab, PEOPLE[name], address=address, agent=agent)


def as_key(caller: Caller, key_id: str) -> Caller:
    """The same person, or whoever holds this active access key of theirs."""
    key = caller.lab.control.get("credentials", user=caller.person.name, key=key_id)
    return replace(caller, credentials=key, clients={})


def as_role(caller: Caller, role: str, session: str) -> Caller:
    """The same person, who has assumed a role. The AssumeRole call is theirs."""
    answer = caller.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName=session
    )
    return replace(caller, credentials=answer["Credentials"], clients={})
