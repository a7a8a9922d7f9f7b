"""KMS keys as AWS tells of them: named by their ARN too, and nothing said that is not there."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

# API Reference of the four: `KeyId` is the key's id or its ARN.
NAMED_BY_ARN = ("enable_key", "disable_key", "schedule_key_deletion", "cancel_key_deletion")


def mend() -> None:
    """Once per process, when the first call to KMS comes: loading it takes a while."""
    from moto.kms.models import Key, KmsBackend
    from moto.kms.responses import KmsResponse

    if hasattr(KmsBackend.enable_key, "_lab"):
        return
    for name in NAMED_BY_ARN:
        setattr(KmsBackend, name, _by_id(getattr(KmsBackend, name)))
    _say_whether_of_many_regions(Key)
    _list_no_keys_that_are_not_there(KmsResponse)


def _say_whether_of_many_regions(cls: Any) -> None:
    """API Reference, KeyMetadata: MultiRegion is true or false; moto leaves it open."""
    original: Callable[[Any], dict[str, Any]] = cls.to_dict

    @functools.wraps(original)
    def told(self: Any) -> dict[str, Any]:
        found = original(self)
        found["KeyMetadata"]["MultiRegion"] = bool(found["KeyMetadata"]["MultiRegion"])
        return found

    cls.to_dict = told


def _list_no_keys_that_are_not_there(cls: Any) -> None:
    """API Reference, ListAliases: predefined aliases (alias/aws/…) have no TargetKeyId before the
    service has made its key."""
    original: Callable[[Any], str] = cls.list_aliases

    @functools.wraps(original)
    def listed(self: Any) -> str:
        found = json.loads(original(self))
        for alias in found["Aliases"]:
            if alias["TargetKeyId"] not in self.kms_backend.keys:
                del alias["TargetKeyId"]
        return json.dumps(found)

    cls.list_aliases = listed


def _by_id(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def with_id(self: Any, key_id: str, *args: Any, **named: Any) -> Any:
        return original(self, self.get_key_id(key_id), *args, **named)

    with_id._lab = True  # type: ignore[attr-defined]
    return with_id
