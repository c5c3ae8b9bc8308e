"""What may keep a class from being graded: one submission that holds the reading up, damage, a full disk, a lock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from nbgrader.converters import NbGraderException
from sqlalchemy.exc import OperationalError

from autograder.batch.journal import Journal
from autograder.gradebook import grades
from autograder.gradebook.grades import GradebookWriter
from autograder.submission.read_folder import read_submission
from tests import needs
from tests.attacks.instructor import ASSIGNMENT, NOTEBOOK, Desk, submission
from tests.grading_tools import ROOT, call

SECONDS = 120  # for reading a few files; with time by the square of their length it would be hours

_BEFORE = b'{"cells": [{"cell_type": "code", "source": "x", "metadata": {}, "outputs": ['
ENDLESS = {
    "marks in a row": _BEFORE + b'\\"' * 700_000,
    "a mark at the end": _BEFORE + b'"' + b"x" * 1_400_000 + b"\\",
    "strings within strings": _BEFORE + b'"\\"\\\\' * 300_000,
    "brackets": _BEFORE + b"[{" * 700_000,
    "many lists without an end": b'"outputs": [\\"' * 100_000,
}


@pytest.mark.parametrize("name", ENDLESS)
def test_reading_takes_time_by_the_length_of_a_file(name: str, tmp_path: Path) -> None:
    """This is done by the run itself, before anything is graded: everybody would wait."""
    (tmp_path / f"{NOTEBOOK}.ipynb").write_bytes(ENDLESS[name])
    code = f"from pathlib import Path; from autograder.submission.read_folder import read_submission; read_submission(Path({str(tmp_path)!r}))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=SECONDS)
    assert read_submission(tmp_path).digest


TANGLED = {
    "conflicts that only begin": "<<<<<<< a\n" * 200_000,
    "conflicts without an end": "<<<<<<< a\n=======\n" * 200_000,
    "conflicts of three without an end": "<<<<<<< a\n||||||| b\n" * 200_000,
    "marks in a string without an end": '"' + '\\"' * 500_000 + "\n",
    "a value and blank lines": "1" + "\n" * 1_000_000 + "x",
    "values and blank lines": "1 \n\n" * 300_000,
    "commas": ", \n" * 500_000,
}


def test_mending_takes_time_by_the_length_of_a_file() -> None:
    code = "from autograder.submission.mend_json import mend_json; from tests.attacks.test_queue import TANGLED\n"
    code += "for name, text in TANGLED.items(): print(name, flush=True); mend_json(text)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=SECONDS)


def test_one_that_is_odd_keeps_nobody_from_being_graded(tmp_path: Path) -> None:
    needs.sandbox()
    desk = Desk(tmp_path / "course")
    for student in ("honest", "-rf", "*", "a\nb", "%s{0}"):
        desk.hand_in(student, submission())
    desk.hand_in("marks", submission()).write_bytes(ENDLESS["marks in a row"])
    for name, stamp in {"late": "9999-12-31 23:59:59 -2300", "early": "0001-01-01 00:00 +1400"}.items():
        desk.hand_in(name, submission(), timestamp__txt=stamp)
    for name in ("file", "pipe", "link"):
        (desk.folder / "submitted" / name).mkdir()
    (desk.folder / "submitted" / "file" / ASSIGNMENT).write_text("x")
    os.mkfifo(desk.folder / "submitted" / "pipe" / ASSIGNMENT)
    (desk.folder / "submitted" / "link" / ASSIGNMENT).symlink_to(f"../honest/{ASSIGNMENT}")
    name = os.fsdecode(b"ev\xff")
    desk.hand_in(name, submission())
    done = call(desk.folder, "autograder", "grade", ASSIGNMENT, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "ev?: the name of its folder is not valid UTF-8" in done.stdout
    for student in ("honest", "-rf", "*", "a\nb", "%s{0}", "late", "early"):
        assert desk.score(student) == 4.0, student
    for student in ("marks", "file", "pipe", "link"):
        assert desk.score(student) == 0.0, student
        assert f"quarantine: {student}: " in done.stdout


def test_damage_in_the_journal_costs_a_second_grading_and_nothing_else(tmp_path: Path) -> None:
    needs.sandbox()
    desk = Desk(tmp_path / "course")
    damage = (b"\xff\xfe\0", b"[" * 200_000, b'{"format": 1, "notebooks": [{"grades": []}]}', b"null", None)
    for number, _ in enumerate(damage):
        desk.hand_in(f"s{number}", submission())
    desk.autograde()
    journal = Journal(desk.folder / ".grading" / "journal")
    for path, content in zip(sorted(journal.folder.glob("*.json")), damage, strict=True):
        if content is None:
            path.unlink()
            path.mkdir()
        else:
            path.write_bytes(content)
    for words in (("report",), ("grade", "--force"), ("report",)):
        done = call(desk.folder, "autograder", *words, ASSIGNMENT, check=False)
        assert "Traceback" not in done.stderr
        assert done.returncode == ("grade" in words)
    assert len(journal.all()) == len(damage) - 1
    assert {desk.score(f"s{number}") for number, _ in enumerate(damage)} == {4.0}


_FULL = """import resource, runpy, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
sys.argv = ["autograder", "grade", "--force", sys.argv[1]]
runpy.run_module("autograder", run_name="__main__")
"""


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    """No file may grow beyond 3 kB: neither journal nor autograded/ nor the gradebook can be written."""
    needs.sandbox()
    desk = Desk(tmp_path / "course")
    desk.hand_in("honest", submission())
    desk.autograde()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "JUPYTER_CONFIG_DIR": str(desk.folder)}
    done = subprocess.run([sys.executable, "-c", _FULL, ASSIGNMENT], cwd=desk.folder, env=environment,
                          capture_output=True, text=True, timeout=300, check=False)  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "honest: its record cannot be saved in" in done.stdout
    assert desk.score("honest") == 4.0


def test_a_lock_that_stays_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(grades.time, "sleep", lambda _: None)
    monkeypatch.setattr(GradebookWriter, "_write_gathered", locked)
    writer = GradebookWriter.__new__(GradebookWriter)
    writer.db = SimpleNamespace(rollback=lambda: None)
    with pytest.raises(NbGraderException, match=r"database is locked.*What was written before is kept"):
        writer._insist(locked)
