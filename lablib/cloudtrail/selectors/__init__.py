"""Which trail takes which event, and why: `match(trail, event)`.

Read `match` first (the order of the questions), then `basic` and `advanced` (a trail's own
selectors), then `values` (how many values are compared at once) and `types` (what has data events).
"""

from lablib.cloudtrail.selectors.match import Match, match

__all__ = ["Match", "match"]
