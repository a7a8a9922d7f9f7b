"""Random requests and policies, the same for the same seed, for two evaluators to decide on.

The policies are made around the request: patterns that cover it, nearly cover it, or do not. What
AWS documents and the outside simulator does otherwise is left out (see `test_iam_simulate`).
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Any

HOME, AWAY = "123456789012", "210987654321"
Json = dict[str, Any]

REQUESTS = [
    ("s3:GetObject", "arn:aws:s3:::logs/AWSLogs/1/CloudTrail/file.json.gz"),
    ("s3:PutObject", "arn:aws:s3:::logs/home/learner/notes.txt"),
    ("s3:ListBucket", "arn:aws:s3:::logs"),
    ("sns:Publish", f"arn:aws:sns:us-east-1:{HOME}:deliveries"),
    ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{HOME}:queue"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{HOME}:function:report"),
    ("kms:GenerateDataKey", f"arn:aws:kms:us-east-1:{HOME}:key/1234abcd-12ab"),
    ("kms:Decrypt", f"arn:aws:kms:us-east-1:{HOME}:key/1234abcd-12ab"),
    ("sts:AssumeRole", f"arn:aws:iam::{HOME}:role/Delivery"),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:us-east-1:{HOME}:table/orders"),
    ("logs:DescribeLogStreams", f"arn:aws:logs:us-east-1:{HOME}:log-group:audit"),
    ("cloudtrail:StopLogging", f"arn:aws:cloudtrail:us-east-1:{HOME}:trail/audit"),
    ("iam:GetUser", f"arn:aws:iam::{HOME}:user/dev/learner"),
    ("ec2:DescribeInstances", "*"),
]
WITH_RESOURCE_POLICY = ("s3:", "sns:", "sqs:", "lambda:", "kms:", "sts:", "dynamodb:")
RESOURCE_DECIDES = ("kms:", "sts:")

PRINCIPALS = [
    "arn:aws:iam::{0}:user/learner",
    "arn:aws:iam::{0}:user/dev/learner",
    "arn:aws:sts::{0}:assumed-role/Operator/morning",
    "arn:aws:sts::{0}:assumed-role/Operator/evening",
    "arn:aws:sts::{0}:federated-user/learner",
]
SERVICES = ["cloudtrail.amazonaws.com", "config.amazonaws.com"]

# Condition keys with the values that requests and policies have for them.
TEXTS = {
    "aws:username": ["learner", "Learner", "intern"],
    "aws:PrincipalTag/team": ["sap", "SAP", "basis"],
    "aws:RequestedRegion": ["us-east-1", "eu-west-1", "eu-central-1"],
    "aws:SourceAccount": [HOME, AWAY],
    "aws:userid": ["AIDAEXAMPLE", "AROAEXAMPLE:morning"],
}
ARNS = {
    "aws:SourceArn": [
        f"arn:aws:cloudtrail:us-east-1:{HOME}:trail/audit",
        f"arn:aws:cloudtrail:eu-west-1:{HOME}:trail/audit-2",
        f"arn:aws:sns:us-east-1:{AWAY}:deliveries",
    ]
}
NUMBERS = {"aws:MultiFactorAuthAge": ["0", "299", "300", "3600", "300.5"]}
DATES = {
    "aws:CurrentTime": ["2026-11-23T10:00:00Z", "2026-11-23", "2026-12-01T00:00:00Z", "2025-01-01"]
}
BOOLS = {"aws:SecureTransport": ["true", "false"], "aws:MultiFactorAuthPresent": ["true", "false"]}
ADDRESSES = {"aws:SourceIp": ["10.0.0.1", "10.1.2.3", "203.0.113.9", "203.0.113.17"]}
RANGES = ["10.0.0.0/8", "10.0.0.0/24", "203.0.113.9", "203.0.113.0/28", "203.0.113.16/32"]
LISTS = {
    "aws:TagKeys": ["team", "project", "Department"],
    "aws:CalledVia": ["athena.amazonaws.com", "cloudformation.amazonaws.com"],
}
SCALARS = TEXTS | ARNS | NUMBERS | DATES | BOOLS | ADDRESSES

STRING_OPERATORS = ["StringEquals", "StringEqualsIgnoreCase", "StringLike"]
ORDERS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]


@dataclass
class Case:
    """One request and all that bears on it; documents as Python has them."""

    principal: str
    action: str
    resource: str
    owner: str
    context: Json
    identity: list[Json] = field(default_factory=list)
    boundary: Json | None = None
    session: Json | None = None
    scps: list[list[Json]] = field(default_factory=list)
    resource_policy: Json | None = None

    @property
    def is_stranger(self) -> bool:
        return not self.principal.startswith("arn:")

    @property
    def resource_decides(self) -> bool:
        return self.action.startswith(RESOURCE_DECIDES)


def cases(count: int, seed: int) -> list[Case]:
    chance = random.Random(seed)
    return [Maker(chance).case() for _ in range(count)]


class Maker:
    """Makes one case."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def case(self) -> Case:
        action, resource = self.chance.choice(REQUESTS)
        has_policy = action.startswith(WITH_RESOURCE_POLICY)
        self.principal = self._principal(has_policy)
        self.action, self.resource = action, resource
        made = Case(self.principal, action, resource, HOME, self._context())
        if not made.is_stranger:
            self._own_policies(made)
        if has_policy and (self._maybe(0.7) or made.is_stranger or action == "sts:AssumeRole"):
            made.resource_policy = self.policy(named=True, direct=made.session is None)
        return made

    def _own_policies(self, made: Case) -> None:
        made.identity = [self.policy() for _ in range(self.chance.choice([0, 1, 1, 2]))]
        if self._maybe(0.25):
            made.boundary = self.policy()
        if ":sts:" in self.principal and self._maybe(0.25):
            made.session = self.policy()
        if self._maybe(0.25):
            made.scps = [[self.policy()] for _ in range(self.chance.choice([1, 2]))]

    def _maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def _principal(self, has_policy: bool) -> str:
        if has_policy and self._maybe(0.2):
            return self.chance.choice([*SERVICES, "*"])
        return self.chance.choice(PRINCIPALS).format(self.chance.choice([HOME, HOME, AWAY]))

    def _context(self) -> Json:
        context: Json = {
            key: self.chance.choice(values) for key, values in SCALARS.items() if self._maybe(0.6)
        }
        for key, values in LISTS.items():
            if self._maybe(0.6):
                context[key] = self.chance.sample(values, self.chance.randint(1, len(values)))
        return context

    # -- policies -------------------------------------------------------------------------

    def policy(self, named: bool = False, direct: bool = True) -> Json:
        statements = [self._statement(named, direct) for _ in range(self.chance.randint(1, 3))]
        return {"Version": "2012-10-17", "Statement": statements}

    def _statement(self, named: bool, direct: bool) -> Json:
        made: Json = {"Effect": "Deny" if self._maybe(0.2) else "Allow"}
        if named:
            made |= self._named(made["Effect"], direct)
        twin = "NotAction" if self._maybe(0.12) else "Action"
        made[twin] = self._several(self._action)
        twin = "NotResource" if self._maybe(0.12) else "Resource"
        variables = twin == "Resource"
        made[twin] = self._several(lambda: self._resource(variables))
        if self._maybe(0.45):
            made["Condition"] = self._conditions()
        return made

    def _several(self, make: Any) -> Any:
        if self._maybe(0.6):
            return make()
        return sorted({make() for _ in range(self.chance.randint(1, 3))})

    def _action(self) -> str:
        service, name = self.action.split(":")
        other = self.chance.choice(REQUESTS)[0]
        return str(
            self.chance.choice(
                [
                    self.action,
                    self.action.lower(),
                    f"{service}:*",
                    f"{service}:{name[:4]}*",
                    f"{service}:*{name[-4:]}",
                    f"{service}:{name[0]}?{name[2:]}",
                    f"{service}:{name[:-1]}",
                    "*",
                    other,
                ]
            )
        )

    def _resource(self, variables: bool) -> str:
        """Stars stay inside a segment of the ARN, and behind the resource's type."""
        if self.resource == "*":
            return self.chance.choice(["*", "*", "arn:aws:ec2:us-east-1:*:instance/*"])
        parts = self.resource.split(":", 5)
        tail = parts[5]
        start = 0 if parts[2] == "s3" else len(re.split(r"(?<=[/:])", tail)[0]) % len(tail)
        cut = self.chance.randint(start, len(tail) - 1)
        tails = [
            tail,
            tail[:cut] + "*",
            tail[:start] + "*" + tail[cut:],
            tail[:cut] + "?" + tail[cut + 1 :],
            tail[:cut] + "*" + tail[min(cut + 3, len(tail)) :],
            tail.upper(),
            "*",
        ]
        if variables:
            tails.append(tail.replace("learner", "${aws:username}"))
            tails.append(tail.replace("learner", "${aws:username, 'learner'}"))
        region = self.chance.choice([parts[3], parts[3], "*"]) if parts[3] else ""
        account = self.chance.choice([parts[4], parts[4], "*"]) if parts[4] else ""
        made = ":".join([*parts[:3], region, account, self.chance.choice(tails)])
        return self.chance.choice(["*", made, made, made, made])

    # -- principals -----------------------------------------------------------------------

    def _named(self, effect: str, direct: bool) -> Json:
        if effect == "Deny" and self._maybe(0.15):
            return {"NotPrincipal": self._spared()}
        return {"Principal": self._chosen(direct)}

    def _spared(self) -> Json:
        """Somebody else, or the asker with all that AWS wants named beside it."""
        if self._maybe(0.5) or not self.principal.startswith("arn:"):
            return {"AWS": [f"arn:aws:iam::{AWAY}:user/nobody"]}
        account = self.principal.split(":")[4]
        return {"AWS": [*self._parents(), self.principal, f"arn:aws:iam::{account}:root"]}

    def _parents(self) -> list[str]:
        account, tail = self.principal.split(":")[4:6]
        if tail.startswith("assumed-role/"):
            return [f"arn:aws:iam::{account}:role/{tail.split('/')[1]}"]
        if tail.startswith("federated-user/"):
            return [f"arn:aws:iam::{account}:user/{tail.split('/')[1]}"]
        return []

    def _chosen(self, direct: bool) -> Any:
        """`direct`: may name a session itself, or everybody."""
        if not self.principal.startswith("arn:"):
            return self.chance.choice(
                ["*", {"AWS": "*"}, *({"Service": service} for service in SERVICES)]
            )
        account = self.principal.split(":")[4]
        named: list[Any] = [
            {"AWS": account},
            {"AWS": f"arn:aws:iam::{account}:root"},
            {"AWS": [f"arn:aws:iam::{AWAY}:user/nobody", f"arn:aws:iam::{account}:root"]},
            {"AWS": f"arn:aws:iam::{AWAY}:user/nobody"},
            {"Service": SERVICES},
        ]
        named += [{"AWS": parent} for parent in self._parents() * 2]
        if direct:
            named += ["*", {"AWS": "*"}, {"AWS": self.principal}, {"AWS": [self.principal]}]
        return self.chance.choice(named)

    # -- conditions -----------------------------------------------------------------------

    def _conditions(self) -> Json:
        block: Json = {}
        for _ in range(self.chance.choice([1, 1, 2])):
            operator, key, values = self._condition()
            block.setdefault(operator, {})[key] = values
        return block

    def _condition(self) -> tuple[str, str, Any]:
        kinds = (self._text, self._text, self._arn, self._number, self._date, self._bool)
        kind = self.chance.choice((*kinds, self._ip, self._null, self._list))
        operator, key, values = kind()
        if operator != "Null" and ":" not in operator and self._maybe(0.2):
            operator += "IfExists"
        if self._maybe(0.2):
            key = key.lower() if "/" not in key else key
        return operator, key, values

    def _text(self) -> tuple[str, str, Any]:
        key = self.chance.choice(list(TEXTS))
        operator = self.chance.choice(STRING_OPERATORS)
        negated = self._maybe(0.3)
        values = [self._some_text(TEXTS[key], operator, not negated) for _ in range(2)]
        return (_not(operator) if negated else operator), key, self._one_or_all(values)

    def _some_text(self, values: list[str], operator: str, variables: bool) -> str:
        value = self.chance.choice(values)
        if variables and self._maybe(0.15):
            return self.chance.choice(["${aws:username}", "${aws:username, 'sap'}", "x${*}y"])
        if operator == "StringLike":
            cut = self.chance.randint(0, len(value) - 1)
            return self.chance.choice(
                [value[:cut] + "*", value[:cut] + "?" + value[cut + 1 :], "*"]
            )
        return self.chance.choice([value, value, value.upper(), value + "*"])

    def _one_or_all(self, values: list[str]) -> Any:
        return values[0] if self._maybe(0.5) else values

    def _arn(self) -> tuple[str, str, Any]:
        [(key, values)] = ARNS.items()
        parts = self.chance.choice(values).split(":", 5)
        for place in (2, 3, 4):
            if self._maybe(0.3):
                parts[place] = "*"
        if self._maybe(0.4):
            parts[5] = self.chance.choice(["*", parts[5][:3] + "*", parts[5][:-1] + "?"])
        operator = self.chance.choice(["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"])
        return operator, key, ":".join(parts)

    def _number(self) -> tuple[str, str, Any]:
        [(key, values)] = NUMBERS.items()
        return f"Numeric{self.chance.choice(ORDERS)}", key, self.chance.choice(values)

    def _date(self) -> tuple[str, str, Any]:
        [(key, values)] = DATES.items()
        return f"Date{self.chance.choice(ORDERS)}", key, self.chance.choice(values)

    def _bool(self) -> tuple[str, str, Any]:
        return "Bool", self.chance.choice(list(BOOLS)), self.chance.choice(["true", "false"])

    def _ip(self) -> tuple[str, str, Any]:
        [key] = ADDRESSES
        ranges = self.chance.sample(RANGES, 2)
        return self.chance.choice(["IpAddress", "NotIpAddress"]), key, self._one_or_all(ranges)

    def _null(self) -> tuple[str, str, Any]:
        key = self.chance.choice([*SCALARS, *LISTS])
        return "Null", key, self.chance.choice(["true", "false"])

    def _list(self) -> tuple[str, str, Any]:
        key = self.chance.choice(list(LISTS))
        operator = self.chance.choice([*STRING_OPERATORS, *map(_not, STRING_OPERATORS)])
        values = self.chance.sample(LISTS[key], self.chance.randint(1, len(LISTS[key])))
        if "Like" in operator and self._maybe(0.5):
            values[0] = values[0][:3] + "*"
        return f"{self.chance.choice(['ForAnyValue', 'ForAllValues'])}:{operator}", key, values


def _not(operator: str) -> str:
    return operator.replace("String", "StringNot")
