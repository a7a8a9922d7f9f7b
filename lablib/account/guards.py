"""What AWS looks at after permission and before it acts: is the policy one, is the key usable?"""

from __future__ import annotations

from . import documents, encryption, quotas, refusals
from .asking import Asking
from .recording import Known
from .refusals import Refusal, Refuse
from .resolving import resolved


def admit(known: Known, asking: Asking) -> None:
    """Raises Refuse."""
    service, name = known.route.service, known.operation.model.name
    if (service, name) in documents.DOCUMENTS:
        try:
            documents.check(asking)
        except documents.Malformed as problem:
            raise Refuse(Refusal(problem.code, problem.message, 400)) from None
    if service not in WITHOUT_COUNTS:
        too_many = quotas.exceeded(service, name, asking.params)
        if too_many is not None:
            raise Refuse(Refusal(*too_many, 400))
    if service == "kms":
        _usable_key(asking)
    elif service == "s3":
        _encryption(known, asking)


# Services that make nothing by the number; their documents and items are not looked through.
WITHOUT_COUNTS = frozenset(
    {"cloudtrail", "dynamodb", "iam", "kms", "logs", "s3", "sns", "sqs", "sts"}
)


def _usable_key(asking: Asking) -> None:
    params = resolved("kms", asking.params, asking.account, asking.region)
    state = encryption.refused_by_state(asking.operation, params, asking)
    if state is not None:
        raise Refuse(Refusal(*state, 400))


def _encryption(known: Known, asking: Asking) -> None:
    if asking.caller.arn is None:
        _no_strangers(asking)
        return
    for use in encryption.uses(asking.operation, asking.params):
        try:
            encryption.ask(use, asking, known.follows)
        except encryption.KmsRefusal as no:
            raise Refuse(Refusal(no.code, no.message, no.status)) from None


def _no_strangers(asking: Asking) -> None:
    """S3 API reference, "List of error codes": objects under SSE-KMS need a signature."""
    if any(encryption.uses(asking.operation, asking.params)):
        raise Refuse(refusals.refusal("unsigned", "s3", "rest-xml"))
