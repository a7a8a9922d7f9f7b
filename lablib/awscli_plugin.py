"""A plugin for AWS CLI v1 that keeps every command inside the lab.

A copy of this file stands in the account's state folder, on PYTHONPATH, and is loaded by
whichever AWS CLI v1 is on the machine: it may import only what that has.

AWS CLI v1 sends sqs, emr, rds, docdb, neptune and health commands to fixed AWS hosts, over the
head of AWS_ENDPOINT_URL (aws-cli issue 8737; awscli/customizations/overridesslcommonname.py),
unless `--endpoint-url` is given. So we give it. The CLI also keeps assumed-role credentials in
the home folder, by role name, where another lab would find and use them
(awscli/customizations/assumerole.py): in here they are kept in the lab's own folder.
"""

from __future__ import annotations

import os
from typing import Any


def awscli_initialize(cli: Any) -> None:
    """Called by the AWS CLI, before its own handlers are registered."""
    cli.register_first("before-building-argument-table-parser", stay_inside)
    cli.register_last("session-initialized", keep_role_sessions_here)


def stay_inside(parsed_globals: Any, **_: Any) -> None:
    """Name the endpoint of a command that names none."""
    if getattr(parsed_globals, "endpoint_url", None) is None:
        parsed_globals.endpoint_url = lab_endpoint(getattr(parsed_globals, "command", None))


def lab_endpoint(service: str | None) -> str | None:
    """The endpoint that the environment names for a service, else the one for all."""
    name = (service or "").upper().replace("-", "_")
    return os.environ.get("AWS_ENDPOINT_URL_" + name) or os.environ.get("AWS_ENDPOINT_URL") or None


def keep_role_sessions_here(session: Any, **_: Any) -> None:
    """Let the CLI's cache of assumed roles be a folder of the lab's."""
    from botocore.credentials import JSONFileCache
    from botocore.exceptions import ProfileNotFound, UnknownCredentialError

    state = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    cache = JSONFileCache(os.path.join(state, "cli-cache"))
    try:
        chain = session.get_component("credential_provider")
        for name in ("assume-role", "assume-role-with-web-identity"):
            chain.get_provider(name).cache = cache
    except (ProfileNotFound, UnknownCredentialError):
        return  # the CLI says it better, a moment later
