"""Run a module of this package in a process of its own, with a connection to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from autograder.course.layout import PACKAGES


def start(module: str, *words: str, environment: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], Connection]:
    """Start `python -m module NUMBER words...`, NUMBER being its end of the connection.

    Parameters
    ----------
    environment : mapping
        Its environment variables; the folder of this package is put in front of PYTHONPATH.

    Returns
    -------
    The process, and the connection to it.
    """
    ours, theirs = Pipe()
    paths = [str(PACKAGES), *filter(None, [environment.get("PYTHONPATH")])]
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(theirs.fileno()), *words],
            env={**environment, "PYTHONPATH": os.pathsep.join(paths)},
            cwd=PACKAGES,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    return process, ours
