"""For the tests of the grading: small courses, damaged notebooks, and a session without a process."""

from __future__ import annotations

import ast
import copy
import io
import json
import os
import subprocess
import sys
import traceback
import warnings
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

from autograder.assignment import AssignmentPlan
from autograder.course.layout import RELEASE, ROOT
from autograder.sandbox import CellResult, Limits
from autograder.scoring.grade import grade_submission
from autograder.scoring.job import Job
from autograder.scoring.record import Record
from autograder.submission.read_release import notebook_plan
from barprop.answers.calls import Namespace, Run
from barprop.answers.script import Outcome, Script, carry_out
from tests.depth import PATHS
from tests.warm_start import warm_start

ASSIGNMENT, NOTEBOOK = "01_forward_graph", "forward_graph"


class FakeSession:
    """Runs cells in this very process: for the tests' own notebooks only."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.answers = Namespace(self.names)
        self.ran: list[str] = []

    def run_cell(self, source: str, seconds: float | None = None, hidden: bool = False) -> CellResult:
        """Run a cell; its last expression is its result."""
        self.ran.append(source)
        out, err, outputs, error = io.StringIO(), io.StringIO(), [], ""
        try:
            with redirect_stdout(out), redirect_stderr(err), warnings.catch_warnings():
                warnings.simplefilter("default")
                tree = ast.parse(source)
                last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
                exec(compile(tree, "<cell>", "exec"), self.names)
                value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), self.names) if last else None
            if value is not None:
                data = {"text/plain": repr(value)}
                outputs.append({"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1})
        except BaseException as problem:
            error = f"{type(problem).__name__}: {problem}"
            lines = traceback.format_exc().split("\n")
            outputs.append({"output_type": "error", "ename": type(problem).__name__, "evalue": str(problem),
                            "traceback": lines})  # fmt: skip
        for name, stream in (("stdout", out), ("stderr", err)):
            if stream.getvalue():
                outputs.insert(0, {"output_type": "stream", "name": name, "text": stream.getvalue()})
        return CellResult(outputs, error, 0.0)

    def carry_out(self, scripts: Sequence[Script]) -> list[list[Outcome]]:
        """Carry scripts out here."""
        found: list[list[Outcome]] = [[] for _ in scripts]
        for script, outcomes in zip(scripts, found, strict=True):
            carry_out(Run(self.answers), script.steps, outcomes)
        return found

    def is_alive(self) -> bool:
        """It never hangs."""
        return True

    def close(self) -> None:
        """Nothing to end."""


# --- plans and notebooks ----------------------------------------------------------------------


@cache
def released(assignment: str = ASSIGNMENT, notebook: str = NOTEBOOK) -> str:
    """A released notebook of the course, as JSON."""
    return (RELEASE / assignment / f"{notebook}.ipynb").read_text(encoding="utf-8")


@cache
def plan(assignment: str = ASSIGNMENT, notebook: str = NOTEBOOK) -> AssignmentPlan:
    """The plan of one notebook of the course, from its release alone."""
    return AssignmentPlan(assignment, (notebook_plan(RELEASE / assignment / f"{notebook}.ipynb"),))


@cache
def _solved(assignment: str, notebook: str) -> str:
    from autograder.samples.classroom import solutions

    answers = solutions()
    document = json.loads(released(assignment, notebook))
    for cell in document["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = answers[name]
    return json.dumps(document)


def solved(assignment: str = ASSIGNMENT, notebook: str = NOTEBOOK) -> dict[str, Any]:
    """A perfect submission, as a dictionary of its own."""
    return json.loads(_solved(assignment, notebook))


def text_of(cell: dict[str, Any]) -> str:
    """A cell's source as one string."""
    return "".join(cell["source"])


def cell_of(document: dict[str, Any], grade_id: str) -> dict[str, Any]:
    """The cell of that grade_id."""
    return next(c for c in document["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def index_of(document: dict[str, Any], grade_id: str) -> int:
    """Where the cell of that grade_id stands."""
    return document["cells"].index(cell_of(document, grade_id))


def cell(kind: str, source: str, **nbgrader: Any) -> dict[str, Any]:
    """A cell, with nbgrader's metadata where some is given."""
    made: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    if nbgrader:
        base = {"schema_version": 3, "grade": False, "solution": False, "locked": False}
        made["metadata"]["nbgrader"] = base | nbgrader
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    """A notebook of these cells."""
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made = copy.deepcopy(list(cells))
    return {"cells": made, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 4}


def grade_bytes(
    files: dict[str, bytes], the_plan: AssignmentPlan | None = None, others: dict[str, bytes] | None = None
) -> Record:
    """Grade files without a process of their own."""
    job = Job("ada", the_plan or plan(), "key", b"seed", files, files=others or {}, limits=Limits())
    return grade_submission(job, lambda _: FakeSession())


def grade(document: dict[str, Any], the_plan: AssignmentPlan | None = None) -> Record:
    """Grade one notebook under its own name."""
    the_plan = the_plan or plan()
    return grade_bytes({f"{the_plan.notebooks[0].name}.ipynb": json.dumps(document).encode()}, the_plan)


def points(record: Record) -> dict[str, float | None]:
    """Points by grade_id."""
    return {name: g.points for nb in record.notebooks for name, g in nb.grades.items()}


# --- whole courses ----------------------------------------------------------------------------

CONFIG = """
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = "tests"
c.Grading.secret = "a secret for the tests"
import sys
sys.path.insert(0, {code!r})
from autograder.plugin.autograde import install
install()
"""


def make_course(folder: Path, sources: dict[str, dict[str, Any]], plugged: bool = True) -> Path:
    """A course folder: sources is "assignment/notebook" -> authored notebook."""
    config = CONFIG.format(root=str(folder), code=str(ROOT))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(config if plugged else config.split("import sys")[0])
    for name, document in sources.items():
        put(folder / "source" / f"{name}.ipynb", document)
    return folder


def put(path: Path, document: dict[str, Any]) -> None:
    """Write a notebook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")


def hand_in(course: Path, student: str, name: str, document: dict[str, Any]) -> Path:
    """Write a submission of "assignment/notebook"."""
    path = course / "submitted" / student / f"{name}.ipynb"
    put(path, document)
    return path


def call(course: Path, *words: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess:
    """Run `python -m WORDS` in a course's folder; with more of an environment, in a Python of its own."""
    paths = os.pathsep.join([PATHS, os.environ.get("PYTHONPATH", "")])
    whole = os.environ | {"PYTHONPATH": paths, "JUPYTER_CONFIG_DIR": str(course)} | environment
    if environment:
        python = [sys.executable, "-m", *words]
        done = subprocess.run(python, cwd=course, env=whole, capture_output=True, text=True, check=False)
    else:
        done = warm_start().run([*words], course, whole)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


def scores(course: Path, db: str = "") -> dict[tuple[str, ...], tuple]:
    """Everything the gradebook says of grades and comments: (student, assignment, notebook, cell) -> values."""
    from nbgrader.api import Gradebook

    from autograder.gradebook.database import with_driver

    db = with_driver(db or f"sqlite:///{course}/gradebook.db")
    found: dict[tuple[str, ...], tuple] = {}
    with Gradebook(db, "tests") as gradebook:
        for assignment in gradebook.assignments:
            for submission in assignment.submissions:
                for notebook in submission.notebooks:
                    where = (submission.student_id, assignment.name, notebook.name)
                    found[where] = (str(submission.timestamp), notebook.late_submission_penalty)
                    for g in notebook.grades:
                        found[*where, g.cell.name] = (g.auto_score, g.manual_score, g.needs_manual_grade, g.score)
                    for c in notebook.comments:
                        found[*where, c.cell.name, "comment"] = (c.auto_comment, c.manual_comment)
    return found


# --- an instructor's own assignment -----------------------------------------------------------


def own_source() -> dict[str, Any]:
    """An assignment with asserts, partial credit, hidden tests, a written answer: plain nbgrader."""
    return notebook(
        cell("markdown", "# An instructor's own"),
        cell("code", "import math", grade_id="given", locked=True),
        cell("code", "def square(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION",
             grade_id="square",
             solution=True),
        cell("code", "assert square(2) == 4\n### BEGIN HIDDEN TESTS\nassert square(-3) == 9, 'negative numbers too'\n"
             "### END HIDDEN TESTS", grade_id="test_square", grade=True, locked=True, points=2),
        cell("code", "def half(x):\n    ### BEGIN SOLUTION\n    return x / 2\n    ### END SOLUTION", grade_id="half",
             solution=True),
        cell("code", "sum(half(n) == n / 2 for n in (1, 2, 3, 4)) / 2", grade_id="test_half", grade=True, locked=True,
             points=2),
        cell("markdown", "Write here.", grade_id="essay", grade=True, solution=True, points=3),
    )  # fmt: skip


def own_answers(square: str = "    return x * x", half: str = "    return x / 2", essay: str = "Because.") -> dict:
    """A submission of it, as made from the release."""
    stub = "# YOUR CODE HERE\n    raise NotImplementedError()"
    document = own_source()
    for name, body in (("square", square), ("half", half)):
        found = cell_of(document, name)
        found["source"] = found["source"].split("\n")[0] + "\n" + (body or f"    {stub}")
    shown = cell_of(document, "test_square")
    shown["source"] = shown["source"].split("\n")[0]
    cell_of(document, "essay")["source"] = essay or "YOUR ANSWER HERE"
    return document
