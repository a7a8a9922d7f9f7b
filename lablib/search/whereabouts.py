"""Where an object of S3 is, and what the lifecycle rules of its bucket say to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from lablib.search.table import Table


@dataclass(frozen=True, slots=True, repr=False)
class Whereabouts:
    """An object: its class, its restored copy if there is one, what was done and what comes."""

    key: str
    head: Mapping[str, Any]  # as HeadObject answers
    told: Mapping[str, Any]  # as the account tells of rules and what they did

    @property
    def storage_class(self) -> str:
        """HeadObject names every class but STANDARD."""
        return str(self.head.get("StorageClass", "STANDARD"))

    @property
    def restore(self) -> str:
        """What HeadObject says of a restored copy; "" when there is none and none was asked for."""
        return str(self.head.get("Restore", ""))

    @property
    def rules(self) -> list[str]:
        """One sentence a rule: what it will do with the object, or why nothing."""
        return list(self.told.get("rules", ()))

    def done(self) -> Table:
        """What rules have done with it so far: Time, What, Why."""
        rows = [
            (pd.Timestamp(one["time"]), one["to"] or one["what"], one["why"])
            for one in self.told.get("actions", ())
            if one["key"] == self.key
        ]
        return Table(rows, columns=pd.Index(["Time", "What", "Why"]))

    def __repr__(self) -> str:
        return "\n".join([self._headline, *(f"  {line}" for line in self._lines)])

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(line)}</li>" for line in self._lines)
        return f"<p><strong>{escape(self._headline)}</strong></p><ul>{items}</ul>"

    @property
    def _headline(self) -> str:
        size = self.head.get("ContentLength", 0)
        return f"…/{self.key.rpartition('/')[2]}: {self.storage_class}, {size} bytes"

    @property
    def _lines(self) -> list[str]:
        restored = [f"Restore: {self.restore}"] if self.restore else []
        done = [f"done: {why}" for why in self.done()["Why"]]
        return [*restored, *done, *(self.rules or ["the bucket has no lifecycle rules"])]
