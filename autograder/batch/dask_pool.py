"""Many jobs on the workers of a Dask cluster, by the address of its scheduler."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from typing import Any
from urllib.parse import urlsplit

from autograder.batch.executor import PoolError
from autograder.batch.pool import attempt
from autograder.batch.worker import Worker
from autograder.sandbox import Sandbox, SandboxError
from autograder.scoring.job import Job
from autograder.scoring.not_graded import refused
from autograder.scoring.record import Record

_SCHEDULER = 30.0  # seconds until a scheduler must answer
_WORKER = 60.0  # seconds until a cluster must have a worker
_AHEAD = 4  # jobs a cluster is given ahead, for each of its threads

_threads = threading.local()


def dask_job(job: Job, isolated: bool) -> str:
    """Grade one job on a Dask worker, in a grading process of this thread's own; return the record as JSON."""
    worker = getattr(_threads, "worker", None)
    if worker is None:
        worker = _threads.worker = Worker(isolated)
    return attempt(worker, job).to_json()


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


def _check_reachable(address: str) -> None:
    """Raise OSError at once where nobody listens at an address of the form tcp://host:port: Dask would go on trying."""
    place = urlsplit(address)
    if place.scheme in ("tcp", "tls") and place.hostname and place.port:
        socket.create_connection((place.hostname, place.port), _SCHEDULER).close()


def _connected(address: str) -> Any:
    """Return a client of the scheduler. Raise PoolError."""
    try:
        from distributed import Client
    except ImportError:
        raise PoolError("--dask needs Dask: install it with `pip install distributed`.") from None
    try:
        _check_reachable(address)
        return Client(address, timeout=_SCHEDULER, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise PoolError(f"No Dask scheduler answers at {address} ({error}); is it running?") from None


class DaskExecutor:
    """The workers of a Dask cluster, each grading in processes of its own.

    Parameters
    ----------
    address : str
        Of its scheduler, e.g. tcp://10.0.0.1:8786.
    isolated : bool
        In the sandbox; False only if somebody asked to do without it.
    """

    def __init__(self, address: str, isolated: bool = True) -> None:
        self.address, self.isolated = address, isolated

    def __enter__(self) -> DaskExecutor:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the cluster as it is: each run closes its own connection."""

    def run(self, jobs: Iterable[Job]) -> Iterator[Record]:
        """Yield records as they are done. Jobs are drawn in the caller's thread, a few ahead.

        Raise PoolError, before any job is drawn, if no worker answers or one cannot grade.
        """
        with _connected(self.address) as client:
            from distributed import as_completed

            _prove(client, self.address, self.isolated)
            waiting = iter(jobs)
            ahead = _AHEAD * max(1, sum(client.nthreads().values()))
            given = {}

            def submit(some: Iterable[Job]) -> list:
                made = []
                for job in some:
                    # A worker that is lost midway costs a retry, never the submission.
                    future = client.submit(dask_job, job, self.isolated, key=f"grade-{job.key}", pure=False, retries=3)
                    given[future.key] = job
                    made.append(future)
                return made

            running = as_completed(submit(itertools.islice(waiting, ahead)), loop=client.loop)
            for future in running:
                job = given.pop(future.key)
                yield _gathered(future, job)
                running.update(submit(itertools.islice(waiting, 1)))


def _gathered(future: Any, job: Job) -> Record:
    try:
        return Record.from_json(future.result())
    except PoolError:
        raise
    except CancelledError:
        reason = "The cluster gave up on the job."
    except Exception as error:
        reason = f"The cluster failed ({type(error).__name__}: {error})."
    return refused(job, reason, again=True)
