"""Filter patterns of CloudWatch Logs, in their three forms.

Source of the whole folder: CloudWatch Logs User Guide, "Filter pattern syntax for metric filters,
subscription filters, filter log events, and Live Tail". `compiled(text)` gives a `Pattern`; it
raises `InvalidPattern` with AWS's words.
"""

from .pattern import InvalidPattern as InvalidPattern
from .pattern import Line as Line
from .pattern import Match as Match
from .pattern import Pattern as Pattern
from .reading import compiled as compiled
