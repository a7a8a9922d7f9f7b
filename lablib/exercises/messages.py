"""How a verdict, a hint and a statement look: plain text first, and the same words as HTML.

Every state is said by a word and a sign, never by colour alone. Colours come from JupyterLab's own
theme variables, so that light and dark both read well.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from botocore.exceptions import BotoCoreError, ClientError

from lablib.errors import aws_sentence
from lablib.exercises.outcomes import Outcome, Standing, Step, Verdict

SIGN = {
    Outcome.PASSED: "✔",
    Outcome.INCORRECT: "✘",
    Outcome.INCOMPLETE: "◐",
    Outcome.NOT_ATTEMPTED: "○",
    Outcome.ERROR: "!",
}
COLOUR = {
    Outcome.PASSED: "var(--jp-success-color1, #2e7d32)",
    Outcome.INCORRECT: "var(--jp-error-color1, #c62828)",
    Outcome.INCOMPLETE: "var(--jp-warn-color1, #b26a00)",
    Outcome.NOT_ATTEMPTED: "var(--jp-border-color1, #888)",
    Outcome.ERROR: "var(--jp-error-color1, #c62828)",
}
STEP_SIGN = {Standing.OK: "✔", Standing.MISSING: "○", Standing.WRONG: "✘"}
STEP_WORD = {Standing.OK: "as wanted", Standing.MISSING: "not there yet", Standing.WRONG: "differs"}
CLOSING = {
    Outcome.PASSED: "Well done.",
    Outcome.INCORRECT: "Have another look; .hint() says what fits this state.",
    Outcome.INCOMPLETE: "You are on the way; .hint() names the next step.",
    Outcome.NOT_ATTEMPTED: "Nothing to look at yet. Have a go, then check again; .hint() helps.",
    Outcome.ERROR: "The check could not finish. That is our fault, not yours.",
}


@dataclass(frozen=True, slots=True)
class Message:
    """Something the lab says. Shows itself in a notebook, a terminal and a screen reader."""

    headline: str
    lines: tuple[str, ...] = ()
    code: str = ""
    colour: str = "var(--jp-border-color1, #888)"

    def __str__(self) -> str:
        parts = [self.headline, *(f"  {line}" for line in self.lines)]
        if self.code:
            parts += ["", *(f"    {line}".rstrip() for line in self.code.splitlines())]
        return "\n".join(parts)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{_inline(line)}</li>" for line in self.lines)
        listing = f'<ul style="margin:.3em 0">{items}</ul>' if items else ""
        code = f"<pre><code>{escape(self.code)}</code></pre>" if self.code else ""
        return (
            f'<div role="status" style="border-left:4px solid {self.colour};padding:.2em .8em">'
            f"<p><strong>{_inline(self.headline)}</strong></p>{listing}{code}</div>"
        )

    def _repr_markdown_(self) -> str:
        listing = "".join(f"\n- {line}" for line in self.lines)
        code = f"\n\n```python\n{self.code}\n```" if self.code else ""
        return f"**{self.headline}**\n{listing}{code}"


def verdict_message(title: str, verdict: Verdict) -> Message:
    """The verdict in words: outcome first, then each step."""
    sign, outcome = SIGN[verdict.outcome], verdict.outcome
    lines = [step_line(step) for step in verdict.steps]
    lines.append(verdict.note or CLOSING[outcome])
    return Message(f"{sign} {title}: {outcome}", tuple(lines), colour=COLOUR[outcome])


def step_line(step: Step) -> str:
    return f"{STEP_SIGN[step.standing]} {STEP_WORD[step.standing]} · {step}"


def in_aws_words(error: Exception) -> str:
    """One sentence for what went wrong: AWS's code and message where AWS refused."""
    if isinstance(error, ClientError):
        return aws_sentence(error.response, error.operation_name)
    if isinstance(error, BotoCoreError):
        return f"boto3 says: {error}"
    return str(error) or type(error).__name__


def _inline(text: str) -> str:
    """Escaped text in which `code` in backticks is set as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))
