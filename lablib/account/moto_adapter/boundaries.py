"""Permissions boundaries of users, which moto does not keep.

IAM API reference, PutUserPermissionsBoundary, DeleteUserPermissionsBoundary, CreateUser; IAM User
Guide, "Permissions boundaries for IAM entities".
"""

from __future__ import annotations

import functools
from typing import Any

from ..own import Asked, Operation, OwnError
from . import names

KIND = "PermissionsBoundaryPolicy"  # the only PermissionsBoundaryType in IAM's model


def _put(asked: Asked) -> dict[str, Any]:
    limit(_user(asked), str(asked.params.get("PermissionsBoundary", "")), asked.account)
    return {}


def _delete(asked: Asked) -> dict[str, Any]:
    user = _user(asked)
    if getattr(user, "permissions_boundary_arn", None) is None:
        name = asked.params.get("UserName")
        raise OwnError("NoSuchEntity", f"{name} does not have a permission boundary.", 404)
    user.permissions_boundary_arn = user.permissions_boundary = None
    return {}


OPERATIONS: dict[str, Operation] = {
    "PutUserPermissionsBoundary": _put,
    "DeleteUserPermissionsBoundary": _delete,
}


def _user(asked: Asked) -> Any:
    from moto.iam.models import iam_backends

    name = str(asked.params.get("UserName", ""))
    user = iam_backends[asked.account]["aws"].users.get(name)
    if user is None:
        raise OwnError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    return user


def limit(user: Any, arn: str, account: str) -> None:
    """Raises OwnError for a policy that is not there."""
    _must_exist(arn, account)
    user.permissions_boundary_arn = arn
    user.permissions_boundary = {
        "PermissionsBoundaryType": KIND,
        "PermissionsBoundaryArn": arn,
    }


def _must_exist(arn: str, account: str) -> None:
    if names.managed_policy(arn, account) is None:
        what = f"Scope ARN: {arn} does not exist or is not attachable."
        raise OwnError("NoSuchEntity", what, 404)


def mend() -> None:
    """CreateUser with a boundary; once per process, when the first such call comes."""
    from moto.iam.exceptions import NotFoundException
    from moto.iam.responses import IamResponse

    original = IamResponse.create_user
    if hasattr(original, "_lab"):
        return

    @functools.wraps(original)
    def create_user(self: Any) -> Any:
        arn = self._get_param("PermissionsBoundary")
        try:
            if arn:
                _must_exist(arn, self.current_account)
        except OwnError as error:
            raise NotFoundException(error.message) from None
        result = original(self)
        if arn:
            limit(self.backend.users[self._get_param("UserName")], arn, self.current_account)
        return result

    create_user._lab = True  # type: ignore[attr-defined]
    setattr(IamResponse, "create_user", create_user)  # noqa: B010  (mypy: a method is replaced)
