"""AWS's message for a refused request: "User: … is not authorized to perform: …".

User Guide (IAM), "Troubleshoot access denied error messages".
"""

from __future__ import annotations

from .decision import IDENTITY, Decision, Request


def refusal(request: Request, decision: Decision) -> str:
    """The sentence that stands in the error; `request.principal` is the caller's ARN."""
    article = "an" if decision.kind == IDENTITY else "a"
    because = (
        f"with an explicit deny in {article} {decision.kind}"
        if decision.explicit_deny
        else f"because no {decision.kind} allows the {request.action} action"
    )
    resource = "" if request.resource == "*" else f" on resource: {request.resource}"
    return (
        f"User: {request.principal} is not authorized to perform: {request.action}"
        f"{resource} {because}"
    )
