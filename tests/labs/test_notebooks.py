"""The notebooks: made from their sources, clean, and run as a learner runs them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from lablib.exercises import LABS, LabPage, Outcome, check_lab, exercises_of
from lablib.lab import Lab

FOLDER = Path(__file__).parent.parent.parent / "labs"
every_lab = pytest.mark.parametrize("page", LABS.values(), ids=lambda page: page.stem)


def read(page: LabPage) -> Any:
    return nbformat.read(FOLDER / f"{page.stem}.ipynb", as_version=4)


def tasks(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if "exercise" in cell.metadata.get("tags", [])]


def with_solutions(notebook: Any, page: LabPage) -> Any:
    """The notebook of a learner who pastes each reference solution into its cell."""
    solutions = {e.id: e.solution_cell() for e in exercises_of(page.number)}
    for cell in tasks(notebook):
        cell.source = solutions[cell.metadata["exercise"]]
    return notebook


def run(notebook: Any, folder: Path, env: dict[str, str]) -> None:
    """Executes it in a kernel of its own, in an empty folder; an error in a cell is raised."""
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=180, resources=resources).execute(env=env)


def test_notebooks_and_table_are_what_their_sources_make(build: ModuleType) -> None:
    assert [path.name for path in build.stale()] == []


@every_lab
def test_a_notebook_is_clean_and_its_cells_have_stable_names(page: LabPage) -> None:
    notebook = read(page)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(name.startswith(f"lab{page.number}-") for name in ids)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


@every_lab
def test_a_notebook_begins_with_two_lines_and_shows_something_in_the_first_screen(
    page: LabPage,
) -> None:
    notebook = read(page)
    assert notebook.cells[1].source == f'from lablib import Lab\nlab = Lab.open("{page.number}")'
    assert notebook.cells[2].cell_type == "code"
    assert f"*{page.minutes} minutes" in notebook.cells[0].source


@every_lab
def test_a_notebook_asks_each_exercise_of_its_lab_and_has_a_cell_for_it(page: LabPage) -> None:
    notebook = read(page)
    text = "\n".join(cell.source for cell in notebook.cells)
    exercises = exercises_of(page.number)
    assert all(f'lab.exercise("{e.id}")' in text for e in exercises)
    assert [cell.metadata["exercise"] for cell in tasks(notebook)] == [
        e.id for e in exercises if not e.checkpoint
    ]


@every_lab
def test_notebooks_link_only_to_what_is_there(page: LabPage) -> None:
    import re

    text = "\n".join(cell.source for cell in read(page).cells if cell.cell_type == "markdown")
    assert all((FOLDER / target).exists() for target in re.findall(r"\]\(([^)#]+)\)", text))


@every_lab
def test_a_lab_runs_alone_untouched_and_then_again_with_its_solutions(
    page: LabPage, lab: Lab, served: Any, tmp_path: Path
) -> None:
    run(read(page), tmp_path, served.env)
    for exercise in exercises_of(page.number):
        outcome = exercise.on(lab).verdict().outcome
        assert outcome is (Outcome.PASSED if exercise.checkpoint else Outcome.NOT_ATTEMPTED)

    run(with_solutions(read(page), page), tmp_path, served.env)
    verdicts = check_lab(lab, page.number)
    assert {name: str(v.open_step) for name, v in verdicts.items() if not v.passed} == {}
    assert list(tmp_path.iterdir()) == []  # progress lives beside the account, not in the work
