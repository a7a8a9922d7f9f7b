"""Records of calls made from the service models, beside the shapes of real ones: the rules alone,
without any simulation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.shapes.__main__ import verdicts
from tests.shapes.compare import Verdict

SHAPES: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "shapes" / "real.json").read_text()
)
REAL = {key: shape for key, shape in SHAPES.items() if shape["basis"] == "real"}


@pytest.fixture(scope="module")
def found() -> list[Verdict]:
    return verdicts(REAL)[0]


def test_nearly_every_field_of_real_records_is_there_with_its_type(found: list[Verdict]) -> None:
    wanted = sum(verdict.wanted for verdict in found)
    met = sum(len(verdict.met) for verdict in found)
    assert wanted > 1300
    assert met / wanted > 0.985


def test_no_field_is_written_that_real_records_never_had(found: list[Verdict]) -> None:
    extra = [path for verdict in found for path in verdict.extra]
    # KMS names the key material since 2025, after these records were made.
    assert [path for path in extra if "keyMaterialId" not in path] == []


def test_no_top_level_field_is_missing(found: list[Verdict]) -> None:
    assert [(verdict.key, verdict.top_missing) for verdict in found if verdict.top_missing] == []
    assert [(verdict.key, verdict.top_wrong) for verdict in found if verdict.top_wrong] == []


@pytest.mark.parametrize("part", ["requestParameters", "responseElements"])
def test_ec2_and_iam_and_cloudtrail_miss_nothing_that_a_model_knows(
    found: list[Verdict], part: str
) -> None:
    missing = [
        f"{verdict.key} {path}"
        for verdict in found
        if verdict.key.split(".")[0] in ("ec2", "iam", "cloudtrail", "sns", "kms")
        for path in verdict.missing
        if path.startswith(part) and "tagSet.item[]" not in path
    ]
    assert missing == []
