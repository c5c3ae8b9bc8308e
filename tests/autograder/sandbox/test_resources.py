"""Memory, time and processes that a submission may use, also as an ordinary user."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from autograder.course.layout import ROOT
from autograder.sandbox import Limits
from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from tests import needs
from tests.autograder.sandbox.test_attacks import shown
from tests.sandbox_tools import ANSWER, as_user, ask, can, memory, processes

# --- memory and time --------------------------------------------------------------------------

BOMBS = (
    "x = []\nwhile True: x.append(bytearray(100_000))",
    "x = []\nwhile True:\n    try: x.append(bytearray(100_000))\n    except MemoryError: pass",
    "import gc\ngc.unfreeze()\nx = []\ntry:\n    while True: x.append([1.5] * 10_000)\nexcept MemoryError: pass\nfor i in range(100): gc.collect()",
    "import os\nfor n in range(15): open(f'/tmp/{n}', 'wb').write(os.urandom(1_000_000))\nx = []\nwhile True: x.append(bytearray(50_000))",
    "import numpy as np\ndef double(x): return np.ones(13_000_000)\nwhile True: np.ones((3000, 3000)) @ np.ones((3000, 3000))",
    "def double(x): return [[] for _ in range(3_000_000)]",
    "def double(x): return 'x' * 90_000_000",
)  # fmt: skip


def test_memory_stays_within_what_was_promised_whatever_two_students_do(sandbox):
    peak, stop = [0.0], threading.Event()

    def watch():
        while not stop.is_set():
            peak[0] = max(peak[0], memory(os.getpid()) - own)
            time.sleep(0.02)

    own = memory(os.getpid()) - memory(sandbox.pid)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for bomb, twin in zip(BOMBS, BOMBS[1:] + BOMBS[:1], strict=True):
            with sandbox.session(Limits(cell_seconds=4)) as one, sandbox.session(Limits(cell_seconds=4)) as two:
                threads = [threading.Thread(target=s.run_cell, args=(b,)) for s, b in ((one, bomb), (two, twin))]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                for session in (one, two):
                    assert isinstance(ask(session), str)
    finally:
        stop.set()
        watcher.join()
    print(f"\ntwo bombs at a time: at most {peak[0]:.0f} MB above the grader itself")
    assert peak[0] < 400 + 2 * 150 - 120  # what is left of it for two grading processes


def test_a_host_side_product_cannot_outgrow_the_host(sandbox):
    """A callback with two modest arrays whose product is huge ends in an error inside, not outside."""
    with sandbox.session() as session:
        session.run_cell("import numpy as np\ndef double(f):\n    u = np.ones((40_000, 1))\n    return f(u, u.T)")
        assert "MemoryError" in ask(session, lambda a, b: (a @ b).sum())
        assert session.is_alive()


def test_calls_back_are_counted(sandbox, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.session._CALLBACKS", 50)
    with sandbox.session() as session:
        session.run_cell("def double(f):\n    while True: f()")
        assert "calls to what was passed in" in ask(session, lambda: 1)
        assert not session.is_alive()


def test_calls_back_that_are_nested_too_deep_are_named(sandbox):
    """An answer that calls itself through what it was given has not made 200,000 calls."""
    with sandbox.session() as session:
        session.run_cell("def double(f):\n    return f()")
        run = Run(session.answers)

        def again() -> object:
            return run("double", again)

        with pytest.raises(AnswerError, match="nested more than 8 deep"):
            again()
        assert not session.is_alive()


def test_the_time_for_a_notebook_is_shared_by_its_cells(sandbox):
    with sandbox.session(Limits(notebook_seconds=1.0, cell_seconds=5)) as session:
        session.run_cell(ANSWER)
        assert session.run_cell("import time\nfor _ in range(100): time.sleep(0.1)").error
        assert "time" in ask(session)


# --- as an ordinary user ----------------------------------------------------------------------


def test_all_of_this_holds_as_an_ordinary_user():
    if os.geteuid() != 0:
        return  # it runs as an ordinary user already
    if not can(as_user([sys.executable, "-c", "import numpy, pytest"])):
        needs.missing("a Python that every user can read")
    chosen = "kill or fork or disk or swallows or found or refused or pipe or environment or see_each or control"
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o777)
        files = [str(Path(__file__).with_name("test_attacks.py")), __file__]
        words = [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", f"--basetemp={home}/t", *files]
        environment = {**os.environ, "HOME": home, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_ADDOPTS": ""}
        done = subprocess.run(
            as_user([*words, "-k", chosen]), cwd=ROOT, env=environment,
            capture_output=True, text=True, timeout=500, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "SKIPPED" not in done.stdout


def test_a_killed_grader_leaves_no_process():
    """kill -9 of the process that grades ends the warm process and every session."""
    needs.sandbox()
    script = (
        "import sys, time\nfrom autograder.sandbox import Sandbox\nsandbox = Sandbox()\nsession = sandbox.session()\n"
        "print(sandbox.pid, flush=True)\nsession.run_cell('while True: pass', 60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT) as grader:
        line = grader.stdout.readline()
        family = processes(int(line))
        assert len(family) >= 3
        grader.kill()
    late = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in family) and time.monotonic() < late:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in family)


def test_the_control_socket_is_out_of_reach(sandbox):
    seen = shown(
        sandbox,
        """
        import os
        fds = []
        for fd in range(64):
            try: os.fstat(fd); fds.append(fd)
            except OSError: pass
        print(len(fds))
        """,
    )
    assert seen.strip() == "4"  # the three standard ones, which lead nowhere, and the session's own pipe


def test_a_socket_of_the_host_cannot_be_reached_by_its_abstract_name(sandbox):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0barprop-test")
        server.listen()
        assert "ERROR" in shown(
            sandbox,
            """
            import socket
            try: socket.socket(socket.AF_UNIX).connect("\\0barprop-test")
            except OSError: print("ERROR")
            """,
        )


def test_an_answer_error_is_all_that_a_lost_session_raises(sandbox):
    with sandbox.session() as session:
        session.run_cell("class Value:\n    def __init__(self): self.data = 1.0")
        value = session.answers["Value"].observe((), {}).value
        session.run_cell("import os; os._exit(0)")
        for attempt in (lambda: value.data, lambda: value + 1, lambda: 1 @ value, lambda: -value, lambda: session.answers["Value"],
                        lambda: value.observe((), {})):  # fmt: skip
            with pytest.raises(AnswerError):
                attempt()
