"""The report on a large class as a browser lays it out: nothing is wider than the window, whatever its tables hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.deadlines.policy import LateDays
from autograder.reports.class_report import class_report
from autograder.reports.html_page import render
from autograder.reports.table import Row, Table
from barprop.exercises import NOTEBOOKS, in_notebook


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All notebooks of the course, and students with long names and ids of whom some were late and need help."""
    tables = []
    for notebook in NOTEBOOKS:
        table = Table(notebook.split("/")[0], {one.name: float(one.points) for one in in_notebook(notebook)})
        for number in range(30):
            got = {name: most * (number % 4) / 3 for name, most in table.columns.items()}
            late = {"penalty": 1.25, "late": LateDays(4, 3, 3, 3)} if number % 5 == 0 else {}
            table.rows.append(Row(f"b{number:07}@students.uni.example", got, sum(got.values()), **late))
        tables.append(table)
    names = {row.student: f"Maria-Magdalena Wolfeschlegelsteinhausen {row.student[1:8]}" for row in tables[0].rows}
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(class_report(tables, list(names), names=names)), encoding="utf-8")
    return path


# the words of names, in the first cells of a table, of which a part is in another line; a word ends at a hyphen as well
_BROKEN = """box => [...box.querySelectorAll("tbody td:first-child")].flatMap(cell => {
  const text = cell.firstChild
  return [...text.data.matchAll(/[^\\s-]+/g)].filter(word => {
    const range = document.createRange()
    range.setStart(text, word.index)
    range.setEnd(text, word.index + word[0].length)
    return word[0].length <= 12 && new Set([...range.getClientRects()].map(one => one.top)).size > 1
  }).map(word => word[0])
})"""


@pytest.mark.parametrize("width", [1280, 390])
def test_names_are_not_broken_inside_a_word(browser: Any, page_file: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(page_file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    for box in page.locator(".scroll").all():
        assert 90 <= box.locator("tbody td").first.bounding_box()["width"] <= 0.45 * width + 0.5
        assert box.evaluate(_BROKEN) == []
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_table_scrolls_by_itself_and_its_students_stay_in_sight(browser: Any, page_file: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(page_file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = page.locator(".scroll").all()
    assert len(boxes) == 1 + len(NOTEBOOKS)
    for box in boxes:
        beyond = box.evaluate("one => one.scrollWidth - one.clientWidth")
        assert beyond <= 0 or width == 390, "on a desk there is room for all of it"
        first, last = (
            box.locator("tbody tr").first.locator("td").first,
            box.locator("tbody tr").first.locator("td").last,
        )
        before = first.bounding_box()["x"]
        box.evaluate("one => { one.scrollLeft = 10000 }")
        seen, end = first.bounding_box(), last.bounding_box()
        assert seen["x"] == pytest.approx(before, abs=0.5)
        assert seen["width"] < width / 2
        assert end["x"] >= seen["x"] + seen["width"] - 0.5, "the last column is not behind the first"
        assert end["x"] + end["width"] <= width
    page.close()
