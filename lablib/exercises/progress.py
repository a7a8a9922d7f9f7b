"""Where the learner stands: one small JSON file in the work folder, readable and portable."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lablib.exercises.outcomes import Outcome

SCHEMA_VERSION = 1
FILE_NAME = "progress.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One exercise: how it last stood, when it was first and last checked (UTC), help used."""

    lab: str
    step: str
    outcome: str = Outcome.NOT_ATTEMPTED.value
    first: str = ""
    last: str = ""
    passed: str = ""
    checks: int = 0
    hints: int = 0
    solution_shown: bool = False
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def attempted(self) -> bool:
        return self.outcome != Outcome.NOT_ATTEMPTED.value


class Progress:
    """The file, read when needed and written after each change in one piece."""

    def __init__(self, folder: Path) -> None:
        self.path = Path(folder) / FILE_NAME

    def entry(self, exercise_id: str) -> Entry:
        lab, _, step = exercise_id.partition(".")
        known = self._read().get(exercise_id)
        return Entry(**known) if known else Entry(lab=lab, step=step)

    def entries(self) -> dict[str, Entry]:
        return {name: Entry(**raw) for name, raw in sorted(self._read().items())}

    def checked(self, exercise_id: str, outcome: Outcome, answers: Mapping[str, Any]) -> Entry:
        now = _now()
        entry = self.entry(exercise_id)
        return self._keep(
            exercise_id,
            replace(
                entry,
                outcome=outcome.value,
                first=entry.first or now,
                last=now,
                passed=entry.passed or (now if outcome is Outcome.PASSED else ""),
                checks=entry.checks + 1,
                answers=dict(answers),
            ),
        )

    def hinted(self, exercise_id: str) -> Entry:
        entry = self.entry(exercise_id)
        return self._keep(exercise_id, replace(entry, hints=entry.hints + 1))

    def shown(self, exercise_id: str) -> Entry:
        return self._keep(exercise_id, replace(self.entry(exercise_id), solution_shown=True))

    def forget(self, exercise_id: str) -> None:
        entries = self._read()
        entries.pop(exercise_id, None)
        self._write(entries)

    def _keep(self, exercise_id: str, entry: Entry) -> Entry:
        entries = self._read()
        entries[exercise_id] = asdict(entry)
        self._write(entries)
        return entry

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            entries = content["exercises"]
            [Entry(**raw) for raw in entries.values()]
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError):
            # A damaged file is set aside, never overwritten: the learner may want it back.
            self.path.replace(self.path.with_suffix(".damaged.json"))
            return {}
        return dict(entries)

    def _write(self, entries: Mapping[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = {"schema_version": SCHEMA_VERSION, "exercises": dict(sorted(entries.items()))}
        draft = self.path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps(content, indent=1, default=_plain) + "\n", encoding="utf-8")
        os.replace(draft, self.path)


def work_folder(lab: Any = None) -> Path:
    """Where progress lives: CLOUDTRAIL_LAB_WORK, else beside the account's state, else here."""
    if work := os.environ.get("CLOUDTRAIL_LAB_WORK"):
        return Path(work)
    state = getattr(lab, "state", None) or os.environ.get("CLOUDTRAIL_LAB_STATE")
    return Path(state) if isinstance(state, (str, Path)) else Path.cwd()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _plain(value: Any) -> Any:
    """An answer that JSON has no word for: a set, a table's column or number, or anything."""
    if hasattr(value, "tolist"):  # numpy's and pandas' own
        return value.tolist()
    return sorted(map(str, value)) if isinstance(value, (set, frozenset)) else str(value)
