"""`python -m lablib` is `cloudtrail-lab`."""

from __future__ import annotations

from lablib.cli import main

if __name__ == "__main__":
    main()
