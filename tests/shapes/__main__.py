"""How near our records are to real ones: `python -m tests.shapes FILE [--moto] [--all]`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from lablib.cloudtrail.event import describe
from tests.cloudtrail.calls import EVENT_ID
from tests.shapes.compare import Verdict, example, operations_of, verdict
from tests.shapes.scenario import calls


def verdicts(shapes: dict[str, Any], only: str = "") -> tuple[list[Verdict], list[str]]:
    """The verdict of each call that botocore knows, and the keys of those that it does not."""
    known, unknown = [], []
    for key, real in shapes.items():
        if key.startswith("_") or only not in key:
            continue
        tried = [
            verdict(key, real, describe(example(found, real), EVENT_ID).record)
            for found in operations_of(key)
        ]
        if tried:
            known.append(min(tried, key=lambda result: result.wanted - len(result.met)))
        else:
            unknown.append(key)
    return known, unknown


def verdicts_of_moto(shapes: dict[str, Any]) -> list[Verdict]:
    """The same for calls that moto carried out: the best of each call's records, and like with
    like: refused calls only where all real ones were refused. Fields that only some callers sent
    are not asked for."""
    best: dict[str, Verdict] = {}
    for call in calls():
        event = describe(call, EVENT_ID)
        key = f"{event.source}:{event.name}"
        real = shapes.get(key)
        if real is None or bool(call.error) == bool(real.get("ok_count", 1)):
            continue
        new = verdict(key, real, event.record, least=1.0)
        if key not in best or len(new.met) > len(best[key].met):
            best[key] = new
    return list(best.values())


def summary(what: str, results: list[Verdict]) -> str:
    wanted = sum(result.wanted for result in results)
    met = sum(len(result.met) for result in results)
    extra = sum(len(result.extra) for result in results)
    share = 100 * met / wanted if wanted else 100.0
    return f"{what}: {len(results)} calls, {met} of {wanted} fields ({share:.1f} %), {extra} more"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.shapes", description=__doc__)
    parser.add_argument("file", type=Path, help="shapes of real records, as JSON")
    parser.add_argument("--all", action="store_true", help="print every field that differs")
    parser.add_argument("--only", default="", help="only calls whose key holds this text")
    parser.add_argument("--moto", action="store_true", help="calls carried out by moto")
    options = parser.parse_args()
    shapes = json.loads(options.file.read_text())
    known, unknown = (
        (verdicts_of_moto(shapes), []) if options.moto else verdicts(shapes, options.only)
    )
    for result in known:
        if options.all and (result.missing or result.wrong or result.extra):
            print(result.key)
            for word in ("missing", "wrong", "extra"):
                for path in getattr(result, word):
                    print(f"  {word:8}{path}")
    for basis in sorted({shapes[result.key].get("basis", "") for result in known}):
        of_basis = [result for result in known if shapes[result.key].get("basis") == basis]
        print(summary(basis, of_basis))
    print(summary("all", known))
    if unknown:
        print(f"{len(unknown)} calls that botocore does not know: {', '.join(sorted(unknown))}")


if __name__ == "__main__":
    main()
