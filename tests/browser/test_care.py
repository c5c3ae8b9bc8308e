"""The notebooks as a student finds them: not unsaved, nothing of an instructor's, plumbing folded, a page to start from."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from autograder.course.layout import ROOT
from barprop.progress import FOLDER
from tests.browser.conftest import Lab, running_lab
from tests.browser.lab_page import LabPage

HANDED_OUT = sorted(f"{path.parent.name}/{path.name}" for path in (ROOT / "notebooks").glob("*/*.ipynb"))
START = "00_start/start.ipynb"
DIRTY = "window.jupyterapp.shell.currentWidget.context.model.dirty"
FOLDED = "window.jupyterapp.shell.currentWidget.content.widgets.filter(one => one.inputHidden).map(one => one.model.id)"


@pytest.fixture(scope="module")
def student_lab(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[Lab]:
    """JupyterLab as `make lab` starts it, with the notebooks as they are handed out."""
    base = tmp_path_factory.mktemp("student")
    with running_lab(base, ROOT / "barprop" / "jupyter" / "students") as running:
        for path in (ROOT / "notebooks").glob("*/*"):
            (running.folder / path.parent.name).mkdir(exist_ok=True)
            if path.is_file():
                shutil.copy(path, running.folder / path.parent.name)
        yield running


OFTEN = ("03_gradient_splitting/gradient_splitting.ipynb",)  # the others in `make exhaustive`


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in OFTEN else pytest.mark.exhaustive) for name in HANDED_OUT]
)
def test_opening_a_notebook_changes_nothing_and_its_plumbing_is_folded(
    browser: Any, student_lab: Lab, name: str
) -> None:
    path = student_lab.folder / name
    handed_out = json.loads(path.read_text(encoding="utf-8"))
    page = LabPage(browser, student_lab).open(name)
    page.page.wait_for_timeout(1500)  # what the kernel says of itself comes a little later
    assert page.page.evaluate(DIRTY) is False
    plumbing = [cell["id"] for cell in handed_out["cells"] if cell["metadata"].get("jupyter", {}).get("source_hidden")]
    assert page.page.evaluate(FOLDED) == plumbing
    assert plumbing or name not in OFTEN
    page.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.page.wait_for_timeout(500)
    saved = json.loads(path.read_text(encoding="utf-8"))
    assert saved["metadata"]["language_info"].pop("version") == platform.python_version()
    (state,) = saved["metadata"].pop("widgets").values()
    assert state["state"] == {}
    assert saved == handed_out
    page.close()


def test_students_see_nothing_for_instructors(browser: Any, student_lab: Lab, lab: Lab) -> None:
    page = LabPage(browser, student_lab).open(START)
    names = "Create Assignment", "Formgrader", "Courses"
    assert page.page.get_by_title("Nbgrader Create Assignment").count() == 0
    page.page.get_by_role("menuitem", name="Nbgrader").click()
    menu = page.page.locator(".lm-Menu").inner_text()
    assert "Assignment List" in menu
    assert [name for name in names if name in menu] == []
    page.page.keyboard.press("Escape")
    page.page.get_by_role("button", name="Validate").wait_for()
    page.close()
    # an instructor's JupyterLab shows all of it
    lab.write("plain.ipynb", ["1"])
    instructor = LabPage(browser, lab).open("plain.ipynb")
    instructor.page.get_by_title("Nbgrader Create Assignment").first.wait_for()
    instructor.close()


def test_the_start_page_shows_progress_and_leads_on(browser: Any, student_lab: Lab) -> None:
    folder = student_lab.folder / FOLDER
    folder.mkdir(exist_ok=True)
    note = folder / "test_linear.json"
    note.write_text('{"test": "test_linear", "passed": "2026-01-01T00:00:00+00:00"}', encoding="utf-8")
    page = LabPage(browser, student_lab).open(START).run_all()
    page.page.evaluate("window.jupyterapp.shell.currentWidget.content.scrollToItem(2)")
    shown = page.page.locator(".bp-progress")
    shown.locator("table").wait_for()
    assert shown.locator("i.all").count() == 1
    assert shown.locator("tr").count() == len(HANDED_OUT) - 1
    assert "Next: relu in 01 forward graph" in shown.text_content()
    for dark in (False, True):
        page.theme(dark)
        paper, edge = shown.locator("i.none").first.evaluate(
            "mark => [getComputedStyle(document.body).backgroundColor, getComputedStyle(mark).borderTopColor]"
        )
        assert paper != edge
    shown.get_by_role("link", name="relu").click()
    page.page.wait_for_function("window.jupyterapp.shell.currentWidget.context.path.startsWith('01_forward')")
    heading = page.page.locator("h3", has_text="Exercise relu").first
    heading.wait_for()
    page.page.wait_for_timeout(500)
    assert heading.is_visible()
    assert page.errors == []
    assert page.strangers == []
    page.close()
