"""Points fail closed: an instructor's own test cells, ours, and the notebook nbgrader reads the score from."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import nbformat
import numpy as np
import pytest
from nbgrader.utils import determine_grade

from autograder.assignment import AssignmentPlan, NotebookPlan, PlanCell, without_regions
from autograder.sandbox import CellResult
from autograder.scoring import score
from autograder.scoring.feedback_notebook import hidden_lines
from autograder.scoring.record import Grade, Record, RecordError, plain_points
from autograder.scoring.run_cells import NotebookRun
from autograder.scoring.sanitize import clean_outputs, harmless_attachments, harmless_text
from autograder.submission.cell_source import check_call, declared
from barprop.answers.calls import Namespace
from barprop.answers.failures import AnswerError
from barprop.judging import judge as judge_module
from tests.grading_tools import FakeSession, cell, grade, grade_bytes, notebook, plan, points, solved, text_of

TRAPS = [
    # the last line of an instructor's test cell of 2 points, points, whether a person is asked to look
    ("assert True", 2.0, False),
    ("x = 1", 2.0, False),
    ("None", 2.0, False),
    ("import warnings; warnings.warn('old')", 2.0, False),
    ("import sys; sys.stderr.write('noise\\n'); None", 2.0, False),
    ("print('anything')", 2.0, False),
    ("assert False", 0.0, False),
    ("assert False, 'a hint'", 0.0, False),
    ("raise KeyError('x')", 0.0, False),
    ("import sys; sys.exit()", 0.0, False),
    ("this is no Python", 0.0, False),
    ("1.5", 1.5, False),
    ("2", 2.0, False),
    ("0", 0.0, False),
    ("np.float64(1.5)", 1.5, False),
    ("np.int64(1)", 1.0, False),
    ("np.float32(0.5)", 0.5, False),
    ("True", 2.0, False),
    ("False", 0.0, False),
    ("float('nan')", 0.0, True),
    ("np.float64('nan')", 0.0, True),
    ("float('inf')", 0.0, True),
    ("-1", 0.0, True),
    ("np.float64(-1.0)", 0.0, True),
    ("2.0001", 0.0, True),
    ("99", 0.0, True),
    ("'full marks'", 0.0, True),
    ("[2]", 0.0, True),
    ("np.array([2.0])", 0.0, True),
    ("object()", 0.0, True),
    ("1 + 1j", 0.0, True),
]


def _own(source: str, most: float = 2.0, full: str = "") -> AssignmentPlan:
    """An assignment with one plain test cell."""
    given = PlanCell("given", "a", "code", "import numpy as np", "import numpy as np", locked=True)
    test = PlanCell("test_own", "b", "code", source, full or source, locked=True, grade=True, points=most)
    return AssignmentPlan("ps1", (NotebookPlan("p1", (given, test)),))


def _submission(source: str) -> dict[str, Any]:
    return notebook(
        cell("code", "import numpy as np", grade_id="given", locked=True),
        cell("code", source, grade_id="test_own", grade=True, locked=True, points=2),
    )


@pytest.mark.parametrize(("source", "wanted", "review"), TRAPS)
def test_an_instructors_own_test_cell(source: str, wanted: float, review: bool) -> None:
    record = grade(_submission(source), _own(source))
    found = record.notebooks[0].grades["test_own"]
    assert (found.points, found.review, found.inside) == (wanted, review, True)
    assert type(found.points) is float
    made = nbformat.reads(record.notebooks[0].document, as_version=4)
    cells = [c for c in made.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "test_own"]
    assert determine_grade(cells[0]) == (wanted, 2.0), "nbgrader itself reads the same score from the notebook"


def test_a_cell_that_was_not_run_is_0() -> None:
    found = score.scored_inside(_own("assert 1").notebooks[0].cells[1], None)
    assert (found.points, found.review) == (0.0, True)


@pytest.mark.parametrize(
    "outputs",
    [
        [{"output_type": "execute_result", "data": {"text/plain": "2"}}, {"output_type": "error", "ename": "E"}],
        [{"output_type": "execute_result", "data": None}],
        [{"output_type": "execute_result"}],
        [{"output_type": "execute_result", "data": {"text/plain": ["2", "9"]}}],
        [{"output_type": "execute_result", "data": {"text/plain": {}}}],
    ],
)
def test_forged_outputs_of_an_own_test_cell(outputs: list) -> None:
    found = score.scored_inside(_own("assert 1").notebooks[0].cells[1], CellResult(outputs))
    assert found.points == 0.0


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -1, -1e-9, 2.1, "2", None, True, [2], np.float64(math.nan), np.array(2.0), 1j]
)
def test_points_are_plain_and_bounded(value: Any) -> None:
    assert plain_points(value, 2.0) == 0.0
    assert type(Grade(value if value is not None else 0.0, 2).points) is float


def test_a_numpy_score_becomes_a_plain_float() -> None:
    assert type(Grade(np.float64(1.5), 2).points) is float
    assert Grade(np.float64(1.5), 2).points == 1.5


def test_record_survives_json() -> None:
    record = grade(solved())
    assert Record.from_json(record.to_json()) == record
    other = json.dumps({**json.loads(record.to_json()), "format": 99})
    for text in ("{}", other, '"text"', "[]", "null", "[" * 200_000):
        with pytest.raises(RecordError):
            Record.from_json(text)


def test_ours_score_in_the_notebook_as_in_the_record() -> None:
    document = solved()
    for one in document["cells"]:
        if text_of(one).startswith("def relu"):
            one["source"] = "def relu(z):\n    return z"
    record = grade(document)
    made = nbformat.reads(record.notebooks[0].document, as_version=4)
    tests = {c.metadata.nbgrader.grade_id: c for c in made.cells if c.metadata.get("nbgrader", {}).get("grade")}
    for name, value in points(record).items():
        assert determine_grade(tests[name])[0] == value
    said = record.notebooks[0].grades["test_relu"]
    assert said.points < said.max_points
    assert said.mistake
    assert any(said.text in o.get("data", {}).get("text/plain", "") for o in tests["test_relu"].outputs)


def test_an_instructors_points_scale_ours() -> None:
    """Who doubles the points of a test cell in the source gets twice the score."""
    first = plan().notebooks[0]
    cells = tuple(PlanCell(**{**c.__dict__, "points": 2 * c.points}) if c.exercise else c for c in first.cells)
    doubled = AssignmentPlan("01_forward_graph", (NotebookPlan("forward_graph", cells),))
    assert points(grade(solved(), doubled)) == {name: 2 * v for name, v in points(grade(solved())).items()}


def test_a_cell_of_ours_by_its_own_call() -> None:
    assert declared("test_relu", 'check("relu")\nmore') == ("relu", "")
    assert declared("test_backward_loss", "check('backward', 'loss')") == ("backward", "loss")
    assert declared("test_relu", "assert relu(1) == 1") == ("", "")
    assert declared("test_nothing", 'check("relu")') == ("", "")
    assert declared("test_relu", 'import os\nif True:\n    check("relu", "x")\ncheck("tanh")') == ("relu", "")
    for shown in ("text = '''\ncheck(\"relu\")\n'''", '# check("relu")', 'found = check("relu")', "check(relu)"):
        assert declared("test_relu", shown) == ("", ""), shown


def test_a_students_cell_is_a_test_where_it_begins_with_the_call() -> None:
    """An answer may end with it."""
    assert check_call('check("backward", "loss")\nmore = 1') == ("backward", "loss")
    assert check_call('%matplotlib inline\ncheck("relu")') is None
    assert check_call('def relu(v):\n    return v\ncheck("relu")') is None
    assert check_call('check("relu"') is None


# --- what a session does ----------------------------------------------------------------------


class Mortal(FakeSession):
    """A session that dies of some cells and some calls."""

    opened = 0

    def __init__(self) -> None:
        super().__init__()
        Mortal.opened += 1
        self.alive = True
        outer = self

        class Answers(Namespace):
            def __getitem__(self, name: str) -> Any:
                if not outer.alive:
                    raise AnswerError("The notebook's process ended.")
                value = super().__getitem__(name)
                if name == "relu" and outer.names.get("deadly"):
                    outer.alive = False
                    raise AnswerError("The notebook's process crashed.")
                return value

        self.answers = Answers(self.names)

    def run_cell(self, source: str, seconds: float | None = None, hidden: bool = False) -> CellResult:
        if "DIE" in source:
            self.alive = False
            return CellResult([], "The notebook's process was killed.")
        return super().run_cell(source, seconds)

    def is_alive(self) -> bool:
        return self.alive


@pytest.fixture
def mortal(monkeypatch: pytest.MonkeyPatch) -> type[Mortal]:
    Mortal.opened = 0
    monkeypatch.setattr("tests.grading_tools.FakeSession", Mortal)
    return Mortal


def test_a_cell_that_kills_its_process_costs_itself_alone(mortal: type[Mortal]) -> None:
    document = solved()
    where = next(n for n, c in enumerate(document["cells"]) if text_of(c).startswith("def relu"))
    document["cells"].insert(where, cell("code", "# DIE"))
    record = grade(document)
    assert points(record) == points(grade(solved()))
    assert any("ended its process" in text for text in record.trouble)
    assert mortal.opened == 2 + 1


def test_an_answer_cell_that_kills_costs_that_question(mortal: type[Mortal]) -> None:
    document = solved()
    for one in document["cells"]:
        if text_of(one).startswith("def relu"):
            one["source"] = text_of(one) + "\n# DIE"
    got = points(grade(document))
    assert got == points(grade(solved())) | {"test_relu": 0.0}


def test_an_answer_that_kills_when_called_costs_that_question(mortal: type[Mortal]) -> None:
    document = solved()
    document["cells"].insert(2, cell("code", "deadly = True"))
    got = points(grade(document))
    assert got["test_relu"] == 0.0
    assert got["test_linear"] == 1.0
    assert got["test_numerical_gradient"] == 3.0


def test_many_deadly_cells_end(mortal: type[Mortal]) -> None:
    document = solved()
    document["cells"][2:2] = [cell("code", f"# DIE {n}") for n in range(100)]
    record = grade(document)
    assert mortal.opened < 20
    assert set(points(record).values()) == {0.0}
    assert any("lost too many processes" in text for text in record.trouble)


def test_when_the_time_is_up_the_rest_is_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotebookRun, "left", property(lambda self: -1.0))
    got = grade(solved())
    assert set(points(got).values()) == {0.0}


def test_a_bug_in_the_judging_costs_one_exercise(monkeypatch: pytest.MonkeyPatch) -> None:
    real = judge_module.evaluate

    def broken(exercise: Any, *rest: Any) -> Any:
        if exercise.name == "relu":
            raise ZeroDivisionError
        return real(exercise, *rest)

    monkeypatch.setattr(judge_module, "evaluate", broken)
    record = grade(solved())
    assert points(record)["test_relu"] == 0.0
    assert points(record)["test_linear"] == 1.0
    assert any("could not be judged" in text for text in record.trouble)


# --- hidden tests -----------------------------------------------------------------------------

HIDDEN = "assert answer == 41 + 1"


def test_no_hidden_test_in_what_is_shown() -> None:
    """Not in the cell, not in a traceback, not where a student's code printed it."""
    shown = "assert answer"
    full = f"{shown}\n### BEGIN HIDDEN TESTS\n{HIDDEN}\n### END HIDDEN TESTS"
    assert without_regions(full) == shown
    the_plan = _own(shown, full=full)
    assert hidden_lines(the_plan.notebooks[0]) >= {HIDDEN}
    leaking = f"import numpy as np\nanswer = 1\nprint({HIDDEN!r})\n{HIDDEN!r}"
    document = _submission(shown)
    document["cells"].insert(1, cell("code", leaking.replace(HIDDEN, "assert answer == 41 ' + '+ 1")))
    record = grade_bytes({"p1.ipynb": json.dumps(document).encode()}, the_plan)
    assert points(record) == {"test_own": 0.0}
    made = record.notebooks[0].document
    assert HIDDEN not in made
    assert "HIDDEN TESTS" not in made


@pytest.mark.parametrize(
    "outputs",
    [
        None,
        5,
        [None, 5, {}, {"output_type": "nonsense"}],
        [{"output_type": "stream", "text": 5, "name": "evil"}],
        [{"output_type": "display_data", "data": {5: object(), "x+json": object()}, "metadata": {"a": object()}}],
        [{"output_type": "error", "traceback": [1, None]}],
        [{"output_type": "stream", "text": "y" * 10_000_000}] * 3,
        [{"output_type": "display_data", "data": {"text/plain": "\ud800"}}],
    ],
)
def test_outputs_of_any_shape_become_valid_ones(outputs: Any) -> None:
    made = clean_outputs(outputs)
    document = notebook(cell("code", "x"))
    document["cells"][0]["outputs"] = made
    nbformat.validate(document)
    assert len(json.dumps(made).encode()) < 1_000_000


def test_nothing_of_a_students_is_html_to_whoever_reads_it() -> None:
    evil = "<script>steal()</script>"
    data = {"text/html": evil, "image/svg+xml": evil, "text/markdown": evil, "text/latex": evil}
    pictures = {"image/png": 'x" onerror="steal()', "image/jpeg": "QUJD"}
    sized = {"image/jpeg": {"width": '1" onerror="steal()'}}
    made = clean_outputs([
        {"output_type": "display_data", "data": data, "metadata": {}},
        {"output_type": "execute_result", "data": data | pictures, "metadata": sized},
    ])  # fmt: skip
    assert [set(output["data"]) for output in made] == [{"text/plain"}, {"image/jpeg"}]
    assert "steal" not in json.dumps(made)
    assert harmless_text(f"a < b, {evil} <!--") == "a < b, &lt;script>steal()&lt;/script> &lt;!--"
    assert harmless_attachments({"a.png": pictures, "b": data, "c": 5}) == {"a.png": {"image/jpeg": "QUJD"}}


def test_a_students_text_cells_are_shown_and_not_obeyed() -> None:
    prose = "<details><summary>given</summary>by the course</details>"
    the_plan = _own("answer = 1", full="answer = 1")
    notebook_plan = the_plan.notebooks[0]
    given = PlanCell("", "given", "markdown", prose)
    the_plan = replace(the_plan, notebooks=(replace(notebook_plan, cells=(*notebook_plan.cells, given)),))
    document = _submission("answer = 1")
    document["cells"] += [cell("markdown", prose), cell("markdown", "mine <img src=x onerror=steal()>")]
    made = json.loads(grade_bytes({"p1.ipynb": json.dumps(document).encode()}, the_plan).notebooks[0].document)
    texts = [c["source"] for c in made["cells"] if c["cell_type"] == "markdown"]
    assert prose in texts
    assert "mine &lt;img src=x onerror=steal()>" in texts
