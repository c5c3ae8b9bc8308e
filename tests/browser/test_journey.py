"""A student's way through a notebook, and all six notebooks run as they are handed out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from autograder.course.layout import ROOT
from tests.browser.lab_page import LabPage

SOLUTIONS = sorted(path.parent.name for path in (ROOT / "solutions").glob("*/*.ipynb"))
WRONG = "def bar_e(l_bar, y, e):\n    return l_bar * (y - e)"
RIGHT = "def bar_e(l_bar, y, e):\n    return l_bar * (e - y)"


def cells_by_name(path: Path) -> dict[str, Any]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {cell["metadata"].get("nbgrader", {}).get("grade_id", ""): cell for cell in cells}


def almost_solved(lab: Any) -> Path:
    """Notebook 02 as handed out, every answer in place but the first."""
    name = "02_bar_notation/bar_notation.ipynb"
    source, solution = ROOT / "notebooks" / name, ROOT / "solutions" / name
    answers = cells_by_name(solution)
    notebook = json.loads(source.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("solution") and about["grade_id"] != "bar_e":
            cell["source"] = answers[about["grade_id"]]["source"]
    target = lab.folder / "journey.ipynb"
    target.write_text(json.dumps(notebook), encoding="utf-8")
    return target


class Student:
    """Clicks and types."""

    def __init__(self, lab_page: LabPage, path: Path) -> None:
        self.page = lab_page.page
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
        self.places = {name: place for place, name in enumerate(names) if name}

    def cell(self, name: str) -> Any:
        place = self.places[name]
        self.page.evaluate(
            "place => { const book = window.jupyterapp.shell.currentWidget.content; "
            "book.activeCellIndex = place; book.scrollToItem(place); }",
            place,
        )
        cell = self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{place}"]')
        cell.wait_for()
        cell.scroll_into_view_if_needed()
        return cell

    def answer(self, name: str, source: str) -> None:
        self.cell(name).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Shift+Enter")

    def check(self, name: str) -> str:
        """Run a check cell; what it says."""
        cell = self.cell(name)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        output = cell.locator(".jp-OutputArea-output").first
        output.locator("strong").wait_for(timeout=20_000)
        self.page.wait_for_timeout(500)
        return output.inner_text()


def test_wrong_hint_right_validate(browser: Any, lab: Any) -> None:
    path = almost_solved(lab)
    lab_page = LabPage(browser, lab).open(path.name)
    student = Student(lab_page, path)
    student.cell("setup").locator(".cm-content").click()
    student.page.keyboard.press("Shift+Enter")
    student.answer("bar_e", WRONG)
    said = student.check("test_bar_e")
    assert "not yet, 0 of" in said
    assert "Hint:" in said
    assert "sign" in said
    assert "Traceback" not in said
    student.answer("bar_e", RIGHT)
    said = student.check("test_bar_e")
    assert "bar_e: right" in said
    assert "Hint:" not in said
    assert student.page.locator("details").count() > 0
    assert student.page.locator("details[open]").count() == 0  # the hints above a right answer stay folded
    lab_page.save()
    student.page.get_by_role("button", name="Validate").click()
    dialog = student.page.locator(".jp-Dialog")
    dialog.get_by_text("Success").wait_for(timeout=120_000)
    assert "passes all the tests" in dialog.inner_text()
    dialog.get_by_role("button").last.click()
    assert lab_page.strangers == []
    assert lab_page.errors == []
    lab_page.close()


OFTEN = ("03_gradient_splitting",)  # the others in `make exhaustive`


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in OFTEN else pytest.mark.exhaustive) for name in SOLUTIONS]
)
def test_notebooks_run_without_error_or_stranger(browser: Any, lab: Any, name: str) -> None:
    folder = lab.folder / name
    shutil.copytree(ROOT / "solutions" / name, folder, dirs_exist_ok=True)
    (path,) = folder.glob("*.ipynb")
    page = LabPage(browser, lab).open(f"{name}/{path.name}").run_all(timeout=280_000)
    page.save()
    page.page.wait_for_timeout(500)
    assert page.errors == []
    assert page.strangers == []
    outputs = [
        output for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] for output in cell.get("outputs", [])
    ]
    assert outputs
    assert [output["evalue"] for output in outputs if output["output_type"] == "error"] == []
    page.close()
    for session in lab.ask("/api/sessions"):
        lab.ask(f"/api/sessions/{session['id']}", "DELETE")
