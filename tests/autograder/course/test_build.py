"""The build: notebooks/ and solutions/ come from source/, the same every time, and give nothing away."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.course.authored import authored, graded, read_authored
from autograder.course.build import declared_otherwise, differences, problems_in, release_into, stale_solutions
from autograder.course.exercise_tables import STATEMENTS, exercises_page
from autograder.course.handout import readme
from autograder.course.layout import RELEASE, ROOT, SOLUTIONS
from autograder.course.statements import PLACES
from barprop.exercises import EXERCISES, TESTS
from barprop.update import RECORD

LONG = {"Node", "Value"}  # classes with many gaps, which the contract wants in one cell
NAMES = [f"{path.parent.name}/{path.stem}" for path in graded()]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release_into(tmp_path_factory.mktemp("release"))


@pytest.mark.exhaustive  # the next test compares with a build of another day
def test_two_builds_are_byte_identical(release, tmp_path):
    assert differences(release, release_into(tmp_path)) == []


@pytest.mark.exhaustive  # `make lint` looks in every run
def test_committed_notebooks_are_in_step(release):
    assert differences(release, RELEASE) == []
    assert stale_solutions() == []


def test_a_changed_byte_is_noticed(tmp_path):
    for path in RELEASE.rglob("*.ipynb"):
        copy = tmp_path / path.relative_to(RELEASE)
        copy.parent.mkdir(parents=True)
        copy.write_text(path.read_text(encoding="utf-8").replace("check(", "check (", 1), encoding="utf-8")
    assert len(differences(RELEASE, tmp_path)) >= len(NAMES)


@pytest.mark.parametrize("path", graded(), ids=lambda p: p.stem)
def test_declarations_and_notebook_agree(path):
    assert declared_otherwise(path) == []
    text = "\n".join(c.source for c in read_authored(path).cells if c.cell_type == "markdown")
    for exercise in EXERCISES.values():
        if exercise.notebook == f"{path.parent.name}/{path.stem}":
            dots = "●" * exercise.level + "○" * (3 - exercise.level)
            assert f"### Exercise `{exercise.name}` ({exercise.minutes} min, {dots})" in text


def test_every_declared_test_has_a_cell_somewhere():
    found = set()
    for path in authored():
        found |= {c.metadata.get("nbgrader", {}).get("grade_id") for c in read_authored(path).cells}
    assert set(TESTS) - found == set()


@pytest.mark.parametrize("name", NAMES)
def test_release_gives_nothing_away(name):
    """No line of a solution or of a hidden test stands in what students receive."""
    released = (RELEASE / f"{name}.ipynb").read_text(encoding="utf-8")
    lines = {line.strip() for cell in json.loads(released)["cells"] for line in "".join(cell["source"]).split("\n")}
    path = next(p for p in authored() if f"{p.parent.name}/{p.stem}" == name)
    source = "\n".join(cell.source for cell in read_authored(path).cells)
    for begin, end in (("### BEGIN SOLUTION", "### END SOLUTION"), ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")):
        assert begin not in released
        regions = [part.split(end)[0] for part in source.split(begin)[1:]]
        assert regions
        hidden = {line.strip() for region in regions for line in region.split("\n") if len(line.strip()) > 8}
        given = {line.strip() for line in source.split(begin)[0].split("\n")}
        assert hidden & lines <= given
    assert "autograder" not in released


@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_notebooks_and_handouts_is_released(name):
    assignment = name.split("/")[0]
    assert f"{name.split('/')[1]}.py" not in {p.name for p in (RELEASE / assignment).iterdir()}


@pytest.mark.parametrize("name", NAMES)
def test_cell_ids_are_unique_and_valid(name):
    notebook = nbformat.read(RELEASE / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", NAMES)
def test_rhythm(name):
    """At most 90 words between code cells, folded help left out; code cells of at most 25 lines, 12 in the median."""
    notebook = nbformat.read(RELEASE / f"{name}.ipynb", as_version=4)
    words, lengths = 0, []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            words = 0
            lengths.append(cell.source.count("\n") + 1 if cell.id not in LONG else 25)
            continue
        shown = re.sub(r"<details>.*?</details>", " ", cell.source, flags=re.DOTALL)
        words += len([word for word in shown.split() if any(map(str.isalpha, word))])
        assert words <= 90, f"{words} words without a pause: {cell.source[:60]}"
    assert max(lengths) <= 25
    assert sorted(lengths)[len(lengths) // 2] <= 12


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_cut_off_beside_the_file_browser(name):
    """JupyterLab does not wrap code: at 1280 pixels, with the file browser open, some 107 characters are seen."""
    notebook = nbformat.read(RELEASE / f"{name}.ipynb", as_version=4)
    shown = [
        c for c in notebook.cells if c.cell_type == "code" and not c.metadata.get("jupyter", {}).get("source_hidden")
    ]
    assert [line for cell in shown for line in cell.source.splitlines() if len(line) > 106] == []


@pytest.mark.parametrize("name", NAMES)
def test_solutions_run_clean(name):
    notebook = nbformat.read(SOLUTIONS / f"{name}.ipynb", as_version=4)
    assert problems_in(notebook) == []
    assert any("image/png" in o.get("data", {}) for c in notebook.cells for o in c.get("outputs", []))


def shown_with(path: Path) -> Iterator[tuple[str, list[NotebookNode]]]:
    """Yield the name of each guess of a notebook, and the cells after it that show something and read it."""
    cells = read_authored(path).cells
    for number, cell in enumerate(cells):
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata and "None" in cell.source:
            later = [c for c in cells[number + 1 :] if "show" in c.metadata.get("tags", ())]
            for name in re.findall(r"^(\w+) \|?= ", cell.source, re.MULTILINE):
                yield name, [c for c in later if re.search(rf"\b{name}\b", c.source)]


@pytest.mark.parametrize("path", authored(), ids=lambda p: p.stem)
def test_every_guess_stands_beside_its_result(path: Path) -> None:
    assert [name for name, cells in shown_with(path) if not cells] == [], "asked for and never shown"


# They find the result by trying or by an answer of the student's, and their code holds neither it nor a formula for it.
_OPEN = {
    "02:show_shut", "03:show_shares", "03:show_ratios_on_the_way", "04:show_slopes", "06:show_order", "06:show_neuron",
    "06:show_broadcast", "07:show_multiplications", "07:show_kept",
}  # fmt: skip


def test_code_that_holds_the_answer_to_a_guess_is_folded() -> None:
    found = {
        f"{path.parent.name[:2]}:{cell.id}"
        for path in authored()
        for _, cells in shown_with(path)
        for cell in cells
        if not cell.metadata.get("jupyter", {}).get("source_hidden")
    }
    assert found == _OPEN, "fold the cell, or add it where its code does not give the answer to the guess away"


def test_every_statement_of_the_lecture_is_practised():
    practised = {statement for e in EXERCISES.values() for statement in e.statements}
    assert set(STATEMENTS) - practised == set()
    assert practised - set(STATEMENTS) == set()
    assert all(f"| {number} |" in exercises_page() for number in STATEMENTS)


def test_every_statement_is_practised_on_the_board_and_elsewhere() -> None:
    cells = {
        f"{path.parent.name[:2]}:{cell.metadata.get('nbgrader', {}).get('grade_id')}"
        for path in authored()
        for cell in read_authored(path).cells
        if "show" in cell.metadata.get("tags", ())
    }
    assert set(PLACES) == set(STATEMENTS)
    for number, (board, elsewhere) in PLACES.items():
        assert board, number
        assert elsewhere, number
        assert set(board) & set(elsewhere) == set(), number
        assert {*board, *elsewhere} <= cells | set(EXERCISES), number


def test_the_handout_runs_by_itself_and_holds_no_answer(tmp_path: Path) -> None:
    from autograder import __main__ as main

    assert main.main(["handout", "01_forward_graph", "--to", str(tmp_path / "h.zip")]) == 0
    with zipfile.ZipFile(tmp_path / "h.zip") as file:
        file.extractall(tmp_path)
    names = {path.relative_to(tmp_path / "backprop").parts[0] for path in (tmp_path / "backprop").rglob("*")}
    shared = {"README.md", "requirements.txt", "pyproject.toml", "LICENSE", "NOTICE", RECORD}
    assert names == {*shared, "barprop", "notebooks"}
    given = {
        path.relative_to(tmp_path / "backprop" / "notebooks").as_posix() for path in tmp_path.rglob("notebooks/*/*")
    }
    assert given == {"00_start/start.ipynb", "01_forward_graph/forward_graph.ipynb"}
    assert "autograder" not in tomllib.loads((tmp_path / "backprop" / "pyproject.toml").read_text())["project"].get(
        "scripts", {}
    )
    text = (tmp_path / "backprop" / "README.md").read_text(encoding="utf-8")
    assert "\n\nOne Jupyter notebook in which you" in text
    given_out = (ROOT / "docs" / "handout.md").read_text(encoding="utf-8")
    assert "\n\nTwo Jupyter notebooks in which" in readme(given_out, 2)
    assert readme(given_out, len(graded())) == given_out
    code = "import barprop, sys; assert barprop.__file__.startswith(sys.argv[1]), barprop.__file__; barprop.check('linear')"
    there = str(tmp_path / "backprop")
    done = subprocess.run([sys.executable, "-c", code, there], cwd=there, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert main.main(["handout", "no such", "--to", str(tmp_path / "x.zip")]) == 2


@pytest.mark.parametrize("mark", ['test="test_linaer"', 'answer=""', "[markdown]\n# ### Exercise `linaer`"])
def test_a_cell_of_no_exercise_is_refused_by_name(mark, tmp_path):
    path = tmp_path / "typo.py"
    path.write_text(f"# ---\n# jupyter: {{}}\n# ---\n\n# %% {mark}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"typo\.py.*(linaer|no grade_id)"):
        read_authored(path)
