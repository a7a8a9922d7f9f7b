"""The table of labs, and where their exercises are."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from lablib.exercises.exercise import Exercise


@dataclass(frozen=True, slots=True)
class LabPage:
    """One notebook: number, words of the file name, title, minutes, and what it asks."""

    number: str
    slug: str
    title: str
    minutes: int
    question: str

    @property
    def stem(self) -> str:
        return f"{self.number}-{self.slug}"


_PAGES = (
    LabPage("00", "start-here", "Start here", 10, "What does one API call leave behind?"),
    LabPage("01", "create-a-trail", "Create a trail", 20, "Where do the log files come from?"),
    LabPage(
        "02",
        "encrypt",
        "Encrypt the log files",
        30,
        "Who can read them, and what if the key is off?",
    ),
    LabPage("03", "sns", "Be told: SNS", 25, "How does a program learn that a file has come?"),
    LabPage(
        "04",
        "cloudwatch-logs",
        "CloudWatch Logs",
        35,
        "How soon does somebody hear that the database was stopped?",
    ),
    LabPage(
        "05", "event-selectors", "Event selectors", 35, "Which calls does a trail take, and why?"
    ),
    LabPage("06", "tags", "Tags", 10, "Whose trail is this?"),
    LabPage("07", "generate-events", "Generate events", 20, "What does a working day look like?"),
    LabPage("08", "search-events", "Search events", 25, "Who stopped the production database?"),
    LabPage("09", "prove-it", "Prove it", 30, "Are these the files that CloudTrail wrote?"),
    LabPage("10", "archive", "Archive", 25, "Where do log files go when they are old?"),
    LabPage(
        "11", "fifteen-alarms", "The fifteen alarms", 25, "Which calls should wake somebody up?"
    ),
    LabPage("12", "logs-insights", "Ask the logs", 25, "What did that address do, and how often?"),
    LabPage("13", "eventbridge", "EventBridge", 25, "Who is told within seconds?"),
    LabPage("14", "config", "AWS Config: is it still so?", 15, "Who looks again tomorrow?"),
)
LABS: dict[str, LabPage] = {page.number: page for page in _PAGES}


def exercises_of(number: str) -> tuple[Exercise, ...]:
    """The exercises and checkpoints of one lab, in the order of its notebook."""
    if number not in LABS:
        raise LookupError(f"there is no lab {number}; the labs are {', '.join(LABS)}")
    found: tuple[Exercise, ...] = import_module(f"lablib.exercises.lab{number}").EXERCISES
    return found


def find(exercise_id: str) -> Exercise:
    """The exercise "01.trail"."""
    lab = exercise_id.partition(".")[0]
    known = {exercise.id: exercise for exercise in exercises_of(lab)}
    if exercise_id not in known:
        raise LookupError(f"lab {lab} has no {exercise_id}; it has {', '.join(known)}")
    return known[exercise_id]
