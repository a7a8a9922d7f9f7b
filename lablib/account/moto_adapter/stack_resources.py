"""Resource types of `stacks` in moto's CloudFormation, and stacks that fail as AWS's do.

moto passes over types that it does not know; each of ours becomes a class of its own there, which
hands the calls to the listener.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from ..stacks import TYPES, Call, Place, ResourceType
from . import followed
from .followed import Seen


class Listener(Protocol):
    """Who carries out what CloudFormation calls; raises CallFailed."""

    def performed(self, call: Call, place: Place) -> Mapping[str, Any]: ...


class CallFailed(Exception):
    """A call was refused. The text is as CloudFormation passes it on; `code` is the service's."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code

    @property
    def is_absence(self) -> bool:
        return "NotFound" in self.code or self.code.startswith("NoSuch")


_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """From here on `listener`, and it alone, is asked."""
    _listeners[:] = [listener]


@functools.cache
def mend() -> None:
    """Once per process, before the first call to CloudFormation is answered."""
    from moto.cloudformation import models, parsing
    from moto.core.common_models import CloudFormationModel

    CLASSES.extend(_as_class(CloudFormationModel, kind) for kind in TYPES)
    for remembered in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        remembered.cache_clear()
    _name_log_groups_whole()
    _delete_in_order(parsing.ResourceMap)
    _roll_back(models)


def _name_log_groups_whole() -> None:
    """Template Reference, AWS::Logs::LogGroup: the attribute Arn ends in `:*`."""
    from moto.logs.models import LogGroup

    original: Callable[[Any, str], str] = LogGroup.get_cfn_attribute

    @functools.wraps(original)
    def attribute(self: Any, attribute_name: str) -> str:
        found = original(self, attribute_name)
        return f"{found}:*" if attribute_name == "Arn" else found

    LogGroup.get_cfn_attribute = attribute  # type: ignore[method-assign]


def _delete_in_order(cls: Any) -> None:
    """What was made last goes first; moto takes a set's order, another one in each process. What
    depends on something that is still there waits for the next round."""

    def delete(self: Any) -> None:
        made = [name for name in self._parsed_resources if name in self._resource_json_map]
        kept = [n for n in made if self._resource_json_map[n].get("DeletionPolicy") == "Retain"]
        waiting = [name for name in reversed(made) if name not in kept]
        failure: Exception | None = None
        while waiting:
            left = []
            for name in waiting:
                try:
                    self._delete_resource(
                        self._parsed_resources[name], self._resource_json_map[name]
                    )
                    del self._parsed_resources[name]
                except Exception as error:
                    failure = error
                    left.append(name)
            if len(left) == len(waiting):
                assert failure is not None
                raise failure
            waiting = left

    cls.delete = delete


CLASSES: list[Any] = []  # moto looks through the base's subclasses, which are held weakly


def _perform(calls: Iterator[Call], place: Place, *, deletes: bool = False) -> None:
    """Deleting what is gone already is no failure."""
    for service, operation, params in calls:
        try:
            told = _performed(service, operation, params, place)
        except CallFailed as failure:
            if deletes and failure.is_absence:
                continue
            raise _as_moto_says_it(failure) from None
        followed.note(Seen(service, operation, params, told, place.region))


def _performed(
    service: str, operation: str, params: dict[str, Any], place: Place
) -> Mapping[str, Any]:
    if (service, operation) in BY_MOTO:
        try:
            BY_MOTO[service, operation](params, place)
        except Exception as error:  # moto's own refusals, of many classes
            code = str(getattr(error, "code", "") or getattr(error, "error_type", ""))
            raise CallFailed(_why(error), code or type(error).__name__) from None
        return {}
    (listener,) = _listeners
    return listener.performed((service, operation, params), place)


def _as_moto_says_it(failure: CallFailed) -> Exception:
    from moto.cloudformation.exceptions import ValidationError

    said = ValidationError(message=str(failure))
    said.of_a_resource = True  # type: ignore[attr-defined]
    return said


def _as_class(base: Any, kind: ResourceType) -> Any:
    """A class whose name and methods are what moto's parser looks for."""

    def create(
        cls: Any, /, resource_name: str, cloudformation_json: Any, account_id: str,
        region_name: str, **kwargs: Any,
    ) -> Any:  # fmt: skip
        made = cls()
        made.name, made.properties = resource_name, cloudformation_json["Properties"]
        made.place = Place(account_id, region_name)
        try:
            _perform(kind.create(made.name, made.properties), made.place)
        except Exception as failure:
            failure.resource = (kwargs.get("LogicalId"), made.name, kind.type)  # type: ignore[attr-defined]
            raise
        return made

    def update(
        cls: Any, /, original_resource: Any, new_resource_name: str, cloudformation_json: Any,
        account_id: str, region_name: str,
    ) -> Any:  # fmt: skip
        old, properties = original_resource, cloudformation_json["Properties"]
        named = properties.get(kind.name_property) if kind.name_property else None
        if named not in (None, old.name):  # another name: another resource
            made = create(cls, named, cloudformation_json, account_id, region_name)
            _perform(kind.delete(old.name, old.properties), old.place, deletes=True)
            return made
        _perform(kind.update(old.name, properties, old.properties), old.place)
        old.properties = properties
        return old

    def delete(self: Any, account_id: str, region_name: str) -> None:
        _perform(kind.delete(self.name, self.properties), self.place, deletes=True)

    def attribute(self: Any, name: str) -> str:
        return kind.attributes[name](self.name, self.properties, self.place)

    methods: dict[str, Any] = {
        "cloudformation_type": staticmethod(lambda: kind.type),
        "cloudformation_name_type": staticmethod(lambda: kind.name_property),
        "has_cfn_attr": classmethod(lambda cls, name: name in kind.attributes),
        "create_from_cloudformation_json": classmethod(create),
        "update_from_cloudformation_json": classmethod(update),
        "get_cfn_attribute": attribute,
        "delete": delete,
        "is_created": lambda self: True,
        "physical_resource_id": property(lambda self: self.name),
    }
    return type(kind.type.replace("::", ""), (base,), methods)


# -- what moto does -----------------------------------------------------------------------


def _put_bucket_policy(params: Mapping[str, Any], place: Place) -> None:
    from moto.s3.models import s3_backends

    backend = s3_backends[place.account]["aws"]
    backend.put_bucket_policy(params["Bucket"], params["Policy"].encode())


def _delete_bucket_policy(params: Mapping[str, Any], place: Place) -> None:
    from moto.s3.models import s3_backends

    s3_backends[place.account]["aws"].delete_bucket_policy(params["Bucket"])


def _set_topic(params: Mapping[str, Any], place: Place) -> None:
    from moto.sns.models import sns_backends

    sns_backends[place.account][place.region].set_topic_attribute(
        params["TopicArn"], params["AttributeName"], params["AttributeValue"]
    )


def _set_queue(params: Mapping[str, Any], place: Place) -> None:
    from moto.sqs.models import sqs_backends

    name = params["QueueUrl"].rpartition("/")[2].rpartition(":")[2]
    sqs_backends[place.account][place.region].set_queue_attributes(name, params["Attributes"])


BY_MOTO: Mapping[tuple[str, str], Callable[[Mapping[str, Any], Place], None]] = {
    ("s3", "PutBucketPolicy"): _put_bucket_policy,
    ("s3", "DeleteBucketPolicy"): _delete_bucket_policy,
    ("sns", "SetTopicAttributes"): _set_topic,
    ("sqs", "SetQueueAttributes"): _set_queue,
}


# -- stacks that fail ---------------------------------------------------------------------

FAILED, NOT_UPDATED = "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"


def _roll_back(models: Any) -> None:
    """CloudFormation User Guide, "Stack failure options": a stack whose creation fails takes back
    what it made and is ROLLBACK_COMPLETE; its events say why. The call itself has succeeded."""
    create_stack: Callable[..., Any] = models.CloudFormationBackend.create_stack
    execute: Callable[..., None] = models.CloudFormationBackend.execute_change_set

    @functools.wraps(create_stack)
    def create(self: Any, name: str, *args: Any, **named: Any) -> Any:
        known = set(self.stacks)
        try:
            return create_stack(self, name, *args, **named)
        except Exception as failure:
            made = [stack for id, stack in self.stacks.items() if id not in known]
            if not made:  # the template itself was refused
                raise
            _taken_back(made[0], failure)
            return made[0]

    @functools.wraps(execute)
    def executed(self: Any, change_set_name: str, stack_name: str | None = None) -> None:
        found = [
            one
            for id, one in self.change_sets.items()
            if change_set_name in (id, one.change_set_name)
        ]
        if not found:
            raise _no_change_set(change_set_name)
        try:
            execute(self, change_set_name, stack_name)
        except Exception as failure:
            found[-1].execution_status = "EXECUTE_FAILED"
            stack = self.stacks[found[-1].stack_id]
            if found[-1].change_set_type == "CREATE":
                _taken_back(stack, failure)
            else:
                _kept_as_it_was(stack, failure)
            return
        stack = self.stacks[found[-1].stack_id]
        stack._parse_template()
        stack.output_map = stack._create_output_map()  # moto leaves the outputs as they were

    update_stack: Callable[..., Any] = models.CloudFormationBackend.update_stack

    @functools.wraps(update_stack)
    def updated(self: Any, name: str, *args: Any, **named: Any) -> Any:
        try:
            return update_stack(self, name, *args, **named)
        except Exception as failure:
            if not hasattr(failure, "of_a_resource"):
                raise
            stack = self.get_stack(name)
            _kept_as_it_was(stack, failure)
            return stack

    models.CloudFormationBackend.update_stack = updated
    models.CloudFormationBackend.create_stack = create
    models.CloudFormationBackend.execute_change_set = executed


def _no_change_set(name: str) -> Exception:
    """Observed (aws/serverless-application-model issue 52)."""
    from moto.cloudformation.exceptions import CloudFormationError

    refusal = CloudFormationError(f"ChangeSet [{name}] does not exist")
    refusal.code = "ChangeSetNotFound"
    return refusal


def _why(failure: Exception) -> str:
    """A property that is missing, or of another form than it has to be, is told in CloudFormation's
    words (observed), without the resource's name."""
    if isinstance(failure, KeyError):
        return (
            f"Properties validation failed with message: #: required key [{failure.args[0]}] "
            "not found"
        )
    if isinstance(failure, TypeError | AttributeError | ValueError):
        return "Properties validation failed: a property is not of the type that it has to be"
    return str(getattr(failure, "message", "") or failure)


def _taken_back(stack: Any, failure: Exception) -> None:
    """What was made is deleted; nothing is left that a look at the stack could make again."""
    _say_which(stack, failure)
    stack._add_stack_event("ROLLBACK_IN_PROGRESS", resource_status_reason=_why(failure))
    with contextlib.suppress(Exception):
        stack.resource_map.delete()
    stack.resource_map._resource_json_map = {}
    stack.output_map._output_json_map = {}
    stack._add_stack_event(FAILED)
    stack.status = FAILED


def _say_which(stack: Any, failure: Exception) -> None:
    """The event CREATE_FAILED is the resource's; of moto's own resources it is the stack's."""
    from moto.cloudformation.models import Event

    if not hasattr(failure, "resource"):
        stack._add_stack_event("CREATE_FAILED", resource_status_reason=_why(failure))
        return
    logical_id, name, kind = failure.resource
    failed = "CREATE_FAILED"
    event = Event(stack.stack_id, stack.name, logical_id, name, kind, failed, _why(failure), None)
    stack.events.append(event)


def _kept_as_it_was(stack: Any, failure: Exception) -> None:
    stack._add_stack_event("UPDATE_FAILED", resource_status_reason=_why(failure))
    stack._add_stack_event(NOT_UPDATED)
    stack.status = NOT_UPDATED
