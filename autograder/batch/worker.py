"""A process that grades one job after another: `python -m autograder.batch.worker`.

Jobs come in pickled, from the process that started it; records go out as JSON.
If an answer brings the grader down, only this process dies, and the job is tried again in another.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from autograder import child_process
from autograder.sandbox import Fault, Limits, LocalSandbox, Sandbox, SandboxError, Session

if TYPE_CHECKING:  # the process that hands jobs out does not grade
    from autograder.scoring.job import Job

_PATIENCE = 60.0  # seconds beyond a job's own limits until its process is given up
_ROOM = 400_000_000  # bytes that this process may take for one job, whatever was handed in
_NOT_PASSED_ON = ("NBGRADER_EXECUTION", "NBGRADER_VALIDATING")


class LostError(Exception):
    """The process that graded is gone; the message says how."""


class Worker:
    """One grading process, started on first use and again after it was lost. Use it from one thread.

    Parameters
    ----------
    isolated : bool
        In the sandbox; False only if somebody asked to do without it.
    """

    def __init__(self, isolated: bool = True) -> None:
        self.isolated = isolated
        self.proved = False  # whether it has graded anything: then a sandbox can be had here
        self._process: subprocess.Popen | None = None
        self._connection: Connection | None = None

    def start(self) -> None:
        """Start its process now, so that its libraries and its sandbox are loaded when the first job comes."""
        self._running()

    def call(self, job: Job) -> str:
        """Return the record of one job as JSON. Raise SandboxError or LostError, but nothing for what a student did."""
        process, connection = self._running()
        watch = threading.Timer(job.limits.notebook_seconds * max(1, len(job.plan.notebooks)) + _PATIENCE, process.kill)
        watch.daemon = True
        watch.start()
        try:
            connection.send(job)
            reply = connection.recv_bytes()
        except (OSError, EOFError):
            self.close()
            raise LostError(_how(process.returncode)) from None
        finally:
            watch.cancel()
        if reply.startswith(b"!"):
            self.close()
            kind, sentence = json.loads(reply[1:])
            raise SandboxError(sentence, Fault(kind))
        self.proved = True
        return reply.decode()

    def _running(self) -> tuple[subprocess.Popen, Connection]:
        if self._process is None or self._connection is None or self._process.poll() is not None:
            self.close()
            words = [] if self.isolated else ["--no-sandbox"]
            self._process, self._connection = child_process.start(__name__, *words, environment=_environment())
        return self._process, self._connection

    def close(self) -> None:
        """End the process."""
        if self._connection is not None:
            self._connection.close()
        process, self._process, self._connection = self._process, None, None
        if process is None:
            return
        try:
            process.wait(1 if process.poll() is None else 0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def pid(self) -> int | None:
        """The number of its process, None while there is none."""
        return self._process.pid if self._process else None


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
    return kept | {"BARPROP_PROGRESS": "off"} | {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.strsignal(-code) or str(-code)
        return f"the process that graded it was ended ({name.lower()}; out of memory?)"
    return "the process that graded it ended"


# --- inside that process ----------------------------------------------------------------------


class Grader:
    """Grades jobs in a sandbox that stays warm between them."""

    def __init__(self, isolated: bool) -> None:
        self.isolated = isolated
        self._sandbox: Sandbox | None = None

    def warm_up(self) -> None:
        """Load what the first job would wait for. Where no sandbox can be had, that job says so."""
        gc.disable()  # loading libraries makes little garbage, and looking for it takes long
        loading = threading.Thread(target=importlib.import_module, args=("autograder.scoring.grade",))
        loading.start()  # while the sandbox loads what notebooks import
        with contextlib.suppress(SandboxError):
            self._open(Limits())
        loading.join()
        gc.freeze()  # what stays for ever is not looked through after every few thousand objects of a job
        gc.enable()

    def grade(self, job: Job) -> str:
        """Return the record of one job as JSON. Replace a broken sandbox once. Raise SandboxError."""
        try:
            return self._grade(job)
        except SandboxError as error:
            self.close()
            if error.kind is Fault.UNAVAILABLE:
                raise
        return self._grade(job)

    def _grade(self, job: Job) -> str:
        from autograder.scoring.grade import grade_submission
        from barprop.answers.memory_limit import limit_memory

        with limit_memory(_ROOM):
            return grade_submission(job, lambda files: self._session(job, files)).to_json()

    def _session(self, job: Job, files: Mapping[str, bytes]) -> Session:
        if self._sandbox is not None and self._sandbox.limits.scratch != job.limits.scratch:
            self.close()  # all other limits are each session's own
        return (self._sandbox or self._open(job.limits)).session(job.limits, files)

    def _open(self, limits: Limits) -> Sandbox:
        self._sandbox = (Sandbox if self.isolated else LocalSandbox)(limits)
        return self._sandbox

    def close(self) -> None:
        """End the sandbox."""
        sandbox, self._sandbox = self._sandbox, None
        if sandbox is not None:
            sandbox.close()


def _end_with(pipe: int) -> None:
    """End this process, and its sandbox with it, once the other end of the pipe is closed: nobody would listen."""
    poll = select.poll()
    poll.register(pipe, 0)  # only that it was closed
    poll.poll()
    os._exit(0)


def main(number: int, isolated: bool) -> None:
    """Serve jobs until the other end of the connection, whose number this is, closes."""
    threading.Thread(target=_end_with, args=(number,), daemon=True).start()
    os.dup2(2, 1)  # whatever prints, prints to stderr
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    grader = Grader(isolated)
    grader.warm_up()
    with Connection(number) as connection, contextlib.suppress(EOFError):
        while True:
            job = connection.recv()
            try:
                reply = grader.grade(job).encode()
            except SandboxError as error:
                reply = b"!" + json.dumps([error.kind, str(error)]).encode()
            connection.send_bytes(reply)
    grader.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), "--no-sandbox" not in sys.argv)
