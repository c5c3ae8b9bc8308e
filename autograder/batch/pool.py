"""Many jobs side by side in local processes.

There is a record for every job: one that lost its process twice counts 0, says why, and asks a person.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import threading
from collections.abc import Iterable, Iterator

from autograder.batch.executor import PoolError
from autograder.batch.worker import LostError, Worker
from autograder.sandbox import Fault, SandboxError, bubblewrap
from autograder.scoring.job import Job
from autograder.scoring.not_graded import refused
from autograder.scoring.record import Record, RecordError

_TRIES = 2
_EACH = 2  # jobs that each local process has: one in work, and the next


def cores() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class WorkerPool:
    """Local grading processes, which stay warm from one assignment to the next.

    Parameters
    ----------
    count : int
        How many; 0 for one a processor.
    isolated : bool
        In the sandbox; False only if somebody asked to do without it.
    started : Worker, optional
        A process that is loading already; becomes one of them, if it is isolated as they are.
    """

    def __init__(self, count: int = 0, isolated: bool = True, started: Worker | None = None) -> None:
        self.isolated = isolated
        here = [started] if started is not None and started.isolated == isolated else []
        self.workers = here + [Worker(isolated) for _ in range((count or cores()) - len(here))]

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.close()

    def run(self, jobs: Iterable[Job]) -> Iterator[Record]:
        """Yield records as they are done. Jobs are drawn in the caller's thread, a few ahead.

        Raise PoolError, before any job is drawn, if no sandbox can be had.
        """
        if self.isolated:
            try:
                bubblewrap.executable()
            except SandboxError as error:
                raise PoolError(str(error)) from None
        waiting = iter(jobs)
        todo: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        done: queue.SimpleQueue[Record | BaseException] = queue.SimpleQueue()
        threads = [threading.Thread(target=_serve, args=(worker, todo, done), daemon=True) for worker in self.workers]
        for thread in threads:
            thread.start()
        try:
            running = _hand_out(waiting, todo, _EACH * len(threads))
            while running:
                result = done.get()
                if isinstance(result, BaseException):
                    raise result
                running += _hand_out(waiting, todo, 1) - 1
                yield result
        finally:
            _dismiss(threads, todo)


def _serve(worker: Worker, todo: queue.SimpleQueue, done: queue.SimpleQueue) -> None:
    """Grade in this thread what is handed out, until there is no more."""
    while (job := todo.get()) is not None:
        try:
            done.put(attempt(worker, job))
        except BaseException as error:
            done.put(error)


def _hand_out(waiting: Iterator[Job], todo: queue.SimpleQueue, count: int) -> int:
    """Hand out up to `count` jobs, each as soon as it is made; return how many there were."""
    given = 0
    for job in itertools.islice(waiting, count):
        todo.put(job)
        given += 1
    return given


def _dismiss(threads: list[threading.Thread], todo: queue.SimpleQueue) -> None:
    """Take back what no thread has begun, and wait for what they have."""
    with contextlib.suppress(queue.Empty):
        while True:
            todo.get_nowait()
    for _ in threads:
        todo.put(None)
    for thread in threads:
        thread.join()


def attempt(worker: Worker, job: Job) -> Record:
    """Return the record of a job, also where its process is lost. Raise PoolError if no sandbox can be had here."""
    reason = ""
    for _ in range(_TRIES):
        try:
            return Record.from_json(worker.call(job))
        except SandboxError as error:
            reason = str(error)
            if error.kind is Fault.UNAVAILABLE and not worker.proved:
                raise PoolError(reason) from None
        except LostError as error:
            reason = f"Grading it was given up after {_TRIES} attempts: {error}."
        except RecordError as error:
            reason = f"Grading it produced no record ({type(error.__cause__ or error).__name__})."
    return refused(job, reason, again=True)
