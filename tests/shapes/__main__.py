"""How near our records are to real ones: `python -m tests.shapes FILE [--moto] [--all]`."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lablib.cloudtrail.event import describe
from tests.cloudtrail.calls import EVENT_ID
from tests.shapes.compare import Verdict, example, operations_of, verdict
from tests.shapes.keep import kept

WORDS = ("missing", "wrong", "extra", "top_missing", "top_wrong", "top_extra")


TRY = "with --moto: also the calls of FILE that no team makes, with parameters of the real shape"


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
            known.append(
                min(tried, key=lambda one: one.wanted - len(one.met) + len(one.top_missing))
            )
        else:
            unknown.append(key)
    return known, unknown


def verdicts_of_moto(
    records: list[dict[str, Any]], shapes: dict[str, Any], only: str = ""
) -> list[Verdict]:
    """The same for records of calls that were carried out: the best of each call's records, and
    like with like: refused calls only where all real ones were refused. Fields that only some
    callers sent are not asked for."""
    best: dict[str, Verdict] = {}
    for record in records:
        key = f"{record['eventSource']}:{record['eventName']}"
        real = shapes.get(key)
        refused = "errorCode" in record
        if only not in key or real is None or refused == bool(real.get("ok_count", 1)):
            continue
        new = verdict(key, real, record, least=1.0)
        if key not in best or _worth(new) > _worth(best[key]):
            best[key] = new
    return list(best.values())


def _worth(result: Verdict) -> tuple[int, int]:
    return len(result.met), -len(result.extra)


def summary(what: str, results: list[Verdict]) -> str:
    wanted = sum(result.wanted for result in results)
    met = sum(len(result.met) for result in results)
    extra = sum(len(result.extra) for result in results)
    share = 100 * met / wanted if wanted else 100.0
    return f"{what}: {len(results)} calls, {met} of {wanted} fields ({share:.1f} %), {extra} more"


def summary_of_top(results: list[Verdict]) -> str:
    wanted = sum(result.top_wanted for result in results)
    missing = sum(len(result.top_missing) for result in results)
    wrong = sum(len(result.top_wrong) for result in results)
    extra = sum(len(result.top_extra) for result in results)
    return (
        f"top level: {wanted - missing} of {wanted} fields, "
        f"{wrong} with another value, {extra} more"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.shapes", description=__doc__)
    parser.add_argument("file", type=Path, help="shapes of real records, as JSON")
    parser.add_argument("--all", action="store_true", help="print every field that differs")
    parser.add_argument("--only", default="", help="only calls whose key holds this text")
    parser.add_argument("--moto", action="store_true", help="calls carried out by an account")
    parser.add_argument("--try", action="store_true", dest="tried", help=TRY)
    parser.add_argument("--json", action="store_true", help="print the verdicts and the records")
    parser.add_argument("--keep", type=Path, help="write there what the comparison needs of FILE")
    options = parser.parse_args()
    shapes = json.loads(options.file.read_text())
    if options.keep:
        options.keep.write_text(kept(shapes))
        return
    records, unknown = [], []
    if options.moto:
        from tests.shapes import scenario
        from tests.shapes.visit import others

        visit = others(shapes, options.only) if options.tried else None
        with redirect_stdout(sys.stderr):  # moto speaks of what it lacks
            records = [event.record for event in scenario.events(visit=visit)]
        known = verdicts_of_moto(records, shapes, options.only)
    else:
        known, unknown = verdicts(shapes, options.only)
    if options.json:
        print(json.dumps({"verdicts": [asdict(result) for result in known], "records": records}))
        return
    if options.all:
        _print_all(known)
    for basis in sorted({shapes[result.key].get("basis", "") for result in known}):
        of_basis = [result for result in known if shapes[result.key].get("basis") == basis]
        print(summary(basis, of_basis))
    print(summary("all", known))
    print(summary_of_top(known))
    if unknown:
        print(f"{len(unknown)} calls that botocore does not know: {', '.join(sorted(unknown))}")


def _print_all(known: list[Verdict]) -> None:
    for result in known:
        found = [(word, path) for word in WORDS for path in getattr(result, word)]
        if found:
            print(result.key)
        for word, path in found:
            print(f"  {word:12}{path}")


if __name__ == "__main__":
    main()
