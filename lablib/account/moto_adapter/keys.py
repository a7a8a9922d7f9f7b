"""KMS keys named by their ARN, where moto knows only ids."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

# API Reference of the four: `KeyId` is the key's id or its ARN.
NAMED_BY_ARN = ("enable_key", "disable_key", "schedule_key_deletion", "cancel_key_deletion")


def mend() -> None:
    """Once per process, when the first call to KMS comes: loading it takes a while."""
    from moto.kms.models import KmsBackend

    for name in NAMED_BY_ARN:
        original = getattr(KmsBackend, name)
        if not hasattr(original, "_lab"):
            setattr(KmsBackend, name, _by_id(original))


def _by_id(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def with_id(self: Any, key_id: str, *args: Any, **named: Any) -> Any:
        return original(self, self.get_key_id(key_id), *args, **named)

    with_id._lab = True  # type: ignore[attr-defined]
    return with_id
