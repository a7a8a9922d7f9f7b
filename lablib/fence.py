"""The fence: what makes any AWS client reach the lab, and nothing else.

A variable is set even when it merely repeats a default, because another value of it may stand in
the learner's shell. HOME is not changed, so the tools around stay as they were.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lablib.connection import Account

PLUGIN = "cloudtrail_lab_awscli"  # module name of the AWS CLI v1 plugin
GUARD = "sitecustomize"  # module name that Python loads when it starts
TOOLS = "python"  # folder of the state folder that is put in front of PYTHONPATH
SESSIONS = "cli-cache"  # what the plugin keeps of assumed roles
LOCAL = ("127.0.0.1", "localhost")

# Source: AWS SDKs and Tools Reference Guide, "Environment variables supported by AWS SDKs and
# tools". Emptied rather than unset: every SDK takes an empty credential variable as absent, and
# a `NAME=value` line can say it.
EMPTY = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PAGER")
EMPTY_IF_PRESENT = (
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ACCOUNT_ID",
)
ENDPOINT_OF_A_SERVICE = "AWS_ENDPOINT_URL_"
BEARER = "AWS_BEARER_TOKEN_"  # a real credential of one service, such as Bedrock's

# Where a learner's own credentials may show. Looked at by name only, never opened.
OWN_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    *EMPTY_IF_PRESENT[:6],
)


def environment(state: Path | Account, present: Mapping[str, str] | None = None) -> dict[str, str]:
    """Every variable that makes AWS clients reach the lab of this state folder.

    `present` is the environment to be fenced in (this process's own if not given): what it has
    of per-service endpoints, proxies and credential sources is overridden. The account must run.
    """
    from lablib.connection import Account, Control, running

    account = state if isinstance(state, Account) else running(state)
    key = Control(account).get("credentials", user="learner")
    present = os.environ if present is None else present
    prepare(account, key["AccessKeyId"], key["SecretAccessKey"])
    return variables(account, key["AccessKeyId"], key["SecretAccessKey"], present)


PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")


def variables(
    account: Account, key_id: str, secret: str, present: Mapping[str, str]
) -> dict[str, str]:
    """The table itself; nothing is read or written."""
    fenced = {
        "AWS_ENDPOINT_URL": account.endpoint,
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
        "AWS_DEFAULT_REGION": account.region,
        "AWS_REGION": account.region,
        "AWS_ACCESS_KEY_ID": key_id,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_CONFIG_FILE": str(account.state / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(account.state / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_USE_FIPS_ENDPOINT": "false",
        "AWS_USE_DUALSTACK_ENDPOINT": "false",
        # Some operations put a name before the host ("sync-127.0.0.1"), which nobody resolves.
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "CLOUDTRAIL_LAB_STATE": str(account.state),
        "PYTHONPATH": _in_front(str(account.state / TOOLS), present.get("PYTHONPATH", "")),
    }
    fenced |= dict.fromkeys(EMPTY, "")
    # Another profile would be looked for in our config; none at all is what SDKs like best.
    fenced |= {name: "default" for name in PROFILES if name in present}
    fenced |= {name: "" for name in present if name in EMPTY_IF_PRESENT or name.startswith(BEARER)}
    fenced |= {name: account.endpoint for name in present if name.startswith(ENDPOINT_OF_A_SERVICE)}
    fenced |= {name: _with_local(present.get(name, "")) for name in ("NO_PROXY", "no_proxy")}
    return fenced


def _with_local(hosts: str) -> str:
    known = [host.strip() for host in hosts.split(",") if host.strip()]
    return ",".join([*known, *(host for host in LOCAL if host not in known)])


def _in_front(folder: str, path: str) -> str:
    rest = [part for part in path.split(os.pathsep) if part and part != folder]
    return os.pathsep.join([folder, *rest])


def own_credentials(present: Mapping[str, str], account: Account) -> list[str]:
    """Names of the places where credentials that are not the lab's seem to be."""
    if present.get("CLOUDTRAIL_LAB_STATE") == str(account.state) and (
        present.get("AWS_ENDPOINT_URL") == account.endpoint
    ):
        found = []  # this environment is fenced in already
    else:
        found = [name for name in OWN_VARIABLES if present.get(name)]
        found += [name for name in present if name.startswith(BEARER) and present[name]]
    if (Path.home() / ".aws" / "credentials").exists():
        found.append("~/.aws/credentials")
    return found


def prepare(account: Account, key_id: str, secret: str) -> None:
    """Put into the state folder what the variables point to: config, credentials, CLI plugin.

    What the learner has written into the two AWS files (`aws configure`) stays.
    """
    from lablib import aws_guard, awscli_plugin

    tools = account.state / TOOLS
    tools.mkdir(mode=0o700, parents=True, exist_ok=True)
    for module, name in ((awscli_plugin, PLUGIN), (aws_guard, GUARD)):
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        _write_if_changed(tools / f"{name}.py", source)
    default = {"region": account.region, "endpoint_url": account.endpoint}
    # AWS CLI v1 loads what [plugins] names; v2 does so only beside a cli_legacy_plugin_path
    # (aws-cli, awscli/plugin.py on both branches): it ignores ours, and needs none of it.
    _keep_values(account.state / "config", "default", default)
    _keep_values(account.state / "config", "plugins", {"cloudtrail_lab": PLUGIN})
    key = {"aws_access_key_id": key_id, "aws_secret_access_key": secret}
    _keep_values(account.state / "credentials", "default", key)


def _keep_values(path: Path, section: str, values: Mapping[str, str]) -> None:
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    _write_if_changed(path, with_values(text, section, values))


def with_values(text: str, section: str, values: Mapping[str, str]) -> str:
    """The text of an AWS file whose `section` has these values; all else stays as it is."""
    before, _, rest = text.partition(f"[{section}]")
    inside, bracket, after = rest.partition("\n[")
    given = [line for line in inside.split("\n") if line.strip()]
    kept = [line for line in given if line[0].isspace() or _name(line) not in values]
    lines = [f"{name} = {value}" for name, value in values.items()]
    gap = "\n" if before and not before.endswith("\n") else ""
    block = "\n".join([f"{before}{gap}[{section}]", *kept, *lines, ""])
    return f"{block}\n[{after}" if bracket else block


def _name(line: str) -> str:
    return line.partition("=")[0].strip()


def _write_if_changed(path: Path, text: str) -> None:
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def forget_sessions(state: Path) -> None:
    """Drop what AWS CLI v1 keeps of assumed roles: the account they belong to is another now."""
    shutil.rmtree(state / SESSIONS, ignore_errors=True)


def forget_expired_sessions(state: Path, now: str) -> None:
    """Drop the kept role sessions that are over in lab time (ISO 8601).

    The CLI looks at the real clock, which a wound lab clock has left behind.
    """
    moment = datetime.fromisoformat(now)
    for kept in (state / SESSIONS).glob("*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            expiry = json.loads(kept.read_text())["Credentials"]["Expiration"]
            if datetime.fromisoformat(expiry) <= moment:
                kept.unlink()
