"""What the build adds to the notebooks: minutes, points, links, the map, the cheat sheet; and the start page is ungraded."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest

from autograder.course.authored import authored, graded, read_authored
from autograder.course.build import keep_outputs, release_into
from autograder.course.cheat_sheet import BOARD, YOURS, cheat_sheet
from autograder.course.course_map import ABOUT, map_table, totals, with_map
from autograder.course.frame import START, framed
from autograder.course.handout import for_students
from autograder.course.layout import RELEASE, ROOT, SOLUTIONS, is_cache
from autograder.course.names import is_ungraded
from autograder.course.outlines import MINUTES_A_WIDGET, count_words, hours, outline
from autograder.course.pages import pages, stale_pages
from autograder.gradebook.submitted import handed_in
from autograder.reference import n02_bar_notation as board
from barprop import tanh
from barprop.exercises import EXERCISES, NOTEBOOKS
from barprop.progress import FOLDER

OUTLINES = [outline(path) for path in authored()]
GRADED = [each for each in OUTLINES if each.exercises]


def cells(name: str) -> list[nbformat.NotebookNode]:
    return nbformat.read(RELEASE / f"{name}.ipynb", as_version=4).cells


def test_words_are_counted_as_they_are_read() -> None:
    prose = "# One title\n\nTwo words: $a + b$ and **bold** text.\n\n$$x\n= 1$$\n<details><summary>no</summary>\nno no\n</details>\n- end"
    assert count_words(prose) == len(
        ["One", "title", "Two", "words", "formula", "and", "bold", "text", "formula", "end"]
    )


@pytest.mark.parametrize(("minutes", "words"), [(49, "50 minutes"), (60, "1 h"), (61, "1 h 5 min"), (120, "2 h")])
def test_hours(minutes: int, words: str) -> None:
    assert hours(minutes) == words


def test_a_notebook_takes_its_reading_its_predictions_its_pictures_and_its_exercises(tmp_path: Path) -> None:
    source = tmp_path / "01_forward_graph" / "forward_graph.py"
    source.parent.mkdir()
    source.write_text(
        "# ---\n# ---\n\n# %% [markdown]\n# # A title\n#\n"
        + "# word word\n" * 300
        + "# <details><summary>no</summary>\n# "
        + "no " * 900
        + "\n# </details>\n\n"
        + "# %%\nguess = None  # 1 or 2\n\n"
        + '# %% answer="linear"\nlinear = None\n\n'
        + '# %% show="a"\nfrom barprop.widgets import Descent\n\n'
        + '# %% show="b"\n'
        + "given = 1\n" * 98
        + '\n# %% folded="c"\n'
        + "unseen = 1\n" * 900
        + "\n# %%\n# Your own experiments go here.\n"
    )
    each = outline(source)
    assert each.title == "A title"
    assert each.words == len(["A", "title"]) + 600 + len(["from", "barprop.widgets", "import", "Descent"]) + 2 * 98
    assert (each.predictions, each.widgets) == (len(["guess"]), len(["Descent"]))
    assert each.reading == 802 // 200 + 1 + MINUTES_A_WIDGET
    assert each.minutes == each.reading + sum(e.minutes for e in each.exercises)


def test_the_outlines_are_of_the_graded_notebooks_in_order() -> None:
    assert [each.name for each in GRADED] == list(NOTEBOOKS)
    for each in GRADED:
        guesses = [
            cell
            for cell in read_authored(ROOT / "source" / f"{each.name}.py").cells
            if cell.cell_type == "code"
            and re.match(r"(# .*\n)*\w+ = .*None", cell.source)
            and "nbgrader" not in cell.metadata
        ]
        assert each.predictions == len(guesses)
        assert 1 <= each.widgets <= 4


@pytest.mark.parametrize("each", GRADED, ids=lambda each: each.name)
def test_a_notebook_opens_with_its_minutes_points_and_rules(each) -> None:
    title, opening = cells(each.name)[:2]
    assert title.source.startswith(f"# {each.title}")
    assert f"({f'../{START}.ipynb'})" in opening.source
    assert (
        f"about **{hours(each.minutes)}**: {each.reading} min of reading, predicting and playing, {each.doing} min for"
        in opening.source
    )
    assert f"**{each.points} points**" in opening.source
    for said in ("●○○", "stability", "corner cases", "Run All Above Selected Cell", "`YOUR CODE HERE`"):
        assert said in opening.source
    assert not re.search(r"[Aa]bout \d+ minutes|Coming back\?", title.source)


@pytest.mark.parametrize("place", range(len(OUTLINES)), ids=lambda place: OUTLINES[place].name)
def test_a_notebook_ends_with_the_link_to_the_next(place: int) -> None:
    last = cells(OUTLINES[place].name)[-1].source
    for link in re.findall(r"\]\(([^)]+)\)", last):
        assert (RELEASE / OUTLINES[place].name).parent.joinpath(link).resolve().is_file()
    if place + 1 < len(OUTLINES):
        after = OUTLINES[place + 1]
        assert f"[{after.title} →](../{after.name}.ipynb)" in last
    written_by_hand = [cell.source for cell in cells(OUTLINES[place].name)[:-1] if "Next: [" in cell.source]
    assert written_by_hand == []


def test_the_start_page_says_all_of_it() -> None:
    text = "\n".join(cell.source for cell in cells(START))
    assert "{{" not in text
    assert map_table(GRADED, "../") in text
    minutes, count, points = totals(GRADED)
    assert f"{count} exercises, {points} points, about {hours(minutes)}" in text
    assert count == len(EXERCISES)
    assert set(ABOUT) == {name.split("/")[0] for name in NOTEBOOKS}
    glossary = text.split("## Glossary")[1].split("\n\n")[1].strip().split("\n")[2:]
    glossary = [row for row in glossary if row.startswith("|")]
    assert 0 < len(glossary) <= 30
    words = [row.split("|")[1].strip().lower() for row in glossary]
    assert words == sorted(words)
    assert len(re.findall(r"^\*\*\d\. ", text, re.MULTILINE)) == 5
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert (RELEASE / START).parent.joinpath(link).resolve().is_file(), link


def test_an_unknown_gap_is_an_error() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("{{nothing}}")])
    with pytest.raises(KeyError):
        framed(notebook, OUTLINES, START)


def test_pages_are_in_step_and_a_readme_without_marks_is_told() -> None:
    assert stale_pages() == []
    assert map_table(GRADED, "notebooks/") in pages()["README.md"]
    with pytest.raises(ValueError, match="marks of the map"):
        with_map("no marks", GRADED, "")


def test_only_text_changed_keeps_the_outputs(tmp_path: Path) -> None:
    notebook = nbformat.read(SOLUTIONS / f"{NOTEBOOKS[0]}.ipynb", as_version=4)
    fresh = nbformat.from_dict(notebook)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    fresh.cells[0].source += " New words."
    assert keep_outputs(fresh, SOLUTIONS / f"{NOTEBOOKS[0]}.ipynb")
    assert [cell.get("outputs") for cell in fresh.cells] == [cell.get("outputs") for cell in notebook.cells]
    next(cell for cell in fresh.cells if cell.cell_type == "code").source += "\n1"
    assert not keep_outputs(fresh, SOLUTIONS / f"{NOTEBOOKS[0]}.ipynb")
    assert not keep_outputs(fresh, tmp_path / "missing.ipynb")


# The cheat sheet


def _computed(bar: str, values: dict[str, float]) -> float:
    """A bar as the sheet prints it, in numbers."""
    text = bar.split("=")[1].replace(r"\,", "*").replace(r"\sigma'(z)", "slope")
    text = re.sub(r"\\bar\{(\w)\}", r"\1_bar", text).replace("* *", "*")
    return eval(text.replace("-l_bar*(", "-l_bar*("), {}, values)


def test_the_printed_bars_of_the_neuron_are_right() -> None:
    values = {"l_bar": 1.3, "y": 0.4, "e": -1.7, "v": 0.6, "h": -0.9, "z": 0.8, "x": 2.1, "w": -0.3}
    values |= {"e_bar": 0.7, "h_bar": -1.1, "z_bar": 1.9, "slope": tanh.slope(0.8)}
    right = {
        "e": board.bar_e(values["l_bar"], values["y"], values["e"]),
        "y": board.bar_y(values["l_bar"], values["y"], values["e"]),
        "v": board.bar_v(values["e_bar"], values["h"]),
        "h": board.bar_h(values["e_bar"], values["v"]),
        "z": board.bar_z(values["h_bar"], values["z"], tanh),
        "w": board.bar_w(values["z_bar"], np.array([values["x"]]))[0],
        "x": board.bar_x(values["z_bar"], np.array([values["w"]]))[0],
    }
    printed = {re.match(r"\\bar\{(\w)\}", bar)[1]: _computed(bar, values) for row in BOARD[:4] for bar in row.bars}
    assert printed == pytest.approx(right)


def test_the_sheet_answers_no_exercise_beyond_the_board() -> None:
    assert {row.exercise for row in BOARD} <= {"bar_e", "bar_v", "bar_z", "bar_w", "split"}
    assert all("=" not in bar for row in YOURS for bar in row.bars)
    assert {row.exercise for row in (*BOARD, *YOURS)} <= set(EXERCISES)
    assert cheat_sheet().count('class="blank"') == sum(len(row.bars) for row in YOURS)
    assert not re.search(r"https?://(?!www\.w3\.org/1998/Math)", cheat_sheet())
    assert (RELEASE / "03_gradient_splitting" / "cheat_sheet.html").read_text(encoding="utf-8") == cheat_sheet()


# The start page is no assignment


def test_nbgrader_is_not_shown_the_start_page() -> None:
    assert START not in [f"{path.parent.name}/{path.stem}" for path in graded()]
    assert is_ungraded(RELEASE / "00_start")
    assert not any(is_ungraded(RELEASE / name.split("/")[0]) for name in NOTEBOOKS)
    assert not list((ROOT / "source" / "00_start").glob("*.ipynb"))


def test_the_formgrader_does_not_list_it() -> None:
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    from autograder.plugin.autograde import install

    install()
    course = CourseDirectory(root=str(ROOT), source_directory="source", release_directory="notebooks")
    assert NbGraderAPI(course).get_source_assignments() == {name.split("/")[0] for name in NOTEBOOKS}


def test_a_start_page_that_is_handed_in_is_passed_over(tmp_path: Path) -> None:
    for name in ("00_start", "01_forward_graph"):
        (tmp_path / "submitted" / "ann" / name).mkdir(parents=True)
        (tmp_path / "notebooks" / name).mkdir(parents=True)
        for path in (RELEASE / name).glob("*.ipynb"):
            (tmp_path / "notebooks" / name / path.name).write_bytes(path.read_bytes())
    folders = SimpleNamespace(
        root=str(tmp_path), submitted_directory="submitted", source_directory="source", release_directory="notebooks"
    )
    assert handed_in(folders) == (["01_forward_graph"], [])


def test_the_zip_hides_from_students_what_is_for_instructors() -> None:
    made = tomllib.loads(for_students((ROOT / "pyproject.toml").read_text(encoding="utf-8")))
    settings = made["tool"]["setuptools"]["data-files"]["etc/jupyter/labconfig"]
    assert json.loads((ROOT / settings[0]).read_text(encoding="utf-8"))["disabledExtensions"]
    assert "scripts" not in made["project"]


def test_progress_is_no_part_of_the_course(tmp_path: Path) -> None:
    assert is_cache(RELEASE / FOLDER / "test_linear.json")
    released = release_into(tmp_path, assignments=["01_forward_graph"])
    assert sorted(path.name for path in released.iterdir()) == ["00_start", "01_forward_graph"]
