"""What a submission can do to the host around the sandbox: its memory, its time, its parsers, and the queue."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.batch.executor import PoolError
from autograder.batch.pool import WorkerPool
from autograder.batch.worker import Grader
from autograder.course.layout import ROOT
from autograder.sandbox.time_limit import OverdueError, deadline
from autograder.scoring import grade as job_module
from autograder.scoring import seeds
from autograder.scoring.grade import grade_submission
from autograder.scoring.job import Job
from autograder.scoring.record import Record
from autograder.submission import read_folder as intake
from autograder.submission.cell_source import defined
from barprop.answers.untrusted import copy_plain, identical
from tests import needs
from tests.attacks.attack import FILE, MOST, Attack
from tests.attacks.test_attacks import HONEST, QUICK, grade, points
from tests.grading_tools import ASSIGNMENT, FakeSession, cell, cell_of, index_of, plan, released


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    """One warm grader."""
    needs.sandbox()
    made = Grader(True)
    yield made
    made.close()


def job_of(attack: Attack, folder: Path, student: str = "eve") -> Job:
    """The job of a folder that was handed in."""
    attack.write(folder)
    taken = intake.read_submission(folder)
    seed = seeds.seed_key(b"a secret for the tests", student, ASSIGNMENT)
    return Job(student, plan(), "0" * 64, seed, taken.notebooks, taken.unreadable, taken.files, tuple(taken.notes),
               limits=QUICK)  # fmt: skip


def refused(record: Record) -> bool:
    """Whether it counts 0, says why, and asks a person."""
    grades = [grade for notebook in record.notebooks for grade in notebook.grades.values()]
    return bool(record.quarantine) and bool(grades) and all(g.points == 0 and g.review and g.problem for g in grades)


# --- our own parsers ----------------------------------------------------------------------------

ELIFS = "if 0:\n    pass\n" + "".join(f"elif {n}:\n    n{n} = 1\n" for n in range(1200))


def test_many_branches_cost_nothing(grader: Grader, tmp_path: Path) -> None:
    attack = Attack("elifs", "writes 1,200 branches under a right answer", last=ELIFS)
    attack.write(tmp_path)
    assert points(grade(grader, tmp_path, "eve")) == MOST


@pytest.mark.parametrize(
    "level", ["if 1:", "for i in x:", "with x:", "while 1:", "try:", "match x:\n{0} case 1:", "class C:"]
)
def test_names_are_found_at_any_depth_and_without_recursion(level: str) -> None:
    lines = [" " * n + level.format(" " * n) if "match" not in level else " " * (2 * n) + "match x:\n" + " " * (2 * n + 1) + "case 1:"
             for n in range(15)]  # fmt: skip
    depth = 30 if "match" in level else 15
    end = [" " * n + "finally: pass" for n in reversed(range(15))] if level == "try:" else []
    source = "\n".join([*lines, " " * depth + "deep = 1", *end])
    assert ("deep" in defined(source)) == (not level.startswith("class"))
    assert {"n0", "n1199"} <= defined(ELIFS)


# --- files --------------------------------------------------------------------------------------


def _small_files(folder: Path) -> None:
    for n in range(1_999):
        (folder / f"{n}.txt").write_bytes(b"1" * 5_000)  # two pages each, so that they do not fit


def test_files_that_do_not_fit_are_left_out(grader: Grader, tmp_path: Path) -> None:
    Attack("pages", "hands in files that take more pages than bytes", beside=_small_files).write(tmp_path)
    record = grade(grader, tmp_path, "eve")
    assert points(record) == MOST
    assert any("left out" in text for text in record.trouble)


def test_a_file_handed_in_never_stands_for_one_handed_out(grader: Grader, tmp_path: Path) -> None:
    attack = Attack("same name", "hands in z/data.csv, which the flat folder would know as data.csv")
    document = attack.document()
    document["cells"].insert(index_of(document, "setup") + 1, cell("code", "print('IT IS', open('data.csv').read())"))
    the_plan = dataclasses.replace(plan(), files={"data.csv": b"given"})
    files = {"data.csv": b"forged", "z/data.csv": b"forged", "y/data.csv": b"forged"}
    job = Job("eve", the_plan, "0" * 64, b"seed", {FILE: json.dumps(document).encode()}, files=files, limits=QUICK)
    record = Record.from_json(grader.grade(job))
    assert "IT IS given" in record.notebooks[0].document


# --- memory -------------------------------------------------------------------------------------


def _sparse(folder: Path) -> None:
    for n in range(60):
        with open(folder / f"{n}.ipynb", "wb") as file:
            file.truncate(15_900_000)


def _sparse_giants(folder: Path) -> None:
    for n in range(60):
        with open(folder / f"{n}.ipynb", "wb") as file:
            file.truncate(140_000_000)


def test_holes_in_files_count_as_what_they_are_read_as(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("_HELD", "_LOOKED_AT"):
        monkeypatch.setattr(intake, limit, getattr(intake, limit) // 5)  # takes a fifth of the time
    Attack("sparse", "hands in 60 notebooks of 16 MB that take no room on disk", beside=_sparse).write(tmp_path)
    assert intake.read_submission(tmp_path).held <= intake._HELD


def test_no_more_is_looked_at_than_is_granted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_LOOKED_AT", 150_000_000)  # a tenth, which takes a tenth of the time
    Attack("sparse giants", "hands in 60 notebooks of 140 MB", beside=_sparse_giants).write(tmp_path)
    taken = intake.read_submission(tmp_path)
    assert taken.looked_at <= intake._LOOKED_AT
    assert len(taken.unreadable) >= 59


def test_entries_of_any_kind_count_and_notes_have_an_end(tmp_path: Path) -> None:
    HONEST.write(tmp_path)
    for n in range(5_000):
        (tmp_path / f"a{n}").symlink_to("nowhere")
        (tmp_path / f"d{n}").mkdir()
    taken = intake.read_submission(tmp_path)
    assert FILE in taken.notebooks
    assert taken.entries <= intake._MOST_FILES + 1
    assert len(taken.notes) <= intake._MOST_NOTES + 2


VALUES = {
    "a list": "def Value(data): return [data]",
    "text": "def Value(data): return 'x'",
    "a tuple from an operator": "class Value:\n    def __init__(self, data): self.data = data\n    def __add__(self, o): return (self, o)",
    "arrays of two shapes": "class Value:\n    def __init__(self, data): self.data = data\n"
                            "    def __truediv__(self, o): return np.ones((30_000, 1)) if self.data.sum() > o.data.sum() else np.ones(30_000)\n"
                            "    __rtruediv__ = __mul__ = __sub__ = __truediv__",
    "a list by way of a class": "class Value(list):\n    def __init__(self, data): super().__init__([data]); self.data = data",
}  # fmt: skip


OFTEN = ("a tuple from an operator", "arrays of two shapes")  # the others in `make exhaustive`
each_value = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in OFTEN else pytest.mark.exhaustive) for name in VALUES]
)


def _peak() -> float:
    """MB that this process ever held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1000


def _value_notebook(source: str) -> bytes:
    document = json.loads(released("06_autograd", "autograd"))
    cell_of(document, "Value")["source"] = source
    return json.dumps(document).encode()


@each_value
def test_no_answer_makes_the_grader_compute_with_plain_data(name: str) -> None:
    """In a process of its own, with a lid of 1 GB, since it would take the machine's memory."""
    needs.sandbox()
    code = (
        "import resource, sys\nfrom autograder import api\nfrom tests.attacks.test_host import VALUES, _value_notebook, _peak\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 << 30,) * 2)\n"
        f"files = {{'autograd.ipynb': _value_notebook(VALUES[{name!r}])}}\nbefore = _peak()\n"
        "record = api.grade('06_autograd', files, limits=api.Limits(cell_seconds=3, probe_seconds=1, notebook_seconds=20))\n"
        "grades = record.notebooks[0].grades\n"
        "assert not any('could not be judged' in text for text in record.trouble), record.trouble\n"
        "assert _peak() - before < 200, _peak() - before\n"
        "assert sum(g.points for n, g in grades.items() if g.exercise == 'Value') <= 1\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@each_value
def test_no_answer_makes_the_students_own_check_fill_the_memory(name: str) -> None:
    code = (
        "import resource\nimport numpy as np\nfrom autograder import api\nfrom tests.attacks.test_host import VALUES, _peak\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 << 30,) * 2)\n"
        f"names = {{'np': np}}\nexec(VALUES[{name!r}], names)\nbefore = _peak()\n"
        "names['topological_order'] = api.references()['topological_order']\n"
        "verdicts = api.judge('Value', names)\nassert _peak() - before < 200\n"
        "assert not any('MemoryError' in v.problem for v in verdicts.values())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


# --- time ---------------------------------------------------------------------------------------


def test_a_deadline_comes_again_and_may_be_nested() -> None:
    caught = 0
    started = time.monotonic()
    with deadline(60), contextlib.suppress(OverdueError), deadline(0.05):
        while True:
            try:
                time.sleep(30)
            except OverdueError:
                caught += 1
                if caught == 2:
                    raise
    assert caught == 2
    assert time.monotonic() - started < 20
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    done: list[bool] = []
    thread = threading.Thread(target=lambda: [done.append(True) for _ in [0] if _limited()])
    thread.start()
    thread.join()
    assert done


def _limited() -> bool:
    with deadline(0.001):
        time.sleep(0.01)
    return True


# --- whatever happens, a record -------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [RecursionError("x"), MemoryError(), OverdueError("It took longer than 1 s."), KeyError("x"), SystemError()],
)
def test_whatever_goes_wrong_in_the_grader_is_a_record(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise error

    job = job_of(HONEST, tmp_path)
    for place in ("choose_files", "repair", "make_document"):
        with monkeypatch.context() as patch:
            calls: list[int] = []
            real = getattr(job_module, place)
            patch.setattr(
                job_module,
                place,
                lambda *a, real=real, calls=calls: fail() if not calls and not calls.append(1) else real(*a),
            )
            record = grade_submission(job, lambda _: FakeSession())
        grades = [grade for notebook in record.notebooks for grade in notebook.grades.values()]
        assert sum(grade.max_points for grade in grades) == sum(MOST.values())
        assert all(g.points == 0 and g.review and "Grading it" in g.problem for g in grades), place
        assert Record.from_json(record.to_json()) == record


class _Killed(Job):
    """A job that ends the process that reads it."""

    def __reduce__(self) -> Any:
        return os._exit, (7,)


def test_a_job_that_loses_its_worker_twice_is_a_record_and_holds_nobody_up(tmp_path: Path) -> None:
    needs.sandbox()
    fields = {f.name: getattr(job_of(HONEST, tmp_path), f.name) for f in dataclasses.fields(Job)}
    killer, honest = _Killed(**(fields | {"student": "eve"})), Job(**(fields | {"student": "ada"}))
    with WorkerPool(1) as pool:
        records = {record.student: record for record in pool.run([killer, honest])}
    assert refused(records["eve"])
    assert records["eve"].again
    assert "after 2 attempts" in records["eve"].quarantine
    assert points(records["ada"]) == MOST


def test_without_bubblewrap_there_is_one_refusal_before_anything_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.sandbox import bubblewrap

    jobs = [job_of(HONEST, tmp_path, student) for student in ("a", "b", "c")]
    with WorkerPool(2) as pool:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(bubblewrap, "_packaged", lambda: None)
        with pytest.raises(PoolError, match="bubblewrap"):
            list(pool.run(jobs))
        assert all(worker.pid is None for worker in pool.workers)


# --- oracles where a student's code runs ----------------------------------------------------------

_HUB = """import json, site, sys
target = sys.argv[1]
known = site.getsitepackages()
site.getsitepackages = lambda *a: [*known, target]
sys.path.append(target)
from autograder.sandbox import bubblewrap, doctor
assert target in map(str, bubblewrap.packages())
if sys.argv[2] == "open":
    masked = bubblewrap._masked
    bubblewrap._masked = lambda folder, place: [] if str(folder) == target else masked(folder, place)
print(json.dumps({f.name: f.good for f in doctor.examine()}))
"""


@pytest.mark.slow
def test_no_oracle_is_importable_where_barprop_is_installed_as_on_a_hub(tmp_path: Path) -> None:
    """A copy in site-packages beside the one that grades; without the mask the doctor must say so."""
    needs.sandbox()
    source, target = tmp_path / "source", tmp_path / "site-packages"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "barprop", source / "barprop", ignore=shutil.ignore_patterns("__pycache__"))
    words = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        str(target),
        str(source),
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    assert (target / "barprop" / "exercises").is_dir()
    found = {}
    for kind in ("masked", "open"):
        done = subprocess.run([sys.executable, "-c", _HUB, str(target), kind], capture_output=True, text=True,
                              cwd=ROOT, timeout=200, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        found[kind] = json.loads(done.stdout.splitlines()[-1])
    assert found["masked"]["oracles"]
    assert all(found["masked"].values()), found["masked"]
    assert not found["open"]["oracles"]


# --- data that are small in memory and endless to walk over -----------------------------------------

_NESTS = "one = [1.0]\nfor _ in range(6): one = [one] * 1000\n"
ENDLESS = {
    "a nest of lists": f"{_NESTS}def forward(x, y, w, v, sigma): return one",
    "a nest in a dictionary": f"{_NESTS}def forward(x, y, w, v, sigma): return dict.fromkeys('zhel', one)",
    "one array a million times": "big = [np.ones(8_000_000)] * 1_000_000\ndef forward(x, y, w, v, sigma): return dict.fromkeys('zhel', big)",
    "dictionaries within dictionaries": "d = {}\nfor _ in range(6): d = dict.fromkeys(range(1000), d)\ndef forward(x, y, w, v, sigma): return d",
}  # fmt: skip


@pytest.mark.parametrize("name", ENDLESS)
def test_the_students_own_check_ends_whatever_comes_back(name: str) -> None:
    code = (
        "import time\nimport numpy as np\nfrom autograder import api\nfrom tests.attacks.test_host import ENDLESS, _peak\n"
        f"names = {{'np': np}}\nexec(ENDLESS[{name!r}], names)\nbefore = _peak()\n"
        "verdict = api.judge('forward', names)['']\nassert verdict.points == 0\nassert _peak() - before < 600, _peak() - before\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_two_nests_are_the_same_only_where_they_are_walked_through() -> None:
    giant: Any = [1.0]
    for _ in range(6):
        giant = [giant] * 1000
    assert not identical(giant, [1.0])
    assert not identical([1.0], giant)
    assert not identical(giant, {"a": 1})
    assert identical(giant, giant)
    assert copy_plain(giant) is giant
    assert copy_plain([[1.0], {"a": (2.0,)}]) == [[1.0], {"a": (2.0,)}]
