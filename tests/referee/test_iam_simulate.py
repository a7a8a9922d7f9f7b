"""An outside simulator of IAM and our evaluator decide alike.

The referee is the npm package @cloud-copilot/iam-simulate, installed into a temporary folder and
run in one node process. It is not part of the kit. Left out of the cases, since AWS's documents
say otherwise than the referee does, or since it does not know them:

- a session policy beside a resource policy that names the session itself or everybody ("not
  limited by an implicit deny in a session policy", User Guide, "Policy evaluation logic");
- NotPrincipal that names an asker but not its account and role ("you must also specify the account
  ARN of the not-denied principal");
- a star that ends one segment of an ARN and reaches over the next colon ("it can expand to match
  beyond the colon boundaries", "IAM JSON policy elements: Resource");
- wildcards in the resource's type (`tr?il/audit`), which AWS advises against and we match;
- variables without a value in negated operators and NotResource; epoch dates; ranges of all
  addresses (/0) and addresses of one family beside ranges of the other; the root user.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from lablib.account.policy import Decision, Need, Place, Policies, Request, evaluate, needs, parse
from lablib.account.policy.names import PREFIXES
from tests.referee.policy_cases import Case, cases

# The referee and what it needs, at exact versions.
PACKAGES = tuple(
    f"@cloud-copilot/{name}"
    for name in (
        "iam-simulate@0.1.173",
        "iam-data@0.21.202609261",
        "iam-policy@0.1.109",
        "iam-utils@0.1.82",
    )
)
SCRIPT = Path(__file__).parent / "simulate.mjs"
COUNT, SEED = 1500, 20261123

pytestmark = pytest.mark.referee


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is not on the path: this test needs node 20 or newer with npm")
    return found


@pytest.fixture(scope="module")
def referee(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package and our script."""
    folder = tmp_path_factory.mktemp("referee")
    shutil.copy(SCRIPT, folder)
    command = [tool("npm"), "install", "--no-audit", "--no-fund", "--prefix", str(folder)]
    done = subprocess.run(
        [*command, *PACKAGES], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, f"npm could not install {PACKAGES[0]}:\n{done.stderr}"
    return folder


def verdicts(referee: Path, given: list[Case]) -> list[str]:
    done = subprocess.run(
        [tool("node"), SCRIPT.name],
        input=json.dumps([simulation(case) for case in given]),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=referee,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def simulation(case: Case) -> dict[str, Any]:
    """A case in the referee's words."""
    principal: Any = {"type": "Anonymous"} if case.principal == "*" else case.principal
    made: dict[str, Any] = {
        "request": {
            "principal": principal,
            "action": case.action,
            "resource": {"resource": case.resource, "accountId": case.owner},
            "contextVariables": case.context,
        },
        "identityPolicies": [
            {"name": str(place), "policy": document} for place, document in enumerate(case.identity)
        ],
        "serviceControlPolicies": [
            {"orgIdentifier": str(level), "policies": [{"name": "s", "policy": d} for d in group]}
            for level, group in enumerate(case.scps)
        ],
        "resourceControlPolicies": [],
    }
    if case.resource_policy is not None:
        made["resourcePolicy"] = case.resource_policy
    if case.boundary is not None:
        made["permissionBoundaryPolicies"] = [{"name": "boundary", "policy": case.boundary}]
    if case.session is not None:
        made["sessionPolicy"] = case.session
    return made


def ours(case: Case) -> Decision:
    policies = Policies(
        identity=[parse(document) for document in case.identity],
        boundary=None if case.boundary is None else parse(case.boundary),
        session=None if case.session is None else [parse(case.session)],
        scps=[[parse(document) for document in level] for level in case.scps],
        resource=None if case.resource_policy is None else parse(case.resource_policy),
        resource_decides=case.resource_decides,
    )
    request = Request(case.principal, case.action, case.resource, case.context)
    return evaluate(request, policies, resource_account=case.owner)


def word(decision: Decision) -> str:
    if decision.allowed:
        return "Allowed"
    return "ExplicitlyDenied" if decision.explicit_deny else "ImplicitlyDenied"


def differences(given: list[Case], theirs: list[str]) -> Iterator[str]:
    for case, verdict in zip(given, theirs, strict=True):
        decision = ours(case)
        if word(decision) != verdict:
            told = json.dumps(simulation(case), indent=1)
            yield f"we: {word(decision)} ({decision.why})\nthe referee: {verdict}\n{told}"


def test_the_referee_and_we_decide_alike(referee: Path) -> None:
    given = cases(COUNT, SEED)
    theirs = verdicts(referee, given)
    found = list(differences(given, theirs))
    assert not found, f"{len(found)} of {COUNT} differ; the first:\n{found[0]}"


# -- what calls need, beside the referee's copy of the Service Authorization Reference

SERVICES = ("s3", "sns", "sqs", "kms", "lambda", "dynamodb", "logs", "cloudtrail", "cloudwatch")
SERVICES += ("iam", "sts", "secretsmanager", "ssm", "ec2", "rds", "backup", "events", "config")
SERVICES += ("budgets", "stepfunctions", "efs", "elbv2")
HERE = Place("123456789012", "us-east-1")


def reference(referee: Path, kind: str, prefix: str) -> dict[str, Any]:
    data = referee / "node_modules" / "@cloud-copilot" / "iam-data" / "data" / kind
    found: dict[str, Any] = json.loads((data / f"{prefix}.json").read_text(encoding="utf-8"))
    return found


def filled(shape: Any, depth: int = 0) -> Any:
    """A value for every parameter, each called "name"."""
    match shape.type_name:
        case "structure" if depth < 5:
            members = {name: filled(each, depth + 1) for name, each in shape.members.items()}
            return members | ({"CopySource": "bucket/name"} if "CopySource" in members else {})
        case "list":
            return [filled(shape.member, depth + 1)]
        case "string":
            return "name"
    return {}


def fits(form: str, arn: str) -> bool:
    pieces = re.split(r"\$\{[^}]*\}", form)
    return re.fullmatch(".*".join(map(re.escape, pieces)), arn) is not None


def calls(service: str) -> Iterator[tuple[str, Need]]:
    model = botocore.session.get_session().get_service_model(service)
    for operation in model.operation_names:
        shape = model.operation_model(operation).input_shape
        params = filled(shape) if shape else {}
        params.pop("VersionId", None)
        yield from ((operation, need) for need in needs(service, operation, params, HERE))


@pytest.mark.parametrize("service", SERVICES)
def test_calls_need_actions_and_resources_of_the_authorization_reference(
    referee: Path, service: str
) -> None:
    prefix = PREFIXES.get(service, service)
    actions, forms = (
        reference(referee, "actions", prefix),
        reference(referee, "resourceTypes", prefix),
    )
    told, new = 0, []
    for operation, need in calls(service):
        told += 1
        known = actions.get(need.action.partition(":")[2].lower())
        if known is None:
            new.append(operation)
            continue
        kinds = [
            forms[each["name"].lower()]["arn"]
            for each in known["resourceTypes"]
            if each["name"].lower() in forms
        ]
        assert need.resource == "*" or any(fits(form, need.resource) for form in kinds), need
    # An SDK is often ahead of the reference by some operations.
    assert len(new) <= max(5, told // 4), new


def test_the_cases_are_a_good_mixture() -> None:
    """A comparison of nothing but denials would prove little."""
    counts = Counter(word(ours(case)) for case in cases(COUNT, SEED))
    assert set(counts) == {"Allowed", "ExplicitlyDenied", "ImplicitlyDenied"}
    assert min(counts.values()) > COUNT // 10
