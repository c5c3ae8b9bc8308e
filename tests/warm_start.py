"""A process that has nbgrader and its libraries loaded; the commands that tests run fork from it.

Each is a process of its own, in its own folder and environment, and ends as any other. It starts 2.5 s of processor
time sooner. Where the start itself is tested, a test starts Python.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import Any

from tests.depth import PATHS

LOADED = (
    "alembic.config",
    "autograder.batch.run",
    "autograder.commands.feedback",
    "autograder.commands.grade",
    "autograder.commands.report",
    "autograder.plugin.autograde",
    "autograder.plugin.feedback",
    "autograder.plugin.grading",
    "nbgrader.apps.nbgraderapp",
    "sqlite3",
)


class WarmStart:
    """Runs one command after another; several threads may ask."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], env=os.environ | {"PYTHONPATH": PATHS},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._turn = threading.Lock()
        atexit.register(self.close)

    def run(self, words: list[str], cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
        """Run `python -m WORDS`; return how it ended and what it printed."""
        with self._turn, tempfile.TemporaryDirectory() as folder:
            prints = [str(Path(folder, name)) for name in ("stdout", "stderr")]
            order = {"words": words, "cwd": str(cwd), "environment": environment, "prints": prints}
            print(json.dumps(order), file=self._process.stdin, flush=True)
            code = int(self._process.stdout.readline())
            return subprocess.CompletedProcess(words, code, *(Path(name).read_text() for name in prints))

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@cache
def warm_start() -> WarmStart:
    """Return the one of this process."""
    return WarmStart()


def _serve() -> dict[str, Any] | None:
    """Fork for each order; return it in the child, and None when there are no more."""
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            return json.loads(line)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    return None


def _become(words: list[str], cwd: str, environment: dict[str, str], prints: list[str]) -> None:
    """Do what `python -m WORDS` does."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate((os.devnull, *prints)):
        opened = os.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.path[0] = cwd
    sys.argv = words
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__" and (order := _serve()):
    _become(**order)
