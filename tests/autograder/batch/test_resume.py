"""Killed at any moment and started again, a run leaves the gradebook of an undisturbed one, and does what was left."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.batch import fingerprints
from autograder.batch.journal import Journal
from autograder.batch.pool import WorkerPool
from autograder.course.layout import ROOT
from autograder.plugin.autograde import Autograde
from autograder.plugin.configuration import configured
from autograder.scoring.grade import grade_submission
from tests import needs
from tests.depth import often, thorough
from tests.grading_tools import FakeSession, call, hand_in, make_course, own_answers, own_source, scores

pytestmark = pytest.mark.slow

STUDENTS, KILLS = often(12, 30), often(5, 20)


def _class(folder: Path, students: int = STUDENTS) -> Path:
    course = make_course(folder, {"ps1/p1": own_source()}, plugged=False)
    bodies = ["    return x * x", "    return x + x", ""]
    halves = ["    return x / 2", "    return x // 2", "    return 1 / 0"]
    for number in range(students):
        document = own_answers(bodies[number % 3], halves[number % 5 % 3], "Because." * (number % 2))
        path = hand_in(course, f"student-{number:02}", "ps1/p1", document)
        if number % 7 == 6:
            path.write_text("damaged {")
        (path.parent / "timestamp.txt").write_text(f"2026-03-0{1 + number % 3} 12:00:00 UTC")
    return course


def _grade(course: Path, log: Path | None = None) -> None:
    """Grade in this process, without processes of its own; each job's student goes into the log."""

    def run(_: WorkerPool, jobs: Any) -> Iterator[Any]:
        for job in jobs:
            if log:
                with open(log, "a") as file:
                    file.write(job.student + "\n")
            yield grade_submission(job, lambda _: FakeSession())

    WorkerPool.run = run  # type: ignore[method-assign]
    os.chdir(course)
    app = configured()
    app.coursedir.assignment_id = "ps1"
    Autograde(coursedir=app.coursedir, parent=app).start()


def _in_child(course: Path, log: Path) -> int:
    """A child process that grades; killed with this test should that be."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            sys.stderr = open(log.with_suffix(".err"), "w")  # noqa: SIM115 (the process ends)
            _grade(course, log)
            code = 0
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(code)
    return child


def _forget(course: Path) -> None:
    shutil.rmtree(course / ".grading")
    shutil.rmtree(course / "autograded", ignore_errors=True)
    for path in course.glob("gradebook.db*"):
        path.unlink()


def _files(course: Path) -> dict[str, bytes]:
    root = course / "autograded"
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


@pytest.fixture
def here() -> Iterator[None]:
    """Back to where it started; what every child would find out again is found out once."""
    folder, honest = os.getcwd(), WorkerPool.run
    fingerprints.environment()
    yield
    os.chdir(folder)
    WorkerPool.run = honest  # type: ignore[method-assign]


@thorough
@pytest.mark.usefixtures("here")
def test_killed_at_random_moments(tmp_path: Path) -> None:
    course, log = _class(tmp_path / "course"), tmp_path / "log"
    start = time.monotonic()
    child = _in_child(course, log)
    assert os.waitpid(child, 0)[1] == 0
    lasts = time.monotonic() - start
    wanted, files = scores(course), _files(course)
    assert len(log.read_text().split()) == STUDENTS
    rng, kills, finished = random.Random(6), 0, 0
    _forget(course)
    log.write_text("")
    killed_here = 0
    while kills < KILLS or finished == 0:
        child = _in_child(course, log)
        moment = time.monotonic() + rng.uniform(0, lasts) if kills < KILLS else float("inf")
        while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
            if time.monotonic() > moment:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                kills, killed_here = kills + 1, killed_here + 1
                break
            time.sleep(0.001)
        else:
            assert ended[1] == 0, log.with_suffix(".err").read_text()
            assert scores(course) == wanted, f"after {killed_here} kills"
            assert _files(course) == files
            done = log.read_text().split()
            assert set(done) == {f"student-{number:02}" for number in range(STUDENTS)}
            assert len(done) <= STUDENTS + killed_here, "only what was left, and what was being graded"
            finished, killed_here = finished + 1, 0
            _forget(course)
            log.write_text("")


class PowerCut(BaseException):
    """Nothing catches it."""


@pytest.mark.parametrize("when", ["os.replace", "os.fsync", "Path.rename"])
@thorough
@pytest.mark.usefixtures("here")
def test_a_crash_between_any_two_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """The same with an exception at the n-th call of what makes things last."""
    course = _class(tmp_path / "course", students=3)
    _grade(course)
    wanted, files = scores(course), _files(course)
    owner, name = (Path, "rename") if when == "Path.rename" else (os, when.split(".")[1])
    real = getattr(owner, name)
    for number in range(0, 6, often(2, 1)):
        _forget(course)
        count = iter(range(number))

        def crash(*args: Any, count: Iterator[int] = count, **names: Any) -> Any:
            if next(count, None) is None:
                raise PowerCut
            return real(*args, **names)

        with monkeypatch.context() as patch:
            patch.setattr(owner, name, crash)
            with contextlib.suppress(PowerCut):
                _grade(course)
        _grade(course)
        assert scores(course) == wanted, number
        assert _files(course) == files, number


def test_the_command_killed_and_run_again(tmp_path: Path) -> None:
    """With its real processes: nothing stays behind, and the second run finishes."""
    needs.sandbox()
    course = _class(tmp_path / "course", students=12)
    words = [sys.executable, "-m", "autograder", "grade", "ps1", "--jobs", "2"]
    running = subprocess.Popen(words, cwd=course, env=os.environ | {"PYTHONPATH": str(ROOT)}, start_new_session=True)
    journal = course / ".grading" / "journal"
    deadline = time.monotonic() + 120
    while len(list(journal.glob("*.json"))) < 3 and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    group = os.getpgid(running.pid) if running.poll() is None else running.pid
    running.kill()
    running.wait()
    kept = len(list(journal.glob("*.json")))
    assert kept >= 3
    for _ in range(500):
        if not _alive(group):
            break
        time.sleep(0.02)
    assert not _alive(group), "its processes are gone with it"
    done = call(course, "autograder", "grade", "ps1")
    assert f"{12 - kept} graded, {kept} taken from the journal" in done.stdout.replace(", 0 already", "") or (
        "already in the gradebook" in done.stdout
    )
    resumed = scores(course)
    _forget(course)
    (course / ".grading").mkdir()
    call(course, "autograder", "grade", "ps1")
    assert scores(course) == resumed


def _alive(group: int) -> bool:
    """Whether any process of that group is left."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            return True
    return False


def test_an_unfinished_file_is_no_record(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    (tmp_path / "abc.1.part").write_text('{"format": 1')
    assert journal.all() == []
    os.utime(tmp_path / "abc.1.part", (0, 0))
    Journal(tmp_path)
    assert list(tmp_path.iterdir()) == []
