"""Makes labs/NN-name.ipynb and labs/README.md from the sources beside this file.

    python labs/src/build.py            write what differs
    python labs/src/build.py --check    say what differs, and exit with 1 if anything does

A source is a percent script that jupytext reads. Cell ids are made here and stay stable: a cell
with `exercise="01.trail"` is lab01-trail-task (or -check, -hint, …, by its tag), any other is named
after its heading and its place under it. Notebooks carry no output, and no metadata but ours.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

SRC = Path(__file__).parent
LABS = SRC.parent
sys.path.insert(0, str(LABS.parent))  # the tree's own lablib, installed or not

from lablib.exercises import LABS as PAGES
from lablib.exercises import LabPage, exercises_of

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
KEPT = ("tags", "exercise")  # metadata that a cell may carry
TODO = "exercise"  # the tag of a cell that waits for the learner


def notebook(page: LabPage) -> str:
    """The text of the notebook's file."""
    source = SRC / f"{page.stem}.py"
    read = jupytext.reads(source.read_text(encoding="utf-8"), fmt="py:percent")
    seen: Counter[str] = Counter()
    heading = "start"
    cells = []
    for cell in read.cells:
        heading = _heading(cell) or heading
        cells.append(_clean(cell, _cell_id(page, cell, heading, seen)))
    made = nbformat.v4.new_notebook(cells=cells, metadata=_metadata(page))
    nbformat.validate(made)
    return nbformat.writes(made, version=4) + "\n"


def _metadata(page: LabPage) -> dict[str, object]:
    minutes = {exercise.id: exercise.minutes for exercise in exercises_of(page.number)}
    ours = {"lab": page.number, "minutes": page.minutes, "exercise_minutes": minutes}
    return {"kernelspec": KERNEL, "language_info": {"name": "python"}, "cloudtrail_lab": ours}


def _clean(cell: NotebookNode, cell_id: str) -> NotebookNode:
    metadata = {name: cell.metadata[name] for name in KEPT if name in cell.metadata}
    make = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
    made = make(cell.source, metadata=metadata)
    made["id"] = cell_id
    return made


def _heading(cell: NotebookNode) -> str:
    found = re.match(r"#+ +(.+)", cell.source) if cell.cell_type == "markdown" else None
    return re.sub(r"[^a-z0-9]+", "-", found[1].lower()).strip("-")[:36] if found else ""


def _cell_id(page: LabPage, cell: NotebookNode, heading: str, seen: Counter[str]) -> str:
    name = heading
    if exercise := cell.metadata.get("exercise"):
        part = "task" if TODO in cell.metadata.get("tags", []) else "check"
        name = f"{exercise.partition('.')[2]}-{part}"
    seen[name] += 1
    number = f"-{seen[name]}" if seen[name] > 1 else ""
    return f"lab{page.number}-{name.strip('-')}{number}"


def readme() -> str:
    """The table of labs."""
    rows = [
        f"| [{p.number}]({p.stem}.ipynb) | {p.title} | {p.question} | {p.minutes} |"
        for p in PAGES.values()
    ]
    total = sum(page.minutes for page in PAGES.values())
    return "\n".join(
        [
            "# The labs",
            "",
            "Each lab runs alone, in any order, and as often as you like: its first cell brings the",
            "account to where the lab starts.",
            "",
            "| Lab | Title | The question | Minutes |",
            "|---|---|---|---:|",
            *rows,
            f"| | | All of them | {total} |",
            "",
            "The notebooks are made from the scripts in [`src/`](src/) by `python labs/src/build.py`.",
            "Change the script, run that, and commit both; a test holds them together.",
            "",
        ]
    )


def made() -> dict[Path, str]:
    """What should stand in labs/, by path."""
    files = {LABS / f"{page.stem}.ipynb": notebook(page) for page in PAGES.values()}
    return {**files, LABS / "README.md": readme()}


def stale() -> dict[Path, str]:
    """What differs from what stands there."""
    return {
        path: text
        for path, text in made().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def main() -> int:
    differing = stale()
    for path, text in differing.items():
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        print(path.relative_to(LABS.parent))
    return 1 if differing and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
