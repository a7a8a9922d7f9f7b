"""May they? An evaluator of IAM policies: pure, table-driven, explained.

Read in this order: glob (patterns), principal (who is named), condition (the operators), document
(from JSON to statements), decision (the logic), verdict (short questions), validation (what AWS
refuses to store), actions (what IAM calls an API operation).
"""

from .decision import Decision, Policies, Request, evaluate, refusal
from .document import Document, MalformedPolicy, Policy, Statement, cached, parse
from .validation import validate
from .verdict import role_verdict, service_verdict, trust_verdict

__all__ = [
    "Decision",
    "Document",
    "MalformedPolicy",
    "Policies",
    "Policy",
    "Request",
    "Statement",
    "cached",
    "evaluate",
    "parse",
    "refusal",
    "role_verdict",
    "service_verdict",
    "trust_verdict",
    "validate",
]
