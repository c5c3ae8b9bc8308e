"""A Dask cluster that loses a worker midway, and a gradebook in PostgreSQL; both real, on this machine."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.batch import dask_pool
from autograder.batch.dask_pool import DaskExecutor
from autograder.batch.executor import PoolError
from autograder.course.layout import ROOT
from autograder.gradebook.database import with_driver
from tests import needs
from tests.grading_tools import call, hand_in, make_course, own_answers, own_source, scores
from tests.servers import free_port

STUDENTS = 10
SQUARES = {f"student-{n:02}": 2.0 if n % 2 else 0.0 for n in range(STUDENTS)}  # student -> points


def _class(folder: Path) -> Path:
    course = make_course(folder, {"ps1/p1": own_source()}, plugged=False)
    for number in range(STUDENTS):
        wait = "    import time\n    time.sleep(0.05)\n"
        body = wait + ("    return x * x" if number % 2 else "    return x + x")
        hand_in(course, f"student-{number:02}", "ps1/p1", own_answers(body))
    return course


def squares(course: Path) -> dict[str, float]:
    """Return what each student got in the gradebook."""
    return {key[0]: value[0] for key, value in scores(course).items() if key[-1] == "test_square"}


# --- Dask -------------------------------------------------------------------------------------


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """A scheduler and two workers over loopback: its address, and the workers."""
    needs.package("distributed")
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": paths, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "5"}
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = ["worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
    started = []
    with open(tmp_path / "dask.log", "wb") as log:
        for words in (scheduler, worker, worker):
            command = [sys.executable, "-m", f"distributed.cli.dask_{words[0]}", *words[1:]]
            started.append(subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=tmp_path))
            if words is scheduler:
                _wait_for(port)
        try:
            yield address, started[1:]
        finally:
            for process in started:
                process.kill()
                process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("the scheduler does not answer")


def _wait_for_workers(address: str, count: int) -> None:
    """Starting one may take a minute on a busy machine; what is tested is what happens once it is there."""
    from distributed import Client

    with Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=120)


@pytest.mark.slow
def test_a_worker_killed_midway_loses_no_submission(
    tmp_path: Path, cluster: tuple[str, list[subprocess.Popen]]
) -> None:
    needs.sandbox()
    address, workers = cluster
    course = _class(tmp_path / "course")
    words = [sys.executable, "-m", "autograder", "grade", "ps1", "--dask", address]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(words, cwd=course, env=environment, stdout=subprocess.PIPE, text=True)
    journal = course / ".grading" / "journal"
    deadline = time.monotonic() + 200
    while len(list(journal.glob("*.json"))) < 3 and time.monotonic() < deadline:
        assert running.poll() is None, "it ended before the worker was killed"
        time.sleep(0.005)
    workers[0].kill()
    said, _ = running.communicate(timeout=300)
    assert running.returncode == 0, said
    assert f"{STUDENTS} graded" in said
    assert squares(course) == SQUARES


def _documented() -> list[list[str]]:
    """The commands of docs/grading.md that start a scheduler, a worker and the grading."""
    block = (ROOT / "docs" / "grading.md").read_text().split("```console\n")[1].split("```")[0]
    return [line.removeprefix("$ ").split() for line in block.splitlines() if "dask" in line]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_the_documented_commands_grade_a_class_from_any_folder(tmp_path: Path) -> None:
    """With nothing said but what the page says: no PYTHONPATH, workers with their nannies, each in a folder of its own."""
    needs.sandbox()
    needs.package("distributed")
    course, port = _class(tmp_path / "course"), str(free_port())
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    words = [[w.replace("10.0.0.1", "127.0.0.1").replace("8786", port) for w in line] for line in _documented()]
    scheduler, worker, grade = ([sys.executable, *line[1:]] for line in words)
    grade[1:1] = ["-m", "autograder"]  # `autograder` is `python -m autograder`
    grade[grade.index("02_bar_notation")] = "ps1"
    with contextlib.ExitStack() as stack:
        for number, command in enumerate((scheduler, worker, worker)):
            folder = tmp_path / f"machine-{number}"
            folder.mkdir()
            log = stack.enter_context(open(folder / "log", "wb"))
            process = subprocess.Popen(command, stdout=log, stderr=log, env=bare, cwd=folder)
            stack.callback(process.wait)
            stack.callback(process.terminate)  # a nanny ends its worker
            if command is scheduler:
                _wait_for(int(port))
        _wait_for_workers(f"tcp://127.0.0.1:{port}", 2)
        done = subprocess.run(grade, cwd=course, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{STUDENTS} graded" in done.stdout
    assert squares(course) == SQUARES


def test_no_scheduler_is_a_sentence(tmp_path: Path) -> None:
    needs.package("distributed")
    course = _class(tmp_path / "course")
    done = call(course, "autograder", "grade", "ps1", "--dask", f"tcp://127.0.0.1:{free_port()}", check=False)
    assert done.returncode == 2
    assert "No Dask scheduler answers" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_cluster_that_cannot_grade_is_one_sentence_before_anything_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scheduler without a worker, and then a worker that has not got this package."""
    needs.package("distributed")
    course = _class(tmp_path / "course")
    other = tmp_path / "other"
    other.mkdir()
    (other / "autograder.py").write_text("raise ModuleNotFoundError('autograder is not installed')")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = ["worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
    with contextlib.ExitStack() as stack, open(tmp_path / "dask.log", "wb") as log:

        def start(words: list[str], **environment: str) -> None:
            command = [sys.executable, "-m", f"distributed.cli.dask_{words[0]}", *words[1:]]
            environment = os.environ | environment
            process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=other)
            stack.enter_context(process)
            stack.callback(process.kill)

        start(scheduler)
        _wait_for(port)
        monkeypatch.setattr(dask_pool, "_WORKER", 0.5)
        with pytest.raises(PoolError, match=f"at {address} has no worker"):
            list(DaskExecutor(address).run([]))
        start(worker, PYTHONPATH=str(other))
        _wait_for_workers(address, 1)
        done = call(course, "autograder", "grade", "ps1", "--dask", address, check=False)
    assert done.returncode == 2
    assert done.stderr.count("cannot run the grading") == 1
    assert "NOT GRADED" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_dask_missing_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(PoolError, match="pip install distributed"):
        list(DaskExecutor("tcp://127.0.0.1:1").run([]))


# --- PostgreSQL -------------------------------------------------------------------------------


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A private server in a folder of its own, on a socket only: its URL."""
    initdb, pg_ctl = needs.postgresql("initdb"), needs.postgresql("pg_ctl")
    needs.package("psycopg2")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    prefix: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            needs.missing("postgresql")
        os.chown(folder, user.pw_uid, user.pw_gid)
        prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    data, log = folder / "data", folder / "log"
    quiet = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*prefix, initdb, "-D", str(data), "-A", "trust", "-U", "tests", "-N"], **quiet)
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    subprocess.run([*prefix, pg_ctl, "-D", str(data), "-l", str(log), "-o", options, "-w", "start"], **quiet)
    try:
        yield f"postgresql://tests@/postgres?host={folder}"
    finally:
        subprocess.run([*prefix, pg_ctl, "-D", str(data), "-m", "immediate", "-w", "stop"], **quiet)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.database
def test_a_gradebook_in_postgresql(tmp_path: Path, postgresql: str) -> None:
    needs.sandbox()
    course = _class(tmp_path / "course")
    call(course, "autograder", "grade", "ps1")
    wanted = scores(course)
    done = call(course, "autograder", "grade", "ps1", "--db", postgresql)
    assert f"{STUDENTS} taken from the journal" in done.stdout
    assert scores(course, postgresql) == wanted
    with Gradebook(with_driver(postgresql), "tests") as gradebook:
        grade = gradebook.find_grade("test_square", "p1", "ps1", "student-00")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    done = call(course, "autograder", "grade", "ps1", "--db", postgresql)
    assert f"{STUDENTS} already in the gradebook" in done.stdout
    call(course, "autograder", "grade", "ps1", "--db", postgresql, "--student", "student-00", "--force")
    assert scores(course, postgresql)["student-00", "ps1", "p1", "test_square"] == (0.0, 1.5, True, 1.5)
    done = call(course, "autograder", "report", "ps1", "--db", postgresql)
    assert f"student-{STUDENTS - 1:02}" in done.stdout
    call(course, "nbgrader", "generate_feedback", "ps1", "--student", "student-00", "--db",
         with_driver(postgresql))  # fmt: skip
    assert (course / "feedback/student-00/ps1/p1.html").exists()
