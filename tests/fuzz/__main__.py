"""Calls the account some thousand times with what nobody would send:

    python -m tests.fuzz --calls 20000 --seed 1

Prints what went wrong, and how many calls were answered how. Ends with 1 if anything did.
"""

from __future__ import annotations

import argparse
import sys

from tests.fuzz.run import Outcome, run


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.fuzz")
    options.add_argument("--calls", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--services", default="", help="botocore names, with commas")
    given = options.parse_args()
    outcome: Outcome = run(given.calls, given.seed, [s for s in given.services.split(",") if s])
    for complaint in outcome.complaints:
        print(complaint)
    print(outcome)
    return 1 if outcome.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
