"""The calls of a file that no team of the scenario makes, tried with parameters of the real shape:
by somebody who may do nothing where all real calls were refused."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from botocore import xform_name

from lablib.cloudtrail.event import Event
from tests.shapes.compare import example, operations_of
from tests.shapes.scenario import Visit
from tests.shapes.scenario.people import Person

# What moto answers by starting containers.
LEFT_OUT = {("lambda", "Invoke"), ("batch", "SubmitJob")}


def others(shapes: dict[str, Any], only: str = "") -> Visit:
    def visit(admin: Person, stranger: Person, found: list[Event]) -> None:
        made = {(f"{event.source}:{event.name}", "errorCode" in event.record) for event in found}
        for key, real in shapes.items():
            refused = not real.get("ok_count", 1)
            if key.startswith("_") or only not in key or (key, refused) in made:
                continue
            for service, operation in operations_of(key):
                _call(stranger if refused else admin, service, operation, real)

    return visit


def _call(who: Person, service: str, operation: str, real: dict[str, Any]) -> None:
    """Once; that moto lacks it, or wants more, is no concern of the comparison."""
    if (service, operation) in LEFT_OUT:
        return
    with suppress(Exception):
        params = example((service, operation), real).params
        getattr(who(service), xform_name(operation))(**params)
