"""May they? An evaluator of IAM policies: pure, table-driven, explained.

Read in this order: glob (patterns), principal (who is named), condition (the operators), document
(from JSON to statements), decision (the logic), refusal (AWS's message), verdict (short questions),
validation (what AWS refuses to store); and names, resources, actions: what a call needs.
"""

from .actions import Need, needs
from .decision import Decision, Policies, Request, evaluate
from .document import Document, MalformedPolicy, Policy, Statement, cached, parse
from .passing import passed
from .refusal import refusal
from .resources import Place
from .validation import validate
from .verdict import role_verdict, service_verdict, trust_verdict

__all__ = [
    "Decision",
    "Document",
    "MalformedPolicy",
    "Need",
    "Place",
    "Policies",
    "Policy",
    "Request",
    "Statement",
    "cached",
    "evaluate",
    "needs",
    "parse",
    "passed",
    "refusal",
    "role_verdict",
    "service_verdict",
    "trust_verdict",
    "validate",
]
