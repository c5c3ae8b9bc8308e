"""Every attack through the real pipeline: nobody gets more than deserved, nobody else is harmed, nothing is left."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.batch.worker import Grader
from autograder.sandbox import Limits
from autograder.scoring import seeds
from autograder.scoring.job import Job
from autograder.scoring.record import Record
from autograder.submission.read_folder import read_submission
from tests import needs
from tests.attacks.attack import MOST, Attack
from tests.attacks.collection import ATTACKS, THEMES
from tests.grading_tools import ASSIGNMENT, plan
from tests.sandbox_tools import processes

pytestmark = pytest.mark.attacks

QUICK = Limits(cell_seconds=1, probe_seconds=1, notebook_seconds=12)
HONEST = Attack("honest", "tries nothing")
_PATIENCE = 30.0  # seconds that no attack may cost, whatever it does


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    """One warm grader for all, as a run has."""
    needs.sandbox()
    made = Grader(True)
    folder = tmp_path_factory.mktemp("first")
    HONEST.write(folder)
    assert points(grade(made, folder, "first")) == MOST
    yield made
    made.close()


def grade(grader: Grader, folder: Path, student: str) -> Record:
    """Grade a folder that was handed in, as a worker does."""
    taken = read_submission(folder)
    key = seeds.seed_key(b"a secret for the tests", student, ASSIGNMENT)
    job = Job(student, plan(), "0" * 64, key, taken.notebooks, taken.unreadable, taken.files, tuple(taken.notes),
              limits=QUICK)  # fmt: skip
    return Record.from_json(grader.grade(job))


def points(record: Record) -> dict[str, float]:
    """Exercise -> points."""
    found: dict[str, float] = {}
    for notebook in record.notebooks:
        for grade_ in notebook.grades.values():
            found[grade_.exercise] = found.get(grade_.exercise, 0.0) + (grade_.points or 0.0)
    return found


def printed(record: Record) -> str:
    """What the cells wrote to stdout."""
    cells = [cell for nb in record.notebooks if nb.document for cell in json.loads(nb.document)["cells"]]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return "".join(output["text"] for output in outputs if output["output_type"] == "stream")


def here() -> tuple[set[int], set[str], set[str]]:
    """Our processes, what lies in the folder for temporary files, and in the current one."""
    return processes(os.getpid()), set(os.listdir(tempfile.gettempdir())), set(os.listdir())


# every second of each theme; the others in `make exhaustive`
OFTEN = {attack.name for theme in THEMES.values() for attack in theme[::2]}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in OFTEN else pytest.mark.exhaustive) for name in ATTACKS]
)
def test_an_attack_gets_what_it_deserves_and_harms_nobody(name: str, grader: Grader, tmp_path: Path) -> None:
    attack = ATTACKS[name]
    attack.write(tmp_path / "attacker")
    HONEST.write(tmp_path / "honest")
    before = here()
    started = time.monotonic()
    record = grade(grader, tmp_path / "attacker", name)
    assert time.monotonic() - started < _PATIENCE
    got, most = points(record), attack.most()
    for exercise, deserved in most.items():
        if attack.attacked(exercise):
            assert got[exercise] <= deserved, f"{exercise} got more than it deserves: {attack.tries}"
        else:
            assert got[exercise] == deserved, f"{exercise} was harmed, or paid for nothing: {attack.tries}"
    shown = printed(record)
    assert not any(word in shown for word in attack.shows), shown[:2000]
    assert points(grade(grader, tmp_path / "honest", "after")) == MOST
    assert here()[0] == before[0], "a process was left"
    assert here()[2] == before[2], "a file was left"


def test_the_collection() -> None:
    listed = [attack for theme in THEMES.values() for attack in theme]
    assert len({attack.name for attack in listed}) == len(listed) == len(ATTACKS) >= 60
    assert all(attack.tries and attack.tries[0].islower() for attack in listed)
    assert set().union(*(attack.most() for attack in listed)) == set(MOST)
