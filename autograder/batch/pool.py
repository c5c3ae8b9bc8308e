"""Many jobs side by side: local processes, or a Dask cluster by address.

There is a record for every job: one that lost its process twice counts 0, says why, and asks a person.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import socket
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from typing import Any
from urllib.parse import urlsplit

from autograder.batch.worker import LostError, Worker
from autograder.errors import CourseError
from autograder.sandbox import Fault, Sandbox, SandboxError, bubblewrap
from autograder.scoring.grade import Job, refused
from autograder.scoring.record import Record

_TRIES = 2
_SCHEDULER = 30.0  # seconds until a Dask scheduler must answer
_WORKER = 60.0  # seconds until a Dask cluster must have a worker
_EACH = 2  # jobs that each local process has: one in work, and the next
_AHEAD = 4  # jobs a Dask cluster is given ahead, for each of its threads


class PoolError(CourseError):
    """Jobs cannot be run as asked; the message says what to do."""


def cores() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_jobs(
    jobs: Iterable[Job], count: int = 0, dask: str = "", isolated: bool = True, crew: WorkerPool | None = None
) -> Iterator[Record]:
    """Yield records as they are done, in any order.

    Parameters
    ----------
    count : local processes, 0 for one a processor.
    dask : address of a Dask scheduler instead.
    crew : local processes that are there already, instead.
    """
    if dask:
        yield from _on_dask(jobs, dask, isolated)
    elif crew:
        yield from crew.run(jobs)
    else:
        with WorkerPool(count, isolated) as own:
            yield from own.run(jobs)


class WorkerPool:
    """Local grading processes, which stay warm from one assignment to the next; a context manager."""

    def __init__(self, count: int = 0, isolated: bool = True) -> None:
        self.isolated = isolated
        self.workers = [Worker(isolated) for _ in range(count or cores())]

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
            done.put(_try(worker, job))
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


def _try(worker: Worker, job: Job) -> Record:
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
        except (ValueError, KeyError, TypeError) as error:
            reason = f"Grading it produced no record ({type(error).__name__})."
    return refused(job, reason, again=True)


# --- Dask -------------------------------------------------------------------------------------

_threads = threading.local()


def dask_job(job: Job, isolated: bool) -> str:
    """Grade one job on a Dask worker, in a grading process of this thread's own; return the record as JSON."""
    worker = getattr(_threads, "worker", None)
    if worker is None:
        worker = _threads.worker = Worker(isolated)
    return _try(worker, job).to_json()


def dask_trial(isolated: bool) -> str:
    """Return why a Dask worker cannot grade; empty if it can."""
    try:
        if isolated:
            with Sandbox():
                return ""
    except SandboxError as error:
        return str(error)
    return ""


def _prove(client: Any, address: str, isolated: bool) -> None:
    """Raise PoolError, before any job is sent, if the cluster has no worker or a worker of it cannot grade."""
    try:
        client.wait_for_workers(1, timeout=_WORKER)
        trials = client.run(dask_trial, isolated)
    except TimeoutError:
        raise PoolError(
            f"The Dask scheduler at {address} has no worker; start some with `dask worker {address}`."
        ) from None
    except Exception as error:
        raise PoolError(
            f"The Dask workers at {address} cannot run the grading ({type(error).__name__}: {error}). Install this "
            "course for them, in the same version: `make install`."
        ) from None
    for worker, reason in trials.items():
        if reason:
            raise PoolError(f"The Dask worker {worker} cannot grade: {reason}")


def _knock(address: str) -> None:
    """Raise OSError at once where nobody listens at an address of the form tcp://host:port: Dask would go on trying."""
    place = urlsplit(address)
    if place.scheme in ("tcp", "tls") and place.hostname and place.port:
        socket.create_connection((place.hostname, place.port), _SCHEDULER).close()


def _on_dask(jobs: Iterable[Job], address: str, isolated: bool) -> Iterator[Record]:
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise PoolError("--dask needs Dask: install it with `pip install distributed`.") from None
    try:
        _knock(address)
        client = Client(address, timeout=_SCHEDULER, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise PoolError(f"No Dask scheduler answers at {address} ({error}); is it running?") from None
    with client:
        _prove(client, address, isolated)
        waiting = iter(jobs)
        ahead = _AHEAD * max(1, sum(client.nthreads().values()))
        given = {}

        def submit(some: Iterable[Job]) -> list:
            made = []
            for job in some:
                # A worker that is lost midway costs a retry, never the submission.
                future = client.submit(dask_job, job, isolated, key=f"grade-{job.key}", pure=False, retries=3)
                given[future.key] = job
                made.append(future)
            return made

        running = as_completed(submit(itertools.islice(waiting, ahead)), loop=client.loop)
        for future in running:
            job = given.pop(future.key)
            yield _gathered(future, job, CancelledError)
            running.update(submit(itertools.islice(waiting, 1)))


def _gathered(future: object, job: Job, cancelled: type[BaseException]) -> Record:
    try:
        return Record.from_json(future.result())  # type: ignore[attr-defined]
    except PoolError:
        raise
    except cancelled:
        reason = "The cluster gave up on the job."
    except Exception as error:
        reason = f"The cluster failed ({type(error).__name__}: {error})."
    return refused(job, reason, again=True)
