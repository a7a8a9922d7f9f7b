"""What a lab needs mended in moto: ids, policies, waiting, keys. Each with its reason."""

from __future__ import annotations

import functools
import importlib
import json
import re
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random

from ..chance import SystemRandomness, rsa_key
from . import facts, objects


def all_of_it(request_id: Callable[[], str], randomness: SystemRandomness) -> None:
    _list_services_once()
    _give_our_request_ids(request_id)
    _give_iam_ids_their_prefixes()
    _name_roles_of_services_as_aws_does()
    _leave_bucket_policies_to_the_gateway()
    _never_wait_for_messages()
    _keep_policies_of_queues()
    _draw_keys_from_the_seed(randomness)
    _make_regions_the_same_whoever_asks(randomness)
    objects.mend()
    _let_managers_into_their_members()


def _list_services_once() -> None:
    """moto looks through its folders twice for each request, which takes as long as an answer."""
    from moto import backends

    known = list(backends.list_of_moto_modules())
    _replace("moto.backends", "list_of_moto_modules", lambda: known)


def _replace(module: str, name: str, value: object) -> None:
    setattr(importlib.import_module(module), name, value)


def load_managed_policies(account: str) -> None:
    """AWS's managed policies (1,300 documents), at the first call that is about policies."""
    from moto.iam import models

    backend = models.iam_backends[account]["aws"]
    if len(backend.aws_managed_policies) > 1:
        return
    known = {p.arn: p for p in backend.aws_managed_policies}
    for name, data in _managed_policies().items():
        policy = models.AWSManagedPolicy.from_data(name, account, "us-east-1", data)
        if policy.arn not in known:
            backend.aws_managed_policies.append(policy)
            backend.managed_policies[policy.arn] = policy


@functools.cache
def _managed_policies() -> dict[str, Any]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    return dict(json.loads(aws_managed_policies_data))


def _give_our_request_ids(current: Callable[[], str]) -> None:
    def request_id(headers: dict[str, Any] | None = None) -> str:
        if headers is not None:
            headers["x-amzn-requestid"] = current()
        return current()

    _replace("moto.core.responses", "gen_amzn_requestid_long", request_id)


# IAM identifiers, "Understanding unique ID prefixes" (IAM User Guide)
IAM_PREFIXES = {"User": "AIDA", "Group": "AGPA", "ManagedPolicy": "ANPA", "InstanceProfile": "AIPA"}


def _give_iam_ids_their_prefixes() -> None:
    from moto.iam import models

    for name, prefix in IAM_PREFIXES.items():
        _prefix_id(getattr(models, name), prefix)


def _prefix_id(cls: Any, prefix: str) -> None:
    if getattr(cls, "_lab_prefix", None):
        return
    original: Callable[..., None] = cls.__init__

    @functools.wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if re.fullmatch(r"[a-z0-9]{20}", str(getattr(self, "id", ""))):
            self.id = (prefix + self.id.upper())[:21]

    cls.__init__ = init
    cls._lab_prefix = prefix


# IAM User Guide, "AWS services that work with IAM": service-linked roles. moto has "…Forconfig".
ROLES_OF_SERVICES = {"config": "Config"}


def _name_roles_of_services_as_aws_does() -> None:
    """And CreateServiceLinkedRole has an error of its own for a role that is there (observed)."""
    from moto.iam import models
    from moto.iam.exceptions import EntityAlreadyExists, InvalidInput

    models.SERVICE_NAME_CONVERSION.update(ROLES_OF_SERVICES)
    original = models.IAMBackend.create_service_linked_role
    if getattr(original, "_lab", False):
        return

    @functools.wraps(original)
    def create(self: Any, *args: Any, **named: Any) -> Any:
        try:
            return original(self, *args, **named)
        except EntityAlreadyExists as error:
            name = str(error.message).split()[3]
            raise InvalidInput(
                f"Service role name {name} has been taken in this account, please try a different "
                "suffix."
            ) from None

    create._lab = True  # type: ignore[attr-defined]
    setattr(models.IAMBackend, "create_service_linked_role", create)  # noqa: B010


def _leave_bucket_policies_to_the_gateway() -> None:
    """moto evaluates them without principals and conditions, so that the usual deny of insecure
    transport refuses everybody."""
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket

    def neutral(self: Any, action: str, resource: str) -> PermissionResult:
        return PermissionResult.NEUTRAL

    setattr(FakeBucket, "get_permission", neutral)  # noqa: B010  (mypy: a method is replaced)


def _never_wait_for_messages() -> None:
    """Under a lab clock moto's long poll would wait for ever; the server polls instead."""
    from moto.sqs.models import SQSBackend

    original = SQSBackend.receive_message
    if getattr(original, "_lab", False):
        return

    @functools.wraps(original)
    def receive(
        self: Any, queue_name: str, count: int, wait_seconds_timeout: int, *rest: Any, **named: Any
    ) -> Any:
        _drop_expired(self.get_queue(queue_name))
        return original(self, queue_name, count, 0, *rest, **named)

    receive._lab = True  # type: ignore[attr-defined]
    setattr(SQSBackend, "receive_message", receive)  # noqa: B010


def _drop_expired(queue: Any) -> None:
    """Amazon SQS Developer Guide, "message retention period": what has been kept that long is
    deleted. moto stops at the first such message, and so gives none that came after it."""
    oldest = unix_time() - int(queue.message_retention_period)
    fresh = [one for one in queue._messages if float(one.sent_timestamp) / 1000 > oldest]
    if len(fresh) != len(queue._messages):
        queue._messages[:] = fresh


def _keep_policies_of_queues() -> None:
    """API Reference, SetQueueAttributes: sets the attributes that are named; in moto a call that
    does not name the policy takes it away."""
    from moto.sqs.models import SQSBackend

    original = SQSBackend.set_queue_attributes
    if getattr(original, "_lab", False):
        return

    @functools.wraps(original)
    def set_attributes(self: Any, queue_name: str, attributes: dict[str, Any]) -> Any:
        held = self.get_queue(queue_name).policy
        return original(self, queue_name, {"Policy": held, **attributes} if held else attributes)

    set_attributes._lab = True  # type: ignore[attr-defined]
    setattr(SQSBackend, "set_queue_attributes", set_attributes)  # noqa: B010


def _let_managers_into_their_members() -> None:
    """Organizations User Guide, "Accessing member accounts": the role that comes with a new account
    has AdministratorAccess; moto gives it no policy at all."""
    from moto.organizations.models import FakeAccount

    original: Callable[..., None] = FakeAccount.__init__
    if getattr(original, "_lab", False):
        return

    @functools.wraps(original)
    def init(self: Any, *args: Any, **named: Any) -> None:
        original(self, *args, **named)
        role = named.get("RoleName", "OrganizationAccountAccessRole")
        facts.attach_to_role(self.id, role, "AdministratorAccess")

    init._lab = True  # type: ignore[attr-defined]
    setattr(FakeAccount, "__init__", init)  # noqa: B010


def _draw_keys_from_the_seed(randomness: SystemRandomness) -> None:
    """OpenSSL draws keys from the system; a replayed account needs the same keys again."""
    system_rsa, system_ec = rsa.generate_private_key, ec.generate_private_key
    if getattr(system_rsa, "_lab", False):
        return

    def generate_rsa(
        public_exponent: int = 65537, key_size: int = 2048, backend: Any = None
    ) -> rsa.RSAPrivateKey:
        if randomness.chance is None:
            return system_rsa(public_exponent, key_size)
        return rsa_key(randomness.chance.stream(randomness.chance.bytes(16).hex()), key_size)

    def generate_ec(curve: ec.EllipticCurve, backend: Any = None) -> ec.EllipticCurvePrivateKey:
        if randomness.chance is None:
            return system_ec(curve)
        secret = int.from_bytes(randomness.chance.bytes(curve.key_size // 8 - 1), "big") + 1
        return ec.derive_private_key(secret, curve)

    generate_rsa._lab = True  # type: ignore[attr-defined]
    rsa.generate_private_key = generate_rsa
    ec.generate_private_key = generate_ec


def _make_regions_the_same_whoever_asks(randomness: SystemRandomness) -> None:
    """moto furnishes a service's Region (default VPC, subnets …) when it is first touched. Its ids
    follow from the seed and the Region's name, not from which call came first."""
    from moto.core.base_backend import AccountSpecificBackend

    original = AccountSpecificBackend.__getitem__
    if getattr(original, "_lab", False):
        return

    def get(self: Any, region: str) -> Any:
        chance = randomness.chance
        if chance is None or dict.__contains__(self, "aws" if region == "global" else region):
            return original(self, region)
        state = mock_random.getstate()
        with chance.aside(f"backend:{self.service_name}:{self.account_id}:{region}") as rng:
            mock_random.seed(rng.getrandbits(64))
            try:
                return original(self, region)
            finally:
                mock_random.setstate(state)

    get._lab = True  # type: ignore[attr-defined]
    AccountSpecificBackend.__getitem__ = get  # type: ignore[method-assign]
